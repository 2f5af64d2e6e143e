//! A map that forgets: two generations, of which the older is dropped when the younger is full or old enough.

use std::hash::{BuildHasher, RandomState};

use crate::ahead::fetch;
use crate::decode::{Addr, Endpoint};
use crate::flow::Place;
use crate::index::{Entries, folded};
use crate::time::{Span, Timestamp};

/// How long something is remembered at least, in capture time: long enough for a scan or a pool's idle time to show.
const WINDOW: Span = Span::from_secs(300);
/// Entries of one generation at most.
const ROOM: usize = (1 << 16) / 8 * 7;
/// And one for so many connections that may be known.
const FLOWS_AN_ENTRY: usize = 16;
/// So many entries are a fraction of what a core's cache holds.
const NEAR: usize = 1 << 11;
/// As many in any case.
const ROOM_AT_LEAST: usize = 1 << 10;

/// An address, and what tells apart what is known by it.
pub(super) trait Key: Copy + Eq {
    /// Both.
    fn parts(&self) -> (Addr, u32);
}

impl Key for Addr {
    fn parts(&self) -> (Addr, u32) {
        (*self, 0)
    }
}

impl Key for Endpoint {
    fn parts(&self) -> (Addr, u32) {
        (self.addr, self.port.into())
    }
}

impl Key for (Addr, Place) {
    fn parts(&self) -> (Addr, u32) {
        (self.0, self.1.number())
    }
}

/// Numbers that nobody can foresee.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeds([u64; 4]);

impl Seeds {
    /// Others each time: hostile keys cannot aim at them. No order is ever taken from a hash, so that results stay the same.
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        Self([1, 2, 3, 4].map(|number: u64| random.hash_one(number) | 1))
    }

    /// What is told apart is not mixed with bits of the address: whoever has a network could choose both so that they cancel out.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "half of a hash is one too, and so is half of an address"
    )]
    pub(super) fn hash(&self, key: &impl Key) -> u32 {
        let (Self([a, b, c, d]), (addr, other)) = (self, key.parts());
        let whole = u128::from_ne_bytes(addr.octets());
        let addr = folded(whole as u64 ^ a, (whole >> 64) as u64 ^ b);
        folded(addr ^ c ^ u64::from(other), *d) as u32
    }
}

/// The hash of a key: whoever asks for memory ahead of time needs it more than once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hashed(u32);

#[derive(Debug)]
struct Cell<K, V> {
    key: K,
    /// In which generation it was last added to.
    generation: u32,
    value: V,
}

/// A bounded memory keyed by `K`.
#[derive(Debug)]
pub(super) struct Window<K, V> {
    index: Entries,
    cells: Vec<Cell<K, V>>,
    /// Those that hold nothing.
    free: Vec<u32>,
    /// The number of the younger generation; the older one has another.
    generation: u32,
    /// How many belong to the younger.
    young: usize,
    seeds: Seeds,
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
        Self {
            index: Entries::default(),
            cells: Vec::new(),
            free: Vec::new(),
            generation: 0,
            young: 0,
            seeds: Seeds::new(),
            since: Timestamp::ZERO,
            room,
        }
    }
}

impl<K: Key, V: Default> Window<K, V> {
    #[inline]
    fn find(&self, hash: u32, key: &K) -> Option<u32> {
        self.index.find(hash, |at| self.cells[at as usize].key == *key)
    }

    /// What is known of `key`, to add to; brought over from the older generation.
    #[inline]
    pub(super) fn entry(&mut self, key: K, now: Timestamp) -> &mut V {
        if now.since(self.since) > WINDOW || self.young >= self.room {
            self.forget(now);
        }
        let hash = self.seeds.hash(&key);
        let at = match self.find(hash, &key) {
            Some(at) => at,
            None => self.put(hash, key),
        };
        let cell = &mut self.cells[at as usize];
        self.young += usize::from(cell.generation != self.generation);
        cell.generation = self.generation;
        &mut cell.value
    }

    /// Something that is not known yet has a cell from now on, and for now it belongs to the older generation.
    #[inline(never)]
    fn put(&mut self, hash: u32, key: K) -> u32 {
        let cell = Cell { key, generation: !self.generation, value: V::default() };
        let at = if let Some(at) = self.free.pop() {
            self.cells[at as usize] = cell;
            at
        } else {
            self.cells.push(cell);
            u32::try_from(self.cells.len() - 1).unwrap_or(u32::MAX)
        };
        self.index.insert(hash, at);
        at
    }

