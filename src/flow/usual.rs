//! The usual segment of a connection that goes on, be it seen from its beginning or not: it begins where its sender had
//! stopped, acknowledges no more than the other side sent, and says nothing about the connection itself (Van Jacobson's
//! header prediction, seen from outside).
//!
//! Nearly every segment is one, and most of what [`super::track`] does for a segment does nothing for these. Whatever
//! is not surely one is declined. A property test holds the two equal wherever this one answers.

use crate::decode::{Flags, Segment, Traits};

use super::exchange::Peek;
use super::facts::Facts;
use super::half::{Marks, Order};
use super::history::Letter;
use super::key::End;
use super::legs;
use super::recent::{Recent, RecentRing};
use super::state::Flow;
use super::track;
use super::zeek::{EndpointState, Role};

/// A segment with one of these says something about the connection itself.
const TELLING: Flags = Flags::SYN.with(Flags::FIN).with(Flags::RST);

/// Is `segment`, sent by `by`, surely a usual one?
#[inline]
pub(super) fn is_usual(flow: &Flow, segment: &Segment, by: End) -> bool {
    let (me, peer) = (flow.halves.at(by), flow.halves.at(by.peer()));
    segment.flags.ack()
        && !segment.flags.has(TELLING)
        && !flow.facts.has(Facts::UNUSUAL)
        && me.zeek.now != EndpointState::Inactive
        && !flow.seen.is_only_syn()
        && me.marks.has(Marks::ACKED)
        && segment.seq == me.snd_nxt
        && !me.is_behind()
        && (segment.len == 0 || segment.seq_end().after(me.snd_nxt))
        && (!peer.seen() || !peer.marks.has(Marks::HOLE) && !segment.ack.after(peer.snd_nxt))
        && segment.wnd > 0
        && !segment.traits.has(Traits::BAD_CHECKSUM)
}

/// Does a usual segment say anything for the first time? See [`Half::is_news`].
///
/// [`Half::is_news`]: super::half::Half::is_news
#[inline]
pub(super) fn is_news(flow: &Flow, segment: &Segment, by: End) -> bool {
    segment.len > 0 || segment.ack.after(flow.halves.at(by).rcv_nxt)
}

/// May taking note of `segment`, sent by `by`, touch the cold part? A guess ahead of time, which changes nothing but the speed.
#[inline]
pub(super) fn needs_cold(flow: &Flow, segment: &Segment, by: End) -> bool {
    segment.flags.has(TELLING) || flow.facts.has(Facts::UNUSUAL) || is_said_before(flow, segment, by)
}

/// Is a letter to be written for it, in all likelihood, if it is a usual one?
#[inline]
pub(super) fn needs_history(flow: &Flow, segment: &Segment, by: End) -> bool {
    !flow.seen.has_of(letter(segment).0, flow.role(by))
}

/// Has all that `segment` says been said before, in all likelihood? Then it may be the same frame once more, or comes again. What lies
/// ahead mostly comes behind a segment that is still to be taken note of.
#[inline]
pub(super) fn is_said_before(flow: &Flow, segment: &Segment, by: End) -> bool {
    let me = flow.halves.at(by);
    segment.seq.before(me.snd_nxt) || segment.len == 0 && segment.ack == me.rcv_nxt
}

