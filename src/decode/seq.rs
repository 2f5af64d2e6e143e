//! Sequence numbers: points on a ring of 2³², compared by the shorter way round (RFC 9293 §3.4).

use std::fmt;

/// A sequence or acknowledgement number as on the wire.
///
/// Deliberately not `Ord`: "before" on a ring is not transitive. Every comparison is relative to another number, and
/// none of them can panic, since both come from packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SeqNumber(pub u32);

impl SeqNumber {
    /// `self + n`, round the ring.
    #[must_use]
    pub const fn plus(self, n: u32) -> Self {
        Self(self.0.wrapping_add(n))
    }

    /// `self - n`, round the ring.
    #[must_use]
    pub const fn minus(self, n: u32) -> Self {
        Self(self.0.wrapping_sub(n))
    }

    /// How far `self` lies beyond `other`; negative if it lies before it.
    #[must_use]
    #[expect(clippy::cast_possible_wrap, reason = "the wrap is what makes it a ring")]
    pub const fn offset_from(self, other: Self) -> i32 {
        self.0.wrapping_sub(other.0) as i32
    }

    /// Does `self` lie beyond `other`?
    #[must_use]
    pub const fn after(self, other: Self) -> bool {
        self.offset_from(other) > 0
    }

    /// Does `self` lie before `other`?
    #[must_use]
    pub const fn before(self, other: Self) -> bool {
        self.offset_from(other) < 0
    }

    /// The further of the two.
    #[must_use]
    pub const fn furthest(self, other: Self) -> Self {
        if other.after(self) { other } else { self }
    }

    /// Of two that are near each other the one that comes first.
    #[must_use]
    pub const fn nearest(self, other: Self) -> Self {
        if other.before(self) { other } else { self }
    }

    /// Does `self` lie in `low..=high`?
    #[must_use]
    pub const fn within(self, low: Self, high: Self) -> bool {
        self.0.wrapping_sub(low.0) <= high.0.wrapping_sub(low.0)
    }
}

impl fmt::Display for SeqNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_goes_round_the_ring() {
        let (end, start) = (SeqNumber(u32::MAX), SeqNumber(3));
        assert!(start.after(end) && end.before(start));
        assert_eq!(start.offset_from(end), 4);
        assert_eq!(end.furthest(start), start);
        assert!(SeqNumber(1).within(end, start) && !SeqNumber(4).within(end, start));
    }
}
