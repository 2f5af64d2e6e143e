//! The most frequent keys of a stream, in bounded memory: lossy counting (Manku, Motwani, 2002) with a bound on the room
//! instead of one on the error.
//!
//! While there is room, everything is exact. When there is none left, the rarest keys go, all at once, so that a flood of
//! keys that come once costs next to nothing each; a key that comes anew may have been among them and begins with the
//! highest count that was given up: that error is kept as `missed`. A key that makes up more than one in half of
//! `capacity` of the stream is never lost. The value starts anew, so what it counts is a lower bound.

use std::hash::Hash;

use ahash::RandomState;
use smallvec::SmallVec;

use crate::ahead::fetch;
use crate::index::Entries;

/// One in so many is there beyond `capacity`, and given up at once.
const SURPLUS: usize = 2;
/// Keys that are given up together, so that the misses of all of them are waited for at once.
const TOGETHER: usize = 32;

/// Keys with a value each, at most half as many again as `capacity` of them.
pub(super) struct Top<K, V> {
    capacity: usize,
    hashes: RandomState,
    index: Entries,
    slots: Vec<Slot<K, V>>,
    /// Those that are nobody's.
    free: Vec<u32>,
    /// The highest count that was given up.
    floor: u64,
    forgotten: u64,
}

/// The hash of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hashed(u32);

/// Where a key is counted, until others give way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(u32);

/// What is counted of a key.
pub(super) trait Counted {
    /// How often that was: once for each time that its slot was touched.
    fn times(&self) -> u64;
}

/// What is kept of one key: a cache line, so that counting waits for no more than one.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Slot<K, V> {
    key: K,
    /// How often it was touched, those times included that may have been before it came into this slot; never, if the slot is nobody's.
    at_most: u64,
    /// What is counted of it.
    pub(super) value: V,
}

impl<K, V> Slot<K, V> {
    const fn is_free(&self) -> bool {
        self.at_most == 0
    }

    /// Asks for the memory that counting will change.
    #[inline]
    pub(super) fn fetch(&self) {
        fetch(self);
    }
}

impl<K, V: Counted> Slot<K, V> {
    /// How often it may have been touched before it came into this slot.
    pub(super) fn missed(&self) -> u64 {
        self.at_most.saturating_sub(self.value.times())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half of a hash is one too")]
fn hashed(hashes: &RandomState, key: impl Hash) -> Hashed {
    Hashed(hashes.hash_one(key) as u32)
}

impl<K: Copy + Eq + Hash + Ord, V: Default + Counted> Top<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        let index = Entries::default();
        let (slots, free) = (Vec::new(), Vec::new());
        Self { capacity, hashes: RandomState::new(), index, slots, free, floor: 0, forgotten: 0 }
    }

    /// What `key` is looked up by. The memory in which that will begin is asked for.
    #[inline]
    pub(super) fn look_ahead(&self, key: K) -> Hashed {
        let hash = hashed(&self.hashes, key);
        self.index.fetch(hash.0);
        hash
    }

    /// Where a key of this hash is counted, in all likelihood the one that is meant.
    #[inline]
    pub(super) fn guess(&self, hash: Hashed) -> Option<Place> {
        self.index.find(hash.0, |_| true).map(Place)
    }

    /// What is counted there, if anything still is.
    #[inline]
    pub(super) fn at(&self, place: Place) -> Option<&Slot<K, V>> {
        self.slots.get(place.0 as usize)
    }

    /// What is counted of `key`, to count it once more. `place` is where it was a while ago, in all likelihood, if it was known.
    #[inline]
    pub(super) fn touch(&mut self, key: K, hash: Hashed, place: Option<Place>) -> &mut V {
        let is = |place| self.at(place).is_some_and(|slot| slot.key == key && !slot.is_free());
        let find = || self.index.find(hash.0, |at| is(Place(at))).map(Place);
        let known = place.filter(|&place| is(place)).or_else(find);
        let Place(at) = known.unwrap_or_else(|| self.admit(key, hash));
        let slot = &mut self.slots[at as usize];
        slot.at_most += 1;
        &mut slot.value
    }

    fn admit(&mut self, key: K, hash: Hashed) -> Place {
        let most = self.capacity + self.capacity.div_ceil(SURPLUS);
        if self.len() >= most {
            self.forget_rarest();
        }
        let slot = Slot { key, at_most: self.floor, value: V::default() };
        let place = match self.free.pop() {
            Some(place) => {
                self.slots[place as usize] = slot;
                place
            }
            None => self.push(slot, most),
        };
        self.index.insert(hash.0, place);
        Place(place)
    }

