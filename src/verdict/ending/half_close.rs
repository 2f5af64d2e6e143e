//! A FIN that was not the end: its sender would say no more, and read on (RFC 9293 §3.6, case 1).
//!
//! `shutdown(SHUT_WR)` and `close` send the same FIN. What tells them apart is what comes next: a host refuses data for a socket
//! that was closed (RFC 1122 §4.2.2.13), and acknowledges it for one that is still read.

use crate::decode::SeqNumber;
use crate::flow::{Close, Half, Side};
use crate::time::Span;

use crate::verdict::ending::Fins;
use crate::verdict::evidence::{Evidence, Shape, Talk};
use crate::verdict::{Fact, How, ending, talk};

/// Whose FIN began the end: the first one, unless it was a half-close of the client, or crossed the FIN that the server had announced.
pub(in crate::verdict) fn closer(close: &Close, fins: Fins<'_>) -> Option<Side> {
    match ending::fin_by(close, fins) {
        Some(Side::Client) if reads_on(close, fins) => fins.of_side(Side::Server).map(|_| Side::Server),
        Some(Side::Client) if server_announced(close, fins) => Some(Side::Server),
        other => other,
    }
}

/// Had the server said in HTTP/2 that it would end (GOAWAY) when the client did, and ended without having heard that?
fn server_announced(close: &Close, fins: Fins<'_>) -> bool {
    let fins = fins.of_side(Side::Client).zip(fins.of_side(Side::Server));
    let said = close.exchange.http2().and_then(|http2| http2.goaway.at(close.end(Side::Server)).as_ref());
    fins.zip(said)
        .is_some_and(|((client, server), said)| said.serial < client.serial && server.ack.before(client.end))
}

/// Did the client's host acknowledge payload after its own FIN, and never refuse any?
fn reads_on(close: &Close, fins: Fins<'_>) -> bool {
    read_after_fin(close, fins).is_some() && !refused(close)
}

fn refused(close: &Close) -> bool {
    close.reset.as_ref().is_some_and(|reset| close.side(reset.by) == Side::Client)
}

/// How many bytes of the server's the client's host acknowledged after its own FIN.
fn read_after_fin(close: &Close, fins: Fins<'_>) -> Option<u32> {
    let fin = fins.of_side(Side::Client)?;
    let (client, server) = (close.half_before(Side::Client), close.half_before(Side::Server));
    let read = payload_up_to(server, client.rcv_nxt).offset_from(fin.ack);
    u32::try_from(read).ok().filter(|&read| read > 0)
}

/// The same number, before the FIN if that is the last that it counts.
fn payload_up_to(sender: &Half, ack: SeqNumber) -> SeqNumber {
    if sender.has_fin() && !sender.fin_end.after(ack) { sender.fin_end.minus(1) } else { ack }
}

/// Has the client half-closed and read on?
pub(in crate::verdict) fn is_one(evidence: &Evidence<'_>) -> bool {
    evidence.fin_by == Some(Side::Client) && reads_on(evidence.close, evidence.fins)
}

/// May the client's FIN have been a half-close, of which nothing came to be read? It followed at once on a whole request, or the
/// server took its time to end the connection and did that by itself.
pub(in crate::verdict) fn may_be_one(evidence: &Evidence<'_>) -> bool {
    let at_once =
        evidence.talk == Talk::Awaiting && evidence.idle_before.is_some_and(|idle| idle < talk::QUIET);
    let may_be =
        evidence.closer == Some(Side::Client) && !is_unfinished(evidence) && !refused(evidence.close);
    may_be && (at_once || server_ended_later(evidence).is_some())
}

/// Nobody says that he has said all in the midst of a request.
fn is_unfinished(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.request_unfinished()
}

/// How long after the client's FIN the server ended the connection, if it was no mere answer to that FIN.
pub(in crate::verdict) fn server_ended_later(evidence: &Evidence<'_>) -> Option<Span> {
    let may_be = evidence.closer == Some(Side::Client) && !is_unfinished(evidence);
    let closed = evidence.fin(Side::Client).filter(|_| may_be)?;
    let ended = match evidence.how {
        How::Fin => evidence.fin(Side::Server)?.ts,
        How::FinThenReset if evidence.shape == Shape::Active && !refused(evidence.close) => {
            evidence.end_time()
        }
        _ => return None,
    };
    let later = ended.since(closed.ts);
    (later >= talk::QUIET).then_some(later)
}

/// What to ask of a server that ended while a client that had half-closed read on.
pub(in crate::verdict) fn hint(evidence: &Evidence<'_>) -> &'static str {
    if is_one(evidence) { " It may have taken the client's half-close for leaving." } else { "" }
}

/// What the client did after its FIN.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let read = read_after_fin(evidence.close, evidence.fins).filter(|_| is_one(evidence))?;
    let frame = evidence.fin_frame(Side::Client)?;
    let fact = format!(
        "the client half-closed (FIN): its host acknowledged {read} bytes after that, which it refuses for a closed socket"
    );
    Some(Fact::at(frame, fact))
}
