//! What was said after the first FIN, and whether it mattered.

use crate::decode::SeqNumber;
use crate::flow::{Fin, Owed, Recent, Response, Side};
use crate::time::Span;
use crate::verdict::ending::gave_up;
use crate::verdict::evidence::Shape;
use crate::verdict::{Evidence, How};

use super::after_goodbye::farewell_crossed;
use super::farewell::{goodbyes_crossed, hung_up_on_goodbye};
use super::{EMPTY_FRAME, HALF_RING, TLS_RECORD, ends_at_close};

/// Who was the last to say something, beyond what TLS says for itself, after the first FIN; of HTTP only where nothing but the end tells
/// that an answer is whole.
pub(in crate::verdict) fn said_after(evidence: &Evidence<'_>) -> Option<Side> {
    let unframed = !evidence.exchange.is_framed() || ends_at_close(evidence);
    let now = evidence.close.exchange.turn.filter(|_| evidence.closer.is_some() && unframed)?;
    let more = evidence.exchange.turn.is_none_or(|turn| (turn.seq, turn.bytes) != (now.seq, now.bytes));
    more.then(|| evidence.close.side(now.by))
}

/// Did the server say something after the client's FIN that the client's host refused?
pub(in crate::verdict) fn went_on(evidence: &Evidence<'_>) -> bool {
    let client = Some(Side::Client);
    (evidence.closer, evidence.rst_claimed) == (client, client)
        && (said_after(evidence) == Some(Side::Server) || was_under_way(evidence))
        && !evidence.answers_alert()
        && !hung_up_on_goodbye(evidence)
        && !goodbyes_crossed(evidence)
}

/// Is what the client's host refused something that the server had said before it heard of the client's FIN, which had not had that?
fn was_under_way(evidence: &Evidence<'_>) -> bool {
    let unframed = !evidence.exchange.is_framed() || ends_at_close(evidence);
    let refused = evidence.reset().filter(|_| unframed && evidence.shape == Shape::Reply);
    let prompt = refused.and_then(|reset| reset.prompt).filter(|prompt| prompt.len > 0);
    let crossed = |(fin, prompt): (Fin, Recent)| prompt.serial < fin.serial && !prompt.seq.before(fin.ack);
    evidence.fin(Side::Client).zip(prompt).is_some_and(crossed)
}

/// Did the client end it when it had nothing yet of what the server had said last, by its own acknowledgement? That was on its way.
pub(in crate::verdict) fn answer_under_way(evidence: &Evidence<'_>) -> bool {
    let Some(turn) = evidence.exchange.turn else { return false };
    let asked =
        evidence.exchange.turn_before.is_some_and(|asked| evidence.close.side(asked.by) == Side::Client);
    let answers = asked && evidence.close.side(turn.by) == Side::Server && turn.bytes < HALF_RING;
    let without = |(by, ack): (Side, SeqNumber)| by == Side::Client && !ack.after(turn.seq);
    // Goodbyes cross.
    let goodbye = evidence.exchange.websocket().is_some()
        || super::farewell::said_goodbye(evidence, Side::Server)
        || evidence.close.exchange.trailing_own_bytes(turn.by) > 0;
    // Whoever speaks on did not end it.
    let went_on = evidence
        .reset()
        .is_some_and(|reset| evidence.shape == Shape::Active && reset.after.at(reset.by).first.is_some());
    answers && !goodbye && !went_on && gave_up::had_up_to(evidence).is_some_and(without)
}

/// How long the client had waited when it left, if the answer was on its way by then.
pub(in crate::verdict) fn waited_for_answer(evidence: &Evidence<'_>) -> Option<Span> {
    let asked = evidence.exchange.turn_before.filter(|_| answer_under_way(evidence))?;
    let end = evidence.fin(Side::Client).map_or(evidence.end_time(), |fin| fin.ts);
    Some(end.since(asked.start))
}

/// The frame of the data that the RST answers, if it came after the close.
pub(in crate::verdict) fn written_after(evidence: &Evidence<'_>, closer: Side) -> Option<u64> {
    let prompt = evidence.reset()?.prompt.filter(|prompt| prompt.len > 0)?;
    let fin = evidence.fin(closer).filter(|_| !evidence.answers_nothing_new())?;
    (prompt.serial > fin.serial).then_some(prompt.frame)
}

/// Was all that the server said after the client's FIN as short as the end of a stream of HTTP/2, be it in TLS? Its client may have had
/// the whole answer by the length that its head told.
pub(in crate::verdict) fn only_a_stream_ended_after(evidence: &Evidence<'_>) -> bool {
    let fin = evidence.fin(Side::Client).filter(|_| evidence.closer == Some(Side::Client));
    let server = evidence.close.end(Side::Server);
    let after = |recent: &&Recent| fin.is_some_and(|fin| recent.by == server && recent.serial > fin.serial);
    let said: u32 = evidence.close.recent.iter().filter(after).map(|recent| recent.len).sum();
    let longest = match (evidence.exchange.http2(), evidence.exchange.tls()) {
        (Some(_), _) if evidence.close.exchange.owed() == Some(Owed::Nothing) => EMPTY_FRAME,
        (None, Some(_)) if went_on(evidence) => EMPTY_FRAME + TLS_RECORD,
        _ => return false,
    };
    (1..=longest).contains(&said)
}

/// Did nothing but TLS's own records (alerts, tickets) come after the FIN of `closer`, which had had everything before?
pub(in crate::verdict) fn only_tls_after(evidence: &Evidence<'_>, closer: Side) -> bool {
    let Some(fin) = evidence.fin(closer).filter(|_| evidence.exchange.tls().is_some()) else { return false };
    let prompt = evidence.reset().and_then(|reset| reset.prompt);
    let had_all = prompt.is_some_and(|prompt| prompt.seq == fin.ack);
    let asked = evidence.request_crossed && !farewell_crossed(evidence);
    had_all && !asked && evidence.close.exchange.turn == evidence.exchange.turn
}

/// Did the client close when it had all its answers in HTTP/1, be it to a request that it then broke off, and the server then say an error? It
/// answers nothing that anybody waits for: Node's 400 to the rest of an upload that never comes, a 408 to a request that nobody began.
pub(in crate::verdict) fn only_a_complaint(evidence: &Evidence<'_>) -> bool {
    let left = evidence.how == How::FinThenReset && evidence.closer == Some(Side::Client);
    let answered = evidence.exchange.owed() == Some(Owed::Nothing) && evidence.close.gaps == 0;
    let (Some(before), Some(after)) = (evidence.exchange.http(), evidence.close.exchange.http()) else {
        return false;
    };
    let complains = |response: &Response| (400..600).contains(&response.status);
    let other = after.response != before.response && after.response.as_ref().is_some_and(complains);
    left && answered && before.requests > 0 && after.requests == before.requests && other
}

/// Did nothing but HTTP/2's own frames come after the first FIN, with every answer whole?
pub(in crate::verdict) fn only_http2_after(evidence: &Evidence<'_>) -> bool {
    let whole = evidence.exchange.owed() == Some(Owed::Nothing) && !evidence.request_crossed;
    let same = evidence.close.exchange.turn == evidence.exchange.turn;
    whole && evidence.exchange.http2().is_some() && evidence.closer.is_some() && same && !evidence.lost_data()
}
