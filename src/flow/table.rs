//! The table of connections: segments in, closes out, a batch at a time, in bounded memory.

mod icmp;
mod news;

use std::collections::HashMap;

use ahash::RandomState;

use crate::decode::{Pdu, Segment, Skip};
use crate::time::{Span, Timestamp};

use super::acceptance::Acceptance;
use super::admission::{self, Admission};
use super::close::{Close, ObservedUntil};
use super::ending::{self, Ending};
use super::exchange::Peek;
use super::expiry::{Due, Expiry, Timer};
use super::half::Marks;
use super::key::{Both, End, FlowKey};
use super::recent::RecentRing;
use super::state::{self, Cold, Flow, Phase};
use super::track;
pub use news::Provisional;

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
/// Segments kept for ladders, over all connections.
const RECENT_SEGMENTS: u32 = 1 << 16;
/// How many connections are looked at to find one to give up.
const EVICTION_SAMPLE: usize = 16;

/// How the table is to be kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Connections followed at the same time; beyond it the oldest give way.
    pub max_flows: u32,
    /// Whether payload may be looked at.
    pub peek: Peek,
    /// Whether ends are told before their linger is over.
    pub provisional: Provisional,
    /// Seeds of the hash: fixed for a replay, random for live traffic, whose senders could aim at known ones.
    pub seeds: [u64; 4],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_flows: DEFAULT_MAX_FLOWS,
            peek: Peek::Allowed,
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
    index: HashMap<FlowKey, u32, RandomState>,
    hot: Vec<Flow>,
    cold: Vec<Cold>,
    free: Vec<u32>,
    hand: usize,
    ring: RecentRing,
    expiry: Expiry,
    now: Timestamp,
    counts: TableCounts,
}

/// Where closes go.
pub type Sink<'s> = &'s mut dyn FnMut(Close);

