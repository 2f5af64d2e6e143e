//! How soon a RST came after what it answers, by the clock of one place: who answers before it can have heard is nearer than its host.

use crate::flow::{End, Leg, Recent, Reset, Side};
use crate::time::Span;

use super::{CONVICTS, Doubt, claimed, doubt};
use crate::verdict::evidence::Evidence;

/// Below this, a round trip says nothing about distance: scheduling takes as long.
const FAR: Span = Span::from_millis(5);

/// As many times as long is no queue, and no neighbour that had to be looked up.
const MANY: u64 = 10;

/// The time that a RST took.
struct Pace {
    /// What it answers, or is the first to acknowledge.
    cause: Recent,
    took: Span,
    /// How fast its host answers.
    leg: Leg,
}

impl Pace {
    /// As far as all of it was measured at one place.
    fn of(evidence: &Evidence<'_>, reset: &Reset) -> Option<Self> {
        let leg = (*evidence.close.legs.at(reset.by))?;
        let cause = reset
            .prompt
            .map_or_else(|| acknowledged(evidence, reset), |_| earliest_prompt(evidence, reset))?;
        let came =
            reset.sightings().find(|seen| evidence.close.is_one_capture(seen.look.place.file, cause.file))?;
        // A clock that steps back measures nothing.
        let measured = is_of_one_capture(evidence, cause.file, reset.by) && came.ts >= cause.ts;
        measured.then(|| Self { cause, took: came.ts.since(cause.ts), leg })
    }
}

/// Was all but the RST captured there first? Where each side's segments came first at another place, the time between them is no distance.
fn is_of_one_capture(evidence: &Evidence<'_>, file: u16, by: End) -> bool {
    let mut others = evidence.close.recent.iter().filter(|recent| !recent.flags.rst());
    let heard = others.clone().any(|recent| recent.by == by);
    heard && others.all(|recent| evidence.close.is_one_capture(recent.file, file))
}

/// Did it come no sooner than its host answers, far as that is?
pub(super) fn came_from_afar(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    Pace::of(evidence, reset).is_some_and(|Pace { took, leg, .. }| {
        leg.samples > 1 && leg.shortest >= FAR && took.times(5) >= leg.shortest.times(4)
    })
}

/// How soon a server's address answers, and how long it took to accept: a kernel does both at once. Where accepting takes many times as long,
/// somebody nearer by may connect to the server first, and speak for it from then on (a proxy).
pub(in crate::verdict) fn accepted_slowly(evidence: &Evidence<'_>) -> Option<(Span, Span)> {
    let close = evidence.close;
    let leg = (*close.legs.at(close.end(Side::Server))).filter(|leg| leg.samples > 1)?;
    // Of a client that asked twice nobody knows which was answered.
    let mut syns = close.recent.iter().filter(|recent| recent.flags.opens());
    let asked = syns.next().filter(|syn| syn.is_at(close.start) && !syn.flags.ack())?;
    let took = syns.next().filter(|answer| answer.flags.ack())?.ts.since(asked.ts);
    (took >= FAR && took >= leg.shortest.times(MANY)).then_some((leg.shortest, took))
}

/// It answers or acknowledges something that cannot have reached the host yet: whoever sent it is nearer.
pub(super) fn too_soon(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let Pace { cause, took, leg } = Pace::of(evidence, reset)?;
    let far = leg.shortest;
    let weight = match () {
        () if far < FAR || took.times(5) >= far.times(4) => return None,
        () if took.times(2) >= far => 1,
        // Measured more than once, a distance is no accident; nothing crosses a quarter of it and comes back. But only a kernel
        // answers at once, as in a handshake: what a program acknowledges with its answers takes as long as those.
        () if took.times(4) < far && leg.samples > 1 && evidence.close.handshake_seen() => CONVICTS,
        () => 2,
    };
    let side = claimed(evidence, reset);
    let says = format!("it responds to frame {} after {took}; the {side} is {far} away", cause.frame);
    Some(doubt(reset.rst.frame, weight, says))
}

/// The first segment that the RST may answer: several carry the same acknowledgement. `None` where that one may be among
/// those that are not kept any more.
fn earliest_prompt(evidence: &Evidence<'_>, reset: &Reset) -> Option<Recent> {
    let fits = |recent: &Recent| recent.ack == reset.rst.seq;
    let kept = &evidence.close.recent;
    let all_kept = kept.first().is_some_and(|oldest| oldest.is_at(evidence.close.start));
    let mut before = kept.iter().filter(|recent| recent.by != reset.by && recent.serial < reset.serial);
    match before.clone().position(fits) {
        Some(0) | None if !all_kept => None,
        Some(at) => before.nth(at).copied(),
        None => reset.prompt,
    }
}

/// The segment of the other side that the RST is the first to acknowledge.
fn acknowledged(evidence: &Evidence<'_>, reset: &Reset) -> Option<Recent> {
    let known = reset.before.at(reset.by).rcv_nxt;
    let from_other = |recent: &&Recent| {
        recent.by != reset.by && recent.seq_end() == reset.rst.ack && recent.serial < reset.serial
    };
    let news = reset.rst.flags.ack() && reset.rst.ack.after(known);
    evidence.close.recent.iter().find(from_other).copied().filter(|_| news)
}
