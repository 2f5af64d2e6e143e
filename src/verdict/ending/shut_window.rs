//! A window that is shut: a program does not read what its host has for it, so that the other side may send nothing (RFC 9293 §3.8.6.1).

use crate::decode::Flags;
use crate::flow::{Recent, Shut as Stalls, Side};
use crate::time::Span;

use crate::verdict::evidence::Evidence;
use crate::verdict::{Fact, talk};

/// For less nobody waits: a program that is busy for a moment shuts its window as well.
const LONG: Span = Span::from_secs(1);

/// A side that was not reading when the RST came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verdict) struct Shut {
    /// Which.
    pub(in crate::verdict) side: Side,
    /// For how long at least: the segments before the last few are not kept.
    pub(in crate::verdict) span: Span,
    /// The frame of the first that says so.
    frame: u64,
    /// The how manyth of all segments that is.
    serial: u64,
}

/// The side that had taken nothing for long when the RST came, if there is one.
pub(in crate::verdict) fn before_rst(evidence: &Evidence<'_>) -> Option<Shut> {
    [Side::Client, Side::Server].into_iter().find_map(|side| of(evidence, side))
}

fn of(evidence: &Evidence<'_>, side: Side) -> Option<Shut> {
    let reset = evidence.reset()?;
    let own = evidence.close.recent.iter().filter(|recent| evidence.close.side(recent.by) == side);
    let before = own.rev().skip_while(|recent| recent.serial >= reset.serial);
    let first = before.take_while(|recent| is_shut(recent)).last()?;
    let span = reset.rst.ts.since(first.ts);
    (span >= LONG).then_some(Shut { side, span, frame: first.frame, serial: first.serial })
}

fn is_shut(recent: &Recent) -> bool {
    recent.wnd == 0 && recent.flags.ack() && !recent.flags.has(Flags::SYN.with(Flags::RST))
}

/// Had a side more to say, for which the other had no room? It asked for room (RFC 9293 §3.8.6.1), with a byte or with none.
pub(in crate::verdict) fn waited(evidence: &Evidence<'_>, side: Side) -> bool {
    let Some(shut) = before_rst(evidence).filter(|shut| shut.side != side) else { return false };
    let since = evidence.close.recent.iter().skip_while(|recent| recent.serial != shut.serial);
    let next = evidence.close.half_before(side).snd_nxt;
    let probe = |recent: &Recent| recent.len == 1 || recent.len == 0 && recent.seq.before(next);
    since.filter(|recent| evidence.close.side(recent.by) == side).any(probe)
}

/// Was what a side repeated, from the `first` copy to the `last`, answered by a window that is shut? Then it arrived, and found no room.
pub(in crate::verdict) fn told_to_wait(evidence: &Evidence<'_>, first: &Recent, last: &Recent) -> bool {
    let between = |recent: &&Recent| first.serial < recent.serial && recent.serial < last.serial;
    let mut since = evidence.close.recent.iter().filter(between);
    since.any(|recent| recent.by != first.by && is_shut(recent))
}

/// Had a side's window shrunk to half of what it had been, or less, when the RST came? What fills the rest lies there unread: a program that
/// had taken it would have made room, which its host tells (RFC 9293 §3.8.6.2.2).
pub(in crate::verdict) fn holds_unread(evidence: &Evidence<'_>, side: Side) -> bool {
    let Some(reset) = evidence.reset() else { return false };
    let before = evidence.close.recent.iter().take_while(|recent| recent.serial < reset.serial);
    let tells = |recent: &&Recent| recent.flags.ack() && !recent.flags.has(Flags::SYN.with(Flags::RST));
    let own: Vec<_> = before.filter(|recent| evidence.close.side(recent.by) == side).filter(tells).collect();
    let widest = own.iter().map(|recent| recent.wnd).max().unwrap_or(0);
    own.last().is_some_and(|last| last.wnd <= widest / 2)
}

