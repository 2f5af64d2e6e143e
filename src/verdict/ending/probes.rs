//! Keep-alive probes that ran out: the one ending that is unique on the wire.

use smallvec::SmallVec;

use crate::decode::Traits;
use crate::flow::{LADDER, Recent, Reset};
use crate::time::Span;

use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::who::forgery::is_later;

/// Shorter than any interval between probes that a system uses (Linux: at least 1 s).
const SHORTEST: Span = Span::from_millis(900);

/// What the capture holds of answers to probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verdict) enum Answers {
    /// None to the last ones.
    None,
    /// Some, of which their sender got none.
    Unheard,
    /// One to the last, which its sender may not have got.
    ToTheLast,
}

/// How the probing went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verdict) struct Probing {
    /// How many.
    pub(in crate::verdict) probes: usize,
    /// What came back.
    pub(in crate::verdict) answers: Answers,
    /// From one to the next.
    pub(in crate::verdict) interval: Span,
    /// Frame of the last one.
    pub(in crate::verdict) last_frame: u64,
}

/// The probes of the side that reset, if the RST came one interval after the last: those since the other side was last
/// heard, which nobody answered, or where it was heard after the last one, all of them.
pub(in crate::verdict) fn probing(evidence: &Evidence<'_>) -> Option<Probing> {
    let reset = evidence.reset().filter(|_| evidence.shape == Shape::Active)?;
    let before = evidence.close.recent.iter().take_while(|recent| recent.serial < reset.serial);
    let sent =
        before.clone().find(|recent| shows_sent(reset, recent)).map_or(u64::MAX, |recent| recent.serial);
    let is_probe = |recent: &Recent| is_probe(reset, recent) && (recent.len == 0 || recent.serial > sent);
    // The ACK before a message of one byte has a probe's number, and what was said ends what was probed before.
    let said = before.clone().filter(|recent| recent.by == reset.by && !is_probe(recent)).last();
    let silent = before.skip_while(|recent| said.is_some_and(|said| recent.serial <= said.serial));
    let tail: SmallVec<[&Recent; LADDER]> = silent.skip_while(|recent| !is_probe(recent)).collect();
    let of_other = |recent: &&&Recent| recent.by != reset.by;
    let since_heard = tail.iter().rev().take_while(|recent| !of_other(recent)).count();
    let unheard = heard_none(reset, tail.iter().copied().filter(|recent| recent.by != reset.by));
    let answers = match since_heard {
        _ if unheard => Answers::Unheard,
        0 => Answers::ToTheLast,
        _ => Answers::None,
    };
    let run = if answers == Answers::None { tail.get(tail.len() - since_heard..)? } else { &tail[..] };
    let probes: SmallVec<[&&Recent; LADDER]> = run.iter().filter(|recent| recent.by == reset.by).collect();
    let (first, last) = (probes.first()?, probes.last()?);
    let pause = reset.rst.ts.since(last.ts);
    let between = last.ts.since(first.ts).as_nanos().checked_div(probes.len() as u64 - 1);
    let interval = between.map_or(pause, Span::from_nanos);
    let regular =
        pause.times(4) >= interval.times(3) && pause.times(4) <= interval.times(5) && pause >= SHORTEST;
    // With the window shut, the same segments ask for room, not for life (RFC 9293 §3.8.6.1).
    let (me, peer) = (reset.before.at(reset.by), reset.before.at(reset.by.peer()));
    let asks_for_life = !peer.seen() || peer.edge.after(me.snd_nxt) && me.all_acked_by(peer);
    let regular = regular && asks_for_life;
    regular.then_some(Probing { probes: probes.len(), answers, interval, last_frame: last.frame })
}

/// Did they run out, for all that the capture holds? Of one that was answered up to the last nobody knows.
pub(in crate::verdict) fn ran_out(evidence: &Evidence<'_>) -> bool {
    probing(evidence).is_some_and(|probing| probing.answers != Answers::ToTheLast)
}

/// Are there answers, and does the RST still echo a timestamp from before all of them? Whoever gets a segment in order echoes its timestamp from
/// then on (RFC 7323 §4.3).
fn heard_none<'a>(reset: &Reset, mut answers: impl Iterator<Item = &'a Recent>) -> bool {
    let stamped = reset.rst.traits.has(Traits::TIMESTAMPS);
    let first = answers.next().filter(|first| stamped && first.traits.has(Traits::TIMESTAMPS));
    first.is_some_and(|first| is_later(reset.rst.tsecr, first.tsval))
}

/// Does this segment show that the side that reset had sent all up to the number of its RST? A single byte after that says nothing new.
fn shows_sent(reset: &Reset, recent: &Recent) -> bool {
    let number = if recent.by == reset.by { recent.seq_end() } else { recent.ack };
    number == reset.rst.seq && recent.flags.ack()
}

/// One before what its sender has sent, with at most one byte (RFC 9293 §3.8.4). That is one before the number of its RST, also
/// where the capture began with the probes.
fn is_probe(reset: &Reset, recent: &Recent) -> bool {
    let old = recent.seq == reset.rst.seq.minus(1);
    recent.by == reset.by
        && old
        && recent.len <= 1
        && !recent.flags.syn()
        && !recent.flags.fin()
        && !recent.flags.rst()
}
