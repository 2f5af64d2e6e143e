//! The heads of one direction: HEADERS, and the CONTINUATION frames behind it (RFC 9113 §4.3).

use super::frames::{Frame, Kind};
use super::hpack::{Head, Table};

/// Bytes of a head that are kept until it is whole. Most have a tenth of it.
const MAX: usize = 8192;
/// Room that is kept for the next one.
const KEPT: usize = 512;

/// The head that is under way, and what it may refer to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Heads {
    table: Table,
    block: Vec<u8>,
    /// Where in that the frame that is under way begins.
    frame: usize,
    /// Some of it was not captured, or is more than is kept.
    cut: bool,
}

impl Heads {
    /// Bytes of memory that it takes.
    pub(super) fn weight(&self) -> usize {
        self.block.capacity() + self.table.weight()
    }

    /// A frame begins.
    pub(super) fn begin(&mut self, frame: Frame) {
        match frame.kind {
            Kind::Headers => self.drop_unfinished(),
            // It promises a request by a head that is not read.
            Kind::Push => self.table.forget(),
            Kind::Continuation | Kind::Data | Kind::ResetStream | Kind::GoAway | Kind::Control => {}
        }
        self.frame = self.block.len();
    }

    fn drop_unfinished(&mut self) {
        if self.cut || !self.block.is_empty() {
            self.lose();
        }
    }

    /// Bytes of a frame of it, as far as they were captured, and how many they are.
    pub(super) fn take(&mut self, bytes: &[u8], len: u32) {
        let room = MAX.saturating_sub(self.block.len());
        let taken = if self.cut { &[] } else { bytes.get(..room.min(bytes.len())).unwrap_or_default() };
        self.cut |= taken.len() < len as usize;
        self.block.extend_from_slice(taken);
    }

    /// A frame has come whole: what the head says, if that has as well.
    pub(super) fn end(&mut self, frame: Frame) -> Option<Head> {
        let (before, after) = frame.around_head(self.block.get(self.frame..).unwrap_or_default());
        if !self.cut {
            self.block.truncate(self.block.len().saturating_sub(after));
        }
        let begins = self.frame.min(self.block.len());
        self.block.drain(begins..(begins + before).min(self.block.len()));
        if !frame.ends_head() {
            return None;
        }
        let (head, whole) = self.table.read(&self.block);
        if self.cut || !whole {
            self.table.forget();
        }
        self.clear();
        Some(head)
    }

    /// Something is missing.
    pub(super) fn lose(&mut self) {
        self.table.forget();
        self.clear();
    }

    fn clear(&mut self) {
        self.block.clear();
        self.block.shrink_to(KEPT);
        self.cut = false;
    }
}
