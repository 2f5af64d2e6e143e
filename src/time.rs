//! Time as the capture tells it: nanoseconds, never read from a clock.
//!
//! Everything between capture and view takes time as an argument, so that a replay gives the verdicts that were
//! given live. A capture's clock may step back; differences therefore saturate at zero instead of wrapping.

use std::fmt;

/// Nanoseconds in a second.
pub const NANOS_PER_SEC: u64 = 1_000_000_000;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, as stamped on a frame by whoever captured it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// A length of time in nanoseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Timestamp {
    /// The epoch; also what a frame without a time stamp is given.
    pub const ZERO: Self = Self(0);

    /// From nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// From whole seconds and nanoseconds; saturates where a hostile file claims more than 2554-07-21.
    #[must_use]
    pub const fn from_parts(secs: u64, nanos: u64) -> Self {
        Self(secs.saturating_mul(NANOS_PER_SEC).saturating_add(nanos))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The time that passed since `earlier`; zero if the clock went back.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// How far they lie apart, whichever is the earlier.
    #[must_use]
    pub const fn apart(self, other: Self) -> Span {
        Span(self.0.abs_diff(other.0))
    }

    /// `self` moved on by `span`, saturating.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// `self` moved back by `span`, saturating.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// From milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// From seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// Nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds, for people and for JSON.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a f64 holds 104 days to the nanosecond, and people read three digits"
    )]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SEC as f64
    }

    /// `self` and `other` together, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self` taken `times` times, saturating.
    #[must_use]
    pub const fn times(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

/// A length of time as a person would say it: `40 ms`, `5.00 s`, `2 min 5 s`, `1 h 2 min`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, micros) = (self.0 / NANOS_PER_SEC, self.0 / 1_000);
        match secs {
            0 if micros < 1_000 => write!(f, "{micros} µs"),
            0 if micros < 10_000 => write!(f, "{:.1} ms", self.as_secs_f64() * 1e3),
            0 => write!(f, "{} ms", micros / 1_000),
            1..=9 => write!(f, "{:.2} s", self.as_secs_f64()),
            10..=99 => write!(f, "{:.1} s", self.as_secs_f64()),
            100..=3599 => write!(f, "{} min {} s", secs / 60, secs % 60),
            _ => write!(f, "{} h {} min", secs / 3600, secs % 3600 / 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_steps_back_gives_no_time() {
        let (early, late) = (Timestamp::from_parts(1, 0), Timestamp::from_parts(2, 0));
        assert_eq!(late.since(early), Span::from_secs(1));
        assert_eq!(early.since(late), Span::ZERO);
    }

    #[test]
    fn absurd_times_saturate() {
        assert_eq!(Timestamp::from_parts(u64::MAX, 7).as_nanos(), u64::MAX);
        assert_eq!(Timestamp::from_nanos(u64::MAX).plus(Span::from_secs(1)).as_nanos(), u64::MAX);
    }

    #[test]
    fn spans_read_well() {
        let shown = |nanos| Span::from_nanos(nanos).to_string();
        assert_eq!(shown(38_000), "38 µs");
        assert_eq!(shown(4_200_000), "4.2 ms");
        assert_eq!(shown(38_000_000), "38 ms");
        assert_eq!(shown(5_003_000_000), "5.00 s");
        assert_eq!(shown(60_000_000_000), "60.0 s");
        assert_eq!(shown(350_000_000_000), "5 min 50 s");
        assert_eq!(shown(3_720_000_000_000), "1 h 2 min");
    }
}
