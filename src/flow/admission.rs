//! Does a segment belong to the connection that its addresses name, or does it begin another one on the same ports?

use crate::decode::{Segment, SeqNumber};

use super::facts::Facts;
use super::half::{Half, Marks};
use super::key::End;
use super::recent::{Recent, RecentRing};
use super::state::{Cold, Flow, Phase};

/// How far a segment may lie from what a closed connection last sent and still be its: Zeek's limit for numbers that
/// it trusts (`TOO_LARGE_SEQ_DELTA`).
const NEAR: u32 = 1 << 20;

/// As much may a side have acknowledged by the time when the first of the other is captured: an initial window (RFC 6928).
const BURST: u32 = 14_600;

/// What a segment is to the connection that its addresses name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Part of it.
    Same,
    /// The first of another connection on the same ports.
    Reuse,
    /// A SYN into a connection that lives. RFC 5961 §4 leaves it unharmed; who answers it shows what it was.
    Stray,
    /// None of it, though it has its addresses: a SYN+ACK of a SYN that was not captured, or forged numbers.
    Foreign,
    /// Of an earlier one, which its sender still has: what answers a SYN then acknowledges that one (RFC 9293 §3.5.1, RFC 5961 §4).
    Earlier,
    /// The answer to such a SYN: that one began another connection.
    Split(Segment),
    /// Another answer to the same SYN, with a number of its own: the listener had given up the first, which nobody has acknowledged as
    /// yet (see [`offer_taken`]).
    Anew,
}

/// Decides. `flow` and `cold` are as they were before `segment`, which `by` sent.
pub(super) fn admit(flow: &Flow, cold: &Cold, segment: &Segment, by: End) -> Admission {
    let (me, peer) = (flow.halves.at(by), flow.halves.at(by.peer()));
    if flow.facts.has(Facts::STRAY)
        && let Some(syn) = answered_stray(cold, segment)
    {
        return Admission::Split(syn);
    }
    match (segment.flags.syn() && !segment.flags.rst(), segment.flags.ack()) {
        (true, false) => admit_syn(flow, segment, me, peer),
        (true, true) if accepts_after_all(me, peer, segment) => Admission::Same,
        (true, true) if answers_anew(me, peer, segment) => Admission::Anew,
        (true, true) if is_other_syn_ack(me, segment) && flow.phase == Phase::Lingering => Admission::Reuse,
        (true, true) if is_other_syn_ack(me, segment) && me.marks.has(Marks::SYN) => Admission::Foreign,
        (false, true) if answers_for_earlier(me, peer, segment) => Admission::Earlier,
        (false, _) if refuses_earlier(me, peer, segment) => Admission::Foreign,
        // Numbers that this side never came near belong to a next connection, whose SYN is late or missing.
        (false, _) if flow.phase == Phase::Lingering && is_far(me, segment) && has_numbers(cold, by) => {
            Admission::Foreign
        }
        _ => Admission::Same,
    }
}

/// The first answer to a SYN, which acknowledges something else, and nothing that the capture might have missed.
fn answers_for_earlier(me: &Half, peer: &Half, segment: &Segment) -> bool {
    let to_syn = !me.seen() && peer.marks.has(Marks::SYN) && !peer.marks.has(Marks::ACKED);
    let ahead = !segment.ack.before(peer.iss) && near(segment.ack, peer.iss);
    to_syn && !segment.flags.rst() && !ahead
}

/// The RST with which a host that is connecting answers that (RFC 9293 §3.10.7.3).
fn refuses_earlier(me: &Half, peer: &Half, segment: &Segment) -> bool {
    peer.marks.has(Marks::EARLIER) && !peer.seen() && segment.flags.rst() && segment.seq != me.snd_nxt
}

fn is_far(me: &Half, segment: &Segment) -> bool {
    me.seen() && !segment.flags.rst() && !near(segment.seq, me.snd_nxt)
}

/// Are this side's numbers known? A RST that answers a SYN has none (RFC 9293 §3.5.2), and that may be all that was seen of it.
fn has_numbers(cold: &Cold, by: End) -> bool {
    let refusal = cold.reset.as_ref().filter(|reset| reset.by == by && reset.rst.seq == SeqNumber(0));
    refusal.is_none_or(|reset| reset.before.at(by).seen())
}

