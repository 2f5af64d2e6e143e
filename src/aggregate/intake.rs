//! What went in before any verdict came out: frames, and what became of those that were no part of a connection.

use crate::time::Timestamp;
use crate::verdict::SkipCounts;

/// Frames read, and those that led to nothing, by kind: nothing is dropped in silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// Frames read.
    pub frames: u64,
    /// Time of the earliest frame that was looked at.
    pub first: Option<Timestamp>,
    /// Time of the latest one.
    pub last: Option<Timestamp>,
    /// Frames that were no segment, by kind.
    pub skipped: SkipCounts,
    /// Segments of connections that had been handed over already.
    pub late: u64,
    /// Connections that gave way because too many were followed at once.
    pub evicted: u64,
    /// Frames that were lost before anybody could read them.
    pub dropped: Dropped,
}

/// Lost frames, by who lost them; `None` where nobody said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// By the kernel of the capturing host.
    pub kernel: Option<u64>,
    /// By the interface.
    pub interface: Option<u64>,
    /// By this program.
    pub us: Option<u64>,
}

impl Intake {
    /// Takes note of a frame's time.
    pub fn saw(&mut self, ts: Timestamp) {
        self.first = Some(self.first.map_or(ts, |first| first.min(ts)));
        self.last = Some(self.last.map_or(ts, |last| last.max(ts)));
    }
}
