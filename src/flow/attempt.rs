//! A connection of which there is a SYN and perhaps the RST that refused it, or the SYN+ACK that answered it and the RST with which
//! its client left: most of what a scan or a flood leaves behind.
//!
//! Nothing is tracked of it. The segments are kept as they were, in few bytes, and whoever wants to know more plays them
//! through the tracker: that gives the same as if they had been tracked when they came. Whatever else comes makes it a
//! connection like any other.

mod answer;
pub(super) mod shaken;

use crate::decode::{Endpoint, Flags, Segment, SeqNumber, Traits};
use crate::time::{Span, Timestamp};

use super::close::{Close, Finality, ObservedUntil};
use super::exchange::Peek;
use super::key::{End, FlowKey};
use super::passage::Elsewhere;
use super::place::{Look, Place};
use super::recent::RecentRing;
use super::state::{self, Cold, Flow};
use super::track;
use answer::Handshake;

/// Flags that say no more than SYN does: those of explicit congestion notification (RFC 3168 §6.1.1).
const ECN: u8 = 0xc0;

/// A SYN, and what came of it. Its acknowledgement, echoed timestamp and SACK blocks are zero.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
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
    /// Who sent the SYN.
    pub(super) by: End,
    /// It was told about before its watching had ended.
    pub(super) announced: bool,
    outcome: Outcome,
}

/// What came of a SYN.
#[derive(Clone, Debug)]
enum Outcome {
    /// Nothing.
    Open,
    /// A RST refused it.
    Refused(Refusal),
    /// A SYN+ACK answered it.
    Answered(Box<Handshake>),
    /// And its client left then.
    Left(Box<Handshake>),
}

/// A RST that refuses a SYN: it acknowledges it, and carries neither payload nor options. Or that of a client which leaves a handshake.
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
        let (announced, outcome) = (false, Outcome::Open);
        Some(Self {
            ts,
            frame,
            seq,
            tsval,
            wnd,
            ip_id,
            mss,
            file,
            traits,
            flags,
            ttl,
            wscale,
            by,
            announced,
            outcome,
        })
    }

    /// Takes note of `segment`, sent by `by`, if that refuses the SYN and does nothing more.
    pub(super) fn refuse(&mut self, segment: &Segment, by: End) -> bool {
        let flags = segment.flags;
        let refuses = flags.rst() && flags.ack() && !flags.syn() && !flags.fin();
        let answers = by != self.by && segment.ack == self.seq.plus(1);
        let refuses = refuses && answers && matches!(self.outcome, Outcome::Open);
        let Some(rst) = self.bare_rst(segment).filter(|_| refuses) else { return false };
        self.outcome = Outcome::Refused(rst);
        true
    }

    /// What is kept of a RST that ends it, if that carries nothing else.
    fn bare_rst(&self, segment: &Segment) -> Option<Refusal> {
        let &Segment { seq, wnd, ip_id, traits, flags, ttl, .. } = segment;
        let bare = segment.len == 0 && segment.file == self.file;
        let optionless = (segment.tsval, segment.tsecr, segment.sack_right.0) == (0, 0, 0)
            && (segment.mss, segment.wscale) == (0, 0);
        let (after, frames) = self.since_syn(segment).filter(|_| bare && optionless)?;
        Some(Refusal { after, frames, seq, wnd, ip_id, traits, flags, ttl })
    }

    /// How long after the SYN a segment came, in nanoseconds, and how many frames. One that comes later than four seconds, or before
    /// the SYN, is rare, and for the tracker.
    fn since_syn(&self, segment: &Segment) -> Option<(u32, u32)> {
        let after = segment.ts.as_nanos().checked_sub(self.ts.as_nanos())?;
        let frames = segment.frame.checked_sub(self.frame)?;
        Some((u32::try_from(after).ok()?, u32::try_from(frames).ok()?))
    }

    /// Did a RST end it: the server's, which refused it, or behind a SYN+ACK the client's?
    pub(super) const fn is_reset(&self) -> bool {
        matches!(self.outcome, Outcome::Refused(_) | Outcome::Left(_))
    }

    /// When it began, and in which frame.
    pub(super) const fn start(&self) -> (Timestamp, u16, u64) {
        (self.ts, self.file, self.frame)
    }

    /// When it was last heard of.
    pub(super) fn last_seen(&self) -> Timestamp {
        let after = match &self.outcome {
            Outcome::Open => 0,
            Outcome::Refused(rst) => rst.after,
            Outcome::Answered(handshake) | Outcome::Left(handshake) => handshake.last(),
        };
        self.later(after)
    }

    const fn later(&self, after: u32) -> Timestamp {
        self.ts.plus(Span::from_nanos(after as u64))
    }

    /// Is `number` one that a SYN of `by` used? What an ICMP error quotes has to be.
    pub(super) fn used(&self, number: SeqNumber, by: End) -> bool {
        let (own, answer) = self.numbers();
        let used = if by == self.by { Some(own) } else { answer };
        used.is_some_and(|used| number.within(used, used.plus(1)))
    }

    /// All of it, for whoever takes it over.
    #[inline]
    pub(super) const fn take(&mut self) -> Self {
        let outcome = std::mem::replace(&mut self.outcome, Outcome::Open);
        Self { outcome, ..*self }
    }

    /// Its SYN as it was.
    #[inline]
    pub(super) fn syn(&self, key: &FlowKey) -> Segment {
        let &Self { ts, frame, seq, tsval, wnd, ip_id, mss, file, traits, flags, ttl, wscale, .. } = self;
        let (src, dst) = (key.at(self.by), key.at(self.by.peer()));
        let rest = Segment::default();
        Segment { ts, frame, src, dst, seq, tsval, wnd, ip_id, file, traits, mss, flags, ttl, wscale, ..rest }
    }

    /// A RST of `by`. That of the client acknowledges nothing.
    fn rst(&self, rst: &Refusal, key: &FlowKey, by: End) -> Segment {
        let &Refusal { after, frames, seq, wnd, ip_id, traits, flags, ttl } = rst;
        let (ts, frame, file) = (self.later(after), self.frame + u64::from(frames), self.file);
        let (src, dst) = (key.at(by), key.at(by.peer()));
        let ack = if by == self.by { SeqNumber(0) } else { self.seq.plus(1) };
        Segment { ts, frame, src, dst, seq, ack, wnd, ip_id, file, traits, flags, ttl, ..Segment::default() }
    }

    /// What the tracker begins with, for its SYN.
    #[inline]
    pub(super) fn begun(&self, key: FlowKey, syn: &Segment) -> (Flow, Cold) {
        (Flow::begin(key, syn, self.by), Cold::begin(syn))
    }

    /// What the tracker makes of that.
    #[inline]
    pub(super) fn play(
        &self,
        syn: &Segment,
        (flow, cold): (&mut Flow, &mut Cold),
        ring: &mut RecentRing,
        peek: Peek,
    ) {
        let key = flow.key;
        let (own, other) = (self.by, self.by.peer());
        let answer = self.handshake().map(|handshake| self.syn_ack(handshake, &key));
        let known = answer.as_ref().filter(|answer| shaken::are_plain(syn, answer));
        if let Some(answer) = known {
            shaken::follow(flow, cold, ring, (syn, answer), own);
        }
        let mut hear = |segment: &Segment, by: End| {
            track::segment(flow, cold, ring, (segment, &[]), by, peek);
        };
        if known.is_none() {
            hear(syn, own);
            if let Some(answer) = &answer {
                hear(answer, other);
            }
        }
        match &self.outcome {
            Outcome::Open => {}
            Outcome::Refused(rst) => hear(&self.rst(rst, &key, other), other),
            Outcome::Answered(handshake) | Outcome::Left(handshake) => {
                if let Some(rst) = &handshake.rst {
                    hear(&self.rst(rst, &key, own), own);
                }
            }
        }
        cold.announced = self.announced;
    }
}

