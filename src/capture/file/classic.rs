//! Classic pcap: a header of 24 bytes, then for each frame a record header and its bytes.

use super::notice::Damage;
use super::order::{ByteOrder, words};
use super::walk::{Found, MAX_FRAME, Step};
use crate::decode::LinkType;
use crate::time::{NANOS_PER_SEC, Timestamp};

/// Bytes of a file's header.
pub(super) const HEADER: usize = 24;

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Alexey Kuznetzov's libpcap of the 1990s, still met in old captures: eight more bytes in each record header.
const MODIFIED: u32 = 0xa1b2_cd34;

/// How the records of a file are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records {
    order: ByteOrder,
    /// Nanoseconds in one unit of a time stamp's fraction.
    unit: u64,
    /// Bytes of a record's header.
    header: usize,
    link: LinkType,
}

/// What a file's header says, as far as it can be told.
pub(super) enum Header {
    Good(Records),
    /// The number of a link type that carries nothing known here.
    LinkType(u16),
    /// A major version that does not exist.
    Version(u16),
    /// Fewer than [`HEADER`] bytes.
    Short,
    /// Another format.
    Other,
}

impl Records {
    /// Reads the header of a file.
    pub(super) fn header(bytes: &[u8]) -> Header {
        let Some((order, magic)) = words(bytes).first().and_then(|&word| magic(word)) else {
            return Header::Other;
        };
        let [_, [v0, v1, ..], _, _, _, link, ..] = *words(bytes) else { return Header::Short };
        let version = order.u16([v0, v1]);
        if version != 2 {
            return Header::Version(version);
        }
        // The upper half tells the length of the frames' checksum, which no frame needs to be understood.
        let number = u16::try_from(order.u32(link) & 0xffff).unwrap_or(u16::MAX);
        match LinkType::from_pcap(number) {
            LinkType::Unknown(number) => Header::LinkType(number),
            link => Header::Good(Self::new(order, magic, link)),
        }
    }

    const fn new(order: ByteOrder, magic: u32, link: LinkType) -> Self {
        let unit = if magic == NANOSECONDS { 1 } else { 1_000 };
        let header = if magic == MODIFIED { 24 } else { 16 };
        Self { order, unit, header, link }
    }

    /// Looks at the front of `bytes`, which is the start of a record.
    #[inline]
    pub(super) fn step(self, bytes: &[u8]) -> Step {
        let [secs, fraction, kept, wire_len, ..] = *words(bytes) else { return Step::More };
        let [kept, wire_len] = [kept, wire_len].map(|word| self.order.u32(word));
        let end = self.header + kept as usize;
        if kept as usize > MAX_FRAME {
            return Step::Damaged(Damage::FrameLength(kept));
        }
        if bytes.len() < end {
            return Step::More;
        }
        // Two 32-bit numbers: neither the product nor the sum can leave 64 bits.
        let nanos =
            u64::from(self.order.u32(secs)) * NANOS_PER_SEC + u64::from(self.order.u32(fraction)) * self.unit;
        let ts = Timestamp::from_nanos(nanos);
        Step::Frame(Found { ts, link: self.link, wire_len, start: self.header, end, next: end })
    }
}

/// The byte order in which `word` is one of the magic numbers, and which of them it is.
pub(super) fn magic(word: [u8; 4]) -> Option<(ByteOrder, u32)> {
    let known = |number: &u32| matches!(*number, MICROSECONDS | NANOSECONDS | MODIFIED);
    [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| {
        let number = Some(order.u32(word)).filter(known)?;
        Some((order, number))
    })
}
