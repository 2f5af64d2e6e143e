//! The shards that one thread follows, and the order in which they hand over.
//!
//! Between two ticks of time each shard keeps what it hands over to itself; at a tick the first gives what it has, then the
//! second, and so on. So the order is the same however many threads share the shards.

mod leaving;

use std::collections::HashSet;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use crate::decode::Skip;
use crate::time::Timestamp;

use super::close::Ended;
use super::exchange::Exchange;
use super::index::{Gap, Place};
use super::key::FlowKey;
use super::places::{PLACES, Places, Recorded};
use super::router::{Address, Arrival, Router, shards_of};
use super::shard::Shard;
use super::table::{Settings, TOGETHER, TableCounts};

pub use self::leaving::{Begun, Leaving};

/// Segments kept for ladders, over all connections: one for so many that may be known, within bounds.
const FLOWS_A_RECENT: u32 = 8;
const RECENT_SEGMENTS: RangeInclusive<u32> = 1 << 15..=1 << 17;
/// The most that can be asked for: places are numbered with 31 bits, and nobody has the memory for half of them.
const MOST_FLOWS: u32 = 1 << 30;

/// What comes out.
#[derive(Debug)]
pub enum Handed {
    /// A connection that is over.
    Ended(Ended),
    /// All that was over by this time has been handed over.
    Tick(Timestamp),
}

/// Where it goes.
pub type Outlet<'s> = &'s mut dyn FnMut(Handed);

/// Some of the shards of a table, one after the other.
pub struct Shards {
    shards: Vec<Shard>,
    /// What each has handed over since the last tick.
    handed: Vec<Vec<Ended>>,
    /// The number of the first.
    first: usize,
    /// Where the look-ups of the segments under way have ended that found nothing.
    gaps: [Gap; TOGETHER],
    /// Those that follow each other are parts of one shard, a place each.
    places: Places,
}

impl Shards {
    /// Of the shards that `router` knows, the `nth` of so many parts.
    #[must_use]
    pub fn share(settings: &Settings, router: &Router, nth: usize, parts: usize) -> Self {
        let (all, count) = (shards_of(settings), settings.places.count());
        let (first, end) = (all * nth / parts * count, all * (nth + 1) / parts * count);
        let (all, places) = (all * count, settings.places.clone());
        let shards: Vec<Shard> = (first..end).map(|number| one(settings, router, number, all)).collect();
        let handed = shards.iter().map(|_| Vec::new()).collect();
        Self { handed, shards, first, places, gaps: [Gap::UNSEEN; TOGETHER] }
    }

