//! What a RST shows by itself: its shape, what it answers, whether it took effect and arrived.

use crate::flow::{Acceptance, Reset};
use crate::verdict::ending::{challenged, undelivered};
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::who::forgery::{self, stray};
use crate::verdict::{Fact, How, Sender, Side, cap, report, who};

/// What the RST itself shows: its shape, what it answers, whether it took effect.
pub(in crate::verdict) fn of_rst(evidence: &Evidence<'_>) -> Vec<Fact> {
    let Some(reset) = evidence.reset() else { return Vec::new() };
    let mut facts = vec![shape(evidence, reset)];
    facts.extend(of_text(evidence, reset));
    facts.extend(doubt(reset));
    facts.extend(undelivered::fact(evidence));
    facts.extend(who::facts(&evidence.doubts));
    facts.extend(of_device(evidence).or_else(|| of_proxy(evidence)));
    facts.extend(cap::limits(evidence));
    facts
}

fn shape(evidence: &Evidence<'_>, reset: &Reset) -> Fact {
    let side = evidence.close.side(reset.by);
    let frame = reset.rst.frame;
    match (evidence.shape, reset.prompt) {
        (Shape::SynReply, _)
            if evidence.close.handshake_began() || !evidence.close.half(Side::Client).seen() =>
        {
            Fact::at(frame, format!("a RST with the {side}'s address answers the SYN"))
        }
        (Shape::SynReply, _) => {
            Fact::at(frame, format!("a RST with the {side}'s address answers a segment without ACK"))
        }
        (Shape::Reply, Some(prompt)) => {
            let (asked, after) = (prompt.frame, reset.rst.ts.since(prompt.ts));
            Fact::at(
                frame,
                match evidence.rst_by {
                    Some(Sender::Middlebox) => format!(
                        "a RST with the {side}'s address answers frame {asked} after {after}, as where there is no socket"
                    ),
                    _ => format!(
                        "a RST from the {side} answers frame {asked} after {after}: there was no socket for it"
                    ),
                },
            )
        }
        (Shape::Reply, None) => {
            let whose = match evidence.rst_by {
                Some(Sender::Middlebox) => format!("with the {side}'s address"),
                _ => format!("from the {side}"),
            };
            Fact::at(frame, format!("a bare RST {whose}; no captured segment prompted it"))
        }
        (Shape::Active, _) => {
            let flags =
                if reset.rst.flags.ack() { "RST+ACK" } else { "a RST with an acknowledgement number" };
            let says = match evidence.rst_by {
                Some(Sender::Middlebox) => format!("{flags} with the {side}'s address, as of a live socket"),
                _ => format!("{flags} from the {side}: a live socket was aborted"),
            };
            Fact::at(frame, says)
        }
        (Shape::Odd, _) => Fact::at(
            frame,
            format!("a RST with the {side}'s address, in a shape that common stacks do not send"),
        ),
    }
}

/// Who the server is, where one count numbers what it and others send.
fn of_device(evidence: &Evidence<'_>) -> Option<Fact> {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && evidence.how.by_rst();
    let others = evidence.surroundings.counts_with.filter(|_| by_server)?;
    Some(Fact::of_all(format!(
        "one count numbers the segments of the server and of {others} other addresses, from as far away: a device (a NAT, a VPN, a proxy) speaks for all of them"
    )))
}

/// Who the server may be, where its address answers much sooner than it accepted.
fn of_proxy(evidence: &Evidence<'_>) -> Option<Fact> {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && evidence.how == How::Reset;
    let (soon, took) = forgery::accepted_slowly(evidence).filter(|_| by_server)?;
    Some(Fact::of_all(format!(
        "the server took {took} to accept and acknowledges within {soon}: a proxy may speak for it"
    )))
}

fn of_text(evidence: &Evidence<'_>, reset: &Reset) -> Option<Fact> {
    let text = report::rst_text(reset)?;
    Some(Fact::at(reset.rst.frame, format!("the RST of the {} says: {text}", evidence.close.side(reset.by))))
}

/// What the RST says for itself goes before all that can be concluded (RFC 1122 §4.2.2.12): whoever sent it knows why.
pub(in crate::verdict) fn advice_of_text(evidence: &Evidence<'_>) -> Option<String> {
    let text = evidence.reset().and_then(report::rst_text).filter(|text| text.contains(' '))?;
    let begin = format!("The RST itself says why ({text}): begin there.");
    let side = evidence.rst_claimed.filter(|_| evidence.how != How::Refused);
    Some(side.map_or(begin.clone(), |side| {
        format!("{begin} No common kernel puts words into a RST: look for what speaks so for the {side}, a proxy, a balancer or a firewall before it.")
    }))
}

fn doubt(reset: &Reset) -> Option<Fact> {
    let frame = reset.rst.frame;
    match reset.acceptance {
        Acceptance::InWindow => Some(Fact::at(
            frame,
            "its sequence number is in the window but not the next one; nobody challenged it",
        )),
        Acceptance::Unknown => Some(Fact::at(
            frame,
            "the other side's numbers are not known: nobody can tell whether it was believed",
        )),
        Acceptance::Exact | Acceptance::AnswersSyn | Acceptance::Ignored => None,
    }
}

/// RSTs that did not take effect, and what Zeek makes of them: it checks no sequence numbers.
pub(in crate::verdict) fn of_ignored(evidence: &Evidence<'_>) -> Vec<Fact> {
    let Some(&(rst, acceptance)) = evidence.close.ignored.as_deref() else { return Vec::new() };
    let side = evidence.close.side(rst.by);
    let lost = challenged::abort(evidence)
        .map(|abort| abort.seq.offset_from(evidence.close.half_before(side).snd_nxt));
    let why = match acceptance {
        _ if lost.is_some() => "it was challenged",
        Acceptance::InWindow => "it was in the window but not the next one, and was challenged",
        Acceptance::Ignored => "its numbers fit nothing that its receiver expected",
        _ => "both sides talked on",
    };
    let odd = stray::forged_in_vain(evidence).map(|(_, rst, usual)| {
        let ttl = rst.ttl;
        format!("; its TTL is {ttl}, all other segments of the {side} have {usual} and timestamps, which it has not")
    });
    let ahead = lost.map(|bytes| {
        format!(", since {bytes} bytes that the {side} had said before it were lost; what refuses the challenge says the same")
    });
    let more = odd.or(ahead).unwrap_or_default();
    let says = format!("a RST with the {side}'s address did not take effect: {why}{more}");
    let mut facts = vec![Fact::at(rst.frame, says)];
    let (ours, zeek) = (evidence.how.by_rst(), evidence.close.conn_state.by_rst());
    if zeek && !ours {
        let says = format!(
            "Zeek's conn_state {} counts it all the same: Zeek checks no sequence numbers",
            evidence.close.conn_state
        );
        facts.push(Fact::of_all(says));
    }
    facts
}
