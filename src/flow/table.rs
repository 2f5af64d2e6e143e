//! The table of connections: segments in, closes out, a batch at a time, in bounded memory. All shards in one thread.

use crate::decode::Pdu;
use crate::time::{Span, Timestamp};

use super::close::{Coverage, Ended, ObservedUntil};
use super::exchange::Peek;
use super::places::Places;
use super::router::{Arrival, Router};
use super::shard::Provisional;
use super::shards::{Handed, Shards};

/// How long a connection is watched after its end, in capture time: what follows a RST is the best evidence, and a
/// host's retransmission timer takes up to a few seconds to make it speak again.
pub const LINGER: Span = Span::from_secs(5);
/// How long a closed connection is remembered after its last segment. Linux doubles its retransmission timeout up to
/// 120 s (`TCP_RTO_MAX`), so that a late segment may come after as long.
pub const GRAVE: Span = Span::from_secs(120);
/// Connections that are followed at the same time unless the user says otherwise.
pub const DEFAULT_MAX_FLOWS: u32 = 1_000_000;
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
    /// Which of several captures were made at one place.
    pub places: Places,
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
            places: Places::default(),
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

impl TableCounts {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            segments: self.segments + other.segments,
            begun: self.begun + other.begun,
            evicted: self.evicted + other.evicted,
            late: self.late + other.late,
            icmp: self.icmp + other.icmp,
            icmp_unknown: self.icmp_unknown + other.icmp_unknown,
        }
    }
}

/// All connections that are followed.
pub struct FlowTable {
    settings: Settings,
    router: Router,
    shards: Shards,
    /// When time last moved on for all.
    ticked: Timestamp,
    /// What was done before the last [`FlowTable::finish`].
    before: TableCounts,
}

/// Where closes go.
pub type Sink<'s> = &'s mut dyn FnMut(Ended);

impl FlowTable {
    /// An empty table; memory is taken as connections come.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let router = Router::new(&settings);
        let shards = Shards::share(&settings, &router, 0, 1);
        Self { settings, router, shards, ticked: Timestamp::ZERO, before: TableCounts::default() }
    }

    /// Takes note of a batch, in order; connections whose time has come go to `sink`. Gives back how many segments were
    /// the same frame once more ([`crate::decode::Skip::Duplicate`]).
    pub fn observe(&mut self, batch: &[Pdu<'_>], sink: Sink<'_>) -> u64 {
        batch.chunks(TOGETHER).map(|part| self.observe_together(part, sink)).sum()
    }

    fn observe_together(&mut self, batch: &[Pdu<'_>], sink: Sink<'_>) -> u64 {
        let mut arrivals = [Arrival::Tick(Timestamp::ZERO); 2 * TOGETHER];
        let mut places = arrivals.iter_mut();
        let mut put = |arrival| {
            if let Some(place) = places.next() {
                *place = arrival;
            }
        };
        for pdu in batch {
            if let Some(now) = self.router.tick(pdu) {
                put(Arrival::Tick(now));
            }
            put(self.router.arrival(pdu));
        }
        let free = places.len();
        let ticked = &mut self.ticked;
        self.shards.observe(&arrivals[..2 * TOGETHER - free], &mut |handed| match handed {
            Handed::Ended(ended) => sink(ended),
            Handed::Tick(now) => *ticked = now,
        })
    }

    /// Moves time on where no segment does it. Time that steps back is left alone: nothing expires by it.
    pub fn advance(&mut self, now: Timestamp, sink: Sink<'_>) {
        self.router.advance(now);
        self.ticked = self.router.now();
        self.shards.advance(self.ticked, &mut |handed| {
            if let Handed::Ended(ended) = handed {
                sink(ended);
            }
        });
    }

    /// Hands over every connection that is left, in the order in which they began.
    pub fn finish(&mut self, until: ObservedUntil, sink: Sink<'_>) {
        self.advance(self.router.now(), sink);
        let mut leaving = self.shards.leave();
        while leaving.next(&mut self.shards, until, |_begun, ended| sink(ended)) {}
        self.before = self.counts();
        self.shards = Shards::share(&self.settings, &self.router, 0, 1);
    }

    /// What can be said so far of connections that have not ended, of at most `most` of them.
    pub fn alive(&mut self, most: usize, sink: Sink<'_>) {
        self.shards.alive(most, sink);
    }

    /// Connections that are followed now, those that linger included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.len()
    }

    /// How much of the room for connections is taken, in percent; at a hundred the oldest give way.
    #[must_use]
    pub fn fullness(&self) -> u8 {
        self.shards.fullness()
    }

    /// Is nothing being followed?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The latest time that it has seen.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.router.now()
    }

    /// All that was over by this time has been handed over.
    #[must_use]
    pub const fn ticked(&self) -> Timestamp {
        self.ticked
    }

    /// What it has done so far.
    #[must_use]
    pub fn counts(&self) -> TableCounts {
        self.before.plus(self.shards.counts())
    }
}

#[cfg(test)]
mod tests;
