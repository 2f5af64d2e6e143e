//! When a host's connections ended without having been asked to: in the midst of something, or after a pause. What ends at one moment
//! after various pauses ended with the program, or the host, that had it.

use smallvec::SmallVec;

use crate::flow::{Close, Side};
use crate::time::{Span, Timestamp};

use super::beginning::Beginning;
use super::services::near;

/// A server that ends what it has just answered is done with that; below this a pause is none.
const PAUSE: Span = Span::from_millis(250);
/// A kernel that ends what a process leaves comes to the next connection long before this.
const AT_ONCE: Span = Span::from_millis(10);
/// What differs less in its pause was begun together.
const JITTER: Span = Span::from_millis(50);
/// So many are remembered of a host or a listener.
const MOST: usize = 32;
/// For so long before and after a moment it is looked at what else ended.
const AROUND: Span = Span::from_secs(1);
/// Of a host of which that much more ends all the time, some end at one moment by chance.
const USUAL: usize = 4;

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Departure {
    pub(super) at: Timestamp,
    /// For how long the side that ended it had said nothing.
    pub(super) pause: Span,
    /// One connection may be captured in front of an address translation and behind it.
    pub(super) began: Beginning,
}

/// Others that a side ended at the moment of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// How many, as far as they are remembered.
    pub others: u32,
    /// From the first of all to the last.
    pub over: Span,
    /// How many of them after other pauses, where the pauses are too various for one timeout.
    pub unlike: u32,
}

impl Company {
    /// Are they so many that there may have been more?
    #[must_use]
    pub const fn may_be_more(&self) -> bool {
        self.others as usize + 1 >= MOST
    }
}

/// The latest ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends(SmallVec<[Departure; 1]>);

impl Ends {
    pub(super) fn note(&mut self, end: Departure) {
        if self.0.iter().any(|other| is_seen_twice(other, &end)) {
            return;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(end);
    }

    /// The latest that came no later than `at`.
    pub(super) fn latest_before(&self, at: Timestamp) -> Option<Timestamp> {
        self.0.iter().map(|end| end.at).filter(|&end| end <= at).max()
    }

    /// What ended at the moment of this one.
    pub(super) fn company(&self, own: &Departure) -> Company {
        let others = || self.0.iter().filter(|other| !is_seen_twice(other, own));
        let count = |within| others().filter(|other| other.at.apart(own.at) <= within).count();
        let together = count(AT_ONCE);
        if count(AROUND) - together > USUAL * (together + 1) {
            return Company::default();
        }
        let at_once: SmallVec<[Departure; MOST]> =
            others().filter(|other| other.at.apart(own.at) <= AT_ONCE).copied().collect();
        let times = || at_once.iter().map(|other| other.at).chain([own.at]);
        let over = times().max().zip(times().min()).map_or(Span::ZERO, |(last, first)| last.since(first));
        Company { others: number(together), over, unlike: number(unlike(&at_once, own.pause)) }
    }
}

/// How many had another pause than `own`. Those that share one may share a timeout; where this one shares its own with some as well, those are two
/// timeouts, which do not run out at one moment.
fn unlike(others: &[Departure], own: Span) -> usize {
    let mut unlike = others.iter().map(|other| other.pause).filter(|&pause| !is_one_time(pause, own));
    let Some(first) = unlike.next() else { return 0 };
    let (mut count, mut one_time) = (1, true);
    for pause in unlike {
        count += 1;
        one_time &= is_one_time(pause, first);
    }
    if one_time && count == others.len() { 0 } else { count }
}

fn is_one_time(one: Span, other: Span) -> bool {
    near(one, other) || one.as_nanos().abs_diff(other.as_nanos()) <= JITTER.as_nanos()
}

fn is_seen_twice(one: &Departure, other: &Departure) -> bool {
    one.began.is(&other.began) && one.at.apart(other.at) <= AT_ONCE
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// When a side ended it, and for how long it had said nothing by then.
pub(super) fn end_of(close: &Close, side: Side) -> Option<Departure> {
    let at = close.ended_by(side)?;
    let half = close.half(side);
    let since = if half.has_data() { half.last_data } else { close.start.ts };
    Some(Departure { at, pause: at.since(since), began: Beginning::of(close) })
}

/// The same, if nothing that either side had said was its occasion.
pub(super) fn unprompted(close: &Close, side: Side) -> Option<Departure> {
    let end = end_of(close, side)?;
    let exchange = close.exchange_at_fin.as_ref().unwrap_or(&close.exchange);
    let left = side == Side::Server && exchange.trailing_own_bytes(close.client) > 0;
    let awaited = exchange.turn.is_some_and(|turn| turn.by == close.client) || exchange.owes_rest();
    (!left && (awaited || end.pause >= PAUSE)).then_some(end)
}

/// Is it, rather than an end of its own, the answer to a segment that met no socket?
pub(super) fn is_answer(close: &Close) -> bool {
    let no_fin = close.fins.at(close.client).is_none() && close.fins.at(close.end(Side::Server)).is_none();
    no_fin && close.reset.as_ref().is_some_and(|reset| reset.prompt.is_some() && !reset.rst.flags.ack())
}

#[cfg(test)]
mod tests {
    use crate::decode::SeqNumber;

    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_parts(1_800_000_000, 0).plus(Span::from_millis(ms))
    }

    fn departure(number: u32, ms: u64, pause: u64) -> Departure {
        let began = Beginning { at: at(0), numbers: [SeqNumber(number), SeqNumber(0)] };
        Departure { at: at(ms), pause: Span::from_millis(pause), began }
    }

    /// The company of one that ended at 10 s after a pause of 3 s, among others that ended so many milliseconds later after so many of a pause.
    fn beside(others: &[(u64, u64)]) -> (u32, u32) {
        let (mut ends, own) = (Ends::default(), departure(0, 10_000, 3000));
        ends.note(own);
        for (number, &(ms, pause)) in (1..).zip(others) {
            ends.note(departure(number, 10_000 + ms, pause));
        }
        let company = ends.company(&own);
        (company.others, company.unlike)
    }

    #[test]
    fn what_ends_at_one_moment_after_various_pauses_has_no_timeout_in_common() {
        assert_eq!(beside(&[(0, 1000), (1, 2000), (500, 7000)]), (2, 2));
        // All had one, or all others.
        assert_eq!(beside(&[(0, 3000), (1, 3010)]), (2, 0));
        assert_eq!(beside(&[(0, 1000), (1, 1010)]), (2, 0));
        // Two groups of which either has its own.
        assert_eq!(beside(&[(0, 3010), (0, 1000), (1, 1010)]), (3, 2));
    }

    #[test]
    fn where_much_ends_all_the_time_some_do_at_once_by_chance() {
        let busy: Vec<(u64, u64)> = (1..20).map(|step| (step * 40, 500)).collect();
        assert_eq!(beside(&[&[(0, 1000), (1, 2000)], &busy[..]].concat()), (0, 0));
        assert_eq!(beside(&[&[(0, 1000), (1, 2000)], &busy[..9]].concat()), (2, 2));
    }

    #[test]
    fn one_connection_that_is_captured_twice_is_no_company() {
        let (mut ends, own) = (Ends::default(), departure(7, 10_000, 3000));
        ends.note(own);
        ends.note(departure(7, 10_001, 3000));
        assert_eq!(ends.company(&own), Company::default());
    }
}
