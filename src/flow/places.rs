//! Which of several captures were made at one place. A place's frames are followed by themselves: each place has its own clock, its own
//! order, and perhaps its own numbers.

use crate::time::{Span, Timestamp};

/// The most that are told apart.
pub const PLACES: usize = 4;

/// Captures, by the place where they were made. Those that hold no frame in common may be one that was cut in pieces, or hold each direction
/// by itself: they are of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Of each capture, by its number; those that are not listed are of the first place.
    of_capture: Vec<u8>,
    /// Of each place, when it was captured there.
    recorded: Vec<Recorded>,
}

/// When a place was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// How far its clock is ahead of the first place's, in nanoseconds, but for the way between the two.
    pub ahead: i64,
    /// Its last frame, by its own clock.
    pub until: Timestamp,
}

impl Places {
    /// Captures by their numbers, and what is known of each place.
    pub(super) const fn new(of_capture: Vec<u8>, recorded: Vec<Recorded>) -> Self {
        Self { of_capture, recorded }
    }

    /// How many places there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.recorded.len().max(1)
    }

    /// Where a capture was made.
    #[must_use]
    pub fn of(&self, capture: u16) -> u8 {
        self.of_capture.get(usize::from(capture)).copied().unwrap_or(0)
    }

    /// What the clock of the first place showed when a capture's showed `ts`.
    #[must_use]
    pub fn reference(&self, ts: Timestamp, capture: u16) -> Timestamp {
        self.recorded(0).at(ts, self.recorded(self.of(capture)))
    }

    /// How far a capture's clock is ahead of that of the first place, in nanoseconds.
    #[must_use]
    pub fn ahead(&self, capture: u16) -> i64 {
        self.recorded(self.of(capture)).ahead
    }

    /// When a place was recorded.
    #[must_use]
    pub fn recorded(&self, place: u8) -> Recorded {
        self.recorded.get(usize::from(place)).copied().unwrap_or_default()
    }
}

impl Recorded {
    /// What the clock here shows when that of another place shows `ts`.
    #[must_use]
    pub const fn at(&self, ts: Timestamp, other: Self) -> Timestamp {
        let ahead = self.ahead.saturating_sub(other.ahead);
        let span = Span::from_nanos(ahead.unsigned_abs());
        if ahead < 0 { ts.minus(span) } else { ts.plus(span) }
    }
}
