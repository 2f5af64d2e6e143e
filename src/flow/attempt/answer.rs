//! A SYN+ACK that answered an attempt, and the RST with which the client left the handshake then: what a scan leaves of a port that
//! is open.

use crate::ahead::fetch;
use crate::decode::{Flags, Segment, SeqNumber, Traits};
use crate::time::Timestamp;

use super::super::key::{End, FlowKey};
use super::super::place::{Look, Place};
use super::{Attempt, Attempted, ECN, Outcome, Refusal};

/// A SYN+ACK, which acknowledges the SYN, and the RST behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handshake {
    /// How long after the SYN it was captured, in nanoseconds, and how many frames.
    after: u32,
    frames: u32,
    seq: SeqNumber,
    tsval: u32,
    tsecr: u32,
    wnd: u16,
    ip_id: u16,
    mss: u16,
    traits: Traits,
    flags: Flags,
    ttl: u8,
    wscale: u8,
    /// With which its client left.
    pub(super) rst: Option<Refusal>,
}

const _: () = assert!(size_of::<Handshake>() <= 56, "with what the allocator adds it is a cache line");

/// What takes longer than this to come may be late, which means something else: far less than what is late for any rule.
const AT_ONCE: u32 = 150_000_000;

impl Handshake {
    /// When its last segment came, as `after`.
    pub(super) fn last(&self) -> u32 {
        self.rst.map_or(self.after, |rst| rst.after.max(self.after))
    }
}

impl Attempt {
    /// Takes note of `segment`, sent by `by`, if that is a SYN+ACK and nothing more.
    pub(in super::super) fn answer(&mut self, segment: &Segment, by: End) -> bool {
        let &Segment { seq, tsval, tsecr, wnd, ip_id, mss, traits, flags, ttl, wscale, .. } = segment;
        let plain = flags.0 & !ECN == Flags::SYN.with(Flags::ACK).0 && segment.len == 0;
        let here = segment.file == self.file && segment.sack_right.0 == 0;
        let answers = by != self.by && segment.ack == self.seq.plus(1);
        if !(plain && here && answers && matches!(self.outcome, Outcome::Open)) {
            return false;
        }
        let Some((after, frames)) = self.since_syn(segment) else { return false };
        let rst = None;
        let handshake =
            Handshake { after, frames, seq, tsval, tsecr, wnd, ip_id, mss, traits, flags, ttl, wscale, rst };
        self.outcome = Outcome::Answered(Box::new(handshake));
        true
    }

    /// Takes note of `segment`, sent by `by`, if with that the client leaves the handshake as a host without a socket does, and does
    /// nothing more.
    pub(in super::super) fn leave(&mut self, segment: &Segment, by: End) -> bool {
        let leaves = segment.flags == Flags::RST && segment.ack.0 == 0;
        let refuses = by == self.by && segment.seq == self.seq.plus(1);
        let Some(rst) = self.bare_rst(segment).filter(|_| leaves && refuses) else { return false };
        let (outcome, left) = match std::mem::replace(&mut self.outcome, Outcome::Open) {
            Outcome::Answered(mut handshake) => {
                handshake.rst = Some(rst);
                (Outcome::Left(handshake), true)
            }
            other => (other, false),
        };
        self.outcome = outcome;
        left
    }

    /// Was it answered?
    pub(in super::super) const fn is_answered(&self) -> bool {
        matches!(self.outcome, Outcome::Answered(_) | Outcome::Left(_))
    }

    pub(super) fn handshake(&self) -> Option<&Handshake> {
        match &self.outcome {
            Outcome::Answered(handshake) | Outcome::Left(handshake) => Some(handshake),
            _ => None,
        }
    }

    /// The SYN's number and that of the answer, if there is one.
    pub(in super::super) fn numbers(&self) -> (SeqNumber, Option<SeqNumber>) {
        (self.seq, self.handshake().map(|handshake| handshake.seq))
    }

    pub(super) fn syn_ack(&self, handshake: &Handshake, key: &FlowKey) -> Segment {
        let &Handshake { after, frames, seq, tsval, tsecr, wnd, ip_id, mss, traits, flags, ttl, .. } =
            handshake;
        let (src, dst) = (key.at(self.by.peer()), key.at(self.by));
        let (ts, frame) = (self.later(after), self.frame + u64::from(frames));
        let (ack, file, wscale) = (self.seq.plus(1), self.file, handshake.wscale);
        let options = Segment { tsval, tsecr, mss, wscale, ..Segment::default() };
        Segment { ts, frame, src, dst, seq, ack, wnd, ip_id, file, traits, flags, ttl, ..options }
    }
}

impl Attempted {
    /// When its last segment was captured.
    #[must_use]
    pub fn last_seen(&self) -> Timestamp {
        let left = self.attempt.handshake().and_then(|handshake| handshake.rst);
        left.map_or_else(|| self.attempt.last_seen(), |rst| self.attempt.later(rst.after))
    }

    /// Did a SYN+ACK answer it, and its client leave the handshake then?
    #[must_use]
    pub const fn was_answered(&self) -> bool {
        self.attempt.is_answered()
    }

    /// How the SYN+ACK looked where it was captured.
    #[must_use]
    pub fn server_look(&self) -> Option<Look> {
        let handshake = self.attempt.handshake()?;
        Some(Look { place: Place::new(self.file(), handshake.traits), ttl: handshake.ttl })
    }

    /// Did the SYN+ACK come at once, and the RST at once behind it, and nothing odd with them?
    #[must_use]
    pub fn left_at_once(&self) -> bool {
        const ODD: Traits = Traits::LOOPBACK.with(Traits::CUT);
        let Some(handshake) = self.attempt.handshake() else { return false };
        let Some(rst) = &handshake.rst else { return false };
        let odd = [self.attempt.traits, handshake.traits, rst.traits].iter().any(|traits| traits.has(ODD));
        let in_order = rst.frames > handshake.frames && handshake.frames > 0;
        let left = rst.after.checked_sub(handshake.after);
        in_order && !odd && handshake.after <= AT_ONCE && left.is_some_and(|left| left <= AT_ONCE)
    }

