//! Which frames get through: `--filter`, `--since`, `--until` and `-c`.

use crate::capture::filter::Filter;
use crate::config::{Replay, Window, is_one_day};
use crate::decode::Frame;
use crate::error::Error;
use crate::time::Timestamp;
use crate::view::Rfc3339;

/// Lets frames through, or not.
pub(super) struct Gate {
    filter: Option<Filter>,
    window: Window,
    /// The window, once the first frame has told the day.
    bounds: Option<(Timestamp, Timestamp)>,
    left: Option<u64>,
    /// From when to when the capture is, and whether any of it lies in the window.
    capture: Option<(Timestamp, Timestamp)>,
    fit: Fit,
}

/// Does the window hold anything?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Nothing,
    Something,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// It goes on to the engine.
    Through,
    /// It is counted and left out.
    Aside,
    /// There were enough: it is not even counted.
    Over,
}

impl Gate {
    /// The gate that `config` describes, with its filter.
    pub(super) fn new(config: &Replay, filter: Option<Filter>) -> Self {
        let (window, left) = (config.window, config.max_frames);
        Self { filter, window, bounds: None, left, capture: None, fit: Fit::Nothing }
    }

    /// Its filter, for the next one.
    pub(super) fn into_filter(self) -> Option<Filter> {
        self.filter
    }

    /// Lets as many frames through as `left` says; the kernel has looked at them already.
    #[cfg(feature = "live")]
    pub(super) fn counting(left: Option<u64>) -> Self {
        let window = Window::default();
        Self { filter: None, window, bounds: None, left, capture: None, fit: Fit::Nothing }
    }

    /// Does everything get through?
    pub(super) const fn is_open(&self) -> bool {
        self.filter.is_none() && self.window.is_everything() && self.left.is_none()
    }

    /// Have as many frames come through as were asked for?
    pub(super) fn is_shut(&self) -> bool {
        self.left == Some(0)
    }

    /// Where the times that were asked for leave nothing of the capture, or were exchanged, a sentence: most often they are local time.
    pub(super) fn misfit(&self) -> Option<String> {
        let (first, last) = self.capture.filter(|_| !self.window.is_everything())?;
        let (since, until) = self.bounds?;
        if self.fit == Fit::Something {
            let exchanged = self.window.is_past_midnight() && is_one_day(first, last);
            let until = Rfc3339(until);
            return exchanged
                .then(|| format!("--until is before --since, and was taken for the next day's: {until}"));
        }
        let asked = match (self.window.since, self.window.until) {
            (Some(_), Some(_)) => format!("from {} to {}", Rfc3339(since), Rfc3339(until)),
            (Some(_), None) => format!("from {} on", Rfc3339(since)),
            (None, _) => format!("before {}", Rfc3339(until)),
        };
        let (first, last) = (Rfc3339(first), Rfc3339(last));
        Some(format!(
            "no frame is {asked}, as --since and --until ask: the capture is from {first} to {last} (times are UTC)"
        ))
    }

    fn note(&mut self, ts: Timestamp, fit: Fit) {
        let (first, last) = self.capture.unwrap_or((ts, ts));
        self.capture = Some((first.min(ts), last.max(ts)));
        if fit == Fit::Something {
            self.fit = fit;
        }
    }

    /// What becomes of `frame`.
    ///
    /// # Errors
    /// [`Error::Filter`] if the expression has no meaning for the frame's link type.
    pub(super) fn pass(&mut self, frame: &Frame<'_>) -> Result<Passage, Error> {
        if self.is_shut() {
            return Ok(Passage::Over);
        }
        let (since, until) = *self.bounds.get_or_insert_with(|| self.window.on_the_day_of(frame.ts));
        let in_time = since <= frame.ts && frame.ts < until;
        self.note(frame.ts, if in_time { Fit::Something } else { Fit::Nothing });
        if !in_time || !self.filter.as_ref().map_or(Ok(true), |filter| filter.passes(frame))? {
            return Ok(Passage::Aside);
        }
        self.left = self.left.map(|left| left.saturating_sub(1));
        Ok(Passage::Through)
    }
}
