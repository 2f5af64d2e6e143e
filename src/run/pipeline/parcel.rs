//! What a frame says, copied out of the buffer that the reader wants back.

use std::ops::Range;

use crate::decode::{IcmpError, Pdu, Segment};

/// Segments in a parcel: so many that handing it over costs nothing, so few that they stay in the second-level cache.
const SEGMENTS: usize = 1024;
/// Payload in a parcel, but for the last segment's.
const BYTES: usize = 128 << 10;

/// Decoded frames in order, and their payload.
#[derive(Default)]
pub(super) struct Parcel {
    contents: Vec<Content>,
    payload: Vec<u8>,
}

enum Content {
    Segment(Segment, Range<usize>),
    Icmp(IcmpError),
}

impl Parcel {
    pub(super) fn push(&mut self, pdu: &Pdu<'_>) {
        self.contents.push(match pdu {
            Pdu::Segment(segment, payload) => {
                let start = self.payload.len();
                self.payload.extend_from_slice(payload);
                Content::Segment(*segment, start..self.payload.len())
            }
            Pdu::Icmp(error) => Content::Icmp(*error),
        });
    }

    pub(super) fn is_full(&self) -> bool {
        self.contents.len() >= SEGMENTS || self.payload.len() >= BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    pub(super) fn pdus(&self) -> impl Iterator<Item = Pdu<'_>> {
        self.contents.iter().map(|content| match content {
            Content::Segment(segment, range) => {
                Pdu::Segment(*segment, self.payload.get(range.clone()).unwrap_or_default())
            }
            Content::Icmp(error) => Pdu::Icmp(*error),
        })
    }

    /// Empties it, to be filled again.
    pub(super) fn clear(&mut self) {
        self.contents.clear();
        self.payload.clear();
    }
}
