//! Whose turn it was to speak.

use crate::decode::SeqNumber;
use crate::time::Timestamp;

use super::super::key::End;
use super::framing::Framing;
use super::stream::{Piece, Stamp};

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
    /// How it begins, where nobody reads what is said.
    pub framing: Framing,
}

impl Turn {
    /// Is it one message that tells itself where it ends?
    #[must_use]
    pub fn tells_its_end(&self) -> bool {
        self.framing.is_whole(self.bytes)
    }
}

/// The turns of an exchange, to be taken.
pub(super) struct Turns<'a> {
    pub(super) now: &'a mut Option<Turn>,
    pub(super) before: &'a mut Option<Turn>,
    pub(super) count: &'a mut u32,
}

impl Turns<'_> {
    /// `by` says `len` new bytes.
    pub(super) fn take(&mut self, by: End, stamp: Stamp, seq: SeqNumber, len: u32) {
        let bytes = u64::from(len);
        match &mut *self.now {
            Some(turn) if turn.by == by => turn.bytes += bytes,
            now => {
                *self.before = now.take();
                let framing = Framing::default();
                *now = Some(Turn { by, start: stamp.ts, frame: stamp.frame, seq, bytes, framing });
                *self.count += 1;
            }
        }
    }

    /// `by` says this, which nobody reads.
    pub(super) fn take_unread(&mut self, by: End, piece: &Piece<'_>) {
        let begins = self.now.is_none_or(|turn| turn.by != by);
        self.take(by, piece.stamp, piece.seq, piece.len());
        if let Some(turn) = self.now.as_mut().filter(|_| begins) {
            turn.framing = Framing::of(piece);
        }
    }

    /// Bytes of `by` come late: they belong to what it said last, whoever speaks by now.
    pub(super) fn take_late(&mut self, by: End, stamp: Stamp, seq: SeqNumber, len: u32) {
        let last = [self.now.as_mut(), self.before.as_mut()].into_iter().flatten().find(|turn| turn.by == by);
        let Some(turn) = last else { return self.take(by, stamp, seq, len) };
        turn.bytes += u64::from(len);
        if seq.plus(len) == turn.seq {
            turn.seq = seq;
        }
    }

    /// The turn of `by` was none: the one before it goes on.
    pub(super) fn take_back(&mut self, by: End) {
        if self.now.is_some_and(|turn| turn.by == by) {
            *self.now = self.before.take();
            *self.count = self.count.saturating_sub(1);
        }
    }

    /// What was taken last, `len` bytes of `by` from `seq` on, was not said.
    pub(super) fn untake(&mut self, by: End, seq: SeqNumber, len: u32) {
        match &mut *self.now {
            Some(turn) if turn.by == by && turn.seq == seq => self.take_back(by),
            Some(turn) if turn.by == by => turn.bytes = turn.bytes.saturating_sub(len.into()),
            _ => {}
        }
    }

    /// The first `len` bytes of what was taken last, from `seq` on, were not said.
    pub(super) fn untake_first(&mut self, by: End, seq: SeqNumber, len: u32) {
        match &mut *self.now {
            Some(turn) if turn.by == by && turn.seq == seq && turn.bytes > u64::from(len) => {
                (turn.seq, turn.bytes) = (seq.plus(len), turn.bytes - u64::from(len));
                turn.framing = Framing::default();
            }
            _ => self.untake(by, seq, len),
        }
    }

    /// What was said so far was no part of the talk.
    pub(super) fn clear(&mut self) {
        (*self.now, *self.before, *self.count) = (None, None, 0);
    }
}
