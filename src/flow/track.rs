//! One segment of a known connection: into the half-connections, Zeek's reading, the exchange and the ring.

use triomphe::Arc;

use crate::decode::{Flags, Segment, SeqNumber, Traits};
use crate::time::{Span, Timestamp};

use super::acceptance::{self, Acceptance};
use super::close::{Coverage, Fin};
use super::ending::{self, Ending};
use super::exchange::{Exchange, Peek};
use super::facts::Facts;
use super::half::{Half, Marks, Order};
use super::history::Letter;
use super::key::{Both, End};
use super::legs;
use super::opening;
use super::recent::{Recent, RecentRing};
use super::roles::Roles;
use super::state::{self, Cold, Flow, Letters};
use super::zeek::{self, EndpointState, Event, Outcome};
use super::{shut, usual, volley};

/// Two queues of a card are read within this time.
const QUEUES: Span = Span::from_millis(5);

/// Takes note of `segment`, sent by `by`, and tells whether the connection has thereby ended or come back to life.
#[inline]
pub(super) fn segment(
    flow: &mut Flow,
    cold: &mut Cold,
    ring: &mut RecentRing,
    heard: (&Segment, &[u8]),
    by: End,
    peek: Peek,
) -> Ending {
    if usual::is_usual(flow, heard.0, by) {
        if let Some((role, shown)) = usual::segment(flow, ring, heard, by, peek) {
            cold.history.push(role, shown);
        }
        return Ending::None;
    }
    any_segment(flow, cold, ring, heard, by, peek)
}

/// The same for a segment of any kind.
pub(super) fn any_segment(
    flow: &mut Flow,
    cold: &mut Cold,
    ring: &mut RecentRing,
    (segment, payload): (&Segment, &[u8]),
    by: End,
    peek: Peek,
) -> Ending {
    flow.hearing.settle(&flow.halves, flow.recent);
    opening::note(flow, cold, segment, by);
    // Only a RST is judged by the world before it.
    let before = segment.flags.rst().then_some(flow.halves);
    let answered_after = legs::answer_time(&flow.halves, segment, by);
    let acceptance = accept(flow, cold, segment, by);
    let (me, other) = flow.halves.pair_mut(by);
    let behind = me.is_behind().then_some(me.snd_nxt);
    let order = cold.holes.sent(me, segment, by);
    if let Some(from) = behind.filter(|_| order == Order::Next) {
        come_after_all(me, cold.letters.at_mut(by), from, segment.ts);
    }
    if answers(me, other, segment, order) {
        *flow.unanswered.at_mut(by.peer()) = 0;
    }
    let mut gaps = me.acknowledged(segment, other);
    if gaps > 0 {
        gaps += cold.holes.missed(other, by.peer(), segment.ack);
    }
    count_unanswered(flow, segment, by, order);
    learn_roles(flow, segment, by);
    zeek_reading(flow, cold, segment, by, order, gaps);
    shut::note(&mut cold.shut, &cold.fins, segment, by);
    legs::measure_rtt(flow, cold, segment, by);
    if let Some(sample) = answered_after {
        legs::measure(flow, by, sample);
    }
    note_last(flow, segment, by);
    let ended = flow.facts.has(Facts::RESET);
    hear(flow, cold, (segment, payload, ring.next()), by, order, peek);
    if gaps > 0 {
        miss(flow, cold, segment, by);
    }
    if segment.flags.closes() && !segment.flags.rst() {
        note_fin(flow, cold, (segment, ring.next()), by, order);
    }
    let ending = match acceptance.zip(before) {
        Some((acceptance, before)) => {
            note_rst(flow, cold, ring, (segment, payload), by, (acceptance, before))
        }
        None if ended => ending::on_segment_after(cold, segment, by, order),
        None if flow.facts.has(Facts::FIN) => ending::on_segment(cold, flow),
        None => Ending::None,
    };
    if has_reset(acceptance, ended, cold) {
        flow.facts.set(Facts::RESET);
    } else {
        flow.facts.clear(Facts::RESET);
    }
    flow.recent = ring.push(flow.recent, || Recent::of(segment, by));
    ending
}