/// Who ended by a FIN that had waited for room behind its last words, and what the other side's window tells of that. The program may have
/// closed when the window was shut: its kernel sends a FIN in its turn (RFC 9293 §3.10.4).
fn before_fin(evidence: &Evidence<'_>) -> Option<(Side, Stalls)> {
    let ended = evidence.closer?;
    let fin = evidence.fin(ended)?;
    let reader = evidence.close.end(ended.peer());
    let shut = evidence.close.shut.as_deref().and_then(|shut| *shut.at(reader))?;
    // Since it could go on it has not paused, and it was held up until then.
    let open = fin.ts.since(shut.until);
    let at_once = open < talk::QUIET || !talk::is_quiet(evidence);
    (shut.total >= LONG && open <= shut.longest && at_once).then_some((ended, shut))
}

/// Has this side's program made room where there had been none? Then it has read.
pub(in crate::verdict) fn has_read(evidence: &Evidence<'_>, side: Side) -> bool {
    let shut = evidence.close.shut.as_deref().and_then(|shut| shut.at(evidence.close.end(side)).as_ref());
    shut.is_some_and(|shut| shut.times > 1)
}

/// Was a side's window shut when it aborted? What had filled its buffer lay there unread: a program that takes it makes room, which its
/// host tells at once where there was none (RFC 1122 §4.2.3.3).
pub(in crate::verdict) fn is_shut_at_abort(evidence: &Evidence<'_>, side: Side) -> bool {
    let Some(reset) = evidence.reset().filter(|reset| evidence.close.side(reset.by) == side) else {
        return false;
    };
    let mut before = evidence.close.recent.iter().rev().skip_while(|recent| recent.serial >= reset.serial);
    before.find(|recent| recent.by == reset.by).is_some_and(is_shut)
}

/// That it did not read.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let Some(shut) = before_rst(evidence) else { return held_up(evidence) };
    let fact = format!("the {} took nothing for {} or more: its window was shut", shut.side, shut.span);
    Some(Fact::at(shut.frame, fact))
}

/// That what was said last before a FIN had waited for room.
fn held_up(evidence: &Evidence<'_>) -> Option<Fact> {
    let (ended, shut) = before_fin(evidence)?;
    let times = if shut.times == 1 { String::new() } else { format!(" in all, {} times", shut.times) };
    let says = format!(
        "the {} had taken nothing for {} or more{times}: its window was shut, and the {ended}'s last words and its FIN had waited for room",
        ended.peer(),
        shut.total,
    );
    Some(Fact::at(shut.since.frame, says))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    before_rst(evidence).map_or_else(|| advice_before_fin(evidence), |shut| advice_before_rst(evidence, shut))
}

fn advice_before_fin(evidence: &Evidence<'_>) -> Option<String> {
    let (ended, shut) = before_fin(evidence)?;
    let (reader, total) = (ended.peer(), shut.total);
    Some(format!(
        "The {reader}'s program had read nothing for {total} or more, and the {ended}'s FIN had waited behind its last words for room: the {ended} may have closed that much earlier, because it waited no longer for the {reader}, or for reasons of its own (a crash, a kill). Look at what held up the {reader}, and into the {ended}'s log that far back."
    ))
}

fn advice_before_rst(evidence: &Evidence<'_>, Shut { side, span, .. }: Shut) -> Option<String> {
    let waiting = side.peer();
    let of_client = if side == Side::Client { " (nginx: send_timeout)" } else { "" };
    let ended = evidence.close.side(evidence.reset()?.by);
    Some(if ended == side {
        format!(
            "The {side}'s program had stopped reading {span} or more before it ended: look at what it did meanwhile; the {waiting} could only wait."
        )
    } else {
        format!(
            "The {side}'s program stopped reading, and after {span} or more the {waiting} gave up sending{of_client}: look at what held up the {side}, or let the {waiting} wait longer."
        )
    })
}
