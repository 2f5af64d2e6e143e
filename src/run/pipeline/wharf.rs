//! Where frames are decoded, and put together for those who follow connections.

use crate::aggregate::Intake;
use crate::capture::file::Block;
use crate::decode::{self, Frame, Pdu, Skip};
use crate::flow::{ObservedUntil, Router};
use crate::time::Timestamp;

use super::parcel::Parcel;

/// Segments in a shipment: so many that the threads seldom ask each other for work. With a quarter of that nothing changes.
const SEGMENTS: usize = 4096;
/// What the blocks take in which the segments of a shipment lie, but for the last ones: full-size segments are not to make it
/// a small one.
const BYTES: usize = 1024 << 10;

/// What the reader counted.
#[derive(Default)]
pub(in super::super) struct Tally {
    pub(in super::super) intake: Intake,
    /// Captures that could not be read to their end.
    pub(in super::super) troubles: u64,
}

/// A share of a shipment.
pub(super) enum Load {
    Parcel(Parcel),
    /// There is no more, and this is how late it is.
    End(ObservedUntil, Timestamp),
}

/// One load for each of those who follow, be there nothing in some of them, so that what comes of them can be put together
/// again.
pub(super) type Shipment = Vec<Load>;

/// What is decoded, and whose it is.
pub(super) struct Wharf {
    router: Router,
    /// What is being loaded.
    parcels: Vec<Parcel>,
    /// To be filled again.
    empties: Vec<Parcel>,
    /// Segments in the parcels, and bytes of memory that they keep from being read into.
    segments: usize,
    bytes: usize,
    shipped: Vec<Shipment>,
    tally: Tally,
}

impl Wharf {
    pub(super) fn new(router: Router) -> Self {
        let parcels = (0..router.shards()).map(|_| Parcel::default()).collect();
        let (empties, shipped, tally) = (Vec::new(), Vec::new(), Tally::default());
        Self { router, parcels, empties, segments: 0, bytes: 0, shipped, tally }
    }

    /// Takes parcels that are to be filled again.
    pub(super) fn take_back(&mut self, empties: Vec<Parcel>) {
        self.empties.extend(empties);
    }

    /// Takes a frame that lies in a block.
    pub(super) fn load(&mut self, frame: &Frame<'_>, block: &Block) {
        self.tally.intake.frames += 1;
        self.tally.intake.saw(frame.ts);
        let mut pdu = Pdu::NOTHING;
        match decode::decode_into(frame, &mut pdu) {
            Ok(()) => self.put(&pdu, block),
            Err(skip) => self.tally.intake.skipped.add(skip),
        }
        if self.segments >= SEGMENTS {
            self.ship();
        }
    }

    /// Takes note that what was loaded of late lies in so much memory. Where nothing was, nobody keeps it.
    pub(super) fn note_read(&mut self, bytes: usize) {
        if self.segments > 0 {
            self.bytes += bytes;
        }
        if self.bytes >= BYTES {
            self.ship();
        }
    }

    fn put(&mut self, pdu: &Pdu<'_>, block: &Block) {
        if let Some(now) = self.router.tick(pdu) {
            self.parcels.iter_mut().for_each(|parcel| parcel.tick(now));
        }
        let address = self.router.address(pdu);
        self.parcels[self.router.shard(address)].push(pdu, block, address);
        self.segments += 1;
    }

    pub(super) fn leave_out(&mut self) {
        self.tally.intake.frames += 1;
        self.tally.intake.skipped.add(Skip::Filtered);
    }

    pub(super) const fn note_trouble(&mut self) {
        self.tally.troubles += 1;
    }

    /// Lets what is loaded go.
    pub(super) fn ship(&mut self) {
        if self.segments == 0 {
            return;
        }
        (self.segments, self.bytes) = (0, 0);
        let Self { parcels, empties, shipped, .. } = self;
        let full = parcels.iter_mut().map(|parcel| {
            let empty = empties.pop().unwrap_or_default();
            Load::Parcel(std::mem::replace(parcel, empty))
        });
        shipped.push(full.collect());
    }

    /// Nothing more will come.
    pub(super) fn end(&mut self, until: ObservedUntil) {
        self.ship();
        let end = self.parcels.iter().map(|_| Load::End(until, self.router.now()));
        self.shipped.push(end.collect());
    }

    pub(super) const fn has_shipped(&self) -> bool {
        !self.shipped.is_empty()
    }

    pub(super) fn take_shipped(&mut self) -> Vec<Shipment> {
        std::mem::take(&mut self.shipped)
    }

    pub(super) fn into_tally(self) -> Tally {
        self.tally
    }
}
