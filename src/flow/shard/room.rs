//! Making room: what is over gives way first, then who was heard the longest ago.

use crate::time::Timestamp;

use super::super::close::ObservedUntil;
use super::super::state::Queue;
use super::cells::Body;
use super::{Shard, Sink};

/// How many that were heard since they were queued are put back in search of one that was not.
const SECOND_CHANCES: usize = 16;
/// Of how many connections one may be followed segment by segment at the same time; the others are attempts, or over.
const WHOLE_SHARE: usize = 4;
/// As many may be followed in any case, if there is room for them at all.
const WHOLE_AT_LEAST: usize = 1 << 15;

impl Shard {
    /// Makes room for one more connection.
    pub(super) fn make_room(&mut self, sink: Sink<'_>) {
        let room = self.settings.max_flows as usize;
        if self.index.len() < room {
            return;
        }
        if let Some(at) = self.queues.graves.first() {
            return self.forget_small(at);
        }
        let Some((_, oldest)) = [self.oldest_small(), self.oldest_whole()].into_iter().flatten().min() else {
            return;
        };
        match oldest {
            Victim::Small(at) => {
                self.counts.evicted += 1;
                self.end_small(at, ObservedUntil::Evicted, sink);
            }
            Victim::Whole(at) => self.evict_whole(at, sink),
        }
    }

    /// Makes room for one more that is followed segment by segment.
    pub(super) fn make_whole_room(&mut self, sink: Sink<'_>) {
        let flows = self.settings.max_flows as usize;
        let room = (flows / WHOLE_SHARE).max(WHOLE_AT_LEAST.min(flows));
        // More than one only after ICMP errors, which make attempts whole.
        while self.whole.len() >= room
            && let Some((_, Victim::Whole(at))) = self.oldest_whole()
        {
            self.evict_whole(at, sink);
        }
    }

    fn evict_whole(&mut self, at: u32, sink: Sink<'_>) {
        self.counts.evicted += 1;
        self.hand_over_whole(at, ObservedUntil::Evicted, sink);
        self.forget_whole(at);
    }

    fn oldest_small(&self) -> Option<(Timestamp, Victim)> {
        let last_seen = |at: u32| match &self.small.at(at).body {
            Body::Attempt(attempt) => attempt.last_seen(),
            Body::Grave(grave) => grave.last_seen,
        };
        [&self.queues.attempts, &self.queues.refused]
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
            let Some((at, since)) = self.queues.open.oldest(&self.whole.cells) else { return };
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
