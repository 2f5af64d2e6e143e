//! HTTP/1 (RFC 9112): which request was under way, and how much of its answer came.
//!
//! Both directions are read in order and byte by byte: heads as far as they matter, bodies by their length. Where bytes
//! are missing that one would have to know, the direction is blind until a message is recognised again.

mod chunked;
mod fields;
mod head;
mod message;
mod pending;
mod reader;
mod requests;
mod responses;

pub(super) use head::{
    Kind, Looks, host, is_anothers, is_surely_request, looks_like, looks_like_message, looks_like_request,
};
pub(super) use head::{path, short};
pub use message::{BodyLength, Owed, Request, Response};

use crate::ahead::fetch;
use crate::decode::SeqNumber;

use super::super::key::{Both, End};
use super::http2;
use super::spoken::Spoken;
use super::stream::{Piece, Stamp, count};
use fields::Whole;
use pending::Pending;
use reader::{Event, Reader};

/// Requests and responses of one connection; only the latest of each is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// The end that sends the requests.
    pub client: End,
    /// Requests that began.
    pub requests: u32,
    /// Responses that arrived whole, interim ones apart.
    pub answered: u32,
    /// Requests whose responses have not arrived whole.
    pub unanswered: u32,
    /// The latest request.
    pub request: Request,
    /// Where the latest request began.
    pub last_request_seq: SeqNumber,
    /// The response under way or the latest one; `None` before the first byte of an answer that is still to come.
    pub response: Option<Response>,
    /// An interim response (1xx) came, and no final one since.
    pub interim: bool,
    /// What the server speaks instead of HTTP/1. Of HTTP/2 nothing is an answer.
    pub other: Option<Spoken>,
    closing: Closing,
    readers: Both<Reader>,
    /// What the unanswered requests ask, as far as their answers are framed by it.
    pending: Pending,
    /// The request whose head is under way is counted already.
    counted: bool,
    /// Where that head begins.
    head_seq: SeqNumber,
    /// A response came without a request: what its sender had of the client by then.
    surplus: Option<SeqNumber>,
    /// The how manyth request said that it is the last one.
    last_asked: Option<u32>,
}

/// Whether the server has said that it will close (`Connection: close`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    /// It has not.
    No,
    /// The response that is under way is the last one.
    Announced,
    /// That has come whole: no other request will be looked at (RFC 9112 §9.6).
    Over,
}

/// What the connection speaks after HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// RFC 6455.
    WebSocket,
    /// HTTP/2 in clear (RFC 7540 §3.2): the request goes on as its first stream.
    Http2,
    /// Anything, behind a CONNECT.
    Tunnel,
    /// Something else that a 101 switched to.
    Other,
}

impl Upgrade {
    /// A word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Http2 => "http/2",
            Self::Tunnel => "tunnel",
            Self::Other => "upgraded",
        }
    }
}

/// HTTP ended: what follows it, and how many bytes of the piece belong to that.
pub(super) struct Left {
    pub(super) to: Upgrade,
    pub(super) rest: u32,
}

impl Http {
    /// An exchange whose requests come from `client`.
    #[must_use]
    pub fn new(client: End) -> Self {
        Self {
            client,
            requests: 0,
            answered: 0,
            unanswered: 0,
            request: Request::default(),
            last_request_seq: SeqNumber::default(),
            response: None,
            interim: false,
            other: None,
            closing: Closing::No,
            readers: Both::default(),
            pending: Pending::default(),
            counted: false,
            head_seq: SeqNumber::default(),
            surplus: None,
            last_asked: None,
        }
    }

    /// A request is waiting for its answer, or for the rest of it.
    #[must_use]
    pub const fn awaits_response(&self) -> bool {
        self.unanswered > 0 && !self.is_over()
    }

    /// Asks for what the next piece will touch.
    #[inline]
    pub(super) fn fetch(&self) {
        fetch(&self.request);
        fetch(&self.request.host);
        fetch(&self.response);
        fetch(self.readers.at(End::Low));
        fetch(self.readers.at(End::High));
        fetch(&self.requests);
        fetch(&self.client);
    }

    /// Bytes of memory that heads take while they are not whole.
    #[inline]
    pub(super) const fn weight(&self) -> usize {
        self.readers.at(End::Low).weight() + self.readers.at(End::High).weight()
    }

