//! What the two programs were saying: whose turn it was, and, where the payload can be read, which request was under way.
//!
//! Works from lengths alone; the peeks at HTTP/1 and TLS only add to it. Bounded: a few short strings a connection.

mod http;
mod tls;

pub use http::{BodyLength, Http, Request, Response};
pub use tls::{Alert, Tls};

use crate::decode::{Segment, SeqNumber};
use crate::time::Timestamp;

use super::half::Order;
use super::key::End;

/// Whether payload may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Peek {
    /// Read request lines, status lines and TLS record headers.
    #[default]
    Allowed,
    /// Count bytes and nothing else (`--no-payload`).
    Forbidden,
}

/// What is spoken.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Protocol {
    /// Nothing that is recognised: turns and bytes are all there is.
    #[default]
    Unknown,
    /// HTTP/1.x in clear text.
    Http(Box<Http>),
    /// TLS.
    Tls(Tls),
}

/// A stretch of payload in one direction, until the other side speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who speaks.
    pub by: End,
    /// When the first new byte of it was captured.
    pub start: Timestamp,
    /// In which frame.
    pub frame: u64,
    /// Where it begins.
    pub seq: SeqNumber,
    /// Payload bytes so far, retransmissions apart.
    pub bytes: u64,
}

/// The exchange of a connection as far as it went.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Exchange {
    /// The turn that is under way: the last speaker's.
    pub turn: Option<Turn>,
    /// The turn before it: the other side's.
    pub turn_before: Option<Turn>,
    /// How often the speaker changed.
    pub turns: u32,
    /// What is spoken.
    pub protocol: Protocol,
}

impl Exchange {
    /// Takes note of a segment with payload. Only new payload counts; a retransmission says nothing new.
    pub fn heard(&mut self, segment: &Segment, payload: &[u8], by: End, order: Order, peek: Peek) {
        if segment.len == 0 || segment.flags.rst() || !matches!(order, Order::Next | Order::Ahead) {
            return;
        }
        self.take_turn(segment, by);
        if peek == Peek::Forbidden {
            return;
        }
        if self.turns == 1 && self.protocol == Protocol::Unknown {
            self.recognise(payload, by);
        }
        match &mut self.protocol {
            Protocol::Http(http) => http.heard(payload, segment.len, by, order),
            Protocol::Tls(tls) => tls.heard(payload, by, segment.frame),
            Protocol::Unknown => {}
        }
    }

    fn take_turn(&mut self, segment: &Segment, by: End) {
        let len = u64::from(segment.len);
        match &mut self.turn {
            Some(turn) if turn.by == by => turn.bytes += len,
            turn => {
                self.turn_before = turn.take();
                *turn =
                    Some(Turn { by, start: segment.ts, frame: segment.frame, seq: segment.seq, bytes: len });
                self.turns += 1;
            }
        }
    }

    /// Only the first bytes of a connection tell the protocol; later ones could look like anything.
    fn recognise(&mut self, payload: &[u8], by: End) {
        if http::looks_like_request(payload) {
            self.protocol = Protocol::Http(Box::new(Http::new(by)));
        } else if tls::looks_like_hello(payload) {
            self.protocol = Protocol::Tls(Tls::new(by));
        }
    }

    /// The word for the protocol, or `None` where it is not known.
    #[must_use]
    pub const fn protocol_name(&self) -> Option<&'static str> {
        match self.protocol {
            Protocol::Unknown => None,
            Protocol::Http(_) => Some("http/1"),
            Protocol::Tls(_) => Some("tls"),
        }
    }

    /// The HTTP exchange, if that is what is spoken.
    #[must_use]
    pub fn http(&self) -> Option<&Http> {
        match &self.protocol {
            Protocol::Http(http) => Some(http),
            _ => None,
        }
    }

    /// The TLS session, if that is what is spoken.
    #[must_use]
    pub const fn tls(&self) -> Option<&Tls> {
        match &self.protocol {
            Protocol::Tls(tls) => Some(tls),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
