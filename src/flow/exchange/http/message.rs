//! What is kept of a request and of a response.

use compact_str::CompactString;

/// How long a body is, as its head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BodyLength {
    /// The head could not be read to its end, or the body could not be followed.
    #[default]
    Unknown,
    /// The head is not whole yet.
    InHead,
    /// Content-Length, or none by rule (HEAD, 204, 304).
    Bytes(u64),
    /// Chunked: its last chunk ends it.
    Chunked,
    /// Chunked, and the last chunk came: nothing but the end of the lines behind it is missing.
    Trailer,
    /// Chunked, and where a chunk was due something else came: most clients give up there.
    Broken,
    /// A stream of HTTP/2: a frame with END_STREAM ends it.
    Stream,
    /// Messages of a session, the last of which tells that it is the last.
    Messages,
    /// Everything until the connection is closed.
    UntilClose,
}

/// What the server owes the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// Every request that was seen is answered whole.
    Nothing,
    /// The answer to the oldest request that is not answered: none of it came, interim responses apart.
    Answer,
    /// The rest of an answer that is as long as this.
    Rest(BodyLength),
    /// Bytes that one would have to know are missing.
    Unknown,
}

/// A request as far as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Request {
    /// Method.
    pub method: CompactString,
    /// Target without its query string, which may hold secrets.
    pub target: CompactString,
    /// Host header.
    pub host: Option<CompactString>,
    /// How long its body is.
    pub length: BodyLength,
    /// Body bytes so far, the framing of chunks apart.
    pub body: u64,
    /// It was sent whole.
    pub complete: bool,
}

/// A response as far as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Response {
    /// Status code; 0 where it was not read.
    pub status: u16,
    /// How long its body is.
    pub length: BodyLength,
    /// Body bytes so far, the framing of chunks apart.
    pub body: u64,
    /// It arrived whole.
    pub complete: bool,
    /// It is a stream of events (`text/event-stream`), which goes on until its reader has had enough.
    pub events: bool,
}
