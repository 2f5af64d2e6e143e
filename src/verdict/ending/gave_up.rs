//! A host that had given up: it repeated itself in vain, or asked in vain for room, and what came later met no socket
//! (`tcp_retries2`, `TCP_USER_TIMEOUT`, and `tcp_orphan_retries` where the program had closed).

use smallvec::SmallVec;

use crate::decode::SeqNumber;
use crate::flow::{Marks, Recent, Side};
use crate::time::{Span, Timestamp};

use super::shut_window;
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{How, Sender, ending, talk};

/// As many repetitions are no chance loss.
const IN_VAIN: usize = 2;
/// Nor is a silence of this length, while the other side is asked again and again.
const LONG: Span = Span::from_secs(1);

/// What a side did in vain before what its RST answers came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verdict) struct GaveUp {
    /// Repetitions.
    pub(in crate::verdict) times: usize,
    /// From the last of them to what the RST answers, or to the abort.
    pub(in crate::verdict) before: Span,
    /// The frame of the last one.
    pub(in crate::verdict) frame: u64,
}

/// The repetitions of the side that reset, if the other side was not heard to acknowledge them before it said what the RST answers.
pub(in crate::verdict) fn gave_up(evidence: &Evidence<'_>) -> Option<GaveUp> {
    let prompt = prompt(evidence)?;
    let before = || evidence.close.recent.iter().rev().skip_while(|recent| recent.serial >= prompt.serial);
    let mut own = before().filter(|recent| recent.by != prompt.by && says(recent)).peekable();
    let last = *own.peek()?;
    let (times, first) = own.take_while(|own| own.seq == last.seq).enumerate().last()?;
    // Who has closed and hears the other still there is asked for nothing, and gives nothing up.
    let heard = |peer: &Recent| peer.by == prompt.by && (last.len == 0 || peer.ack.after(last.seq));
    let heard = before().take_while(|recent| recent.serial > first.serial).any(heard);
    let story = GaveUp { times, before: prompt.ts.since(last.ts), frame: last.frame };
    (times >= IN_VAIN && !heard).then_some(story)
}

/// The repetitions of a side that then aborted, if the other side was not heard since the first of them: its program had waited, or was told.
pub(in crate::verdict) fn aborted(evidence: &Evidence<'_>) -> Option<GaveUp> {
    let reset = evidence.reset().filter(|_| evidence.shape == Shape::Active && evidence.how == How::Reset)?;
    let before = evidence.close.recent.iter().rev().skip_while(|recent| recent.serial >= reset.serial);
    let own: SmallVec<[&Recent; 16]> = before.take_while(|recent| recent.by == reset.by).collect();
    let last = own.first().filter(|last| says(last))?;
    // Some stacks repeat more than the first of what is missing, in turn.
    let again = || own.iter().enumerate().filter(|(at, copy)| is_repeated(&own, *at, copy));
    let (times, first) = (again().count(), again().next_back().map(|(_, first)| first)?);
    if times < IN_VAIN || reset.rst.ts.since(first.ts) < LONG {
        return None;
    }
    Some(GaveUp { times, before: reset.rst.ts.since(last.ts), frame: last.frame })
}

/// Is this one of `own`, the latest first, a copy of one before it?
fn is_repeated(own: &[&Recent], at: usize, copy: &Recent) -> bool {
    let earlier = own.get(at + 1..).unwrap_or_default();
    says(copy) && earlier.iter().any(|first| says(first) && first.seq == copy.seq)
}

/// The end of a live socket, which acknowledges all that it has (RFC 9293 §3.10.5): its abort, or else the first FIN.
struct LastAck {
    by: Side,
    ack: SeqNumber,
    serial: u64,
    ts: Timestamp,
}

impl LastAck {
    fn of(evidence: &Evidence<'_>) -> Option<Self> {
        let aborted =
            evidence.reset().filter(|_| evidence.shape == Shape::Active && evidence.how == How::Reset);
        if let Some(reset) = aborted {
            let by = evidence.close.side(reset.by);
            let ack = ending::acknowledged_by_rst(evidence.close, by)?;
            return Some(Self { by, ack, serial: reset.serial, ts: reset.rst.ts });
        }
        // Of what is repeated to the end more is known.
        let by = evidence.closer.filter(|_| evidence.how != How::Silent)?;
        let fin = evidence.fin(by)?;
        Some(Self { by, ack: fin.ack, serial: fin.serial, ts: fin.ts })
    }
}

/// Who ended it first, by the end of a live socket, and up to where that had the other side's data.
pub(in crate::verdict) fn had_up_to(evidence: &Evidence<'_>) -> Option<(Side, SeqNumber)> {
    LastAck::of(evidence).map(|end| (end.by, end.ack))
}

