//! How soon a RST came after what it answers, by the clock of one place: who answers before it can have heard is nearer than its host.

use crate::flow::{End, Leg, Recent, Reset, Side};
use crate::time::Span;

use super::{CONVICTS, Doubt, claimed, doubt};
use crate::verdict::How;
use crate::verdict::evidence::{Evidence, Shape};

/// Below this, a round trip says nothing about distance: scheduling takes as long.
const FAR: Span = Span::from_millis(5);

/// An answer takes no longer than as many round trips: paths become longer, and queues fill.
const ANSWER_LEGS: u64 = 4;

/// As many times as long is no queue, and no neighbour that had to be looked up.
const MANY: u64 = 10;
/// So often the distance was measured if it was not by chance.
const AGAIN: u32 = 2;

/// The time that a RST took.
struct Pace {
    /// What it answers, or is the first to acknowledge.
    cause: Recent,
    took: Span,
    /// The same from the last segment that it may answer.
    least: Span,
    /// How fast its host answers, on this connection or on others.
    leg: Leg,
}

impl Pace {
    /// As far as all of it was measured at one place.
    fn of(evidence: &Evidence<'_>, reset: &Reset) -> Option<Self> {
        let leg = known(evidence, claimed(evidence, reset), (*evidence.close.legs.at(reset.by))?);
        // One that acknowledges what it refuses tells which that is.
        let cause = match reset.prompt {
            Some(_) if !reset.rst.flags.ack() => earliest_prompt(evidence, reset, leg),
            _ => acknowledged(evidence, reset),
        }?;
        let came =
            reset.sightings().find(|seen| evidence.close.is_one_capture(seen.look.place.file, cause.file))?;
        // A clock that steps back measures nothing.
        let measured = is_of_one_capture(evidence, cause.file, reset.by) && came.ts >= cause.ts;
        let prompt = reset.prompt.filter(|prompt| evidence.close.is_one_capture(prompt.file, cause.file));
        let since = |asked: Recent| came.ts.since(asked.ts);
        measured.then(|| Self { cause, took: since(cause), least: since(prompt.unwrap_or(cause)), leg })
    }
}

/// Was all but the RST captured there first? Where each side's segments came first at another place, the time between them is no distance.
fn is_of_one_capture(evidence: &Evidence<'_>, file: u16, by: End) -> bool {
    let mut others = evidence.close.recent.iter().filter(|recent| !recent.flags.rst());
    let heard = others.clone().any(|recent| recent.by == by);
    heard && others.all(|recent| evidence.close.is_one_capture(recent.file, file))
}

/// Did it come no sooner than its host answers, far as that is, whatever it answers?
pub(super) fn came_from_afar(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    Pace::of(evidence, reset).is_some_and(|Pace { least, leg, .. }| {
        leg.samples >= AGAIN && leg.shortest >= FAR && least.times(5) >= leg.shortest.times(4)
    })
}

/// How soon a server's address answers, and how long it took to accept: a kernel does both at once. Where accepting takes many times as long,
/// somebody nearer by may connect to the server first, and speak for it from then on (a proxy).
pub(in crate::verdict) fn accepted_slowly(evidence: &Evidence<'_>) -> Option<(Span, Span)> {
    let close = evidence.close;
    let leg = (*close.legs.at(close.end(Side::Server))).filter(|leg| leg.samples >= AGAIN)?;
    // Of a client that asked twice nobody knows which was answered.
    let mut syns = close.recent.iter().filter(|recent| recent.flags.opens());
    let asked = syns.next().filter(|syn| syn.is_at(close.start) && !syn.flags.ack())?;
    let took = syns.next().filter(|answer| answer.flags.ack())?.ts.since(asked.ts);
    (took >= FAR && took >= leg.shortest.times(MANY)).then_some((leg.shortest, took))
}

/// It answers or acknowledges something that cannot have reached the host yet: whoever sent it is nearer.
pub(super) fn too_soon(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let Pace { cause, took, leg, .. } = Pace::of(evidence, reset)?;
    let far = leg.shortest;
    let weight = match () {
        () if far < FAR || took.times(5) >= far.times(4) => return None,
        // Who has closed refuses what comes then; what was measured before may have been slow.
        () if took.times(4) >= far && refuses_behind_its_fin(evidence, reset) => return None,
        // Once it may have been slow by chance; a kernel that was heard at that pace again and again is not that much nearer now.
        () if took.times(2) >= far => 1 + u32::from(took.times(3) < far.times(2) && is_known(evidence, &leg)),
        // Measured more than once, a distance is no accident; nothing crosses a quarter of it and comes back. But only a kernel
        // answers at once, as in a handshake: what a program acknowledges with its answers takes as long as those.
        () if took.times(4) < far && is_known(evidence, &leg) => CONVICTS,
        // Of what was measured once, nothing but another kind of distance says anything: a host or a radio may have been asleep.
        () if took.times(MANY) < far && is_in_talk(evidence, reset) => CONVICTS,
        () => 2,
    };
    let side = claimed(evidence, reset);
    let says = format!("it responds to frame {} after {took}; the {side} is {far} away", cause.frame);
    let one_measure = weight == CONVICTS && leg.samples < AGAIN;
    Some(Doubt { one_measure, ..doubt(reset.rst.frame, weight, says) })
}

