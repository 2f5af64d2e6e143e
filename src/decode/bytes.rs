//! What is left of a frame: the captured bytes, and how many there were on the wire.
//!
//! Both travel together through every header, so that "the snaplen cut it" and "it was never there" stay two answers.

use super::{Frame, Skip};

/// The rest of a frame behind the headers read so far. `wire` is never less than what was captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    /// The captured ones.
    pub(super) captured: &'a [u8],
    /// How many the wire carried.
    pub(super) wire: u32,
}

impl<'a> Bytes<'a> {
    /// A whole frame. A capture that claims fewer bytes on the wire than it holds is not believed.
    pub(super) fn of(frame: &Frame<'a>) -> Self {
        Self { captured: frame.bytes, wire: frame.wire_len.max(count(frame.bytes)) }
    }

    /// Is something of it missing in the capture?
    pub(super) fn is_cut(self) -> bool {
        count(self.captured) < self.wire
    }

    /// The first `N` bytes.
    pub(super) fn first<const N: usize>(self) -> Result<&'a [u8; N], Skip> {
        self.captured.first_chunk().ok_or_else(|| self.lacks(N))
    }

    /// Two bytes at an offset, in network order, if they were captured.
    pub(super) fn u16_at(self, offset: usize) -> Option<u16> {
        self.captured.get(offset..)?.first_chunk().map(|two| u16::from_be_bytes(*two))
    }

    /// The first `N` bytes and what follows them.
    pub(super) fn split<const N: usize>(self) -> Result<(&'a [u8; N], Self), Skip> {
        Ok((self.first()?, self.behind(N)?))
    }

    /// What follows the first `n` bytes.
    pub(super) fn behind(self, n: usize) -> Result<Self, Skip> {
        let captured = self.captured.get(n..).ok_or_else(|| self.lacks(n))?;
        Ok(Self { captured, wire: self.wire.saturating_sub(u32::try_from(n).unwrap_or(u32::MAX)) })
    }

    /// Only the `stated` bytes that an IP header speaks of; the rest is Ethernet padding or a checksum.
    ///
    /// More than there is means that somebody cut the frame, even where its length on the wire is said to be no longer: a
    /// capture, or whoever replayed one, lost it. A host drops what is really shorter than its header says (Linux counts
    /// `InTruncatedPkts`), so that the numbers of those that are heard go on from what the header says.
    pub(super) fn within(self, stated: u32) -> Self {
        Self { captured: self.captured.get(..stated as usize).unwrap_or(self.captured), wire: stated }
    }

    /// Why the first `n` bytes are not there: not captured, or never sent.
    fn lacks(self, n: usize) -> Skip {
        if n <= self.wire as usize { Skip::Cut } else { Skip::Malformed }
    }
}

/// The length of a slice in the unit of the wire. No frame comes near 4 GiB; one that did would count as that.
pub(super) fn count(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: Bytes<'_> = Bytes { captured: &[1, 2, 3, 4], wire: 6 };

    #[test]
    fn cut_and_never_sent_are_told_apart() {
        assert_eq!(CUT.first::<4>(), Ok(&[1, 2, 3, 4]));
        assert_eq!(CUT.first::<6>(), Err(Skip::Cut));
        assert_eq!(CUT.first::<7>(), Err(Skip::Malformed));
        assert_eq!(CUT.behind(4).unwrap().first::<2>(), Err(Skip::Cut));
        assert_eq!(CUT.behind(4).unwrap().first::<3>(), Err(Skip::Malformed));
        assert_eq!((CUT.u16_at(2), CUT.u16_at(3), CUT.u16_at(9)), (Some(0x0304), None, None));
    }

    #[test]
    fn a_stated_length_drops_padding_and_tells_how_much_was_cut() {
        let inside = CUT.within(3);
        assert_eq!((inside.captured, inside.wire), (&[1, 2, 3][..], 3));
        for short in [CUT, Bytes { wire: 4, ..CUT }] {
            let beyond = short.within(9);
            assert_eq!((beyond.captured.len(), beyond.wire, beyond.is_cut()), (4, 9, true));
        }
    }
}
