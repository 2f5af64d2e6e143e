//! How long a client waited before it left: too short for an answer, or long enough to have given up on one.

use crate::flow::{Offers, Recent, Side};
use crate::time::Span;
use crate::verdict::ending::silence;
use crate::verdict::evidence::Shape;
use crate::verdict::{Evidence, How, Sender};

use super::after::{self, said_after};
use super::farewell::said_goodbye;
use super::tls::offers;
use super::{AT_ONCE, EMPTY_FRAME, TLS_RECORD, Talk, is_quiet, sent_away, version};

/// Nobody who only looks in stays for as long.
const PATIENT: Span = Span::from_secs(1);

/// How long the client had waited for an answer when it ended the connection, and the frame of what it waited on: one message, behind
/// which it was silent for long before it said anything else. That is no goodbye of somebody who had all: what it then says is one, or a last try.
pub(in crate::verdict) fn waited(evidence: &Evidence<'_>) -> Option<(Span, u64)> {
    let asked = evidence.exchange.turn.filter(|_| evidence.talk == Talk::Awaiting)?;
    let by_client =
        evidence.close.side(asked.by) == Side::Client && evidence.ended_by() == Some(Side::Client);
    // Where the capture misses something it may miss the answer.
    let seen = evidence.seen();
    let heard = by_client && seen.handshake && seen.gaps == 0;
    let end = evidence.fin(Side::Client).map_or(evidence.end_time(), |fin| fin.ts);
    let of_turn = |own: &&Recent| own.by == asked.by && !own.seq.before(asked.seq) && own.ts < end;
    let own =
        || evidence.close.recent.iter().filter(of_turn).filter(|own| silence::is_speech(own) && own.len > 0);
    let mut pauses = own().zip(own().skip(1)).filter(|(one, next)| next.ts.since(one.ts) >= PATIENT);
    let (first, _) = pauses.next().filter(|(first, _)| heard && first.seq == asked.seq)?;
    // Who pauses again and again reports, and waits for nothing.
    pauses.next().is_none().then(|| (end.since(first.ts), first.frame))
}

/// Did the client leave sooner than an answer could have come back, or any program would have given up waiting? Then it did not wait: it
/// had another connection (browsers try several), or asked for nothing.
pub(in crate::verdict) fn left_at_once(evidence: &Evidence<'_>) -> bool {
    // An answer that has to be made takes half as long again as the bare way, which is known from what came after where the handshake is
    // missing.
    let soonest = |rtt: Span| rtt.as_nanos().saturating_add(rtt.as_nanos() / 2);
    let [near, far] =
        [Side::Client, Side::Server].map(|side| *evidence.close.legs.at(evidence.close.end(side)));
    let both = far.map(|far| far.shortest.plus(near.map_or(Span::ZERO, |near| near.shortest)));
    let patience = evidence.close.rtt.or(both).map_or(0, soonest).max(AT_ONCE.as_nanos());
    // What is said behind TLS nobody knows: who waits there may listen for events.
    let in_vain = || evidence.exchange.tls().is_none() && waited(evidence).is_some();
    let idle = after::waited_for_answer(evidence).or(evidence.idle_before);
    let waited = idle.is_none_or(|idle| idle.as_nanos() >= patience) || in_vain();
    let asked = evidence.talk == Talk::Awaiting;
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client));
    let aborted = evidence.closer.is_none() && evidence.shape == Shape::Active && by_client;
    let closed = evidence.closer == Some(Side::Client);
    let left = (closed || aborted) && (asked || evidence.in_tls_handshake);
    // Who hears another language has waited for long enough.
    left && !waited && version::spoken(evidence).is_none()
}

/// Did the client wait for what it had asked in TLS, and leave without it, so that nothing, or only the server's goodbye, met its closed
/// socket, or all that it had asked was as short as a frame of HTTP/2 that acknowledges settings? That may have wanted no answer.
pub(in crate::verdict) fn left_unanswered_in_tls(evidence: &Evidence<'_>) -> bool {
    let by_client = evidence.how == How::FinThenReset && evidence.closer == Some(Side::Client);
    let asked = evidence.talk == Talk::Awaiting && evidence.exchange.tls().is_some();
    let frame = evidence.exchange.turn.is_some_and(|turn| turn.bytes <= (EMPTY_FRAME + TLS_RECORD).into());
    let settled = frame && said_goodbye(evidence, Side::Client);
    let met_goodbye = by_client && (evidence.answers_alert() || settled);
    let left = met_goodbye || !frame && left_web_quietly(evidence);
    asked && is_quiet(evidence) && left && !(sent_away::unanswered(evidence) && sent_away::was_owed(evidence))
}

/// Did a client that speaks HTTP/2 close, and its server after that without another word? Such a one waits for an answer whatever it asks;
/// others may only report.
fn left_web_quietly(evidence: &Evidence<'_>) -> bool {
    let web = offers(evidence) == Offers::Http2;
    let left = evidence.how == How::Fin && evidence.closer == Some(Side::Client);
    web && left && said_after(evidence) != Some(Side::Server)
}

/// Did the client close without a word, but only after it had waited, and the server say its first words then? That may be the greeting that
/// the client had waited for.
pub(in crate::verdict) fn greeted_too_late(evidence: &Evidence<'_>) -> bool {
    let silent = evidence.talk == Talk::Nothing && !evidence.close.half_before(Side::Client).has_data();
    let waited = evidence.idle_before.is_some_and(|idle| idle >= PATIENT);
    let spoke = said_after(evidence) == Some(Side::Server);
    silent && waited && spoke && evidence.closer == Some(Side::Client) && evidence.seen().handshake
}
