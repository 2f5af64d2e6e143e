//! The last segments of every connection, out of one bounded ring that all of them share: written in order, found
//! again through a chain of back links, overwritten when its turn comes.

use crate::ahead::fetch;
use crate::decode::{Flags, Segment, SeqNumber, Traits};
use crate::time::Timestamp;

use super::close::Moment;
use super::key::End;
use super::place::{Look, Place};

/// Entries that are asked for before their turn: writing what is not there yet holds up all that is written after it.
const AHEAD: u64 = 8;

/// How many segments of a connection are kept for its ladder.
pub const LADDER: usize = 16;

/// What is kept of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Recent {
    /// The how manyth of all segments it is: tells before from after, where frame numbers of merged captures do not.
    pub serial: u64,
    /// When it was captured.
    pub ts: Timestamp,
    /// The number of its frame.
    pub frame: u64,
    /// SEG.SEQ.
    pub seq: SeqNumber,
    /// SEG.ACK.
    pub ack: SeqNumber,
    /// Payload bytes.
    pub len: u32,
    /// TSval.
    pub tsval: u32,
    /// TSecr.
    pub tsecr: u32,
    /// SEG.WND as on the wire.
    pub wnd: u16,
    /// IPv4 identification.
    pub ip_id: u16,
    /// Which of the merged captures it came from.
    pub file: u16,
    /// Header facts.
    pub traits: Traits,
    /// Flags.
    pub flags: Flags,
    /// TTL or hop limit.
    pub ttl: u8,
    /// Who sent it.
    pub by: End,
}

impl Recent {
    /// What is kept of `segment`.
    #[must_use]
    pub const fn of(segment: &Segment, by: End) -> Self {
        let &Segment { ts, frame, seq, ack, len, tsval, tsecr, wnd, ip_id, file, traits, flags, ttl, .. } =
            segment;
        Self { serial: 0, ts, frame, seq, ack, len, tsval, tsecr, wnd, ip_id, file, traits, flags, ttl, by }
    }

    /// Was it captured then, in that frame? Two captures that are merged may both have a frame of that number.
    #[must_use]
    pub fn is_at(&self, Moment { ts, frame }: Moment) -> bool {
        (self.ts, self.frame) == (ts, frame)
    }

    /// Where it was captured.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place::new(self.file, self.traits)
    }

    /// How it looked there.
    #[must_use]
    pub const fn look(&self) -> Look {
        Look { place: self.place(), ttl: self.ttl }
    }

    /// What its sender wrote, without when, where and which way it was captured: a frame that comes in and goes out again is the same.
    #[must_use]
    pub(super) const fn anywhere(&self) -> Self {
        let traits = self.traits.without(Traits::OUTGOING.with(Traits::LOOPBACK));
        Self { serial: 0, ts: Timestamp::ZERO, frame: 0, ttl: 0, file: 0, traits, ..*self }
    }

    /// The sequence number after its last.
    #[must_use]
    pub fn seq_end(&self) -> SeqNumber {
        let payload = if self.flags.rst() { 0 } else { self.len };
        self.seq.plus(payload).plus(u32::from(self.flags.syn())).plus(u32::from(self.flags.fin()))
    }
}

#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Entry {
    segment: Recent,
    /// The serial number of the same connection's segment before.
    before: u64,
}

const _: () = assert!(size_of::<Entry>() == 64, "a cache line");

/// The ring. Serial numbers count all segments from 1; 0 is nothing.
pub(super) struct RecentRing {
    entries: Vec<Entry>,
    written: u64,
    /// The room, a power of two, less one.
    mask: u64,
}

impl RecentRing {
    /// A ring of `room` segments, or as many more as make a power of two. Of the memory that is asked for, the system gives what
    /// is written to, as it fills.
    #[must_use]
    pub(super) fn new(room: u32) -> Self {
        let room = room.next_power_of_two();
        Self { entries: Vec::with_capacity(room as usize), written: 0, mask: u64::from(room) - 1 }
    }

    /// The serial number that the next segment will have.
    #[must_use]
    pub(super) const fn next(&self) -> u64 {
        self.written + 1
    }

