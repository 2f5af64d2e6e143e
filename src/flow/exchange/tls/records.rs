//! One direction of TLS: record after record, of which the headers are read and the bodies counted (RFC 8446 §5.1).

use std::borrow::Cow;

use super::super::stream::{Piece, count};

pub(super) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(super) const ALERT: u8 = 21;
pub(super) const HANDSHAKE: u8 = 22;
pub(super) const APPLICATION_DATA: u8 = 23;
const HEARTBEAT: u8 = 24;
const HEADER: usize = 5;
/// The same as a count of bytes.
pub(super) const HEADER_LEN: u32 = 5;
/// RFC 5246 §6.2.3; TLS 1.3 allows less.
const MAX_RECORD: u16 = (1 << 14) + 2048;
/// An authentication tag and a byte.
const MIN_DATA: u16 = 17;
/// The first handshake message of each side is gathered up to here.
const MAX_HELLO: usize = 4096;
/// Type and length of a handshake message.
const MESSAGE_HEADER: usize = 4;

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) kind: u8,
    pub(super) len: u16,
}

impl Record {
    fn of(header: [u8; HEADER]) -> Option<Self> {
        let [kind @ CHANGE_CIPHER_SPEC..=HEARTBEAT, 3, 0..=4, high, low] = header else { return None };
        let len = u16::from_be_bytes([high, low]);
        (len <= MAX_RECORD).then_some(Self { kind, len })
    }
}

/// Do these bytes begin with a record of application data, or an encrypted alert, and go on with records as far as they go?
#[inline]
pub(super) fn are_data(bytes: &[u8]) -> bool {
    matches!(bytes, [APPLICATION_DATA | ALERT, ..]) && are_records(bytes)
}

fn are_records(mut bytes: &[u8]) -> bool {
    let mut found = false;
    while let Some((&header, rest)) = bytes.split_first_chunk() {
        // Nothing is encrypted that has no room for a tag.
        let Some(record) = Record::of(header).filter(|record| record.len >= MIN_DATA) else { return false };
        (found, bytes) = (true, rest.get(usize::from(record.len)..).unwrap_or_default());
    }
    found
}

/// Is a record of application data as long as a frame by which HTTP/2 talks about itself: an acknowledgement of settings, an update of the
/// window or the end of a stream, a PING or a GOAWAY (RFC 9113 §6)? In TLS 1.2 with AES-GCM or ChaCha20, all that it may use (§9.2.2).
pub(super) fn may_be_http2s_own(len: u16, version13: Option<bool>) -> bool {
    const FRAMES: [u16; 3] = [9, 13, 17];
    /// No frame takes more.
    const MOST: u16 = 17 + 24;
    let added: &[u16] = if version13 == Some(true) { &[17] } else { &[16, 24] };
    len <= MOST && FRAMES.iter().any(|frame| added.iter().any(|added| frame + added == len))
}

