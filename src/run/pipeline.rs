//! One pass on several cores: whoever is free reads and decodes, or follows the connections of a shard, and this thread also
//! judges and writes.
//!
//! What one hands to the next keeps its order, and what several have followed is put together again in the order that one
//! would have had, so that the outcome is that of a single thread.

mod crew;
mod dock;
mod follower;
mod gather;
mod parcel;
mod wharf;
mod yard;

use std::thread;

use crate::decode::Skip;
use crate::engine::Bench;
use crate::flow::{Router, Settings, Shards, TableCounts};
use crate::time::Timestamp;

use self::crew::Crew;
use self::dock::Dock;
use self::follower::Follower;
use self::gather::Remainder;
use self::wharf::{Tally, Wharf};
use self::yard::Yard;
use super::gate::Gate;
use super::meter::Meter;
use super::pass::{Desk, Stop};
use super::reader::Reader;

/// More threads than shards have nothing to follow.
const MOST: usize = crate::flow::SHARDS;

/// Connections that are freed at once at the end.
const FREED: usize = 512;

/// How many threads should help this one; `None` where there is one core, which does everything by itself best.
pub(super) fn others() -> Option<usize> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (cores > 1).then(|| (cores - 1).min(MOST))
}

/// What became of a pass, and what was lent for it.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) reader: Reader,
    pub(super) gate: Gate,
}

/// Reads everything that the gate lets through, follows it with the help of so many `others`, and judges it.
///
/// What cannot be written any more is told at once: nobody waits for one who waits for a pipe.
pub(super) fn follow(
    lent: (Reader, Gate, Meter),
    settings: &Settings,
    others: usize,
    desk: &mut Desk<'_>,
) -> Result<Outcome, Stop> {
    let router = Router::new(settings);
    let shards = router.shards();
    let followers: Vec<_> =
        (0..shards).map(|nth| Follower::new(Shards::share(settings, &router, nth, shards))).collect();
    let yard = Yard::new(Dock::new(lent, Wharf::new(router)), followers.into_iter(), others + 1);
    let crew = Crew::new(yard, others);
    desk.open_bureau(crew.bureau(), others + 1);
    let bench = Bench::beside(settings).keeping_spent();
    judge(&crew, bench, desk).inspect_err(|_| Meter::wipe_any())?;
    desk.close_bureau();
    let Some((Some(outcome), followed)) = crew.dismiss().map(Yard::into_outcome) else {
        unreachable!("all is judged, so that all is read, and nobody is at work any more")
    };
    let mut outcome = outcome.map_err(Stop::Other)?;
    for (duplicates, counts) in followed {
        outcome.tally.add(duplicates, counts);
    }
    Ok(outcome)
}

impl Tally {
    fn add(&mut self, duplicates: u64, TableCounts { late, evicted, .. }: TableCounts) {
        self.intake.late += late;
        self.intake.evicted += evicted;
        self.intake.skipped.add_many(Skip::Duplicate, duplicates);
    }
}

/// Judges what is handed over.
fn judge(crew: &Crew, mut bench: Bench, desk: &mut Desk<'_>) -> Result<(), Stop> {
    let mut ticked = Timestamp::ZERO;
    loop {
        // Captures are piped in as they are made: who has to wait for more has all written that there is.
        let shipment = crew.shipment(|| desk.catch_up().and_then(|()| desk.check()))?;
        let Some(mut sheaves) = shipment else { break };
        let last = gather::bind(&mut sheaves, &mut |one| bench.seat(one, &mut |judged| desk.take(judged)));
        ticked = last.unwrap_or(ticked);
        crew.take_back(sheaves);
        bench.judge_until(ticked, &mut |judged| desk.take(judged));
        crew.free(bench.take_spent());
        desk.check()?;
    }
    for (nth, one) in Remainder::of(crew).enumerate() {
        bench.seat(one, &mut |judged| desk.take(judged));
        if nth % FREED == FREED - 1 {
            crew.free(bench.take_spent());
        }
    }
    bench.judge_all(&mut |judged| desk.take(judged));
    desk.catch_up()?;
    desk.check()
}

#[cfg(all(test, feature = "live"))]
mod tests;
