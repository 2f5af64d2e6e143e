//! Holes behind the first one of a side: a path that loses segments, or changes their order, leaves several open at a time, and each is
//! filled by itself.

use smallvec::SmallVec;

use crate::decode::{Segment, SeqNumber};

use super::super::key::{Both, End};
use super::{Half, Marks, Order};

/// Holes that are told apart; of more the last ones are taken for one.
const MOST: usize = 8;

/// From the number after what came to that of what came next.
type Hole = (SeqNumber, SeqNumber);

/// Those of both sides, in order; mostly none.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct FurtherHoles(Option<Box<Both<SmallVec<[Hole; 4]>>>>);

impl FurtherHoles {
    /// Bytes of memory that they take.
    pub(in super::super) fn weight(&self) -> usize {
        let spilled = |holes: &SmallVec<[Hole; 4]>| {
            if holes.spilled() { holes.capacity() * size_of::<Hole>() } else { 0 }
        };
        let of = |ends: &Both<SmallVec<[Hole; 4]>>| {
            size_of_val(ends) + spilled(ends.at(End::Low)) + spilled(ends.at(End::High))
        };
        self.0.as_deref().map_or(0, of)
    }

    fn of(&mut self, by: End) -> Option<&mut SmallVec<[Hole; 4]>> {
        Some(self.0.as_mut()?.at_mut(by))
    }

    /// Takes note of a segment that `me`, at this end, has sent; see [`Half::sent`].
    pub(in super::super) fn sent(&mut self, me: &mut Half, segment: &Segment, by: End) -> Order {
        let before = *me;
        let order = me.sent(segment);
        let (seq, end) = (segment.seq, segment.seq_end());
        if !before.marks.has(Marks::HOLE) || segment.flags.rst() {
            return order;
        }
        match order {
            Order::Ahead => self.open(by, (before.snd_nxt, seq)),
            Order::Late if seq.after(before.hole_start) && end.before(before.hole_end) => {
                me.hole_end = seq;
                self.open_first(by, (end, before.hole_end));
            }
            Order::Late => _ = self.fill(by, (seq, end)),
            Order::Again if self.fill(by, (seq, end)) => {
                me.retransmits -= 1;
                return Order::Late;
            }
            _ => {}
        }
        self.move_up(me, by);
        order
    }

    /// The peer has acknowledged up to `ack`, and the first hole was found to be one of the capture: how many others are?
    pub(in super::super) fn missed(&mut self, me: &mut Half, by: End, ack: SeqNumber) -> u32 {
        let Some(holes) = self.of(by) else { return 0 };
        let missed = holes.iter().take_while(|hole| !ack.before(hole.1)).count();
        holes.drain(..missed);
        self.move_up(me, by);
        u32::try_from(missed).unwrap_or(u32::MAX)
    }

    fn open(&mut self, by: End, hole: Hole) {
        let holes = self.0.get_or_insert_default().at_mut(by);
        let full = holes.len() == MOST;
        match holes.last_mut().filter(|_| full) {
            Some(last) => last.1 = hole.1,
            None => holes.push(hole),
        }
    }

    fn open_first(&mut self, by: End, hole: Hole) {
        let holes = self.0.get_or_insert_default().at_mut(by);
        if holes.len() == MOST {
            holes.pop();
        }
        holes.insert(0, hole);
    }

    /// Does this stretch fill some of them? Then that is no longer missing.
    fn fill(&mut self, by: End, (seq, end): Hole) -> bool {
        let Some(holes) = self.of(by) else { return false };
        let touched = holes.iter().any(|hole| seq.before(hole.1) && end.after(hole.0));
        if touched {
            let parts = |&(from, to): &Hole| [(from, to.nearest(seq)), (from.furthest(end), to)];
            let left = holes.iter().flat_map(parts);
            *holes = left.filter(|(from, to)| from.before(*to)).collect();
            holes.truncate(MOST);
        }
        touched
    }

