//! What TLS hides: whether a client that closes has its whole answer. The server's goodbye, which meets the closed socket then, only answers
//! the client's end and tells nothing of it.

use crate::flow::{Recent, Side};
use crate::time::Span;

use super::farewell::said_goodbye;
use super::{AT_ONCE, Talk, way_to};
use crate::verdict::ending::silence;
use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence};
use crate::verdict::{Fact, How};

/// Most that have their answer and want no more leave within this time (measured: nine in ten); who stays for longer was busy, or waited.
const PROMPT: Span = Span::from_millis(10);

/// A pause of a server that has nothing to wait for is this long at least.
const PAUSE: Span = Span::from_millis(50);

/// Two pauses in one answer are a habit.
const HABIT: usize = 2;

/// Did the client close, and nothing but the server's goodbye meet its closed socket?
fn met_goodbye(evidence: &Evidence<'_>) -> bool {
    let closed = evidence.how == How::FinThenReset
        && (evidence.closer, evidence.rst_claimed) == (Some(Side::Client), Some(Side::Client));
    closed && evidence.exchange.tls().is_some_and(|tls| tls.established) && evidence.answers_alert()
}

/// How long the server's pauses in its last answer were, as far as segments are kept: it had said something, the client had that, and it went
/// on without having been asked.
fn pauses(evidence: &Evidence<'_>) -> Vec<Span> {
    let Some(fin) = evidence.fin(Side::Client) else { return Vec::new() };
    let Some(turn) = evidence.exchange.turn else { return Vec::new() };
    let rtt = evidence.close.rtt.unwrap_or_default();
    let of_turn = |recent: &&Recent| {
        recent.by == turn.by
            && recent.serial < fin.serial
            && !recent.seq.before(turn.seq)
            && silence::is_speech(recent)
    };
    let said: Vec<&Recent> = evidence.close.recent.iter().filter(of_turn).collect();
    let gaps = said.iter().zip(said.iter().skip(1));
    let new = gaps.filter(|(one, next)| !next.seq.before(one.seq_end()));
    // Who has filled the window waits for a round trip.
    new.map(|(one, next)| next.ts.since(one.ts)).filter(|pause| *pause > rtt.plus(rtt).plus(PAUSE)).collect()
}

/// Did the server answer, and the client close then, without either having said anything of an end before?
fn left_behind_answer(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.exchange.turn.is_some_and(|turn| evidence.close.side(turn.by) == Side::Server);
    let asked = by_server && evidence.exchange.turns >= 2 && !evidence.in_tls_handshake;
    asked && met_goodbye(evidence) && !said_goodbye(evidence, Side::Server)
}

/// The longest pause of an answer that came piece by piece, if the client closed before another such pause had told that no more would come.
fn habit(evidence: &Evidence<'_>) -> Option<Span> {
    let idle = evidence.idle_before.filter(|_| left_behind_answer(evidence))?;
    let pauses = pauses(evidence);
    let longest = pauses.iter().copied().max().filter(|_| pauses.len() >= HABIT)?;
    (idle < longest.times(2)).then_some(longest)
}

/// The same, of a client that did not close upon the last piece, as one does that has all.
pub(in crate::verdict) fn stream_under_way(evidence: &Evidence<'_>) -> Option<Span> {
    let late = evidence.idle_before.is_some_and(|idle| idle >= left_late(evidence));
    habit(evidence).filter(|_| late)
}

/// Did the client close when the answer that it had may not have been whole? Who has it all leaves at once, or keeps the connection for a while
/// in which nothing more comes; what lies between may be a timeout, somebody who gave up, or a program that had something else to do.
pub(in crate::verdict) fn may_lack_the_rest(evidence: &Evidence<'_>) -> bool {
    let Some(idle) = evidence.idle_before.filter(|_| left_behind_answer(evidence)) else { return false };
    let between = (left_late(evidence)..BRIEFEST_IDLE).contains(&idle) && evidence.talk == Talk::Complete;
    between || habit(evidence).is_some() || left_behind_piece(evidence, idle)
}

/// Had the server gone on by itself after a pause, be it once, and did the client not leave right upon what came then, nor stay for
/// another such pause?
fn left_behind_piece(evidence: &Evidence<'_>, idle: Span) -> bool {
    let at_once = way_to_client(evidence).plus(AT_ONCE);
    idle >= at_once && pauses(evidence).into_iter().max().is_some_and(|pause| idle < pause.times(2))
}

/// After what time a client that closes did not close upon the answer, where the capture was made.
fn left_late(evidence: &Evidence<'_>) -> Span {
    way_to_client(evidence).plus(PROMPT)
}

/// From where the capture was made to the client and back.
pub(super) fn way_to_client(evidence: &Evidence<'_>) -> Span {
    way_to(evidence, Side::Client)
}

/// How the answer came, if more of it was to be expected.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let longest = stream_under_way(evidence)?;
    Some(Fact::of_all(format!(
        "the server's answer came piece by piece, after pauses of up to {longest}, and the client did not wait for another"
    )))
}

/// What to do where only the server's goodbye met the client's closed socket.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    may_lack_the_rest(evidence).then(|| {
        "Only the server's TLS goodbye met a socket that was closed already: by that nothing was lost. Whether the client had its whole answer when it closed, TLS hides: if its log tells of a timeout, an abort or a cancelled request, that is the story.".to_owned()
    })
}
