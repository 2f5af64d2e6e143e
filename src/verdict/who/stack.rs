//! The stack's reason for a RST: Linux's own names (`enum sk_rst_reason`), those that fit the packets, likeliest first.
//!
//! Reasons that look the same on the wire are listed together and ordered by what went before. Other systems have the
//! same mechanisms without the names.

use crate::flow::{FlowKey, Marks, Recent, Reset, Side};

use crate::verdict::ending::{never_taken, shut_window, silence, together};
use crate::verdict::evidence::{Evidence, Shape, Talk};
use crate::verdict::talk::{unheeded, unread, version};
use crate::verdict::{How, Sender, talk};

const ACTIVE: &[&str] = &["abort_on_close", "state"];

/// The reasons that fit; none where a device sent the RST, since no stack had one.
#[must_use]
pub(in crate::verdict) fn reasons(evidence: &Evidence<'_>) -> Vec<&'static str> {
    let (Some(reset), Some(Sender::Side(side))) = (evidence.reset(), evidence.rst_by) else {
        return Vec::new();
    };
    match (evidence.how, evidence.shape) {
        (How::Refused, _) => refused(evidence),
        (_, Shape::Active) => active(evidence, reset, side),
        (_, Shape::Reply) => reply(evidence, reset, side),
        (_, Shape::SynReply) => vec!["no_socket", "invalid_syn"],
        (_, Shape::Odd) => vec!["not_specified"],
    }
}

fn refused(evidence: &Evidence<'_>) -> Vec<&'static str> {
    let answered_before = evidence.close.half_before(Side::Server).marks.has(Marks::SYN);
    if answered_before { vec!["invalid_syn", "no_socket"] } else { vec!["no_socket"] }
}

/// A live socket gave up. Unread data and SO_LINGER 0 cannot be told apart on the wire; who had spoken last tells which
/// is likelier.
fn active(evidence: &Evidence<'_>, reset: &Reset, side: Side) -> Vec<&'static str> {
    if crate::verdict::ending::probes::ran_out(evidence) {
        return vec!["keepalive_timeout", "state"];
    }
    if evidence.fin_frame(side).is_some() {
        return vec!["abort_on_close", "abort_on_linger", "abort_on_memory", "state"];
    }
    let mut fits = ACTIVE.to_vec();
    if !left_unread(evidence, reset, side) {
        fits.reverse();
    }
    fits.extend(probes_unseen(evidence, side).then_some("keepalive_timeout"));
    fits.extend(["abort_on_memory", "disconnect_with_data"]);
    fits
}

/// May this side have probed in vain? Probes are captured like everything else.
fn probes_unseen(evidence: &Evidence<'_>, side: Side) -> bool {
    let seen = evidence.seen();
    let probed = evidence.close.half_before(side).marks.has(Marks::PROBED);
    probed || !seen.both_sides || seen.gaps > 0
}

/// Is it likelier that data was unread than that the abort was meant?
///
/// A client that has its whole answer has read it; one that leaves in the middle has not. A server that aborts on a short
/// request that arrived whole (HTTP, a ClientHello) has mostly read it, since servers read such at once; of other
/// protocols, and of requests that are still arriving, that is not known.
fn left_unread(evidence: &Evidence<'_>, reset: &Reset, side: Side) -> bool {
    let peer_began = reset.before.at(reset.by.peer()).has_data();
    if !peer_began {
        return false;
    }
    match (side, evidence.talk) {
        (Side::Client, talk) => {
            evidence.in_tls_handshake
                || (talk == Talk::Answering && more_came(evidence, reset))
                || unread::are_tickets(evidence)
                || unheeded::unheeded(evidence).is_some()
        }
        // A listener that is closed resets whoever waits in its queue (`inet_csk_listen_stop`), whatever they had sent.
        (Side::Server, _) if waited_in_queue(evidence) => false,
        // Who speaks another language has not understood what came.
        (Side::Server, _) if version::spoken(evidence).is_some() => true,
        // Who says that it takes nobody in, or nothing so long, does not read what came.
        (Side::Server, _) if talk::fatal(evidence).is_some() => true,
        (Side::Server, Talk::Awaiting) => {
            !evidence.in_tls_handshake
                && (!evidence.exchange.is_framed() || evidence.exchange.request_unfinished())
        }
        (Side::Server, _) => evidence.exchange.request_unfinished() || asked_behind_the_end(evidence),
    }
}

/// Was it reset together with others, and had the server served none of them?
fn waited_in_queue(evidence: &Evidence<'_>) -> bool {
    let unserved = !evidence.close.half_before(Side::Server).has_data();
    unserved && together::reset_in_a_row(evidence) && !shut_window::has_read(evidence, Side::Server)
}

/// Had the client asked on behind the answer with which the connection was over? Nobody reads that.
fn asked_behind_the_end(evidence: &Evidence<'_>) -> bool {
    let Some((http, turn)) = evidence.http().zip(evidence.exchange.turn) else { return false };
    http.is_over() && turn.by == http.client && evidence.exchange.turns > 2
}

/// Of an answer that is known to be cut, that fills many segments, or of which more came after the RST, something was on its way to be unread.
fn more_came(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    let long = evidence.exchange.turn.is_some_and(|turn| turn.bytes > talk::SHORT_ANSWER);
    evidence.exchange.is_framed() || long || evidence.lost_data() || reset.after.at(reset.by.peer()).news
}

/// No fitting socket. A socket in the last states of its close answers as one that is gone.
fn reply(evidence: &Evidence<'_>, reset: &Reset, side: Side) -> Vec<&'static str> {
    let prompt = reset.prompt;
    if is_handshake_answer(evidence, reset, prompt) {
        return handshake(evidence, prompt);
    }
    if side == Side::Server && never_taken::only_offers(evidence) {
        return vec!["flags", "no_socket"];
    }
    if evidence.fin_frame(side).is_none() {
        if evidence.close.stray_syn.as_ref().is_some_and(|syn| FlowKey::of(syn).1 == reset.by) {
            // It was connecting anew and met the acknowledgement of the old connection (RFC 9293 §3.5.1, figure 9).
            return vec!["invalid_ack_sequence", "no_socket"];
        }
        return match prompt {
            // A FIN that the capture lost leaves the same traces as a host that lost its state, but for the time that a restart takes.
            Some(_) if after_unseen_close(evidence, side) && silence::just_spoke(reset).is_some() => {
                vec!["abort_on_data", "timewait_socket", "no_socket", "flags"]
            }
            // Where a service listens, its listener answers (`tcp_rcv_state_process`).
            Some(_) if side == Side::Server && evidence.surroundings.accepted_around => {
                vec!["flags", "no_socket", "abort_on_data", "timewait_socket", "invalid_ack_sequence"]
            }
            Some(_) if side == Side::Server => {
                vec!["no_socket", "flags", "abort_on_data", "timewait_socket", "invalid_ack_sequence"]
            }
            _ => vec!["no_socket", "abort_on_data", "flags", "invalid_ack_sequence"],
        };
    }
    let own = evidence.close.half_before(side);
    let fin_acked = own.all_acked_by(evidence.close.half_before(side.peer()));
    let data = prompt.is_some_and(|prompt| prompt.len > 0);
    // A FIN that is acknowledged by an empty segment leaves a socket in TIME-WAIT's list (`tcp_time_wait`); one that the data itself
    // acknowledges is still that of the closed program (`tcp_rcv_state_process`).
    let by_data = || prompt.is_some_and(|prompt| !fin_acked_before(evidence, side, &prompt));
    match (fin_acked, data) {
        (true, true) if by_data() => vec!["abort_on_data", "timewait_socket", "no_socket"],
        (true, true) => vec!["timewait_socket", "no_socket", "abort_on_data", "flags"],
        // A program that waits for nothing (`TCP_LINGER2` below 0) is rid of its socket as its FIN is acknowledged, which that meets.
        (true, false) if by_data() => {
            vec!["abort_on_data", "no_socket", "timewait_socket", "abort_on_linger"]
        }
        (true, false) => vec!["no_socket", "timewait_socket", "abort_on_data", "abort_on_linger"],
        (false, _) => vec!["abort_on_data", "no_socket", "timewait_socket"],
    }
}

/// Had the FIN of `side` been acknowledged before this segment came?
fn fin_acked_before(evidence: &Evidence<'_>, side: Side, prompt: &Recent) -> bool {
    let Some(fin) = evidence.fin(side) else { return false };
    let before = evidence.close.recent.iter().filter(|recent| recent.serial < prompt.serial);
    before
        .filter(|recent| recent.by == prompt.by && recent.flags.ack())
        .any(|recent| !recent.ack.before(fin.end))
}

/// A kept-alive HTTP connection that was quiet between two requests: the server is likelier to have closed than crashed.
fn after_unseen_close(evidence: &Evidence<'_>, side: Side) -> bool {
    side == Side::Server && evidence.http().is_some_and(|http| http.answered > 0)
}

fn is_handshake_answer(evidence: &Evidence<'_>, reset: &Reset, prompt: Option<Recent>) -> bool {
    let silent = !evidence.close.half_before(evidence.close.side(reset.by)).has_data();
    let at_start = prompt
        .is_some_and(|prompt| prompt.flags.syn() || prompt.ack == reset.before.at(reset.by).iss.plus(1));
    silent && at_start && evidence.close.handshake_seen() && evidence.talk == Talk::Nothing
}

fn handshake(evidence: &Evidence<'_>, prompt: Option<Recent>) -> Vec<&'static str> {
    match prompt {
        Some(prompt) if prompt.flags.syn() => vec!["no_socket", "invalid_ack_sequence"],
        _ if evidence.rst_by == Some(Sender::Side(Side::Server)) => vec!["invalid_syn", "flags", "no_socket"],
        _ => vec!["no_socket"],
    }
}