/// Takes note of a usual segment. It ends nothing and revives nothing. Gives the letter that Zeek writes for it, if it does.
#[inline]
pub(super) fn segment(
    flow: &mut Flow,
    ring: &mut RecentRing,
    (segment, payload): (&Segment, &[u8]),
    by: End,
    peek: Peek,
) -> Option<(Role, u8)> {
    // What [`is_usual`] has found out is not asked again, as the long way does.
    let (me, other) = flow.halves.pair_mut(by);
    let acknowledges_more = segment.ack.after(me.rcv_nxt);
    let answers = acknowledges_more && segment.ack == other.snd_nxt && other.seen() && other.retransmits == 0;
    let answered_after = (answers && legs::has_said(other)).then(|| legs::since_said(other, segment));
    let unanswered = flow.unanswered.at_mut(by.peer());
    if *unanswered > 0 && track::answers(me, other, segment, Order::Next) {
        *unanswered = 0;
    }
    track::note_progress(flow.unanswered.at_mut(by), segment);
    me.goes_on(segment);
    me.acknowledges(segment, other);
    let letter = first_letter(flow, segment, by);
    if let Some(sample) = answered_after {
        legs::measure(flow, by, sample);
    }
    track::note_last(flow, segment, by);
    if segment.len > 0 && !flow.hearing.pass((segment, payload), by) {
        say(flow, (segment, payload, ring.next()), by, peek);
    }
    flow.recent = ring.push(flow.recent, || Recent::of(segment, by));
    letter
}

/// Into the exchange, which is mostly one in TLS that goes on.
fn say(flow: &mut Flow, heard: (&Segment, &[u8], u64), by: End, peek: Peek) {
    flow.hearing.settle(&flow.halves, flow.recent);
    if peek == Peek::Forbidden || !flow.hearing.goes_on_in_tls(heard, by) {
        track::say(flow, heard, by, Order::Next, peek);
    }
}

const fn letter(segment: &Segment) -> (Letter, u8) {
    if segment.len > 0 { (Letter::Data, b'D') } else { (Letter::Ack, b'A') }
}

