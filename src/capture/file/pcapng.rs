//! pcapng: blocks of a type and a length; sections, each with its byte order and interfaces; frames that name theirs.

use super::interface::{Interface, Options};
use super::notice::Damage;
use super::order::{ByteOrder, words};
use super::walk::{Found, MAX_FRAME, Step};
use crate::decode::LinkType;
use crate::time::Timestamp;

/// A section's header; the same number in either byte order.
pub(super) const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// The longest block that is believed, as in Wireshark; also the most that a file's buffer grows to.
pub(super) const MAX_BLOCK: usize = 16 << 20;
/// The shortest: type, length and length again.
const MIN_BLOCK: u32 = 12;
/// A section describes each interface once, in some 20 bytes; this bounds what a hostile one can make us remember.
const MAX_INTERFACES: usize = 1 << 16;

/// Frames that were lost before they could be captured, as the capture's own statistics tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// Dropped by the interface (`isb_ifdrop`).
    pub interface: u64,
    /// Dropped by the operating system (`isb_osdrop`).
    pub system: u64,
}

/// A pcapng file's state: the current section's.
#[derive(Debug)]
pub(super) struct Blocks {
    order: ByteOrder,
    interfaces: Vec<Interface>,
    /// What the earlier sections lost.
    dropped: Drops,
}

impl Drops {
    /// Both counts added up, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        let interface = self.interface.saturating_add(other.interface);
        Self { interface, system: self.system.saturating_add(other.system) }
    }
}

impl Blocks {
    /// Before the first section.
    pub(super) const fn new() -> Self {
        Self { order: ByteOrder::Little, interfaces: Vec::new(), dropped: Drops { interface: 0, system: 0 } }
    }

    /// Frames lost, in all sections so far.
    pub(super) fn dropped(&self) -> Drops {
        self.interfaces.iter().fold(self.dropped, |sum, interface| sum.plus(interface.dropped))
    }