    /// Asks for what it holds elsewhere.
    pub(in super::super) fn fetch_held(&self) {
        self.attempt.handshake().into_iter().for_each(fetch);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::{Pdu, script};
    use crate::flow::state::{self, Cold, Flow};
    use crate::flow::{Close, Ended, FlowTable, ObservedUntil, Peek, Settings, recent::RecentRing, track};
    use crate::time::Span;

    /// A handshake that its client leaves, with all that may differ.
    fn half_open(fields: [u32; 4]) -> [Segment; 3] {
        let [seq, tsval, bits, more] = fields;
        let [first, second] = [bits, more].map(u32::to_be_bytes);
        let wide = |at: usize| u16::from_be_bytes([first[at], first[(at + 1) % 4]]);
        let played = script::parse("A > B S\n+0.01 B > A S.\n+0.01 A > B R").unwrap();
        let segments: Vec<_> = played
            .into_iter()
            .map(|scripted| match scripted {
                script::Scripted::Segment(segment, _) => segment,
                script::Scripted::Icmp(_) => panic!("no segment"),
            })
            .collect();
        let looks = |segment: Segment, traits: u16, ttl: u8| {
            let (wnd, ip_id) = (traits.rotate_left(3) ^ u16::from(ttl), traits.rotate_left(7));
            Segment { traits: Traits(traits), ttl, wnd, ip_id, ..segment }
        };
        let options = |segment, tsval, mss, wscale| Segment { tsval, mss, wscale, ..segment };
        let syn = options(segments[0], tsval, u16::from(second[0]), second[1] & 0xf);
        let syn = looks(Segment { seq: SeqNumber(seq), ..syn }, wide(0), second[2]);
        let answer = options(segments[1], !tsval, u16::from(second[1]), second[0] & 0xf);
        let answer = Segment {
            seq: SeqNumber(!seq),
            ack: syn.seq.plus(1),
            tsecr: tsval.rotate_left(more & 1),
            ..answer
        };
        let answer = looks(answer, wide(2), second[3]);
        let rst = Segment { seq: syn.seq.plus(1), ack: SeqNumber(0), ..segments[2] };
        let rst = Segment { tsval: 0, tsecr: 0, mss: 0, wscale: 0, ..rst };
        [syn, answer, looks(rst, wide(1), first[0])]
    }

    fn tracked(segments: &[Segment], until: ObservedUntil) -> Close {
        let (key, by) = FlowKey::of(&segments[0]);
        let mut ring = RecentRing::new(16);
        let (mut flow, mut cold) = (Flow::begin(key, &segments[0], by), Cold::begin(&segments[0]));
        for segment in segments {
            let by = FlowKey::of(segment).1;
            track::segment(&mut flow, &mut cold, &mut ring, (segment, &[]), by, Peek::Allowed);
        }
        let now = segments.iter().map(|segment| segment.ts).max().unwrap();
        state::close(&mut flow, &mut cold, &ring, until, now)
    }

    fn followed(segments: &[Segment]) -> (Close, bool) {
        let (mut table, mut all) = (FlowTable::new(Settings::default()), Vec::new());
        let pdus: Vec<_> = segments.iter().map(|&segment| Pdu::Segment(segment, &[])).collect();
        table.observe(&pdus, &mut |ended| all.push(ended));
        table.finish(ObservedUntil::Eof, &mut |ended| all.push(ended));
        assert_eq!(all.len(), 1);
        let small = matches!(all[0], Ended::Attempt(_));
        (all.remove(0).into_close(), small)
    }

    proptest! {
        /// What is kept of it is all that the tracker would have known.
        #[test]
        fn what_is_played_is_what_was_heard(fields: [u32; 4], again: bool) {
            let segments = half_open(fields);
            for heard in 1..=3 {
                let until = if heard == 3 { ObservedUntil::Close } else { ObservedUntil::Eof };
                let (close, small) = followed(&segments[..heard]);
                prop_assert_eq!(small, heard != 2);
                prop_assert_eq!(format!("{close:?}"), format!("{:?}", tracked(&segments[..heard], until)));
            }
            // And whatever comes then, be it the answer once more.
            let later = |segment: Segment| Segment { ts: segment.ts.plus(Span::from_secs(2)), ..segment };
            let last = later(segments[if again { 1 } else { 2 }]);
            let all = [&segments[..], &[Segment { ip_id: 0, frame: 9, ..last }]].concat();
            let (close, small) = followed(&all);
            prop_assert!(!small);
            prop_assert_eq!(format!("{close:?}"), format!("{:?}", tracked(&all, ObservedUntil::Close)));
        }
    }

    #[test]
    fn what_lingers_is_handed_over_when_its_time_has_come_whatever_follows() {
        let scripted = |text: &str| script::parse(text).unwrap();
        let text = "A > B S\nB > A S.\nA > B R\n+3 B > A again\n";
        for (followed_by, lingers) in [("+1.9 C > B S", true), ("+2.1 C > B S", false)] {
            let played = scripted(&format!("{text}{followed_by}"));
            let pdus: Vec<_> = played.iter().map(script::Scripted::pdu).collect();
            let (mut table, mut all) = (FlowTable::new(Settings::default()), Vec::new());
            table.observe(&pdus, &mut |ended| all.push(ended));
            table.advance(table.now(), &mut |ended| all.push(ended));
            assert_eq!(all.is_empty(), lingers, "{followed_by}");
        }
    }
}
