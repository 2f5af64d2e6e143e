//! Memory that will be needed soon, asked for ahead of time: the misses of many are waited for together.

use std::slice;

use prefetch_index::prefetch_index;

/// Asks for the cache line in which a value begins, and does not wait for it.
#[inline]
pub(crate) fn fetch<T>(value: &T) {
    prefetch_index(slice::from_ref(value), 0);
}

/// What lies in several cache lines.
pub(crate) trait Fetch {
    /// Asks for all of them.
    fn fetch(&self);
}