/// An attempt that was handed over.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// Its two ends.
    pub key: FlowKey,
    pub(super) attempt: Attempt,
    pub(super) until: ObservedUntil,
    pub(super) finality: Finality,
    /// When it was handed over, in capture time.
    pub closed_at: Timestamp,
    /// How many other places knew it then, or may have known it.
    pub elsewhere: u8,
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
        self.attempt.ts
    }

    /// In which frame.
    #[must_use]
    pub const fn first_frame(&self) -> u64 {
        self.attempt.frame
    }

    /// In which of the merged captures.
    #[must_use]
    pub const fn file(&self) -> u16 {
        self.attempt.file
    }

    /// The RST that refused it.
    #[must_use]
    pub fn rst(&self) -> Option<&Refusal> {
        if let Outcome::Refused(rst) = &self.attempt.outcome { Some(rst) } else { None }
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
        let Attempt { file, traits, ttl, .. } = self.attempt;
        Look { place: Place::new(file, traits), ttl }
    }

    /// What its SYN's headers say.
    #[must_use]
    pub const fn syn_traits(&self) -> Traits {
        self.attempt.traits
    }

    /// Where the RST that refused it was captured.
    #[must_use]
    pub fn refusal_place(&self) -> Option<Place> {
        self.rst().map(|rst| Place::new(self.attempt.file, rst.traits))
    }

    /// How long after its SYN a RST refused it.
    #[must_use]
    pub fn refused_after(&self) -> Option<Span> {
        self.rst().map(|rst| self.attempt.later(rst.after).since(self.start()))
    }

    /// Did the RST that refused it pass the loopback interface, where its SYN had not passed?
    #[must_use]
    pub fn refused_over_loopback(&self) -> bool {
        let looped = |traits: Traits| traits.has(Traits::LOOPBACK);
        !looped(self.attempt.traits) && self.rst().is_some_and(|rst| looped(rst.traits))
    }

    /// Everything that there is to know of it.
    #[must_use]
    pub fn close(&self) -> Close {
        let mut ring = RecentRing::new(4);
        let syn = self.attempt.syn(&self.key);
        let (mut flow, mut cold) = self.attempt.begun(self.key, &syn);
        self.attempt.play(&syn, (&mut flow, &mut cold), &mut ring, Peek::Allowed);
        let close = state::close(&mut flow, &mut cold, &ring, self.until, self.closed_at);
        let elsewhere = Elsewhere { known: self.elsewhere, ..Elsewhere::default() };
        Close { finality: self.finality, elsewhere, ..close }
    }
}
