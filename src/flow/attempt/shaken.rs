//! SYN and SYN+ACK that say nothing else, and the acknowledgement behind them: nearly every connection that is followed begins with
//! these, and what the tracker makes of them is known. Property tests hold the two equal.

use crate::decode::{Segment, Traits};

use super::super::facts::Facts;
use super::super::half::Marks;
use super::super::history::Letter;
use super::super::key::End;
use super::super::legs;
use super::super::place::Look;
use super::super::recent::{Recent, RecentRing};
use super::super::state::{Cold, Flow};
use super::super::track;
use super::super::zeek::{EndpointState, Role, SideState};

/// Those because of which the acknowledgement would have to be looked at.
const UNUSUAL: Facts =
    Facts::RESET.with(Facts::STRAY).with(Facts::DUPLICATED).with(Facts::FIN).with(Facts::ENDS_ONLY);

/// Do both say nothing else? Each is what an attempt keeps.
pub(super) fn are_plain(syn: &Segment, answer: &Segment) -> bool {
    [syn, answer].iter().all(|segment| segment.wnd > 0 && !segment.traits.has(Traits::BAD_CHECKSUM))
}

/// Follows the two, of which `by` sent the first, on a connection that begins with them.
pub(super) fn follow(
    flow: &mut Flow,
    cold: &mut Cold,
    ring: &mut RecentRing,
    (syn, answer): (&Segment, &Segment),
    by: End,
) {
    let (client, server) = flow.halves.pair_mut(by);
    client.sent(syn);
    server.sent(answer);
    server.acknowledged(answer, client);
    client.zeek = SideState { now: EndpointState::Established, before: EndpointState::SynSent };
    server.zeek = SideState { now: EndpointState::Established, before: EndpointState::Inactive };
    let ends = [(by, syn, Role::Originator, b'S'), (by.peer(), answer, Role::Responder, b'H')];
    for (by, segment, role, shown) in ends {
        flow.seen.note(Letter::Syn, role);
        cold.letters.at_mut(by).last_syn = segment.seq.0;
        *cold.opened.at_mut(by) = Look::of(segment);
        cold.history.push(role, shown);
        flow.recent = ring.push(flow.recent, || Recent::of(segment, by));
    }
    cold.syn = syn.ts;
    flow.facts.set(Facts::SYN_PENDING);
    legs::measure(flow, by.peer(), answer.ts.since(syn.ts));
    track::note_last(flow, answer, by.peer());
}

/// Is `segment`, sent by `by`, the mere acknowledgement of a SYN+ACK, and nothing else has been heard of the connection than that and the
/// SYN?
pub(in super::super) fn is_finished_by(flow: &Flow, segment: &Segment, by: End) -> bool {
    let (me, peer) = (flow.halves.at(by), flow.halves.at(by.peer()));
    let only_these = (me.packets, peer.packets, me.retransmits, peer.retransmits) == (1, 1, 0, 0);
    let begun = me.marks.has(Marks::SYN) && peer.marks.has(Marks::SYN_ACK) && !me.marks.has(Marks::SYN_ACK);
    let established = |now| now == EndpointState::Established;
    flow.facts.has(Facts::SYN_PENDING)
        && !flow.facts.has(UNUSUAL)
        && (by, by) == (flow.client, flow.originator)
        && only_these
        && begun
        && established(me.zeek.now)
        && established(peer.zeek.now)
        && segment.is_pure_ack()
        && (segment.seq, segment.ack) == (me.snd_nxt, peer.snd_nxt)
        && segment.wnd > 0
        && !segment.traits.has(Traits::BAD_CHECKSUM)
}