impl FlowTable {
    /// An empty table; memory is taken as connections come.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let [a, b, c, d] = settings.seeds;
        Self {
            index: HashMap::with_hasher(RandomState::with_seeds(a, b, c, d)),
            hot: Vec::new(),
            cold: Vec::new(),
            free: Vec::new(),
            hand: 0,
            ring: RecentRing::new(RECENT_SEGMENTS),
            expiry: Expiry::default(),
            now: Timestamp::ZERO,
            counts: TableCounts::default(),
            settings,
        }
    }

    /// Takes note of a batch, in order; connections whose time has come go to `sink`. Gives back how many segments were
    /// the same frame once more ([`Skip::Duplicate`]).
    pub fn observe(&mut self, batch: &[Pdu<'_>], sink: Sink<'_>) -> u64 {
        let mut duplicates = 0;
        for pdu in batch {
            match pdu {
                Pdu::Segment(segment, payload) => {
                    self.advance(segment.ts, sink);
                    duplicates += u64::from(self.on_segment(segment, payload, sink) == Some(Skip::Duplicate));
                }
                Pdu::Icmp(error) => self.on_icmp(error),
            }
        }
        duplicates
    }

    /// Moves time on. Capture time that steps back is left alone: nothing expires by it.
    pub fn advance(&mut self, now: Timestamp, sink: Sink<'_>) {
        if now <= self.now {
            return;
        }
        self.now = now;
        while let Some(due) = self.expiry.pop(now) {
            self.on_due(due, sink);
        }
    }

    /// Hands over every connection that is left, in the order in which they began.
    pub fn finish(&mut self, until: ObservedUntil, sink: Sink<'_>) {
        let mut left: Vec<u32> =
            self.index.values().copied().filter(|&slot| self.flow(slot).phase != Phase::Closed).collect();
        left.sort_by_key(|&slot| {
            let cold = &self.cold[slot as usize];
            (cold.start.ts, cold.file, cold.start.frame, self.flow(slot).key.low)
        });
        for slot in left {
            let until = if self.flow(slot).phase == Phase::Lingering { ObservedUntil::Close } else { until };
            self.hand_over(slot, until, sink);
        }
        self.index.clear();
        self.free.clear();
        (self.hot, self.cold) = (Vec::new(), Vec::new());
    }

    /// Connections that are followed now, those that linger included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Is nothing being followed?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
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

    fn flow(&self, slot: u32) -> &Flow {
        &self.hot[slot as usize]
    }

    fn on_segment(&mut self, segment: &Segment, payload: &[u8], sink: Sink<'_>) -> Option<Skip> {
        let (key, by) = FlowKey::of(segment);
        let known = self.index.get(&key).copied();
        let slot = match known {
            None => self.begin(key, segment, by, sink),
            Some(slot) => {
                let (flow, cold) = (&self.hot[slot as usize], &mut self.cold[slot as usize]);
                if flow.phase != Phase::Closed && ending::is_duplicate(segment, by, flow, cold, &self.ring) {
                    return Some(Skip::Duplicate);
                }
                match admission::admit(flow, cold, segment, by) {
                    Admission::Same => slot,
                    Admission::Late => {
                        self.counts.late += 1;
                        self.hot[slot as usize].halves.at_mut(by).last_seen = segment.ts;
                        return None;
                    }
                    Admission::Foreign => {
                        self.counts.late += 1;
                        return None;
                    }
                    Admission::Stray => {
                        cold.stray_syn = Some(Box::new(*segment));
                        return None;
                    }
                    Admission::Reuse => self.begin_again(slot, segment, by, sink),
                    Admission::Split(syn) => {
                        let slot = self.begin_again(slot, &syn, by.peer(), sink);
                        self.track(slot, (&syn, &[]), by.peer());
                        slot
                    }
                }
            }
        };
        self.track(slot, (segment, payload), by);
        None
    }

    fn track(&mut self, slot: u32, (segment, payload): (&Segment, &[u8]), by: End) {
        self.counts.segments += 1;
        let (flow, cold) = (&mut self.hot[slot as usize], &mut self.cold[slot as usize]);
        let unanswered = flow.unanswered;
        match track::segment(flow, cold, &mut self.ring, (segment, payload), by, self.settings.peek) {
            Ending::None if flow.unanswered != unanswered => self.expect_news(Timer::Repeated, slot),
            Ending::None => {}
            Ending::Ended => {
                flow.phase = Phase::Lingering;
                cold.linger_until = self.now.plus(LINGER);
                self.expiry.set(Timer::Linger, slot, cold.generation, cold.linger_until);
                self.expect_news(Timer::Ended, slot);
            }
            Ending::Revived => flow.phase = Phase::Open,
        }
    }

    fn begin_again(&mut self, slot: u32, first: &Segment, by: End, sink: Sink<'_>) -> u32 {
        let key = self.flow(slot).key;
        if self.flow(slot).phase != Phase::Closed {
            self.hand_over(slot, ObservedUntil::Close, sink);
        }
        self.forget(slot);
        self.begin(key, first, by, sink)
    }

    fn begin(&mut self, key: FlowKey, first: &Segment, by: End, sink: Sink<'_>) -> u32 {
        if self.index.len() >= self.settings.max_flows.max(1) as usize {
            self.evict(sink);
        }
        self.counts.begun += 1;
        let flow = Flow { key, ..Flow::default() };
        let slot = if let Some(slot) = self.free.pop() {
            let generation = self.cold[slot as usize].generation.wrapping_add(1);
            self.hot[slot as usize] = flow;
            self.cold[slot as usize] = Cold::begin(first, by, generation);
            slot
        } else {
            self.hot.push(flow);
            self.cold.push(Cold::begin(first, by, 0));
            u32::try_from(self.hot.len() - 1).unwrap_or(u32::MAX)
        };
        self.index.insert(key, slot);
        if first.flags.syn() {
            let generation = self.cold[slot as usize].generation;
            self.expiry.set(Timer::Attempt, slot, generation, self.now.plus(ATTEMPT));
        }
        slot
    }

    fn hand_over(&mut self, slot: u32, until: ObservedUntil, sink: Sink<'_>) {
        let (flow, cold) = (&mut self.hot[slot as usize], &mut self.cold[slot as usize]);
        flow.phase = Phase::Closed;
        sink(state::close(flow, cold, &self.ring, until, self.now));
    }

    fn forget(&mut self, slot: u32) {
        self.index.remove(&self.hot[slot as usize].key);
        self.free.push(slot);
        let cold = &mut self.cold[slot as usize];
        cold.generation = cold.generation.wrapping_add(1);
    }

    /// The oldest of a few gives way, one that was handed over already before all others.
    fn evict(&mut self, sink: Sink<'_>) {
        let mut oldest: Option<(bool, Timestamp, u32)> = None;
        let mut looked = 0;
        for _ in 0..self.hot.len() {
            self.hand = (self.hand + 1) % self.hot.len();
            let flow = &self.hot[self.hand];
            let slot = u32::try_from(self.hand).unwrap_or(u32::MAX);
            if self.index.get(&flow.key) != Some(&slot) {
                continue;
            }
            let candidate = (flow.phase != Phase::Closed, last_seen(flow), slot);
            oldest = Some(oldest.map_or(candidate, |other| other.min(candidate)));
            looked += 1;
            if looked == EVICTION_SAMPLE {
                break;
            }
        }
        let Some((alive, _, slot)) = oldest else { return };
        if alive {
            self.counts.evicted += 1;
            self.hand_over(slot, ObservedUntil::Evicted, sink);
        }
        self.forget(slot);
    }

    fn on_due(&mut self, due: Due, sink: Sink<'_>) {
        let (Some(flow), Some(cold)) = (self.hot.get(due.slot as usize), self.cold.get(due.slot as usize))
        else {
            return;
        };
        if cold.generation != due.generation {
            return;
        }
        match due.timer {
            Timer::Linger if flow.phase == Phase::Lingering => self.on_linger_over(due, sink),
            Timer::Grave if flow.phase == Phase::Closed => self.on_grave_due(due),
            Timer::Attempt if flow.phase == Phase::Open && is_unanswered(&flow.halves) => {
                self.on_attempt_due(due, sink);
            }
            Timer::Ended | Timer::Repeated => self.on_news_due(due, sink),
            Timer::Linger | Timer::Grave | Timer::Attempt => {}
        }
    }

    fn on_linger_over(&mut self, due: Due, sink: Sink<'_>) {
        let until = self.cold[due.slot as usize].linger_until;
        if until > due.at {
            return;
        }
        // A refused attempt is over: all that can come late is the same again, and floods of them are to cost little.
        let refused = self.cold[due.slot as usize]
            .reset
            .as_ref()
            .is_some_and(|reset| reset.acceptance == Acceptance::AnswersSyn);
        self.hand_over(due.slot, ObservedUntil::Close, sink);
        if refused {
            self.forget(due.slot);
        } else {
            self.expiry.set(Timer::Grave, due.slot, due.generation, self.now.plus(GRAVE));
        }
    }

    fn on_grave_due(&mut self, due: Due) {
        let end = last_seen(self.flow(due.slot)).plus(GRAVE);
        if end > self.now {
            self.expiry.set(Timer::Grave, due.slot, due.generation, end);
        } else {
            self.forget(due.slot);
        }
    }

    fn on_attempt_due(&mut self, due: Due, sink: Sink<'_>) {
        let end = last_seen(self.flow(due.slot)).plus(ATTEMPT);
        if end > self.now {
            self.expiry.set(Timer::Attempt, due.slot, due.generation, end);
        } else {
            self.hand_over(due.slot, ObservedUntil::Expired, sink);
            self.forget(due.slot);
        }
    }
}

fn last_seen(flow: &Flow) -> Timestamp {
    flow.halves.at(End::Low).last_seen.max(flow.halves.at(End::High).last_seen)
}

/// Only one side has spoken, and only SYNs.
fn is_unanswered(halves: &Both<super::half::Half>) -> bool {
    let (low, high) = (halves.at(End::Low), halves.at(End::High));
    low.seen() != high.seen() && !low.marks.has(Marks::ACKED) && !high.marks.has(Marks::ACKED)
}

#[cfg(test)]
mod tests;
