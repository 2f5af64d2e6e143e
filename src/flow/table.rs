//! The table of connections: segments in, closes out, a batch at a time, in bounded memory.

mod alive;
mod cells;
mod icmp;
mod life;
mod news;
mod room;
mod waiting;

use ahash::RandomState;

use crate::decode::{Pdu, Segment, Skip};
use crate::time::{Span, Timestamp};

use super::close::{Coverage, Ended, ObservedUntil};
use super::exchange::{Exchange, Peek};
use super::expiry::Expiry;
use super::half::Marks;
use super::index::{Index, Place};
use super::key::{Both, End, FlowKey};
use super::recent::RecentRing;
use super::state::{Cold, Flow, Phase};
use super::usual;
use cells::{Body, Pool, Small};
pub use news::Provisional;
use waiting::Queues;

/// How long a connection is watched after its end, in capture time: what follows a RST is the best evidence, and a
/// host's retransmission timer takes up to a few seconds to make it speak again.
pub const LINGER: Span = Span::from_secs(5);
/// How long a closed connection is remembered after its last segment. Linux doubles its retransmission timeout up to
/// 120 s (`TCP_RTO_MAX`), so that a late segment may come after as long.
pub const GRAVE: Span = Span::from_secs(120);
/// How long after its last SYN an unanswered attempt is given up: the longest pause between two of them is 64 s
/// (`tcp_syn_retries` 6).
pub(super) const ATTEMPT: Span = Span::from_secs(75);
/// Connections that are followed at the same time unless the user says otherwise.
pub const DEFAULT_MAX_FLOWS: u32 = 1_000_000;
/// The most that can be asked for: places are numbered with 31 bits, and nobody has the memory for half of them.
const MOST_FLOWS: u32 = 1 << 30;
/// Segments kept for ladders, over all connections.
const RECENT_SEGMENTS: u32 = 1 << 16;
/// Segments whose connections are looked up together: many enough to hide the memory's latency, few enough to stay in the
/// first-level cache.
pub const TOGETHER: usize = 32;

/// How the table is to be kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Connections followed at the same time; beyond it the oldest give way.
    pub max_flows: u32,
    /// Whether payload may be looked at.
    pub peek: Peek,
    /// Which segments are captured at all.
    pub coverage: Coverage,
    /// Whether ends are told before their linger is over.
    pub provisional: Provisional,
    /// Seeds of the hash. Who sends packets or makes up a capture could aim at known ones; what is told does not depend on them.
    pub seeds: [u64; 4],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_flows: DEFAULT_MAX_FLOWS,
            peek: Peek::Allowed,
            coverage: Coverage::Whole,
            provisional: Provisional::Withheld,
            seeds: [1, 2, 3, 4],
        }
    }
}

/// What the table has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableCounts {
    /// Segments that belonged to a connection.
    pub segments: u64,
    /// Connections that were begun.
    pub begun: u64,
    /// Connections that gave way to others because the table was full.
    pub evicted: u64,
    /// Segments of connections that had been handed over already.
    pub late: u64,
    /// ICMP errors that belonged to a connection.
    pub icmp: u64,
    /// ICMP errors about connections that are not known.
    pub icmp_unknown: u64,
}

/// All connections that are followed.
pub struct FlowTable {
    settings: Settings,
    hasher: RandomState,
    index: Index,
    small: Pool<Small>,
    whole: Pool<Flow>,
    /// Of the whole ones, what few segments touch.
    cold: Vec<Cold>,
    queues: Queues,
    news: Expiry,
    /// Connections that were handed over and are remembered.
    buried: usize,
    /// Before this nothing runs out.
    due: Timestamp,
    ring: RecentRing,
    now: Timestamp,
    counts: TableCounts,
}

/// Where a segment belongs.
#[derive(Clone, Copy)]
struct Address {
    key: FlowKey,
    by: End,
    hash: u32,
}

/// Where closes go.
pub type Sink<'s> = &'s mut dyn FnMut(Ended);

impl FlowTable {
    /// An empty table; memory is taken as connections come.
    #[must_use]
    pub fn new(mut settings: Settings) -> Self {
        let [a, b, c, d] = settings.seeds;
        settings.max_flows = settings.max_flows.clamp(1, MOST_FLOWS);
        Self {
            hasher: RandomState::with_seeds(a, b, c, d),
            index: Index::default(),
            small: Pool::default(),
            whole: Pool::default(),
            cold: Vec::new(),
            queues: Queues::default(),
            news: Expiry::default(),
            buried: 0,
            due: Timestamp::from_nanos(u64::MAX),
            ring: RecentRing::new(RECENT_SEGMENTS),
            now: Timestamp::ZERO,
            counts: TableCounts::default(),
            settings,
        }
    }

