//! One capture, or several merged by time.

use crate::aggregate::Dropped;
use crate::capture::file::{BlockSink, FileSource, Merged, Notice, Position};
use crate::capture::{Progress, Source};
use crate::decode::Frame;
use crate::error::Error;

/// What frames are read from. One capture alone needs no merging, and is read faster for it.
pub(super) enum Reader {
    One(Box<FileSource>),
    Several(Box<Merged>),
}

impl Reader {
    pub(super) fn read(&mut self, sink: &mut dyn FnMut(&[Frame<'_>])) -> Result<Progress, Error> {
        match self {
            Self::One(source) => source.read(sink),
            Self::Several(merged) => merged.read(sink),
        }
    }

    /// The same, and tells in which block the frames lie.
    pub(super) fn read_blocks(&mut self, sink: &mut BlockSink<'_>) -> Result<Progress, Error> {
        match self {
            Self::One(source) => source.read_blocks(sink),
            Self::Several(merged) => merged.read_blocks(sink),
        }
    }

    pub(super) fn position(&self) -> Position {
        match self {
            Self::One(source) => source.position(),
            Self::Several(merged) => merged.position(),
        }
    }

    pub(super) fn notices(&self) -> &[Notice] {
        match self {
            Self::One(source) => source.notices(),
            Self::Several(merged) => merged.notices(),
        }
    }

    /// Lost frames as far as the captures tell. A count of none is no count: most captures do not say.
    pub(super) fn dropped(&self) -> Dropped {
        let drops = match self {
            Self::One(source) => source.dropped(),
            Self::Several(merged) => merged.dropped(),
        };
        let told = |frames: u64| (frames > 0).then_some(frames);
        Dropped { kernel: told(drops.system), interface: told(drops.interface), us: Some(0) }
    }
}