    /// Was the last answer the last one of the connection, by its own word or by that of its request (RFC 9112 §9.6)?
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.closing, Closing::Over)
    }

    /// The latest request has not been sent whole. Where that cannot be known it is not claimed.
    #[must_use]
    pub fn request_unfinished(&self) -> bool {
        self.requests > 0 && !self.request.complete && !self.is_blind(self.client)
    }

    /// It is not known where the messages of this end begin: bytes are missing, or it is no HTTP.
    #[must_use]
    pub fn is_blind(&self, by: End) -> bool {
        self.readers.at(by).is_blind()
    }

    /// What the client said behind its last request begins no other one.
    #[must_use]
    pub fn says_something_else(&self) -> bool {
        looks_like_request(self.readers.at(self.client).begun()) == Looks::Unlike
    }

    /// What the server owes, as far as the bytes that were read tell.
    #[must_use]
    pub fn owed(&self) -> Owed {
        if self.is_blind(End::Low) || self.is_blind(End::High) {
            return Owed::Unknown;
        }
        match &self.response {
            _ if self.unanswered == 0 || self.is_over() => Owed::Nothing,
            None => Owed::Answer,
            Some(_) if self.readers.at(self.client.peer()).is_in_trailer() => Owed::Rest(BodyLength::Trailer),
            Some(response) => Owed::Rest(response.length),
        }
    }

    /// What is missing of the response that is under way, if all of its head and the method of its request came.
    #[must_use]
    pub fn rest(&self) -> Option<Owed> {
        let response = self.response.as_ref().filter(|_| self.unanswered > 0 && !self.is_over())?;
        let told = !matches!(response.length, BodyLength::Unknown | BodyLength::InHead) && !response.complete;
        told.then_some(Owed::Rest(response.length))
    }

    /// What `by` sends.
    pub(super) fn kind(&self, by: End) -> Kind {
        Kind::of(by, self.client)
    }

    /// How many of the next bytes of `by` are body for certain.
    pub(super) fn opaque(&self, by: End) -> u64 {
        self.readers.at(by).opaque()
    }

    /// Reads what comes next.
    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>) -> Option<Left> {
        let kind = self.kind(by);
        if kind == Kind::Response && self.is_in_http2(by, piece) {
            return None;
        }
        if self.is_blind(by) && looks_like_message(piece.bytes, kind) == Looks::Like {
            self.resume(by, kind);
        }
        let mut rest = piece.bytes;
        while !rest.is_empty() {
            let at = piece.seq.plus(count(piece.bytes) - count(rest));
            let head = self.head_at_once(by, rest);
            if let Some(whole) = head.as_ref().filter(|head| head.ended) {
                rest = rest.get(whole.bytes.len()..).unwrap_or_default();
                self.head_seq = if kind == Kind::Request { at } else { self.head_seq };
                if let Some(to) = self.on_head(kind, whole, piece.stamp) {
                    return Some(Left { to, rest: count(rest).saturating_add(piece.unseen) });
                }
                continue;
            }
            if let Some(cut) = head.as_ref().filter(|_| kind == Kind::Request && piece.unseen > 0)
                && self.takes_cut_request(cut, at, piece.unseen)
            {
                return None;
            }
            if kind == Kind::Request && self.readers.at(by).head().is_some_and(<[u8]>::is_empty) {
                self.head_seq = at;
            }
            let (taken, event) = self.readers.at_mut(by).read(rest);
            rest = rest.get(taken..).unwrap_or_default();
            if let Some(to) = self.on(kind, event, piece.stamp) {
                return Some(Left { to, rest: count(rest).saturating_add(piece.unseen) });
            }
        }
        if piece.unseen > 0 && kind == Kind::Request {
            self.request_cut();
        }
        let mut unseen = u64::from(piece.unseen);
        while unseen > 0 {
            let (taken, event) = self.readers.at_mut(by).skip(unseen);
            unseen -= taken.clamp(1, unseen);
            self.on(kind, event, piece.stamp);
        }
        None
    }

    /// The head that comes next, which has nearly always come at once: nothing of it has to be kept meanwhile.
    fn head_at_once<'b>(&self, by: End, rest: &'b [u8]) -> Option<Whole<'b>> {
        if self.readers.at(by).is_idle() { Whole::begin(rest) } else { None }
    }

    fn on_head(&mut self, kind: Kind, whole: &Whole<'_>, stamp: Stamp) -> Option<Upgrade> {
        match kind {
            Kind::Request => {
                self.request_head(whole);
                None
            }
            Kind::Response => self.response_head(whole, stamp),
        }
    }

    /// The server's first bytes tell.
    fn is_in_http2(&mut self, server: End, piece: &Piece<'_>) -> bool {
        let first = self.answered == 0 && self.response.is_none() && self.readers.at(server).is_idle();
        if first && http2::begins_with_settings(piece.bytes) {
            self.other = Some(Spoken::Http2);
        }
        self.other == Some(Spoken::Http2)
    }

    fn on(&mut self, kind: Kind, event: Event<'_>, stamp: Stamp) -> Option<Upgrade> {
        match (kind, event) {
            (_, Event::Nothing) => {}
            (Kind::Request, Event::Partial) => self.request_so_far(),
            (_, Event::Head(head)) => return self.on_head(kind, &Whole::of(&head), stamp),
            (Kind::Request, Event::Body(bytes)) => self.request.body += bytes,
            (Kind::Request, Event::Last(bytes)) => {
                self.request.body += bytes;
                self.request.complete = true;
            }
            (Kind::Request, Event::Lost(bytes) | Event::Broken(bytes)) => self.lose_request(bytes),
            (Kind::Response, Event::Partial) => self.response_so_far(),
            (Kind::Response, Event::Body(bytes)) => self.response.get_or_insert_default().body += bytes,
            (Kind::Response, Event::Last(bytes)) => {
                self.response.get_or_insert_default().body += bytes;
                self.response_ended(stamp);
            }
            (Kind::Response, Event::Lost(bytes)) => self.response_lost(bytes),
            (Kind::Response, Event::Broken(bytes)) => self.response_broken(bytes),
        }
        None
    }

    /// A message is recognised where none was expected.
    fn resume(&mut self, by: End, kind: Kind) {
        self.readers.at_mut(by).resume();
        let cut = self.response.as_ref().is_some_and(|response| !response.complete);
        if kind == Kind::Response && cut && self.unanswered > 1 {
            self.answer();
        }
    }
}
