//! Steps from frame to frame through the bytes that are in memory, whatever the format.

use super::classic::Records;
use super::notice::Damage;
use super::pcapng::Blocks;
use crate::decode::{Frame, LinkType};
use crate::time::Timestamp;

/// The most bytes a frame may have: libpcap's `MAXIMUM_SNAPLEN`. What claims more is damage, not a frame.
pub(super) const MAX_FRAME: usize = 262_144;

/// What lies at the front of some bytes of a capture.
pub(super) enum Step {
    /// A frame.
    Frame(Found),
    /// This many bytes without a frame.
    Pass(usize),
    /// This many bytes without a frame, to which Wireshark gives a frame number all the same.
    Number(usize),
    /// Something that ends beyond these bytes.
    More,
    /// Nothing that a capture can hold.
    Damaged(Damage),
}

/// A frame as its step found it, with offsets that count from the front of the step's bytes.
pub(super) struct Found {
    pub(super) ts: Timestamp,
    pub(super) link: LinkType,
    pub(super) wire_len: u32,
    /// Where its bytes start and end.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where the next step starts.
    pub(super) next: usize,
}

/// A frame that lies in a buffer: where it is and what the capture says about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) ts: Timestamp,
    number: u64,
    start: usize,
    end: usize,
    wire_len: u32,
    link: LinkType,
    file: u16,
}

/// How a capture is written.
pub(super) enum Format {
    Classic(Records),
    Pcapng(Blocks),
}

/// Where a capture's reader is: what it must remember from frame to frame.
pub(super) struct Walk {
    pub(super) format: Format,
    pub(super) tally: Tally,
}

/// What a walk remembers whatever the format is.
pub(super) struct Tally {
    /// Frames so far, which is the number of the last one.
    pub(super) frames: u64,
    /// What stopped the walk for good.
    pub(super) damage: Option<Damage>,
    pub(super) file: u16,
}

impl Walk {
    pub(super) const fn new(format: Format, file: u16) -> Self {
        Self { format, tally: Tally { frames: 0, damage: None, file } }
    }

    /// The next frame that lies whole in `bytes` from `at` on, and moves `at` behind it.
    #[inline]
    pub(super) fn next(&mut self, bytes: &[u8], at: &mut usize) -> Option<Head> {
        match &mut self.format {
            Format::Classic(records) => self.tally.advance(|bytes| records.step(bytes), bytes, at),
            Format::Pcapng(blocks) => self.tally.advance(|bytes| blocks.step(bytes), bytes, at),
        }
    }

    /// Every frame that lies whole in `bytes` from `at` on: the same as [`Walk::next`] again and again, but the format
    /// is asked for only once, and each has a loop of its own.
    #[inline]
    pub(super) fn each(&mut self, bytes: &[u8], at: &mut usize, take: impl FnMut(Head)) {
        match &mut self.format {
            Format::Classic(records) => self.tally.each(|bytes| records.step(bytes), bytes, at, take),
            Format::Pcapng(blocks) => self.tally.each(|bytes| blocks.step(bytes), bytes, at, take),
        }
    }
}

impl Tally {
    #[inline]
    fn each(
        &mut self,
        mut step: impl FnMut(&[u8]) -> Step,
        bytes: &[u8],
        at: &mut usize,
        mut take: impl FnMut(Head),
    ) {
        let mut here = *at;
        while let Some(head) = self.advance(&mut step, bytes, &mut here) {
            take(head);
        }
        *at = here;
    }

    #[inline]
    fn advance(&mut self, mut step: impl FnMut(&[u8]) -> Step, bytes: &[u8], at: &mut usize) -> Option<Head> {
        loop {
            match step(bytes.get(*at..)?) {
                Step::Frame(found) => return Some(self.head(&found, at)),
                Step::Pass(len) => *at += len,
                Step::Number(len) => {
                    self.frames += 1;
                    *at += len;
                }
                Step::More => return None,
                Step::Damaged(damage) => {
                    self.damage = Some(damage);
                    return None;
                }
            }
        }
    }

    #[inline]
    fn head(&mut self, found: &Found, at: &mut usize) -> Head {
        let Found { ts, link, wire_len, .. } = *found;
        let (start, end) = (*at + found.start, *at + found.end);
        self.frames += 1;
        *at += found.next;
        Head { ts, number: self.frames, start, end, wire_len, link, file: self.file }
    }
}

impl Head {
    /// The head of no frame.
    pub(super) const NONE: Self = Self {
        ts: Timestamp::ZERO,
        number: 0,
        start: 0,
        end: 0,
        wire_len: 0,
        link: LinkType::Ethernet,
        file: 0,
    };

    /// The frame itself, out of the buffer in which it was found.
    #[inline]
    pub(super) fn frame(self, bytes: &[u8]) -> Frame<'_> {
        let Self { ts, number, wire_len, link, file, .. } = self;
        Frame { ts, number, file, link, wire_len, bytes: bytes.get(self.start..self.end).unwrap_or_default() }
    }
}
