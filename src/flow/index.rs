//! Where a connection is kept, found by the hash of its two ends, which is seeded (see [`super::table::Settings::seeds`]).

use crate::index::Entries;
pub(super) use crate::index::Gap;

/// In which pool a connection is kept, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the small ones: attempts, and connections that were handed over.
    Small(u32),
    /// Among those that are followed segment by segment.
    Whole(u32),
}

/// The bit that tells the pools apart.
const WHOLE: u32 = 1 << 31;

impl Place {
    /// Both in one number.
    pub(super) const fn code(self) -> u32 {
        match self {
            Self::Small(at) => at & !WHOLE,
            Self::Whole(at) => at | WHOLE,
        }
    }

    /// What a number says.
    pub(super) const fn of(code: u32) -> Self {
        if code & WHOLE == 0 { Self::Small(code) } else { Self::Whole(code & !WHOLE) }
    }
}

/// Entries that are removed together, so that the misses of all of them are waited for at once.
const TOGETHER: usize = 32;

/// The connections.
pub(super) struct Index {
    entries: Entries,
    /// To be removed, and still among them. What they lead to has another key by then, so that nobody takes it for theirs;
    /// or it is that of the same connection, which has begun anew in the same place, and has an equal entry of its own.
    gone: Vec<(u32, Place)>,
}

impl Default for Index {
    fn default() -> Self {
        Self { entries: Entries::default(), gone: Vec::with_capacity(TOGETHER) }
    }
}

impl Index {
    /// How many connections it knows.
    pub(super) const fn len(&self) -> usize {
        self.entries.len().saturating_sub(self.gone.len())
    }

    /// Asks for the memory in which a look-up of this hash will begin.
    #[inline]
    pub(super) fn fetch(&self, hash: u32) {
        self.entries.fetch(hash);
    }

    /// The first entry of this hash, which is nearly always the one that [`Index::find`] will find: asking for what it leads
    /// to ahead of time is what makes the look-up fast. If there is none, `gap` tells where the look-up has ended.
    #[inline]
    pub(super) fn peek(&self, hash: u32, gap: &mut Gap) -> Option<Place> {
        self.entries.first(hash, gap).map(Place::of)
    }

    /// Is there still no entry of a hash whose look-up has ended at `gap`?
    #[inline]
    pub(super) fn ends_at(&self, gap: Gap) -> bool {
        self.entries.ends_at(gap)
    }

    /// Where the connection of this hash is that `is` recognises.
    #[inline]
    pub(super) fn find(&self, hash: u32, mut is: impl FnMut(Place) -> bool) -> Option<Place> {
        self.entries.find(hash, |code| is(Place::of(code))).map(Place::of)
    }

    /// Notes a connection that it does not know yet, and whose look-up ended at `gap`, if nothing has changed since.
    #[inline]
    pub(super) fn insert(&mut self, gap: Gap, hash: u32, place: Place) {
        self.entries.insert_at(gap, hash, place.code());
    }

    /// A connection is kept elsewhere now.
    pub(super) fn relocate(&mut self, hash: u32, from: Place, to: Place) {
        self.entries.relocate(hash, from.code(), to.code());
    }

    /// Forgets a connection. What its place holds must no longer pass for it.
    pub(super) fn remove(&mut self, hash: u32, place: Place) {
        self.gone.push((hash, place));
        if self.gone.len() == TOGETHER {
            self.sweep();
        }
    }

    /// Removes all that is to be removed.
    pub(super) fn sweep(&mut self) {
        self.gone.iter().for_each(|&(hash, _)| self.fetch(hash));
        for (hash, place) in self.gone.drain(..) {
            self.entries.remove(hash, place.code());
        }
    }

    /// All of them, in no order; those to be removed among them (see [`Index::sweep`]).
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.entries.places().map(Place::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against a list, with hashes that crowd on few homes and wrap around the end.
    #[test]
    fn it_finds_what_was_put_in_and_nothing_else() {
        let hash = |n: u32| (n % 7).wrapping_mul(0x2493) | 0x3fe;
        let (mut index, mut known) = (Index::default(), Vec::new());
        for n in 0..4000_u32 {
            let place = if n % 2 == 0 { Place::Small(n) } else { Place::Whole(n) };
            let (mut seen, mut gap) = (Gap::UNSEEN, Gap::UNSEEN);
            let _ = (index.peek(hash(n + 1), &mut seen), index.peek(hash(n), &mut gap));
            index.insert(gap, hash(n), place);
            assert!(
                !index.ends_at(gap) && (!index.ends_at(seen) || index.peek(hash(n + 1), &mut seen).is_none())
            );
            known.push((hash(n), place));
            if n % 3 == 0 {
                let gone = known.swap_remove(known.len() / 2);
                index.remove(gone.0, gone.1);
            }
        }
        assert_eq!(index.len(), known.len());
        index.sweep();
        assert_eq!(index.places().count(), known.len());
        assert!(known.iter().all(|&(hash, place)| index.find(hash, |other| other == place) == Some(place)));
        assert_eq!(index.find(hash(1), |place| place == Place::Small(999_999)), None);
    }

    #[test]
    fn one_that_begins_anew_in_the_same_place_stays() {
        let mut index = Index::default();
        for _ in 0..2 {
            index.insert(Gap::UNSEEN, 5, Place::Small(3));
            index.remove(5, Place::Small(3));
        }
        index.insert(Gap::UNSEEN, 5, Place::Small(3));
        index.relocate(5, Place::Small(3), Place::Whole(9));
        index.sweep();
        assert_eq!((index.len(), index.places().collect::<Vec<_>>()), (1, vec![Place::Whole(9)]));
    }

    #[test]
    fn a_connection_can_move() {
        let mut index = Index::default();
        index.insert(Gap::UNSEEN, 5, Place::Small(0));
        index.relocate(5, Place::Small(0), Place::Whole(0));
        assert_eq!(index.find(5, |_| true), Some(Place::Whole(0)));
        assert_eq!(index.peek(5, &mut Gap::UNSEEN.clone()), Some(Place::Whole(0)));
    }
}
