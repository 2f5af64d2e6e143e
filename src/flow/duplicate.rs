//! Frames that were captured twice: loopback, `any` and mirror ports show them so.

use crate::decode::{Segment, Traits};
use crate::time::Span;

use super::close::Reset;
use super::facts::Facts;
use super::half::Marks;
use super::key::{Both, End, FlowKey};
use super::place::{Copied, Look, Looks};
use super::recent::{Recent, RecentRing};
use super::state::{Cold, Flow};

/// Frames of a connection that were captured twice; takes room only once there are any.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Doubles(Option<Box<Twice>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
struct Twice {
    /// How many of each end, up to 255.
    segments: Both<u8>,
    /// How each end's looked the second time, and any later one, RSTs apart.
    looks: Both<Looks>,
    /// How many came in another of the merged captures than before, up to 255.
    elsewhere: u8,
}

/// As many frames that two captures both hold are no accident of where one capture was cut in two.
const IN_BOTH: u8 = 2;

impl Doubles {
    /// Another one, which came before in the capture `first`.
    pub(super) fn note(&mut self, segment: &Segment, by: End, first: u16) {
        let twice = self.0.get_or_insert_default();
        let count = twice.segments.at_mut(by);
        *count = count.saturating_add(1);
        if !segment.flags.rst() {
            twice.looks.at_mut(by).note(Look::of(segment));
        }
        twice.elsewhere = twice.elsewhere.saturating_add(u8::from(segment.file != first));
    }

    /// How many there are of one end, up to 255.
    #[must_use]
    pub fn segments(&self, by: End) -> u8 {
        self.0.as_ref().map_or(0, |twice| *twice.segments.at(by))
    }

    /// How those of one end looked the second time, and any later one, RSTs apart.
    pub fn looks(&self, by: End) -> impl Iterator<Item = Look> + '_ {
        self.0.iter().flat_map(move |twice| twice.looks.at(by).iter())
    }

    /// Do several of the merged captures hold the same frames? Then they were made at several places; else they may be one that was cut in
    /// pieces, or holds each direction by itself.
    #[must_use]
    pub fn are_of_several_places(&self) -> bool {
        self.0.as_ref().is_some_and(|twice| twice.elsewhere >= IN_BOTH)
    }

    /// Bytes of memory that they take elsewhere.
    pub(super) fn weight(&self) -> usize {
        self.0.as_deref().map_or(0, size_of_val)
    }
}

/// Takes note of a frame that had been captured before in the capture `first`, and tells whether the connection holds more elsewhere by it.
pub(super) fn note_double(cold: &mut Cold, segment: &Segment, by: End, first: u16) -> bool {
    let held = |cold: &Cold| cold.doubles.weight() + cold.reset.as_deref().map_or(0, Reset::weight);
    let before = held(cold);
    cold.doubles.note(segment, by, first);
    let is_it = |reset: &&mut Box<Reset>| {
        let (one, other) = (&reset.rst, segment);
        by == reset.by && (one.seq, one.ack, one.flags) == (other.seq, other.ack, other.flags)
    };
    if let Some(reset) = cold.reset.as_mut().filter(is_it) {
        Copied::note(&mut reset.copies, &Recent::of(segment, by));
    }
    held(cold) != before
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
pub(super) const SAME_FRAME_ELSEWHERE: Span = Span::from_secs(10);
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
pub(super) fn may_be_duplicate(segment: &Segment, by: End, flow: &Flow, cold: &Cold) -> bool {
    if !is_identified(segment) && !flow.facts.has(Facts::DUPLICATED) {
        return false;
    }
    let late = || segment.ts.since(flow.last().ts) > longest(segment, by, flow, cold);
    // A SYN that was put aside is news for ever.
    flow.facts.has(Facts::STRAY) || !(flow.halves.at(by).is_news(segment) || late())
}

/// Is it the same frame as one that came shortly before? Gives in which of the merged captures that one was. Looks at what few segments touch,
/// and therefore only where [`may_be_duplicate`].
#[inline(never)]
pub(super) fn find_first(
    segment: &Segment,
    by: End,
    flow: &mut Flow,
    cold: &Cold,
    ring: &RecentRing,
) -> Option<u16> {
    let certain = is_identified(segment);
    let recent = Recent::of(segment, by);
    let since = |other: &Recent| segment.ts.since(other.ts);
    let longest = longest(segment, by, flow, cold);
    let near = |other: &&Recent| since(other) <= longest;
    let same = |other: &&Recent| {
        let same_way = (other.ttl, other.file) == (recent.ttl, recent.file);
        let soon = if same_way && !certain { SAME_FRAME_UNIDENTIFIED } else { SAME_FRAME };
        let told_apart = since(other) <= soon || !same_way;
        told_apart && other.anywhere() == recent.anywhere()
    };
    // Of captures that were put one behind the other a stretch comes again.
    let goes_back = segment.ts < flow.last().ts;
    let many = goes_back || longest > SAME_FRAME || flow.facts.has(Facts::DUPLICATED);
    let depth = if many { DEPTH_OF_DOUBLES } else { DEPTH };
    // A SYN that was put aside is not in the ring.
    let aside = cold.stray_syn.as_deref().map(|syn| Recent::of(syn, FlowKey::of(syn).1));
    let before = ring.back_from(flow.recent).take(depth).take_while(near);
    let found = before.chain(aside.as_ref().filter(near)).find(same)?;
    if certain {
        flow.facts.set(Facts::DUPLICATED);
    }
    Some(found.file)
}

/// How soon after a frame its double may come, if `segment`, sent by `by`, is one. What came another way than its sender's other segments, or
/// where these come several ways, is no repetition if it has the same identification or timestamp; nor is what another capture holds, be there
/// a router between the two or none.
#[inline]
fn longest(segment: &Segment, by: End, flow: &Flow, cold: &Cold) -> Span {
    let half = flow.halves.at(by);
    let other_way = half.seen() && (half.ttl != segment.ttl || half.marks.has(Marks::TTL_VARIES));
    let other_capture = segment.file != cold.file;
    let elsewhere = other_way || other_capture || flow.facts.has(Facts::DUPLICATED);
    match () {
        () if !elsewhere => SAME_FRAME,
        () if segment.ip_id != 0 || segment.traits.has(Traits::TIMESTAMPS) => SAME_FRAME_ELSEWHERE,
        () if segment.flags.syn() || other_capture || flow.facts.has(Facts::DUPLICATED) => SAME_SYN_ELSEWHERE,
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

    /// Captures of two hosts with no router between them, but a long wire: the TTL is the same at both.
    #[test]
    fn what_another_capture_holds_is_the_same_frame() {
        let talk = [
            "A > B S seq 1000 id 7",
            "B > A S. seq 5000 ack 1001 id 0",
            "A > B P. seq 1001 ack 5001 len 9 id 8",
            "B > A . seq 5001 ack 1010 id 4",
            "A > B . seq 1010 ack 5001 id 9",
            "B > A R seq 5001 id 0",
        ];
        let doubles = |from: usize, file: u16| {
            let twice = |line: &&str| format!("{line}\n+0.004 {line} file {file}\n");
            let talk: String = talk[from..].iter().map(twice).collect();
            let scripted = script::parse(&talk).unwrap();
            let pdus: Vec<_> = scripted.iter().map(script::Scripted::pdu).collect();
            FlowTable::new(Settings::default()).observe(&pdus, &mut |_| {})
        };
        assert_eq!((doubles(0, 1), doubles(0, 0)), (6, 0));
        // Without a SYN, and where nothing identifies what comes first.
        assert_eq!(doubles(2, 1), 4);
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
