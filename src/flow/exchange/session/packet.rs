//! MySQL's packets: three bytes of length, a number, and as many bytes. What is longer than a packet goes on in the next.

use super::super::stream::Piece;
use crate::decode::SeqNumber;

/// Length and number.
const HEADER: usize = 4;
/// As long as this a packet goes on in the next one.
const FULL: u32 = 0xff_ffff;
/// As much of a packet is kept: an OK packet up to its status, with two numbers of up to nine bytes before it.
const MAX_HEAD: usize = 21;
/// First byte and length of a packet that holds no more than EOF, warnings and status.
const EOF: u8 = 0xfe;
const EOF_LEN: u32 = 5;

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Side {
    at: At,
    before: Before,
}

/// Where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// In a header: so many bytes of it are there.
    Header([u8; HEADER], usize),
    /// In a packet, of which so much is left.
    Body(Head, u32),
    /// Lost.
    Blind,
}

impl Default for At {
    fn default() -> Self {
        Self::Header([0; HEADER], 0)
    }
}

/// What the packet before was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Before {
    /// The end of something.
    #[default]
    Ended,
    /// It goes on in the next.
    Full,
}

/// The beginning of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Its place among those that belong together.
    pub(super) number: u8,
    /// How long it is.
    pub(super) len: u32,
    /// Where its header began.
    pub(super) seq: SeqNumber,
    bytes: [u8; MAX_HEAD],
    have: usize,
}

impl Side {
    /// Bytes that one would have to know are missing.
    pub(super) fn is_blind(&self) -> bool {
        self.at == At::Blind
    }

    /// Nothing is understood from here on.
    pub(super) const fn lose(&mut self) {
        self.at = At::Blind;
    }

    /// Is something under way?
    pub(super) fn is_within(&self) -> bool {
        matches!(self.at, At::Header(_, 1..) | At::Body(..)) || self.before == Before::Full
    }

    /// The first byte of the packet that is under way, if it has come.
    pub(super) fn first_byte(&self) -> Option<u8> {
        if let At::Body(head, _) = &self.at { head.byte(0) } else { None }
    }

    /// How many of the next bytes matter to nobody.
    pub(super) fn opaque(&self) -> u64 {
        match self.at {
            At::Body(head, left) if head.have == MAX_HEAD => left.into(),
            _ => 0,
        }
    }

    /// Reads a step; gives how many bytes it took, and the packet that ended with them.
    pub(super) fn step(&mut self, piece: &Piece<'_>) -> (u32, Option<Head>) {
        match self.at {
            At::Blind => (piece.len(), None),
            At::Body(mut head, left) => {
                let taken = left.min(piece.len());
                head.take(piece.bytes.get(..piece.bytes.len().min(taken as usize)).unwrap_or_default(), left);
                (taken, self.go_on(head, left - taken))
            }
            At::Header(mut header, have) => {
                let Some((place, byte)) = header.get_mut(have).zip(piece.bytes.first()) else {
                    self.lose();
                    return (piece.len(), None);
                };
                *place = *byte;
                if have + 1 < HEADER {
                    self.at = At::Header(header, have + 1);
                    return (1, None);
                }
                let [a, b, c, number] = header;
                let len = u32::from_le_bytes([a, b, c, 0]);
                let seq = piece.seq.minus(3);
                (1, self.go_on(Head { number, len, seq, bytes: [0; MAX_HEAD], have: 0 }, len))
            }
        }
    }

    /// So much is left of a packet; gives it when that is nothing.
    fn go_on(&mut self, head: Head, left: u32) -> Option<Head> {
        if left > 0 {
            self.at = At::Body(head, left);
            return None;
        }
        self.at = At::default();
        let now = if head.len == FULL { Before::Full } else { Before::Ended };
        (std::mem::replace(&mut self.before, now) == Before::Ended).then_some(head)
    }
}

impl Head {
    /// Keeps what was captured of its beginning, of which nothing may be missing.
    fn take(&mut self, bytes: &[u8], left: u32) {
        let whole = self.have as u64 + u64::from(left) == u64::from(self.len);
        if whole {
            let places = self.bytes.get_mut(self.have..).unwrap_or_default();
            for (place, byte) in places.iter_mut().zip(bytes) {
                (*place, self.have) = (*byte, self.have + 1);
            }
        }
    }

    /// A byte of it, if it was captured.
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(..self.have)?.get(at).copied()
    }

    /// Two of them, the smaller first.
    pub(super) fn two(&self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte(at)?, self.byte(at + 1)?]))
    }

    /// Does it end what it belongs to?
    pub(super) const fn is_last(&self) -> bool {
        self.len < FULL
    }

    /// Is it an EOF packet, not an OK packet in the place of one?
    pub(super) fn is_eof(&self) -> bool {
        self.byte(0) == Some(EOF) && self.len == EOF_LEN
    }

    /// The server's status in an EOF packet, or in an OK packet.
    pub(super) fn status(&self) -> Option<u16> {
        if self.is_eof() {
            return self.two(3);
        }
        let (_, rows) = self.number(1)?;
        let (_, id) = self.number(1 + rows)?;
        self.two(1 + rows + id)
    }

    /// How many definitions follow the answer to a `STMT_PREPARE`: those of columns and of parameters.
    pub(super) fn definitions(&self) -> Option<u32> {
        Some(u32::from(self.two(5)?) + u32::from(self.two(7)?))
    }

    /// How many definitions of columns follow: `MariaDB` can say that none do, though there are columns.
    pub(super) fn columns(&self) -> Option<u64> {
        let (count, size) = self.number(0)?;
        let left_out = self.len as usize == size + 1 && self.byte(size)? == 0;
        Some(if left_out { 0 } else { count })
    }

    /// A number of one to nine bytes, and how many.
    fn number(&self, at: usize) -> Option<(u64, usize)> {
        let size = match self.byte(at)? {
            0xfc => 2,
            0xfd => 3,
            0xfe => 8,
            small => return Some((small.into(), 1)),
        };
        let mut bytes = [0; 8];
        for (place, from) in bytes.iter_mut().zip(at + 1..at + 1 + size) {
            *place = self.byte(from)?;
        }
        Some((u64::from_le_bytes(bytes), size + 1))
    }
}
