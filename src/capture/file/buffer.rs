//! The block that a file is read into and that its frames borrow.

use super::block::Block;
use super::pcapng::MAX_BLOCK;
use super::stream::{Stream, Trouble};

/// Bytes read at once: few system calls, and small enough to stay in the second-level cache.
const BLOCK: usize = 256 << 10;

/// Bytes of a capture, from the first one that was not walked over yet.
pub(super) struct Buffer {
    block: Block,
    /// Blocks that were read into before, which others have kept and may have let go since.
    others: Vec<Block>,
    /// Where the unwalked bytes start and where they end.
    start: usize,
    end: usize,
    /// Bytes of the capture before the block.
    before: u64,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self { block: Block::new(BLOCK), others: Vec::new(), start: 0, end: 0, before: 0 }
    }

    /// All that was read, the block in which it lies, and where in it the unwalked bytes start.
    #[inline]
    pub(super) fn walk(&mut self) -> (&[u8], &Block, &mut usize) {
        let Self { block, start, end, .. } = self;
        (block.bytes().get(..*end).unwrap_or_default(), block, start)
    }

    /// All that was read; what a [`super::walk::Head`] counts its offsets in.
    #[inline]
    pub(super) fn filled(&self) -> &[u8] {
        self.block.bytes().get(..self.end).unwrap_or_default()
    }

    /// Where all that lies.
    pub(super) const fn block(&self) -> &Block {
        &self.block
    }

    /// What was not walked over.
    pub(super) fn rest(&self) -> &[u8] {
        self.filled().get(self.start..).unwrap_or_default()
    }

    /// Where in the capture the unwalked bytes start.
    pub(super) const fn position(&self) -> u64 {
        self.before + self.start as u64
    }

    /// Reads once from `stream`, after moving the unwalked rest to the front, of another block where somebody has kept this
    /// one; gives the number of bytes read, 0 at the end. No frame found before may be looked at any more.
    pub(super) fn refill(&mut self, stream: &mut Stream) -> Result<usize, Trouble> {
        self.make_room();
        let room = self.block.own().and_then(|bytes| bytes.get_mut(self.end..));
        let read = stream.fill(room.unwrap_or_default())?;
        self.end += read;
        Ok(read)
    }

    fn make_room(&mut self) {
        let rest = self.end - self.start;
        match self.block.own() {
            Some(bytes) => {
                bytes.copy_within(self.start..self.end, 0);
                // Only what fills the block makes it grow: a length that is merely claimed costs nothing.
                if rest == bytes.len() {
                    bytes.resize(larger(rest), 0);
                }
            }
            None => self.change_block(),
        }
        self.before += self.start as u64;
        (self.start, self.end) = (0, rest);
    }

    /// Goes on in a block that nobody has kept.
    fn change_block(&mut self) {
        let mut next = self.free_block();
        let rest = self.rest();
        if let Some(front) = next.own().and_then(|bytes| bytes.get_mut(..rest.len())) {
            front.copy_from_slice(rest);
        }
        let last = std::mem::replace(&mut self.block, next);
        // What had to grow for once is not kept.
        if last.len() == BLOCK {
            self.others.push(last);
        }
    }

    /// A block that nobody has kept, with room for more than what was not walked over.
    fn free_block(&mut self) -> Block {
        let rest = self.end - self.start;
        if rest >= BLOCK {
            return Block::new(larger(rest));
        }
        let free = self.others.iter_mut().position(|block| block.own().is_some());
        free.map_or_else(|| Block::new(BLOCK), |at| self.others.swap_remove(at))
    }
}

fn larger(len: usize) -> usize {
    (len * 2).min(MAX_BLOCK)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::{self, Read};

    use super::*;

    fn endless() -> Stream {
        Stream::new(Box::new(io::repeat(7).take(u64::MAX))).unwrap()
    }

    fn read_all(buffer: &mut Buffer, stream: &mut Stream) {
        while buffer.refill(stream).unwrap() > 0 && buffer.filled().len() < BLOCK {}
        let (bytes, _, at) = buffer.walk();
        *at = bytes.len() - 10;
    }

    #[test]
    fn blocks_that_were_let_go_are_read_into_again() {
        let (mut buffer, mut stream, mut kept) = (Buffer::new(), endless(), VecDeque::new());
        for _ in 0..100 {
            read_all(&mut buffer, &mut stream);
            kept.push_back(buffer.block().clone());
            kept.drain(..kept.len().saturating_sub(5));
        }
        assert!(buffer.others.len() <= 6, "{} blocks", buffer.others.len());
    }

    #[test]
    fn a_block_that_nobody_keeps_is_the_only_one() {
        let (mut buffer, mut stream) = (Buffer::new(), endless());
        (0..10).for_each(|_| read_all(&mut buffer, &mut stream));
        assert_eq!(buffer.others.len(), 0);
    }

    #[test]
    fn one_that_had_to_grow_is_given_up() {
        let (mut buffer, mut stream) = (Buffer::new(), endless());
        while buffer.filled().len() < 4 * BLOCK {
            buffer.refill(&mut stream).unwrap();
        }
        let kept = buffer.block().clone();
        *buffer.walk().2 = 4 * BLOCK;
        buffer.refill(&mut stream).unwrap();
        assert_eq!((kept.len(), buffer.block().len(), buffer.others.len()), (4 * BLOCK, BLOCK, 0));
    }
}
