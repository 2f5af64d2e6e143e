//! pcapng, block by block.

use super::{Order, OwnedFrame};

/// A pcapng file that is being written.
#[derive(Clone, Debug)]
pub struct Pcapng {
    order: Order,
    pub bytes: Vec<u8>,
}

/// An interface to be described.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    pub link: u16,
    pub snaplen: u32,
    /// As in `if_tsresol`; none to leave the option out (microseconds).
    pub tsresol: Option<u8>,
    /// Seconds; none to leave the option out.
    pub tsoffset: Option<i64>,
}

impl Described {
    /// An interface as tcpdump and dumpcap describe it.
    pub const fn new(link: u16) -> Self {
        Self { link, snaplen: 262_144, tsresol: None, tsoffset: None }
    }

    /// The stamp that stands for a time on this interface; rounds down where its resolution is too coarse.
    fn units(self, frame: &OwnedFrame) -> u64 {
        let offset = i128::from(self.tsoffset.unwrap_or(0)) * 1_000_000_000;
        let nanos = u128::try_from(i128::from(frame.ts.as_nanos()) - offset).unwrap();
        let units = match self.tsresol.unwrap_or(6) {
            binary @ 0x80.. => (nanos << (binary & 0x7f)) / 1_000_000_000,
            decimal => nanos * 10_u128.pow(u32::from(decimal)) / 1_000_000_000,
        };
        u64::try_from(units).unwrap()
    }
}

impl Pcapng {
    /// A file that starts with a section in `order`.
    pub fn new(order: Order) -> Self {
        Self { order, bytes: Vec::new() }.section(order)
    }

    /// A whole capture: an interface for each link type, in the order in which they occur.
    pub fn write(order: Order, tsresol: Option<u8>, frames: &[OwnedFrame]) -> Vec<u8> {
        let mut interfaces: Vec<Described> = Vec::new();
        let mut file = Self::new(order);
        for frame in frames {
            let known = interfaces.iter().position(|interface| interface.link == frame.link);
            let index = known.unwrap_or_else(|| {
                interfaces.push(Described { tsresol, ..Described::new(frame.link) });
                interfaces.len() - 1
            });
            if known.is_none() {
                file = file.interface(interfaces[index]);
            }
            file = file.enhanced(u32::try_from(index).unwrap(), interfaces[index], frame);
        }
        file.bytes
    }

    /// Starts another section.
    pub fn section(mut self, order: Order) -> Self {
        self.order = order;
        let body = [&order.u32(0x1a2b_3c4d)[..], &order.u16(1), &order.u16(0), &order.u64(u64::MAX)].concat();
        self.block(0x0a0d_0d0a, &body)
    }

    pub fn interface(self, interface: Described) -> Self {
        let order = self.order;
        let mut body = [&order.u16(interface.link)[..], &[0; 2], &order.u32(interface.snaplen)].concat();
        body.extend(self.option(2, b"eth0"));
        if let Some(tsresol) = interface.tsresol {
            body.extend(self.option(9, &[tsresol]));
        }
        if let Some(tsoffset) = interface.tsoffset {
            body.extend(self.option(14, &order.u64(tsoffset.cast_unsigned())));
        }
        body.extend(self.option(0, &[]));
        self.block(1, &body)
    }

    pub fn enhanced(self, index: u32, interface: Described, frame: &OwnedFrame) -> Self {
        let comment = self.option(1, b"a comment");
        let body = [self.order.u32(index).to_vec(), self.stamped(interface, frame), comment].concat();
        self.block(6, &body)
    }

    pub fn old_packet(self, index: u16, interface: Described, frame: &OwnedFrame) -> Self {
        let lane = [self.order.u16(index), self.order.u16(7)].concat();
        let body = [lane, self.stamped(interface, frame)].concat();
        self.block(2, &body)
    }

    pub fn simple(self, frame: &OwnedFrame) -> Self {
        let body = [&self.order.u32(frame.wire_len)[..], &padded(&frame.bytes)].concat();
        self.block(3, &body)
    }

    /// Statistics of an interface: frames that it and that the system dropped.
    pub fn statistics(self, index: u32, if_drop: u64, os_drop: u64) -> Self {
        let order = self.order;
        let mut body = [&order.u32(index)[..], &[0; 8]].concat();
        body.extend(self.option(5, &order.u64(if_drop)));
        body.extend(self.option(7, &order.u64(os_drop)));
        self.block(5, &body)
    }

    /// Any block.
    pub fn block(self, kind: u32, body: &[u8]) -> Self {
        let body = padded(body);
        let length = u32::try_from(body.len() + 12).unwrap();
        self.false_block(kind, &body, [length, length])
    }

    /// A block whose two lengths need not be right.
    pub fn false_block(mut self, kind: u32, body: &[u8], [first, last]: [u32; 2]) -> Self {
        self.bytes.extend([self.order.u32(kind), self.order.u32(first)].concat());
        self.bytes.extend(body);
        self.bytes.extend(self.order.u32(last));
        self
    }

    fn stamped(&self, interface: Described, frame: &OwnedFrame) -> Vec<u8> {
        let units = interface.units(frame);
        let kept = u32::try_from(frame.bytes.len()).unwrap();
        let (high, low) = ((units >> 32) as u32, units as u32);
        let words = [high, low, kept, frame.wire_len].map(|word| self.order.u32(word)).concat();
        [words, padded(&frame.bytes)].concat()
    }

    fn option(&self, code: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap();
        [&self.order.u16(code)[..], &self.order.u16(length), &padded(value)].concat()
    }
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}
