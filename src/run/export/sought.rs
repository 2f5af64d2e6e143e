//! Which frames belong to a connection that has ended.

use crate::decode::{self, Endpoint, Frame, Pdu};
use crate::flow::LINGER;
use crate::time::Timestamp;
use crate::verdict::Verdict;

/// Frames between two ends, in a stretch of time and of frame numbers: the same ports may be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Sought {
    ends: (Endpoint, Endpoint),
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    /// Where the frames of one capture are numbered.
    pub(super) numbers: (u64, u64),
    /// How many segments the connection had.
    pub(super) segments: u64,
}

impl Sought {
    pub(super) fn of(end: &Verdict) -> Self {
        let last = end.ladder.last();
        Self {
            ends: (end.client, end.server),
            since: end.start,
            until: last.map_or(end.end_time.plus(LINGER), |rung| rung.time.max(end.end_time)),
            numbers: (end.first_frame, last.map_or(u64::MAX, |rung| rung.frame.max(end.first_frame))),
            segments: end.client_traffic.packets + end.server_traffic.packets,
        }
    }

    /// The same where numbers say nothing: of several captures each numbers its own.
    pub(super) const fn of_any_number(self) -> Self {
        Self { numbers: (0, u64::MAX), ..self }
    }

    /// Does this frame belong to it, as a segment or as an ICMP error about one?
    pub(super) fn takes(&self, frame: &Frame<'_>) -> bool {
        let (first, last) = self.numbers;
        (first..=last).contains(&frame.number)
            && (self.since..=self.until).contains(&frame.ts)
            && decode::decode(frame).is_ok_and(|pdu| self.is_between(&pdu))
    }

    fn is_between(&self, pdu: &Pdu<'_>) -> bool {
        let (src, dst) = match pdu {
            Pdu::Segment(segment, _) => (segment.src, segment.dst),
            Pdu::Icmp(error) => (error.src, error.dst),
        };
        (src, dst) == self.ends || (dst, src) == self.ends
    }
}
