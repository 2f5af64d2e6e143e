//! When something was so, in stretches of time: to the nanosecond, so that nothing depends on where the clock's seconds begin, and in
//! bounded memory.

use smallvec::SmallVec;

use crate::time::{Span, Timestamp};

/// So many are remembered; of more, those with the least time between them are taken for one.
const MOST: usize = 16;

/// From when until when, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

impl Stretch {
    /// No longer than a moment.
    pub(super) const fn at(moment: Timestamp) -> Self {
        Self { first: moment, last: moment }
    }

    fn with(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// In order, each later than the one before.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretches(SmallVec<[Stretch; 1]>);

impl Stretches {
    /// One more, in any order. Those that are no further than `joined` from it are one with it.
    pub(super) fn note(&mut self, new: Stretch, joined: Span) {
        // Of a listener that is busy, most is known.
        let nearest = self.0.iter().rev().find(|old| old.first <= new.first);
        if nearest.is_some_and(|old| new.last <= old.last) {
            return;
        }
        let begin =
            self.0.iter().rposition(|old| old.last.plus(joined) < new.first).map_or(0, |before| before + 1);
        let is_one = |old: &&Stretch| old.first <= new.last.plus(joined);
        let one = self.0[begin..].iter().take_while(is_one).count();
        if one == 0 {
            self.0.insert(begin, new);
        } else {
            let all = self.0.drain(begin..begin + one).fold(new, Stretch::with);
            self.0.insert(begin, all);
        }
        if self.0.len() > MOST {
            self.close_narrowest();
        }
    }

    fn close_narrowest(&mut self) {
        let gap = |pair: &[Stretch]| pair[1].first.since(pair[0].last);
        let Some((at, _)) = self.0.windows(2).enumerate().min_by_key(|(_, pair)| gap(pair)) else { return };
        let later = self.0.remove(at + 1);
        self.0[at] = self.0[at].with(later);
    }

    /// Was it so at any time between the two, which do not count?
    pub(super) fn any_between(&self, from: Timestamp, to: Timestamp) -> bool {
        from < to && self.0.iter().any(|one| one.first < to && from < one.last)
    }

    /// Was it so from the one to the other, without a pause?
    pub(super) fn covers(&self, from: Timestamp, to: Timestamp) -> bool {
        self.0.iter().any(|one| one.first <= from && to <= one.last)
    }

    /// When it was so for the first time after `at`.
    pub(super) fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.0.iter().map(|one| one.first).find(|&first| first > at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOINED: Span = Span::from_millis(10);

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_parts(1_800_000_000, 0).plus(Span::from_millis(millis))
    }

    fn stretches(noted: &[(u64, u64)]) -> Stretches {
        let mut stretches = Stretches::default();
        for &(first, last) in noted {
            stretches.note(Stretch { first: at(first), last: at(last) }, JOINED);
        }
        stretches
    }

    fn told(stretches: &Stretches) -> Vec<(u64, u64)> {
        let millis = |moment: Timestamp| moment.since(at(0)).as_nanos() / 1_000_000;
        stretches.0.iter().map(|one| (millis(one.first), millis(one.last))).collect()
    }

    #[test]
    fn what_touches_is_one_in_whatever_order_it_comes() {
        assert_eq!(told(&stretches(&[(100, 200), (50, 60), (300, 300)])), [(50, 60), (100, 200), (300, 300)]);
        assert_eq!(told(&stretches(&[(100, 200), (210, 220)])), [(100, 220)]);
        assert_eq!(told(&stretches(&[(100, 200), (89, 89), (211, 211)])), [(89, 89), (100, 200), (211, 211)]);
        assert_eq!(
            told(&stretches(&[(100, 110), (130, 140), (500, 600), (115, 125)])),
            [(100, 140), (500, 600)]
        );
        assert_eq!(told(&stretches(&[(100, 110), (130, 140), (0, 900)])), [(0, 900)]);
    }

    #[test]
    fn of_too_many_those_that_lie_closest_are_one() {
        let many: Vec<_> = (0..MOST as u64).map(|nth| (100 * nth, 100 * nth)).collect();
        let mut all = stretches(&many);
        assert_eq!(told(&all), many);
        all.note(Stretch::at(at(330)), JOINED);
        assert_eq!(told(&all)[2..5], [(200, 200), (300, 330), (400, 400)]);
        assert_eq!(told(&all).len(), MOST);
    }

    #[test]
    fn what_was_so_is_told_to_the_instant() {
        let two = stretches(&[(100, 200), (300, 400)]);
        for (from, to, any) in [
            (0, 100, false),
            (0, 101, true),
            (200, 300, false),
            (199, 300, true),
            (120, 130, true),
            (400, 900, false),
        ] {
            assert_eq!(two.any_between(at(from), at(to)), any, "{from} {to}");
        }
        assert!(
            two.covers(at(100), at(200)) && !two.covers(at(100), at(300)) && !two.covers(at(250), at(260))
        );
        assert_eq!(
            [99, 100, 299, 300].map(|ms| two.next_after(at(ms))),
            [Some(at(100)), Some(at(300)), Some(at(300)), None]
        );
    }
}
