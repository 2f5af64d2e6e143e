//! `--since` and `--until`: points in time as people write them.

use jiff::civil;
use jiff::tz::TimeZone;

use crate::error::Error;
use crate::time::{NANOS_PER_SEC, Span, Timestamp};

const DAY: Span = Span::from_secs(24 * 60 * 60);

/// A point in time, which may have to wait for the capture to say the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// This very moment.
    At(Timestamp),
    /// As long after midnight, UTC, of the day of the first frame.
    TimeOfDay(Span),
}

/// The frames that are asked for: from `since` on and before `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// From when on; from the beginning if `None`.
    pub since: Option<Bound>,
    /// Until before when; to the end if `None`.
    pub until: Option<Bound>,
}

impl Window {
    /// Reads both bounds.
    ///
    /// # Errors
    /// [`Error::Argument`] for what is no time, and for a window that ends before it begins.
    pub(super) fn parse(since: Option<&str>, until: Option<&str>) -> Result<Self, Error> {
        let window = Self {
            since: since.map(|text| bound("--since", text)).transpose()?,
            until: until.map(|text| bound("--until", text)).transpose()?,
        };
        match (window.since, window.until, until) {
            (Some(Bound::At(since)), Some(Bound::At(end)), Some(text)) if end <= since => {
                let why = "it is not after --since, so that no frame would be left".to_owned();
                Err(Error::Argument { argument: "--until", value: text.to_owned(), why })
            }
            _ => Ok(window),
        }
    }

    /// Is everything asked for?
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// The same window on the day of `first`, the first frame of the capture. A window of two times of day that ends
    /// before it begins goes past midnight.
    #[must_use]
    pub fn on_the_day_of(&self, first: Timestamp) -> (Timestamp, Timestamp) {
        let midnight = Timestamp::from_nanos(first.as_nanos() / DAY.as_nanos() * DAY.as_nanos());
        let place = |bound| match bound {
            Bound::At(ts) => ts,
            Bound::TimeOfDay(span) => midnight.plus(span),
        };
        let since = self.since.map_or(Timestamp::ZERO, place);
        let until = self.until.map_or(Timestamp::from_nanos(u64::MAX), place);
        if self.is_past_midnight() { (since, until.plus(DAY)) } else { (since, until) }
    }

    /// Does it end on the day after the one on which it begins?
    #[must_use]
    pub fn is_past_midnight(&self) -> bool {
        matches!((self.since, self.until), (Some(Bound::TimeOfDay(since)), Some(Bound::TimeOfDay(until))) if until <= since)
    }
}

/// Are both on the same day, UTC?
#[must_use]
pub const fn is_one_day(one: Timestamp, other: Timestamp) -> bool {
    one.as_nanos() / DAY.as_nanos() == other.as_nanos() / DAY.as_nanos()
}

fn bound(argument: &'static str, text: &str) -> Result<Bound, Error> {
    let found = seconds(text).or_else(|| time_of_day(text)).or_else(|| date_and_time(text));
    found.ok_or_else(|| Error::Argument {
        argument,
        value: text.to_owned(),
        why: "not a time; write 2026-11-20T19:04:41Z, or 19:04:41 (UTC, on the capture's day), or seconds since 1970"
            .to_owned(),
    })
}

/// `1763665481` or `1763665481.230112`.
fn seconds(text: &str) -> Option<Bound> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let nanos: u64 = format!("{fraction:0<9}").parse().ok()?;
    let nanos = whole.parse::<u64>().ok()?.checked_mul(NANOS_PER_SEC)?.checked_add(nanos)?;
    Some(Bound::At(Timestamp::from_nanos(nanos)))
}

/// `19:04:41`, `19:04:41.5` or `19:04`.
fn time_of_day(text: &str) -> Option<Bound> {
    let time: civil::Time =
        text.parse().ok().filter(|_| text.contains(':') && !text.contains(['-', 'T', ' ']))?;
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let seconds =
        (u64::try_from(hour).ok()? * 60 + u64::try_from(minute).ok()?) * 60 + u64::try_from(second).ok()?;
    let nanos = u64::try_from(time.subsec_nanosecond()).ok()?;
    Some(Bound::TimeOfDay(Span::from_nanos(seconds * NANOS_PER_SEC + nanos)))
}

/// RFC 3339; without an offset it is UTC, as all times here are.
fn date_and_time(text: &str) -> Option<Bound> {
    let instant: jiff::Timestamp = text.parse().ok().or_else(|| {
        let local: civil::DateTime = text.parse().ok().filter(|_| text.contains(':'))?;
        Some(TimeZone::UTC.to_zoned(local).ok()?.timestamp())
    })?;
    u64::try_from(instant.as_nanosecond()).ok().map(|nanos| Bound::At(Timestamp::from_nanos(nanos)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64, nanos: u64) -> Bound {
        Bound::At(Timestamp::from_parts(secs, nanos))
    }

    fn read(text: &str) -> Option<Bound> {
        bound("--since", text).ok()
    }

    #[test]
    fn times_are_read_in_all_three_ways() {
        assert_eq!(read("2026-11-20T19:04:41Z"), Some(at(1_795_201_481, 0)));
        assert_eq!(read("2026-11-20T20:04:41.25+01:00"), Some(at(1_795_201_481, 250_000_000)));
        assert_eq!(read("2026-11-20 19:04:41"), Some(at(1_795_201_481, 0)));
        assert_eq!(read("1795201481"), Some(at(1_795_201_481, 0)));
        assert_eq!(read("1795201481.5"), Some(at(1_795_201_481, 500_000_000)));
        assert_eq!(read("19:04:41"), Some(Bound::TimeOfDay(Span::from_secs(68_681))));
        assert_eq!(read("19:04:41.000000001"), Some(Bound::TimeOfDay(Span::from_nanos(68_681_000_000_001))));
        assert_eq!(read("00:10"), Some(Bound::TimeOfDay(Span::from_secs(600))));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "yesterday", "25:00:00", "19.04.41", "2026-11-20", "-5", "1e9", "1950-01-01T00:00:00Z"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(Window::parse(Some("20"), Some("10")).is_err());
        assert!(Window::parse(Some("20"), Some("20")).is_err());
    }

    #[test]
    fn a_time_of_day_takes_the_day_of_the_first_frame_and_may_pass_midnight() {
        let first = Timestamp::from_parts(1_795_201_481, 7);
        let midnight = 1_795_201_481 - 68_681;
        let window = Window::parse(Some("19:00:00"), Some("19:30:00")).unwrap();
        let hour = 3600;
        let expected = (midnight + 19 * hour, midnight + 19 * hour + 1800);
        assert_eq!(
            window.on_the_day_of(first),
            (Timestamp::from_parts(expected.0, 0), Timestamp::from_parts(expected.1, 0))
        );
        let night = Window::parse(Some("23:00:00"), Some("01:00:00")).unwrap();
        let expected = (midnight + 23 * hour, midnight + 25 * hour);
        assert_eq!(
            night.on_the_day_of(first),
            (Timestamp::from_parts(expected.0, 0), Timestamp::from_parts(expected.1, 0))
        );
    }
}