/// Is `a` a number that a side which was last at `b` may have sent?
pub(super) fn near(a: SeqNumber, b: SeqNumber) -> bool {
    a.offset_from(b).unsigned_abs() <= NEAR
}

fn answered_stray(cold: &Cold, segment: &Segment) -> Option<Segment> {
    let syn = cold.stray_syn.as_deref()?;
    let is_answer =
        segment.flags.ack() && (segment.flags.syn() || segment.flags.rst()) && segment.ack == syn.seq_end();
    let from_other_side = (syn.src, syn.dst) == (segment.dst, segment.src);
    (is_answer && from_other_side).then_some(*syn)
}

fn admit_syn(flow: &Flow, segment: &Segment, me: &Half, peer: &Half) -> Admission {
    let announced = !me.seen() && is_answered(segment, peer);
    if me.seen() && segment.seq == me.iss || announced {
        return Admission::Same;
    }
    if flow.phase == Phase::Lingering {
        return Admission::Reuse;
    }
    if !me.seen() {
        let simultaneous = peer.marks.has(Marks::SYN) && !peer.marks.has(Marks::ACKED);
        return if simultaneous { Admission::Same } else { Admission::Reuse };
    }
    let unanswered = me.marks.has(Marks::SYN) && !peer.seen();
    if !me.marks.has(Marks::SYN) || unanswered || me.has_fin() || peer.has_fin() {
        return Admission::Reuse;
    }
    Admission::Stray
}

/// Was this SYN answered before it was captured, as by a tap with a clock for each direction? Its answer acknowledges it, and what the other side said
/// since a little more.
fn is_answered(syn: &Segment, peer: &Half) -> bool {
    let begins = syn.seq_end();
    let heard = |within: u32| !peer.rcv_nxt.before(begins) && peer.rcv_nxt.before(begins.plus(within));
    peer.marks.has(Marks::ACKED) && heard(if peer.marks.has(Marks::SYN_ACK) { BURST } else { 1 })
}

/// A SYN+ACK that answers the same SYN as a RST with its sender's address did.
fn accepts_after_all(me: &Half, peer: &Half, segment: &Segment) -> bool {
    let only_syn = peer.marks.has(Marks::SYN) && !peer.marks.has(Marks::ACKED);
    !me.marks.has(Marks::SYN) && only_syn && segment.ack == peer.iss.plus(1)
}

/// A SYN+ACK in place of one that was never acknowledged. Its sender had said nothing else.
fn answers_anew(me: &Half, peer: &Half, segment: &Segment) -> bool {
    let only_syn = peer.marks.has(Marks::SYN) && !peer.marks.has(Marks::ACKED);
    let only_answer = me.marks.has(Marks::SYN_ACK) && me.snd_nxt == me.iss.plus(1);
    only_answer && only_syn && segment.seq != me.iss && segment.ack == peer.iss.plus(1)
}

/// The number of an earlier SYN+ACK, where two that differ answered a SYN and the first acknowledgement of its sender is of that one.
pub(super) fn offer_taken(flow: &Flow, ring: &RecentRing, segment: &Segment, by: End) -> Option<SeqNumber> {
    let (me, peer) = (flow.halves.at(by), flow.halves.at(by.peer()));
    let begins = me.marks.has(Marks::SYN) && !me.marks.has(Marks::ACKED) && segment.flags.ack();
    let only_answer = peer.marks.has(Marks::SYN_ACK) && peer.snd_nxt == peer.iss.plus(1);
    let other = begins && only_answer && !segment.flags.rst() && segment.ack != peer.snd_nxt;
    let offers =
        |recent: &&Recent| recent.by != by && recent.flags.syn() && recent.seq.plus(1) == segment.ack;
    other.then(|| ring.back_from(flow.recent).find(offers))?.map(|recent| recent.seq)
}

fn is_other_syn_ack(me: &Half, segment: &Segment) -> bool {
    me.seen() && segment.seq != me.iss
}
