//! The one block of memory that a file is read into and that its frames borrow.

use super::pcapng::MAX_BLOCK;
use super::stream::{Stream, Trouble};

/// Bytes read at once: few system calls, and small enough to stay in the second-level cache.
const BLOCK: usize = 256 << 10;

/// Bytes of a capture, from the first one that was not walked over yet.
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Where the unwalked bytes start and where they end.
    start: usize,
    end: usize,
    /// Bytes of the capture before `bytes`.
    before: u64,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; BLOCK], start: 0, end: 0, before: 0 }
    }

    /// All that was read, and where in it the unwalked bytes start.
    #[inline]
    pub(super) fn walk(&mut self) -> (&[u8], &mut usize) {
        (self.bytes.get(..self.end).unwrap_or_default(), &mut self.start)
    }

    /// All that was read; what a [`super::walk::Head`] counts its offsets in.
    #[inline]
    pub(super) fn filled(&self) -> &[u8] {
        self.bytes.get(..self.end).unwrap_or_default()
    }

    /// What was not walked over.
    pub(super) fn rest(&self) -> &[u8] {
        self.filled().get(self.start..).unwrap_or_default()
    }

    /// Where in the capture the unwalked bytes start.
    pub(super) const fn position(&self) -> u64 {
        self.before + self.start as u64
    }

    /// Reads once from `stream`, after moving the unwalked rest to the front; gives the number of bytes read, 0 at the
    /// end. No frame found before may be looked at any more.
    pub(super) fn refill(&mut self, stream: &mut Stream) -> Result<usize, Trouble> {
        self.make_room();
        let read = stream.fill(self.bytes.get_mut(self.end..).unwrap_or_default())?;
        self.end += read;
        Ok(read)
    }

    /// Only what fills the block makes it grow: a length that is merely claimed costs nothing.
    fn make_room(&mut self) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.before += self.start as u64;
        self.end -= self.start;
        self.start = 0;
        if self.end == self.bytes.len() {
            let larger = (self.bytes.len() * 2).min(MAX_BLOCK);
            self.bytes.resize(larger, 0);
        }
    }
}
