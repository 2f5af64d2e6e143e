//! How a side begins: what its SYN shows beside its numbers, and what counts for nothing that somebody had said in its name before.

use crate::decode::Segment;

use super::facts::Facts;
use super::half::Marks;
use super::key::End;
use super::place::Look;
use super::state::{Cold, Flow};

/// Takes note of a SYN of `by`, if `segment` is one. A FIN before it was not that side's, and nobody took it for that: who waits for a SYN drops all else (RFC 9293
/// §3.10.7.3).
pub(super) fn note(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End) {
    if !segment.flags.opens() || segment.flags.rst() {
        return;
    }
    *cold.opened.at_mut(by) = Look::of(segment);
    let half = flow.halves.at_mut(by);
    if half.has_fin() && !half.marks.has(Marks::SYN) {
        half.marks.clear(Marks::FIN);
        *cold.fins.at_mut(by) = None;
        forget_end(flow, cold, by);
    }
}

/// Nothing had been said at a FIN that counts for nothing, unless the other side's is one.
fn forget_end(flow: &mut Flow, cold: &mut Cold, by: End) {
    if cold.fins.at(by.peer()).is_none() {
        cold.exchange_at_fin = None;
        flow.facts.clear(Facts::FIN);
        flow.facts.clear(Facts::SAID_AT_FIN);
    }
}
