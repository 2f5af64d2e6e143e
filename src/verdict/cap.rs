//! How sure a verdict may be at most, given how much of the connection the capture holds. The whole rule is here.

use crate::context::Surroundings;
use crate::flow::{Acceptance, Close, Coverage, Marks, ObservedUntil, Side};

use super::{Confidence, ending};

/// The most that may be said about `close`.
///
/// Certain needs both directions, in order, and no gap. A connection that was seen from the middle on, or with stretches missing, or
/// given up by us, or ended while the capture lost frames, is likely at most; one of which only one direction was captured, or only the
/// beginning and the end, or in which a FIN may be missing or somebody may have spoken in a host's name, is possible at most, except that a
/// SYN without any answer has only one direction by nature.
#[must_use]
pub(super) fn cap(close: &Close, surroundings: &Surroundings) -> Confidence {
    let attempt = close.answers_syn() || !close.half(Side::Server).seen();
    if close.coverage == Coverage::Ends && !attempt {
        return Confidence::Possible;
    }
    let one_sided = !close.both_seen();
    // A client that acknowledges was answered, whether the answer was captured or not.
    let client = close.half(Side::Client);
    let unanswered = client.seen() && close.handshake_began() && !client.marks.has(Marks::ACKED);
    let only_syns = unanswered && !close.half(Side::Server).seen();
    if one_sided && !only_syns {
        return Confidence::Possible;
    }
    if forestalled(close).is_some() {
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
