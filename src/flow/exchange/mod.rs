//! What the two programs were saying: whose turn it was, and, where the payload can be read, which request was under way.
//!
//! Turns need lengths alone. HTTP and TLS are read in order, each byte once, and add to the turns what they know: of
//! TLS only application data is speech, of HTTP/2 only heads and data. Bounded: a few short strings a connection, a head while it is not whole, and what
//! waits behind a hole.

use std::sync::LazyLock;

use triomphe::Arc;

mod asked;
mod framing;
mod hearing;
mod http;
mod http2;
mod last_words;
mod proxied;
mod reading;
mod session;
mod spoken;
mod stream;
mod talk;
mod tls;
mod turns;
mod upgraded;
mod websocket;

pub(super) use hearing::{Hearing, room_for};
pub use http::{BodyLength, Http, Owed, Request, Response, Upgrade};
pub use http2::{Aborted, Answer, GoAway, Http2, Stream};
pub use last_words::Fatal;
pub use proxied::{Proxied, Version as ProxyVersion};
pub use session::Session;
pub use spoken::Spoken;
pub use tls::{Alert, Offers, Tls};
pub use turns::Turn;
pub use upgraded::Upgraded;
pub use websocket::{CloseFrame, WebSocket};

use crate::ahead::fetch;
use crate::decode::{Segment, SeqNumber};
use crate::time::Timestamp;

use super::half::Order;
use super::key::End;
use hearing::Opaque;
use last_words::LastWords;
use reading::Reading;
use stream::{Piece, Stamp};
use talk::Talk;
use turns::Turns;

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
    /// HTTP/2 in clear text.
    Http2(Box<Http2>),
    /// TLS.
    Tls(Box<Tls>),
    /// With a database, or in whatever else has messages that tell where they end, in clear text.
    Session(Box<Session>),
    /// It was HTTP, and then something else; turns are counted afresh from there on.
    Upgraded(Box<Upgraded>),
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
    /// Who said first that it is a proxy, if anybody did.
    pub proxied: Option<Proxied>,
    /// What was said last and is no part of a talk that cannot be read.
    last_words: Option<Box<LastWords>>,
    reading: Reading,
}

/// One value for all connections.
static NOTHING: LazyLock<Arc<Exchange>> = LazyLock::new(Arc::default);

impl Exchange {
    /// That nothing was said.
    pub(super) fn nothing() -> Arc<Self> {
        Arc::clone(&NOTHING)
    }

    /// Is it that value?
    fn is_nothing(&self) -> bool {
        std::ptr::eq(self, Arc::as_ptr(&NOTHING))
    }

    /// Takes note of a segment with payload, the how manyth of all it is, and how it lies to what its sender sent before. `start` is where the sender's
    /// payload begins, if that is known. Only new payload counts; a retransmission says nothing new. Gives how much memory it takes then, as
    /// `Exchange::weight` does.
    pub fn heard(
        &mut self,
        (segment, payload, serial): (&Segment, &[u8], u64),
        by: End,
        order: Order,
        start: Option<SeqNumber>,
        peek: Peek,
    ) -> usize {
        if segment.len == 0 || segment.flags.rst() {
            return self.weight();
        }
        let ack = segment.flags.ack().then_some(segment.ack);
        let stamp = Stamp { ts: segment.ts, frame: segment.frame, serial, ack };
        // The payload of a SYN comes behind it.
        let seq = segment.seq.plus(u32::from(segment.flags.syn()));
        let piece = Piece::new(stamp, seq, payload, segment.len);
        let (reading, mut talk) = self.parts();
        match peek {
            Peek::Allowed => {
                reading.speak(by, &piece, order, &mut talk);
                reading.read(by, &piece, start, &mut talk);
            }
            Peek::Forbidden => {
                reading.speak(by, &Piece::new(stamp, seq, &[], segment.len), order, &mut talk);
            }
        }
        self.weight()
    }

    /// The same for the usual segment that goes on in TLS: that tells by itself what is speech, so that nobody else has to be told where
    /// it goes on with what is known and nothing waits, and nothing else takes any memory. Gives that, and how many of the next bytes
    /// nobody has to look at, the last of them apart; `None` leaves it to [`Exchange::heard`].
    #[inline]
    fn goes_on_in_tls(
        &mut self,
        (segment, payload, serial): (&Segment, &[u8], u64),
        by: End,
    ) -> Option<(usize, u64)> {
        let Self { turn: now, turn_before: before, turns: count, protocol, reading, .. } = self;
        let Protocol::Tls(tls) = protocol else { return None };
        let stamp = Stamp { ts: segment.ts, frame: segment.frame, serial, ack: Some(segment.ack) };
        let piece = Piece::new(stamp, segment.seq, payload, segment.len);
        if !reading.goes_on(by, &piece) {
            return None;
        }
        tls.heard(by, &piece, &mut Turns { now, before, count });
        let speaks = now.is_some_and(|turn| turn.by == by);
        Some((tls.weight(), if speaks { tls.opaque(by) } else { 0 }))
    }

    /// So many of the bytes of `by` from `next` on go on with what nobody has to look at, the last of them apart: only their
    /// number counts, and it is counted for the turn that is under way.
    fn opaque(&self, by: End, next: SeqNumber) -> Opaque {
        let speaks = self.turn.is_some_and(|turn| turn.by == by);
        if speaks { self.reading.opaque(by, next, &self.protocol) } else { Opaque::default() }
    }

    /// So many of these have passed, the last of them then.
    fn passed(&mut self, by: End, count: u32, last: (Timestamp, u64)) {
        let (reading, mut talk) = self.parts();
        reading.passed(by, count, last, &mut talk);
    }

