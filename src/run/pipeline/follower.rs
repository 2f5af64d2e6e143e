//! What follows the connections of one shard, a parcel at a time.

use crate::flow::{Arrival, Begun, Ended, Handed, Leaving, ObservedUntil, Shards, TOGETHER, TableCounts};
use crate::time::Timestamp;

use super::parcel::Parcel;

/// Connections that are handed over at once at the end.
const LEFT: usize = 512;
/// Connections for which a sheaf keeps room: as many as a parcel has segments, more or less. At a tick all may be over.
const KEPT: usize = 1024;

/// Connections that are over, in order.
#[derive(Default)]
pub(super) struct Sheaf {
    pub(super) ended: Vec<Ended>,
    /// The ticks, and how many of the connections were over by each. Nothing is over after the last one.
    pub(super) ticks: Vec<(Timestamp, usize)>,
}

impl Sheaf {
    /// Empties it, to be filled again. What a flood has made large is given back.
    pub(super) fn clear(&mut self) {
        self.ended.clear();
        self.ended.shrink_to(KEPT);
        self.ticks.clear();
    }

    fn put(&mut self, handed: Handed) {
        match handed {
            Handed::Ended(ended) => self.ended.push(ended),
            Handed::Tick(now) => self.ticks.push((now, self.ended.len())),
        }
    }
}

/// Connections that were left at the end, and when they began; in that order.
pub(super) type Left = Vec<(Begun, Ended)>;

/// One of those that share the connections.
pub(super) struct Follower {
    shards: Shards,
    duplicates: u64,
    leaving: Option<(Leaving, ObservedUntil)>,
}

impl Follower {
    pub(super) const fn new(shards: Shards) -> Self {
        Self { shards, duplicates: 0, leaving: None }
    }

    /// Follows what is in a parcel, and puts those that are over by then into a sheaf.
    pub(super) fn follow(&mut self, parcel: &Parcel, mut sheaf: Sheaf) -> Sheaf {
        let (mut some, mut arrivals) = (Vec::<Arrival<'_>>::with_capacity(TOGETHER), parcel.arrivals());
        loop {
            some.clear();
            some.extend(arrivals.by_ref().take(TOGETHER).inspect(Arrival::fetch));
            if some.is_empty() {
                return sheaf;
            }
            self.duplicates += self.shards.observe(&some, &mut |handed| sheaf.put(handed));
        }
    }

    /// Nothing more will come, and this is how late it is.
    pub(super) fn end(&mut self, until: ObservedUntil, now: Timestamp) -> Sheaf {
        let mut sheaf = Sheaf::default();
        self.shards.advance(now, &mut |handed| sheaf.put(handed));
        self.leaving = Some((self.shards.leave(), until));
        sheaf
    }

    /// Has it come to the end, and is something left that was not yet given?
    pub(super) const fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// Gives some of those that were left at the end.
    pub(super) fn leave(&mut self) -> Left {
        let Some((leaving, until)) = &mut self.leaving else { return Left::new() };
        let mut left = Left::with_capacity(LEFT);
        while left.len() < LEFT {
            if !leaving.next(&mut self.shards, *until, |begun, ended| left.push((begun, ended))) {
                self.leaving = None;
                break;
            }
        }
        left
    }

    /// How many segments were the same frame once more, and what the table has done.
    pub(super) fn counts(&self) -> (u64, TableCounts) {
        (self.duplicates, self.shards.counts())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Addr, Endpoint, Flags, Pdu, Segment};
    use crate::flow::{FlowTable, Settings};

    /// After a pause in a flood all that it has left is over at one tick.
    #[test]
    fn a_sheaf_that_a_flood_has_filled_is_none_the_larger_for_it() {
        let mut table = FlowTable::new(Settings::default());
        let mut sheaf = Sheaf::default();
        for client in 0..20_000_u32 {
            let src = Endpoint { addr: Addr::v4(client.to_be_bytes()), port: 1 };
            let syn = Segment { src, flags: Flags::SYN, ..Segment::default() };
            table.observe(&[Pdu::Segment(syn, &[])], &mut |_| {});
        }
        table.finish(ObservedUntil::Eof, &mut |ended| sheaf.put(Handed::Ended(ended)));
        sheaf.put(Handed::Tick(Timestamp::ZERO));
        assert!(sheaf.ended.capacity() >= 20_000);
        sheaf.clear();
        assert_eq!((sheaf.ended.len(), sheaf.ticks.len()), (0, 0));
        assert!((1..2 * KEPT).contains(&sheaf.ended.capacity()));
    }
}
