//! Points in time as text. Always UTC, so that two outputs of one capture agree wherever they are read.

use std::cell::Cell;
use std::fmt;

use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use crate::time::{NANOS_PER_SEC, Timestamp};

/// RFC 3339 in UTC with nine digits: `2026-11-20T19:04:41.230112045Z`.
#[derive(Clone, Copy, Debug)]
pub struct Rfc3339(pub Timestamp);

/// Digits of the fraction.
const FRACTION: usize = 9;
/// Date and time to the second, as far as a [`Timestamp`] goes.
const TO_THE_SECOND: usize = "2026-11-20T19:04:41".len();

thread_local! {
    /// The second that was written last. Those that are written in turn are nearly always of the same one or the next.
    static LAST: Cell<(u64, [u8; TO_THE_SECOND])> = const { Cell::new((0, *b"1970-01-01T00:00:00")) };
}

/// Date and time of a second since the epoch.
fn to_the_second(secs: u64) -> [u8; TO_THE_SECOND] {
    let (last, text) = LAST.get();
    if last == secs {
        return text;
    }
    let text = instant(Timestamp::from_parts(secs, 0)).to_string();
    let text = text.as_bytes().first_chunk().copied().unwrap_or_default();
    LAST.set((secs, text));
    text
}

/// The dot, and nine digits behind it.
fn fraction(nanos: u64) -> [u8; 1 + FRACTION] {
    let mut text = [b'.'; 1 + FRACTION];
    let mut rest = nanos % NANOS_PER_SEC;
    for digit in text.iter_mut().skip(1).rev() {
        *digit = b'0' + (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    text
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        let mut text = [b'Z'; TO_THE_SECOND + 1 + FRACTION + 1];
        let (whole, rest) = text.split_at_mut(TO_THE_SECOND);
        whole.copy_from_slice(&to_the_second(nanos / NANOS_PER_SEC));
        rest[..=FRACTION].copy_from_slice(&fraction(nanos));
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Seconds since the epoch with nine digits: `1763665481.230112045`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seconds(pub(super) Timestamp);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        fmt::Display::fmt(&(nanos / NANOS_PER_SEC), f)?;
        f.write_str(str::from_utf8(&fraction(nanos)).unwrap_or_default())
    }
}

/// The date in UTC: `2026-11-20`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date(pub(super) Timestamp);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", TimeZone::UTC.to_datetime(instant(self.0)).date())
    }
}

/// The time of day in UTC to the millisecond, cut off, not rounded: `19:04:41.230`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeOfDay(pub(super) Timestamp);

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = TimeZone::UTC.to_datetime(instant(self.0)).time();
        write!(f, "{:02}:{:02}:{:02}.{:03}", time.hour(), time.minute(), time.second(), time.millisecond())
    }
}

/// A [`Timestamp`] ends in 2554, which is well within what can be written.
fn instant(ts: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_nanosecond(i128::from(ts.as_nanos())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_nine_digits_and_a_z() {
        let ts = Timestamp::from_parts(1_763_665_481, 230_112_045);
        assert_eq!(Rfc3339(ts).to_string(), "2025-11-20T19:04:41.230112045Z");
        assert_eq!(Seconds(ts).to_string(), "1763665481.230112045");
        assert_eq!(Date(ts).to_string(), "2025-11-20");
        assert_eq!(TimeOfDay(ts).to_string(), "19:04:41.230");
        for secs in [0, 1, 59, 86_399, 86_400, 951_782_400, 1_763_665_481] {
            let ts = Timestamp::from_parts(secs, 7);
            assert_eq!(Rfc3339(ts).to_string(), format!("{:.9}", instant(ts)));
        }
        assert_eq!(Rfc3339(Timestamp::ZERO).to_string(), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(Rfc3339(Timestamp::from_nanos(u64::MAX)).to_string(), "2554-07-21T23:34:33.709551615Z");
    }
}
