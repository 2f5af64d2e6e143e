//! What the capture does not hold of an answer, though something else tells that it was given.

use crate::decode::SeqNumber;
use crate::flow::{Close, Marks, Moment, ObservedUntil, Owed, Recent, Reset, Side, Turn};
use crate::time::Span;

use crate::verdict::evidence::{Evidence, Talk};
use crate::verdict::{How, ending, harm};

use super::challenged;

/// When Linux first repeats a SYN (RFC 6298 §2).
const AGAIN: Span = Span::from_secs(1);

/// Has the client acknowledged more of the server's data than the capture holds? Then an answer may be among it.
pub(in crate::verdict) fn answer_unseen(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    // A hole that the client has not acknowledged either is one of the network.
    let hole = server.marks.has(Marks::HOLE) && client.rcv_nxt.after(server.hole_start);
    let missing = server.marks.has(Marks::GAP) || hole;
    if fin_behind_hole(evidence)
        || acknowledged_by_abort(evidence)
        || counted_by_abort(evidence)
        || answered_ahead(evidence)
    {
        return true;
    }
    if !server.seen() {
        return client.marks.has(Marks::ACKED) && acknowledged_since(evidence);
    }
    let more = client.marks.has(Marks::ACKED) && (missing || client.rcv_nxt.after(server.snd_nxt));
    more && may_answer(evidence) || begins_unseen(evidence)
}

/// May what is missing answer the client's last message? What that acknowledged itself came before it.
fn may_answer(evidence: &Evidence<'_>) -> bool {
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client);
    asked.is_none() || acknowledged_since(evidence)
}

/// Does the capture miss something that was said last, as the other side's acknowledgements tell, its RST's among them? Then nobody knows what
/// was owed.
pub(in crate::verdict) fn last_words_unseen(evidence: &Evidence<'_>) -> bool {
    [Side::Client, Side::Server].into_iter().any(|side| {
        let (me, peer) = (evidence.close.half_before(side), evidence.close.half_before(side.peer()));
        let by_rst = ending::acknowledged_by_rst(evidence.close, side.peer());
        let beyond = |ack: SeqNumber| ack.after(me.snd_nxt);
        let torn = me.marks.has(Marks::GAP) && evidence.talk == Talk::Nothing;
        torn || me.seen()
            && (by_rst.is_some_and(beyond) || peer.marks.has(Marks::ACKED) && beyond(peer.rcv_nxt))
    })
}

/// Is the end of what the server said missing, though the client acknowledged it?
pub(in crate::verdict) fn end_unseen(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    server.marks.has(Marks::GAP) && server.misses_its_end(client)
}

/// Did the server say something behind a hole that the network tore and nobody filled? Its program had begun to answer, though not one byte
/// of that reached the client's.
pub(in crate::verdict) fn answer_behind_hole(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    let torn = server.marks.has(Marks::HOLE) && !client.rcv_nxt.after(server.hole_start);
    let said = if server.has_fin() { server.fin_end.minus(1) } else { server.snd_nxt };
    if had_said_nothing(evidence, server.hole_start) {
        return false;
    }
    let lost = ending::never_arrived(evidence.close, Side::Server) && said != server.hole_start;
    let counted = challenged::abort(evidence).is_some_and(|abort| {
        evidence.close.side(abort.by) == Side::Server && counts_more(evidence, abort.seq)
    });
    lost || counted || torn && server.snd_nxt.after(server.hole_end) && !server.has_fin()
}

/// Had the server said nothing beyond `begins` when it acknowledged the client's FIN? What is missing from there on was said to nobody.
fn had_said_nothing(evidence: &Evidence<'_>, begins: SeqNumber) -> bool {
    let server = evidence.close.end(Side::Server);
    let Some(fin) = evidence.fin(Side::Client).filter(|_| evidence.closer == Some(Side::Client)) else {
        return false;
    };
    let heard = |own: &Recent| own.flags.ack() && !own.flags.rst() && !own.ack.before(fin.end);
    evidence
        .close
        .recent
        .iter()
        .any(|own| own.by == server && own.len == 0 && own.seq == begins && heard(own))
}

