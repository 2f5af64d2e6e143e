//! Frames copied out of the kernel's ring, until they are handed over.

use std::cell::Cell;

use crate::capture::BATCH;
use crate::decode::{Frame, LinkType};
use crate::time::Timestamp;

/// Up to [`BATCH`] frames in one buffer that is filled again and again.
///
/// libpcap lends a frame only for the time of a callback; what is handed over in batches has to be copied. The copies
/// of a batch fit the first-level cache, and the bytes would have been fetched into it by decoding anyway.
pub(super) struct Held {
    bytes: Vec<u8>,
    heads: [Head; BATCH],
    len: usize,
    /// The first frame that was not handed over yet; a cell because frames before it are lent out meanwhile.
    next: Cell<usize>,
}

#[derive(Clone, Copy, Default)]
struct Head {
    ts: Timestamp,
    wire_len: u32,
    end: usize,
}

impl Held {
    pub(super) const fn new() -> Self {
        let empty = Head { ts: Timestamp::ZERO, wire_len: 0, end: 0 };
        Self { bytes: Vec::new(), heads: [empty; BATCH], len: 0, next: Cell::new(0) }
    }

    /// Frames that came in, those that were handed over since among them.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Bytes of a frame, on average.
    pub(super) const fn mean_bytes(&self) -> u64 {
        match self.bytes.len().checked_div(self.len) {
            Some(mean) => mean as u64,
            None => 0,
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.len = 0;
        self.next.set(0);
    }

    /// Adds a frame; one more than [`BATCH`] is never asked for.
    #[inline]
    pub(super) fn push(&mut self, ts: Timestamp, wire_len: u32, bytes: &[u8]) {
        if let Some(head) = self.heads.get_mut(self.len) {
            self.bytes.extend_from_slice(bytes);
            *head = Head { ts, wire_len, end: self.bytes.len() };
            self.len += 1;
        }
    }

    /// When the next frame was captured.
    #[inline]
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.heads.get(..self.len)?.get(self.next.get()).map(|head| head.ts)
    }

    /// The next frame.
    #[inline]
    pub(super) fn take(&self, number: u64, file: u16, link: LinkType) -> Option<Frame<'_>> {
        let at = self.next.get();
        let head = self.heads.get(..self.len)?.get(at)?;
        let start =
            at.checked_sub(1).and_then(|before| self.heads.get(before)).map_or(0, |before| before.end);
        let bytes = self.bytes.get(start..head.end)?;
        self.next.set(at + 1);
        Some(Frame { ts: head.ts, number, file, link, wire_len: head.wire_len, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_and_the_buffer_serves_again() {
        let mut held = Held::new();
        for round in 0..3_u64 {
            held.clear();
            assert!(held.first().is_none());
            held.push(Timestamp::from_nanos(round), 60, b"first");
            held.push(Timestamp::from_nanos(round + 1), 1500, b"");
            held.push(Timestamp::from_nanos(round + 2), 3, b"abc");
            let taken: Vec<_> = (1..=4).map_while(|number| held.take(number, 2, LinkType::Raw)).collect();
            let bytes: Vec<&[u8]> = taken.iter().map(|frame| frame.bytes).collect();
            assert_eq!(bytes, [&b"first"[..], b"", b"abc"]);
            assert_eq!((taken[1].wire_len, taken[1].number, taken[1].file), (1500, 2, 2));
            assert_eq!(taken[2].ts, Timestamp::from_nanos(round + 2));
        }
    }

    #[test]
    fn more_than_a_batch_is_not_taken() {
        let mut held = Held::new();
        (0..BATCH + 5).for_each(|_| held.push(Timestamp::ZERO, 1, b"x"));
        assert_eq!(held.len, BATCH);
    }
}