    /// Forgets the older generation; the memory of it is taken for what comes.
    #[inline(never)]
    fn forget(&mut self, now: Timestamp) {
        let Self { index, cells, free, generation, .. } = self;
        index.retain(|at| {
            let is_young = cells[at as usize].generation == *generation;
            if !is_young {
                cells[at as usize].value = V::default();
                free.push(at);
            }
            is_young
        });
        *generation = !*generation;
        (self.young, self.since) = (0, now);
    }

    /// What is known of `key`, to add to if that is anything.
    #[inline]
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(self.seeds.hash(key), key)?;
        Some(&mut self.cells[at as usize].value)
    }

    /// Is there so little in it that it lies in the cache by itself?
    #[inline]
    pub(super) const fn is_near(&self) -> bool {
        self.index.len() <= NEAR
    }

    /// What is known of `key`.
    #[inline]
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.find(self.seeds.hash(key), key).map(|at| &self.cells[at as usize].value)
    }

    /// Asks for the memory in which a look-up of `key` will begin.
    #[inline]
    pub(super) fn fetch(&self, key: &K) -> Hashed {
        let hash = self.seeds.hash(key);
        self.index.fetch(hash);
        Hashed(hash)
    }

    /// Asks for what it will find, in all likelihood. The place where it begins should be there already.
    #[inline]
    pub(super) fn fetch_found(&self, hash: Hashed) {
        if let Some(cell) = self.first(hash) {
            fetch(&cell.key);
            fetch(&cell.value);
        }
    }

    /// What it will find, in all likelihood.
    #[inline]
    pub(super) fn found(&self, hash: Hashed) -> Option<&V> {
        self.first(hash).map(|cell| &cell.value)
    }

    #[inline]
    fn first(&self, Hashed(hash): Hashed) -> Option<&Cell<K, V>> {
        self.index.find(hash, |_| true).map(|at| &self.cells[at as usize])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn host(number: u32) -> Addr {
        Addr::v4(number.to_be_bytes())
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut window: Window<Addr, u32> = Window::default();
        let at = |minutes: u64| Timestamp::from_parts(60 * minutes, 0);
        *window.entry(host(1), at(10)) = 1;
        *window.entry(host(2), at(10)) = 1;
        *window.entry(host(1), at(16)) += 1;
        *window.entry(host(3), at(22)) += 1;
        assert_eq!([1, 2, 3].map(|number| window.get(&host(number))), [Some(&2), None, Some(&1)]);
    }

    #[test]
    fn a_flood_of_keys_is_bounded() {
        let mut window: Window<Addr, u8> = Window::default();
        (0..655_360).for_each(|key| *window.entry(host(key), Timestamp::ZERO) |= 1);
        assert!(window.cells.len() <= 2 * ROOM && window.index.len() <= 2 * ROOM);
    }

    /// Two maps, of which the younger becomes the older one.
    #[derive(Default)]
    struct Plain {
        young: HashMap<Addr, u32>,
        old: HashMap<Addr, u32>,
        since: Timestamp,
    }

    impl Plain {
        fn entry(&mut self, key: Addr, now: Timestamp) -> &mut u32 {
            if now.since(self.since) > WINDOW || self.young.len() >= ROOM_AT_LEAST {
                self.old = std::mem::take(&mut self.young);
                self.since = now;
            }
            let old = &mut self.old;
            self.young.entry(key).or_insert_with(|| old.remove(&key).unwrap_or_default())
        }

        fn get(&self, key: Addr) -> Option<&u32> {
            self.young.get(&key).or_else(|| self.old.get(&key))
        }
    }

    proptest! {
        #[test]
        fn generations_are_two_maps(steps in prop::collection::vec((0_u32..4000, 0_u64..400, 1_u32..300), 1..60)) {
            let (mut window, mut plain) = (Window::beside(0), Plain::default());
            let mut now = Timestamp::from_parts(1000, 0);
            for (first, later, many) in steps {
                now = now.plus(Span::from_secs(later.saturating_sub(200)));
                for number in first..first + many {
                    *window.entry(host(number), now) += number;
                    *plain.entry(host(number), now) += number;
                }
                for number in (0..4300).step_by(7) {
                    prop_assert_eq!(window.get(&host(number)), plain.get(host(number)));
                    prop_assert_eq!(window.get_mut(&host(number)).copied(), plain.get(host(number)).copied());
                }
            }
        }
    }
}
