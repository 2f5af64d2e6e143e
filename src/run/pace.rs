//! A capture at its own pace: frames are held back until their time has come, and the dashboard is fed meanwhile.

use std::thread;
use std::time::{Duration, Instant};

use crate::decode::Frame;
use crate::time::{Span, Timestamp};

/// Between two looks at the clock while nothing is due.
const TICK: Duration = Duration::from_millis(20);

/// The clock of a capture that is played.
pub(super) struct Pace {
    /// How many seconds of the capture go by in one.
    speed: f64,
    /// The time of the first frame, and when that was shown.
    begun: Option<(Timestamp, Instant)>,
}

impl Pace {
    pub(super) const fn new(speed: f64) -> Self {
        Self { speed, begun: None }
    }

    /// The capture's time now; where it has none yet, that of `first`.
    pub(super) fn now(&mut self, first: Timestamp) -> Timestamp {
        let (start, shown) = *self.begun.get_or_insert_with(|| (first, Instant::now()));
        let gone = shown.elapsed().as_secs_f64() * self.speed;
        start.plus(Span::from_nanos(nanos(gone)))
    }

    /// How many of `frames` are due.
    pub(super) fn due(&mut self, frames: &[Frame<'_>]) -> usize {
        let Some(first) = frames.first() else { return 0 };
        let now = self.now(first.ts);
        frames.iter().position(|frame| frame.ts > now).unwrap_or(frames.len())
    }

    /// How far time may have gone at `now`, when these were shown and those are to come: it goes on without frames as well, but never past
    /// the next one, which may not have been read.
    pub(super) fn reached(now: Timestamp, shown: &[Frame<'_>], later: &[Frame<'_>]) -> Option<Timestamp> {
        match later.first() {
            Some(next) => Some(now.min(next.ts)),
            None => shown.last().map(|last| last.ts),
        }
    }

    /// Lets a moment pass.
    pub(super) fn rest() {
        thread::sleep(TICK);
    }
}

/// Seconds in nanoseconds; what is too long is as long as can be said.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates, and no time is negative"
)]
fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::LinkType;

    fn at(millis: u64) -> Frame<'static> {
        let ts = Timestamp::from_nanos(1_000_000_000 + millis * 1_000_000);
        Frame { ts, number: 1, file: 0, link: LinkType::Ethernet, wire_len: 0, bytes: &[] }
    }

    /// What is late is no reason to judge what was shown without its neighbours.
    #[test]
    fn time_does_not_go_past_what_is_still_to_be_read() {
        let (shown, late) = ([at(0), at(10)], at(60_000).ts);
        assert_eq!(Pace::reached(late, &shown, &[at(900)]), Some(at(900).ts));
        assert_eq!(Pace::reached(late, &shown, &[at(90_000)]), Some(late));
        assert_eq!(Pace::reached(late, &shown, &[]), Some(at(10).ts));
        assert_eq!(Pace::reached(late, &[], &[]), None);
    }

    #[test]
    fn frames_are_due_when_their_time_has_come() {
        let mut pace = Pace::new(10.0);
        let frames = [at(0), at(1_000), at(3_600_000)];
        assert_eq!(pace.due(&frames), 1, "the first is due at once, and no other");
        thread::sleep(Duration::from_millis(130));
        assert_eq!(pace.due(&frames), 2, "a second of the capture takes a tenth of one");
        assert_eq!(pace.due(&[]), 0);
        assert_eq!(pace.due(&[at(0)]), 1, "what steps back is due");
    }
}
