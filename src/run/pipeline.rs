//! One pass on several cores: a thread reads and decodes, some follow the connections of a share of the shards each, and
//! this one judges and writes.
//!
//! What one hands to the next keeps its order, and what several have followed is put together again in the order that one
//! would have had, so that the outcome is that of a single thread. Parcels go round: an empty one comes back to be filled
//! again. Whoever stops, for an error or because enough was read, makes the others stop by hanging up.

mod gather;
mod parcel;
mod track;
mod wharf;

use std::panic;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::thread::{self, JoinHandle};

use crate::decode::Skip;
use crate::engine::Bench;
use crate::flow::{Router, Settings, Shards, TableCounts};

use self::gather::Gathering;
use self::track::{Tracked, Yield};
use self::wharf::{Load, Tally, Wharf};
use super::gate::Gate;
use super::meter::Meter;
use super::pass::{Desk, Stop};
use super::reader::Reader;

/// Parcels between two threads, so that neither waits for the other's every breath.
const UNDER_WAY: usize = 4;

/// How many threads should follow connections; `None` where there is one core, which does everything by itself best.
pub(super) fn trackers() -> Option<usize> {
    match thread::available_parallelism().map_or(1, usize::from) {
        0 | 1 => None,
        2 | 3 => Some(2),
        _ => Some(4),
    }
}

/// What became of a pass, and what was lent for it.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) reader: Reader,
    pub(super) gate: Gate,
}

/// Reads everything that the gate lets through, follows it with so many `trackers`, and judges it.
///
/// What cannot be written any more is told at once: nobody waits for a reader that waits for its pipe.
pub(super) fn follow(
    (mut reader, mut gate, meter): (Reader, Gate, Meter),
    settings: &Settings,
    trackers: usize,
    desk: &mut Desk<'_>,
) -> Result<Outcome, Stop> {
    let router = Router::new(settings);
    let (returning, empties) = channel();
    let (mut filled, mut handed, mut tracking) = (Vec::new(), Vec::new(), Vec::new());
    let trackers = trackers.min(router.shards());
    for nth in 0..trackers {
        let (load, loads) = sync_channel::<Load>(UNDER_WAY);
        let (yields, gathered) = sync_channel::<Yield>(UNDER_WAY);
        let shards = Shards::share(settings, &router, nth, trackers);
        let ports = track::Ports { loads, returning: returning.clone(), yields };
        tracking.push(thread::spawn(move || track::track(shards, &ports)));
        filled.push(load);
        handed.push(gathered);
    }
    let reading = thread::spawn(move || {
        let wharf = Wharf::new(router, filled, empties);
        let tally = wharf::read(&mut reader, &mut gate, meter, wharf)?;
        Ok(Outcome { tally, reader, gate })
    });
    desk.with_scribes(trackers);
    judge(handed, Bench::beside(settings.max_flows), desk).inspect_err(|_| Meter::wipe_any())?;
    let mut outcome = join(reading).map_err(Stop::Other)?;
    tracking.into_iter().map(join).for_each(|tracked| outcome.tally.add(tracked));
    Ok(outcome)
}

/// A panic of another thread is this one's.
fn join<T>(handle: JoinHandle<T>) -> T {
    handle.join().unwrap_or_else(|cause| panic::resume_unwind(cause))
}

impl Tally {
    fn add(&mut self, tracked: Tracked) {
        let Tracked { duplicates, table: TableCounts { late, evicted, .. } } = tracked;
        self.intake.late += late;
        self.intake.evicted += evicted;
        self.intake.skipped.add_many(Skip::Duplicate, duplicates);
    }
}

/// Judges what is handed over. Hangs up when it returns.
fn judge(handed: Vec<Receiver<Yield>>, mut bench: Bench, desk: &mut Desk<'_>) -> Result<(), Stop> {
    let mut gathering = Gathering::of(handed);
    while gathering.shipment(&mut |one| bench.seat(one, &mut |judged| desk.take(judged))) {
        bench.judge_until(gathering.ticked(), &mut |judged| desk.take(judged));
        // Captures are piped in as they are made: who has to wait for more has all written that there is.
        if gathering.has_to_wait() {
            desk.catch_up()?;
        }
        desk.check()?;
    }
    gathering.remainder(&mut |one| bench.seat(one, &mut |judged| desk.take(judged)));
    bench.judge_all(&mut |judged| desk.take(judged));
    desk.catch_up()?;
    desk.check()
}

#[cfg(all(test, feature = "live"))]
mod tests;
