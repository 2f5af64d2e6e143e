//! Where something is kept, found by its hash: open addressing in one array of eight-byte entries, so that a look-up touches one
//! cache line before it touches what it leads to.
//!
//! An entry holds 32 bits of the hash, from which its home follows, and a number that says where: growing and removing need no
//! keys. Who looks something up has to recognise it; the hash has to be seeded, so that nobody can aim at one home.

use prefetch_index::prefetch_index;

/// No entry. Zeroes are what fresh memory holds, so that a larger array need not be written before it is used.
const EMPTY: u64 = 0;
const SMALLEST: usize = 1 << 10;

/// The array.
#[derive(Debug)]
pub(crate) struct Entries {
    entries: Vec<u64>,
    len: usize,
    /// How often entries have moved or gone.
    moves: u32,
}

/// Where a look-up ended without having found anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    at: u32,
    moves: u32,
}

impl Gap {
    /// None that was seen.
    pub(crate) const UNSEEN: Self = Self { at: u32::MAX, moves: 0 };
}

impl Default for Entries {
    fn default() -> Self {
        Self { entries: vec![EMPTY; SMALLEST], len: 0, moves: 0 }
    }
}

/// The complement of both, which is never empty: the last number is never given out, since nothing has so many.
const fn entry(hash: u32, place: u32) -> u64 {
    !((hash as u64) << 32 | place as u64)
}

const fn hash_of(entry: u64) -> u32 {
    (!entry >> 32) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half of an entry is its place")]
const fn place_of(entry: u64) -> u32 {
    !entry as u32
}

/// The product of two numbers, all of whose bits matter to all of its bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "one half after the other")]
pub(crate) fn folded(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

impl Entries {
    /// How many there are.
    #[must_use]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    const fn mask(&self) -> usize {
        self.entries.len() - 1
    }

    /// Asks for the memory in which a look-up of this hash will begin.
    #[inline]
    pub(crate) fn fetch(&self, hash: u32) {
        prefetch_index(&self.entries, hash as usize & self.mask());
    }

    /// Where what has this hash is that `is` recognises.
    #[inline]
    pub(crate) fn find(&self, hash: u32, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = hash as usize & self.mask();
        loop {
            let entry = self.entries[at];
            if entry == EMPTY {
                return None;
            }
            if hash_of(entry) == hash && is(place_of(entry)) {
                return Some(place_of(entry));
            }
            at = (at + 1) & self.mask();
        }
    }

    /// Where the first is that has this hash. If there is none, `gap` tells where the look-up has ended.
    #[inline]
    pub(crate) fn first(&self, hash: u32, gap: &mut Gap) -> Option<u32> {
        let mut at = hash as usize & self.mask();
        loop {
            let entry = self.entries[at];
            if entry == EMPTY {
                *gap = Gap { at: u32::try_from(at).unwrap_or(u32::MAX), moves: self.moves };
                return None;
            }
            if hash_of(entry) == hash {
                return Some(place_of(entry));
            }
            at = (at + 1) & self.mask();
        }
    }

    /// Would the look-up end there once more? What was put in since has come behind what there was, so that nothing of its hash is there.
    #[inline]
    pub(crate) fn ends_at(&self, gap: Gap) -> bool {
        self.moves == gap.moves && self.entries.get(gap.at as usize) == Some(&EMPTY)
    }

    /// Notes where something is that has no entry yet, and whose look-up ended at `gap`, if nothing has changed since.
    #[inline]
    pub(crate) fn insert_at(&mut self, gap: Gap, hash: u32, place: u32) {
        let is_roomy = (self.len + 1) * 2 <= self.entries.len();
        if !(is_roomy && self.ends_at(gap)) {
            return self.insert(hash, place);
        }
        self.entries[gap.at as usize] = entry(hash, place);
        self.len += 1;
    }

    /// Notes where something is that has no entry yet.
    pub(crate) fn insert(&mut self, hash: u32, place: u32) {
        // Half of the places stay free, so that a look-up ends soon.
        if (self.len + 1) * 2 > self.entries.len() {
            self.grow();
        }
        self.put(entry(hash, place));
        self.len += 1;
    }

    fn put(&mut self, entry: u64) {
        let mut at = hash_of(entry) as usize & self.mask();
        while self.entries[at] != EMPTY {
            at = (at + 1) & self.mask();
        }
        self.entries[at] = entry;
    }

    fn grow(&mut self) {
        self.moves = self.moves.wrapping_add(1);
        let larger = vec![EMPTY; self.entries.len() * 2];
        for entry in std::mem::replace(&mut self.entries, larger) {
            if entry != EMPTY {
                self.put(entry);
            }
        }
    }

    fn position(&self, hash: u32, place: u32) -> Option<usize> {
        let wanted = entry(hash, place);
        let mut at = hash as usize & self.mask();
        while self.entries[at] != EMPTY {
            if self.entries[at] == wanted {
                return Some(at);
            }
            at = (at + 1) & self.mask();
        }
        None
    }

    /// Something is elsewhere now.
    pub(crate) fn relocate(&mut self, hash: u32, from: u32, to: u32) {
        if let Some(at) = self.position(hash, from) {
            self.entries[at] = entry(hash, to);
        }
    }

    /// Removes an entry. What lies behind it moves up, so that no look-up ends too early.
    pub(crate) fn remove(&mut self, hash: u32, place: u32) {
        let Some(mut hole) = self.position(hash, place) else { return };
        self.len -= 1;
        self.moves = self.moves.wrapping_add(1);
        let mut at = (hole + 1) & self.mask();
        while self.entries[at] != EMPTY {
            let wanted = hash_of(self.entries[at]) as usize;
            let may_move = at.wrapping_sub(wanted) & self.mask() >= at.wrapping_sub(hole) & self.mask();
            if may_move {
                self.entries[hole] = self.entries[at];
                hole = at;
            }
            at = (at + 1) & self.mask();
        }
        self.entries[hole] = EMPTY;
    }

    /// Forgets all whose place is none that `is_kept`.
    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(u32) -> bool) {
        let fresh = vec![EMPTY; self.entries.len()];
        self.len = 0;
        self.moves = self.moves.wrapping_add(1);
        for entry in std::mem::replace(&mut self.entries, fresh) {
            if entry != EMPTY && is_kept(place_of(entry)) {
                self.put(entry);
                self.len += 1;
            }
        }
    }

    /// All places, in no order.
    pub(crate) fn places(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().filter(|&&entry| entry != EMPTY).map(|&entry| place_of(entry))
    }
}
