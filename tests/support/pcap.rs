//! Classic pcap, written in all its forms.

use super::{Order, OwnedFrame};

/// How to write a capture.
#[derive(Clone, Copy, Debug)]
pub struct Pcap {
    pub order: Order,
    pub precision: Precision,
    /// The whole link type field, checksum bits included.
    pub link: u32,
}

/// The unit of a time stamp's fraction, and the magic number that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Micros,
    Nanos,
    /// Microseconds, with the longer record headers of Kuznetzov's libpcap.
    Modified,
}

impl Pcap {
    /// As tcpdump writes it on most machines.
    pub const USUAL: Self = Self { order: Order::Little, precision: Precision::Micros, link: 1 };

    /// Writes a whole capture.
    pub fn write(self, frames: &[OwnedFrame]) -> Vec<u8> {
        let mut bytes = self.header();
        for frame in frames {
            bytes.extend(self.record(frame));
        }
        bytes
    }

    /// The header of the file.
    pub fn header(self) -> Vec<u8> {
        let magic = match self.precision {
            Precision::Micros => 0xa1b2_c3d4,
            Precision::Nanos => 0xa1b2_3c4d,
            Precision::Modified => 0xa1b2_cd34,
        };
        let mut bytes = self.order.u32(magic).to_vec();
        bytes.extend([self.order.u16(2), self.order.u16(4)].concat());
        bytes.extend([0, 0, 262_144, self.link].map(|word| self.order.u32(word)).concat());
        bytes
    }

    /// One frame.
    pub fn record(self, frame: &OwnedFrame) -> Vec<u8> {
        let kept = u32::try_from(frame.bytes.len()).unwrap();
        [self.record_header(frame, kept), frame.bytes.clone()].concat()
    }

    /// The header of a frame, with a length that need not be its own.
    pub fn record_header(self, frame: &OwnedFrame, kept: u32) -> Vec<u8> {
        let nanos = frame.ts.as_nanos();
        let unit = if self.precision == Precision::Nanos { 1 } else { 1_000 };
        let (secs, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000 / unit);
        let [secs, fraction] = [secs, fraction].map(|part| u32::try_from(part).unwrap());
        let mut bytes = [secs, fraction, kept, frame.wire_len].map(|word| self.order.u32(word)).concat();
        if self.precision == Precision::Modified {
            bytes.extend([0; 8]);
        }
        bytes
    }
}
