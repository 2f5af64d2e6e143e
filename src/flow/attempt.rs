//! A connection of which there is a SYN and perhaps the RST that refused it: most of what a scan or a flood leaves behind.
//!
//! Nothing is tracked of it. The two segments are kept as they were, in few bytes, and whoever wants to know more plays them
//! through the tracker: that gives the same as if they had been tracked when they came. Whatever else comes makes it a
//! connection like any other.

use crate::decode::{Endpoint, Flags, Segment, SeqNumber, Traits};
use crate::time::{Span, Timestamp};

use super::close::{Close, Finality, ObservedUntil};
use super::exchange::Peek;
use super::key::{End, FlowKey};
use super::place::{Look, Place};
use super::recent::RecentRing;
use super::state::{self, Cold, Flow};
use super::track;

/// Flags that say no more than SYN does: those of explicit congestion notification (RFC 3168 §6.1.1).
const ECN: u8 = 0xc0;

/// A SYN and its refusal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    syn: Syn,
    rst: Refusal,
    /// Who sent the SYN.
    pub(super) by: End,
    pub(super) refused: bool,
    /// It was told about before its watching had ended.
    pub(super) announced: bool,
}

/// What differs between SYNs. Their acknowledgement, echoed timestamp and SACK blocks are zero.
#[derive(Clone, Copy, Debug)]
struct Syn {
    ts: Timestamp,
    frame: u64,
    seq: SeqNumber,
    tsval: u32,
    wnd: u16,
    ip_id: u16,
    mss: u16,
    file: u16,
    traits: Traits,
    flags: Flags,
    ttl: u8,
    wscale: u8,
}

/// A RST that refuses a SYN: it acknowledges it, and carries neither payload nor options.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// How long after the SYN it was captured, in nanoseconds, and how many frames.
    after: u32,
    frames: u32,
    /// SEG.SEQ, mostly 0.
    pub seq: SeqNumber,
    wnd: u16,
    ip_id: u16,
    traits: Traits,
    flags: Flags,
    /// TTL or hop limit.
    pub ttl: u8,
}

impl Attempt {
    /// An attempt that begins with `segment`, sent by `by`, if that is a SYN and nothing more.
    pub(super) fn begin(segment: &Segment, by: End) -> Option<Self> {
        let &Segment { ts, frame, seq, tsval, wnd, ip_id, mss, file, traits, flags, ttl, wscale, .. } =
            segment;
        let plain = flags.0 & !ECN == Flags::SYN.0 && segment.len == 0;
        if !plain || segment.ack.0 != 0 || segment.tsecr != 0 || segment.sack_right.0 != 0 {
            return None;
        }
        let syn = Syn { ts, frame, seq, tsval, wnd, ip_id, mss, file, traits, flags, ttl, wscale };
        let rst = Refusal { after: 0, frames: 0, seq, wnd, ip_id, traits, flags, ttl };
        Some(Self { syn, rst, by, refused: false, announced: false })
    }

    /// Takes note of `segment`, sent by `by`, if that refuses the SYN and does nothing more.
    pub(super) fn refuse(&mut self, segment: &Segment, by: End) -> bool {
        let &Segment { ts, frame, seq, wnd, ip_id, traits, flags, ttl, .. } = segment;
        let bare = segment.len == 0 && segment.file == self.syn.file;
        let optionless = (segment.tsval, segment.tsecr, segment.sack_right.0) == (0, 0, 0)
            && (segment.mss, segment.wscale) == (0, 0);
        let refuses = flags.rst() && flags.ack() && !flags.syn() && !flags.fin();
        let answers = by != self.by && segment.ack == self.syn.seq.plus(1);
        if self.refused || !(bare && optionless && refuses && answers) {
            return false;
        }
        // A RST that comes later than four seconds, or before the SYN, is rare, and for the tracker.
        let after = ts.as_nanos().checked_sub(self.syn.ts.as_nanos()).map(u32::try_from);
        let frames = frame.checked_sub(self.syn.frame).map(u32::try_from);
        let (Some(Ok(after)), Some(Ok(frames))) = (after, frames) else { return false };
        self.rst = Refusal { after, frames, seq, wnd, ip_id, traits, flags, ttl };
        self.refused = true;
        true
    }

    /// When it began, and in which frame.
    pub(super) const fn start(&self) -> (Timestamp, u16, u64) {
        (self.syn.ts, self.syn.file, self.syn.frame)
    }

    /// When it was last heard of.
    pub(super) const fn last_seen(&self) -> Timestamp {
        let after = if self.refused { Span::from_nanos(self.rst.after as u64) } else { Span::ZERO };
        self.syn.ts.plus(after)
    }

