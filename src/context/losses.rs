//! Frames that the capture lost while it went on: near them, nothing is certain.

use std::collections::VecDeque;

use crate::time::{Span, Timestamp};

/// How near to an end a loss must be to matter: as long as what follows an end is watched.
const NEAR: Span = Span::from_secs(5);
/// Losses are noticed by counters that are read once a second.
const NOTICED_WITHIN: Span = Span::from_secs(1);
/// Losses that are remembered; those of a linger are far fewer.
const REMEMBERED: usize = 256;

/// When frames were lost, and how many.
#[derive(Debug, Default)]
pub(super) struct Losses(VecDeque<(Timestamp, u64)>);

impl Losses {
    pub(super) fn note(&mut self, at: Timestamp, frames: u64) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((at, frames));
    }

    /// Frames that were lost about the time of `end`.
    pub(super) fn near(&self, end: Timestamp) -> u64 {
        let near = |at: Timestamp| at.plus(NEAR) >= end && at <= end.plus(NEAR).plus(NOTICED_WITHIN);
        self.0.iter().filter(|(at, _)| near(*at)).map(|(_, frames)| frames).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_count_near_an_end_and_nowhere_else() {
        let at = |secs| Timestamp::from_parts(secs, 0);
        let mut losses = Losses::default();
        losses.note(at(100), 7);
        losses.note(at(104), 2);
        assert_eq!(losses.near(at(105)), 9);
        assert_eq!(losses.near(at(106)), 2);
        assert_eq!((losses.near(at(110)), losses.near(at(94)), losses.near(at(93))), (0, 7, 0));
        assert_eq!(Losses::default().near(at(1)), 0);
    }
}
