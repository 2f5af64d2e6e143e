//! The pure middle of the pipeline: frames in, verdicts out. No clock, no thread, no file.

use crate::decode::{self, Frame, Pdu, Skip, SkipCounts};
use crate::flow::{Close, FlowTable, ObservedUntil, Settings, TableCounts};
use crate::time::Timestamp;
use crate::verdict::{self, Verdict};

/// What went through the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineCounts {
    /// Frames pushed.
    pub frames: u64,
    /// Frames that were no segment, by kind.
    pub skipped: SkipCounts,
    /// What the table did.
    pub table: TableCounts,
    /// Connections followed at this moment.
    pub followed: usize,
}

/// Decodes, tracks and judges.
pub struct Engine {
    table: FlowTable,
    frames: u64,
    skipped: SkipCounts,
}

impl Engine {
    /// An engine that has seen nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { table: FlowTable::new(settings), frames: 0, skipped: SkipCounts::default() }
    }

    /// Takes frames in the order of the capture; verdicts of connections that are over go to `sink`.
    pub fn push(&mut self, frames: &[Frame<'_>], sink: &mut dyn FnMut(Verdict)) {
        self.frames += frames.len() as u64;
        let mut pdus: Vec<Pdu<'_>> = Vec::with_capacity(frames.len());
        for frame in frames {
            match decode::decode(frame) {
                Ok(pdu) => pdus.push(pdu),
                Err(skip) => self.skipped.add(skip),
            }
        }
        let duplicates = self.table.observe(&pdus, &mut |close| hand_on(&close, sink));
        self.skipped.add_many(Skip::Duplicate, duplicates);
    }

    /// Counts a frame that the caller left out.
    pub fn skip(&mut self, skip: Skip) {
        self.frames += 1;
        self.skipped.add(skip);
    }

    /// Moves time on where no frame does it.
    pub fn advance(&mut self, now: Timestamp, sink: &mut dyn FnMut(Verdict)) {
        self.table.advance(now, &mut |close| hand_on(&close, sink));
    }

    /// Judges everything that is left.
    pub fn finish(&mut self, until: ObservedUntil, sink: &mut dyn FnMut(Verdict)) {
        self.table.finish(until, &mut |close| hand_on(&close, sink));
    }

    /// What went through so far.
    #[must_use]
    pub fn counts(&self) -> EngineCounts {
        EngineCounts {
            frames: self.frames,
            skipped: self.skipped,
            table: self.table.counts(),
            followed: self.table.len(),
        }
    }
}

fn hand_on(close: &Close, sink: &mut dyn FnMut(Verdict)) {
    sink(verdict::judge(close));
}
