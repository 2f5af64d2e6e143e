//! How the connections of one address ended, in little room: of most addresses there are no more than a few kinds of ends.

use std::cmp::Reverse;

use crate::verdict::{Rule, Ruling, Side};

use super::peer::{Kind, PeerCounts};
use super::series::Series;
use super::totals::{CauseCount, CauseNumber};

/// How a connection with an address ended, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    kind: Kind,
    why: Why,
}

/// Whether an end is a bad one, and its cause, in a byte: twice the number of the cause, plus one if it hurt somebody;
/// [`Why::PLAIN`] if it has no cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Why(u8);

impl Why {
    const PLAIN: Self = Self(u8::MAX);

    fn of(ruling: &Ruling, cause: Option<CauseNumber>) -> Self {
        cause.map_or(Self::PLAIN, |cause| Self(cause.number() << 1 | u8::from(!ruling.is_harmless())))
    }

    const fn is_bad(self) -> bool {
        self.0 & 1 == 1 && self.0 != Self::PLAIN.0
    }

    const fn is_harmless(self) -> bool {
        self.0 & 1 == 0
    }

    fn cause(self) -> Option<CauseNumber> {
        (self != Self::PLAIN).then(|| CauseNumber::of_number(self.0 >> 1))
    }
}

impl Way {
    /// That of a connection with an address on this side of it, and with this cause.
    pub(super) fn of(ruling: &Ruling, cause: Option<CauseNumber>, side: Side) -> Self {
        Self { kind: Kind::of(ruling, side), why: Why::of(ruling, cause) }
    }

    /// Is it a bad end?
    pub(super) const fn is_bad(self) -> bool {
        self.why.is_bad()
    }
}

/// Connections that ended alike.
#[derive(Clone, Copy, Debug)]
struct Tally<N> {
    way: Way,
    count: N,
}

/// Kinds of ends that have room beside the address; of most there are no more.
const FEW: usize = 6;

/// All connections of one address; at most some for each cause.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    few: [Option<Tally<u16>>; FEW],
    more: Option<Box<More>>,
}

/// What few addresses have: other kinds of ends, and what goes beyond the little that can be counted beside the address.
#[derive(Debug, Default)]
struct More {
    rest: Vec<Tally<u64>>,
    /// Only who draws it needs it.
    recent: Option<Box<Series>>,
}

impl Tallies {
    /// Counts one more.
    #[inline]
    pub(super) fn add(&mut self, way: Way) {
        for few in &mut self.few {
            match few {
                Some(tally) if tally.way != way => {}
                Some(tally) if tally.count < u16::MAX => return tally.count += 1,
                Some(_) => break,
                None => return *few = Some(Tally { way, count: 1 }),
            }
        }
        self.add_to_rest(way);
    }

    fn add_to_rest(&mut self, way: Way) {
        let rest = &mut self.more_mut().rest;
        match rest.iter_mut().find(|tally| tally.way == way) {
            Some(tally) => tally.count += 1,
            None => rest.push(Tally { way, count: 1 }),
        }
    }

    fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// A way may be there twice.
    fn all(&self) -> impl Iterator<Item = Tally<u64>> {
        let few = self.few.iter().flatten().map(|tally| Tally { way: tally.way, count: tally.count.into() });
        few.chain(self.more.iter().flat_map(|more| more.rest.iter().copied()))
    }

    /// The bad ends of the last minutes.
    pub(super) fn recent(&self) -> Series {
        self.more.as_ref().and_then(|more| more.recent.as_deref()).copied().unwrap_or_default()
    }

    /// The same, to add to them.
    pub(super) fn recent_mut(&mut self) -> &mut Series {
        self.more_mut().recent.get_or_insert_default()
    }

    /// How many there are.
    pub(super) fn connections(&self) -> u64 {
        self.all().map(|tally| tally.count).sum()
    }

    /// How many bad ends there are, and connections.
    pub(super) fn weight(&self) -> (u64, u64) {
        let bad_ends = self.all().filter(|tally| tally.way.is_bad()).map(|tally| tally.count).sum();
        (bad_ends, self.connections())
    }

    /// All of them, by kind.
    pub(super) fn counts(&self) -> PeerCounts {
        let mut counts = PeerCounts::default();
        (counts.bad_ends, counts.connections) = self.weight();
        for Tally { way, count } in self.all() {
            counts.harmless += if way.why.is_harmless() { count } else { 0 };
            *counts.of_mut(way.kind) += count;
        }
        counts
    }

    /// The most frequent cause of bad ends; where there is none, of harmless ones. `causes` are the numbered ones.
    pub(super) fn worst_cause(&self, causes: &[CauseCount]) -> Option<&'static Rule> {
        let of = |cause: CauseNumber, is: fn(Why) -> bool| -> u64 {
            let those = self.all().filter(|tally| tally.way.why.cause() == Some(cause) && is(tally.way.why));
            those.map(|tally| tally.count).sum()
        };
        let numbers = self.all().filter_map(|tally| tally.way.why.cause());
        let known = numbers.filter_map(|cause| Some((cause, cause.of(causes)?)));
        let key = |(cause, rule): &(CauseNumber, &Rule)| {
            (of(*cause, Why::is_bad), of(*cause, Why::is_harmless), Reverse(rule.name))
        };
        known.max_by_key(key).map(|(_, rule)| rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::{closed, refused};

    #[test]
    fn what_goes_beyond_the_room_beside_the_address_is_counted_elsewhere() {
        let (mut tallies, side) = (Tallies::default(), Side::Server);
        let (closed, refused) = (Ruling::from(&closed()), Ruling::from(&refused()));
        let many = u64::from(u16::MAX) + 2;
        (0..many).for_each(|_| tallies.add(Way::of(&closed, None, side)));
        tallies.add(Way::of(&refused, Some(CauseNumber::default()), side));
        let counts = tallies.counts();
        assert_eq!((counts.closed, counts.refused, tallies.all().count()), (many, 1, 3));
        assert_eq!(tallies.weight(), (1, many + 1));
    }

    #[test]
    fn more_kinds_than_have_room_beside_the_address_are_counted_elsewhere() {
        let (mut tallies, one) = (Tallies::default(), Way::of(&Ruling::from(&refused()), None, Side::Server));
        let kinds = [
            Kind::Reset,
            Kind::ResetByUs,
            Kind::Refused,
            Kind::Silent,
            Kind::Open,
            Kind::Closed,
            Kind::HungUp,
            Kind::Unanswered,
        ];
        for (times, kind) in (1..).zip(kinds) {
            (0..times).for_each(|_| tallies.add(Way { kind, ..one }));
        }
        let counts = tallies.counts();
        assert_eq!((counts.resets, counts.resets_by_us, counts.refused, counts.silent), (1, 2, 3, 4));
        assert_eq!((counts.open, counts.closed, counts.hung_up, counts.unanswered), (5, 6, 7, 8));
        assert_eq!((counts.connections, tallies.all().count()), (36, kinds.len()));
    }
}