/// What a RST can have done.
fn accept(flow: &Flow, cold: &mut Cold, segment: &Segment, by: End) -> Option<Acceptance> {
    cold.only_ends |= only_ends_come(flow, segment, by);
    let judge = match state::coverage(flow, cold) {
        Coverage::Ends => acceptance::judge_unheard,
        Coverage::Whole => acceptance::judge,
    };
    let (me, other) = (flow.halves.at(by), flow.halves.at(by.peer()));
    segment.flags.rst().then(|| judge(segment, me, other))
}

/// Does an end tell by its numbers of more than the capture holds, which after both SYNs has neither an acknowledgement nor data? Then it was
/// made by a filter that lets nothing but SYN, FIN and RST through.
fn only_ends_come(flow: &Flow, segment: &Segment, by: End) -> bool {
    let (me, other) = (flow.halves.at(by), flow.halves.at(by.peer()));
    let opened = flow.seen.has(Letter::Syn) && segment.flags.has(Flags::FIN.with(Flags::RST));
    let silent = !flow.seen.tells_talk() && segment.len == 0;
    let more = segment.seq.after(me.snd_nxt) || segment.flags.ack() && segment.ack.after(other.snd_nxt);
    opened && silent && more
}

/// A RST, and what had been said by then, which holds if it took effect.
fn note_rst(
    flow: &mut Flow,
    cold: &mut Cold,
    ring: &RecentRing,
    (segment, payload): (&Segment, &[u8]),
    by: End,
    (acceptance, before): (Acceptance, Both<Half>),
) -> Ending {
    let prompt = ending::prompt(segment, ring.back_from(flow.recent), (by, before.at(by)), cold.rtt);
    volley::note(&mut cold.volley, (segment, prompt), by, &before);
    let ending = ending::on_rst(cold, (segment, payload, ring.next()), by, acceptance, before, prompt);
    if ending == Ending::Ended {
        cold.exchange_at_reset = flow.hearing.so_far(&flow.halves, flow.recent);
    }
    ending
}

/// Is a RST recorded now? Only a RST, and what follows one, can have changed that.
fn has_reset(acceptance: Option<Acceptance>, ended: bool, cold: &Cold) -> bool {
    (acceptance.is_some() || ended) && cold.reset.is_some()
}

#[inline]
pub(super) fn note_last(flow: &mut Flow, segment: &Segment, by: End) {
    flow.last_frame = segment.frame;
    match by {
        End::Low => flow.facts.clear(Facts::HIGH_LAST),
        End::High => flow.facts.set(Facts::HIGH_LAST),
    }
}

/// The capture misses something that the other side has acknowledged.
fn miss(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End) {
    flow.hearing.missed(by.peer(), segment.ack);
    // What was missed after a RST says nothing of what had been said at a FIN before it.
    if let Some(exchange) = cold.exchange_at_fin.as_mut().filter(|_| !flow.facts.has(Facts::RESET)) {
        Arc::make_mut(exchange).missed(by.peer(), segment.ack);
    }
}

/// The first FIN of a side, and what had been said by then.
fn note_fin(flow: &mut Flow, cold: &mut Cold, (segment, serial): (&Segment, u64), by: End, order: Order) {
    if cold.fins.at(by).is_some() {
        return;
    }
    flow.facts.set(Facts::FIN);
    *cold.fins.at_mut(by) = Some(Fin {
        serial,
        ts: segment.ts,
        frame: segment.frame,
        ack: segment.ack,
        end: segment.seq_end(),
        damaged: segment.traits.has(Traits::BAD_CHECKSUM),
    });
    // A FIN that came before the data that it follows says nothing of what had been said by then.
    if cold.fins.at(by.peer()).is_none() && order != Order::Ahead {
        cold.exchange_at_fin =
            Some(flow.hearing.so_far(&flow.halves, flow.recent).unwrap_or_else(Exchange::nothing));
        flow.facts.set(Facts::SAID_AT_FIN);
    }
}

