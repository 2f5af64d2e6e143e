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
    /// Frames so far, which is the number of the last one.
    pub(super) frames: u64,
    /// What stopped the walk for good.
    pub(super) damage: Option<Damage>,
    pub(super) file: u16,
}

impl Format {
    #[inline]
    fn step(&mut self, bytes: &[u8]) -> Step {
        match self {
            Self::Classic(records) => records.step(bytes),
            Self::Pcapng(blocks) => blocks.step(bytes),
        }
    }
}

impl Walk {
    pub(super) const fn new(format: Format, file: u16) -> Self {
        Self { format, frames: 0, damage: None, file }
    }

    /// The next frame that lies whole in `bytes` from `at` on, and moves `at` behind it.
    #[inline]
    pub(super) fn next(&mut self, bytes: &[u8], at: &mut usize) -> Option<Head> {
        loop {
            match self.format.step(bytes.get(*at..)?) {
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
