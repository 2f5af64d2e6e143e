//! A map that forgets: two generations, of which the older is dropped when the younger is full or old enough.

use std::collections::HashMap;
use std::hash::Hash;

use ahash::RandomState;

use crate::time::{Span, Timestamp};

/// How long something is remembered at least, in capture time: long enough for a scan or a pool's idle time to show.
const WINDOW: Span = Span::from_secs(300);
/// Entries of one generation at most: as many as a hash map of 65,536 places takes.
const ROOM: usize = (1 << 16) / 8 * 7;
/// And one for so many connections that may be known.
const FLOWS_AN_ENTRY: usize = 16;
/// So many entries are a fraction of what a core's cache holds.
const NEAR: usize = 1 << 11;
/// As many in any case.
const ROOM_AT_LEAST: usize = 1 << 10;

/// A bounded memory keyed by `K`.
#[derive(Debug)]
pub(super) struct Window<K, V> {
    young: HashMap<K, V, RandomState>,
    old: HashMap<K, V, RandomState>,
    since: Timestamp,
    /// Entries of one generation.
    room: usize,
}

impl<K, V> Default for Window<K, V> {
    fn default() -> Self {
        Self::beside(usize::MAX)
    }
}

impl<K, V> Window<K, V> {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        let room = (flows / FLOWS_AN_ENTRY / 8 * 7).clamp(ROOM_AT_LEAST, ROOM);
        // Seeded per run: hostile keys cannot aim at it. No order is ever taken from it, so that results stay the same.
        Self { young: HashMap::default(), old: HashMap::default(), since: Timestamp::ZERO, room }
    }
}

impl<K: Eq + Hash + Copy, V: Clone + Default> Window<K, V> {
    /// What is known of `key`, to add to; brought over from the older generation.
    pub(super) fn entry(&mut self, key: K, now: Timestamp) -> &mut V {
        if now.since(self.since) > WINDOW || self.young.len() >= self.room {
            // The memory of what is forgotten is taken for what comes.
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
            self.since = now;
        }
        let old = &mut self.old;
        self.young.entry(key).or_insert_with(|| old.remove(&key).unwrap_or_default())
    }

    /// What is known of `key`, to add to if that is anything.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let Self { young, old, .. } = self;
        young.get_mut(key).or_else(|| old.get_mut(key))
    }

    /// Is there so little in it that it lies in the cache by itself?
    #[inline]
    pub(super) fn is_near(&self) -> bool {
        self.young.len().max(self.old.len()) <= NEAR
    }

    /// What is known of `key`.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut window: Window<u32, u32> = Window::default();
        let at = |minutes: u64| Timestamp::from_parts(60 * minutes, 0);
        *window.entry(1, at(10)) = 1;
        *window.entry(2, at(10)) = 1;
        *window.entry(1, at(16)) += 1;
        *window.entry(3, at(22)) += 1;
        assert_eq!((window.get(&1), window.get(&2), window.get(&3)), (Some(&2), None, Some(&1)));
    }

    #[test]
    fn a_flood_of_keys_is_bounded() {
        let mut window: Window<usize, u8> = Window::default();
        (0..10 * ROOM).for_each(|key| *window.entry(key, Timestamp::ZERO) += 1);
        assert!(window.young.len() + window.old.len() <= 2 * ROOM);
    }
}
