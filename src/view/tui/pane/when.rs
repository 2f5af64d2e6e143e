//! Times as lists show them: with the day where there are several. Which year it is, a detail tells.

use crate::time::Timestamp;
use crate::view::clock::{Date, TimeOfDay};

use super::super::Frame;

/// `2026-` before a date, which all have.
const YEAR: usize = 5;
/// `19:04:41` of a time of day.
const SECONDS: usize = 8;
/// `19:04:41.230`.
const MILLIS: usize = 12;
/// `11-20 19:04:41`.
const DAY: usize = 14;

/// Whether a list's times need their day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// All frames are of one day.
    OneDay,
    /// Frames are of several days.
    Days,
}

impl When {
    /// As long as all is of one day, each time is without it.
    pub(super) fn of(frame: &Frame) -> Self {
        let day = |ts: Option<Timestamp>| ts.map(|ts| Date(ts).to_string());
        let intake = &frame.health.intake;
        if day(intake.first) == day(intake.last) { Self::OneDay } else { Self::Days }
    }

    /// To the second.
    pub(super) fn brief(self, ts: Timestamp) -> String {
        let time: String = TimeOfDay(ts).to_string().chars().take(SECONDS).collect();
        match self {
            Self::OneDay => time,
            Self::Days => format!("{} {time}", Date(ts).to_string().get(YEAR..).unwrap_or_default()),
        }
    }

    /// To the millisecond, where no day has to be told.
    pub(super) fn precise(self, ts: Timestamp) -> String {
        match self {
            Self::OneDay => TimeOfDay(ts).to_string(),
            Self::Days => self.brief(ts),
        }
    }

    /// How wide the first of them is.
    pub(super) const fn brief_width(self) -> usize {
        match self {
            Self::OneDay => SECONDS,
            Self::Days => DAY,
        }
    }

    /// How wide the second is.
    pub(super) const fn precise_width(self) -> usize {
        match self {
            Self::OneDay => MILLIS,
            Self::Days => DAY,
        }
    }
}
