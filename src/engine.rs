//! The pure middle of the pipeline: frames in, verdicts out. No clock, no thread, no file.

mod bench;
mod reunion;

pub use self::bench::Bench;
use crate::decode::{self, Frame, Pdu, Skip, SkipCounts};
use crate::flow::{FlowTable, ObservedUntil, Settings, TOGETHER, TableCounts};
use crate::time::Timestamp;
use crate::verdict::Judged;

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
    /// How much of the room for them is taken, in percent.
    pub fullness: u8,
}

/// Where verdicts go.
pub type Sink<'s> = &'s mut dyn FnMut(&Judged<'_>);

/// Decodes, tracks and judges.
pub struct Engine {
    table: FlowTable,
    bench: Bench,
    frames: u64,
    skipped: SkipCounts,
}

impl Engine {
    /// An engine that has seen nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            bench: Bench::beside(&settings),
            table: FlowTable::new(settings),
            frames: 0,
            skipped: SkipCounts::default(),
        }
    }

    /// Takes frames in the order of the capture; verdicts of connections that are over go to `sink`.
    pub fn push(&mut self, frames: &[Frame<'_>], sink: Sink<'_>) {
        self.frames += frames.len() as u64;
        let mut pdus = [Pdu::NOTHING; TOGETHER];
        for some in frames.chunks(TOGETHER) {
            let mut read = 0;
            for frame in some {
                match decode::decode_into(frame, &mut pdus[read]) {
                    Ok(()) => read += 1,
                    Err(skip) => self.skipped.add(skip),
                }
            }
            let bench = &mut self.bench;
            let duplicates = self.table.observe(&pdus[..read], &mut |ended| bench.seat(ended, sink));
            self.skipped.add_many(Skip::Duplicate, duplicates);
        }
        self.bench.judge_until(self.table.ticked(), sink);
    }

    /// Counts a frame that the caller left out.
    pub fn skip(&mut self, skip: Skip) {
        self.frames += 1;
        self.skipped.add(skip);
    }

    /// Moves time on where no frame does it.
    pub fn advance(&mut self, now: Timestamp, sink: Sink<'_>) {
        let bench = &mut self.bench;
        self.table.advance(now, &mut |ended| bench.seat(ended, sink));
        self.bench.judge_until(now, sink);
    }

    /// Takes note of frames that the capture lost, found out at `at`: verdicts near it are no longer certain.
    pub fn note_loss(&mut self, at: Timestamp, frames: u64) {
        self.bench.note_loss(at, frames);
    }

    /// Judges everything that is left.
    pub fn finish(&mut self, until: ObservedUntil, sink: Sink<'_>) {
        let bench = &mut self.bench;
        self.table.finish(until, &mut |ended| bench.seat(ended, sink));
        self.bench.judge_all(sink);
    }

    /// What can be said by now of connections that go on, of at most `most` of them. Nothing is changed by it.
    pub fn alive(&mut self, most: usize, sink: Sink<'_>) {
        let bench = &mut self.bench;
        self.table.alive(most, &mut |ended| bench.judge(&ended, sink));
    }

    /// What went through so far.
    #[must_use]
    pub fn counts(&self) -> EngineCounts {
        EngineCounts {
            frames: self.frames,
            skipped: self.skipped,
            table: self.table.counts(),
            followed: self.table.len(),
            fullness: self.table.fullness(),
        }
    }
}
