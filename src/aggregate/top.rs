//! The most frequent keys of a stream, in bounded memory: the space-saving algorithm (Metwally, Agrawal, El Abbadi, 2005).
//!
//! While there are no more keys than slots, everything is exact. Beyond it a new key takes over the slot of the rarest
//! one together with its count, which may be too high by as much: that error is kept as `missed`. A key that makes up
//! more than one in `capacity` of the stream is never lost. The value starts anew, so what it counts is a lower bound.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::Hash;

/// Keys with a value each, at most `capacity` of them.
pub(super) struct Top<K, V> {
    capacity: usize,
    slots: HashMap<K, Slot<V>>,
    /// Lower bounds of the counts, one for each key, once all slots are taken.
    rarest: BinaryHeap<Reverse<(u64, K)>>,
    forgotten: u64,
}

/// What is kept of one key.
#[derive(Debug, Default)]
pub(super) struct Slot<V> {
    /// How often it was touched, or up to `missed` less.
    pub(super) count: u64,
    /// How often it may have been touched before it came into this slot.
    pub(super) missed: u64,
    /// What is counted of it.
    pub(super) value: V,
}

impl<K: Copy + Eq + Hash + Ord, V: Default> Top<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, slots: HashMap::new(), rarest: BinaryHeap::new(), forgotten: 0 }
    }

    /// Counts `key` once more and gives its value.
    pub(super) fn touch(&mut self, key: K) -> &mut V {
        if self.slots.len() >= self.capacity && !self.slots.contains_key(&key) {
            let floor = self.forget_rarest();
            self.slots.insert(key, Slot { count: floor, missed: floor, value: V::default() });
            self.rarest.push(Reverse((floor, key)));
        }
        let slot = self.slots.entry(key).or_default();
        slot.count += 1;
        &mut slot.value
    }

    /// Gives up the key with the lowest count and tells that count.
    fn forget_rarest(&mut self) -> u64 {
        if self.rarest.is_empty() {
            self.rarest = self.slots.iter().map(|(&key, slot)| Reverse((slot.count, key))).collect();
        }
        while let Some(Reverse((bound, key))) = self.rarest.pop() {
            let count = self.slots.get(&key).map_or(bound, |slot| slot.count);
            if count == bound {
                self.slots.remove(&key);
                self.forgotten += 1;
                return count;
            }
            self.rarest.push(Reverse((count, key)));
        }
        0
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How often a key lost its slot.
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// In no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &Slot<V>)> {
        self.slots.iter().map(|(&key, slot)| (key, slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(capacity: usize, stream: impl IntoIterator<Item = u32>) -> Top<u32, u64> {
        let mut top = Top::new(capacity);
        for key in stream {
            *top.touch(key) += 1;
        }
        top
    }

    #[test]
    fn it_is_exact_while_there_is_room() {
        let top = top(3, [1, 2, 1, 3, 1]);
        assert_eq!((top.len(), top.forgotten()), (3, 0));
        let slot = &top.slots[&1];
        assert_eq!((slot.count, slot.missed, slot.value), (3, 0, 3));
    }

    #[test]
    fn a_frequent_key_survives_a_flood_of_rare_ones_and_its_error_is_told() {
        let flood = (0..10_000).flat_map(|n| if n % 4 == 0 { [7, 100 + n] } else { [100 + n, 50_000 + n] });
        let top = top(100, flood);
        assert_eq!(top.len(), 100);
        let slot = &top.slots[&7];
        assert!(slot.value + slot.missed >= 2500 && slot.value <= 2500, "{slot:?}");
        assert_eq!(slot.count, slot.value + slot.missed);
    }
}
