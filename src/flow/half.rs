//! One half-connection: what one side has been seen to send. An observer cannot know the eleven states of a host; it
//! knows what went over the wire.

mod further;
mod holes;

pub(super) use further::FurtherHoles;

use crate::decode::{Segment, SeqNumber, Traits};
use crate::time::{Span, Timestamp};

use super::zeek::SideState;

/// The largest window scale shift (RFC 7323 §2.3).
const MAX_WSCALE: u8 = 14;
/// Probes come at least this far apart (RFC 9293 §3.8.4, Linux `MIN_TCP_KEEPINTVL`).
const PROBES_APART: Span = Span::from_secs(1);

/// Yes-or-no facts about what one side sent, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Marks(u16);

impl Marks {
    /// Sent anything at all.
    pub const SEEN: Self = Self(1);
    /// Sent a SYN: `iss` is its real one.
    pub const SYN: Self = Self(1 << 1);
    /// Sent an acknowledgement: `rcv_nxt` and `edge` count.
    pub const ACKED: Self = Self(1 << 2);
    /// Sent a FIN: `fin_end` counts.
    pub const FIN: Self = Self(1 << 3);
    /// Sent payload.
    pub const DATA: Self = Self(1 << 4);
    /// Offered window scaling.
    pub const WSCALE: Self = Self(1 << 5);
    /// Some of what it sent is missing between `hole_start` and `hole_end`, as yet.
    pub const HOLE: Self = Self(1 << 6);
    /// Its segments carry timestamps (RFC 7323).
    pub const TIMESTAMPS: Self = Self(1 << 10);
    /// Sent a segment that was cut by the snaplen.
    pub const CUT: Self = Self(1 << 8);
    /// Sent a keep-alive probe.
    pub const PROBED: Self = Self(1 << 9);
    /// Sent a SYN+ACK.
    pub const SYN_ACK: Self = Self(1 << 7);
    /// The peer acknowledged something that the capture misses; while no hole is open, up to `hole_end`.
    pub const GAP: Self = Self(1 << 11);
    /// Its segments came with more than one TTL or hop limit, its first one and RSTs apart: a proxy may have answered the SYN.
    pub const TTL_VARIES: Self = Self(1 << 12);
    /// The peer acknowledged some of what it sent long before it was captured: somebody else may have sent it first.
    pub const FORESTALLED: Self = Self(1 << 13);
    /// The same, but a moment before: the capture is not in the order of the wire.
    pub const SWAPPED: Self = Self(1 << 14);
    /// Answered a SYN as part of an earlier connection on the same ports, which it still has.
    pub const EARLIER: Self = Self(1 << 15);

    /// How far the bits of two traits are from those of the marks that they leave, so that both are moved together.
    const MOVED: u32 = Self::CUT.0.trailing_zeros() - Traits::CUT.0.trailing_zeros();

    /// Some of what it sent is missing, as yet or for good.
    pub(super) const TORN: Self = Self(Self::HOLE.0 | Self::GAP.0);

    /// Is any of these set?
    #[must_use]
    pub const fn has(self, marks: Self) -> bool {
        self.0 & marks.0 != 0
    }

    /// Sets these. Nothing is written where they are set, as they nearly always are: a byte that was just written cannot be read
    /// back as part of a word before it has reached the cache, behind all writes that wait for memory.
    pub const fn set(&mut self, marks: Self) {
        if self.0 & marks.0 != marks.0 {
            self.0 |= marks.0;
        }
    }

    pub(super) const fn clear(&mut self, marks: Self) {
        self.0 &= !marks.0;
    }

    /// Those that a segment with these traits leaves.
    const fn of_traits(traits: Traits) -> Self {
        Self((traits.0 & Traits::CUT.with(Traits::TIMESTAMPS).0) << Self::MOVED)
    }
}

const _: () = assert!(Marks::of_traits(Traits::TIMESTAMPS).0 == Marks::TIMESTAMPS.0, "the same way");