/// How much of what the client said last did not arrive, though something behind it did: bytes that were lost between it and this capture.
pub(in crate::verdict) fn missing_of_request(evidence: &Evidence<'_>) -> Option<u32> {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    let torn = client.marks.has(Marks::HOLE) && !server.rcv_nxt.after(client.hole_start);
    let missing = u32::try_from(client.hole_end.offset_from(client.hole_start)).ok()?;
    (torn && evidence.talk == Talk::Awaiting).then_some(missing).filter(|&missing| missing > 0)
}

/// Did not even the beginning of an answer arrive that was given? One that had begun may have a hole as well.
pub(in crate::verdict) fn beginning_lost(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.owed() == Some(Owed::Answer) && answer_behind_hole(evidence)
}

/// What is said of an answer to `request` of which nothing was captured.
pub(in crate::verdict) fn told(evidence: &Evidence<'_>, request: &str) -> Option<String> {
    let asked = evidence.exchange.turn.is_some_and(|turn| evidence.close.side(turn.by) == Side::Client);
    match () {
        () if beginning_lost(evidence) => {
            Some(format!("{request} was answered, but what that began with never arrived"))
        }
        () if asked && answer_unseen(evidence) => {
            Some(format!("the answer to {request} is not in the capture"))
        }
        () => None,
    }
}

/// Does the snaplen hide what the server said?
pub(in crate::verdict) fn is_cut_short(evidence: &Evidence<'_>) -> bool {
    let server = evidence.close.end(Side::Server);
    let cut = evidence.close.half_before(Side::Server).marks.has(Marks::CUT);
    cut && evidence.close.exchange.is_blind(server)
}

/// Does the snaplen hide some of what either side said, so that it may be something else than what it passes for?
pub(in crate::verdict) fn words_are_hidden(evidence: &Evidence<'_>) -> bool {
    [Side::Client, Side::Server].into_iter().any(|side| {
        let end = evidence.close.end(side);
        let hidden = || match evidence.exchange.tls() {
            Some(tls) => tls.has_missed(end) && (ended_unseen(evidence) || may_be_tickets(evidence)),
            None => [evidence.exchange, &evidence.close.exchange].iter().any(|said| said.is_blind(end)),
        };
        evidence.close.half(side).marks.has(Marks::CUT) && hidden()
    })
}

/// Did the server close first? Whether it had said goodbye by then, or was cut off, is hidden.
fn ended_unseen(evidence: &Evidence<'_>) -> bool {
    evidence.closer == Some(Side::Server)
}

/// Is what the server answered in TLS no more than two tickets of TLS 1.3 take?
fn may_be_tickets(evidence: &Evidence<'_>) -> bool {
    const TICKETS: u64 = 600;
    let by_server = |turn: &Turn| evidence.close.side(turn.by) == Side::Server;
    let said = evidence.exchange.turn.filter(by_server);
    let version13 = evidence.exchange.tls().is_some_and(|tls| tls.version13 == Some(true));
    version13 && evidence.exchange.turns <= 2 && said.is_some_and(|turn| turn.bytes <= TICKETS)
}

/// Is what the server began with missing? The client had acknowledged less before, and not only by what a FIN takes, and has all of it now.
fn begins_unseen(evidence: &Evidence<'_>) -> bool {
    let (client, server) = (evidence.close.client, evidence.close.half_before(Side::Server));
    let has_it = !evidence.close.half_before(Side::Client).rcv_nxt.before(server.iss.plus(1));
    let less = |recent: &Recent| recent.by == client && recent.flags.ack() && recent.ack.before(server.iss);
    has_it && !server.marks.has(Marks::SYN) && evidence.close.recent.iter().any(less)
}

