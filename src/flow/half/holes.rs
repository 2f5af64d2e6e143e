//! What one side sent and the capture does not hold.

use crate::decode::SeqNumber;

use super::{Half, Marks};

impl Half {
    /// What lies between SND.NXT and `until` is missing, as yet; what the peer has acknowledged of it is counted already. Of
    /// several holes this is the first; see [`super::FurtherHoles`].
    pub(super) fn open_hole(&mut self, until: SeqNumber) {
        if self.marks.has(Marks::HOLE) {
            return;
        }
        let counted = self.marks.has(Marks::GAP) && self.hole_end.after(self.snd_nxt);
        let start = if counted { self.hole_end } else { self.snd_nxt };
        if start.before(until) {
            (self.hole_start, self.hole_end) = (start, until);
            self.marks.set(Marks::HOLE);
        }
    }

    /// Does what lies between these fill some of it? Then that is no longer missing.
    pub(super) fn fill_hole(&mut self, seq: SeqNumber, end: SeqNumber) -> bool {
        if !self.marks.has(Marks::HOLE) || !seq.before(self.hole_end) || !end.after(self.hole_start) {
            return false;
        }
        if !seq.after(self.hole_start) {
            self.hole_start = end;
        } else if !end.before(self.hole_end) {
            self.hole_end = seq;
        }
        if !self.hole_start.before(self.hole_end) {
            self.marks.clear(Marks::HOLE);
        }
        true
    }

    /// The peer acknowledged up to `ack`: is there something before it that this side never showed?
    pub(super) fn misses_up_to(&mut self, ack: SeqNumber) -> bool {
        if !self.marks.has(Marks::SEEN) {
            return false;
        }
        let hole = self.marks.has(Marks::HOLE) && !ack.before(self.hole_end);
        let beyond = ack.after(self.snd_nxt);
        if hole || beyond {
            if !hole {
                self.hole_start = self.snd_nxt;
            }
            self.hole_end = ack;
            self.marks.clear(Marks::HOLE);
            self.marks.set(Marks::GAP);
        }
        hole || beyond
    }

    /// The peer has acknowledged more than was captured, and all that was captured came before it.
    #[inline]
    pub(in super::super) fn is_behind(&self) -> bool {
        self.marks.has(Marks::GAP) && self.hole_end.after(self.snd_nxt)
    }

    /// What was missing has come after all; so many other stretches are still missing.
    pub(in super::super) fn note_swapped(&mut self, missing: u32) {
        self.marks.set(Marks::SWAPPED);
        if missing == 0 {
            self.marks.clear(Marks::GAP);
        }
    }

    /// What is missing was sent too late to have been what was acknowledged.
    pub(in super::super) fn note_forestalled(&mut self) {
        self.marks.set(Marks::FORESTALLED);
    }

    /// SND.NXT as far as anybody can know: what it sent or what the peer acknowledged of it.
    #[must_use]
    pub fn sent_up_to(&self, peer: &Self) -> SeqNumber {
        if peer.marks.has(Marks::ACKED) && (!self.marks.has(Marks::SEEN) || peer.rcv_nxt.after(self.snd_nxt))
        {
            peer.rcv_nxt
        } else {
            self.snd_nxt
        }
    }

    /// Is some of the end of what it sent missing, so that its FIN may be?
    #[must_use]
    pub fn misses_its_end(&self, peer: &Self) -> bool {
        let missing = self.marks.has(Marks::HOLE) || self.marks.has(Marks::GAP);
        !self.has_fin() && missing && self.hole_end == self.sent_up_to(peer)
    }

    /// Is one number missing at the end of what it sent, as its FIN takes? A single byte of data is rare.
    #[must_use]
    pub fn may_have_closed_unseen(&self, peer: &Self) -> bool {
        self.misses_its_end(peer) && self.hole_start.plus(1) == self.hole_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Flags, Segment};

    fn data(seq: u32, len: u32) -> Segment {
        Segment { seq: SeqNumber(seq), len, flags: Flags::ACK, ..Segment::default() }
    }

    fn ack(n: u32) -> Segment {
        Segment { ack: SeqNumber(n), flags: Flags::ACK, ..Segment::default() }
    }

    #[test]
    fn an_acknowledged_hole_is_a_gap_in_the_capture() {
        let (mut sender, mut receiver) = (Half::default(), Half::default());
        sender.sent(&data(100, 10));
        sender.sent(&data(120, 10));
        assert_eq!(receiver.acknowledged(&ack(110), &mut sender), 0);
        assert_eq!(receiver.acknowledged(&ack(130), &mut sender), 1);
        assert_eq!(receiver.acknowledged(&ack(131), &mut sender), 1);
        assert_eq!(receiver.acknowledged(&ack(131), &mut sender), 0);
    }

    /// Half of all initial numbers lie in the upper half of the circle, seen from 0.
    #[test]
    fn a_second_gap_is_found_wherever_the_numbers_began() {
        for start in [100, 1 << 31, 3 << 30, u32::MAX - 15] {
            let at = |n: u32| start.wrapping_add(n);
            let (mut sender, mut receiver) = (Half::default(), Half::default());
            sender.sent(&data(at(0), 10));
            assert_eq!(receiver.acknowledged(&ack(at(20)), &mut sender), 1);
            sender.sent(&data(at(20), 10));
            sender.sent(&data(at(40), 10));
            assert_eq!(receiver.acknowledged(&ack(at(40)), &mut sender), 1, "{start}");
            assert_eq!(receiver.acknowledged(&ack(at(50)), &mut sender), 0);
        }
    }

    #[test]
    fn one_number_more_than_was_sent_is_a_fin_in_all_likelihood() {
        for (upto, expected) in [(110, false), (111, true), (112, false)] {
            let (mut sender, mut receiver) = (Half::default(), Half::default());
            sender.sent(&data(100, 10));
            receiver.acknowledged(&ack(upto), &mut sender);
            assert_eq!(sender.may_have_closed_unseen(&receiver), expected, "{upto}");
            sender.sent(&data(upto, 0));
            assert_eq!(sender.may_have_closed_unseen(&receiver), expected, "{upto}");
            sender.sent(&data(upto, 5));
            assert!(!sender.may_have_closed_unseen(&receiver), "it went on");
        }
    }
}
