//! Frames that were captured twice: loopback, `any` and mirror ports show them so.

use crate::decode::{Segment, Traits};
use crate::time::Span;

use super::half::Marks;
use super::key::{Both, End, FlowKey};
use super::recent::{Recent, RecentRing};
use super::state::{Cold, Facts, Flow};

/// Frames of a connection that were captured twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Doubles {
    /// How many of each end, up to 255.
    pub segments: Both<u8>,
    /// With which TTL each end's came the second time, RSTs apart.
    pub ttl: Both<Option<u8>>,
    /// A RST was among them.
    pub rst: bool,
}

impl Doubles {
    /// Another one.
    pub(super) fn note(&mut self, segment: &Segment, by: End) {
        let count = self.segments.at_mut(by);
        *count = count.saturating_add(1);
        if !segment.flags.rst() {
            *self.ttl.at_mut(by) = Some(segment.ttl);
        }
        self.rst |= segment.flags.rst();
    }
}

/// How soon after a frame its double comes.
pub const SAME_FRAME: Span = Span::from_millis(3);
/// The same where nothing identifies the frame and it came the same way. (One that has passed a router in between has another TTL, which its
/// host would not give to a repetition.)
const SAME_FRAME_UNIDENTIFIED: Span = Span::from_nanos(100_000);
/// The same for one that came another way, through a router, where nothing else tells it from a repetition: a SYN, which any host repeats later
/// (RFC 6298 §2.1), and whatever has neither identification nor timestamp, where frames are known to come twice.
const SAME_SYN_ELSEWHERE: Span = Span::from_millis(900);
/// And where its host would have counted on, or stamped it anew. A path may be long, and captures of two hosts have two clocks.
const SAME_FRAME_ELSEWHERE: Span = Span::from_secs(10);
/// Between a frame and its double others may lie; as many as one batch of a busy connection.
const DEPTH: usize = 8;
/// Where frames are known to come twice, a whole burst: two interfaces are read one after the other, and a sender puts out
/// up to 64 kB (45 full-size segments, TSO) at a time.
const DEPTH_OF_DOUBLES: usize = 64;

/// Can `segment`, sent by `by`, be the same frame once more? Most segments come long after the last one or say something
/// new, and need no look at what came before.
///
/// Frames of one host differ in their IPv4 identification; data and SYNs come again only after a retransmission timeout.
/// What carries neither is compared only on a connection on which frames have come twice for certain.
#[inline]
pub(super) fn may_be_duplicate(segment: &Segment, by: End, flow: &Flow) -> bool {
    if !is_identified(segment) && !flow.facts.has(Facts::DUPLICATED) {
        return false;
    }
    let late = segment.ts.since(flow.last().ts) > longest(segment, by, flow);
    // A SYN that was put aside is news for ever.
    flow.facts.has(Facts::STRAY) || !(late || flow.halves.at(by).is_news(segment))
}

/// Is it the same frame as one that came shortly before? Looks at what few segments touch, and therefore only where
/// [`may_be_duplicate`].
#[inline(never)]
pub(super) fn is_duplicate(
    segment: &Segment,
    by: End,
    flow: &mut Flow,
    cold: &Cold,
    ring: &RecentRing,
) -> bool {
    let certain = is_identified(segment);
    let recent = Recent::of(segment, by);
    let since = |other: &Recent| segment.ts.since(other.ts);
    let longest = longest(segment, by, flow);
    let near = |other: &&Recent| since(other) <= longest;
    let same = |other: &Recent| {
        let same_way = other.ttl == recent.ttl;
        let soon = if same_way && !certain { SAME_FRAME_UNIDENTIFIED } else { SAME_FRAME };
        let told_apart = since(other) <= soon || !same_way;
        let Recent { serial, ts, frame, ttl, .. } = recent;
        let like = Recent { serial, ts, frame, ttl, traits: one_way(other.traits), ..*other };
        told_apart && like == Recent { traits: one_way(recent.traits), ..recent }
    };
    // Of captures that were put one behind the other a stretch comes again.
    let goes_back = segment.ts < flow.last().ts;
    let many = goes_back || longest > SAME_FRAME || flow.facts.has(Facts::DUPLICATED);
    let depth = if many { DEPTH_OF_DOUBLES } else { DEPTH };
    // A SYN that was put aside is not in the ring.
    let aside = cold.stray_syn.as_deref().map(|syn| Recent::of(syn, FlowKey::of(syn).1));
    let before = ring.back_from(flow.recent).take(depth).take_while(near);
    let found = before.chain(aside.as_ref().filter(near)).any(same);
    if found && certain {
        flow.facts.set(Facts::DUPLICATED);
    }
    found
}

