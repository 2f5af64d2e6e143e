//! What the two programs owed each other when the end began: whose turn it was.

use crate::flow::{BodyLength, Close, Exchange, Half, Http, Marks, Side, Turn};
use crate::time::Span;

use super::evidence::{Evidence, Shape, shape};

/// A pause that is longer than any between two segments of one answer: Linux's shortest retransmission timeout (200 ms,
/// `TCP_RTO_MIN`) and a delayed acknowledgement (40 ms, `TCP_DELACK_MIN`) on top.
pub(super) const QUIET: Span = Span::from_millis(250);

/// What the two programs owed each other at the first FIN or RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// Nothing was ever said.
    Nothing,
    /// The client has spoken last and waits for the first byte of an answer.
    Awaiting,
    /// The answer has begun; it is not whole, or nobody can tell that it is.
    Answering,
    /// The last answer is whole.
    Complete,
}

/// Did the server end without having had the client's last message? Then its FIN, or the RST of its live socket, does not
/// acknowledge it: the two crossed.
pub(super) fn crossed(close: &Close, exchange: &Exchange, fin_by: Option<Side>) -> bool {
    let Some(turn) = exchange.turn.filter(|turn| close.side(turn.by) == Side::Client) else { return false };
    let had_up_to = match (fin_by, &close.reset) {
        (Some(Side::Server), _) => close.fins.at(close.end(Side::Server)).map(|fin| fin.ack),
        (None, Some(reset)) if close.side(reset.by) == Side::Server && shape(reset) == Shape::Active => {
            Some(reset.rst.ack)
        }
        _ => None,
    };
    had_up_to.is_some_and(|ack| !ack.after(turn.seq))
}

/// What was owed at the first FIN or RST.
pub(super) fn talk(evidence: &Evidence<'_>) -> Talk {
    let Some(turn) = evidence.exchange.turn else { return Talk::Nothing };
    if evidence.request_crossed {
        return if evidence.exchange.turn_before.is_some() { Talk::Complete } else { Talk::Nothing };
    }
    let client_spoke_last = evidence.close.side(turn.by) == Side::Client;
    let http = evidence.http().filter(|http| http.requests > 0);
    if let Some(known) = http.and_then(|http| http_talk(evidence, http, &turn)) {
        return known;
    }
    if client_spoke_last && !answer_unseen(evidence) {
        return Talk::Awaiting;
    }
    // A server that speaks first greets; nothing is owed until the client has asked.
    let greeting = evidence.exchange.turns == 1 && answer_acknowledged(evidence);
    let fin_delimits = evidence.fin_by.is_some() || greeting;
    if fin_delimits || (answer_acknowledged(evidence) && is_quiet(evidence)) {
        Talk::Complete
    } else {
        Talk::Answering
    }
}

/// Has the client acknowledged more of the server's data than the capture holds? Then an answer may be among it.
fn answer_unseen(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    server.seen() && client.marks.has(Marks::ACKED) && client.rcv_nxt.after(server.snd_nxt)
}

/// Everything that the server said was acknowledged, and it could have said more: a shut window ends no answer.
fn answer_acknowledged(evidence: &Evidence<'_>) -> bool {
    let server: &Half = evidence.close.half_before(Side::Server);
    let client = evidence.close.half_before(Side::Client);
    server.all_acked_by(client) && client.edge.after(server.snd_nxt)
}

fn is_quiet(evidence: &Evidence<'_>) -> bool {
    evidence.idle_before.is_some_and(|idle| idle >= QUIET)
}

/// What HTTP tells; `None` where it does not tell, so that turns have to.
fn http_talk(evidence: &Evidence<'_>, http: &Http, turn: &Turn) -> Option<Talk> {
    let server_closed = evidence.fin_by == Some(Side::Server);
    let client_spoke_last = evidence.close.side(turn.by) == Side::Client;
    if !http.awaits_response() {
        return Some(Talk::Complete);
    }
    match http.response.as_ref().map(|response| response.length) {
        None if client_spoke_last && !answer_unseen(evidence) => Some(Talk::Awaiting),
        // A chunk's end that was cut off by the snaplen cannot be missed.
        Some(BodyLength::Chunked) if evidence.seen().cut => None,
        Some(BodyLength::UntilClose) if server_closed => Some(Talk::Complete),
        Some(BodyLength::Bytes(_) | BodyLength::Chunked | BodyLength::UntilClose) => Some(Talk::Answering),
        // It said something that is no HTTP, or a head that was not read to its end.
        None | Some(BodyLength::Unknown) => None,
    }
}
