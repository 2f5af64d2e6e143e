//! Endings: which RST took effect, and whether what follows bears it out.
//!
//! A RST that its receiver would have believed ends the connection at once, with the half-connections as they were. What
//! comes during the linger is recorded beside it; where both sides demonstrably talk on, the RST had no effect and the
//! connection is open again.

use crate::decode::{Segment, SeqNumber, Traits};
use crate::time::Span;

use super::acceptance::Acceptance;
use super::close::{Aftermath, RST_TEXT, Reset};
use super::duplicate::{Doubles, SAME_FRAME_ELSEWHERE};
use super::half::{Half, Order};
use super::key::{Both, End};
use super::place::{Copied, Place};
use super::recent::Recent;
use super::state::{Cold, Flow, Phase};
use super::volley;

/// How many of a connection's segments before a RST are searched for the one that it answers: a window's worth of
/// full-size segments may be in flight.
const PROMPT_DEPTH: usize = 64;

/// How long a host's answer takes at most where the round trip is not known: the slowest satellite path, and a queue on it.
const ANSWER: Span = Span::from_secs(1);
/// Where it is known, as many round trips: paths become longer, and queues fill.
const ANSWER_RTTS: u64 = 4;
/// And no less than this, which radio links and a host that has to look up its neighbour need.
const JITTER: Span = Span::from_millis(250);
/// But a mere acknowledgement asks for no answer: that a RST comes some time after one says nothing, unless it comes as soon as a kernel
/// answers, with room for its scheduling.
const AT_ONCE: Span = Span::from_millis(5);

/// News later than this after a RST cannot have been in flight when it arrived. Several round trips of a bad path.
const IN_FLIGHT: Span = Span::from_secs(2);

/// What a segment meant for the connection's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nothing.
    None,
    /// It has ended: watch what follows.
    Ended,
    /// It had not ended after all.
    Revived,
}

/// What comes later than this answers nothing, and was sent by somebody who had heard it.
fn soon(rtt: Option<Span>, least: Span) -> Span {
    rtt.map_or(ANSWER, |rtt| rtt.times(ANSWER_RTTS).max(least))
}

/// Finds the segment that a RST of `by` answers: RFC 9293 §3.5.2 makes its sequence number the acknowledgement of its
/// trigger, or, where the trigger had none, its acknowledgement the end of the trigger. An answer comes at once: what lies
/// further back than any round trip takes, and data or an offer (SYN+ACK) that the sender of the RST has acknowledged since, was none. Of several
/// it is the last; but whatever acknowledges the FIN of `own`, the sender as it was, met a closed socket, and the first RST answers the
/// first of it. Windows says in a RST+ACK what it refuses there.
pub(super) fn prompt<'a>(
    rst: &Segment,
    recent: impl Iterator<Item = &'a Recent>,
    (by, own): (End, &Half),
    rtt: Option<Span>,
) -> Option<Recent> {
    let (soon, at_once) = (soon(rtt, JITTER), soon(rtt, AT_ONCE));
    let asks = |r: &Recent| r.len > 0 || r.flags.syn() || r.flags.fin() || rst.ts.since(r.ts) <= at_once;
    let closed = own.has_fin() && rst.seq == own.fin_end;
    let mut acknowledged: Option<SeqNumber> = None;
    let mut found: Option<Recent> = None;
    // A host that has closed has no other reason for a bare RST, however late its radio sends it.
    let (soon, under_way) = (if closed { soon.max(IN_FLIGHT) } else { soon }, soon.max(IN_FLIGHT));
    let near = |r: &&Recent| rst.ts.since(r.ts) <= soon || reflects(rst, r);
    let under_way = |r: &&Recent| rst.ts.since(r.ts) <= under_way;
    for r in recent.take(PROMPT_DEPTH).take_while(under_way).filter(near).filter(|r| !r.flags.rst()) {
        if r.by == by {
            if r.flags.ack() {
                acknowledged = Some(acknowledged.map_or(r.ack, |ack| ack.furthest(r.ack)));
            }
            continue;
        }
        if closed && refuses_in_full(rst, r, own) && rst.ts.since(r.ts) <= at_once {
            return Some(*r);
        }
        let takes = r.len > 0 || r.flags.syn();
        let had = takes && acknowledged.is_some_and(|ack| !ack.before(r.seq_end()));
        let refused = answers(rst, r) && !had && r.len > 0;
        match found {
            _ if closed && refused => found = Some(*r),
            // A FIN that lies behind data is answered after that, by another RST.
            Some(_) if refused => return Some(*r),
            Some(_) => return found,
            None if answers(rst, r) && had => return None,
            None if answers(rst, r) && r.flags.fin() && r.len == 0 => found = Some(*r),
            None if answers(rst, r) && asks(r) => return Some(*r),
            None => {}
        }
    }
    found
}

