//! A window that is shut: a program does not read what its host has for it, so that the other side may send nothing (RFC 9293 §3.8.6.1).

use crate::decode::Flags;
use crate::flow::{Recent, Side};
use crate::time::Span;

use crate::verdict::Fact;
use crate::verdict::evidence::Evidence;

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

/// That it did not read.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let shut = before_rst(evidence)?;
    let fact = format!("the {} took nothing for {} or more: its window was shut", shut.side, shut.span);
    Some(Fact::at(shut.frame, fact))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let Shut { side, span, .. } = before_rst(evidence)?;
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