/// Zeek writes a letter for the first one of a side.
#[inline]
fn first_letter(flow: &mut Flow, segment: &Segment, by: End) -> Option<(Role, u8)> {
    let (letter, shown) = letter(segment);
    let role = flow.role(by);
    if flow.seen.has_of(letter, role) {
        return None;
    }
    flow.seen.note(letter, role);
    Some((role, shown))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::key::FlowKey;
    use super::super::state::Cold;
    use super::*;
    use crate::decode::{SeqNumber, script};
    use crate::time::Span;

    /// A step of a connection: who speaks, how its numbers differ from those of a side that goes on, and what it carries.
    type Step = (bool, Odd, u8, Vec<u8>);

    /// How a segment differs from a usual one.
    #[derive(Clone, Copy, Debug)]
    enum Odd {
        Usual,
        Seq(i8),
        Ack(i8),
        Flags(u8),
        NoWindow,
        BadChecksum,
    }

    fn odd() -> impl Strategy<Value = Odd> {
        prop_oneof![
            20 => Just(Odd::Usual),
            1 => any::<i8>().prop_map(Odd::Seq),
            1 => (-1_i8..=1).prop_map(Odd::Seq),
            1 => any::<i8>().prop_map(Odd::Ack),
            1 => any::<u8>().prop_map(Odd::Flags),
            1 => Just(Odd::NoWindow),
            1 => Just(Odd::BadChecksum),
        ]
    }

    fn step() -> impl Strategy<Value = Step> {
        let payload = prop_oneof![Just(Vec::new()), proptest::collection::vec(any::<u8>(), 0..40)];
        (any::<bool>(), odd(), 0_u8..60, payload)
    }

    /// The segments of a handshake, but for the first `missing` of them, and then of `steps`.
    fn segments(missing: usize, steps: &[Step]) -> Vec<(Segment, Vec<u8>)> {
        let handshake = script::parse("A > B S\nB > A S.\nA > B .\nB > A P. len 5\nA > B P. len 5").unwrap();
        let mut all: Vec<(Segment, Vec<u8>)> = Vec::new();
        for scripted in handshake {
            let script::Scripted::Segment(segment, payload) = scripted else { continue };
            all.push((segment, payload));
        }
        let ends = [all[4].0, all[3].0];
        let mut next = ends.map(|segment| segment.seq_end());
        for (by_client, odd, pause, payload) in steps {
            let me = usize::from(!by_client);
            let last = all[all.len() - 1].0;
            let len = u32::try_from(payload.len()).unwrap();
            let mut segment = Segment {
                ts: last.ts.plus(Span::from_millis((*pause).into())),
                frame: last.frame + 1,
                seq: next[me],
                ack: next[1 - me],
                len,
                ..ends[me]
            };
            bend(&mut segment, *odd);
            next[me] = next[me].furthest(segment.seq_end());
            all.push((segment, payload.clone()));
        }
        all.split_off(missing)
    }

    fn bend(segment: &mut Segment, odd: Odd) {
        let moved = |number: SeqNumber, by: i8| SeqNumber(number.0.wrapping_add_signed(by.into()));
        match odd {
            Odd::Usual => {}
            Odd::Seq(by) => segment.seq = moved(segment.seq, by),
            Odd::Ack(by) => segment.ack = moved(segment.ack, by),
            Odd::Flags(flags) => segment.flags = Flags(flags),
            Odd::NoWindow => segment.wnd = 0,
            Odd::BadChecksum => segment.traits.set(Traits::BAD_CHECKSUM),
        }
    }

    struct World {
        flow: Flow,
        cold: Cold,
        ring: RecentRing,
    }

    impl World {
        fn of(first: &Segment) -> Self {
            let (key, by) = FlowKey::of(first);
            Self { flow: Flow::begin(key, first, by), cold: Cold::begin(first), ring: RecentRing::new(64) }
        }

        fn told(&self) -> String {
            let ladder: Vec<&Recent> = self.ring.back_from(self.flow.recent).collect();
            let mut flow = self.flow.clone();
            flow.hearing.settle(&flow.halves, flow.recent);
            format!("{flow:?} {:?} {ladder:?}", self.cold)
        }
    }

    /// Follows `steps` both ways, which have to agree after each; gives how many of the segments were usual ones.
    fn follow(missing: usize, steps: &[Step]) -> usize {
        let all = segments(missing, steps);
        let (mut one, mut other) = (World::of(&all[0].0), World::of(&all[0].0));
        let mut usual = 0;
        for (heard, payload) in &all {
            let by = FlowKey::of(heard).1;
            if is_usual(&one.flow, heard, by) {
                usual += 1;
                assert_eq!(is_news(&one.flow, heard, by), one.flow.halves.at(by).is_news(heard));
            }
            let World { flow, cold, ring } = &mut one;
            let ending = track::segment(flow, cold, ring, (heard, payload), by, Peek::Allowed);
            let World { flow, cold, ring } = &mut other;
            let slow = track::any_segment(flow, cold, ring, (heard, payload), by, Peek::Allowed);
            assert_eq!((ending, one.told()), (slow, other.told()));
        }
        usual
    }

    proptest! {
        #[test]
        fn usual_segments_change_what_any_segment_would(
            missing in 0_usize..5,
            steps in proptest::collection::vec(step(), 0..40),
        ) {
            follow(missing, &steps);
        }
    }

    /// An empty segment goes one number ahead, an old one comes again, and data goes on behind the hole: none of it is passed over.
    #[test]
    fn what_goes_on_behind_a_hole_is_no_more_of_the_same() {
        let data = |odd, len| (false, odd, 1, vec![7; len]);
        let steps = [
            data(Odd::Usual, 10),
            data(Odd::Usual, 40),
            data(Odd::Seq(1), 0),
            data(Odd::Seq(-30), 20),
            data(Odd::Usual, 5),
            data(Odd::Usual, 5),
        ];
        assert!(follow(0, &steps) > 3);
    }

    #[test]
    fn what_goes_on_is_usual_and_what_tells_something_is_not() {
        let usual = |odd| follow(0, &[(true, odd, 1, b"data".to_vec())]);
        let before = usual(Odd::Flags(0));
        assert_eq!(usual(Odd::Usual), before + 1);
        for odd in [Odd::Seq(1), Odd::Seq(-1), Odd::Ack(1), Odd::Flags(0x11), Odd::NoWindow, Odd::BadChecksum]
        {
            assert_eq!(usual(odd), before, "{odd:?}");
        }
    }
}