/// Into the exchange, and into what was kept of it at the first FIN where the sender of that FIN had said it before.
fn hear(flow: &mut Flow, cold: &mut Cold, heard: (&Segment, &[u8], u64), by: End, order: Order, peek: Peek) {
    let (segment, ..) = heard;
    // A RST may carry words for people.
    if segment.len == 0 || segment.flags.rst() {
        return;
    }
    let start = say(flow, heard, by, order, peek);
    if !flow.facts.has(Facts::SAID_AT_FIN) || flow.facts.has(Facts::RESET) {
        return;
    }
    let closed_first = match (cold.fins.at(by), cold.fins.at(by.peer())) {
        (Some(own), Some(other)) => own.serial < other.serial,
        (own, _) => own.is_some(),
    };
    if let Some(exchange) = cold.exchange_at_fin.as_mut().filter(|_| order == Order::Late && closed_first) {
        Arc::make_mut(exchange).heard(heard, by, order, start, peek);
    }
}

/// Into the exchange. Gives where the payload of `by` begins, if that is known.
#[inline]
pub(super) fn say(
    flow: &mut Flow,
    heard: (&Segment, &[u8], u64),
    by: End,
    order: Order,
    peek: Peek,
) -> Option<SeqNumber> {
    let half = flow.halves.at(by);
    let start = half.marks.has(Marks::SYN).then(|| half.iss.plus(1));
    let snd_nxt = half.snd_nxt;
    flow.hearing.settle(&flow.halves, flow.recent);
    flow.hearing.heard(heard, by, order, start, peek);
    flow.hearing.allow(by, snd_nxt);
    start
}

/// A SYN says who is the client, whatever was guessed before.
fn learn_roles(flow: &mut Flow, segment: &Segment, by: End) {
    if segment.flags.opens() && flow.roles == Roles::Guessed && !segment.flags.rst() {
        flow.roles = Roles::Handshake;
        flow.client = if segment.flags.ack() { by.peer() } else { by };
    }
}

/// In the order in which Zeek writes its letters: flags, window, retransmission, state, gap.
fn zeek_reading(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End, order: Order, gaps: u32) {
    flip_if_only_syn_ack(flow, cold, segment, by);
    let role = flow.role(by);
    write_flags(flow, cold, segment, by);
    let (me, peer) = flow.halves.pair_mut(by);
    let (state, peer_state) = (me.zeek.now, peer.zeek.now);
    let letters = cold.letters.at_mut(by);
    if segment.traits.has(Traits::BAD_CHECKSUM) {
        letters.bad_checksums += 1;
        cold.history.push_scaled(role, b'C', letters.bad_checksums);
    }
    let boring = segment.flags.rst() || peer_state == EndpointState::Closed || state == EndpointState::Reset;
    if segment.wnd == 0 && !boring {
        letters.zero_windows += 1;
        cold.history.push_scaled(role, b'W', letters.zero_windows);
    }
    let again = matches!(order, Order::Again | Order::Late | Order::Probe) && segment.len > 0;
    if again && state != EndpointState::Reset && !segment.flags.rst() {
        letters.retransmits += 1;
        cold.history.push_scaled(role, b'T', letters.retransmits);
    }
    let at_announced_start = peer.marks.has(Marks::ACKED) && peer.rcv_nxt == segment.seq.plus(1);
    let event = Event { flags: segment.flags, payload: segment.len, at_announced_start };
    if zeek::step(&mut me.zeek, &mut peer.zeek, role, event) == Outcome::Flip {
        flow.flip(&mut cold.history);
    }
    write_gap(flow, cold, by.peer(), gaps);
}

/// A SYN+ACK came first and its receiver goes on: the SYN was missed, and the sender of the SYN+ACK is the responder.
fn flip_if_only_syn_ack(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End) {
    let plain = !(segment.flags.syn() || segment.flags.fin() || segment.flags.rst());
    if plain && by != flow.originator && flow.seen.is_only_syn() && cold.history.is_only_syn_ack() {
        flow.halves.at_mut(flow.originator).zeek.now = EndpointState::Established;
        flow.flip(&mut cold.history);
    }
}