/// Was it made from that segment, whose identification it has? Then it answers that, however long its way was.
fn reflects(rst: &Segment, trigger: &Recent) -> bool {
    let v4 = !rst.traits.has(Traits::IPV6);
    v4 && trigger.len > 0 && rst.ip_id != 0 && rst.ip_id == trigger.ip_id && answers(rst, trigger)
}

/// Is it what Windows answers to the first data behind the FIN of a socket that its program has closed: a RST+ACK that acknowledges just
/// that, and offers no window although there was room? A live socket of Linux tells its window in its RST.
fn refuses_in_full(rst: &Segment, trigger: &Recent, own: &Half) -> bool {
    let first = trigger.len > 0 && trigger.seq == own.rcv_nxt && trigger.seq_end() == rst.ack;
    rst.flags.ack() && rst.wnd == 0 && first && own.edge.after(rst.ack)
}

fn answers(rst: &Segment, trigger: &Recent) -> bool {
    match (rst.flags.ack(), trigger.flags.ack()) {
        (false, true) => rst.seq == trigger.ack,
        (true, false) => rst.seq == SeqNumber(0) && rst.ack == trigger.seq_end(),
        _ => false,
    }
}

/// A RST came.
pub(super) fn on_rst(
    cold: &mut Cold,
    (rst, payload, serial): (&Segment, &[u8], u64),
    by: End,
    acceptance: Acceptance,
    before: Both<Half>,
    prompt: Option<Recent>,
) -> Ending {
    if let Some(reset) = &mut cold.reset {
        note_reset(reset, &cold.doubles, rst, by);
        // A doubtful RST gives way to one that surely took effect.
        if reset.acceptance == Acceptance::InWindow && is_effective(acceptance) {
            ignore(cold, Acceptance::InWindow);
        } else {
            return Ending::None;
        }
    }
    if acceptance == Acceptance::Ignored {
        cold.ignored_resets += 1;
        cold.ignored = Some(Box::new((Recent::of(rst, by), acceptance)));
        return Ending::None;
    }
    let text = payload.get(..payload.len().min(RST_TEXT)).unwrap_or_default().to_vec();
    cold.reset = Some(Box::new(Reset {
        serial,
        rst: *rst,
        by,
        acceptance,
        before,
        prompt,
        after: Aftermath::default(),
        copies: Vec::new(),
        text,
    }));
    Ending::Ended
}

/// A further RST: one event with the first, or proof that no single host sent them.
fn note_reset(reset: &mut Reset, doubles: &Doubles, rst: &Segment, by: End) {
    let beyond = by == reset.by && rst.seq != reset.rst.seq && volley::is_beyond(rst, by, &reset.before);
    let recent = Recent::of(rst, by);
    let first = Recent::of(&reset.rst, by);
    if by == reset.by && (is_copy(&recent, &first) || is_renumbered(&recent, &first, doubles)) {
        return Copied::note(&mut reset.copies, &recent);
    }
    let after = reset.after.at_mut(by);
    after.resets += 1;
    after.first_reset.get_or_insert(recent);
    after.reset_acks += u32::from(rst.flags.ack());
    if beyond {
        after.reset_beyond.get_or_insert(recent);
    }
}

/// The same packet, captured at another place: in IPv4 it has the same identification, in IPv6 nobody can tell.
fn is_copy(one: &Recent, other: &Recent) -> bool {
    one.anywhere() == other.anywhere() && (one.ip_id != 0 || one.traits.has(Traits::IPV6))
}

/// The same packet before and behind a device that gives a connection other numbers (a SYN proxy): in IPv4 it keeps its identification. Who
/// forges may give all of his the same one, but sends them the same way.
fn is_renumbered(one: &Recent, other: &Recent, doubles: &Doubles) -> bool {
    let near = one.ts.since(other.ts) <= SAME_FRAME_ELSEWHERE;
    let alike = (one.ip_id, one.flags, one.len) == (other.ip_id, other.flags, other.len);
    let file = if doubles.are_of_several_places() { one.file } else { other.file };
    near && alike && one.ip_id != 0 && Place::new(file, one.traits) != other.place()
}