    /// Is `number` one that the SYN used? What an ICMP error quotes has to be.
    pub(super) fn used(&self, number: SeqNumber, by: End) -> bool {
        by == self.by && number.within(self.syn.seq, self.syn.seq.plus(1))
    }

    fn syn(&self, key: &FlowKey) -> Segment {
        let Syn { ts, frame, seq, tsval, wnd, ip_id, mss, file, traits, flags, ttl, wscale } = self.syn;
        let (src, dst) = (key.at(self.by), key.at(self.by.peer()));
        let rest = Segment::default();
        Segment { ts, frame, src, dst, seq, tsval, wnd, ip_id, file, traits, mss, flags, ttl, wscale, ..rest }
    }

    fn rst(&self, key: &FlowKey) -> Segment {
        let Refusal { after, frames, seq, wnd, ip_id, traits, flags, ttl } = self.rst;
        let (ts, frame) =
            (self.syn.ts.plus(Span::from_nanos(after.into())), self.syn.frame + u64::from(frames));
        let (src, dst) = (key.at(self.by.peer()), key.at(self.by));
        let (ack, file) = (self.syn.seq.plus(1), self.syn.file);
        Segment { ts, frame, src, dst, seq, ack, wnd, ip_id, file, traits, flags, ttl, ..Segment::default() }
    }

    /// What the tracker makes of it.
    #[inline]
    pub(super) fn play(&self, key: FlowKey, ring: &mut RecentRing, peek: Peek) -> (Flow, Cold) {
        let syn = self.syn(&key);
        let (mut flow, mut cold) = (Flow::begin(key, &syn, self.by), Cold::begin(&syn));
        track::segment(&mut flow, &mut cold, ring, (&syn, &[]), self.by, peek);
        if self.refused {
            track::segment(&mut flow, &mut cold, ring, (&self.rst(&key), &[]), self.by.peer(), peek);
        }
        cold.announced = self.announced;
        (flow, cold)
    }
}

/// An attempt that was handed over.
#[derive(Clone, Debug)]
pub struct Attempted {
    pub(super) key: FlowKey,
    pub(super) attempt: Attempt,
    pub(super) until: ObservedUntil,
    pub(super) finality: Finality,
    /// When it was handed over, in capture time.
    pub closed_at: Timestamp,
}

impl Attempted {
    /// Who tried.
    #[must_use]
    pub const fn client(&self) -> Endpoint {
        self.key.at(self.attempt.by)
    }

    /// What it tried to reach.
    #[must_use]
    pub const fn server(&self) -> Endpoint {
        self.key.at(self.attempt.by.peer())
    }

    /// When the SYN was captured.
    #[must_use]
    pub const fn start(&self) -> Timestamp {
        self.attempt.syn.ts
    }

    /// In which frame.
    #[must_use]
    pub const fn first_frame(&self) -> u64 {
        self.attempt.syn.frame
    }

    /// In which of the merged captures.
    #[must_use]
    pub const fn file(&self) -> u16 {
        self.attempt.syn.file
    }

    /// When its last segment was captured.
    #[must_use]
    pub const fn last_seen(&self) -> Timestamp {
        self.attempt.last_seen()
    }

    /// The RST that refused it.
    #[must_use]
    pub fn rst(&self) -> Option<&Refusal> {
        self.attempt.refused.then_some(&self.attempt.rst)
    }

    /// Why the watching ended.
    #[must_use]
    pub const fn until(&self) -> ObservedUntil {
        self.until
    }

    /// Whether the watching has ended.
    #[must_use]
    pub const fn finality(&self) -> Finality {
        self.finality
    }

    /// How its SYN looked where it was captured.
    #[must_use]
    pub const fn client_look(&self) -> Look {
        let Syn { file, traits, ttl, .. } = self.attempt.syn;
        Look { place: Place::new(file, traits), ttl }
    }

    /// Where the RST that refused it was captured.
    #[must_use]
    pub fn refusal_place(&self) -> Option<Place> {
        self.rst().map(|rst| Place::new(self.attempt.syn.file, rst.traits))
    }

    /// Did the RST that refused it pass the loopback interface, where its SYN had not passed?
    #[must_use]
    pub fn refused_over_loopback(&self) -> bool {
        let looped = |traits: Traits| traits.has(Traits::LOOPBACK);
        !looped(self.attempt.syn.traits) && self.rst().is_some_and(|rst| looped(rst.traits))
    }

    /// Everything that there is to know of it.
    #[must_use]
    pub fn close(&self) -> Close {
        let mut ring = RecentRing::new(2);
        let (mut flow, mut cold) = self.attempt.play(self.key, &mut ring, Peek::Allowed);
        let close = state::close(&mut flow, &mut cold, &ring, self.until, self.closed_at);
        Close { finality: self.finality, ..close }
    }
}