fn write_flags(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End) {
    let (role, flags, seq) = (flow.role(by), segment.flags, segment.seq);
    let (letter, shown) = match (flags.syn(), flags.fin(), flags.rst()) {
        (_, true, true) => (Letter::FinRst, b'I'),
        (true, true, _) | (true, _, true) => (Letter::MultiFlag, b'Q'),
        (true, ..) => (Letter::Syn, if flags.ack() { b'H' } else { b'S' }),
        (_, true, _) => (Letter::Fin, b'F'),
        (_, _, true) => (Letter::Rst, b'R'),
        _ if segment.len > 0 => (Letter::Data, b'D'),
        _ if flags.ack() => (Letter::Ack, b'A'),
        _ => return,
    };
    let before = flow.seen.note(letter, role);
    let letters = cold.letters.at_mut(by);
    let again = match letter {
        Letter::Syn => differs(&mut letters.last_syn, seq.0),
        Letter::Fin => differs(&mut letters.last_fin, seq.plus(segment.len).0),
        Letter::Rst => differs(&mut letters.last_rst, seq.0),
        _ => false,
    };
    if !before || again {
        cold.history.push(role, shown);
    }
}

/// SYN, FIN and RST are written once more where they come with another sequence number.
fn differs(last: &mut u32, number: u32) -> bool {
    std::mem::replace(last, number) != number
}

/// What was acknowledged before it was captured comes now: a card has several queues, which are read one after the other. What comes
/// later than that was not what was acknowledged.
fn come_after_all(me: &mut Half, letters: &mut Letters, from: SeqNumber, now: Timestamp) {
    if letters.gaps_at != from {
        return;
    }
    if now.since(letters.gaps_since) > QUEUES {
        return me.note_forestalled();
    }
    letters.gaps_at = me.snd_nxt;
    if me.is_behind() {
        return;
    }
    letters.filled += std::mem::take(&mut letters.early);
    me.note_swapped(letters.missing());
}

/// A gap is the sender's letter, found out by the acknowledgement of the other side.
fn write_gap(flow: &Flow, cold: &mut Cold, sender: End, gaps: u32) {
    if gaps == 0 {
        return;
    }
    let role = flow.role(sender);
    let letters = cold.letters.at_mut(sender);
    letters.gaps += gaps;
    let snd_nxt = flow.halves.at(sender).snd_nxt;
    letters.early = if letters.gaps_at == snd_nxt { letters.early + gaps } else { gaps };
    letters.gaps_at = snd_nxt;
    letters.gaps_since = flow.halves.at(sender.peer()).last_seen;
    if [flow.halves.at(End::Low), flow.halves.at(End::High)]
        .iter()
        .all(|half| matches!(half.zeek.now, EndpointState::Established | EndpointState::Closed))
    {
        cold.history.push_scaled(role, b'G', letters.gaps);
    }
}

/// Does `segment`, sent by `me`, answer what the `other` side has repeated? The halves are as they were before its
/// acknowledgement.
///
/// What comes again, and what says something new while the other side waits for the acknowledgement of what it has said, tells
/// that its sender lives, and not that it hears anything.
#[inline]
pub(super) fn answers(me: &Half, other: &Half, segment: &Segment, order: Order) -> bool {
    let acknowledges_more =
        segment.flags.ack() && (!me.marks.has(Marks::ACKED) || segment.ack.after(me.rcv_nxt));
    let waits = other.seen() && other.snd_nxt.after(segment.ack);
    acknowledges_more || order != Order::Again && !(segment.seq_len() > 0 && waits)
}

/// The first repetition may be a probe (RFC 8985 §7), the second comes from a timeout.
const TIMED_OUT: u8 = 2;

/// How often a side has repeated itself: what tells silence from idleness. What comes again after a RST may be an old copy, and
/// nobody is there to answer it.
fn count_unanswered(flow: &mut Flow, segment: &Segment, by: End, order: Order) {
    let over = segment.flags.rst() || flow.facts.has(Facts::RESET);
    let other = flow.halves.at(by.peer());
    // Each round begins with the oldest byte that was not acknowledged (RFC 6298 §5.4); what lies behind it may be many segments.
    let oldest = !other.marks.has(Marks::ACKED) || !segment.seq.after(other.rcv_nxt);
    let count = flow.unanswered.at_mut(by);
    match order {
        Order::Again | Order::Probe if !over && oldest => *count = count.saturating_add(1),
        Order::Next | Order::Ahead => note_progress(count, segment),
        _ => {}
    }
}

/// After a timeout nothing new is sent before an answer has come (RFC 5681 §3.1): whoever says something new has had one, though the
/// capture misses it.
#[inline]
pub(super) fn note_progress(count: &mut u8, segment: &Segment) {
    if *count >= TIMED_OUT && segment.len > 0 {
        *count = 0;
    }
}
