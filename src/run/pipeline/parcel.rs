//! What frames say, copied out of the buffer that the reader wants back, for one of those who follow connections.

use std::ops::Range;

use crate::decode::{IcmpError, Pdu, Segment};
use crate::flow::{Address, Arrival};
use crate::time::Timestamp;

const _: () =
    assert!(size_of::<Content>() <= 128, "two cache lines, which one core writes and another reads");

/// Decoded frames in order, and their payload.
#[derive(Default)]
pub(super) struct Parcel {
    contents: Vec<Content>,
    payload: Vec<u8>,
}

enum Content {
    Tick(Timestamp),
    Segment(Segment, Range<u32>, Address),
    Icmp(IcmpError, Address),
}

impl Parcel {
    /// Gives how much room it takes: bytes of payload.
    pub(super) fn push(&mut self, pdu: &Pdu<'_>, address: Address) -> usize {
        match pdu {
            Pdu::Segment(segment, payload) => {
                let start = self.written();
                self.payload.extend_from_slice(payload);
                self.contents.push(Content::Segment(*segment, start..self.written(), address));
                payload.len()
            }
            Pdu::Icmp(error) => {
                self.contents.push(Content::Icmp(*error, address));
                0
            }
        }
    }

    /// Where the next payload begins. A shipment is full long before that needs more bits.
    fn written(&self) -> u32 {
        u32::try_from(self.payload.len()).unwrap_or(u32::MAX)
    }

    /// Time has moved on.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.contents.push(Content::Tick(now));
    }

    pub(super) fn arrivals(&self) -> impl Iterator<Item = Arrival<'_>> {
        self.contents.iter().map(|content| match content {
            Content::Tick(now) => Arrival::Tick(*now),
            Content::Segment(segment, range, address) => {
                let payload = self.payload.get(range.start as usize..range.end as usize);
                Arrival::Segment(segment, payload.unwrap_or_default(), *address)
            }
            Content::Icmp(error, address) => Arrival::Icmp(error, *address),
        })
    }

    /// Empties it, to be filled again.
    pub(super) fn clear(&mut self) {
        self.contents.clear();
        self.payload.clear();
    }
}
