//! One direction of HTTP/2: frame after frame, of which the headers are read and the bodies counted (RFC 9113 §4.1).

use super::super::http::{self, Looks, looks_like};
use super::super::stream::{Piece, count};

/// What a client says first (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// As much of it is enough to know it by.
const PREFACE_LINE: &[u8] = b"PRI * HTTP/2.0\r\n";
const HEADER: usize = 9;
/// The same as a count of bytes.
pub(super) const HEADER_LEN: u32 = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
/// RFC 7838, RFC 8336 and RFC 9218.
const EXTENSIONS: [u8; 3] = [0x0a, 0x0c, 0x10];

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITIZED: u8 = 32;
/// What stands before a head that has a priority.
const PRIORITY_LEN: usize = 5;
/// A frame is no longer than this unless its receiver allows it (RFC 9113 §4.2).
const USUAL_LEN: u32 = 1 << 14;

/// Do these bytes begin an HTTP/2 connection?
pub(in super::super) fn looks_like_preface(bytes: &[u8]) -> Looks {
    looks_like(bytes, PREFACE_LINE)
}

/// Do these bytes begin as those of a server do that speaks HTTP/2 (RFC 9113 §3.4)?
#[inline]
pub(in super::super) fn begins_with_settings(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, len, SETTINGS, 0, 0, 0, 0, 0, ..] if len.is_multiple_of(6))
}

/// Do these bytes begin with a frame, or are they too few to tell?
pub(super) fn may_begin_with_one(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_none_or(|&header| Frame::of(header).is_some())
}

/// What a frame is, as far as that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Data,
    Headers,
    /// The rest of a head.
    Continuation,
    ResetStream,
    GoAway,
    /// PUSH_PROMISE.
    Push,
    /// Of the connection's own business: SETTINGS, PING, WINDOW_UPDATE and the like.
    Control,
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) stream: u32,
    pub(super) len: u32,
    flags: u8,
}

impl Frame {
    /// `None` is what no frame can be: where frames begin is not known then.
    fn of(header: [u8; HEADER]) -> Option<Self> {
        let [high, middle, low, kind, flags, id @ ..] = header;
        let (len, id) = (u32::from_be_bytes([0, high, middle, low]), u32::from_be_bytes(id));
        let stream = id & (u32::MAX >> 1);
        let (fits, kind) = match kind {
            DATA => (stream > 0, Kind::Data),
            HEADERS => (stream > 0 && len > 0, Kind::Headers),
            PRIORITY => (stream > 0 && len == 5, Kind::Control),
            RST_STREAM => (stream > 0 && len == 4, Kind::ResetStream),
            SETTINGS => (stream == 0 && len.is_multiple_of(6), Kind::Control),
            PUSH_PROMISE => (stream > 0 && len >= 4, Kind::Push),
            PING => (stream == 0 && len == 8, Kind::Control),
            GOAWAY => (stream == 0 && len >= 8, Kind::GoAway),
            WINDOW_UPDATE => (len == 4, Kind::Control),
            CONTINUATION => (stream > 0, Kind::Continuation),
            other => (EXTENSIONS.contains(&other), Kind::Control),
        };
        (fits && id == stream).then_some(Self { kind, stream, len, flags })
    }

    /// The same where a frame must begin: its reserved bit means nothing, and what is of a type that nobody knows is passed over (RFC
    /// 9113 §4.1, §5.5).
    fn expected(header: [u8; HEADER]) -> Option<Self> {
        let [high, middle, low, kind, flags, id @ ..] = header;
        let stream = u32::from_be_bytes(id) & (u32::MAX >> 1);
        let [a, b, c, d] = stream.to_be_bytes();
        let len = u32::from_be_bytes([0, high, middle, low]);
        let unknown = (kind > CONTINUATION && len <= USUAL_LEN).then_some(Self {
            kind: Kind::Control,
            stream,
            len,
            flags,
        });
        Self::of([high, middle, low, kind, flags, a, b, c, d]).or(unknown)
    }

    /// Is it the last that its sender says on this stream?
    pub(super) const fn ends_stream(self) -> bool {
        matches!(self.kind, Kind::Data | Kind::Headers) && self.flags & END_STREAM != 0
    }

    /// Does a head end with it?
    pub(super) const fn ends_head(self) -> bool {
        matches!(self.kind, Kind::Headers | Kind::Continuation) && self.flags & END_HEADERS != 0
    }

    /// How many bytes of `body`, its own, stand before what it carries of a head, and how many after that (RFC 9113 §6.2).
    pub(super) fn around_head(self, body: &[u8]) -> (usize, usize) {
        let has = |flag| self.kind == Kind::Headers && self.flags & flag != 0;
        let padding = body.first().copied().filter(|_| has(PADDED)).map(usize::from);
        let priority = if has(PRIORITIZED) { PRIORITY_LEN } else { 0 };
        (usize::from(has(PADDED)) + priority, padding.unwrap_or(0))
    }

    /// Does somebody say something with it? The rest is the connection's own.
    pub(super) const fn is_speech(self) -> bool {
        matches!(self.kind, Kind::Data | Kind::Headers | Kind::Continuation)
    }
}

