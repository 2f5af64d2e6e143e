//! A server that ends a session of TLS by its goodbye: what its client asks after that is answered by nobody, be there a RST or not
//! (RFC 8446 §6.1).

use crate::flow::{Close, Exchange, Recent, Side, Turn};

use super::QUIET;
use super::farewell::{LAST_WORD, said_goodbye};
use super::race::SOON;
use crate::time::Timestamp;
use crate::verdict::evidence::Evidence;
use crate::verdict::{Fact, How, facts};

/// The server's goodbye, if that is the last of what it says in `exchange`.
pub(in crate::verdict) fn of_server<'a>(close: &'a Close, exchange: &Exchange) -> Option<&'a Recent> {
    let server = close.end(Side::Server);
    exchange.tls().filter(|tls| tls.established && *tls.closing.at(server))?;
    close.recent.iter().rev().find(|recent| recent.by == server && recent.len > 0 && !recent.flags.rst())
}

/// What the client asked when the server, after a while in which nothing was said, had said goodbye, or as that was under way.
pub(in crate::verdict) fn asked(evidence: &Evidence<'_>) -> Option<Turn> {
    let (close, exchange) = (evidence.close, &evidence.close.exchange);
    let ended = matches!(evidence.how, How::Fin | How::FinThenReset | How::Reset);
    let turn = exchange.turn.filter(|turn| ended && turn.by == close.client && exchange.turns >= 3)?;
    let bye = of_server(close, exchange).filter(|bye| !bye.ack.after(turn.seq))?;
    let idle = evidence.idle_before.is_some_and(|idle| idle >= QUIET);
    let taken = evidence.exchange.turn.is_none_or(|before| before.by != turn.by || before.seq == turn.seq);
    let went_on = bye.ts > exchange.turn_before.map_or(bye.ts, |before| before.start);
    (idle && taken && went_on && !is_farewell(evidence, (turn.bytes, turn.start))).then_some(turn)
}

/// May this be a word of farewell? Such a one is short, and its sender hangs up right behind it.
fn is_farewell(evidence: &Evidence<'_>, said: (u64, Timestamp)) -> bool {
    let (bytes, at) = said;
    let hung_up = evidence.fin(Side::Client).map_or(evidence.end_time(), |fin| fin.ts);
    let hidden = evidence.exchange.tls().is_some();
    hidden && bytes <= SHORT && hung_up.since(at) <= SOON
}

/// Did such a word cross the server's end?
pub(super) fn farewell_crossed(evidence: &Evidence<'_>) -> bool {
    let said = evidence.exchange.turn.filter(|_| evidence.request_crossed);
    said.is_some_and(|turn| is_farewell(evidence, (turn.bytes, turn.start)))
}

/// What TLS adds to a message at most: header, nonce or content type, tag (RFC 5246 §6.2.3.3, RFC 8446 §5.2).
const TLS_MOST: u64 = 5 + 8 + 16;
/// The longest last word in TLS.
pub(super) const SHORT: u64 = LAST_WORD + TLS_MOST;

/// Did the server hear these words of its client, the last ones, as a goodbye? Then it says its own upon them, or the client behind them; some
/// (MySQL) say none, and close at once.
pub(super) fn follows(evidence: &Evidence<'_>, said: Turn) -> bool {
    let by_client = said_goodbye(evidence, Side::Client);
    let upon = of_server(evidence.close, evidence.exchange).is_some_and(|bye| bye.ack.after(said.seq));
    let at_once = said.bytes <= SHORT && evidence.idle_before.is_some_and(|idle| idle < QUIET);
    by_client || upon || at_once
}

/// What it looked like.
pub(in crate::verdict) fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let Some(turn) = asked(evidence) else { return Vec::new() };
    let Some(bye) = of_server(evidence.close, &evidence.close.exchange) else { return Vec::new() };
    let idle = facts::idle(evidence);
    let name = facts::request_name_at_close(evidence);
    let when = if turn.start < bye.ts {
        "crossed that on the way: the server had not acknowledged it".to_owned()
    } else {
        format!("came {} later: nobody answers that any more", turn.start.since(bye.ts))
    };
    vec![
        Fact::at(bye.frame, format!("the server ended the session (TLS alert) after {idle} of silence")),
        Fact::at(turn.frame, format!("{name} ({} bytes) {when}", turn.bytes)),
    ]
}