    /// Writes a segment whose connection's segment before had serial number `before`; gives its own. It is put together only where it
    /// will lie.
    #[inline]
    pub(super) fn push(&mut self, before: u64, segment: impl FnOnce() -> Recent) -> u64 {
        let serial = self.next();
        let place = usize::try_from(self.written & self.mask).unwrap_or(0);
        if place >= self.entries.len() {
            self.widen();
        }
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = Entry { segment: Recent { serial, ..segment() }, before };
        }
        self.written = serial;
        self.fetch(serial + AHEAD);
        serial
    }

    /// One more place where none was yet: once for each, so out of the way of all others.
    #[cold]
    #[inline(never)]
    fn widen(&mut self) {
        self.entries.push(Entry::default());
    }

    /// Asks for the memory where the segment with this serial number is, or will be.
    #[inline]
    pub(super) fn fetch(&self, serial: u64) {
        let place = usize::try_from(serial.wrapping_sub(1) & self.mask).unwrap_or(0);
        if let Some(entry) = self.entries.get(place) {
            fetch(entry);
        }
    }

    /// From the segment with serial number `last` backwards, as far as the ring still holds them.
    pub(super) fn back_from(&self, last: u64) -> impl Iterator<Item = &Recent> {
        let mut next = last;
        std::iter::from_fn(move || {
            let entry = self.get(next)?;
            next = entry.before;
            Some(&entry.segment)
        })
    }

    /// The last segments of the connection whose latest has serial number `last`, oldest first; where many came behind the RST with serial number
    /// `reset`, the last of those, and as many up to it as are kept of any. Each that is left out came behind it, so that the walk costs no more
    /// than they did.
    pub(super) fn ladder(&self, last: u64, reset: Option<u64>, most: usize) -> Vec<Recent> {
        let mut ladder: Vec<Recent> = Vec::with_capacity(LADDER.min(most));
        let reset = reset.unwrap_or(u64::MAX);
        let behind = |recent: &&Recent| recent.serial > reset;
        let mut back = self.back_from(last).peekable();
        while ladder.len() < LADDER / 2 {
            let Some(recent) = back.next_if(behind) else { break };
            ladder.push(*recent);
        }
        let many = back.peek().is_some_and(behind);
        let before = if many { LADDER } else { LADDER - ladder.len() };
        ladder.extend(back.skip_while(behind).take(before));
        ladder.reverse();
        ladder
    }

    fn get(&self, serial: u64) -> Option<&Entry> {
        let age = self.written.checked_sub(serial)?;
        let index = serial.checked_sub(1)?;
        if age > self.mask {
            return None;
        }
        self.entries.get(usize::try_from(index & self.mask).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(frame: u64) -> Recent {
        Recent { frame, ..Recent::default() }
    }

    #[test]
    fn chains_are_followed_until_they_are_overwritten() {
        let mut ring = RecentRing::new(4);
        let mut last = [0, 0];
        for frame in 1..=6 {
            let chain = usize::from(frame % 2 == 0);
            last[chain] = ring.push(last[chain], || numbered(frame));
        }
        let frames = |last| ring.back_from(last).map(|r| r.frame).collect::<Vec<_>>();
        assert_eq!(frames(last[0]), [5, 3]);
        assert_eq!(frames(last[1]), [6, 4]);
        assert_eq!(frames(0), [0; 0]);
    }

    /// A RST in the midst of a download, which the server does not hear of for a round trip: what came before it is what tells who sent it.
    #[test]
    fn a_ladder_keeps_what_came_before_the_rst() {
        let mut ring = RecentRing::new(64);
        let last = (1..=40).fold(0, |last, frame| ring.push(last, || numbered(frame)));
        let frames = |reset| ring.ladder(last, reset, 40).iter().map(|r| r.frame).collect::<Vec<_>>();
        assert_eq!(frames(None), (25..=40).collect::<Vec<_>>());
        assert_eq!(frames(Some(35)), (25..=40).collect::<Vec<_>>());
        assert_eq!(frames(Some(20)), (5..=20).chain(33..=40).collect::<Vec<_>>());
        assert_eq!(frames(Some(3)), (1..=3).chain(33..=40).collect::<Vec<_>>());
    }
}
