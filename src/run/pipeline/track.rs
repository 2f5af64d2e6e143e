//! A following thread: follows the connections of some shards.

use std::sync::mpsc::{Receiver, Sender, SyncSender};

use crate::flow::{Arrival, Begun, Ended, Handed, ObservedUntil, Shards, TOGETHER, TableCounts};
use crate::time::Timestamp;

use super::parcel::Parcel;
use super::wharf::Load;

/// Connections that are handed over at once at the end.
const ENDED: usize = 1024;

/// What goes from those who follow to the judge.
pub(super) enum Yield {
    /// What came of a parcel.
    Sheaf(Sheaf),
    /// Connections that were left at the end, and when they began; in that order.
    Left(Vec<(Begun, Ended)>),
}

/// Connections that are over, in order.
#[derive(Default)]
pub(super) struct Sheaf {
    pub(super) ended: Vec<Ended>,
    /// The ticks, and how many of the connections were over by each. Nothing is over after the last one.
    pub(super) ticks: Vec<(Timestamp, usize)>,
}

impl Sheaf {
    fn put(&mut self, handed: Handed) {
        match handed {
            Handed::Ended(ended) => self.ended.push(ended),
            Handed::Tick(now) => self.ticks.push((now, self.ended.len())),
        }
    }
}

/// What a tracker counted.
#[derive(Clone, Copy, Default)]
pub(super) struct Tracked {
    pub(super) duplicates: u64,
    pub(super) table: TableCounts,
}

/// Where a tracker takes its parcels from, and where it puts what comes of them.
pub(super) struct Ports {
    pub(super) loads: Receiver<Load>,
    pub(super) returning: Sender<Parcel>,
    pub(super) yields: SyncSender<Yield>,
}

/// Follows the connections of what is loaded, and hands over those that are over.
pub(super) fn track(mut shards: Shards, ports: &Ports) -> Tracked {
    let mut duplicates = 0;
    for load in &ports.loads {
        let gone = match load {
            Load::Parcel(mut parcel) => {
                let mut sheaf = Sheaf::default();
                duplicates += observe(&mut shards, &parcel, &mut sheaf);
                parcel.clear();
                // The reader may have gone already.
                let _ = ports.returning.send(parcel);
                ports.yields.send(Yield::Sheaf(sheaf)).is_err()
            }
            Load::End(until, now) => {
                finish(&mut shards, until, now, &ports.yields);
                true
            }
        };
        if gone {
            break;
        }
    }
    Tracked { duplicates, table: shards.counts() }
}

fn observe(shards: &mut Shards, parcel: &Parcel, sheaf: &mut Sheaf) -> u64 {
    let (mut some, mut duplicates): (Vec<Arrival<'_>>, u64) = (Vec::with_capacity(TOGETHER), 0);
    let mut arrivals = parcel.arrivals();
    loop {
        some.clear();
        some.extend(arrivals.by_ref().take(TOGETHER));
        if some.is_empty() {
            return duplicates;
        }
        duplicates += shards.observe(&some, &mut |handed| sheaf.put(handed));
    }
}

fn finish(shards: &mut Shards, until: ObservedUntil, now: Timestamp, yields: &SyncSender<Yield>) {
    let mut sheaf = Sheaf::default();
    shards.advance(now, &mut |handed| sheaf.put(handed));
    // If nobody listens, nothing is lost that anybody wants.
    let _ = yields.send(Yield::Sheaf(sheaf));
    let mut left = Vec::new();
    shards.finish(until, |begun, ended| {
        left.push((begun, ended));
        if left.len() == ENDED {
            let _ = yields.send(Yield::Left(std::mem::take(&mut left)));
        }
    });
    let _ = yields.send(Yield::Left(left));
}
