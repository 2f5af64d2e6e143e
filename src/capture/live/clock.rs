//! The one place that reads a clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::time::{Span, Timestamp};

/// The system's time, by which Linux stamps frames too.
#[must_use]
pub fn now() -> Timestamp {
    span(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
        .map_or(Timestamp::ZERO, |span| Timestamp::ZERO.plus(span))
}

/// The system's time for ticks: it follows steps forward, and goes on at its pace where the clock was set back.
///
/// Frames then carry earlier times than before, which move nothing on; without ticks that do, every linger would last
/// as much longer as the step was wide.
#[derive(Clone, Copy, Debug)]
pub struct LiveClock {
    last: Timestamp,
    read_at: Instant,
}

impl LiveClock {
    /// Starts at the system's time.
    #[must_use]
    pub fn start() -> Self {
        Self { last: now(), read_at: Instant::now() }
    }

    /// The time; never less than before.
    pub fn now(&mut self) -> Timestamp {
        let read_at = Instant::now();
        let passed = span(read_at.duration_since(self.read_at)).unwrap_or_default();
        self.read_at = read_at;
        self.tick(now(), passed)
    }

    fn tick(&mut self, wall: Timestamp, passed: Span) -> Timestamp {
        self.last = self.last.plus(passed).max(wall);
        self.last
    }
}

fn span(duration: std::time::Duration) -> Option<Span> {
    u64::try_from(duration.as_nanos()).ok().map(Span::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_at_its_pace_when_the_clock_is_set_back() {
        let at = |secs| Timestamp::from_parts(secs, 0);
        let mut clock = LiveClock { last: at(10_000), read_at: Instant::now() };
        let second = Span::from_secs(1);
        assert_eq!(clock.tick(at(10_001), second), at(10_001));
        assert_eq!(clock.tick(at(6_402), second), at(10_002));
        assert_eq!(clock.tick(at(6_403), second), at(10_003));
        assert_eq!(clock.tick(at(20_000), second), at(20_000), "a step forward is followed");
    }

    #[test]
    fn it_starts_in_this_century() {
        let mut clock = LiveClock::start();
        let first = clock.now();
        assert!(first > Timestamp::from_parts(1_700_000_000, 0) && clock.now() >= first);
    }
}
