//! A server that closes what is idle, just when the next request comes: its program had not looked at that yet, though its kernel
//! acknowledges it.

use crate::flow::{Recent, Side, Turn};
use crate::time::Span;

use crate::verdict::evidence::{Evidence, Shape, Talk};
use crate::verdict::{Fact, How, Sender, facts, talk};

/// A program that is busy reads no sooner.
pub(in crate::verdict) const SOON: Span = Span::from_millis(10);
/// Timeouts of idle connections are this long at least,
const SHORTEST: Span = Span::from_secs(1);
/// and are set in whole seconds, but for a part like this.
const ROUND: u64 = 50;

/// Does what met the server's closed socket begin another talk? Where it is not known that nothing was owed, a server that closes while the
/// client goes on ends the talk that they have.
pub(in crate::verdict) fn is_next_talk(evidence: &Evidence<'_>) -> bool {
    let said = evidence.fin(Side::Server).zip(evidence.reset().and_then(|reset| reset.prompt));
    // Within a round trip the client goes on with what it was about.
    let later = |soon: Span| said.is_some_and(|(fin, prompt)| prompt.ts.since(fin.ts) >= soon);
    let later = later(talk::way_to(evidence, Side::Client).plus(SOON));
    let another = evidence.established_for_long() || later || asks_as_before(evidence);
    evidence.exchange.is_framed() || !talk::is_refused(evidence) && another
}

/// Is what crossed the server's FIN in TLS as long as a request that was answered before?
fn asks_as_before(evidence: &Evidence<'_>) -> bool {
    let asked = evidence.exchange.turn.filter(|turn| turn.by == evidence.close.client);
    let hidden =
        evidence.exchange.tls().is_some() && evidence.request_crossed && evidence.exchange.turns >= 3;
    let Some(asked) = asked.filter(|_| hidden) else { return false };
    let alike =
        |one: &Recent| one.by == asked.by && u64::from(one.len) == asked.bytes && one.seq.before(asked.seq);
    let earlier = evidence.close.recent.iter().position(alike);
    let later = earlier.and_then(|at| evidence.close.recent.get(at..)).unwrap_or_default();
    later.iter().any(|answer| answer.by != asked.by && answer.len > 0 && answer.ts < asked.start)
}

/// What the client first said behind the RST of the server's idle socket, if it can only have been on its way by then: within a round trip
/// no host knows of it.
pub(in crate::verdict) fn under_way(evidence: &Evidence<'_>) -> Option<Recent> {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server));
    let reset = evidence.reset().filter(|_| by_server && evidence.how == How::Reset)?;
    let idle = evidence.talk == Talk::Complete && evidence.shape == Shape::Active;
    let (client, rtt) = (evidence.close.client, evidence.close.rtt?);
    let said = reset.after.at(client).first.filter(|said| idle && said.len > 0)?;
    let new = !said.seq.before(reset.before.at(client).snd_nxt);
    (new && said.ts.since(reset.rst.ts) < rtt).then_some(said)
}

/// How long the connection had been idle before the request, if the server closed within a millisecond after it, and that is as long as a
/// timeout: no handler is as quick to fail, but a timer that had run out is.
pub(in crate::verdict) fn idle_before_request(evidence: &Evidence<'_>) -> Option<Span> {
    let learned = evidence.surroundings.learned_idle.is_some_and(|learned| learned.fitting > 1);
    closed_as_it_came(evidence).filter(|&idle| learned || is_round(idle))
}

/// The same, be that as long as a timeout or not. At the client a round trip lies between the two.
pub(in crate::verdict) fn closed_as_it_came(evidence: &Evidence<'_>) -> Option<Span> {
    let fin = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server))?;
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client)?;
    let answered_before = evidence.exchange.turns >= 3;
    let way = talk::way_to(evidence, Side::Server);
    let at_once = fin.ts.since(asked.start) <= way.plus(talk::AT_ONCE);
    if evidence.how != How::Fin || evidence.talk != Talk::Awaiting || !answered_before || !at_once {
        return None;
    }
    idle_before(evidence, asked).filter(|&idle| idle >= SHORTEST)
}

/// How long the connection had been idle before the request, if the server aborted before any program can have done much with it: one that
/// closes what is idle leaves what has just come unread (RFC 1122 §4.2.2.13).
pub(in crate::verdict) fn aborted_as_it_came(evidence: &Evidence<'_>) -> Option<Span> {
    let reset = evidence.reset().filter(|_| evidence.how == How::Reset && evidence.shape == Shape::Active)?;
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client)?;
    let answered_before = evidence.exchange.turns >= 3 && evidence.talk == Talk::Awaiting;
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && answered_before;
    let soon = reset.rst.ts.since(asked.start) <= SOON;
    idle_before(evidence, asked).filter(|&idle| by_server && soon && idle >= talk::QUIET)
}

/// The silence before this message.
fn idle_before(evidence: &Evidence<'_>, asked: Turn) -> Option<Span> {
    let recent = &evidence.close.recent;
    let first = recent.iter().position(|recent| recent.by == asked.by && recent.seq == asked.seq)?;
    let before = recent.get(..first)?.iter().rev().find(|recent| recent.len > 0)?;
    Some(asked.start.since(before.ts))
}

/// Is it a round number of seconds, as timeouts are?
pub(in crate::verdict) fn is_round(idle: Span) -> bool {
    let second = Span::from_secs(1).as_nanos();
    let whole = (idle.as_nanos() + second / 2) / second * second;
    whole.abs_diff(idle.as_nanos()).saturating_mul(ROUND) <= whole
}

/// What it looked like.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let idle = closed_as_it_came(evidence).or_else(|| aborted_as_it_came(evidence))?;
    let asked = evidence.exchange.turn?;
    let name = facts::request_name(evidence);
    Some(Fact::at(asked.frame, format!("{name} came after {idle} of silence")))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    if let Some(idle) = aborted_as_it_came(evidence) {
        return Some(format!(
            "The server aborted right as a request came after {idle} of silence: it failed on it at once (look for a crash or a destroyed socket in its log), or was just closing what was idle, by a timeout or for a restart, and left the request unread."
        ));
    }
    let idle = closed_as_it_came(evidence)?;
    Some(format!(
        "The server closed right upon the request. If the server closes what is idle for {idle}, request and close crossed: set the client pool's idle timeout below that, or the server's above it. Otherwise look for a crash or a destroyed socket in its log."
    ))
}