/// What the other side of an end had repeated in vain, by the word of that end itself: the program that ended it lacked just that.
pub(in crate::verdict) fn never_heard(evidence: &Evidence<'_>) -> Option<(Side, GaveUp)> {
    let end = LastAck::of(evidence)?;
    let before = evidence.close.recent.iter().take_while(|recent| recent.serial < end.serial);
    let said = before.filter(|recent| evidence.close.side(recent.by) != end.by && recent.len > 0);
    let (first, last, times) = repeated(said.filter(|recent| recent.seq == end.ack))?;
    // Who has no room for it hears the question whether there is some (RFC 9293 §3.8.6.1).
    let receiver = evidence.close.half_before(end.by);
    let no_room = talk::is_full(evidence, end.by) && !receiver.edge.after(first.seq_end());
    let full = no_room || shut_window::told_to_wait(evidence, first, last);
    let in_vain = end.ts.since(first.ts) >= LONG && !full;
    let story = GaveUp { times, before: end.ts.since(last.ts), frame: last.frame };
    in_vain.then(|| (end.by.peer(), story))
}

/// The first and the last of several copies, and how often it was repeated, if that is no chance loss.
fn repeated<'a>(mut copies: impl Iterator<Item = &'a Recent>) -> Option<(&'a Recent, &'a Recent, usize)> {
    let first = copies.next()?;
    let (times, last) = copies.fold((0, first), |(times, _), own| (times + 1, own));
    (times >= IN_VAIN).then_some((first, last, times))
}

/// Had a side said what the RST answers, and repeated it in vain, well before the other closed? The path had lost it: nobody wrote into
/// a closed connection.
pub(in crate::verdict) fn never_came_through(evidence: &Evidence<'_>) -> Option<(Side, GaveUp)> {
    let prompt = prompt(evidence).filter(|prompt| prompt.len > 0)?;
    let closer = evidence.closer.filter(|&side| evidence.close.end(side) != prompt.by)?;
    let fin = evidence.fin(closer)?;
    let copy = |own: &&Recent| own.serial < fin.serial && own.by == prompt.by && own.seq == prompt.seq;
    let copies = evidence.close.recent.iter().filter(|own| own.len > 0).filter(copy);
    let (first, last, times) = repeated(copies)?;
    let missing = !fin.ack.after(prompt.seq) && !shut_window::told_to_wait(evidence, first, last);
    let in_vain = fin.ts.since(first.ts) >= talk::REPEATED && missing;
    let story = GaveUp { times, before: fin.ts.since(first.ts), frame: last.frame };
    in_vain.then(|| (closer.peer(), story))
}

/// Did a host that had never closed refuse the other's FIN? It had lost the connection before; how, and what its program saw then, is not
/// in the capture.
pub(in crate::verdict) fn refused_a_close(evidence: &Evidence<'_>) -> bool {
    let Some(Sender::Side(side)) = evidence.rst_by else { return false };
    let unasked = evidence.shape == Shape::Reply && evidence.fin(side).is_none();
    evidence.how == How::FinThenReset && unasked && evidence.closer == Some(side.peer())
}

/// Had the side that reset been waiting for room: was the last it sent a probe of a window that was shut?
pub(in crate::verdict) fn waited_for_room(evidence: &Evidence<'_>) -> bool {
    let found = evidence.reset().zip(prompt(evidence)).and_then(|(reset, prompt)| {
        let mut before =
            evidence.close.recent.iter().rev().skip_while(|recent| recent.serial >= prompt.serial);
        let shut = before.clone().find(|recent| recent.by != reset.by).is_some_and(|recent| recent.wnd == 0);
        let last = before.find(|recent| recent.by == reset.by)?;
        Some(shut && last.len <= 1 && last.seq == reset.rst.seq.minus(1))
    });
    found.unwrap_or(false)
}

fn prompt<'a>(evidence: &Evidence<'a>) -> Option<&'a Recent> {
    evidence.reset().filter(|_| evidence.shape == Shape::Reply)?.prompt.as_ref()
}

/// The repetitions of a server whose SYN+ACK nobody answered, and which its stack then ended: no program ever had that connection.
pub(in crate::verdict) fn half_open(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half_before(Side::Client);
    let unheard = client.marks.has(Marks::SYN) && !client.marks.has(Marks::ACKED);
    unheard && evidence.rst_by == Some(Sender::Side(Side::Server)) && aborted(evidence).is_some()
}

/// Does it take numbers, so that it is repeated until it is acknowledged?
fn says(recent: &Recent) -> bool {
    recent.len > 0 || recent.flags.fin() || recent.flags.syn()
}
