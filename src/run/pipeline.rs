//! One pass on several cores: a thread reads and decodes, one follows the connections, and this one judges and writes.
//!
//! What one hands to the next keeps its order, so that the outcome is that of a single thread. Parcels go round: an empty one
//! comes back to be filled again. Whoever stops, for an error or because enough was read, makes the others stop by hanging up.

mod parcel;

use std::panic;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use crate::aggregate::Intake;
use crate::capture::Progress;
use crate::decode::{self, Frame, Pdu, Skip};
use crate::engine::Bench;
use crate::error::Error;
use crate::flow::{Ended, FlowTable, ObservedUntil, Settings, TOGETHER};
use crate::time::Timestamp;

use self::parcel::Parcel;
use super::gate::{Gate, Passage};
use super::meter::Meter;
use super::pass::{Desk, Stop};
use super::reader::Reader;
use super::talk;

/// Parcels between two threads, so that neither waits for the other's every breath.
const UNDER_WAY: usize = 16;
/// Connections that are handed over at once at the end.
const ENDED: usize = 1024;

/// Is there more than one core to run on?
pub(super) fn has_cores() -> bool {
    thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

/// What became of a pass, and what was lent for it.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) reader: Reader,
    pub(super) gate: Gate,
}

/// What the reader counted.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) intake: Intake,
    /// Captures that could not be read to their end.
    pub(super) troubles: u64,
}

/// What goes from the reader to the tracker.
enum Load {
    Parcel(Parcel),
    /// There is no more.
    End(ObservedUntil),
}

/// What goes from the tracker to the judges.
struct Handed {
    ended: Vec<Ended>,
    now: Timestamp,
}

/// Reads everything that the gate lets through, and judges it.
///
/// What cannot be written any more is told at once: nobody waits for a reader that waits for its pipe.
pub(super) fn follow(
    mut reader: Reader,
    mut gate: Gate,
    meter: Meter,
    settings: Settings,
    desk: &mut Desk<'_>,
) -> Result<Outcome, Stop> {
    let (filled, loads) = sync_channel(UNDER_WAY);
    let (returning, empties) = channel();
    let (handing, handed) = sync_channel(UNDER_WAY);
    let reading = thread::spawn(move || {
        let wharf = Wharf { filled, empties, parcel: Parcel::default(), tally: Tally::default() };
        let tally = read(&mut reader, &mut gate, meter, wharf)?;
        Ok(Outcome { tally, reader, gate })
    });
    let tracking = thread::spawn(move || track(settings, &loads, &returning, &handing));
    judge(handed, desk).inspect_err(|_| Meter::wipe_any())?;
    let (read, tracked) = (join(reading), join(tracking));
    let mut outcome = read.map_err(Stop::Other)?;
    let intake = &mut outcome.tally.intake;
    (intake.late, intake.evicted) = (tracked.late, tracked.evicted);
    intake.skipped.add_many(Skip::Duplicate, tracked.duplicates);
    Ok(outcome)
}

/// A panic of another thread is this one's.
fn join<T>(handle: JoinHandle<T>) -> T {
    handle.join().unwrap_or_else(|cause| panic::resume_unwind(cause))
}

/// Where the reader loads what it has decoded.
struct Wharf {
    filled: SyncSender<Load>,
    empties: Receiver<Parcel>,
    parcel: Parcel,
    tally: Tally,
}

/// Nobody takes any more.
struct HungUp;

impl Wharf {
    fn load(&mut self, frame: &Frame<'_>) -> Result<(), HungUp> {
        self.tally.intake.frames += 1;
        self.tally.intake.saw(frame.ts);
        match decode::decode(frame) {
            Ok(pdu) => self.parcel.push(&pdu),
            Err(skip) => self.tally.intake.skipped.add(skip),
        }
        if self.parcel.is_full() { self.ship() } else { Ok(()) }
    }

    fn leave_out(&mut self) {
        self.tally.intake.frames += 1;
        self.tally.intake.skipped.add(Skip::Filtered);
    }

    fn ship(&mut self) -> Result<(), HungUp> {
        if self.parcel.is_empty() {
            return Ok(());
        }
        let empty = self.empties.try_recv().unwrap_or_default();
        let full = std::mem::replace(&mut self.parcel, empty);
        self.filled.send(Load::Parcel(full)).map_err(|_gone| HungUp)
    }
}

