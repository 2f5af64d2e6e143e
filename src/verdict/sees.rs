//! What each program saw: the errno of its next call on Linux, by the order of events at its socket.
//!
//! `tcp_reset()` sets ECONNREFUSED in SYN-SENT, EPIPE in CLOSE-WAIT and ECONNRESET otherwise; the first call reports it,
//! and after that a read gives EOF and a write EPIPE.

use crate::flow::{Marks, Side};

use super::ending::{gave_up, multipath, undelivered, unseen};
use super::evidence::{Evidence, Shape};
use super::{How, Sees, Sender};

const ECONNRESET: &str = "ECONNRESET";
const EPIPE: &str = "EPIPE";
const EOF: &str = "EOF";
const ETIMEDOUT: &str = "ETIMEDOUT";

/// What the program on one side sees.
#[must_use]
pub(super) fn sees(evidence: &Evidence<'_>, side: Side) -> Sees {
    match evidence.how {
        How::Refused => on_connect(side, "ECONNREFUSED"),
        // It may have been answered a moment later.
        How::Unanswered if unseen::answer_cut_off(evidence).is_some() => Sees::default(),
        How::Unanswered => on_connect(side, icmp_errno(evidence)),
        How::Silent => silent(evidence, side),
        How::Fin => closed(evidence, side),
        How::Reset | How::FinThenReset => reset(evidence, side),
        How::Open => Sees::default(),
    }
}

fn on_connect(side: Side, errno: &'static str) -> Sees {
    Sees { connect: (side == Side::Client).then_some(errno), ..Sees::default() }
}

