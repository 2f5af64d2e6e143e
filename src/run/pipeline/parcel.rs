//! What frames say, and where in the memory of the reader they say it, for one of those who follow connections.

use std::ops::Range;

use crate::capture::file::Block;
use crate::decode::{IcmpError, Pdu, Segment};
use crate::flow::{Address, Arrival};
use crate::time::Timestamp;

const _: () =
    assert!(size_of::<Content>() <= 128, "two cache lines, which one core writes and another reads");

/// Decoded frames in order, and the blocks in which their payload lies.
#[derive(Default)]
pub(super) struct Parcel {
    contents: Vec<Content>,
    /// Each block, and where the contents begin that lie in it.
    blocks: Vec<(usize, Block)>,
}

enum Content {
    Tick(Timestamp),
    Segment(Segment, Range<u32>, Address),
    Icmp(IcmpError, Address),
}

impl Parcel {
    /// Takes what a frame says that lies in `block`.
    pub(super) fn push(&mut self, pdu: &Pdu<'_>, block: &Block, address: Address) {
        self.contents.push(match pdu {
            Pdu::Segment(segment, payload) => {
                if self.blocks.last().is_none_or(|(_, last)| !last.is(block)) {
                    self.blocks.push((self.contents.len(), block.clone()));
                }
                Content::Segment(*segment, block.place(payload), address)
            }
            Pdu::Icmp(error) => Content::Icmp(*error, address),
        });
    }

    /// Time has moved on.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.contents.push(Content::Tick(now));
    }

    pub(super) fn arrivals(&self) -> impl Iterator<Item = Arrival<'_>> {
        let mut blocks = self.blocks.iter().peekable();
        let mut block = None;
        self.contents.iter().enumerate().map(move |(nth, content)| match content {
            Content::Tick(now) => Arrival::Tick(*now),
            Content::Segment(segment, place, address) => {
                if let Some((_, next)) = blocks.next_if(|(start, _)| *start == nth) {
                    block = Some(next);
                }
                let payload = block.map(|block| block.at(place)).unwrap_or_default();
                Arrival::Segment(segment, payload, *address)
            }
            Content::Icmp(error, address) => Arrival::Icmp(error, *address),
        })
    }

    /// Empties it, to be filled again.
    pub(super) fn clear(&mut self) {
        self.contents.clear();
        self.blocks.clear();
    }
}