    /// Takes note of a batch, in order; connections whose time has come go to `sink`. Gives back how many segments were
    /// the same frame once more ([`Skip::Duplicate`]).
    pub fn observe(&mut self, batch: &[Pdu<'_>], sink: Sink<'_>) -> u64 {
        batch.chunks(TOGETHER).map(|part| self.observe_together(part, sink)).sum()
    }

    fn observe_together(&mut self, batch: &[Pdu<'_>], sink: Sink<'_>) -> u64 {
        let addresses = self.look_ahead(batch);
        let mut duplicates = 0;
        for (pdu, address) in batch.iter().zip(addresses) {
            match (pdu, address) {
                (Pdu::Segment(segment, payload), Some(address)) => {
                    self.advance(segment.ts, sink);
                    let skip = self.on_segment((segment, payload), address, sink);
                    duplicates += u64::from(skip == Some(Skip::Duplicate));
                }
                (Pdu::Icmp(error), _) => self.on_icmp(error),
                (Pdu::Segment(..), None) => {}
            }
        }
        duplicates
    }

    /// Hashes a batch, and reads what its segments will touch, step by step: the misses of all of them are waited for together.
    fn look_ahead(&self, batch: &[Pdu<'_>]) -> [Option<Address>; TOGETHER] {
        let (mut addresses, mut places) = ([None; TOGETHER], [None; TOGETHER]);
        let mut touched = 0;
        for (pdu, address) in batch.iter().zip(&mut addresses) {
            if let Pdu::Segment(segment, _) = pdu {
                let (key, by) = FlowKey::of(segment);
                let hash = self.hash(&key);
                touched ^= self.index.touch(hash);
                *address = Some(Address { key, by, hash });
            }
        }
        for (address, place) in addresses.iter().zip(&mut places) {
            *place = address.as_ref().and_then(|address: &Address| self.index.peek(address.hash));
        }
        for &place in places.iter().flatten() {
            touched ^= self.touch(place);
        }
        for (place, pdu) in places.iter().zip(batch) {
            if let (Some(Place::Whole(at)), Pdu::Segment(segment, _)) = (place, pdu) {
                touched ^= self.touch_further(*at, segment);
            }
        }
        std::hint::black_box(touched);
        addresses
    }

    /// Reads something of what lies apart from the connection and only some segments touch.
    #[inline]
    fn touch_further(&self, at: u32, segment: &Segment) -> u64 {
        let flow = self.whole.at(at);
        let exchange = flow.exchange.as_deref().filter(|_| segment.len > 0);
        let cold = if usual::needs_cold(flow, segment) { self.cold[at as usize].touch() } else { 0 };
        u64::from(exchange.map_or(0, Exchange::touch)) ^ cold
    }

    /// Reads something of every cache line that a segment of this connection touches.
    #[inline]
    fn touch(&self, place: Place) -> u64 {
        match place {
            Place::Small(at) => u64::from(self.small.at(at).generation),
            Place::Whole(at) => self.whole.at(at).touch(),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is one too")]
    fn hash(&self, key: &FlowKey) -> u32 {
        self.hasher.hash_one(key) as u32
    }

    fn find(&self, key: &FlowKey, hash: u32) -> Option<Place> {
        self.index.find(hash, |place| match place {
            Place::Small(at) => self.small.at(at).key == *key,
            Place::Whole(at) => self.whole.at(at).key == *key,
        })
    }

    /// Moves time on. Capture time that steps back is left alone: nothing expires by it.
    pub fn advance(&mut self, now: Timestamp, sink: Sink<'_>) {
        if now <= self.now {
            return;
        }
        self.now = now;
        if self.due < now {
            self.expire(sink);
        }
    }

    /// Hands over every connection that is left, in the order in which they began.
    pub fn finish(&mut self, until: ObservedUntil, sink: Sink<'_>) {
        for place in self.in_order() {
            match place {
                Place::Small(at) => {
                    let ended = matches!(&self.small.at(at).body, Body::Attempt(attempt) if attempt.refused);
                    self.hand_over_small(at, if ended { ObservedUntil::Close } else { until }, sink);
                }
                Place::Whole(at) => {
                    let ended = self.whole.at(at).phase == Phase::Lingering;
                    self.hand_over_whole(at, if ended { ObservedUntil::Close } else { until }, sink);
                }
            }
        }
        let (settings, now, counts) = (self.settings.clone(), self.now, self.counts);
        *self = Self { now, counts, ..Self::new(settings) };
    }

    /// Those that are not over, by when they began.
    fn in_order(&self) -> Vec<Place> {
        let mut left: Vec<(Timestamp, Place)> =
            self.index.places().filter_map(|place| self.begun(place).map(|(ts, ..)| (ts, place))).collect();
        left.sort_unstable_by_key(|&(ts, _)| ts);
        // Few begin at the same moment; only they are looked at once more.
        for same in left.chunk_by_mut(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            same.sort_unstable_by_key(|&(_, place)| (self.begun(place), self.key_of(place).low));
        }
        left.into_iter().map(|(_, place)| place).collect()
    }

    /// When a connection began, and where; `None` if it is over.
    fn begun(&self, place: Place) -> Option<(Timestamp, u16, u64)> {
        match place {
            Place::Small(at) => match &self.small.at(at).body {
                Body::Attempt(attempt) => Some(attempt.start()),
                Body::Grave(_) => None,
            },
            Place::Whole(at) => {
                let cold = &self.cold[at as usize];
                Some((cold.start.ts, cold.file, cold.start.frame))
            }
        }
    }

    fn key_of(&self, place: Place) -> FlowKey {
        match place {
            Place::Small(at) => self.small.at(at).key,
            Place::Whole(at) => self.whole.at(at).key,
        }
    }

    /// Connections that are followed now, those that linger included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len() - self.buried
    }

    /// Is nothing being followed?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The latest time that it has seen.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// What it has done so far.
    #[must_use]
    pub const fn counts(&self) -> TableCounts {
        self.counts
    }
}

/// Only one side has spoken, and only SYNs.
fn is_unanswered(halves: &Both<super::half::Half>) -> bool {
    let (low, high) = (halves.at(End::Low), halves.at(End::High));
    low.seen() != high.seen() && !low.marks.has(Marks::ACKED) && !high.marks.has(Marks::ACKED)
}

#[cfg(test)]
mod tests;