const fn is_effective(acceptance: Acceptance) -> bool {
    matches!(acceptance, Acceptance::Exact | Acceptance::AnswersSyn)
}

/// The recorded RST had no effect: forget it but for its count, and what had been said by then.
fn ignore(cold: &mut Cold, acceptance: Acceptance) {
    cold.exchange_at_reset = None;
    if let Some(reset) = cold.reset.take() {
        let resets = reset.after.at(reset.by).resets;
        cold.ignored_resets += 1 + resets;
        cold.ignored = Some(Box::new((Recent::of(&reset.rst, reset.by), acceptance)));
    }
}

/// A segment that is no RST came after the RST.
pub(super) fn on_segment_after(cold: &mut Cold, segment: &Segment, by: End, order: Order) -> Ending {
    let Some(reset) = &mut cold.reset else { return Ending::None };
    let recent = Recent::of(segment, by);
    let new_end = !reset.before.at(by).seen() || segment.seq_end().after(reset.before.at(by).snd_nxt);
    let acknowledges_news = acknowledges_news(reset, segment, by);
    let after = reset.after.at_mut(by);
    after.segments += 1;
    after.first.get_or_insert(recent);
    after.last = Some(recent);
    after.news |= new_end && segment.seq_len() > 0;
    after.acknowledged_news |= acknowledges_news;
    if order == Order::Empty && is_challenge(reset, segment, by) {
        reset.after.at_mut(by).challenge.get_or_insert(recent);
    }
    if proves_life(reset, segment, cold.rtt) {
        let acceptance = reset.acceptance;
        ignore(cold, acceptance);
        return Ending::Revived;
    }
    Ending::None
}

/// Does it acknowledge something that the other side sent only after the RST?
fn acknowledges_news(reset: &Reset, segment: &Segment, by: End) -> bool {
    let peer = reset.before.at(by.peer());
    let news = if peer.seen() { segment.ack.after(peer.snd_nxt) } else { true };
    segment.flags.ack() && news && reset.after.at(by.peer()).news
}

/// RFC 5961 §3.2: seq = SND.NXT, ack = RCV.NXT, no data. What it expects is not what the RST said.
fn is_challenge(reset: &Reset, segment: &Segment, by: End) -> bool {
    by != reset.by
        && reset.acceptance != Acceptance::AnswersSyn
        && segment.is_pure_ack()
        && segment.ack != reset.rst.seq
        && segment.seq == reset.before.at(by).snd_nxt
}

/// Both sides talk on: the receiver of the RST acknowledges what its sender said after it, or challenged it, or both
/// have news for each other when nothing from before the RST can still be under way. A RST that few stacks believe is
/// refuted sooner: a host challenges no more than one in half a second (Linux's `tcp_invalid_ratelimit`), so that its
/// silence says nothing, but one that had believed it would not have gone on.
fn proves_life(reset: &Reset, segment: &Segment, rtt: Option<Span>) -> bool {
    let (sender, receiver) = (reset.after.at(reset.by), reset.after.at(reset.by.peer()));
    let doubtful = reset.acceptance == Acceptance::InWindow;
    let talk = receiver.news && sender.acknowledged_news;
    let late = segment.ts.since(reset.rst.ts) > IN_FLIGHT;
    // Where there is nothing, nothing can be said: a RST that refuses opens no connection.
    let refused_unseen = reset.rst.seq == SeqNumber(0)
        && reset.rst.flags.ack()
        && !reset.before.at(reset.by).seen()
        && !reset.before.at(reset.by.peer()).seen();
    let went_on = receiver.last.is_some_and(|last| last.ts.since(reset.rst.ts) > soon(rtt, JITTER));
    receiver.acknowledged_news
        || doubtful && (receiver.challenge.is_some() || talk && went_on)
        || talk && (late || refused_unseen)
}

/// A segment of a connection without a RST: both FINs end it.
pub(super) fn on_segment(cold: &Cold, flow: &Flow) -> Ending {
    let both = cold.fins.at(End::Low).is_some() && cold.fins.at(End::High).is_some();
    if both && flow.phase == Phase::Open { Ending::Ended } else { Ending::None }
}
