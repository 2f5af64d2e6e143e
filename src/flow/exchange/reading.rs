//! From segments to what is spoken: puts both directions in order, recognises the protocol by the first bytes, and hands
//! on what comes to whoever can read it.

use smallvec::SmallVec;

use crate::ahead::fetch;
use crate::decode::SeqNumber;
use crate::time::Timestamp;

use super::super::half::Order;
use super::super::key::{Both, End};
use super::hearing::{Opaque, Unless};
use super::http::{self, Left, Looks, Upgrade};
use super::http2::{self, Http2};
use super::session::Session;
use super::stream::{Piece, Stamp, Stream};
use super::talk::Talk;
use super::tls;
use super::{Protocol, Spoken, Upgraded};

/// First bytes that are kept while they might become something known: as many as the longest method.
const MAX_OPENING: usize = 16;
/// Turns before TLS in the middle of a connection: SMTP has five (greeting, EHLO and its answer, STARTTLS and its answer).
const MAX_PLAIN_TURNS: u32 = 10;

/// How far each direction was read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Reading {
    /// After the highest number of each end so far.
    tops: Both<Option<SeqNumber>>,
    /// Both directions, put in order; empty once nobody can read it.
    ends: Both<Stream>,
    opening: Opening,
    mode: Mode,
}

/// Whether there is anything to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Mode {
    /// Nothing came yet.
    #[default]
    Fresh,
    /// It is read.
    Open,
    /// Nobody can read it.
    Deaf,
}

/// Recognises a protocol.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
enum Opening {
    /// Nothing was said.
    #[default]
    Silent,
    /// Too few bytes to tell.
    Short(Box<Short>),
    /// Nothing known; TLS may begin in the middle (STARTTLS, PostgreSQL's SSLRequest), and so may the capture. A server of HTTP/2
    /// may speak first, and others greet.
    Plain { greeted: Option<(End, Spoken)> },
    /// It is known.
    Known,
    /// It will not be known.
    Unknown,
}

/// The first bytes, as long as they are too few.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Short {
    by: End,
    stamp: Stamp,
    seq: SeqNumber,
    bytes: Vec<u8>,
}

impl Reading {
    /// Bytes of memory that what waits takes.
    #[inline]
    pub(super) fn weight(&self) -> usize {
        self.ends.at(End::Low).weight() + self.ends.at(End::High).weight()
    }

    /// Asks for what the next segment will touch.
    #[inline]
    pub(super) fn fetch(&self) {
        fetch(self.ends.at(End::Low));
        fetch(self.tops.at(End::Low));
        fetch(&self.mode);
    }

    /// Counts new bytes for the turns. TLS and HTTP/2 tell by themselves what is speech.
    pub(super) fn speak(&mut self, by: End, piece: &Piece<'_>, order: Order, talk: &mut Talk<'_>) {
        let top = self.tops.at_mut(by);
        let old = top.map_or(0, |top| u32::try_from(top.offset_from(piece.seq)).unwrap_or(0));
        *top = Some(top.map_or(piece.end(), |top| top.furthest(piece.end())));
        if talk.tells_turns() {
            return;
        }
        match order {
            Order::Next | Order::Ahead => {
                let new = piece.behind(old);
                if new.len() > 0 && !talk.is_last_word(by, &new) {
                    talk.say(by, &new);
                }
            }
            Order::Late => talk.turns.take_late(by, piece.stamp, piece.seq, piece.len()),
            Order::Empty | Order::Again | Order::Probe => {}
        }
    }

    /// Takes a segment that comes next in what is known and read, where nothing waits: it is for whoever reads that, as it is.
    #[inline]
    pub(super) fn goes_on(&mut self, by: End, piece: &Piece<'_>) -> bool {
        let (next, top) = (self.ends.at(by).next(), self.tops.at_mut(by));
        let in_order = next == Some(piece.seq) && *top == next;
        let reads = self.mode == Mode::Open && matches!(self.opening, Opening::Known);
        let goes_on = reads
            && in_order
            && !self.ends.at(by.peer()).holds()
            && self.ends.at_mut(by).goes_on(piece, None);
        if goes_on {
            *top = Some(piece.end());
        }
        goes_on
    }

    /// Reads a segment of `by`.
    pub(super) fn read(&mut self, by: End, piece: &Piece<'_>, start: Option<SeqNumber>, talk: &mut Talk<'_>) {
        if self.mode == Mode::Fresh {
            self.mode = Mode::Open;
        }
        if self.mode == Mode::Open
            && !self.ends.at(by.peer()).holds()
            && self.ends.at_mut(by).goes_on(piece, start)
        {
            self.opening.hear(by, piece, talk);
            return self.give_up_if_unknown();
        }
        self.with_streams(|ends, opening| {
            ends.at_mut(by).begin(start);
            let opaque = opaque(talk.protocol, by);
            if let Some(ack) = piece.stamp.ack {
                let other = by.peer();
                ends.at_mut(other).acknowledged(ack, &mut |piece| opening.hear(other, &piece, talk));
            }
            ends.at_mut(by).push(*piece, opaque, &mut |piece| opening.hear(by, &piece, talk));
        });
    }