    /// Looks at the front of `bytes`, which is the start of a block.
    #[inline]
    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        let [kind, length, ..] = *words(bytes) else { return Step::More };
        if kind == SECTION {
            return self.section(bytes);
        }
        match whole(bytes, self.order, length) {
            Ok(block) => self.block(self.order.u32(kind), block),
            Err(step) => step,
        }
    }

    #[inline]
    fn block(&mut self, kind: u32, block: &[u8]) -> Step {
        match kind {
            ENHANCED_PACKET => self.enhanced(block),
            INTERFACE => self.describe(block),
            SIMPLE_PACKET => self.simple(block),
            OLD_PACKET => self.old_packet(block),
            STATISTICS => self.statistics(block),
            kind if is_numbered(kind) => Step::Number(block.len()),
            _ => Step::Pass(block.len()),
        }
    }

    /// A section's header: its magic tells in which order its own length is written.
    fn section(&mut self, bytes: &[u8]) -> Step {
        let [_, length, magic, version, ..] = *words(bytes) else { return Step::More };
        let order = match magic {
            [0x4d, 0x3c, 0x2b, 0x1a] => ByteOrder::Little,
            [0x1a, 0x2b, 0x3c, 0x4d] => ByteOrder::Big,
            _ => return Step::Damaged(Damage::Section),
        };
        if order.u16([version[0], version[1]]) != 1 {
            return Step::Damaged(Damage::Section);
        }
        match whole(bytes, order, length) {
            Ok(block) => self.enter(order, block),
            Err(step) => step,
        }
    }

    fn enter(&mut self, order: ByteOrder, block: &[u8]) -> Step {
        *self = Self { order, dropped: self.dropped(), interfaces: Vec::new() };
        Step::Pass(block.len())
    }

    fn describe(&mut self, block: &[u8]) -> Step {
        if self.interfaces.len() >= MAX_INTERFACES {
            return Step::Damaged(Damage::ManyInterfaces);
        }
        let [_, _, [l0, l1, ..], snaplen, _, ..] = *words(block) else { return self.too_short(block) };
        let link = LinkType::from_pcap(self.order.u16([l0, l1]));
        let options = self.options(block, 16);
        self.interfaces.push(Interface::new(link, self.order.u32(snaplen), options));
        Step::Pass(block.len())
    }

    fn statistics(&mut self, block: &[u8]) -> Step {
        let [_, _, index, _, _, _, ..] = *words(block) else { return self.too_short(block) };
        let options = self.options(block, 20);
        if let Some(interface) = self.interfaces.get_mut(self.order.u32(index) as usize) {
            interface.count(options);
        }
        Step::Pass(block.len())
    }

    #[inline]
    fn enhanced(&self, block: &[u8]) -> Step {
        let [_, _, index, high, low, kept, wire_len, _, ..] = *words(block) else {
            return self.too_short(block);
        };
        let units = self.units(high, low);
        self.frame(block, self.order.u32(index), units, [kept, wire_len])
    }

    /// The packet block of pcapng's first years: like today's, with a drop counter beside the interface.
    fn old_packet(&self, block: &[u8]) -> Step {
        let [_, _, [i0, i1, ..], high, low, kept, wire_len, _, ..] = *words(block) else {
            return self.too_short(block);
        };
        let index = u32::from(self.order.u16([i0, i1]));
        self.frame(block, index, self.units(high, low), [kept, wire_len])
    }

    #[inline]
    fn frame(&self, block: &[u8], index: u32, units: u64, lengths: [[u8; 4]; 2]) -> Step {
        const START: usize = 28;
        let [kept, wire_len] = lengths.map(|word| self.order.u32(word));
        let Some(interface) = self.interfaces.get(index as usize) else {
            return Step::Damaged(Damage::NoInterface(index));
        };
        let end = START + kept as usize;
        if kept as usize > MAX_FRAME || end > block.len() - 4 {
            return Step::Damaged(Damage::FrameLength(kept));
        }
        let ts = interface.clock.at(units);
        Step::Frame(Found { ts, link: interface.link, wire_len, start: START, end, next: block.len() })
    }

    /// A frame of the first interface, without a time stamp; its length is the least of those that bound it.
    fn simple(&self, block: &[u8]) -> Step {
        const START: usize = 12;
        let [_, _, wire_len, _, ..] = *words(block) else { return self.too_short(block) };
        let Some(interface) = self.interfaces.first() else { return Step::Damaged(Damage::NoInterface(0)) };
        let wire_len = self.order.u32(wire_len);
        let kept = (block.len() - START - 4).min(wire_len as usize).min(interface.snaplen());
        if kept > MAX_FRAME {
            return Step::Damaged(Damage::FrameLength(wire_len));
        }
        let (link, end) = (interface.link, START + kept);
        Step::Frame(Found { ts: Timestamp::ZERO, link, wire_len, start: START, end, next: block.len() })
    }

    /// The options of a block, between the byte at which they start and the length at its end.
    fn options<'a>(&self, block: &'a [u8], start: usize) -> Options<'a> {
        Options::new(self.order, block.get(start..block.len() - 4).unwrap_or_default())
    }

    #[inline]
    fn units(&self, high: [u8; 4], low: [u8; 4]) -> u64 {
        u64::from(self.order.u32(high)) << 32 | u64::from(self.order.u32(low))
    }

    /// A block that is too short for what its type holds.
    #[cold]
    fn too_short(&self, block: &[u8]) -> Step {
        let length = block.last_chunk().map_or(0, |&length| self.order.u32(length));
        Step::Damaged(Damage::BlockLength(length))
    }
}

/// The block at the front of `bytes`, whose length is written as `length` in `order`; or what to do without it.
#[inline]
fn whole(bytes: &[u8], order: ByteOrder, length: [u8; 4]) -> Result<&[u8], Step> {
    let claimed = order.u32(length);
    if claimed < MIN_BLOCK || claimed as usize > MAX_BLOCK || !claimed.is_multiple_of(4) {
        return Err(Step::Damaged(Damage::BlockLength(claimed)));
    }
    let block = bytes.get(..claimed as usize).ok_or(Step::More)?;
    match block.last_chunk() {
        Some(trailer) if *trailer == length => Ok(block),
        trailer => Err(Step::Damaged(Damage::Trailer(claimed, trailer.map_or(0, |&word| order.u32(word))))),
    }
}

/// Whether Wireshark gives a frame number to a block that holds no frame: systemd's journal, custom blocks, and system
/// calls as sysdig records them (found by asking tshark for each).
const fn is_numbered(kind: u32) -> bool {
    matches!(kind, 9 | 0x0bad | 0x4000_0bad | 0x204 | 0x216 | 0x221)
}
