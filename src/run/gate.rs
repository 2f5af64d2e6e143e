//! Which frames get through: `--filter`, `--since`, `--until` and `-c`.

use crate::capture::filter::Filter;
use crate::config::{Replay, Window};
use crate::decode::Frame;
use crate::error::Error;
use crate::time::Timestamp;

/// Lets frames through, or not.
pub(super) struct Gate {
    filter: Option<Filter>,
    window: Window,
    /// The window, once the first frame has told the day.
    bounds: Option<(Timestamp, Timestamp)>,
    left: Option<u64>,
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
        Self { filter, window: config.window, bounds: None, left: config.max_frames }
    }

    /// Its filter, for the next one.
    pub(super) fn into_filter(self) -> Option<Filter> {
        self.filter
    }

    /// Lets as many frames through as `left` says; the kernel has looked at them already.
    #[cfg(feature = "live")]
    pub(super) fn counting(left: Option<u64>) -> Self {
        Self { filter: None, window: Window::default(), bounds: None, left }
    }

    /// Does everything get through?
    pub(super) const fn is_open(&self) -> bool {
        self.filter.is_none() && self.window.is_everything() && self.left.is_none()
    }

    /// Have as many frames come through as were asked for?
    pub(super) fn is_shut(&self) -> bool {
        self.left == Some(0)
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
        if !in_time || !self.filter.as_ref().map_or(Ok(true), |filter| filter.passes(frame))? {
            return Ok(Passage::Aside);
        }
        self.left = self.left.map(|left| left.saturating_sub(1));
        Ok(Passage::Through)
    }
}
