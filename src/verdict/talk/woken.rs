//! What is written upon a close, or was on its way as that was: a program that sleeps until something comes wakes up by the end itself, and
//! whoever is far away writes on for a round trip.

use crate::flow::{Fin, Offers, Recent, Side};
use crate::time::Span;

use super::race::SOON;
use super::{AT_ONCE, tls, way_to};
use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence};

/// The FIN of `closer`, and what its RST answers, if that came behind it.
fn refused(evidence: &Evidence<'_>, closer: Side) -> Option<(Fin, Recent)> {
    let pair = evidence.fin(closer).zip(evidence.reset().and_then(|reset| reset.prompt));
    pair.filter(|(fin, prompt)| prompt.serial > fin.serial && prompt.len > 0)
}

/// Does it acknowledge the FIN? Then its sender's host has that.
fn knows((fin, prompt): &(Fin, Recent)) -> bool {
    prompt.flags.ack() && !prompt.ack.before(fin.end)
}

/// How long after the FIN of `closer` the other side wrote, which had that and was as quick as programs are.
pub(in crate::verdict) fn upon_close(evidence: &Evidence<'_>, closer: Side) -> Option<Span> {
    let pair = refused(evidence, closer).filter(knows)?;
    let gap = pair.1.ts.since(pair.0.ts);
    (gap <= way_to(evidence, closer.peer()).plus(SOON)).then_some(gap)
}

/// Did the client write at once upon a close that ended seconds of silence? That a next request is as close to it is a chance of one in a
/// thousand; but who asks as often as the server's timeout is long does that time and again, so that a request is taken for one.
pub(in crate::verdict) fn by_close(evidence: &Evidence<'_>) -> bool {
    let at_once = way_to(evidence, Side::Client).plus(AT_ONCE);
    let upon = upon_close(evidence, Side::Server).is_some_and(|gap| gap <= at_once);
    let idle = evidence.idle_before.is_some_and(|idle| idle >= BRIEFEST_IDLE);
    let unread = !evidence.exchange.is_framed() && evidence.exchange.upgraded().is_none();
    upon && idle && unread && !evidence.answers_alert() && tls::offers(evidence) == Offers::NoHttp
}

/// Did what the RST of `closer` answers come within less than it takes to hear of the FIN, which it does not acknowledge?
pub(in crate::verdict) fn cannot_know(evidence: &Evidence<'_>, closer: Side) -> bool {
    let pair = refused(evidence, closer).filter(|pair| !knows(pair));
    pair.is_some_and(|(fin, prompt)| prompt.ts.since(fin.ts) < way_to(evidence, closer.peer()))
}
