//! Who waits for what: every connection is in one queue, and each queue has one fixed patience.

use crate::time::{Span, Timestamp};

use super::super::chain::Chain;
use super::super::close::ObservedUntil;
use super::super::expiry::Due;
use super::super::index::Place;
use super::super::state::Queue;
use super::cells::Body;
use super::{ATTEMPT, GRAVE, LINGER, Shard, Sink, is_unanswered};

/// The queues.
#[derive(Debug, Default)]
pub(super) struct Queues {
    /// Small: a SYN that no RST has ended.
    pub(super) attempts: Chain,
    /// Small: a SYN that a RST has ended, in its linger.
    pub(super) reset: Chain,
    /// Small: handed over.
    pub(super) graves: Chain,
    /// Whole: began with a SYN, and may still be unanswered.
    pub(super) patience: Chain,
    /// Whole: ended, in its linger.
    pub(super) lingering: Chain,
    /// Whole: alive, in about the order in which they were last heard.
    pub(super) open: Chain,
}

impl Queues {
    pub(super) const fn of_whole(&mut self, queue: Queue) -> &mut Chain {
        match queue {
            Queue::Patience => &mut self.patience,
            Queue::Lingering => &mut self.lingering,
            Queue::Open => &mut self.open,
        }
    }

    pub(super) const fn of_small(&mut self, body: &Body) -> &mut Chain {
        match body {
            Body::Attempt(attempt) if attempt.is_reset() => &mut self.reset,
            Body::Attempt(_) => &mut self.attempts,
            Body::Grave(_) => &mut self.graves,
        }
    }
}

/// What has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Out {
    Attempt(u32),
    Reset(u32),
    Grave(u32),
    Patience(u32),
    Linger(u32),
    News,
}

impl Shard {
    /// Sees to everything whose time has come; a time is never up at its own moment, only after it.
    pub(super) fn expire(&mut self, sink: Sink<'_>) {
        while self.due < self.now {
            match self.earliest() {
                Some((at, out)) if at < self.now => self.run_out(out, sink),
                other => {
                    self.due = other.map_or(Timestamp::from_nanos(u64::MAX), |(at, _)| at);
                    return;
                }
            }
        }
    }

    /// What runs out next, and when; of equals the first of the list.
    fn earliest(&self) -> Option<(Timestamp, Out)> {
        let Queues { attempts, reset, graves, patience, lingering, .. } = &self.queues;
        let small = |chain: &Chain, wait: Span, out: fn(u32) -> Out| {
            chain.oldest(&self.small.cells).map(|(at, since)| (since.plus(wait), out(at)))
        };
        let whole = |chain: &Chain, wait: Span, out: fn(u32) -> Out| {
            chain.oldest(&self.cold).map(|(at, since)| (since.plus(wait), out(at)))
        };
        [
            whole(lingering, LINGER, Out::Linger),
            small(reset, LINGER, Out::Reset),
            small(graves, GRAVE, Out::Grave),
            small(attempts, ATTEMPT, Out::Attempt),
            whole(patience, ATTEMPT, Out::Patience),
            self.news.first().map(|due: Due| (due.at, Out::News)),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(at, _)| *at)
    }

    fn run_out(&mut self, out: Out, sink: Sink<'_>) {
        match out {
            Out::Attempt(at) if self.is_answered(at) => {
                self.make_whole_room(Some(at), sink);
                self.grow_up(at);
            }
            Out::Attempt(at) => self.end_small(at, ObservedUntil::Expired, sink),
            Out::Reset(at) if self.is_answered(at) => self.bury_small(at, sink),
            Out::Reset(at) => self.end_small(at, ObservedUntil::Close, sink),
            Out::Grave(at) => self.on_grave_due(at),
            Out::Patience(at) => self.on_patience_due(at, sink),
            Out::Linger(at) => self.on_linger_over(at, sink),
            Out::News => {
                if let Some(due) = self.news.pop() {
                    self.on_news_due(due, sink);
                }
            }
        }
    }

