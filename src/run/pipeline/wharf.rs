//! The reading thread: reads, decodes, and ships what it has to those who follow connections.

use std::sync::mpsc::{Receiver, SyncSender};

use crate::aggregate::Intake;
use crate::capture::Progress;
use crate::decode::{self, Frame, Pdu, Skip};
use crate::error::Error;
use crate::flow::{ObservedUntil, Router};
use crate::time::Timestamp;

use super::super::gate::{Gate, Passage};
use super::super::meter::Meter;
use super::super::reader::Reader;
use super::super::talk;
use super::parcel::Parcel;

/// Segments in a shipment: so many that the threads seldom wake each other; of fewer, each costs a tenth more.
const SEGMENTS: usize = 4096;
/// Payload in a shipment, but for the last segment's: full-size segments are not to make it a small one.
const BYTES: usize = 1024 << 10;

/// What the reader counted.
#[derive(Default)]
pub(in super::super) struct Tally {
    pub(in super::super) intake: Intake,
    /// Captures that could not be read to their end.
    pub(in super::super) troubles: u64,
}

/// What goes from the reader to each of those who follow.
pub(super) enum Load {
    Parcel(Parcel),
    /// There is no more, and this is how late it is.
    End(ObservedUntil, Timestamp),
}

/// Where the reader loads what it has decoded. All parcels leave together, be there nothing in some of them, so that what
/// comes of them can be put together again.
pub(super) struct Wharf {
    router: Router,
    filled: Vec<SyncSender<Load>>,
    empties: Receiver<Parcel>,
    parcels: Vec<Parcel>,
    /// Segments and bytes of payload in the parcels.
    segments: usize,
    bytes: usize,
    tally: Tally,
}

/// Nobody takes any more.
struct HungUp;

impl Wharf {
    pub(super) fn new(router: Router, filled: Vec<SyncSender<Load>>, empties: Receiver<Parcel>) -> Self {
        let parcels = filled.iter().map(|_| Parcel::default()).collect();
        Self { router, filled, empties, parcels, segments: 0, bytes: 0, tally: Tally::default() }
    }

    fn load(&mut self, frame: &Frame<'_>) -> Result<(), HungUp> {
        self.tally.intake.frames += 1;
        self.tally.intake.saw(frame.ts);
        match decode::decode(frame) {
            Ok(pdu) => self.put(&pdu),
            Err(skip) => self.tally.intake.skipped.add(skip),
        }
        if self.segments >= SEGMENTS || self.bytes >= BYTES { self.ship() } else { Ok(()) }
    }

    fn put(&mut self, pdu: &Pdu<'_>) {
        if let Some(now) = self.router.tick(pdu) {
            self.parcels.iter_mut().for_each(|parcel| parcel.tick(now));
        }
        let address = self.router.address(pdu);
        let whose = address.shard() * self.parcels.len() / self.router.shards();
        self.bytes += self.parcels[whose].push(pdu, address);
        self.segments += 1;
    }

    fn leave_out(&mut self) {
        self.tally.intake.frames += 1;
        self.tally.intake.skipped.add(Skip::Filtered);
    }

    fn ship(&mut self) -> Result<(), HungUp> {
        if self.segments == 0 {
            return Ok(());
        }
        (self.segments, self.bytes) = (0, 0);
        for (parcel, filled) in self.parcels.iter_mut().zip(&self.filled) {
            let empty = self.empties.try_recv().unwrap_or_default();
            let full = std::mem::replace(parcel, empty);
            filled.send(Load::Parcel(full)).map_err(|_gone| HungUp)?;
        }
        Ok(())
    }

    fn end(&self, until: ObservedUntil) {
        for filled in &self.filled {
            // If nobody waits for the end, somebody has stopped already, and said why.
            let _ = filled.send(Load::End(until, self.router.now()));
        }
    }
}

/// Reads to the end, as far as anybody takes it.
pub(super) fn read(
    reader: &mut Reader,
    gate: &mut Gate,
    mut meter: Meter,
    mut wharf: Wharf,
) -> Result<Tally, Error> {
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
        let over = progress == Progress::End || gate.is_shut();
        // Captures are piped in as they are made: what came so far is not kept waiting for more. A file's size is known.
        let may_wait = reader.position().of.is_none();
        if over || may_wait {
            stop = stop.and_then(|()| wharf.ship().map_err(|HungUp| Halt::HungUp));
        }
        match stop {
            Err(Halt::HungUp) => return Ok(wharf.tally),
            Err(Halt::Error(error)) => return Err(error),
            Ok(()) => {}
        }
        if over {
            meter.wipe();
            wharf.end(if gate.is_shut() { ObservedUntil::Stopped } else { ObservedUntil::Eof });
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
