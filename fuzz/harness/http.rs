//! The peek at HTTP, in its first version and its second.

use super::talk::hold;

/// As a talk, as the answer to a request, and as what follows HTTP/2's preface.
pub fn run(bytes: &[u8]) {
    hold(bytes);
    hold(&[b"\xff\0GET /a HTTP/1.1\r\nHost: b\r\n\r\n\xff\x01HTTP/1.1 ", bytes].concat());
    hold(&[b"\xff\0PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x01\x01\x01\0\0\0\x01\x82\xff\x01", bytes].concat());
}