    /// Takes note of arrivals, in order. Gives back how many segments were the same frame once more ([`Skip::Duplicate`]).
    pub fn observe(&mut self, arrivals: &[Arrival<'_>], outlet: Outlet<'_>) -> u64 {
        let mut duplicates = 0;
        for some in arrivals.chunks(TOGETHER) {
            let places = self.look_ahead(some);
            for (nth, (arrival, place)) in some.iter().zip(places).enumerate() {
                duplicates += u64::from(self.take(arrival, (place, nth), outlet) == Some(Skip::Duplicate));
            }
        }
        duplicates
    }

    #[inline]
    fn take(
        &mut self,
        arrival: &Arrival<'_>,
        (place, nth): (Option<Place>, usize),
        outlet: Outlet<'_>,
    ) -> Option<Skip> {
        match *arrival {
            Arrival::Tick(now) => self.advance(now, outlet),
            Arrival::Segment(segment, payload, address) => {
                let at = self.at(address);
                let (shard, handed) = (&mut self.shards[at], &mut self.handed[at]);
                let gap = &self.gaps[nth % TOGETHER];
                return shard
                    .take((segment, payload), address, (place, gap), &mut |ended| handed.push(ended));
            }
            Arrival::Icmp(error, address) => {
                let at = self.at(address);
                self.shards[at].on_icmp(error, address);
            }
        }
        None
    }

    /// Which of ours follows a connection.
    #[inline]
    const fn at(&self, address: Address) -> usize {
        address.part as usize - self.first
    }

    /// Finds where connections are, in all likelihood, and asks for what their segments will touch, step by step: the misses of
    /// all of them are waited for together.
    fn look_ahead(&mut self, some: &[Arrival<'_>]) -> [Option<Place>; TOGETHER] {
        let Self { shards, gaps, first, .. } = self;
        let shard = |address: &Address| &shards[address.part as usize - *first];
        let (mut places, mut said) = ([None; TOGETHER], [None; TOGETHER]);
        let (mut free, mut ending) = (said.iter_mut(), SmallVec::<[(&Shard, Place); TOGETHER]>::new());
        // A short loop by itself: where the processor has to look up a page first, only few instructions can be under way beside that.
        for arrival in some {
            if let Arrival::Segment(_, _, address) = arrival {
                shard(address).fetch_index(address.hash);
            }
        }
        for (arrival, (place, gap)) in some.iter().zip(places.iter_mut().zip(gaps.iter_mut())) {
            if let Arrival::Segment(_, _, address) = arrival {
                *place = shard(address).fetch_first(address.hash, gap);
            }
        }
        for (arrival, place) in some.iter().zip(&places) {
            let (Arrival::Segment(segment, _, address), Some(place)) = (arrival, *place) else { continue };
            let shard = shard(address);
            let (may_end, exchange) = shard.fetch_rest(place, segment, address.by);
            if may_end {
                ending.push((shard, place));
            }
            if let Some(exchange) = exchange {
                exchange.fetch();
                free.next().into_iter().for_each(|place| *place = Some(exchange));
            }
        }
        // What is spoken has to be asked of the exchange, and who waits beside it of the cold part: only now they are there.
        said.iter().map_while(|said| *said).for_each(Exchange::fetch_protocol);
        ending.iter().for_each(|&(shard, place)| shard.fetch_neighbours(place));
        places
    }

    /// Moves time on: what is over by then is handed over, shard by shard.
    pub fn advance(&mut self, now: Timestamp, outlet: Outlet<'_>) {
        if self.places.count() > 1 {
            self.advance_places(now, outlet);
        } else {
            for (shard, handed) in self.shards.iter_mut().zip(&mut self.handed) {
                handed.drain(..).for_each(|ended| outlet(Handed::Ended(ended)));
                shard.advance(now, &mut |ended| outlet(Handed::Ended(ended)));
            }
        }
        outlet(Handed::Tick(now));
    }

    /// The same, and tells of each connection how many other places know it.
    fn advance_places(&mut self, now: Timestamp, outlet: Outlet<'_>) {
        let count = self.places.count();
        let clocks = (0..=u8::MAX).take(count).map(|place| self.places.recorded(place));
        let clocks: SmallVec<[_; PLACES]> = clocks.collect();
        for ((shard, handed), clock) in
            self.shards.iter_mut().zip(&mut self.handed).zip(clocks.iter().cycle())
        {
            shard.advance(clock.at(now, Recorded::default()), &mut |ended| handed.push(ended));
        }
        // What was refused is forgotten as soon as it is handed over.
        let handed = std::mem::take(&mut self.handed);
        let keys = |handed: &Vec<Ended>| handed.iter().map(|ended| *ended.key()).collect();
        let over: Vec<HashSet<FlowKey>> = handed.iter().map(keys).collect();
        for (at, handed) in handed.into_iter().enumerate() {
            let first = at - at % count;
            let holds = |at: usize, key: &FlowKey| self.shards[at].knows(key) || over[at].contains(key);
            for mut ended in handed {
                let others = (first..first + count).filter(|&other| other != at);
                let known = others.filter(|&other| holds(other, ended.key())).count();
                ended.note_elsewhere(known);
                outlet(Handed::Ended(ended));
            }
        }
        self.handed = self.shards.iter().map(|_| Vec::new()).collect();
    }

    /// How many other places there are.
    pub(super) fn elsewhere(&self) -> usize {
        self.places.count() - 1
    }

    /// What is left, to be handed over in the order in which it began. Nothing may come after it.
    #[must_use]
    pub fn leave(&mut self) -> Leaving {
        Leaving::of(&mut self.shards)
    }

    /// What is known so far of connections that have not ended, of at most `most` of them.
    pub(super) fn alive(&mut self, most: usize, sink: &mut dyn FnMut(Ended)) {
        let mut left = most;
        for shard in &mut self.shards {
            shard.alive(left, &mut |ended| {
                left -= 1;
                sink(ended);
            });
        }
    }

    /// Connections that are followed now, those that linger included.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(Shard::len).sum()
    }

    /// How much of the room of the fullest is taken, in percent.
    pub(super) fn fullness(&self) -> u8 {
        let percents = self.shards.iter().map(Shard::fullness).map(|(taken, room)| taken * 100 / room.max(1));
        percents.max().and_then(|percent| u8::try_from(percent).ok()).unwrap_or(u8::MAX)
    }

    /// What they have done so far.
    #[must_use]
    pub fn counts(&self) -> TableCounts {
        self.shards.iter().map(Shard::counts).fold(TableCounts::default(), TableCounts::plus)
    }
}

/// One of `all` shards, with its share of what there may be. Of the latest segments each place keeps as many as if it were the only one.
fn one(settings: &Settings, router: &Router, number: usize, all: usize) -> Shard {
    let share = |whole: u32| {
        let upto = |n: usize| u64::from(whole) * n as u64 / all as u64;
        u32::try_from(upto(number + 1) - upto(number)).unwrap_or(u32::MAX)
    };
    let max_flows = settings.max_flows.clamp(1, MOST_FLOWS);
    let recent = (max_flows / FLOWS_A_RECENT).clamp(*RECENT_SEGMENTS.start(), *RECENT_SEGMENTS.end());
    let settings = Settings { max_flows: share(max_flows), ..settings.clone() };
    let places = u32::try_from(settings.places.count()).unwrap_or(1);
    Shard::new(settings, router.hashes(), share(recent * places))
}
