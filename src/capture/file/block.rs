//! Memory that a part of a capture was read into, which may be shared.

use std::ops::Range;
use std::sync::Arc;

/// Bytes of a capture that lie together, with the frames in them. Whoever keeps it keeps the bytes of its frames: nothing is
/// read into it as long as it is shared.
#[derive(Clone, Debug)]
pub struct Block(Arc<Vec<u8>>);

impl Block {
    pub(super) fn new(len: usize) -> Self {
        Self(Arc::new(vec![0; len]))
    }

    /// How much memory it takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Does it take none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Are the two the same memory?
    #[must_use]
    #[inline]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Where some bytes lie that were borrowed from it; of others, a place that means nothing.
    #[must_use]
    #[inline]
    pub fn place(&self, bytes: &[u8]) -> Range<u32> {
        let start = bytes.as_ptr().addr().wrapping_sub(self.0.as_ptr().addr());
        let [start, end] =
            [start, start.wrapping_add(bytes.len())].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        start..end
    }

    /// The bytes at a place.
    #[must_use]
    #[inline]
    pub fn at(&self, place: &Range<u32>) -> &[u8] {
        self.0.get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, to be written, unless somebody else has kept them.
    pub(super) fn own(&mut self) -> Option<&mut Vec<u8>> {
        Arc::get_mut(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_borrowed_is_found_again() {
        let block = Block(Arc::new((0..100).collect()));
        for range in [0..0, 0..100, 20..30, 100..100] {
            let bytes = &block.bytes()[range];
            assert_eq!(block.at(&block.place(bytes)), bytes);
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_was_borrowed() {
        let [block, other] = [Block::new(10), Block::new(10)];
        assert_eq!(block.at(&block.place(other.bytes())), &[] as &[u8]);
        assert_eq!(block.at(&(5..11)), &[] as &[u8]);
    }

    #[test]
    fn nobody_writes_what_is_shared() {
        let mut block = Block::new(4);
        let kept = block.clone();
        assert!(block.own().is_none() && block.is(&kept));
        drop(kept);
        assert!(block.own().is_some());
    }
}
