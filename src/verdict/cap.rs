//! How sure a verdict may be at most, given how much of the connection the capture holds. The whole rule is here.

use crate::context::Surroundings;
use crate::flow::{Acceptance, Close, Coverage, Marks, ObservedUntil, Side};

use super::ending::multipath;
use super::evidence::Evidence;
use super::{Confidence, Fact, How, ending};

/// The most that may be said about `close`.
///
/// Certain needs both directions, in order, and no gap. A connection that was seen from the middle on, or with stretches missing, or
/// given up by us, or ended while the capture lost frames, is likely at most; one of which only one direction was captured, or only the
/// beginning and the end, or in which a FIN may be missing or somebody may have spoken in a host's name, or whose segments have two sets of
/// numbers, or which is one path of several, is possible at most, except that a SYN without any answer has only one direction by nature.
#[must_use]
pub(super) fn cap(close: &Close, surroundings: &Surroundings) -> Confidence {
    let attempt = close.answers_syn() || !close.half(Side::Server).seen();
    if close.coverage == Coverage::Ends && !attempt {
        return Confidence::Possible;
    }
    let one_sided = !close.both_seen();
    // A client that acknowledges was answered, whether the answer was captured or not; so was one that resets.
    let client = close.half(Side::Client);
    let acknowledged = client.marks.has(Marks::ACKED) || close.reset.is_some();
    let unanswered = client.seen() && close.handshake_began() && !acknowledged;
    let only_syns = unanswered && !close.half(Side::Server).seen();
    if one_sided && !only_syns {
        return Confidence::Possible;
    }
    let renumbered = close.reset.as_ref().is_some_and(|reset| reset.renumbered().is_some());
    if renumbered || forestalled(close).is_some() || multipath::is_one_path(close) {
        return Confidence::Possible;
    }
    // Who closed first is not known then.
    if [Side::Client, Side::Server].into_iter().any(|side| ending::closed_unseen(close, side)) {
        return Confidence::Possible;
    }
    let swapped =
        [Side::Client, Side::Server].into_iter().any(|side| close.half(side).marks.has(Marks::SWAPPED));
    let whole = !swapped
        && !acknowledges_unseen(close)
        && (close.handshake_seen() || only_syns || close.answers_syn())
        && close.gaps == 0;
    let kept = close.until != ObservedUntil::Evicted && surroundings.lost_nearby == 0;
    if whole && kept { Confidence::Certain } else { Confidence::Likely }
}

/// What the capture does not hold, or holds twice over.
pub(super) fn limits(evidence: &Evidence<'_>) -> Vec<Fact> {
    let seen = evidence.seen();
    let mut facts = Vec::new();
    if !seen.both_sides && !matches!(evidence.how, How::Unanswered) {
        let missing = if evidence.close.half(Side::Client).seen() { Side::Server } else { Side::Client };
        facts.push(Fact::of_all(format!("no segment of the {missing} was captured")));
    } else if !seen.handshake && seen.both_sides && evidence.how != How::Refused {
        let says = if evidence.close.half(Side::Client).marks.has(Marks::SYN) {
            "the SYN+ACK is missing from the capture"
        } else {
            "no handshake seen: the connection began before the capture"
        };
        facts.push(Fact::of_all(says));
    }
    if let Some(side) = forestalled(evidence.close) {
        let (other, says) = (side.peer(), "somebody else had sent them, or the capture is not in order");
        facts.push(Fact::of_all(format!(
            "the {other} acknowledged bytes before the {side} sent them: {says}"
        )));
    }
    if let Some(copy) = evidence.close.reset.as_ref().and_then(|reset| reset.renumbered()) {
        let says = "this is the same RST with other numbers: the connection was captured before and behind a device that renumbers it";
        facts.push(Fact::at(copy.frame, says));
    }
    facts.extend(multipath::fact(evidence.close));
    if seen.gaps > 0 {
        let missing = if seen.gaps == 1 {
            "1 stretch of data is".to_owned()
        } else {
            format!("{} stretches of data are", seen.gaps)
        };
        facts.push(Fact::of_all(format!("{missing} missing from the capture")));
    }
    facts
}

/// The side of which the other acknowledged something before it was sent: somebody may have spoken in its name.
pub(super) fn forestalled(close: &Close) -> Option<Side> {
    [Side::Server, Side::Client].into_iter().find(|&side| close.half(side).marks.has(Marks::FORESTALLED))
}

/// Does the RST of a live socket acknowledge data that the capture does not hold? A forged one can only make us less sure.
fn acknowledges_unseen(close: &Close) -> bool {
    close.reset.as_ref().is_some_and(|reset| {
        let peer = reset.before.at(reset.by.peer());
        let active = reset.rst.flags.ack() && reset.acceptance != Acceptance::AnswersSyn;
        active && peer.seen() && reset.rst.ack.after(peer.snd_nxt)
    })
}
