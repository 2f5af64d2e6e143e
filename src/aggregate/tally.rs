//! How the connections of one address ended, in little room: of most addresses there are no more than a few kinds of ends.

use std::cmp::Reverse;

use smallvec::SmallVec;

use crate::verdict::{Rule, Ruling, Side};

use super::peer::{Kind, PeerCounts};
use super::totals::{CauseCount, CauseNumber};

/// Connections that ended alike.
#[derive(Clone, Copy, Debug)]
struct Tally {
    /// How many. What goes beyond that is counted in another one.
    count: u32,
    cause: Option<CauseNumber>,
    kind: Kind,
    harm: Harm,
}

/// Whom the cause hurt, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    Harmful,
    Harmless,
    NoCause,
}

impl Harm {
    fn of(ruling: &Ruling) -> Self {
        match ruling.cause {
            None => Self::NoCause,
            Some(_) if ruling.is_harmless() => Self::Harmless,
            Some(_) => Self::Harmful,
        }
    }
}

impl Tally {
    fn of(ruling: &Ruling, cause: Option<CauseNumber>, side: Side) -> Self {
        Self { count: 1, cause, kind: Kind::of(ruling, side), harm: Harm::of(ruling) }
    }

    fn is_like(self, other: Self) -> bool {
        (self.cause, self.kind, self.harm) == (other.cause, other.kind, other.harm)
    }

    fn counts_if(self, harm: Harm) -> u64 {
        if self.harm == harm { self.count.into() } else { 0 }
    }
}

/// All connections of one address; at most some for each cause.
#[derive(Debug, Default)]
pub(super) struct Tallies(SmallVec<[Tally; 8]>);

const _: () = assert!(size_of::<Tallies>() <= 72, "there are a hundred thousand of them");

impl Tallies {
    /// Reads what counting will change.
    #[inline]
    pub(super) fn touch(&self) -> u64 {
        [self.0.first(), self.0.last()]
            .into_iter()
            .flatten()
            .fold(0, |all, tally| all ^ u64::from(tally.count))
    }

    /// Counts one more.
    pub(super) fn add(&mut self, ruling: &Ruling, cause: Option<CauseNumber>, side: Side) {
        let one = Tally::of(ruling, cause, side);
        match self.0.iter_mut().find(|tally| tally.is_like(one) && tally.count < u32::MAX) {
            Some(tally) => tally.count += 1,
            None => self.0.push(one),
        }
    }

    /// All of them, by kind.
    pub(super) fn counts(&self) -> PeerCounts {
        let mut counts = PeerCounts::default();
        for tally in &self.0 {
            counts.connections += u64::from(tally.count);
            counts.bad_ends += tally.counts_if(Harm::Harmful);
            counts.harmless += tally.counts_if(Harm::Harmless);
            *counts.of_mut(tally.kind) += u64::from(tally.count);
        }
        counts
    }

    /// The most frequent cause of bad ends; where there is none, of harmless ones. `causes` are the numbered ones.
    pub(super) fn worst_cause(&self, causes: &[CauseCount]) -> Option<&'static Rule> {
        let of = |cause: CauseNumber, harm: Harm| -> u64 {
            self.0.iter().filter(|tally| tally.cause == Some(cause)).map(|tally| tally.counts_if(harm)).sum()
        };
        let numbers = self.0.iter().filter_map(|tally| tally.cause);
        let known = numbers.filter_map(|cause| Some((cause, cause.of(causes)?)));
        let key = |(cause, rule): &(CauseNumber, &Rule)| {
            (of(*cause, Harm::Harmful), of(*cause, Harm::Harmless), Reverse(rule.name))
        };
        known.max_by_key(key).map(|(_, rule)| rule)
    }
}