/// Did the server acknowledge what the client said last together with data, which was captured before it? The capture is not in the order of
/// the wire.
fn answered_ahead(evidence: &Evidence<'_>) -> bool {
    let Some(turn) = evidence.exchange.turn else { return false };
    let half = evidence.close.halves.at(turn.by);
    let swapped = half.marks.has(Marks::SWAPPED) || half.marks.has(Marks::FORESTALLED);
    let end = turn.seq.plus(u32::try_from(turn.bytes).unwrap_or(u32::MAX));
    let begun = Moment { ts: turn.start, frame: turn.frame };
    let mut kept = evidence.close.recent.iter();
    let begins = kept.clone().position(|recent| recent.by == turn.by && recent.is_at(begun));
    let answers = |recent: &Recent| recent.by != turn.by && recent.len > 0 && !recent.ack.before(end);
    swapped && begins.is_some_and(|at| kept.by_ref().take(at).any(answers))
}

/// Does a hole that nobody filled lie before the server's FIN?
pub(in crate::verdict) fn fin_behind_hole(evidence: &Evidence<'_>) -> bool {
    let server = evidence.close.half_before(Side::Server);
    let unfilled = server.marks.has(Marks::HOLE) && server.has_fin();
    unfilled && !ending::never_arrived(evidence.close, Side::Server)
}

/// Does the RST of the client's live socket acknowledge more than was captured? Its kernel had received that.
pub(in crate::verdict) fn acknowledged_by_abort(evidence: &Evidence<'_>) -> bool {
    let had = ending::acknowledged_by_rst(evidence.close, Side::Client);
    had.is_some_and(|had| had.after(evidence.close.half_before(Side::Server).snd_nxt))
}

/// Does the RST with which the server's live socket ended it count more than was captured? What took effect without a challenge lay where the client
/// expected it, so that it had received that.
fn counted_by_abort(evidence: &Evidence<'_>) -> bool {
    let aborts = |reset: &&Reset| evidence.close.side(reset.by) == Side::Server && reset.rst.flags.ack();
    let effective = evidence.reset().filter(aborts).filter(|_| evidence.how == How::Reset);
    effective.is_some_and(|reset| counts_more(evidence, reset.rst.seq))
}

/// Does a RST of the server's with this number lie behind more than it was seen to say, of which a FIN takes one number?
fn counts_more(evidence: &Evidence<'_>, seq: SeqNumber) -> bool {
    let server = evidence.close.half_before(Side::Server);
    server.seen() && seq.after(server.snd_nxt.plus(1))
}

/// Only the client was captured: has it acknowledged more since it spoke than a FIN takes?
fn acknowledged_since(evidence: &Evidence<'_>) -> bool {
    let Some(turn) = evidence.exchange.turn else { return false };
    let said = |recent: &&Recent| recent.by == turn.by && recent.seq == turn.seq && recent.len > 0;
    let asked = evidence.close.recent.iter().find(said);
    let rcv_nxt = evidence.close.half_before(Side::Client).rcv_nxt;
    // So many segments later that the request is not among the kept ones it is not known; most of them acknowledged something.
    asked.is_none_or(|asked| rcv_nxt.after(asked.ack.plus(1)))
}

/// How long the watching went on after the only SYN, if it ended before anybody could say that there is no answer.
pub(in crate::verdict) fn answer_cut_off(evidence: &Evidence<'_>) -> Option<Span> {
    last_syn_cut_off(evidence).filter(|_| harm::asked_once(evidence))
}

/// The same behind the last of several SYNs.
pub(in crate::verdict) fn last_syn_cut_off(evidence: &Evidence<'_>) -> Option<Span> {
    let Close { until, last, closed_at, .. } = evidence.close;
    let left = closed_at.since(last.ts);
    let ended = matches!(until, ObservedUntil::Eof | ObservedUntil::Stopped) && left < AGAIN;
    ended.then_some(left)
}
