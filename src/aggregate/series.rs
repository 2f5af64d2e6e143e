//! How many a time, for the last minutes: a short row of counts that needs no clock but that of what is counted.

use crate::time::{NANOS_PER_SEC, Timestamp};

/// Seconds of one count.
pub const SERIES_SECONDS: u64 = 10;
/// Counts in the row: five minutes of them.
pub const SERIES_COUNTS: usize = 30;
/// Counts of a minute.
const MINUTE: usize = 6;

/// Events in the last minutes, by the time at which they happened. What is older than the row is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// The newest last.
    counts: [u16; SERIES_COUNTS],
    /// The number of the newest count, since 1970.
    newest: u64,
}

impl Series {
    /// Counts an event.
    pub(super) fn add(&mut self, at: Timestamp) {
        self.move_to(slot(at));
        let age = usize::try_from(self.newest - slot(at).min(self.newest)).unwrap_or(usize::MAX);
        let place = SERIES_COUNTS.checked_sub(1 + age);
        if let Some(count) = place.and_then(|place| self.counts.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }

    /// The same row as it is seen at `now`, when some of it may have passed.
    #[must_use]
    pub fn seen_at(&self, now: Timestamp) -> Self {
        let mut seen = *self;
        seen.move_to(slot(now));
        seen
    }

    /// The counts, the oldest first.
    #[must_use]
    pub const fn counts(&self) -> &[u16; SERIES_COUNTS] {
        &self.counts
    }

    /// Events of the last minute, as far as a row of counts can tell: of the last 50 to 60 seconds.
    #[must_use]
    pub fn last_minute(&self) -> u64 {
        self.counts.iter().rev().take(MINUTE).map(|&count| u64::from(count)).sum()
    }

    fn move_to(&mut self, slot: u64) {
        let Some(steps) = slot.checked_sub(self.newest).filter(|&steps| steps > 0) else { return };
        let steps = usize::try_from(steps).unwrap_or(SERIES_COUNTS).min(SERIES_COUNTS);
        self.counts.rotate_left(steps % SERIES_COUNTS);
        for count in self.counts.iter_mut().rev().take(steps) {
            *count = 0;
        }
        self.newest = slot;
    }
}

const fn slot(at: Timestamp) -> u64 {
    at.as_nanos() / (SERIES_SECONDS * NANOS_PER_SEC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(seconds: &[u64]) -> Series {
        let mut series = Series::default();
        for &second in seconds {
            series.add(Timestamp::from_parts(1_000_000 + second, 0));
        }
        series
    }

    #[test]
    fn events_are_counted_where_they_happened_in_any_order() {
        let row = series(&[0, 5, 10, 29, 3, 295]);
        assert_eq!(row.counts()[..3], [3, 1, 1]);
        assert_eq!(row.counts()[SERIES_COUNTS - 1], 1);
        assert_eq!(row.counts().iter().sum::<u16>(), 6);
        assert_eq!(series(&[295, 0]), series(&[0, 295]));
        assert_eq!(series(&[400, 0]).counts().iter().sum::<u16>(), 1, "what is too old is in no count");
    }

    #[test]
    fn time_goes_on_without_events() {
        let row = series(&[0, 50, 55]);
        assert_eq!(row.last_minute(), 3);
        assert_eq!(row.seen_at(Timestamp::from_parts(1_000_065, 0)).last_minute(), 2);
        assert_eq!(row.seen_at(Timestamp::from_parts(1_001_000, 0)).counts(), &[0; SERIES_COUNTS]);
        assert_eq!(row.seen_at(Timestamp::ZERO), row, "and never back");
    }
}