/// What a step read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event<'a> {
    /// Part of a header: so many bytes.
    Partial,
    /// The last byte of a header.
    Header(Record),
    /// Bytes of a body, as far as they were captured, and how many they are.
    Body(&'a [u8], u32),
    /// Bytes of which nobody knows where records begin in them.
    Blind(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In a header: so many bytes of it are there.
    Header([u8; HEADER], u8),
    /// In a body: so much of it is left.
    Body(u16),
    /// Lost.
    Blind,
    /// The same, since something else began where a record had to.
    Odd,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Records {
    state: State,
}

impl Default for Records {
    fn default() -> Self {
        Self { state: State::Header([0; HEADER], 0) }
    }
}

impl Records {
    /// A direction of which nobody knows where records begin.
    pub(super) const fn lost() -> Self {
        Self { state: State::Blind }
    }

    /// Did something else begin where a record had to?
    pub(super) const fn is_odd(&self) -> bool {
        matches!(self.state, State::Odd)
    }

    /// Reads a step of `rest`, and leaves what lies behind it.
    #[inline]
    pub(super) fn read<'a>(&mut self, rest: &mut Piece<'a>) -> Event<'a> {
        match &mut self.state {
            State::Blind | State::Odd => Self::pass_all(rest),
            State::Body(left) => {
                let taken = u32::from(*left).min(rest.len());
                *left = left.saturating_sub(u16::try_from(taken).unwrap_or(u16::MAX));
                if *left == 0 {
                    self.state = State::Header([0; HEADER], 0);
                }
                Event::Body(rest.pass(taken), taken)
            }
            State::Header(header, have) => {
                if let (0, Some(&whole)) = (*have, rest.bytes.first_chunk()) {
                    rest.pass(HEADER_LEN);
                    return self.after_header(whole);
                }
                let Some((&byte, _)) = rest.bytes.split_first() else {
                    self.state = State::Blind;
                    return Self::pass_all(rest);
                };
                if let Some(place) = header.get_mut(usize::from(*have)) {
                    *place = byte;
                }
                *have += 1;
                rest.pass(1);
                self.after_header_byte()
            }
        }
    }

    /// The record that begins with these bytes, if one has to begin there and its header is there.
    #[inline]
    pub(super) fn next_of(&self, bytes: Option<&[u8]>) -> Option<Record> {
        let State::Header(_, 0) = self.state else { return None };
        bytes?.first_chunk().and_then(|header| Record::of(*header)).filter(|record| record.len > 0)
    }

    /// Passes over that record, as far as the next `len` bytes go, of which its header is the beginning; gives how many of them it takes.
    #[inline]
    pub(super) fn pass(&mut self, record: Record, len: u32) -> u32 {
        let body = u32::from(record.len).min(len.saturating_sub(HEADER_LEN));
        let left = record.len - u16::try_from(body).unwrap_or(record.len);
        self.state = if left == 0 { State::Header([0; HEADER], 0) } else { State::Body(left) };
        HEADER_LEN + body
    }

    fn pass_all<'a>(rest: &mut Piece<'a>) -> Event<'a> {
        let len = rest.len();
        rest.pass(len);
        Event::Blind(len)
    }

    fn after_header_byte<'a>(&mut self) -> Event<'a> {
        match self.state {
            State::Header(header, have) if usize::from(have) == HEADER => self.after_header(header),
            _ => Event::Partial,
        }
    }

    fn after_header<'a>(&mut self, header: [u8; HEADER]) -> Event<'a> {
        let Some(record) = Record::of(header) else {
            self.state = State::Odd;
            return Event::Blind(count(&header));
        };
        self.state = if record.len == 0 { State::Header([0; HEADER], 0) } else { State::Body(record.len) };
        Event::Header(record)
    }

    /// The next `len` bytes all belong to the body of the record that is under way: takes them. Takes nothing otherwise.
    pub(super) fn lie_within(&mut self, len: u32) -> bool {
        let State::Body(left) = self.state else { return false };
        let Some(left) = u32::from(left).checked_sub(len) else { return false };
        let left = u16::try_from(left).unwrap_or(0);
        self.state = if left == 0 { State::Header([0; HEADER], 0) } else { State::Body(left) };
        true
    }

    /// Takes what belongs to the body of the record that is under way, of the next `len` bytes; gives how many that is.
    pub(super) fn take_rest(&mut self, len: u32) -> u32 {
        let taken = u32::from(self.left()).min(len);
        self.lie_within(taken);
        taken
    }

    /// A piece begins where nobody knows: does a record begin with it?
    pub(super) fn resume(&mut self, piece: &Piece<'_>) {
        if !self.is_blind() {
            return;
        }
        let record = piece.bytes.first_chunk().copied().and_then(Record::of);
        if record.is_some_and(|record| record.len > 0 && record.kind != HEARTBEAT) {
            self.state = State::Header([0; HEADER], 0);
        }
    }

    pub(super) fn is_blind(&self) -> bool {
        matches!(self.state, State::Blind | State::Odd)
    }

    /// How much of the body of a record that has begun is still to come.
    pub(super) const fn left(&self) -> u16 {
        if let State::Body(left) = self.state { left } else { 0 }
    }

    /// A header has begun and is not whole.
    pub(super) const fn in_header(&self) -> bool {
        matches!(self.state, State::Header(_, 1..))
    }
}

/// The first handshake message of a side, as far as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hello {
    /// So much of it.
    Coming(Vec<u8>),
    /// It was read.
    Read,
}

impl Default for Hello {
    fn default() -> Self {
        Self::Coming(Vec::new())
    }
}

impl Hello {
    /// Bytes of memory that it takes.
    #[inline]
    pub(super) const fn weight(&self) -> usize {
        if let Self::Coming(message) = self { message.capacity() } else { 0 }
    }

    /// Takes bytes of handshake records, `len` of them on the wire; gives the message once it is whole or cannot become it. One that
    /// comes at once, as most do, is not copied.
    pub(super) fn gather<'b>(&mut self, bytes: &'b [u8], len: u32) -> Option<Cow<'b, [u8]>> {
        let Self::Coming(message) = self else { return None };
        let room = MAX_HELLO.saturating_sub(message.len()).min(bytes.len());
        let kept = bytes.get(..room).unwrap_or_default();
        let cut = count(bytes) < len || message.len() + room >= MAX_HELLO;
        if message.is_empty() && (cut || is_whole(kept)) {
            *self = Self::Read;
            return (room > 0).then_some(Cow::Borrowed(kept));
        }
        message.extend_from_slice(kept);
        (cut || is_whole(message)).then(|| self.give_up()).flatten().map(Cow::Owned)
    }

    /// Nothing more of it will come; gives what came.
    pub(super) fn give_up(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(self, Self::Read) {
            Self::Coming(message) if !message.is_empty() => Some(message),
            _ => None,
        }
    }
}

fn is_whole(message: &[u8]) -> bool {
    let Some(&[_, high, middle, low]) = message.first_chunk::<MESSAGE_HEADER>() else { return false };
    let len = u32::from_be_bytes([0, high, middle, low]) as usize;
    message.len() >= MESSAGE_HEADER + len
}