/// What a side's own answers tell of its distance, and those of the server on other connections.
fn known(evidence: &Evidence<'_>, side: Side, leg: Leg) -> Leg {
    let others = evidence.surroundings.server_leg.filter(|_| side == Side::Server);
    others.map_or(leg, |others| Leg {
        shortest: others.shortest.min(leg.shortest),
        samples: others.samples.max(leg.samples),
    })
}

/// A refusal that comes much sooner than anything did that the server said on other connections: nothing crosses a quarter of the way and
/// comes back. Of several copies of the SYN nobody knows which was refused.
pub(in crate::verdict) fn refused_too_soon(evidence: &Evidence<'_>) -> Option<Doubt> {
    let reset = evidence.reset().filter(|_| evidence.how == How::Refused && evidence.close.answers_syn())?;
    let leg = evidence.surroundings.server_leg?;
    let syns = || evidence.close.recent.iter().filter(|recent| recent.flags.opens() && recent.by != reset.by);
    let asked = syns().next().filter(|syn| syn.is_at(evidence.close.start) && syns().count() == 1)?;
    let took = reset.rst.ts.since(asked.ts);
    let here = evidence.close.is_one_capture(asked.file, reset.rst.file) && reset.rst.ts >= asked.ts;
    (here && is_too_soon(took, leg)).then(|| {
        let says = format!(
            "it answers after {took}; on other connections nothing came from the server in less than {}",
            leg.shortest
        );
        doubt(reset.rst.frame, CONVICTS, says)
    })
}

/// Does a refusal that took so long come from nearer than a host whose answers were measured on other connections?
pub(in crate::verdict) fn is_too_soon(took: Span, leg: Leg) -> bool {
    leg.samples >= AGAIN && leg.shortest >= FAR && took.times(4) < leg.shortest
}

/// Were hands shaken, and is it not what a host answers behind its own FIN?
fn is_in_talk(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    evidence.close.handshake_seen() && !refuses_behind_its_fin(evidence, reset)
}

/// Is it what a host answers behind its own FIN, to whatever comes?
fn refuses_behind_its_fin(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    evidence.shape == Shape::Reply && evidence.fin(claimed(evidence, reset)).is_some()
}

/// Was the distance measured more than once, and one of them when only a kernel answers?
fn is_known(evidence: &Evidence<'_>, leg: &Leg) -> bool {
    leg.samples >= AGAIN && evidence.close.handshake_seen()
}

/// The first segment that the RST may answer: several carry the same acknowledgement. A mere one is answered within some round trips or not
/// at all, and what its sender has acknowledged it does not refuse. `None` where that one may be among those that are not kept any more.
fn earliest_prompt(evidence: &Evidence<'_>, reset: &Reset, leg: Leg) -> Option<Recent> {
    let had = reset.before.at(reset.by).rcv_nxt;
    let soon = |recent: &Recent| reset.rst.ts.since(recent.ts) <= leg.shortest.times(ANSWER_LEGS);
    let counts = |recent: &Recent| recent.flags.syn() || recent.flags.fin();
    let asks = |recent: &Recent| match recent.len {
        0 => counts(recent) || soon(recent),
        _ => recent.seq_end().after(had),
    };
    let fits = |recent: &Recent| recent.ack == reset.rst.seq && asks(recent);
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

#[cfg(test)]
mod tests {
    use crate::flow::Side;
    use crate::verdict::example::verdict;
    use crate::verdict::{Confidence, Sender};

    /// A device half way drops a request and refuses it; what the client had acknowledged long before asks for no answer any more.
    #[test]
    fn an_answer_in_half_a_round_trip_is_not_likely_the_hosts() {
        let open =
            "A > B S\n+0.04 B > A S.\nA > B .\nA > B P. len 28\n+0.04 B > A .\nB > A P. len 43\nA > B .\n";
        let told = |took: &str| verdict(&format!("{open}+0.2 A > B P. len 36\n+{took} B > A R"));
        let near = told("0.021");
        assert_eq!(near.rst_by_confidence, Some(Confidence::Possible), "{:?}", near.evidence);
        assert!(
            near.evidence.iter().any(|fact| fact.fact.contains("frame 8 after 21 ms")),
            "{:?}",
            near.evidence
        );
        assert!(near.alternatives.iter().any(|other| other.rule.name == "injected_reset"));
        assert_eq!(told("0.039").rst_by_confidence, Some(Confidence::Likely));
    }

    /// Whether a RST came from afar tells the last that it may answer, not the first: it is not known to answer that.
    #[test]
    fn what_may_have_come_from_near_by_does_not_acquit_a_device() {
        let talk = "A > B P. len 28\n+0.04 B > A P. len 43\nA > B .\n";
        let open = format!("A > B S\n+0.04 B > A S.\nA > B .\n{talk}{talk}");
        let told = |took: &str| {
            verdict(&format!("{open}+0.05 A > B P. len 28\n+{took} B > A R\n+1 B > A P. len 43")).rst_by
        };
        let server = Some(Sender::Side(Side::Server));
        assert_eq!((told("0.02"), told("0.04")), (Some(Sender::Middlebox), server));
    }
}
