//! One segment of a known connection: into the half-connections, Zeek's reading, the exchange and the ring.

use crate::decode::{Segment, Traits};

use super::acceptance;
use super::close::{Fin, Leg, Moment};
use super::ending::{self, Ending};
use super::exchange::Peek;
use super::half::{Half, Marks, Order};
use super::history::Letter;
use super::key::{Both, End};
use super::recent::{Recent, RecentRing};
use super::roles::Roles;
use super::state::{Cold, Flow};
use super::zeek::{self, EndpointState, Event, Outcome};

/// Takes note of `segment`, sent by `by`, and tells whether the connection has thereby ended or come back to life.
pub(super) fn segment(
    flow: &mut Flow,
    cold: &mut Cold,
    ring: &mut RecentRing,
    (segment, payload): (&Segment, &[u8]),
    by: End,
    peek: Peek,
) -> Ending {
    let before = flow.halves;
    let (me, other) = flow.halves.pair_mut(by);
    let acceptance = segment.flags.rst().then(|| acceptance::judge(segment, me, other));
    let order = me.sent(segment);
    let gaps = me.acknowledged(segment, other);
    learn_roles(cold, segment, by);
    zeek_reading(flow, cold, segment, by, order, gaps);
    count_unanswered(&mut flow.unanswered, segment, by, order);
    measure_rtt(cold, segment, by, &flow.halves);
    measure_leg(cold, segment, by, &before);
    cold.last = Moment::of(segment);
    let ended = cold.reset.is_some();
    if !ended {
        hear(flow, cold, (segment, payload), by, order, peek);
        for exchange in
            [&mut cold.exchange, &mut cold.exchange_at_fin].into_iter().flatten().filter(|_| gaps > 0)
        {
            exchange.missed(by.peer(), segment.ack);
        }
    }
    if segment.flags.fin() && !segment.flags.rst() && cold.fins.at(by).is_none() {
        *cold.fins.at_mut(by) =
            Some(Fin { serial: ring.next(), ts: segment.ts, frame: segment.frame, ack: segment.ack });
        // A FIN that came before the data that it follows says nothing of what had been said by then.
        if cold.fins.at(by.peer()).is_none() && order != Order::Ahead {
            cold.exchange_at_fin.clone_from(&cold.exchange);
        }
    }
    let recent = Recent::of(segment, by);
    let ending = match acceptance {
        Some(acceptance) => {
            let prompt = ending::prompt(segment, ring.back_from(flow.recent), by);
            ending::on_rst(cold, (segment, payload, ring.next()), by, acceptance, before, prompt)
        }
        None if ended => ending::on_segment_after(cold, segment, by, order),
        None => ending::on_segment(cold, flow),
    };
    flow.recent = ring.push(recent, flow.recent);
    ending
}

/// Into the exchange, and into what was kept of it at the first FIN where the sender of that FIN had said it before.
fn hear(
    flow: &Flow,
    cold: &mut Cold,
    (segment, payload): (&Segment, &[u8]),
    by: End,
    order: Order,
    peek: Peek,
) {
    if segment.len == 0 {
        return;
    }
    let half = flow.halves.at(by);
    let start = half.marks.has(Marks::SYN).then(|| half.iss.plus(1));
    cold.exchange.get_or_insert_default().heard((segment, payload), by, order, start, peek);
    let closed_first = match (cold.fins.at(by), cold.fins.at(by.peer())) {
        (Some(own), Some(other)) => own.serial < other.serial,
        (own, _) => own.is_some(),
    };
    if let Some(exchange) = cold.exchange_at_fin.as_mut().filter(|_| order == Order::Late && closed_first) {
        exchange.heard((segment, payload), by, order, start, peek);
    }
}

/// A SYN says who is the client, whatever was guessed before.
fn learn_roles(cold: &mut Cold, segment: &Segment, by: End) {
    if segment.flags.syn() && cold.roles == Roles::Guessed && !segment.flags.rst() {
        cold.roles = Roles::Handshake;
        cold.client = if segment.flags.ack() { by.peer() } else { by };
    }
}

/// In the order in which Zeek writes its letters: flags, window, retransmission, state, gap.
fn zeek_reading(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End, order: Order, gaps: u32) {
    flip_if_only_syn_ack(flow, cold, segment, by);
    let role = cold.role(by);
    let (me, peer) = flow.halves.pair_mut(by);
    let (state, peer_state) = (me.zeek.now, peer.zeek.now);
    write_flags(cold, segment, by);
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
        cold.flip();
    }
    write_gap(cold, by.peer(), [me, peer], gaps);
}

/// A SYN+ACK came first and its receiver goes on: the SYN was missed, and the sender of the SYN+ACK is the responder.
fn flip_if_only_syn_ack(flow: &mut Flow, cold: &mut Cold, segment: &Segment, by: End) {
    let plain = !(segment.flags.syn() || segment.flags.fin() || segment.flags.rst());
    if plain && by != cold.originator && cold.history.is_only_syn_ack() {
        flow.halves.at_mut(cold.originator).zeek.now = EndpointState::Established;
        cold.flip();
    }
}