/// Linux: `icmp_err_convert` and `icmpv6_err_convert`.
fn icmp_errno(evidence: &Evidence<'_>) -> &'static str {
    let Some(icmp) = evidence.close.icmp.as_deref() else { return ETIMEDOUT };
    let v6 = icmp.src.addr.ip().is_ipv6();
    match (v6, icmp.kind, icmp.code) {
        (false, 3, 0 | 6 | 9 | 11) | (true, 1, 0) => "ENETUNREACH",
        (false, 3, 2) => "ENOPROTOOPT",
        (false, 3, 3) | (true, 1, 4) => "ECONNREFUSED",
        (true, 1, 1 | 5 | 6) => "EACCES",
        (false, 12, _) | (true, 4, _) => "EPROTO",
        _ => "EHOSTUNREACH",
    }
}

/// Only the side that repeats itself will ever know; the other one waits.
fn silent(evidence: &Evidence<'_>, side: Side) -> Sees {
    if !was_accepted(evidence) {
        let repeats = side == Side::Client && evidence.close.half(side).retransmits > 0;
        return if repeats { on_connect(side, icmp_errno(evidence)) } else { Sees::default() };
    }
    // Who had closed what the other had closed asks for nothing any more.
    if evidence.unanswered_side() != Some(side) || evidence.both_fins {
        return Sees::default();
    }
    // What ICMP says of a connection is kept, and told when the kernel gives up (`sk_err_soft` in `tcp_write_err`).
    let told = evidence.unreachable().is_some_and(|icmp| icmp.src == evidence.close.endpoint(side));
    let errno = if told { icmp_errno(evidence) } else { ETIMEDOUT };
    Sees { read: Some(errno), write: Some(errno), ..Sees::default() }
}

/// The peer's FIN gives EOF; writing still works, until the answer to it comes.
fn closed(evidence: &Evidence<'_>, side: Side) -> Sees {
    if evidence.fin_frame(side.peer()).is_none() {
        return Sees::default();
    }
    let open_for_writing = evidence.fin_frame(side).is_none() || evidence.fin_by == Some(side.peer());
    Sees { read: Some(EOF), write: open_for_writing.then_some("ok"), ..Sees::default() }
}

fn reset(evidence: &Evidence<'_>, side: Side) -> Sees {
    // A program that writes segments of its own has no socket that could tell it.
    let Some(rst) = evidence.reset().filter(|_| !evidence.close.is_probe()) else { return Sees::default() };
    if multipath::is_one_path(evidence.close) {
        return Sees::default();
    }
    let received = evidence.close.side(rst.by) != side;
    if side == Side::Server && (!was_accepted(evidence) || offers_on(evidence)) {
        return Sees::default();
    }
    if !received {
        return sender(evidence, side);
    }
    // Who aborts makes no call any more.
    if evidence.second_end.is_some_and(|second| second.side == side && second.aborted) {
        return Sees::default();
    }
    // Who answers no SYN+ACK knows no connection.
    if undelivered::was_missed(evidence, side)
        || undelivered::stayed_behind(evidence).is_some()
        || gave_up::half_open(evidence)
    {
        return Sees::default();
    }
    // The peer's FIN had been delivered: the socket was in CLOSE-WAIT.
    if fin_was_delivered(evidence, side) {
        return Sees { read: Some(EOF), write: Some(EPIPE), ..Sees::default() };
    }
    Sees { read: Some(ECONNRESET), write: Some(ECONNRESET), ..Sees::default() }
}

/// Linux keeps a connection whose client has not answered the SYN+ACK from the server's program, and drops it silently.
fn was_accepted(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half_before(Side::Client);
    !client.marks.has(Marks::SYN) || client.marks.has(Marks::ACKED)
}

/// Does a server repeat its SYN+ACK behind the client's answer, and say nothing else? It never had that.
fn offers_on(evidence: &Evidence<'_>) -> bool {
    let recent = &evidence.close.recent;
    let answer = recent.iter().position(|recent| recent.by == evidence.close.client && recent.flags.ack());
    let since = answer.and_then(|at| recent.get(at..)).unwrap_or_default();
    let mut own = since.iter().filter(|recent| recent.by != evidence.close.client && !recent.flags.rst());
    own.next().is_some_and(|first| first.flags.syn() && own.all(|later| later.flags.syn()))
}

/// The side that sent the RST knows what it did, unless its stack gave up for it.
fn sender(evidence: &Evidence<'_>, side: Side) -> Sees {
    if super::ending::probes::ran_out(evidence) && evidence.rst_claimed == Some(side) {
        return Sees { read: Some(ETIMEDOUT), write: Some(ETIMEDOUT), ..Sees::default() };
    }
    if evidence.rst_by == Some(Sender::Middlebox) && was_told_an_end(evidence) {
        return Sees { read: Some(EOF), write: Some("ok"), ..Sees::default() };
    }
    // A device spoke in its name.
    let told = was_told_too(evidence) && !undelivered::is_deaf(evidence, side);
    if evidence.rst_by == Some(Sender::Middlebox) && told {
        return Sees { read: Some(ECONNRESET), write: Some(ECONNRESET), ..Sees::default() };
    }
    Sees::default()
}

/// Was whoever a device spoke for told by a FIN, in the other's name, that there is no more to come, and not by a RST? That one was reset, and says
/// nothing any more.
fn was_told_an_end(evidence: &Evidence<'_>) -> bool {
    evidence.reset().is_some_and(|reset| {
        let other = reset.by.peer();
        let later = evidence.close.fins.at(other).is_some_and(|fin| fin.serial > reset.serial);
        later && reset.after.at(other).resets == 0 && evidence.shape == Shape::Active
    })
}

/// Does whoever a device spoke for learn of it? It was told the same, as most devices do that end a connection, or it speaks on, to a host
/// that knows the connection no more. One that rejects a segment answers whoever had sent that, and nobody else.
fn was_told_too(evidence: &Evidence<'_>) -> bool {
    evidence.reset().is_some_and(|reset| {
        let rejects = evidence.shape == Shape::Reply && reset.prompt.is_some();
        let told = reset.after.at(reset.by.peer()).resets > 0;
        !rejects || told || reset.after.at(reset.by).segments > 0
    })
}

/// Had the FIN of the other side reached this one before the RST? Delivered in order, it did, also where the RST answers something that had
/// crossed it: that RST has the number of the FIN (`tcp_reset_check`), or of what had been said before it, and then no effect, which the next
/// one has. Only a hole before the FIN would have kept it waiting.
fn fin_was_delivered(evidence: &Evidence<'_>, side: Side) -> bool {
    // Nobody tells it apart who gets one that a device sent.
    let forged = || evidence.forged_fin().filter(|(by, _)| *by == side.peer()).map(|(_, fin)| fin);
    let ends = evidence.fin(side.peer()).or_else(forged).zip(evidence.reset());
    ends.is_some_and(|(fin, reset)| {
        let had = !fin.end.after(reset.rst.seq);
        let sent_before = fin.serial < reset.serial;
        let peer = evidence.close.half_before(side.peer());
        // What was repeated without ever having said anything is the SYN+ACK.
        let repeated = peer.retransmits > 0 && peer.has_data();
        let acknowledged = !evidence.close.half_before(side).rcv_nxt.before(fin.end);
        had || sent_before && (acknowledged || !repeated)
    })
}