/// One half-connection. Names as in RFC 9293 §3.3.1, from the point of view of the side that sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Half {
    /// When it last sent anything.
    pub last_seen: Timestamp,
    /// When it last sent payload.
    pub last_data: Timestamp,
    /// Payload bytes sent, retransmissions included.
    pub bytes: u64,
    /// Segments sent.
    pub packets: u64,
    /// Its initial sequence number; one before its first byte where its SYN was not seen.
    pub iss: SeqNumber,
    /// SND.NXT: after the highest sequence number it sent, RSTs apart.
    pub snd_nxt: SeqNumber,
    /// RCV.NXT: the highest acknowledgement it sent.
    pub rcv_nxt: SeqNumber,
    /// RCV.NXT + RCV.WND: the furthest right edge of the window it ever offered.
    pub edge: SeqNumber,
    /// After its FIN.
    pub fin_end: SeqNumber,
    /// Where the first stretch that the capture misses begins.
    pub hole_start: SeqNumber,
    /// Where it ends.
    pub hole_end: SeqNumber,
    /// Segments that took up sequence numbers sent before.
    pub retransmits: u32,
    /// Zeek's reading of it.
    pub zeek: SideState,
    /// Window scale shift that it announced, at most 14.
    pub wscale: u8,
    /// TTL or hop limit of its latest segment that was no RST.
    pub ttl: u8,
    /// IPv4 identification of its latest segment that was no RST.
    pub ip_id: u16,
    /// Yes-or-no facts.
    pub marks: Marks,
}

const _: () = assert!(size_of::<Half>() <= 72);

/// How a segment lies to what its sender sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Takes no sequence number.
    Empty,
    /// Goes on where the last one ended, or starts.
    Next,
    /// Leaves a hole before it: reordered or missing from the capture.
    Ahead,
    /// Fills a hole: it was only late.
    Late,
    /// Sent before.
    Again,
    /// A keep-alive probe: one before SND.NXT, nothing new.
    Probe,
}

impl Half {
    /// Takes note of a segment that this side sent; a RST moves no sequence number.
    pub fn sent(&mut self, segment: &Segment) -> Order {
        let quiet = segment.ts.since(self.last_seen);
        self.count(segment);
        if segment.flags.rst() {
            self.begin(segment);
            return Order::Empty;
        }
        self.note_carrier(segment);
        let order = self.advance(segment, quiet);
        self.retransmits += u32::from(order == Order::Again);
        if segment.flags.syn() {
            self.on_syn(segment);
        }
        if segment.flags.closes() {
            self.marks.set(Marks::FIN);
            self.fin_end = segment.seq_end();
        }
        order
    }

    /// The same for one that begins at SND.NXT and is no SYN, FIN or RST.
    #[inline]
    pub(super) fn goes_on(&mut self, segment: &Segment) {
        self.packets += 1;
        self.last_seen = segment.ts;
        if segment.len > 0 {
            self.bytes += u64::from(segment.len);
            self.last_data = segment.ts;
        }
        let varies = segment.ttl != self.ttl && self.packets > 2;
        let told = [(segment.len > 0, Marks::DATA), (varies, Marks::TTL_VARIES)];
        let told: u16 = told.iter().map(|(told, mark)| u16::from(*told) * mark.0).sum();
        self.marks.set(Marks(told | Marks::of_traits(segment.traits).0));
        (self.ttl, self.ip_id) = (segment.ttl, segment.ip_id);
        self.snd_nxt = segment.seq.plus(segment.len);
    }

    #[inline]
    fn note_carrier(&mut self, segment: &Segment) {
        if segment.ttl != self.ttl && self.packets > 2 {
            self.marks.set(Marks::TTL_VARIES);
        }
        (self.ttl, self.ip_id) = (segment.ttl, segment.ip_id);
    }