/// Reads to the end, as far as anybody takes it.
fn read(reader: &mut Reader, gate: &mut Gate, mut meter: Meter, mut wharf: Wharf) -> Result<Tally, Error> {
    loop {
        let mut stop = Ok(());
        let progress = reader.read(&mut |frames| {
            if stop.is_ok() {
                stop = sift(gate, frames, &mut wharf);
            }
        });
        let progress = progress.unwrap_or_else(|error| {
            meter.wipe();
            talk::say(&error);
            wharf.tally.troubles += 1;
            Progress::More
        });
        // What came so far is not kept waiting for more: captures are piped in as they are made.
        match stop.and_then(|()| wharf.ship().map_err(|HungUp| Halt::HungUp)) {
            Err(Halt::HungUp) => return Ok(wharf.tally),
            Err(Halt::Error(error)) => return Err(error),
            Ok(()) => {}
        }
        if progress == Progress::End || gate.is_shut() {
            meter.wipe();
            let until = if gate.is_shut() { ObservedUntil::Stopped } else { ObservedUntil::Eof };
            // If nobody waits for the end, somebody has stopped already, and said why.
            let _ = wharf.filled.send(Load::End(until));
            return Ok(wharf.tally);
        }
        meter.show(|| reader.position());
    }
}

/// What keeps the reader from reading on.
enum Halt {
    HungUp,
    Error(Error),
}

fn sift(gate: &mut Gate, frames: &[Frame<'_>], wharf: &mut Wharf) -> Result<(), Halt> {
    for frame in frames {
        let passage =
            if gate.is_open() { Passage::Through } else { gate.pass(frame).map_err(Halt::Error)? };
        match passage {
            Passage::Through => wharf.load(frame).map_err(|HungUp| Halt::HungUp)?,
            Passage::Aside => wharf.leave_out(),
            Passage::Over => return Ok(()),
        }
    }
    Ok(())
}

/// What the tracker counted.
#[derive(Default)]
struct Tracked {
    duplicates: u64,
    late: u64,
    evicted: u64,
}

/// Follows the connections of what is loaded, and hands over those that are over.
fn track(
    settings: Settings,
    loads: &Receiver<Load>,
    returning: &Sender<Parcel>,
    handing: &SyncSender<Handed>,
) -> Tracked {
    let (mut table, mut duplicates) = (FlowTable::new(settings), 0);
    for load in loads {
        let gone = match load {
            Load::Parcel(mut parcel) => {
                let mut ended = Vec::new();
                duplicates += observe(&mut table, &parcel, &mut |one| ended.push(one));
                parcel.clear();
                // The reader may have gone already.
                let _ = returning.send(parcel);
                handing.send(Handed { ended, now: table.now() }).is_err()
            }
            Load::End(until) => {
                finish(&mut table, until, handing);
                true
            }
        };
        if gone {
            break;
        }
    }
    let counts = table.counts();
    Tracked { duplicates, late: counts.late, evicted: counts.evicted }
}

fn observe(table: &mut FlowTable, parcel: &Parcel, sink: &mut dyn FnMut(Ended)) -> u64 {
    let (mut some, mut duplicates): (Vec<Pdu<'_>>, u64) = (Vec::with_capacity(TOGETHER), 0);
    let mut pdus = parcel.pdus();
    loop {
        some.clear();
        some.extend(pdus.by_ref().take(TOGETHER));
        if some.is_empty() {
            return duplicates;
        }
        duplicates += table.observe(&some, sink);
    }
}

fn finish(table: &mut FlowTable, until: ObservedUntil, handing: &SyncSender<Handed>) {
    let (now, mut ended) = (table.now(), Vec::new());
    table.finish(until, &mut |one| {
        ended.push(one);
        if ended.len() == ENDED {
            // If nobody listens, nothing is lost that anybody wants.
            let _ = handing.send(Handed { ended: std::mem::take(&mut ended), now });
        }
    });
    let _ = handing.send(Handed { ended, now });
}

/// Judges what is handed over. Hangs up when it returns.
fn judge(handed: Receiver<Handed>, desk: &mut Desk<'_>) -> Result<(), Stop> {
    let mut bench = Bench::default();
    for Handed { ended, now } in handed {
        for one in ended {
            bench.seat(one, &mut |judged| desk.take(judged));
        }
        bench.judge_until(now, &mut |judged| desk.take(judged));
        desk.check()?;
    }
    bench.judge_all(&mut |judged| desk.take(judged));
    desk.check()
}