fn write_flags(cold: &mut Cold, segment: &Segment, by: End) {
    let (role, flags) = (cold.role(by), segment.flags);
    let letters = cold.letters.at_mut(by);
    let history = &mut cold.history;
    match (flags.syn(), flags.fin(), flags.rst()) {
        (_, true, true) => drop(history.first(Letter::FinRst, role, b'I')),
        (true, true, _) | (true, _, true) => drop(history.first(Letter::MultiFlag, role, b'Q')),
        (true, ..) => {
            let shown = if flags.ack() { b'H' } else { b'S' };
            repeat(history.first(Letter::Syn, role, shown), &mut letters.last_syn, segment.seq.0, || {
                history.push(role, shown);
            });
        }
        (_, true, _) => repeat(
            history.first(Letter::Fin, role, b'F'),
            &mut letters.last_fin,
            segment.seq.plus(segment.len).0,
            || {
                history.push(role, b'F');
            },
        ),
        (_, _, true) => {
            repeat(history.first(Letter::Rst, role, b'R'), &mut letters.last_rst, segment.seq.0, || {
                history.push(role, b'R');
            });
        }
        _ if segment.len > 0 => drop(history.first(Letter::Data, role, b'D')),
        _ if flags.ack() => drop(history.first(Letter::Ack, role, b'A')),
        _ => {}
    }
}

/// SYN, FIN and RST are written once more where they come with another sequence number.
fn repeat(seen: bool, last: &mut u32, number: u32, write: impl FnOnce()) {
    if seen && *last != number {
        write();
    }
    *last = number;
}

/// A gap is the sender's letter, found out by the acknowledgement of the other side.
fn write_gap(cold: &mut Cold, sender: End, states: [&Half; 2], gaps: u32) {
    if gaps == 0 {
        return;
    }
    let role = cold.role(sender);
    let letters = cold.letters.at_mut(sender);
    letters.gaps += gaps;
    if states.iter().all(|half| matches!(half.zeek.now, EndpointState::Established | EndpointState::Closed)) {
        cold.history.push_scaled(role, b'G', letters.gaps);
    }
}

/// How often a side has repeated itself without an answer: what tells silence from idleness.
fn count_unanswered(unanswered: &mut Both<u8>, segment: &Segment, by: End, order: Order) {
    // A SYN+ACK that comes again answers nothing: it asks for the acknowledgement that it has not got.
    if !(segment.flags.syn() && order == Order::Again) {
        *unanswered.at_mut(by.peer()) = 0;
    }
    if matches!(order, Order::Again | Order::Probe) && !segment.flags.rst() {
        let count = unanswered.at_mut(by);
        *count = count.saturating_add(1);
    }
}

/// How fast a side answers: from the other side's latest data or SYN to the acknowledgement of all of it. A delayed
/// acknowledgement makes it longer, never shorter, so that the shortest one counts.
fn measure_leg(cold: &mut Cold, segment: &Segment, by: End, before: &Both<Half>) {
    let (me, peer) = (before.at(by), before.at(by.peer()));
    let first = !me.marks.has(Marks::ACKED) || segment.ack.after(me.rcv_nxt);
    let plain = segment.flags.ack() && !segment.flags.rst() && !segment.flags.syn();
    let news = plain && segment.ack == peer.snd_nxt && first;
    // An ACK that was captured before the SYN+ACK that it answers would make the way short.
    let answers_syn = segment.flags.syn() && segment.flags.ack() && peer.packets == 1;
    if !peer.seen() || !(news || answers_syn) || peer.retransmits > 0 {
        return;
    }
    let sample = segment.ts.since(peer.last_seen);
    let leg = cold.legs.at_mut(by);
    let before = leg.unwrap_or(Leg { shortest: sample, samples: 0 });
    *leg = Some(Leg { shortest: before.shortest.min(sample), samples: before.samples.saturating_add(1) });
}

/// From the SYN to the first acknowledgement of the SYN+ACK, wherever between the two hosts the capture was made. A
/// retransmitted SYN makes it unknown (RFC 6298 §3, Karn's algorithm).
fn measure_rtt(cold: &mut Cold, segment: &Segment, by: End, halves: &Both<Half>) {
    if segment.flags.syn() && !segment.flags.ack() {
        cold.syn = if halves.at(by).packets == 1 { Some(segment.ts) } else { None };
    } else if let Some(start) =
        cold.syn.filter(|_| by == cold.client && segment.is_pure_ack() && cold.rtt.is_none())
    {
        cold.syn = None;
        if halves.at(by.peer()).packets == 1 {
            cold.rtt = Some(segment.ts.since(start));
        }
    }
}