    #[inline]
    fn count(&mut self, segment: &Segment) {
        self.packets += 1;
        self.last_seen = segment.ts;
        if segment.len > 0 && !segment.flags.rst() {
            self.bytes += u64::from(segment.len);
            self.last_data = segment.ts;
            self.marks.set(Marks::DATA);
        }
        if segment.traits.has(Traits::CUT) {
            self.marks.set(Marks::CUT);
        }
        if segment.traits.has(Traits::TIMESTAMPS) {
            self.marks.set(Marks::TIMESTAMPS);
        }
    }

    /// What this side had begun with counts for nothing: it begins with another number.
    pub(super) fn begin_anew(&mut self) {
        let Self { last_seen, packets, zeek, .. } = *self;
        *self = Self { last_seen, packets, zeek, ..Self::default() };
    }

    /// What it had begun with was `iss` after all; it has said nothing else.
    pub(super) const fn began_with(&mut self, iss: SeqNumber) {
        (self.iss, self.snd_nxt) = (iss, iss.plus(1));
    }

    /// The first segment of a side fixes where its numbers begin, as though a SYN had come before it.
    fn begin(&mut self, segment: &Segment) {
        if self.marks.has(Marks::SEEN) {
            return;
        }
        self.marks.set(Marks::SEEN);
        self.iss = if segment.flags.syn() { segment.seq } else { segment.seq.minus(1) };
        self.snd_nxt = segment.seq;
    }

    fn advance(&mut self, segment: &Segment, quiet: Span) -> Order {
        // What a RST claimed is worth nothing once the side itself speaks.
        if self.marks.has(Marks::SEEN)
            && self.packets > 1
            && !self.marks.has(Marks::SYN)
            && segment.flags.syn()
        {
            self.marks.clear(Marks::SEEN);
        }
        self.begin(segment);
        let (seq, end) = (segment.seq, segment.seq_end());
        if segment.seq_len() == 0 {
            return if self.is_probe(segment, quiet) { self.probe() } else { self.empty(seq) };
        }
        if end.after(self.snd_nxt) {
            let ahead = seq.after(self.snd_nxt);
            if ahead {
                self.open_hole(seq);
            }
            self.snd_nxt = end;
            return if ahead { Order::Ahead } else { Order::Next };
        }
        if self.is_probe(segment, quiet) {
            return self.probe();
        }
        if self.fill_hole(seq, end) { Order::Late } else { Order::Again }
    }

    /// Keep-alive probes repeat the last sequence number with at most one byte (RFC 9293 §3.8.4).
    fn is_probe(&self, segment: &Segment, quiet: Span) -> bool {
        // A FIN takes a number of its own, which an acknowledgement that it overtook has as well.
        let overtaken = self.has_fin() && quiet < PROBES_APART;
        segment.flags.ack()
            && !segment.flags.syn()
            && !segment.flags.fin()
            && segment.len <= 1
            && segment.seq == self.snd_nxt.minus(1)
            && !overtaken
    }

    fn probe(&mut self) -> Order {
        self.marks.set(Marks::PROBED);
        Order::Probe
    }

    /// An empty segment beyond what was sent proves that more was sent than the capture holds so far.
    fn empty(&mut self, seq: SeqNumber) -> Order {
        if seq.after(self.snd_nxt) {
            self.open_hole(seq);
            self.snd_nxt = seq;
        }
        Order::Empty
    }

    fn on_syn(&mut self, segment: &Segment) {
        self.iss = segment.seq;
        self.marks.set(Marks::SYN);
        if segment.flags.ack() {
            self.marks.set(Marks::SYN_ACK);
        }
        if segment.traits.has(Traits::WSCALE) {
            self.wscale = segment.wscale.min(MAX_WSCALE);
            self.marks.set(Marks::WSCALE);
        }
    }

