//! Queues whose links lie in what is queued: setting, moving and removing cost the same however many there are, and
//! nothing is left behind by what goes early.
//!
//! What waits in one chain waits equally long, so that a chain is in the order of its due times by itself.

use crate::ahead::fetch;
use crate::time::Timestamp;

/// No neighbour.
const NONE: u32 = u32::MAX;

/// How many are passed over in search of a place: who makes many wait is not to make them wait for that as well.
const LOOKED_BACK: usize = 32;

/// The place of one cell in the chain that it waits in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    before: u32,
    after: u32,
    /// Since when it has been waiting.
    pub(super) since: Timestamp,
}

impl Default for Link {
    fn default() -> Self {
        Self { before: NONE, after: NONE, since: Timestamp::ZERO }
    }
}

/// What can wait in a chain; in one at a time.
pub(super) trait Linked {
    /// Its link.
    fn link(&self) -> &Link;
    /// Its link, to change.
    fn link_mut(&mut self) -> &mut Link;
    /// Asks for what will be touched when its turn comes.
    fn fetch_for_turn(&self) {
        fetch(self.link());
    }
}

/// Both ends of a chain.
#[derive(Debug)]
pub(super) struct Chain {
    first: u32,
    last: u32,
}

impl Default for Chain {
    fn default() -> Self {
        Self { first: NONE, last: NONE }
    }
}

impl Chain {
    /// Who has been waiting longest.
    pub(super) const fn first(&self) -> Option<u32> {
        if self.first == NONE { None } else { Some(self.first) }
    }

    /// Who has been waiting longest, and since when.
    pub(super) fn oldest<T: Linked>(&self, cells: &[T]) -> Option<(u32, Timestamp)> {
        self.first().map(|at| (at, cells[at as usize].link().since))
    }

    /// Who waits behind a cell.
    pub(super) fn after<T: Linked>(cells: &[T], at: u32) -> Option<u32> {
        let after = cells[at as usize].link().after;
        (after != NONE).then_some(after)
    }

    /// Asks for both neighbours of a cell that will be taken out.
    #[inline]
    pub(super) fn fetch_neighbours<T: Linked>(cells: &[T], at: u32) {
        let &Link { before, after, .. } = cells[at as usize].link();
        [before, after].iter().filter_map(|&at| cells.get(at as usize)).for_each(|cell| fetch(cell.link()));
    }

    /// Puts a cell that is in no chain at the end.
    pub(super) fn push<T: Linked>(&mut self, cells: &mut [T], at: u32, since: Timestamp) {
        *cells[at as usize].link_mut() = Link { before: self.last, after: NONE, since };
        match cells.get_mut(self.last as usize) {
            Some(last) => last.link_mut().after = at,
            None => self.first = at,
        }
        self.last = at;
    }

    /// Puts a cell that is in no chain where it would be, had it been put there at `since`: before those at the end that have waited
    /// for less, if there are not too many of them.
    pub(super) fn push_back_to<T: Linked>(&mut self, cells: &mut [T], at: u32, since: Timestamp) {
        let mut before = self.last;
        for _ in 0..LOOKED_BACK {
            match cells.get(before as usize) {
                Some(cell) if cell.link().since > since => before = cell.link().before,
                _ => break,
            }
        }
        let after = match cells.get_mut(before as usize) {
            Some(cell) => std::mem::replace(&mut cell.link_mut().after, at),
            None => std::mem::replace(&mut self.first, at),
        };
        match cells.get_mut(after as usize) {
            Some(cell) => cell.link_mut().before = at,
            None => self.last = at,
        }
        let since = cells.get(before as usize).map_or(since, |cell| cell.link().since.max(since));
        *cells[at as usize].link_mut() = Link { before, after, since };
    }

    /// Takes a cell out that is in this chain.
    pub(super) fn remove<T: Linked>(&mut self, cells: &mut [T], at: u32) {
        let Link { before, after, .. } = *cells[at as usize].link();
        match cells.get_mut(before as usize) {
            Some(cell) => cell.link_mut().after = after,
            None => self.first = after,
        }
        match cells.get_mut(after as usize) {
            Some(cell) => {
                cell.link_mut().before = before;
                let then = cell.link().after as usize;
                // Cells are mostly taken out from the first one on: the one after the next will be needed soon.
                cells.get(then).into_iter().for_each(T::fetch_for_turn);
            }
            None => self.last = before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Linked for Link {
        fn link(&self) -> &Link {
            self
        }

        fn link_mut(&mut self) -> &mut Link {
            self
        }
    }

    fn order(chain: &Chain, cells: &[Link]) -> Vec<u32> {
        let next = |at: &u32| (cells[*at as usize].after != NONE).then(|| cells[*at as usize].after);
        std::iter::successors(chain.first(), next).collect()
    }

    #[test]
    fn who_has_waited_for_longer_comes_before_those_that_have_not() {
        let (mut cells, mut chain) = (vec![Link::default(); 50], Chain::default());
        let at = Timestamp::from_nanos;
        chain.push_back_to(&mut cells, 0, at(10));
        for (cell, since) in [(1, 30), (2, 40), (3, 20), (4, 5), (5, 50), (6, 40)] {
            chain.push_back_to(&mut cells, cell, at(since));
        }
        assert_eq!(order(&chain, &cells), [4, 0, 3, 1, 2, 6, 5]);
        chain.remove(&mut cells, 3);
        chain.push(&mut cells, 3, at(60));
        assert_eq!(order(&chain, &cells), [4, 0, 1, 2, 6, 5, 3]);
        (7..50).for_each(|cell| chain.push(&mut cells, cell, at(60)));
        chain.remove(&mut cells, 4);
        chain.push_back_to(&mut cells, 4, at(7));
        assert_eq!(order(&chain, &cells)[16..19], [17, 4, 18], "many have to be passed over");
        assert_eq!(cells[4].since, at(60), "and it waits as long as who is before it");
    }

    #[test]
    fn cells_leave_from_anywhere_and_come_back_at_the_end() {
        let (mut cells, mut chain) = (vec![Link::default(); 5], Chain::default());
        for at in 0..5 {
            chain.push(&mut cells, at, Timestamp::from_nanos(u64::from(at)));
        }
        for at in [2, 0, 4] {
            chain.remove(&mut cells, at);
        }
        assert_eq!(order(&chain, &cells), [1, 3]);
        chain.push(&mut cells, 0, Timestamp::from_nanos(9));
        assert_eq!(order(&chain, &cells), [1, 3, 0]);
        assert_eq!(chain.oldest(&cells), Some((1, Timestamp::from_nanos(1))));
        for at in [1, 3, 0] {
            chain.remove(&mut cells, at);
        }
        assert_eq!(chain.first(), None);
    }
}