/// A frame that comes in and goes out again is the same.
const fn one_way(traits: Traits) -> Traits {
    traits.without(Traits::OUTGOING.with(Traits::LOOPBACK))
}

/// How soon after a frame its double may come, if `segment`, sent by `by`, is one. What came another way than its sender's other segments, or
/// where these come several ways, is no repetition if it has the same identification or timestamp.
#[inline]
fn longest(segment: &Segment, by: End, flow: &Flow) -> Span {
    let half = flow.halves.at(by);
    let elsewhere = half.seen() && (half.ttl != segment.ttl || half.marks.has(Marks::TTL_VARIES));
    match () {
        () if !elsewhere => SAME_FRAME,
        () if segment.ip_id != 0 || segment.traits.has(Traits::TIMESTAMPS) => SAME_FRAME_ELSEWHERE,
        () if segment.flags.syn() || flow.facts.has(Facts::DUPLICATED) => SAME_SYN_ELSEWHERE,
        () => SAME_FRAME,
    }
}

/// Carries something that no other frame of its host has.
const fn is_identified(segment: &Segment) -> bool {
    segment.ip_id != 0 || segment.len > 0 || segment.flags.syn()
}

#[cfg(test)]
mod tests {
    use crate::decode::script;
    use crate::flow::{FlowTable, Settings};

    /// Two copies of a capture, one behind the other.
    #[test]
    fn a_stretch_that_comes_again_is_doubles() {
        let talk = (1..9).fold("A > B S\nB > A S.\nA > B .\n".to_owned(), |talk, n| {
            format!("{talk}A > B P. len {n}\n+0.1 B > A P. len {n}\n")
        });
        let scripted = script::parse(&talk).unwrap();
        let again: Vec<_> = scripted.iter().chain(&scripted).map(script::Scripted::pdu).collect();
        let mut table = FlowTable::new(Settings::default());
        assert_eq!(table.observe(&again, &mut |_| {}), scripted.len() as u64);
    }

    /// A router's two sides: what nothing identifies is known by the TTL that it has lost, but not what its host sent again.
    #[test]
    fn what_has_passed_a_router_is_the_same_frame() {
        let twice = |line: &str| format!("{line} ttl 64\n+0.0002 {line} ttl 63 out\n");
        let talk = [
            "A > B S seq 1000 id 7",
            "B > A S. seq 5000 ack 1001 id 9",
            "A > B P. seq 1001 ack 5001 len 9 id 8",
        ];
        let talk: String = talk.into_iter().map(twice).collect();
        let doubles = |ttl: u32| {
            let refusal = "B > A R seq 5001 id 0 ttl";
            let text = format!("{talk}{refusal} 64\n+0.0005 {refusal} {ttl}\n");
            let scripted = script::parse(&text).unwrap();
            let pdus: Vec<_> = scripted.iter().map(script::Scripted::pdu).collect();
            FlowTable::new(Settings::default()).observe(&pdus, &mut |_| {})
        };
        assert_eq!((doubles(64), doubles(63)), (3, 4));
    }

    /// Captures of two hosts whose clocks differ: what has another TTL and the same numbers is no repetition, however late it comes.
    #[test]
    fn two_clocks_make_no_repetitions() {
        let talk = [
            "A > B S seq 1000 id 7 tsval 10 ttl",
            "B > A S. seq 5000 ack 1001 id 0 tsval 70 ttl",
            "A > B . seq 1001 ack 5001 id 8 tsval 11 ttl",
            "A > B P. seq 1001 ack 5001 len 9 id 9 tsval 11 ttl",
            "B > A R seq 5001 id 0 ttl",
        ];
        let doubles = |ttl: u8, later: &str| {
            let [first, again] = [64, ttl].map(|ttl| talk.map(|line| format!("{line} {ttl}\n")).concat());
            let scripted = script::parse(&format!("{first}+{later} {again}")).unwrap();
            let pdus: Vec<_> = scripted.iter().map(script::Scripted::pdu).collect();
            FlowTable::new(Settings::default()).observe(&pdus, &mut |_| {})
        };
        assert_eq!((doubles(63, "0.2"), doubles(64, "0.2"), doubles(63, "11")), (5, 0, 0));
    }
}