    /// How many of the bytes of `by` from `next` on nobody has to look at, the last of them apart, if that is where all of it
    /// goes on: in order, and with nothing that waits.
    pub(super) fn opaque(&self, by: End, next: SeqNumber, protocol: &Protocol) -> Opaque {
        if *self.tops.at(by) != Some(next) {
            return Opaque::default();
        }
        match self.mode {
            Mode::Open => {}
            Mode::Fresh => return Opaque::all(Unless::Never),
            Mode::Deaf => return Opaque::all(Unless::LastWord),
        }
        let stream = self.ends.at(by);
        if stream.next() != Some(next) || stream.holds() || self.ends.at(by.peer()).holds() {
            return Opaque::default();
        }
        match (&self.opening, protocol) {
            (Opening::Plain { .. }, _) => Opaque::all(Unless::Known),
            (Opening::Known, Protocol::Http(http)) if http.is_blind(by) => {
                Opaque::all(Unless::Message(http.kind(by)))
            }
            (Opening::Known, protocol) => Opaque { bytes: opaque(protocol, by), unless: Unless::Never },
            _ => Opaque::default(),
        }
    }

    /// So many of these have passed, the last of them then. They belong to the turn that is under way, and to its frame.
    pub(super) fn passed(
        &mut self,
        by: End,
        count: u32,
        (ts, serial): (Timestamp, u64),
        talk: &mut Talk<'_>,
    ) {
        let Some(turn) = *talk.turns.now else { return };
        let seq = self.tops.at(by).unwrap_or_default();
        let stamp = Stamp { ts, frame: turn.frame, serial, ack: None };
        let piece = Piece { stamp, seq, bytes: &[], unseen: count };
        self.speak(by, &piece, Order::Next, talk);
        if self.mode == Mode::Open {
            self.read(by, &piece, None, talk);
        }
    }

    /// Bytes of `by` before `ack` are missing from the capture.
    pub(super) fn missed(&mut self, by: End, ack: SeqNumber, talk: &mut Talk<'_>) {
        self.with_streams(|ends, opening| {
            ends.at_mut(by).missed(ack, &mut |piece| opening.hear(by, &piece, talk));
        });
    }

    /// The other side has bytes of `by` that the capture misses.
    pub(super) fn misses_some(&self, by: End) -> bool {
        self.mode == Mode::Open && self.ends.at(by).misses_some()
    }

    fn with_streams(&mut self, work: impl FnOnce(&mut Both<Stream>, &mut Opening)) {
        if self.mode != Mode::Open {
            return;
        }
        work(&mut self.ends, &mut self.opening);
        self.give_up_if_unknown();
    }

    fn give_up_if_unknown(&mut self) {
        if matches!(self.opening, Opening::Unknown) {
            (self.mode, self.ends) = (Mode::Deaf, Both::default());
        }
    }
}

fn opaque(protocol: &Protocol, by: End) -> u64 {
    match protocol {
        Protocol::Http(http) => http.opaque(by),
        Protocol::Http2(http2) => http2.opaque(by),
        Protocol::Tls(tls) => tls.opaque(by),
        Protocol::Session(session) => session.opaque(by),
        Protocol::Upgraded(upgraded) => upgraded.opaque(by),
        Protocol::Unknown => 0,
    }
}

impl Opening {
    /// Bytes of `by` in order.
    fn hear(&mut self, by: End, piece: &Piece<'_>, talk: &mut Talk<'_>) {
        match self {
            Self::Known => self.read(by, piece, talk),
            Self::Unknown => {}
            Self::Plain { greeted } => {
                let greeted = *greeted;
                self.look_again((by, piece), greeted, talk);
            }
            Self::Silent => match talk.proxy_header(by, piece) {
                // What is spoken begins behind it.
                Some(header) if header < piece.len() => self.recognise(by, &piece.behind(header), talk),
                Some(_) => {}
                None => self.recognise(by, piece, talk),
            },
            Self::Short(_) => self.recognise(by, piece, talk),
        }
    }

