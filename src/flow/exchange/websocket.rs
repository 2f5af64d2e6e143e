//! WebSocket (RFC 6455): messages are speech; pings, pongs and Close frames are the protocol's own, and who ends a connection without a
//! Close frame breaks it off.

mod close_frame;

pub use close_frame::CloseFrame;

use super::super::key::{Both, End};
use super::stream::Piece;
use super::turns::Turns;

/// The longest header: two bytes, eight of a length, four of a mask.
const MAX_HEADER: usize = 14;
/// Of a length that takes two bytes, and one that takes eight (RFC 6455 §5.2).
const SHORT_LEN: u8 = 126;
const LONG_LEN: u8 = 127;
const MASKED: u8 = 0x80;
const FINAL: u8 = 0x80;
const CLOSE: u8 = 8;

/// A WebSocket connection from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSocket {
    /// The end that asked for it; only what it sends is masked.
    client: End,
    /// That end has sent a Close frame.
    pub closing: Both<bool>,
    /// Bytes of what is WebSocket's own after everything else that end sent.
    pub trailing_control_bytes: Both<u32>,
    /// That end has begun a message of several frames, of which the last has not come (RFC 6455 §5.4).
    fragmented: Both<bool>,
    /// The first Close frame, as far as it came.
    close: Option<Box<CloseFrame>>,
    sides: Both<Side>,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Side {
    /// In a header: so many bytes of it are there.
    Header([u8; MAX_HEADER], usize),
    /// In a frame of which so much is left.
    Body(Kind, u64),
    /// Lost: nobody knows where frames begin.
    Blind,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Control,
    Close,
}

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    kind: Kind,
    len: u64,
    /// Nothing of the same message follows.
    last: bool,
}

const BETWEEN: Side = Side::Header([0; MAX_HEADER], 0);

impl Default for Side {
    fn default() -> Self {
        BETWEEN
    }
}

impl WebSocket {
    pub(super) fn new(client: End) -> Self {
        Self {
            client,
            closing: Both::default(),
            trailing_control_bytes: Both::default(),
            fragmented: Both::default(),
            close: None,
            sides: Both::default(),
        }
    }

    /// Frames of this end are missing, or it sends none.
    #[must_use]
    pub fn is_blind(&self, by: End) -> bool {
        *self.sides.at(by) == Side::Blind
    }

    /// Is this end in the midst of a frame, or between those of one message?
    #[must_use]
    pub fn is_within(&self, by: End) -> bool {
        matches!(self.sides.at(by), Side::Header(_, 1..) | Side::Body(..)) || *self.fragmented.at(by)
    }

    /// Did neither end send a Close frame, although all frames were read? Programs see that as an error (code 1006).
    #[must_use]
    pub fn is_unclosed(&self) -> bool {
        [End::Low, End::High].into_iter().all(|by| !self.is_blind(by) && !*self.closing.at(by))
    }

    /// The first Close frame, if one came; the other side's only answers it.
    #[must_use]
    pub fn close_frame(&self) -> Option<&CloseFrame> {
        self.close.as_deref()
    }

    /// How many of the next bytes of `by` are of a message for certain.
    pub(super) fn opaque(&self, by: End) -> u64 {
        if let Side::Body(Kind::Message, left) = self.sides.at(by) { *left } else { 0 }
    }

    /// Reads what comes next.
    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>, turns: &mut Turns<'_>) {
        let mut rest = *piece;
        while rest.len() > 0 {
            let (kind, taken) = self.step(by, &rest);
            self.count(kind, by, &rest, taken, turns);
            rest = rest.behind(taken);
        }
    }

    /// Reads a step; gives what it is of, if that is known by now, and how many bytes it took.
    fn step(&mut self, by: End, piece: &Piece<'_>) -> (Option<Kind>, u32) {
        let from_client = by == self.client;
        let side = self.sides.at_mut(by);
        match side {
            Side::Blind => (Some(Kind::Message), piece.len()),
            Side::Body(kind, left) => {
                let taken = u32::try_from(*left).unwrap_or(u32::MAX).min(piece.len());
                let kind = *kind;
                if let Some(close) = self.close.as_mut().filter(|close| kind == Kind::Close && close.by == by)
                {
                    close.goes_on(piece.bytes.get(..taken as usize).unwrap_or(piece.bytes));
                }
                *left -= u64::from(taken);
                if *left == 0 {
                    *side = BETWEEN;
                }
                (Some(kind), taken)
            }
            Side::Header(header, have) => {
                let place = piece.bytes.first().zip(header.get_mut(*have));
                let Some((&byte, place)) = place else {
                    *side = Side::Blind;
                    return (None, 0);
                };
                *place = byte;
                *have += 1;
                let known = header.get(..*have).unwrap_or_default();
                let mask = known.last_chunk().copied().filter(|_| from_client).unwrap_or_default();
                let kind = match read_header(known, from_client) {
                    Some(Ok(frame)) => {
                        *side = if frame.len == 0 { BETWEEN } else { Side::Body(frame.kind, frame.len) };
                        if frame.kind == Kind::Close {
                            *self.closing.at_mut(by) = true;
                            self.close.get_or_insert_with(|| {
                                Box::new(CloseFrame::new(by, piece.stamp.frame, mask))
                            });
                        }
                        if frame.kind == Kind::Message {
                            *self.fragmented.at_mut(by) = !frame.last;
                        }
                        Some(frame.kind)
                    }
                    Some(Err(())) => {
                        *side = Side::Blind;
                        Some(Kind::Message)
                    }
                    None => None,
                };
                (kind, 1)
            }
        }
    }

    /// Of a header all but the last byte is counted for the protocol: what is a message has a byte at least that is one.
    fn count(&mut self, kind: Option<Kind>, by: End, piece: &Piece<'_>, taken: u32, turns: &mut Turns<'_>) {
        let trailing = self.trailing_control_bytes.at_mut(by);
        if kind == Some(Kind::Message) {
            *trailing = 0;
            turns.take(by, piece.stamp, piece.seq, taken);
        } else {
            *trailing = trailing.saturating_add(taken);
        }
    }
}

/// A header, as soon as it is whole; `Err` is what no header can be.
fn read_header(bytes: &[u8], from_client: bool) -> Option<Result<Frame, ()>> {
    let (&first, rest) = bytes.split_first()?;
    let (&second, rest) = rest.split_first()?;
    let opcode = first & 0x0f;
    let control = opcode >= CLOSE;
    let len = second & !MASKED;
    let odd = !matches!(opcode, 0..=2 | CLOSE..=10) || control && (first & FINAL == 0 || len >= SHORT_LEN);
    if odd || (second & MASKED != 0) != from_client {
        return Some(Err(()));
    }
    let (wide, mask) = (
        match len {
            SHORT_LEN => 2,
            LONG_LEN => 8,
            _ => 0,
        },
        if from_client { 4 } else { 0 },
    );
    let number = rest.get(..wide).filter(|_| rest.len() == wide + mask)?;
    let number = number.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    let kind = match opcode {
        CLOSE => Kind::Close,
        _ if control => Kind::Control,
        _ => Kind::Message,
    };
    let len = if wide == 0 { len.into() } else { number };
    Some(Ok(Frame { kind, len, last: first & FINAL != 0 }))
}