    /// Where the first hole is filled, the next one is the first.
    fn move_up(&mut self, me: &mut Half, by: End) {
        if me.marks.has(Marks::HOLE) {
            return;
        }
        let Some(holes) = self.of(by).filter(|holes| !holes.is_empty()) else { return };
        (me.hole_start, me.hole_end) = holes.remove(0);
        me.marks.set(Marks::HOLE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Flags;

    const BY: End = End::Low;

    fn data(from: u32, to: u32) -> Segment {
        Segment { seq: SeqNumber(from), len: to - from, flags: Flags::ACK, ..Segment::default() }
    }

    fn ack(n: u32) -> Segment {
        Segment { ack: SeqNumber(n), flags: Flags::ACK, ..Segment::default() }
    }

    /// One that has sent these, with what is kept of its holes.
    fn sender(sent: &[(u32, u32)]) -> (Half, FurtherHoles, Vec<Order>) {
        let (mut me, mut holes) = (Half::default(), FurtherHoles::default());
        let orders = sent.iter().map(|&(from, to)| holes.sent(&mut me, &data(from, to), BY)).collect();
        (me, holes, orders)
    }

    /// How many stretches the capture misses, once all is acknowledged.
    fn missing((mut me, mut holes, _): (Half, FurtherHoles, Vec<Order>)) -> u32 {
        let end = me.snd_nxt.0;
        let gaps = Half::default().acknowledged(&ack(end), &mut me);
        if gaps > 0 { gaps + holes.missed(&mut me, BY, SeqNumber(end)) } else { 0 }
    }

    #[test]
    fn what_fills_one_of_several_holes_is_late_and_fills_that_one() {
        let first = [(100, 110), (120, 130), (140, 150), (160, 170)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let late = order.map(|n| [(110, 120), (130, 140), (150, 160)][n]);
            let (me, holes, orders) = sender(&[&first[..], &late].concat());
            assert!(orders[1..4].iter().all(|order| *order == Order::Ahead));
            assert!(orders[4..].iter().all(|order| *order == Order::Late), "{orders:?}");
            assert_eq!(me.retransmits, 0);
            assert_eq!(missing((me, holes, orders)), 0);
            for (kept, left) in [(1, 2), (2, 1)] {
                assert_eq!(missing(sender(&[&first[..], &late[..kept]].concat())), left);
            }
        }
        assert_eq!(missing(sender(&first)), 3);
    }

    #[test]
    fn a_hole_may_be_filled_in_pieces_and_by_more_than_it_needs() {
        let first = [(100, 110), (140, 150), (170, 180)];
        for late in [
            &[(120, 130), (110, 120), (150, 160), (130, 140), (160, 170)][..],
            &[(105, 175)],
            &[(130, 145), (105, 135), (145, 172)],
            &[(150, 155), (165, 170), (110, 140), (155, 165)],
        ] {
            assert_eq!(missing(sender(&[&first[..], late].concat())), 0, "{late:?}");
            assert!(missing(sender(&[&first[..], &late[..late.len() - 1]].concat())) > 0);
        }
    }

    #[test]
    fn what_came_twice_fills_nothing() {
        let (me, _, orders) = sender(&[(100, 110), (120, 130), (140, 150), (120, 130), (100, 110)]);
        assert_eq!(orders[3..], [Order::Again, Order::Again]);
        assert_eq!(me.retransmits, 2);
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let many: Vec<(u32, u32)> = (0..200).map(|n| (100 + 20 * n, 110 + 20 * n)).collect();
        let (mut me, mut holes, _) = sender(&many);
        assert_eq!(holes.of(BY).map(|holes| holes.len()), Some(MOST));
        for n in 0..200 {
            holes.sent(&mut me, &data(115 + 20 * n, 117 + 20 * n), BY);
            assert!(holes.of(BY).is_some_and(|holes| holes.len() <= MOST));
        }
        assert!(missing((me, holes, Vec::new())) > 0);
    }
}
