//! Where captures are read, by one at a time.

use crate::capture::Progress;
use crate::capture::file::Block;
use crate::decode::Frame;
use crate::error::Error;
use crate::flow::ObservedUntil;

use super::super::gate::{Gate, Passage};
use super::super::meter::Meter;
use super::super::reader::Reader;
use super::super::talk;
use super::Outcome;
use super::parcel::Parcel;
use super::wharf::{Shipment, Wharf};

/// What is read from, and where it is loaded.
pub(super) struct Dock {
    reader: Reader,
    gate: Gate,
    meter: Meter,
    wharf: Wharf,
    /// Why nothing more is read, once that is so.
    over: Option<Result<(), Error>>,
}

impl Dock {
    pub(super) fn new((reader, gate, meter): (Reader, Gate, Meter), wharf: Wharf) -> Self {
        Self { reader, gate, meter, wharf, over: None }
    }

    /// Captures are piped in as they are made: whoever reads one may have to wait for more. A file's size is known.
    pub(super) fn may_wait(&self) -> bool {
        self.reader.position().of.is_none()
    }

    /// Reads until something is shipped, or nothing more comes. The `empties` are filled first.
    pub(super) fn fetch(&mut self, empties: Vec<Parcel>) -> Vec<Shipment> {
        self.wharf.take_back(empties);
        while self.over.is_none() && !self.wharf.has_shipped() {
            self.read_on();
        }
        self.wharf.take_shipped()
    }

    /// Will nothing more be read?
    pub(super) const fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// What became of the pass, when nothing more is read.
    pub(super) fn leave(mut self) -> Result<Outcome, Error> {
        self.meter.wipe();
        self.over.unwrap_or(Ok(()))?;
        Ok(Outcome { tally: self.wharf.into_tally(), reader: self.reader, gate: self.gate })
    }

    fn read_on(&mut self) {
        let Self { reader, gate, meter, wharf, over } = self;
        let (mut sifted, mut room) = (Ok(()), 0);
        let progress = reader.read_blocks(&mut |block, frames| {
            if sifted.is_ok() {
                sifted = sift(gate, (block, frames), wharf);
                room = room.max(block.len());
            }
        });
        wharf.note_read(room);
        let progress = progress.unwrap_or_else(|error| {
            meter.wipe();
            talk::say(&error);
            wharf.note_trouble();
            Progress::More
        });
        let is_end = progress == Progress::End || gate.is_shut();
        if sifted.is_err() {
            *over = Some(sifted);
        } else if is_end {
            wharf.end(if gate.is_shut() { ObservedUntil::Stopped } else { ObservedUntil::Eof });
            *over = Some(Ok(()));
        } else {
            // What came so far is not kept waiting for more.
            if reader.position().of.is_none() {
                wharf.ship();
            }
            meter.show(|| reader.position());
        }
    }
}

fn sift(gate: &mut Gate, (block, frames): (&Block, &[Frame<'_>]), wharf: &mut Wharf) -> Result<(), Error> {
    for frame in frames {
        match if gate.is_open() { Passage::Through } else { gate.pass(frame)? } {
            Passage::Through => wharf.load(frame, block),
            Passage::Aside => wharf.leave_out(),
            Passage::Over => return Ok(()),
        }
    }
    Ok(())
}
