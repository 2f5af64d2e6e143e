//! A WebSocket connection that ended without a Close frame, whatever TCP made of it: the programs see an error (RFC 6455 §7.1.5, code 1006).

use crate::flow::{Side, WebSocket};

use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence};
use crate::verdict::{Fact, How};

/// Did somebody end it without a word, as far as all frames could be read?
pub(in crate::verdict) fn is_broken_off(evidence: &Evidence<'_>) -> bool {
    let unclosed = evidence.exchange.websocket().is_some_and(WebSocket::is_unclosed);
    unclosed && evidence.close.both_seen() && evidence.ended_by().is_some()
}

/// Did the server close without a word? Many clients just leave; what a client still says then (a pong) it says because it was not told.
pub(in crate::verdict) fn by_servers_fin(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.closer == Some(Side::Server) && evidence.fin_by == Some(Side::Server);
    by_server && matches!(evidence.how, How::Fin | How::FinThenReset) && is_broken_off(evidence)
}

/// Had one of the two said that it ends?
pub(in crate::verdict) fn is_closed(evidence: &Evidence<'_>) -> bool {
    let ends = [Side::Client, Side::Server].map(|side| evidence.close.end(side));
    evidence.exchange.websocket().is_some_and(|websocket| ends.iter().any(|&end| *websocket.closing.at(end)))
}

/// Had whom the RST answers sent a Close frame by the end of all?
pub(in crate::verdict) fn refused_a_close_frame(evidence: &Evidence<'_>) -> bool {
    let asked = evidence.reset().and_then(|reset| reset.prompt);
    let websocket = evidence.close.exchange.websocket();
    asked.zip(websocket).is_some_and(|(prompt, websocket)| *websocket.closing.at(prompt.by))
}

/// Is the server in the midst of a message? `None` where that is not read.
pub(in crate::verdict) fn is_within_message(evidence: &Evidence<'_>) -> Option<bool> {
    let server = evidence.close.end(Side::Server);
    let websocket = evidence.exchange.websocket()?;
    (!websocket.is_blind(server)).then(|| websocket.is_within(server))
}

/// That nobody had said so.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let fact = "no Close frame had been sent: the programs of both sides see an error (code 1006)";
    is_broken_off(evidence).then(|| Fact::of_all(fact))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let side = evidence.ended_by().filter(|_| is_broken_off(evidence))?;
    let host = evidence.close.endpoint(side).addr;
    let idle = evidence.idle_before.filter(|&idle| idle >= BRIEFEST_IDLE);
    let idle = idle.map(|idle| format!(" after {idle} without a message")).unwrap_or_default();
    Some(format!(
        "The {side} ({host}) ended the WebSocket without a Close frame{idle}: look there for a process that ended, a terminate() or destroy(), or a proxy's timeout (nginx: proxy_read_timeout), against which pings help."
    ))
}
