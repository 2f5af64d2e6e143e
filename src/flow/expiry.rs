//! Timers of what is told before its time. Every kind has one fixed length, so a queue for each is in order by itself; what
//! ended meanwhile is found out when its timer has run out.

use std::collections::VecDeque;

use crate::time::Timestamp;

use super::index::Place;

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Timer {
    /// What comes hard on the heels of an end, before it is told provisionally.
    Ended,
    /// The patience with a side that repeats itself, before that is told provisionally.
    Repeated,
}

const TIMERS: [Timer; 2] = [Timer::Ended, Timer::Repeated];

/// A timer that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) timer: Timer,
    pub(super) at: Timestamp,
    pub(super) place: Place,
    /// The place's generation then; another one means that the connection is gone.
    pub(super) generation: u32,
}

/// One queue for each kind of timer.
#[derive(Debug, Default)]
pub(super) struct Expiry {
    queues: [VecDeque<Due>; TIMERS.len()],
}

impl Expiry {
    pub(super) fn set(&mut self, due: Due) {
        self.queues[due.timer as usize].push_back(due);
    }

    /// The timer that runs out next.
    pub(super) fn first(&self) -> Option<Due> {
        self.queues.iter().filter_map(|queue| queue.front().copied()).min_by_key(|due| due.at)
    }

    /// Takes it away.
    pub(super) fn pop(&mut self) -> Option<Due> {
        let first = self.first()?;
        self.queues[first.timer as usize].pop_front()
    }
}
