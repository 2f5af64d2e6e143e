//! A peek at HTTP/1: request line, Host, status, and how much of the response arrived (RFC 9112).
//!
//! Heads are parsed by httparse and only where they lie in one segment; of a body only the length counts.

use super::super::half::Order;
use super::super::key::End;

/// Headers that are looked through; a head with more is read as far as its first line.
const MAX_HEADERS: usize = 48;
/// Characters kept of a target or host.
const MAX_TEXT: usize = 120;
/// The end of a chunked body (RFC 9112 §7.1), where it has no trailer.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
const METHODS: &[&[u8]] =
    &[b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE "];

/// How long a body is, as its head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BodyLength {
    /// The head was not read to its end.
    #[default]
    Unknown,
    /// Content-Length, or none by rule (HEAD, 204, 304).
    Bytes(u64),
    /// Chunked: its last chunk ends it.
    Chunked,
    /// Everything until the connection is closed.
    UntilClose,
}

/// A request as far as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Target without its query string, which may hold secrets.
    pub target: String,
    /// Host header.
    pub host: Option<String>,
    /// How long its body is.
    pub length: BodyLength,
    /// Body bytes so far.
    pub body: u64,
}

/// A response as far as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// How long its body is.
    pub length: BodyLength,
    /// Body bytes so far.
    pub body: u64,
    /// It arrived whole.
    pub complete: bool,
}

/// Requests and responses of one connection; only the latest of each is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// The end that sends the requests.
    pub client: End,
    /// Requests that began.
    pub requests: u32,
    /// Responses that arrived whole.
    pub answered: u32,
    /// The latest request.
    pub request: Request,
    /// The response under way or the latest one; `None` before the first byte of the answer to the latest request.
    pub response: Option<Response>,
    /// The last bytes of the response so far: a last chunk may lie across two segments.
    tail: [u8; LAST_CHUNK.len()],
}

/// Do these bytes begin an HTTP/1 request?
#[must_use]
pub(super) fn looks_like_request(payload: &[u8]) -> bool {
    METHODS.iter().any(|method| payload.starts_with(method))
}

impl Http {
    /// An exchange whose requests come from `client`.
    #[must_use]
    pub fn new(client: End) -> Self {
        Self {
            client,
            requests: 0,
            answered: 0,
            request: Request::default(),
            response: None,
            tail: [0; LAST_CHUNK.len()],
        }
    }

    /// Takes note of `len` new bytes, of which `payload` was captured.
    pub fn heard(&mut self, payload: &[u8], len: u32, by: End, order: Order) {
        if by == self.client {
            self.client_said(payload, len);
        } else {
            self.server_said(payload, len, order);
        }
    }

    /// A request is waiting for its answer, or for the rest of it.
    #[must_use]
    pub fn awaits_response(&self) -> bool {
        self.requests > self.answered
    }

    /// The request itself has not been sent whole.
    #[must_use]
    pub fn request_unfinished(&self) -> bool {
        matches!(self.request.length, BodyLength::Bytes(length) if self.request.body < length)
    }

    fn client_said(&mut self, payload: &[u8], len: u32) {
        if !looks_like_request(payload) || (self.request_unfinished() && self.awaits_response()) {
            self.request.body += u64::from(len);
            return;
        }
        self.requests += 1;
        if self.requests == self.answered + 1 {
            self.response = None;
        }
        self.request = parse_request(payload, len);
    }

    fn server_said(&mut self, payload: &[u8], len: u32, order: Order) {
        let begins = self.response.as_ref().is_none_or(|response| response.complete)
            && payload.starts_with(b"HTTP/1.");
        let mut counted = u64::from(len);
        if begins && order == Order::Next {
            let (response, head) = parse_response(payload, &self.request.method);
            counted = counted.saturating_sub(head as u64);
            self.response = Some(response);
        }
        self.remember_tail(payload);
        let tail = self.tail;
        let Some(response) = &mut self.response else { return };
        response.body += counted;
        if !response.complete && is_complete(response, tail) {
            response.complete = true;
            // 1xx only announces the real answer (RFC 9110 §15.2).
            self.answered += u32::from(response.status >= 200);
        }
    }

    fn remember_tail(&mut self, payload: &[u8]) {
        let size = self.tail.len();
        if let Some(end) = payload.len().checked_sub(size).and_then(|from| payload.get(from..)) {
            self.tail.copy_from_slice(end);
        } else {
            self.tail.rotate_left(payload.len());
            self.tail[size - payload.len()..].copy_from_slice(payload);
        }
    }
}

fn is_complete(response: &Response, tail: [u8; LAST_CHUNK.len()]) -> bool {
    match response.length {
        BodyLength::Bytes(length) => response.body >= length,
        BodyLength::Chunked => tail == LAST_CHUNK,
        BodyLength::Unknown | BodyLength::UntilClose => false,
    }
}

fn parse_request(payload: &[u8], len: u32) -> Request {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = match parsed.parse(payload) {
        Ok(httparse::Status::Complete(head)) => Some(head),
        _ => None,
    };
    let length =
        head.map_or(BodyLength::Unknown, |_| body_length(parsed.headers).unwrap_or(BodyLength::Bytes(0)));
    Request {
        method: short(parsed.method.unwrap_or_default()),
        target: short(parsed.path.unwrap_or_default().split(['?', '#']).next().unwrap_or_default()),
        host: header(parsed.headers, "host").map(short),
        length,
        body: head.map_or(0, |head| u64::from(len).saturating_sub(head as u64)),
    }
}

/// The response, and how many bytes its head took (interim 1xx heads before it included).
fn parse_response(payload: &[u8], method: &str) -> (Response, usize) {
    let mut at = 0;
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        let rest = payload.get(at..).unwrap_or_default();
        let Ok(httparse::Status::Complete(head)) = parsed.parse(rest) else {
            return (Response { status: parsed.code.unwrap_or(0), ..Response::default() }, at);
        };
        at += head;
        let status = parsed.code.unwrap_or(0);
        let more = payload.get(at..).is_some_and(|rest| rest.starts_with(b"HTTP/1."));
        if !(status < 200 && status != 101 && more) {
            let length = response_length(status, method, parsed.headers);
            return (Response { status, length, ..Response::default() }, at);
        }
    }
}

/// RFC 9112 §6.3.
fn response_length(status: u16, method: &str, headers: &[httparse::Header<'_>]) -> BodyLength {
    match status {
        // After 101 the connection speaks something else, without end.
        101 => BodyLength::UntilClose,
        100..=199 | 204 | 304 => BodyLength::Bytes(0),
        200..=299 if method == "CONNECT" => BodyLength::UntilClose,
        _ if method == "HEAD" => BodyLength::Bytes(0),
        _ => body_length(headers).unwrap_or(BodyLength::UntilClose),
    }
}

fn body_length(headers: &[httparse::Header<'_>]) -> Option<BodyLength> {
    if header(headers, "transfer-encoding")
        .is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"))
    {
        return Some(BodyLength::Chunked);
    }
    header(headers, "content-length").and_then(|value| value.trim().parse().ok()).map(BodyLength::Bytes)
}

fn header<'a>(headers: &[httparse::Header<'a>], name: &str) -> Option<&'a str> {
    headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).and_then(|h| std::str::from_utf8(h.value).ok())
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect()
}
