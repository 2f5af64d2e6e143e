//! Requests that the server's FIN leaves without an answer: they crossed it on the way, or were sent when it had come. No answer can follow a
//! FIN (RFC 9293 §3.6), whether a RST tells that, or the server reads on for a while and says nothing (lingering close).

use crate::flow::{Fin, Side, Turn};
use crate::verdict::evidence::{Evidence, Shape, Talk};
use crate::verdict::{Fact, How, Sender, facts};

use super::unused;

/// A whole exchange, and the next request.
const EXCHANGE: u32 = 2;

/// The request between two exchanges that no RST of the server's refused.
pub(in crate::verdict) fn between(evidence: &Evidence<'_>) -> Option<Turn> {
    let (turn, _) = asked_in_vain(evidence)?;
    let before = evidence.exchange;
    let answered = before.turns >= EXCHANGE + u32::from(evidence.request_crossed);
    // Of an upload that was answered early comes the rest. But what crossed the FIN may be long.
    let whole = evidence.request_crossed || !before.request_unfinished();
    let idle = evidence.talk == Talk::Complete && answered && whole;
    (idle && before.is_framed() && unused::waited(evidence).is_none()).then_some(turn)
}

/// The first request of a connection on which the server had waited for one in vain, without a word.
pub(in crate::verdict) fn first(evidence: &Evidence<'_>) -> Option<Turn> {
    let silent = !evidence.close.half(Side::Server).has_data();
    let (turn, _) = asked_in_vain(evidence).filter(|_| silent)?;
    unused::waited(evidence).map(|_| turn)
}

/// What the client asked, in a protocol that tells requests, and the FIN that had not acknowledged it. The server's host took it in silence; the
/// client ended by a FIN, or aborted.
fn asked_in_vain(evidence: &Evidence<'_>) -> Option<(Turn, Fin)> {
    let fin = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server))?;
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client)) && evidence.shape == Shape::Active;
    let unrefused = evidence.how == How::Fin || evidence.how == How::FinThenReset && by_client;
    let (before, after) = (evidence.exchange, &evidence.close.exchange);
    let (client, asked) = after.last_request().filter(|_| unrefused && after.is_framed())?;
    let late = after.requests() > before.requests() || evidence.request_crossed;
    let turn = after.turn.filter(|turn| turn.by == client && late && !fin.ack.after(asked))?;
    Some((turn, fin))
}

/// Did somebody ask in vain so?
pub(in crate::verdict) fn is_one(evidence: &Evidence<'_>) -> bool {
    between(evidence).or_else(|| first(evidence)).is_some()
}

/// What it looked like.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let (turn, fin) = asked_in_vain(evidence).filter(|_| is_one(evidence))?;
    let name = facts::request_name_at_close(evidence);
    let says = if evidence.request_crossed {
        let later = fin.ts.since(turn.start);
        format!("{name} crossed it on the way: the FIN, {later} later, does not acknowledge it")
    } else {
        format!("{name} was sent all the same, {} later", turn.start.since(fin.ts))
    };
    Some(Fact::at(turn.frame, format!("{says}, and no answer can follow a FIN")))
}
