//! One direction: frames of a header, and as many bytes behind it as that tells.

use super::super::super::stream::Piece;
use super::Frame;
use crate::decode::SeqNumber;

/// The longest header of all.
const MAX_HEADER: usize = super::mongodb::HEADER;

/// How far it was read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Side {
    /// Where the frame began that is under way, or ended the latest.
    pub(super) began: SeqNumber,
    at: At,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// In a header: so many bytes of it are there.
    Header([u8; MAX_HEADER], usize),
    /// In a frame, of which so much is left.
    Body(Frame, u32),
    /// Lost.
    Blind,
}

impl Default for At {
    fn default() -> Self {
        Self::Header([0; MAX_HEADER], 0)
    }
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

    /// Is a frame under way?
    pub(super) const fn is_within(&self) -> bool {
        self.is_within_header() || matches!(self.at, At::Body(..))
    }

    /// Is one under way of which nothing is known yet?
    pub(super) const fn is_within_header(&self) -> bool {
        matches!(self.at, At::Header(_, 1..))
    }

    /// The one that is under way, once its header is there.
    pub(super) const fn frame(&self) -> Option<Frame> {
        match self.at {
            At::Body(frame, _) => Some(frame),
            At::Header(..) | At::Blind => None,
        }
    }

    /// How many of the next bytes matter to nobody.
    pub(super) fn opaque(&self) -> u64 {
        if let At::Body(_, left) = self.at { left.into() } else { 0 }
    }

    /// Reads a step, with headers of so many bytes; gives how many it took, and the frame that ended with them.
    pub(super) fn step(
        &mut self,
        piece: &Piece<'_>,
        header_len: usize,
        read: impl FnOnce(&[u8]) -> Option<Frame>,
    ) -> (u32, Option<Frame>) {
        match self.at {
            At::Blind => (piece.len(), None),
            At::Body(frame, left) => {
                let taken = left.min(piece.len());
                (taken, self.go_on(frame, left - taken))
            }
            At::Header(header, have) => self.gather(piece, (header, have), header_len, read),
        }
    }

    fn gather(
        &mut self,
        piece: &Piece<'_>,
        (mut header, have): ([u8; MAX_HEADER], usize),
        header_len: usize,
        read: impl FnOnce(&[u8]) -> Option<Frame>,
    ) -> (u32, Option<Frame>) {
        if have == 0 {
            self.began = piece.seq;
        }
        let wanted = header_len - have;
        let there = piece.bytes.get(..wanted.min(piece.bytes.len())).unwrap_or_default();
        let places = header.get_mut(have..).unwrap_or_default();
        places.iter_mut().zip(there).for_each(|(place, byte)| *place = *byte);
        let taken = u32::try_from(there.len()).unwrap_or(u32::MAX);
        let known = header.get(..header_len).filter(|_| there.len() == wanted).map(read);
        match known {
            Some(Some(frame)) => (taken, self.go_on(frame, frame.body)),
            None if piece.unseen == 0 => {
                self.at = At::Header(header, have + there.len());
                (taken, None)
            }
            Some(None) | None => {
                self.lose();
                (piece.len(), None)
            }
        }
    }

    /// So much is left of a frame; gives it when that is nothing.
    fn go_on(&mut self, frame: Frame, left: u32) -> Option<Frame> {
        if left > 0 {
            self.at = At::Body(frame, left);
            return None;
        }
        self.at = At::default();
        Some(frame)
    }
}