    /// An attempt is over; all that can come late is the same again, and floods of them are to cost little.
    pub(super) fn end_small(&mut self, at: u32, until: ObservedUntil, sink: Sink<'_>) {
        self.unqueue_small(at);
        self.hand_over_small(at, until, sink);
        self.release_small(at);
    }

    fn on_linger_over(&mut self, at: u32, sink: Sink<'_>) {
        self.look_ahead(at);
        // The same holds for an attempt that took more than two segments.
        let refused = self.cold[at as usize].is_refused();
        self.hand_over_whole(at, ObservedUntil::Close, sink);
        if refused { self.forget_whole(at) } else { self.bury(at) }
    }

    /// Who waits behind it is mostly the next that is handed over: asks for what that will touch.
    pub(super) fn look_ahead(&self, at: u32) {
        let Some(next) = Chain::after(&self.cold, at) else { return };
        self.fetch_said(Place::Whole(next));
        if let Some(later) = Chain::after(&self.cold, next) {
            self.fetch_all(Place::Whole(later));
        }
    }

    fn on_grave_due(&mut self, at: u32) {
        let Body::Grave(grave) = &self.small.at(at).body else { return };
        let last_seen = grave.last_seen;
        if last_seen.plus(GRAVE) > self.now {
            self.requeue_small(at, last_seen);
        } else {
            self.forget_small(at);
        }
    }

    fn on_patience_due(&mut self, at: u32, sink: Sink<'_>) {
        let flow = self.whole.at(at);
        let last_seen = flow.last_seen();
        if !is_unanswered(&flow.halves) {
            self.queue_whole(at, Queue::Open, last_seen);
        } else if last_seen.plus(ATTEMPT) > self.now {
            self.queue_whole(at, Queue::Patience, last_seen);
        } else {
            self.hand_over_whole(at, ObservedUntil::Expired, sink);
            self.forget_whole(at);
        }
    }

    /// Moves a connection to the end of a queue.
    pub(super) fn queue_whole(&mut self, at: u32, queue: Queue, since: Timestamp) {
        let before = std::mem::replace(&mut self.whole.at_mut(at).queue, queue);
        self.queues.of_whole(before).remove(&mut self.cold, at);
        self.enqueue_whole(at, since);
    }

    /// Puts a connection that is in no queue into the one that it is for.
    pub(super) fn enqueue_whole(&mut self, at: u32, since: Timestamp) {
        let queue = self.whole.at(at).queue;
        self.queues.of_whole(queue).push(&mut self.cold, at, since);
        self.note_whole_due(queue, since);
    }

    /// The same for one that has waited as an attempt, and waits on.
    pub(super) fn enqueue_grown(&mut self, at: u32, since: Timestamp) {
        let queue = self.whole.at(at).queue;
        self.queues.of_whole(queue).push_back_to(&mut self.cold, at, since);
        self.note_whole_due(queue, since);
    }

    fn note_whole_due(&mut self, queue: Queue, since: Timestamp) {
        match queue {
            Queue::Open => {}
            Queue::Patience => self.note_due(since.plus(ATTEMPT)),
            Queue::Lingering => self.note_due(since.plus(LINGER)),
        }
    }

    /// Moves a small one to the end of its queue.
    pub(super) fn requeue_small(&mut self, at: u32, since: Timestamp) {
        self.unqueue_small(at);
        self.enqueue_small(at, since);
    }

    /// Puts a small one that is in no queue into the one where it belongs.
    #[inline]
    pub(super) fn enqueue_small(&mut self, at: u32, since: Timestamp) {
        let body = &self.small.at(at).body;
        let wait = match body {
            Body::Attempt(attempt) if attempt.is_reset() => LINGER,
            Body::Attempt(_) => ATTEMPT,
            Body::Grave(_) => GRAVE,
        };
        self.queues.of_small(body).push(&mut self.small.cells, at, since);
        self.note_due(since.plus(wait));
    }

    /// Takes a small one out of its queue.
    pub(super) fn unqueue_small(&mut self, at: u32) {
        self.queues.of_small(&self.small.at(at).body).remove(&mut self.small.cells, at);
    }

    /// Something will run out at `at`.
    pub(super) fn note_due(&mut self, at: Timestamp) {
        self.due = self.due.min(at);
    }
}