/// What a step read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event<'a> {
    /// Part of a header or of the preface.
    Partial,
    /// The last byte of a header.
    Begins(Frame),
    /// Bytes of a body, as far as they were captured, and how many they are.
    Body(&'a [u8], u32),
    /// Bytes of which nobody knows where frames begin in them.
    Blind(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So much of the preface is still to come.
    Preface(u32),
    /// In a header: so many bytes of it are there.
    Header([u8; HEADER], u8),
    /// In a body: so much of it is left.
    Body(u32),
    /// Lost.
    Blind,
}

const BETWEEN: State = State::Header([0; HEADER], 0);

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frames {
    state: State,
}

impl Default for Frames {
    fn default() -> Self {
        Self { state: BETWEEN }
    }
}

impl Frames {
    /// The direction of a client.
    pub(super) const fn behind_preface() -> Self {
        Self { state: State::Preface(count(PREFACE)) }
    }

    /// A direction of which nobody knows where frames begin.
    pub(super) const fn lost() -> Self {
        Self { state: State::Blind }
    }

    /// Reads a step of `piece`; gives what is left of it.
    pub(super) fn read<'a>(&mut self, piece: &Piece<'a>) -> (Event<'a>, Piece<'a>) {
        match &mut self.state {
            State::Blind => (Event::Blind(piece.len()), piece.behind(piece.len())),
            State::Preface(left) => {
                let taken = piece.len().min(*left);
                *left -= taken;
                if *left == 0 {
                    self.state = BETWEEN;
                }
                (Event::Partial, piece.behind(taken))
            }
            State::Body(left) => {
                let taken = piece.len().min(*left);
                *left -= taken;
                if *left == 0 {
                    self.state = BETWEEN;
                }
                let seen = piece.bytes.get(..taken as usize).unwrap_or(piece.bytes);
                (Event::Body(seen, taken), piece.behind(taken))
            }
            State::Header(header, have) => {
                let Some(&byte) = piece.bytes.first() else {
                    self.state = State::Blind;
                    return (Event::Blind(piece.len()), piece.behind(piece.len()));
                };
                if let Some(place) = header.get_mut(usize::from(*have)) {
                    *place = byte;
                }
                *have += 1;
                (self.after_header_byte(), piece.behind(1))
            }
        }
    }

    fn after_header_byte<'a>(&mut self) -> Event<'a> {
        let State::Header(header, have) = self.state else { return Event::Partial };
        if usize::from(have) < HEADER {
            return Event::Partial;
        }
        let Some(frame) = Frame::expected(header) else {
            self.state = State::Blind;
            return Event::Blind(HEADER_LEN);
        };
        self.state = if frame.len == 0 { BETWEEN } else { State::Body(frame.len) };
        Event::Begins(frame)
    }

    /// A piece begins where nobody knows: do frames begin with it, one behind the other as far as it goes?
    pub(super) fn resume(&mut self, piece: &Piece<'_>) {
        if self.state == State::Blind && holds_frames(piece.bytes) {
            self.state = BETWEEN;
        }
    }

    /// How much of the body of a frame that has begun is still to come.
    pub(super) const fn left(&self) -> u32 {
        if let State::Body(left) = self.state { left } else { 0 }
    }

    /// Is the next byte the first of a frame?
    pub(super) fn is_between(&self) -> bool {
        matches!(self.state, State::Header(_, 0))
    }
}

/// Is this a whole number of frames, among them a head that tells whether it is a request's or an answer's? Heads begin with the method
/// or the status, and the usual ones are single bytes (RFC 7541, appendix A).
#[inline]
pub(in super::super) fn kind_of(bytes: &[u8]) -> Option<http::Kind> {
    // Most of what is looked at begins with something else than the length of a usual frame.
    bytes.first().filter(|&&high| high == 0).and_then(|_| kind_of_frames(bytes))
}

fn kind_of_frames(mut bytes: &[u8]) -> Option<http::Kind> {
    let mut kind = None;
    while !bytes.is_empty() {
        let (frame, rest) = usual(bytes)?;
        let (body, behind) = rest.split_at_checked(frame.len as usize)?;
        if frame.kind == Kind::Headers {
            kind = kind.or(kind_of_head(frame, body));
        }
        bytes = behind;
    }
    kind
}

fn kind_of_head(frame: Frame, body: &[u8]) -> Option<http::Kind> {
    let (before, _) = frame.around_head(body);
    match body.get(before)? {
        0x82 | 0x83 => Some(http::Kind::Request),
        0x88..=0x8e => Some(http::Kind::Response),
        _ => None,
    }
}

/// Are these frames, one behind the other? Of the last one some may be missing.
fn holds_frames(mut bytes: &[u8]) -> bool {
    let mut found = false;
    while bytes.len() >= HEADER {
        let Some((frame, rest)) = usual(bytes) else { return false };
        (found, bytes) = (true, rest.get(frame.len as usize..).unwrap_or_default());
    }
    found
}

/// The frame of usual length with which these bytes begin, and what follows its header.
fn usual(bytes: &[u8]) -> Option<(Frame, &[u8])> {
    let (&header, rest) = bytes.split_first_chunk()?;
    let frame = Frame::of(header).filter(|frame| frame.len <= USUAL_LEN)?;
    Some((frame, rest))
}
