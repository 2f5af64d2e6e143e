//! What a server speaks that is asked in HTTP, or in another version of it.

use memchr::memchr;

use super::tls;

/// All that HTTP/1 has to say begins with this.
const HTTP: &[u8] = b"HTTP/";

/// A version of HTTP, TLS, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP/1.x.
    Http1,
    /// HTTP/2.
    Http2,
    /// TLS.
    Tls,
    /// Something else.
    NoHttp,
}

impl Spoken {
    /// What answers a request of HTTP/1 with these first bytes, if that is no HTTP/1. Relatives of it (ICY) have a status as well, and clients
    /// that know them.
    pub(super) fn instead_of_http1(bytes: &[u8]) -> Option<Self> {
        if tls::looks_like_alert(bytes) {
            return Some(Self::Tls);
        }
        let begins = bytes.get(..HTTP.len()).unwrap_or(bytes);
        (!HTTP.starts_with(begins) && !has_status(bytes)).then_some(Self::NoHttp)
    }
}

/// Does the first line have a number of three digits behind its first word?
fn has_status(bytes: &[u8]) -> bool {
    let line = bytes.get(..memchr(b'\n', bytes).unwrap_or(bytes.len())).unwrap_or_default();
    let second = line.split(|byte| byte.is_ascii_whitespace()).nth(1);
    second.is_some_and(|word| word.len() == 3 && word.iter().all(u8::is_ascii_digit))
}
