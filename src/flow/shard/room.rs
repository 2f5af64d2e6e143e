//! Making room: what is over gives way first, then who was heard the longest ago.

use crate::decode::Segment;
use crate::time::Timestamp;

use super::super::close::ObservedUntil;
use super::super::exchange::room_for;
use super::super::facts::Facts;
use super::super::half::Marks;
use super::super::key::End;
use super::super::router::SHARDS;
use super::super::state::{Flow, Queue};
use super::cells::Body;
use super::{Shard, Sink};

/// How many that were heard since they were queued are put back in search of one that was not.
const SECOND_CHANCES: usize = 16;
/// A connection that is followed segment by segment takes the room of so many attempts: with what it holds elsewhere 1.1 KB in
/// HTTP and TLS, as measured.
const WHOLE: usize = 6;
/// What an attempt takes beyond that where it was answered, in attempts: less than half of it, and a connection may come of it.
pub(super) const ANSWER: u16 = 1;
/// Tables of fewer may be full of them: as many as a table of this many has room for.
const ALL_WHOLE: usize = 5 << 12;

/// Has a connection what few have, and holds elsewhere: a RST, a SYN that was put aside, or bytes that are missing?
pub(super) fn is_rare(flow: &Flow) -> bool {
    let torn = |end| flow.halves.at(end).marks.has(Marks::TORN);
    flow.facts.has(Facts::RARE) || torn(End::Low) || torn(End::High)
}

/// The room that there is in a table of so many connections at most, in attempts.
fn budget(flows: usize) -> usize {
    flows.max((WHOLE * flows).min(WHOLE * ALL_WHOLE / SHARDS))
}

/// How many of so many connections can be followed at the same time.
pub(super) fn most_whole(flows: usize) -> usize {
    (budget(flows) / WHOLE).min(flows)
}

/// May a segment make a connection hold more elsewhere by itself, be it what had been said before it?
pub(super) fn is_kept(flow: &Flow, segment: &Segment) -> bool {
    segment.flags.rst() || segment.wnd == 0 || flow.facts.has(Facts::SAID_AT_FIN) && segment.len > 0
}

impl Shard {
    /// Makes room for one more connection: an attempt, or at least none that is followed yet.
    pub(super) fn make_room(&mut self, sink: Sink<'_>) {
        while self.index.len() >= self.settings.max_flows as usize || self.weight() + 1 > self.budget() {
            if self.give_way(None, sink).is_none() {
                return;
            }
        }
    }

    /// Makes room for one more that is followed segment by segment, be it the attempt at `growing` that becomes one.
    pub(super) fn make_whole_room(&mut self, growing: Option<u32>, sink: Sink<'_>) {
        if self.weight() + WHOLE <= self.budget() {
            return;
        }
        // Heard a moment ago, whatever its place in the queue.
        if let Some(at) = growing {
            self.requeue_small(at, self.now);
        }
        while self.weight() + WHOLE > self.budget() {
            if self.give_way(growing, sink).is_none() {
                return;
            }
        }
    }

    /// Makes room for what connections have come to hold elsewhere.
    #[inline]
    pub(super) fn make_held_room(&mut self, sink: Sink<'_>) {
        if self.grown {
            self.give_way_to_held(sink);
        }
    }

    #[inline(never)]
    fn give_way_to_held(&mut self, sink: Sink<'_>) {
        while self.weight() > self.budget() && self.give_way(None, sink).is_some() {}
        self.grown = false;
    }

    /// What took `before` takes another room now.
    #[inline]
    pub(super) const fn note_held(&mut self, before: u16, now: u16) {
        // Nearly always it is the same.
        if now != before {
            self.held = self.held + now as usize - before as usize;
            self.grown |= now > before;
        }
    }

    /// Counts what a connection holds elsewhere beside its exchange: few hold anything.
    #[inline(never)]
    pub(super) fn count_held(&mut self, at: u32) {
        let (flow, cold) = (self.whole.at(at), &mut self.cold[at as usize]);
        let now = room_for(cold.weight(&flow.hearing));
        let before = std::mem::replace(&mut cold.room, now);
        self.note_held(before, now);
    }

    /// The room that is taken, in attempts.
    const fn weight(&self) -> usize {
        self.small.len() + WHOLE * self.whole.len() + self.held
    }

    /// What is taken of the room, and how much there is, by whichever bound is nearer. What is over takes none: it gives way
    /// for nothing.
    pub(in super::super) fn fullness(&self) -> (usize, usize) {
        let (known, flows) = (self.len(), self.settings.max_flows as usize);
        let (taken, room) = (self.weight() - self.buried, self.budget());
        if known * room > taken * flows { (known, flows) } else { (taken, room) }
    }

    /// The room that there is, in attempts.
    fn budget(&self) -> usize {
        budget(self.settings.max_flows as usize)
    }

    /// What is over is forgotten first, then who was heard the longest ago; never `spared`.
    fn give_way(&mut self, spared: Option<u32>, sink: Sink<'_>) -> Option<()> {
        if let Some(at) = self.queues.graves.first() {
            self.forget_small(at);
            return Some(());
        }
        let small = self.oldest_small().filter(|&(_, victim)| Some(victim) != spared.map(Victim::Small));
        match [small, self.oldest_whole()].into_iter().flatten().min()?.1 {
            Victim::Small(at) => {
                self.counts.evicted += 1;
                self.end_small(at, ObservedUntil::Evicted, sink);
            }
            Victim::Whole(at) => self.evict_whole(at, sink),
        }
        Some(())
    }

    fn evict_whole(&mut self, at: u32, sink: Sink<'_>) {
        self.counts.evicted += 1;
        self.look_ahead(at);
        self.hand_over_whole(at, ObservedUntil::Evicted, sink);
        self.forget_whole(at);
    }

    fn oldest_small(&self) -> Option<(Timestamp, Victim)> {
        let last_seen = |at: u32| match &self.small.at(at).body {
            Body::Attempt(attempt) => attempt.last_seen(),
            Body::Grave(grave) => grave.last_seen,
        };
        [&self.queues.attempts, &self.queues.reset]
            .into_iter()
            .filter_map(|chain| chain.first().map(|at| (last_seen(at), Victim::Small(at))))
            .min()
    }

    fn oldest_whole(&mut self) -> Option<(Timestamp, Victim)> {
        self.pass_over_the_heard();
        let queues = [&self.queues.patience, &self.queues.lingering, &self.queues.open];
        let candidate = |at: u32| (self.whole.at(at).last_seen(), Victim::Whole(at));
        queues.into_iter().filter_map(|chain| chain.first().map(candidate)).min()
    }

    /// Who was heard since it was queued goes to the end of the queue.
    fn pass_over_the_heard(&mut self) {
        for _ in 0..SECOND_CHANCES {
            let Some((at, since)) = self.queues.open.oldest(&self.cold) else { return };
            let last_seen = self.whole.at(at).last_seen();
            if last_seen <= since {
                return;
            }
            self.queue_whole(at, Queue::Open, last_seen);
        }
    }
}

/// Who gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Small(u32),
    Whole(u32),
}