    /// A whole ClientHello header is unlike anything else, and so are HTTP/2's preface, before which its servers may speak, and a
    /// whole request line where a side begins to speak: the capture may have begun with the rest of an answer.
    fn look_again(
        &mut self,
        (by, piece): (End, &Piece<'_>),
        greeted: Option<(End, Spoken)>,
        talk: &mut Talk<'_>,
    ) {
        if tls::is_surely_hello(piece.bytes) {
            talk.begin_tls_behind_clear(by);
        } else if talk.looks_like_preface(piece.bytes) == Looks::Like {
            talk.begin_http2(Http2::new(by));
        } else if talk.is_unknown() && tls::is_surely_data(piece.bytes) {
            talk.go_on_in_tls(by, piece);
        } else if let Some(client) = talk.client_of_frames(by, piece) {
            talk.begin_http2(Http2::midway(client));
        } else if let Some(session) = talk.session(by, piece) {
            talk.begin_session(session);
        } else if talk.begins_request(by, piece) {
            talk.begin_http(by, greeted);
        } else {
            if *talk.turns.count > MAX_PLAIN_TURNS {
                *self = Self::Unknown;
            }
            return;
        }
        *self = Self::Known;
        self.hear(by, piece, talk);
    }

    /// Only the first bytes tell the protocol; later ones could look like anything.
    fn recognise(&mut self, by: End, piece: &Piece<'_>, talk: &mut Talk<'_>) {
        let (first, stamp, seq, earlier) = match std::mem::take(self) {
            Self::Short(short) => (short.by, short.stamp, short.seq, short.bytes),
            // A hole before anything was said.
            _ if piece.bytes.is_empty() => return,
            _ => (by, piece.stamp, piece.seq, Vec::new()),
        };
        let start = piece.bytes.get(..piece.bytes.len().min(MAX_OPENING)).unwrap_or_default();
        let bytes: SmallVec<[u8; 2 * MAX_OPENING]> = earlier.iter().chain(start).copied().collect();
        let preface = talk.looks_like_preface(&bytes);
        let request = match talk.looks_like_request(&bytes) {
            Looks::Like if http::is_anothers(&earlier, piece.bytes) => Looks::Unlike,
            looks => looks,
        };
        let (hello, startup) = (tls::looks_like_hello(&bytes), talk.looks_like_startup(&bytes));
        let short = [hello, request, preface, startup].contains(&Looks::Short) && piece.unseen == 0;
        *self = Self::Known;
        if first != by {
            *self = Self::Plain { greeted: None };
        } else if hello == Looks::Like || tls::looks_like_alert(&bytes) {
            talk.begin_tls(by);
        } else if request == Looks::Like {
            talk.begin_http(by, None);
        } else if preface == Looks::Like {
            talk.begin_http2(Http2::new(by));
        } else if startup == Looks::Like {
            talk.begin_session(Session::started_by(by, &bytes));
        } else if short {
            let bytes = bytes.into_vec();
            return *self = Self::Short(Box::new(Short { by, stamp, seq, bytes }));
        } else {
            let settings = http2::begins_with_settings(&bytes).then_some(Spoken::Http2);
            let spoken = settings.or_else(|| Spoken::instead_of_http1(&bytes));
            *self = Self::Plain { greeted: spoken.map(|spoken| (by, spoken)) };
        }
        if matches!(self, Self::Known) {
            self.hear(by, &Piece { stamp, seq, bytes: &earlier, unseen: 0 }, talk);
        }
        self.hear(by, piece, talk);
    }

    fn read(&mut self, by: End, piece: &Piece<'_>, talk: &mut Talk<'_>) {
        match &mut *talk.protocol {
            Protocol::Http(http) => {
                if let Some(left) = http.heard(by, piece) {
                    self.leave_http(&left, by, piece, talk);
                }
            }
            Protocol::Http2(http2) => http2.heard(by, piece, &mut talk.turns),
            Protocol::Tls(tls) => tls.heard(by, piece, &mut talk.turns),
            Protocol::Session(session) => session.heard(by, piece),
            Protocol::Upgraded(upgraded) => {
                if let Some(tls) = &mut upgraded.tls {
                    tls.heard(by, piece, &mut talk.turns);
                } else if let Some(websocket) = &mut upgraded.websocket {
                    websocket.heard(by, piece, &mut talk.turns);
                }
            }
            Protocol::Unknown => {}
        }
    }

    /// HTTP has ended with this piece; what follows in it and after it is another talk.
    fn leave_http(&mut self, left: &Left, by: End, piece: &Piece<'_>, talk: &mut Talk<'_>) {
        let Protocol::Http(http) = std::mem::take(talk.protocol) else { return };
        let rest = piece.behind(piece.len() - left.rest.min(piece.len()));
        if left.to == Upgrade::Http2 {
            *talk.protocol = Protocol::Http2(Box::new(Http2::upgraded(&http)));
            // It was said yes to, which is no answer.
            talk.turns.take_back(by);
        } else {
            *talk.protocol = Protocol::Upgraded(Box::new(Upgraded::new(left.to, *http)));
            *self = match left.to {
                Upgrade::Tunnel => Self::Silent,
                Upgrade::WebSocket => Self::Known,
                Upgrade::Http2 | Upgrade::Other => Self::Unknown,
            };
            talk.turns.clear();
            if rest.len() > 0 && !talk.tells_turns() {
                talk.turns.take(by, rest.stamp, rest.seq, rest.len());
            }
        }
        if rest.len() > 0 {
            self.hear(by, &rest, talk);
        }
    }
}
