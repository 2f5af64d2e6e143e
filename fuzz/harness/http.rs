//! The peek at HTTP/1.

use super::talk::hold;

/// As a talk, and as the answer to a request.
pub fn run(bytes: &[u8]) {
    hold(bytes);
    hold(&[b"\xff\0GET /a HTTP/1.1\r\nHost: b\r\n\r\n\xff\x01HTTP/1.1 ", bytes].concat());
}
