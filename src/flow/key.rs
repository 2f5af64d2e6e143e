//! What identifies a connection: its two ends, in an order that does not depend on who speaks.

use crate::decode::{Addr, Endpoint, IcmpError, Segment};

/// The two ends of a connection, the lower one first, so that both directions have the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct FlowKey {
    /// The end that sorts first.
    pub low: Endpoint,
    /// The other.
    pub high: Endpoint,
}

/// One of the two ends in the key's order: an index into everything that a flow keeps twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum End {
    /// [`FlowKey::low`].
    #[default]
    Low,
    /// [`FlowKey::high`].
    High,
}

impl End {
    /// The other one.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

impl FlowKey {
    /// That of no connection: its ends are in the wrong order.
    pub(super) const NOBODY: Self = Self {
        low: Endpoint { addr: Addr::v6([0xff; 16]), port: 0 },
        high: Endpoint { addr: Addr::v6([0; 16]), port: 0 },
    };

    /// The key of a segment, and which end sent it.
    #[must_use]
    pub fn of(segment: &Segment) -> (Self, End) {
        Self::between(segment.src, segment.dst)
    }

    /// The same of a segment of which it is known which end sent it.
    #[inline]
    pub(super) const fn of_sender(segment: &Segment, by: End) -> Self {
        match by {
            End::Low => Self { low: segment.src, high: segment.dst },
            End::High => Self { low: segment.dst, high: segment.src },
        }
    }

    /// The key of the segment that an ICMP error quotes, and which end had sent that segment.
    #[must_use]
    pub fn quoted_by(error: &IcmpError) -> (Self, End) {
        Self::between(error.src, error.dst)
    }

    /// Is it the key of a segment that was sent by `by`?
    #[inline]
    pub(super) fn is_of(&self, segment: &Segment, by: End) -> bool {
        let (sender, receiver) = match by {
            End::Low => (&self.low, &self.high),
            End::High => (&self.high, &self.low),
        };
        *sender == segment.src && *receiver == segment.dst
    }

    /// The endpoint at one end.
    #[must_use]
    pub const fn at(&self, end: End) -> Endpoint {
        match end {
            End::Low => self.low,
            End::High => self.high,
        }
    }

    /// Which end of their connection is `src`, where the other is `dst`?
    #[inline]
    pub(super) fn sender(src: &Endpoint, dst: &Endpoint) -> End {
        if src > dst { End::High } else { End::Low }
    }

    fn between(src: Endpoint, dst: Endpoint) -> (Self, End) {
        match Self::sender(&src, &dst) {
            End::Low => (Self { low: src, high: dst }, End::Low),
            End::High => (Self { low: dst, high: src }, End::High),
        }
    }
}

/// Something that a flow keeps for each end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both<T> {
    low: T,
    high: T,
}

impl<T> Both<T> {
    /// The same for both ends, made by `make`.
    pub fn from_fn(mut make: impl FnMut(End) -> T) -> Self {
        Self { low: make(End::Low), high: make(End::High) }
    }

    /// One end's.
    #[must_use]
    pub const fn at(&self, end: End) -> &T {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }

    /// One end's, to change.
    pub const fn at_mut(&mut self, end: End) -> &mut T {
        match end {
            End::Low => &mut self.low,
            End::High => &mut self.high,
        }
    }

    /// One end's and its peer's, to change.
    pub const fn pair_mut(&mut self, end: End) -> (&mut T, &mut T) {
        match end {
            End::Low => (&mut self.low, &mut self.high),
            End::High => (&mut self.high, &mut self.low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_have_one_key() {
        let near = Endpoint { addr: Addr::v4([10, 0, 0, 1]), port: 5000 };
        let far = Endpoint { addr: Addr::v4([10, 0, 0, 2]), port: 80 };
        let there = Segment { src: near, dst: far, ..Segment::default() };
        let back = Segment { src: far, dst: near, ..Segment::default() };
        assert_eq!(FlowKey::of(&there).0, FlowKey::of(&back).0);
        assert_eq!((FlowKey::of(&there).1, FlowKey::of(&back).1), (End::Low, End::High));
        assert_eq!(FlowKey::of(&there).0.at(End::High), far);
    }

    #[test]
    fn an_endpoint_may_talk_to_itself() {
        let me = Endpoint { addr: Addr::v4([127, 0, 0, 1]), port: 80 };
        assert_eq!(FlowKey::of(&Segment { src: me, dst: me, ..Segment::default() }).1, End::Low);
    }
}
