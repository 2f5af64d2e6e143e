//! What was said after the first FIN, and whether it mattered.

use crate::flow::{Owed, Recent, Side};
use crate::verdict::Evidence;

use super::farewell::{goodbyes_crossed, hung_up_on_goodbye};
use super::{EMPTY_FRAME, TLS_RECORD, ends_at_close};

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
        && said_after(evidence) == Some(Side::Server)
        && !evidence.answers_alert()
        && !hung_up_on_goodbye(evidence)
        && !goodbyes_crossed(evidence)
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
    had_all && evidence.close.exchange.turn == evidence.exchange.turn
}

/// Did nothing but HTTP/2's own frames come after the first FIN, with every answer whole?
pub(in crate::verdict) fn only_http2_after(evidence: &Evidence<'_>) -> bool {
    let whole = evidence.exchange.owed() == Some(Owed::Nothing) && !evidence.request_crossed;
    let same = evidence.close.exchange.turn == evidence.exchange.turn;
    whole && evidence.exchange.http2().is_some() && evidence.closer.is_some() && same && !evidence.lost_data()
}
