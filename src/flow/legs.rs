//! How far each side is from where the capture was made, as its answers tell.

use crate::decode::Segment;
use crate::time::Span;

use super::facts::Facts;
use super::half::{Half, Marks};
use super::key::{Both, End};
use super::state::{Cold, Flow};

/// How fast a side answers: from the other side's latest data or SYN to the acknowledgement of all of it. `halves` are
/// as they were before the segment.
#[inline]
pub(super) fn answer_time(halves: &Both<Half>, segment: &Segment, by: End) -> Option<Span> {
    let (me, peer) = (halves.at(by), halves.at(by.peer()));
    let first = !me.marks.has(Marks::ACKED) || segment.ack.after(me.rcv_nxt);
    let plain = segment.flags.ack() && !segment.flags.rst() && !segment.flags.syn();
    let news = plain && segment.ack == peer.snd_nxt && first;
    // An ACK that was captured before the SYN+ACK that it answers would make the way short.
    let answers_syn =
        segment.flags.syn() && segment.flags.ack() && peer.packets == 1 && peer.marks.has(Marks::SYN);
    let measures = peer.seen() && (news && has_said(peer) || answers_syn) && peer.retransmits == 0;
    measures.then(|| since_said(peer, segment))
}

/// Has `peer` said anything in this capture that can be answered?
#[inline]
pub(super) fn has_said(peer: &Half) -> bool {
    peer.has_data() || peer.marks.has(Marks::SYN) || peer.has_fin()
}

/// From what `peer` said last to `segment`. What it has sent since without data is not what is acknowledged.
#[inline]
pub(super) fn since_said(peer: &Half, segment: &Segment) -> Span {
    segment.ts.since(if peer.has_data() { peer.last_data } else { peer.last_seen })
}

/// A delayed acknowledgement makes it longer, never shorter, so that the shortest one counts.
#[inline]
pub(super) fn measure(flow: &mut Flow, by: End, sample: Span) {
    let samples = flow.samples.at_mut(by);
    let shortest = flow.shortest.at_mut(by);
    *shortest = if *samples == 0 { sample } else { sample.min(*shortest) };
    *samples = samples.saturating_add(1);
}

/// From the SYN to the first acknowledgement of the SYN+ACK, wherever between the two hosts the capture was made. A
/// retransmitted SYN makes it unknown (RFC 6298 §3, Karn's algorithm).
pub(super) fn measure_rtt(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End) {
    if segment.flags.syn() && !segment.flags.ack() {
        if flow.halves.at(by).packets == 1 {
            cold.syn = segment.ts;
            flow.facts.set(Facts::SYN_PENDING);
        } else {
            flow.facts.clear(Facts::SYN_PENDING);
        }
        return;
    }
    if flow.facts.has(Facts::SYN_PENDING) && by == flow.client && segment.is_pure_ack() && cold.rtt.is_none()
    {
        flow.facts.clear(Facts::SYN_PENDING);
        if flow.halves.at(by.peer()).packets == 1 {
            cold.rtt = Some(segment.ts.since(cold.syn));
        }
    }
}
