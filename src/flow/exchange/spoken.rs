//! What a server speaks that is asked in HTTP, or in another version of it.

use super::{session, tls};

/// How servers of other protocols begin: SSH (RFC 4253 §4.2), IMAP (RFC 9051 §7.1), POP3 (RFC 1939 §3), AMQP, VNC (RFC 6143 §7.1.1), NATS, rsync,
/// memcached. What begins otherwise may be a page without a head, as HTTP/0.9 had it.
const GREETINGS: &[&[u8]] = &[
    b"SSH-",
    b"* OK",
    b"* PREAUTH",
    b"* BYE",
    b"* BAD",
    b"+OK",
    b"-ERR",
    b"AMQP",
    b"RFB 0",
    b"INFO {",
    b"@RSYNCD: ",
    b"ERROR\r\n",
];

/// A version of HTTP, TLS, or none of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP/1.x.
    Http1,
    /// HTTP/2.
    Http2,
    /// TLS.
    Tls,
    /// MySQL, or `MariaDB`.
    MySql,
    /// Something else.
    NoHttp,
}

impl Spoken {
    /// What answers a request of HTTP/1 with these first bytes, if that is another protocol beyond doubt.
    pub(super) fn instead_of_http1(bytes: &[u8]) -> Option<Self> {
        if tls::looks_like_alert(bytes) {
            return Some(Self::Tls);
        }
        if session::greets_in_mysql(bytes) {
            return Some(Self::MySql);
        }
        let other = is_reply(bytes) || GREETINGS.iter().any(|greeting| bytes.starts_with(greeting));
        other.then_some(Self::NoHttp)
    }
}

/// A reply of SMTP, FTP or NNTP: three digits and the end of a word (RFC 5321 §4.2).
fn is_reply(bytes: &[u8]) -> bool {
    matches!(bytes, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..])
}