/// Takes note of it.
pub(in super::super) fn finish(
    flow: &mut Flow,
    cold: &mut Cold,
    ring: &mut RecentRing,
    segment: &Segment,
    by: End,
) {
    let (me, peer) = flow.halves.pair_mut(by);
    let sample = legs::since_said(peer, segment);
    me.goes_on(segment);
    me.acknowledged(segment, peer);
    *flow.unanswered.at_mut(by.peer()) = 0;
    flow.seen.note(Letter::Ack, Role::Originator);
    cold.history.push(Role::Originator, b'A');
    flow.facts.clear(Facts::SYN_PENDING);
    cold.rtt = Some(segment.ts.since(cold.syn));
    legs::measure(flow, by, sample);
    track::note_last(flow, segment, by);
    flow.recent = ring.push(flow.recent, || Recent::of(segment, by));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::exchange::Peek;
    use super::super::super::key::FlowKey;
    use super::*;
    use crate::decode::{Flags, SeqNumber, script};
    use crate::time::Span;

    /// A handshake with all that may differ.
    fn handshake(numbers: [u32; 4], bits: [u16; 6], ecn: [u8; 2]) -> [Segment; 2] {
        let played = script::parse("A > B S\n+0.01 B > A S.").unwrap();
        let mut segments = played.into_iter().map(|scripted| match scripted {
            script::Scripted::Segment(segment, _) => segment,
            script::Scripted::Icmp(_) => panic!("no segment"),
        });
        let [seq, iss, pause, more] = numbers;
        let looks = |segment: Segment, at: usize| Segment {
            traits: Traits(bits[at]),
            wnd: bits[at + 2],
            ip_id: bits[at + 4],
            ttl: more.to_be_bytes()[at],
            wscale: more.to_be_bytes()[at + 2] & 0xf,
            flags: Flags(segment.flags.0 | ecn[at] & 0xc0),
            ..segment
        };
        let mut next = || segments.next().unwrap();
        let syn = looks(Segment { seq: SeqNumber(seq), ..next() }, 0);
        let ts = syn.ts.plus(Span::from_nanos(pause.into()));
        [syn, looks(Segment { ts, seq: SeqNumber(iss), ack: syn.seq.plus(1), ..next() }, 1)]
    }

    /// The acknowledgement behind it, or something that differs from that.
    fn last_of(syn: &Segment, answer: &Segment, odd: u8, [pause, traits, wnd, id]: [u16; 4]) -> Segment {
        let [ttl, _] = id.to_be_bytes();
        let ts = answer.ts.plus(Span::from_nanos(u64::from(pause) << (id & 0xf)));
        let (seq, ack) = (syn.seq.plus(1), answer.seq.plus(1));
        let rest = Segment { src: syn.src, dst: syn.dst, frame: 9, ..Segment::default() };
        let last =
            Segment { ts, seq, ack, flags: Flags::ACK, traits: Traits(traits), wnd, ip_id: id, ttl, ..rest };
        match odd {
            1 => Segment { seq: last.seq.plus(1), ..last },
            2 => Segment { seq: last.seq.minus(1), ..last },
            3 => Segment { ack: last.ack.plus(1), ..last },
            4 => Segment { ack: last.ack.minus(1), ..last },
            5 => Segment { len: 9, ..last },
            6 => Segment { flags: Flags::ACK.with(Flags::FIN), ..last },
            7 => Segment { src: last.dst, dst: last.src, seq: last.ack, ack: last.seq, ..last },
            _ => last,
        }
    }

    proptest! {
        #[test]
        fn what_is_known_of_a_handshake_is_what_is_heard(
            numbers: [u32; 4],
            bits: [u16; 6],
            ecn: [u8; 2],
            (turned, odd, more) in (any::<bool>(), 0_u8..12, any::<[u16; 4]>()),
        ) {
            let [mut syn, mut answer] = handshake(numbers, bits, ecn);
            if turned {
                (syn.src, syn.dst, answer.src, answer.dst) = (syn.dst, syn.src, answer.dst, answer.src);
            }
            prop_assume!(are_plain(&syn, &answer));
            let (key, by) = FlowKey::of(&syn);
            let last = last_of(&syn, &answer, odd, more);
            let told = |known: bool| {
                let mut ring = RecentRing::new(4);
                let (mut flow, mut cold) = (Flow::begin(key, &syn, by), Cold::begin(&syn));
                let hear = |segment: &Segment, by, flow: &mut Flow, cold: &mut Cold, ring: &mut RecentRing| {
                    track::segment(flow, cold, ring, (segment, &[]), by, Peek::Allowed);
                };
                if known {
                    follow(&mut flow, &mut cold, &mut ring, (&syn, &answer), by);
                } else {
                    hear(&syn, by, &mut flow, &mut cold, &mut ring);
                    hear(&answer, by.peer(), &mut flow, &mut cold, &mut ring);
                }
                let begun = format!("{flow:?} {cold:?}");
                let by = FlowKey::of(&last).1;
                if known && is_finished_by(&flow, &last, by) {
                    finish(&mut flow, &mut cold, &mut ring, &last, by);
                } else {
                    hear(&last, by, &mut flow, &mut cold, &mut ring);
                }
                let ladder: Vec<&Recent> = ring.back_from(flow.recent).collect();
                format!("{begun} {flow:?} {cold:?} {ladder:?}")
            };
            prop_assert_eq!(told(true), told(false));
        }

        #[test]
        fn a_mere_acknowledgement_finishes_it(numbers: [u32; 4], more: [u16; 4]) {
            let [syn, answer] = handshake(numbers, [0, 0, 1, 1, 0, 0], [0, 0]);
            let (key, by) = FlowKey::of(&syn);
            let (mut flow, mut cold) = (Flow::begin(key, &syn, by), Cold::begin(&syn));
            follow(&mut flow, &mut cold, &mut RecentRing::new(4), (&syn, &answer), by);
            for odd in 0..8 {
                let last = last_of(&syn, &answer, odd, more);
                let plain = last.wnd > 0 && !last.traits.has(Traits::BAD_CHECKSUM);
                prop_assert_eq!(is_finished_by(&flow, &last, FlowKey::of(&last).1), odd == 0 && plain);
            }
        }
    }
}
