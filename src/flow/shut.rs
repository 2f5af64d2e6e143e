//! Windows that were shut: how long a side took nothing, as far as its own segments tell (RFC 9293 §3.8.6.1).

use crate::decode::{Flags, Segment, SeqNumber};
use crate::time::{Span, Timestamp};

use super::close::{Fin, Moment};
use super::key::{Both, End};

/// What a side's zero windows tell. Its window opens with a segment like any other, so that each time it was shut for this long at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shut {
    /// How often its window was shut, each time with more received than the time before.
    pub times: u32,
    /// The longest of them.
    pub longest: Span,
    /// All of them together.
    pub total: Span,
    /// When the latest of them began.
    pub since: Moment,
    /// When it was still shut.
    pub until: Timestamp,
    /// What had been received then.
    ack: SeqNumber,
}

impl Shut {
    /// For the first segment that allows nothing.
    const fn first(segment: &Segment) -> Self {
        Self {
            times: 1,
            longest: Span::ZERO,
            total: Span::ZERO,
            since: Moment::of(segment),
            until: segment.ts,
            ack: segment.ack,
        }
    }

    /// Another one.
    fn again(&mut self, segment: &Segment) {
        if segment.ack == self.ack {
            self.total = self.total.plus(segment.ts.since(self.until));
            self.longest = self.longest.max(segment.ts.since(self.since.ts));
        } else {
            (self.since, self.ack) = (Moment::of(segment), segment.ack);
            self.times = self.times.saturating_add(1);
        }
        self.until = segment.ts;
    }
}

/// Takes note of a segment of `by` that allows nothing; once the other side has ended, nobody waits for room any more.
pub(super) fn note(
    shut: &mut Option<Box<Both<Option<Shut>>>>,
    fins: &Both<Option<Fin>>,
    segment: &Segment,
    by: End,
) {
    let tells = segment.flags.ack() && !segment.flags.has(Flags::SYN.with(Flags::RST));
    if segment.wnd > 0 || !tells || fins.at(by.peer()).is_some() {
        return;
    }
    match shut.get_or_insert_default().at_mut(by) {
        Some(shut) => shut.again(segment),
        first => *first = Some(Shut::first(segment)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64, ack: u32) -> Segment {
        Segment {
            ts: Timestamp::ZERO.plus(Span::from_millis(millis)),
            ack: SeqNumber(ack),
            ..Segment::default()
        }
    }

    #[test]
    fn each_time_counts_from_its_first_segment_to_its_last() {
        let mut shut = Shut::first(&at(0, 10));
        for segment in [at(200, 10), at(900, 10), at(5_000, 20), at(5_100, 20)] {
            shut.again(&segment);
        }
        assert_eq!(
            (shut.times, shut.longest, shut.total),
            (2, Span::from_millis(900), Span::from_millis(1_000))
        );
        assert_eq!((shut.since.ts, shut.until), (at(5_000, 0).ts, at(5_100, 0).ts));
    }
}
