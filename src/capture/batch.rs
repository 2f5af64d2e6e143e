//! Frames gathered until there are enough of them to be handed over.

use crate::capture::BATCH;
use crate::decode::{Frame, LinkType};
use crate::time::Timestamp;

/// What frames are handed to.
pub(super) type Sink<'s> = dyn FnMut(&[Frame<'_>]) + 's;

const NONE: Frame<'_> =
    Frame { ts: Timestamp::ZERO, number: 0, file: 0, link: LinkType::Ethernet, wire_len: 0, bytes: &[] };

/// Up to [`BATCH`] frames on their way to a sink.
pub(super) struct Batch<'a, 's> {
    frames: [Frame<'a>; BATCH],
    len: usize,
    sink: &'s mut Sink<'s>,
    /// Frames handed over so far.
    handed: u64,
}

impl<'a, 's> Batch<'a, 's> {
    pub(super) fn new(sink: &'s mut Sink<'s>) -> Self {
        Self { frames: [NONE; BATCH], len: 0, sink, handed: 0 }
    }

    /// Adds a frame, and hands all over if that was the last that fits.
    #[inline]
    pub(super) fn push(&mut self, frame: Frame<'a>) {
        if let Some(slot) = self.frames.get_mut(self.len) {
            *slot = frame;
            self.len += 1;
        }
        if self.len == BATCH {
            self.hand_over();
        }
    }

    /// Hands over what is left; gives the number of frames handed over in all.
    pub(super) fn finish(mut self) -> u64 {
        if self.len > 0 {
            self.hand_over();
        }
        self.handed
    }

    fn hand_over(&mut self) {
        (self.sink)(self.frames.get(..self.len).unwrap_or_default());
        self.handed += self.len as u64;
        self.len = 0;
    }
}