    /// The peer of `by` acknowledged up to `ack` although the capture does not show all that.
    pub fn missed(&mut self, by: End, ack: SeqNumber) {
        let (reading, mut talk) = self.parts();
        reading.missed(by, ack, &mut talk);
    }

    fn parts(&mut self) -> (&mut Reading, Talk<'_>) {
        let Self { turn: now, turn_before: before, turns: count, protocol, proxied, last_words, reading } =
            self;
        (reading, Talk { protocol, turns: Turns { now, before, count }, proxied, last_words })
    }

    /// Bytes of memory that it takes beyond what every exchange does: what waits behind holes, heads that are not whole, and what
    /// HTTP/2 remembers.
    #[inline]
    pub(super) fn weight(&self) -> usize {
        let read = match &self.protocol {
            Protocol::Http(http) => http.weight(),
            Protocol::Http2(http2) => http2.weight(),
            Protocol::Tls(tls) => tls.weight(),
            Protocol::Upgraded(upgraded) => upgraded.tls.as_ref().map_or(0, Tls::weight),
            Protocol::Unknown | Protocol::Session(_) => 0,
        };
        read + self.reading.weight()
    }

    /// Bytes that every one takes in which this is spoken.
    fn size(&self) -> usize {
        let spoken = match &self.protocol {
            Protocol::Unknown => 0,
            Protocol::Http(_) => size_of::<Http>(),
            Protocol::Http2(_) => size_of::<Http2>(),
            Protocol::Tls(_) => size_of::<Tls>(),
            Protocol::Session(_) => size_of::<Session>(),
            Protocol::Upgraded(_) => size_of::<Upgraded>(),
        };
        size_of::<Self>() + spoken
    }

    /// Asks for what the next segment will touch, and for the number of its owners, which lies before it.
    #[inline]
    pub(super) fn fetch(&self) {
        fetch(self);
        self.reading.fetch();
        fetch(&self.turn_before);
        fetch(&self.turns);
    }

    /// The same of what is spoken.
    #[inline]
    pub(super) fn fetch_protocol(&self) {
        match &self.protocol {
            Protocol::Http(http) => http.fetch(),
            Protocol::Tls(tls) => tls.fetch(),
            Protocol::Unknown | Protocol::Http2(_) | Protocol::Session(_) | Protocol::Upgraded(_) => {}
        }
    }

    /// Bytes of this end are missing that one would have to know: what it said last is not certain.
    #[must_use]
    pub fn is_blind(&self, by: End) -> bool {
        let lost = match &self.protocol {
            Protocol::Http(http) => http.is_blind(by),
            Protocol::Http2(http2) => http2.is_blind(by),
            Protocol::Tls(tls) => tls.is_blind(by),
            Protocol::Session(session) => session.is_blind(by),
            Protocol::Upgraded(upgraded) => upgraded.is_blind(by),
            Protocol::Unknown => false,
        };
        lost || self.reading.misses_some(by)
    }

    /// Bytes after everything else that an end said, which are the protocol's own and which nobody misses: TLS's alerts, what
    /// HTTP/2 says of the connection, WebSocket's pings and Close frames, and the goodbyes of some other protocols.
    #[must_use]
    pub fn trailing_own_bytes(&self, by: End) -> u32 {
        match &self.protocol {
            Protocol::Http2(http2) => *http2.trailing_control_bytes.at(by),
            Protocol::Unknown | Protocol::Session(_) => {
                self.last_words.as_ref().map_or(0, |words| *words.goodbye.at(by))
            }
            _ => {
                let tls = self.tls().map(|tls| *tls.trailing_own_bytes.at(by));
                tls.or_else(|| Some(*self.websocket()?.trailing_control_bytes.at(by))).unwrap_or(0)
            }
        }
    }

    /// Why a server ended the session, if it said so and nothing after it.
    #[must_use]
    pub fn fatal(&self) -> Option<&Fatal> {
        let read = self.session().and_then(Session::fatal);
        read.or_else(|| self.last_words.as_ref()?.fatal.as_ref())
    }

    /// The word for the protocol, or `None` where it is not known.
    #[must_use]
    pub fn protocol_name(&self) -> Option<&'static str> {
        match &self.protocol {
            Protocol::Unknown => None,
            Protocol::Http(_) => Some("http/1"),
            Protocol::Http2(_) => Some("http/2"),
            Protocol::Tls(_) => Some("tls"),
            Protocol::Session(session) => Some(session.name()),
            Protocol::Upgraded(upgraded) => Some(upgraded.to.name()),
        }
    }

    /// The HTTP/2 connection, if that is what is spoken.
    #[must_use]
    pub fn http2(&self) -> Option<&Http2> {
        match &self.protocol {
            Protocol::Http2(http2) => Some(http2),
            _ => None,
        }
    }

    /// The HTTP/1 exchange, if that is what is spoken.
    #[must_use]
    pub fn http(&self) -> Option<&Http> {
        match &self.protocol {
            Protocol::Http(http) => Some(http),
            _ => None,
        }
    }

    /// The session of messages, if that is what is spoken.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.protocol {
            Protocol::Session(session) => Some(session),
            _ => None,
        }
    }

    /// The TLS session, if that is what is spoken, be it in a tunnel.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        match &self.protocol {
            Protocol::Tls(tls) => Some(tls),
            Protocol::Upgraded(upgraded) => upgraded.tls.as_ref(),
            _ => None,
        }
    }

    /// The WebSocket connection, if that is what is spoken.
    #[must_use]
    pub fn websocket(&self) -> Option<&WebSocket> {
        self.upgraded()?.websocket.as_ref()
    }

    /// What the connection left HTTP for, if it did.
    #[must_use]
    pub fn upgraded(&self) -> Option<&Upgraded> {
        match &self.protocol {
            Protocol::Upgraded(upgraded) => Some(upgraded),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