    /// One more slot, of `most` that there may be.
    fn push(&mut self, slot: Slot<K, V>, most: usize) -> u32 {
        let at = self.slots.len();
        if at == self.slots.capacity() {
            // Twice as many, as a vector would, but no more than there can be.
            self.slots.reserve_exact(at.clamp(1, most - at));
        }
        self.slots.push(slot);
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Gives up all but the `capacity` most frequent keys. Each goes from where it is: those that stay are not moved.
    fn forget_rarest(&mut self) {
        let surplus = self.len() - self.capacity;
        let mut counts: Vec<(u64, u32)> = self.slots.iter().map(|slot| slot.at_most).zip(0..).collect();
        let (rarer, &mut last, _) = counts.select_nth_unstable(surplus - 1);
        self.floor = self.floor.max(last.0);
        self.forgotten += surplus as u64;
        self.free.extend(rarer.iter().map(|&(_, place)| place).chain([last.1]));
        // From the first on, so that what is next to each other comes together.
        self.free.sort_unstable_by(|a, b| b.cmp(a));
        for places in self.free.chunks(TOGETHER) {
            let hashes = places.iter().map(|&place| hashed(&self.hashes, self.slots[place as usize].key));
            let hashes: SmallVec<[Hashed; TOGETHER]> =
                hashes.inspect(|hash| self.index.fetch(hash.0)).collect();
            for (&place, hash) in places.iter().zip(hashes) {
                self.index.remove(hash.0, place);
                let slot = &mut self.slots[place as usize];
                (slot.at_most, slot.value) = (0, V::default());
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// How often a key lost its slot.
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// In no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &Slot<K, V>)> {
        self.slots.iter().filter(|slot| !slot.is_free()).map(|slot| (slot.key, slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Counted for u64 {
        fn times(&self) -> u64 {
            *self
        }
    }

    fn top(capacity: usize, stream: impl IntoIterator<Item = u32>) -> Top<u32, u64> {
        let mut top = Top::new(capacity);
        for key in stream {
            *count(&mut top, key, None) += 1;
        }
        top
    }

    fn count(top: &mut Top<u32, u64>, key: u32, place: Option<Place>) -> &mut u64 {
        let hash = top.look_ahead(key);
        top.touch(key, hash, place)
    }

    fn place(top: &Top<u32, u64>, key: u32) -> Option<Place> {
        top.guess(top.look_ahead(key)).filter(|&place| top.at(place).is_some_and(|slot| slot.key == key))
    }

    fn slot(top: &Top<u32, u64>, key: u32) -> &Slot<u32, u64> {
        top.iter().find(|(other, _)| *other == key).map(|(_, slot)| slot).unwrap()
    }

    #[test]
    fn it_is_exact_while_there_is_room() {
        let top = top(3, [1, 2, 1, 3, 1]);
        assert_eq!((top.len(), top.forgotten()), (3, 0));
        let slot = slot(&top, 1);
        assert_eq!((slot.missed(), slot.value), (0, 3));
    }

    #[test]
    fn a_frequent_key_survives_a_flood_of_rare_ones_and_its_error_is_told() {
        let flood = (0..10_000).flat_map(|n| if n % 4 == 0 { [7, 100 + n] } else { [100 + n, 50_000 + n] });
        let top = top(100, flood);
        assert!(top.len() <= 150, "{}", top.len());
        let slot = slot(&top, 7);
        assert!(slot.value + slot.missed() >= 2500 && slot.value <= 2500, "{slot:?}");
    }

    #[test]
    fn a_place_that_was_given_up_is_found_anew() {
        let mut top = top(2, [1, 2, 2, 3, 3]);
        let [first, last] = [1, 3].map(|key| place(&top, key));
        *count(&mut top, 4, None) += 1;
        *count(&mut top, 3, last) += 1;
        *count(&mut top, 2, first) += 1;
        assert_eq!([2, 3, 4].map(|key| slot(&top, key).value), [3, 3, 1], "{:?}", top.slots);
        assert!(place(&top, 1).is_none());
    }

    #[test]
    fn what_is_forgotten_is_counted() {
        let top = top(4, 0..7);
        assert_eq!((top.len(), top.forgotten(), top.iter().count()), (5, 2, 5));
        assert_eq!(slot(&top, 6).missed(), 1);
    }

    /// The place of a key was found, then the key went, and nobody came into its place yet.
    #[test]
    fn a_place_that_is_nobodys_counts_for_nobody() {
        let mut top = top(4, 0..6);
        let before = place(&top, 1);
        *count(&mut top, 6, None) += 1;
        *count(&mut top, 1, before) += 1;
        *count(&mut top, 1, before) += 1;
        assert_eq!((top.len(), slot(&top, 1).value, slot(&top, 1).missed()), (6, 2, 1), "{:?}", top.slots);
        assert!(place(&top, 1).is_some());
    }
}
