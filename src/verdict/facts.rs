//! Facts that many rules rest on, in the words in which they are shown.

use crate::flow::{Acceptance, Reset, Side};

use super::evidence::{Evidence, Shape};
use super::Fact;

/// What the RST itself shows: its shape, what it answers, whether it took effect.
pub(super) fn of_rst(evidence: &Evidence<'_>) -> Vec<Fact> {
    let Some(reset) = evidence.reset() else { return Vec::new() };
    let mut facts = vec![shape(evidence, reset)];
    facts.extend(doubt(reset));
    if evidence.claimed_spoke_on {
        facts.extend(spoke_on(evidence, reset));
    }
    facts.extend(limits(evidence));
    facts
}

fn shape(evidence: &Evidence<'_>, reset: &Reset) -> Fact {
    let side = evidence.close.side(reset.by);
    let frame = reset.rst.frame;
    match (evidence.shape, reset.prompt) {
        (Shape::SynReply, _) => Fact::at(frame, format!("a RST from the {side} answers the SYN")),
        (Shape::Reply, Some(prompt)) => Fact::at(
            frame,
            format!("a RST from the {side} answers frame {} (its sequence number is that segment's acknowledgement)", prompt.frame),
        ),
        (Shape::Reply, None) => Fact::at(frame, format!("a bare RST from the {side}; no captured segment prompted it")),
        (Shape::Active, _) => Fact::at(frame, format!("RST+ACK from the {side}: a live socket was aborted")),
        (Shape::Odd, _) => Fact::at(frame, format!("a RST with the {side}'s address, in a shape that common stacks do not send")),
    }
}

fn doubt(reset: &Reset) -> Option<Fact> {
    let frame = reset.rst.frame;
    match reset.acceptance {
        Acceptance::InWindow => Some(Fact::at(frame, "its sequence number is in the window but not the next one; nobody challenged it")),
        Acceptance::Unknown => Some(Fact::at(frame, "the other side's numbers are not known, so that nobody can tell whether it was believed")),
        Acceptance::Exact | Acceptance::AnswersSyn | Acceptance::Ignored => None,
    }
}

fn spoke_on(evidence: &Evidence<'_>, reset: &Reset) -> Option<Fact> {
    let first = reset.after.at(reset.by).first?;
    let side = evidence.close.side(reset.by);
    Some(Fact::at(first.frame, format!("the {side} speaks on {} after the RST with its address", first.ts.since(reset.rst.ts))))
}

/// What the capture does not hold.
pub(super) fn limits(evidence: &Evidence<'_>) -> Vec<Fact> {
    let seen = evidence.seen();
    let mut facts = Vec::new();
    if !seen.both_sides {
        let missing = if evidence.close.half(Side::Client).seen() { Side::Server } else { Side::Client };
        facts.push(Fact::of_all(format!("no segment of the {missing} was captured")));
    } else if !seen.handshake {
        facts.push(Fact::of_all("no handshake seen: the connection began before the capture"));
    }
    if seen.gaps > 0 {
        facts.push(Fact::of_all(format!("{} stretches of data are missing from the capture", seen.gaps)));
    }
    facts
}
