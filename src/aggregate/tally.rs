//! How the connections of one address ended, in little room: of most addresses there are no more than a few kinds of ends.

use std::cmp::Reverse;

use smallvec::SmallVec;

use crate::verdict::{Rule, Ruling, Side};

use super::peer::{Kind, PeerCounts};
use super::totals::{CauseCount, CauseNumber};

/// Connections that ended alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    /// How many. What goes beyond that is counted in another one.
    count: u32,
    cause: Option<CauseNumber>,
    kind: Kind,
    class: Class,
}

/// Whether an end is a bad one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    BadEnd,
    /// It has a cause, and hurt nobody.
    Harmless,
    /// It has no cause.
    Plain,
}

impl Class {
    fn of(ruling: &Ruling) -> Self {
        match ruling.cause {
            None => Self::Plain,
            Some(_) if ruling.is_harmless() => Self::Harmless,
            Some(_) => Self::BadEnd,
        }
    }
}

impl Tally {
    /// One.
    pub(super) fn of(ruling: &Ruling, cause: Option<CauseNumber>, side: Side) -> Self {
        Self { count: 1, cause, kind: Kind::of(ruling, side), class: Class::of(ruling) }
    }

    /// Are they bad ends?
    pub(super) fn is_of_bad_ends(self) -> bool {
        self.class == Class::BadEnd
    }

    fn is_like(self, other: Self) -> bool {
        (self.cause, self.kind, self.class) == (other.cause, other.kind, other.class)
    }

    fn counts_if(self, class: Class) -> u64 {
        if self.class == class { self.count.into() } else { 0 }
    }
}

/// All connections of one address; at most some for each cause.
#[derive(Debug, Default)]
pub(super) struct Tallies(SmallVec<[Tally; 8]>);

const _: () = assert!(size_of::<Tallies>() <= 72, "there are a hundred thousand of them");

impl Tallies {
    /// Counts one more.
    pub(super) fn add(&mut self, one: Tally) {
        match self.0.iter_mut().find(|tally| tally.is_like(one) && tally.count < u32::MAX) {
            Some(tally) => tally.count += 1,
            None => self.0.push(one),
        }
    }

    /// How many bad ends there are, and connections.
    pub(super) fn weight(&self) -> (u64, u64) {
        self.0.iter().fold((0, 0), |(bad_ends, all), tally| {
            (bad_ends + tally.counts_if(Class::BadEnd), all + u64::from(tally.count))
        })
    }

    /// All of them, by kind.
    pub(super) fn counts(&self) -> PeerCounts {
        let mut counts = PeerCounts::default();
        (counts.bad_ends, counts.connections) = self.weight();
        for tally in &self.0 {
            counts.harmless += tally.counts_if(Class::Harmless);
            *counts.of_mut(tally.kind) += u64::from(tally.count);
        }
        counts
    }

    /// The most frequent cause of bad ends; where there is none, of harmless ones. `causes` are the numbered ones.
    pub(super) fn worst_cause(&self, causes: &[CauseCount]) -> Option<&'static Rule> {
        let of = |cause: CauseNumber, class: Class| -> u64 {
            self.0.iter().filter(|tally| tally.cause == Some(cause)).map(|tally| tally.counts_if(class)).sum()
        };
        let numbers = self.0.iter().filter_map(|tally| tally.cause);
        let known = numbers.filter_map(|cause| Some((cause, cause.of(causes)?)));
        let key = |(cause, rule): &(CauseNumber, &Rule)| {
            (of(*cause, Class::BadEnd), of(*cause, Class::Harmless), Reverse(rule.name))
        };
        known.max_by_key(key).map(|(_, rule)| rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::{closed, refused};

    #[test]
    fn what_one_tally_cannot_count_another_does() {
        let (mut tallies, side) = (Tallies::default(), Side::Server);
        let (closed, refused) = (Ruling::from(&closed()), Ruling::from(&refused()));
        tallies.add(Tally::of(&closed, None, side));
        tallies.0[0].count = u32::MAX - 1;
        (0..3).for_each(|_| tallies.add(Tally::of(&closed, None, side)));
        tallies.add(Tally::of(&refused, Some(CauseNumber::default()), side));
        let counts = tallies.counts();
        assert_eq!((counts.closed, counts.refused, tallies.0.len()), (u64::from(u32::MAX) + 2, 1, 3));
        assert_eq!(tallies.weight(), (1, u64::from(u32::MAX) + 3));
    }
}