    /// Takes note of what a segment of this side acknowledges. Gives how many stretches of the peer's data it proves to
    /// be missing from the capture. Acknowledgements in RSTs are not trusted.
    pub fn acknowledged(&mut self, segment: &Segment, peer: &mut Self) -> u32 {
        if !segment.flags.ack() || segment.flags.rst() {
            return 0;
        }
        let wnd = u32::from(segment.wnd) << self.shift(segment, peer);
        let new_edge = segment.ack.plus(wnd);
        if !self.marks.has(Marks::ACKED) {
            self.marks.set(Marks::ACKED);
            (self.rcv_nxt, self.edge) = (segment.ack, new_edge);
            return u32::from(peer.misses_up_to(segment.ack));
        }
        self.edge = self.edge.furthest(new_edge);
        if !segment.ack.after(self.rcv_nxt) {
            return 0;
        }
        self.rcv_nxt = segment.ack;
        u32::from(peer.misses_up_to(segment.ack))
    }

    /// The same of a segment other than a SYN where it has acknowledged something before, and acknowledges nothing now that the capture misses.
    #[inline]
    pub(super) fn acknowledges(&mut self, segment: &Segment, peer: &Self) {
        let shift = if peer.marks.has(Marks::WSCALE) { self.wscale } else { 0 };
        let wnd = u32::from(segment.wnd) << shift;
        self.edge = self.edge.furthest(segment.ack.plus(wnd));
        self.rcv_nxt = self.rcv_nxt.furthest(segment.ack);
    }

    /// The scale counts only where both sides offered it, and never on a SYN (RFC 7323 §2.2).
    const fn shift(&self, segment: &Segment, peer: &Self) -> u8 {
        if segment.flags.syn() || !peer.marks.has(Marks::WSCALE) { 0 } else { self.wscale }
    }

    /// RCV.WND of a segment of this side, scaled where the scale is known.
    #[must_use]
    pub fn scaled_wnd(&self, segment: &Segment, peer: &Self) -> u32 {
        u32::from(segment.wnd) << self.shift(segment, peer)
    }

    /// Everything it sent, its FIN included, was acknowledged by `peer`.
    #[must_use]
    pub fn all_acked_by(&self, peer: &Self) -> bool {
        peer.marks.has(Marks::ACKED) && !self.snd_nxt.after(peer.rcv_nxt)
    }

    /// Does a segment of this side say anything for the first time? Then no earlier one was the same.
    #[must_use]
    pub(super) fn is_news(&self, segment: &Segment) -> bool {
        let sends = segment.seq_len() > 0 && self.seen() && segment.seq_end().after(self.snd_nxt);
        let acknowledges =
            segment.flags.ack() && self.marks.has(Marks::ACKED) && segment.ack.after(self.rcv_nxt);
        !segment.flags.rst() && (sends || acknowledges)
    }

    /// Has it sent anything?
    #[must_use]
    pub const fn seen(&self) -> bool {
        self.marks.has(Marks::SEEN)
    }

    /// Has it sent a FIN?
    #[must_use]
    pub const fn has_fin(&self) -> bool {
        self.marks.has(Marks::FIN)
    }

    /// Has it sent payload?
    #[must_use]
    pub const fn has_data(&self) -> bool {
        self.marks.has(Marks::DATA)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Flags;

    fn data(seq: u32, len: u32) -> Segment {
        Segment { seq: SeqNumber(seq), len, flags: Flags::ACK, ..Segment::default() }
    }

    #[test]
    fn late_is_not_again() {
        let mut half = Half::default();
        assert_eq!(half.sent(&data(100, 10)), Order::Next);
        assert_eq!(half.sent(&data(120, 10)), Order::Ahead);
        assert_eq!(half.sent(&data(110, 10)), Order::Late);
        assert_eq!(half.sent(&data(110, 10)), Order::Again);
        assert_eq!((half.snd_nxt, half.retransmits), (SeqNumber(130), 1));
    }

    #[test]
    fn a_probe_is_no_retransmission() {
        let mut half = Half::default();
        half.sent(&data(100, 10));
        assert_eq!(half.sent(&data(109, 0)), Order::Probe);
        assert_eq!(half.sent(&data(109, 1)), Order::Probe);
        assert_eq!(half.retransmits, 0);
    }
}
