//! What a server speaks that is asked in another version of HTTP.

/// A version of HTTP, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP/1.x.
    Http1,
    /// HTTP/2.
    Http2,
    /// Something else.
    NoHttp,
}
