//! Timers on capture time. Every kind has one fixed length, so a queue for each is in order by itself: setting and
//! popping cost the same however many there are.

use std::collections::VecDeque;

use crate::time::Timestamp;

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Timer {
    /// The linger after an end.
    Linger,
    /// The memory of a connection that was handed over.
    Grave,
    /// The patience with an unanswered SYN.
    Attempt,
    /// What comes hard on the heels of an end, before it is told provisionally.
    Ended,
    /// The patience with a side that repeats itself, before that is told provisionally.
    Repeated,
}

const TIMERS: [Timer; 5] = [Timer::Linger, Timer::Grave, Timer::Attempt, Timer::Ended, Timer::Repeated];

/// A timer that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) timer: Timer,
    pub(super) at: Timestamp,
    pub(super) slot: u32,
    /// The slot's generation then; another one means that the connection is gone.
    pub(super) generation: u32,
}

/// One queue for each kind of timer.
#[derive(Debug, Default)]
pub(super) struct Expiry {
    queues: [VecDeque<Due>; TIMERS.len()],
}

impl Expiry {
    pub(super) fn set(&mut self, timer: Timer, slot: u32, generation: u32, at: Timestamp) {
        self.queues[timer as usize].push_back(Due { timer, at, slot, generation });
    }

    /// The next timer that has run out by `now`, the earliest first; a timer is never due at the moment it is set for,
    /// only after it.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Due> {
        let first = TIMERS
            .iter()
            .filter_map(|&timer| self.queues[timer as usize].front())
            .min_by_key(|due| due.at)?;
        if first.at >= now {
            return None;
        }
        self.queues[first.timer as usize].pop_front()
    }
}
