//! What a pcapng section says about one of its interfaces, and the options in which it says it.

use super::order::ByteOrder;
use super::pcapng::Drops;
use crate::decode::LinkType;
use crate::time::{NANOS_PER_SEC, Timestamp};

const END_OF_OPTIONS: u16 = 0;
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;
const ISB_IFDROP: u16 = 5;
const ISB_OSDROP: u16 = 7;

/// An interface of a section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    pub(super) clock: Clock,
    /// As its statistics told last: they count from the start of the capture.
    pub(super) dropped: Drops,
    snaplen: u32,
}

/// How an interface's time stamps are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    resolution: Resolution,
    /// Nanoseconds to be added.
    offset: i64,
}

/// The unit of time stamps, against nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    /// So many nanoseconds.
    Times(u64),
    /// So many of them in a nanosecond.
    Parts(u64),
    /// A second divided by this power of two.
    Binary(u8),
}

/// The options at the end of a block: numbered values, each with its length.
#[derive(Clone, Debug)]
pub(super) struct Options<'a> {
    order: ByteOrder,
    bytes: &'a [u8],
}

impl Interface {
    pub(super) fn new(link: LinkType, snaplen: u32, options: Options<'_>) -> Self {
        Self { link, snaplen, clock: Clock::new(options), dropped: Drops::default() }
    }

    /// The most bytes of a frame that were kept; 0 in the file means all of them.
    pub(super) const fn snaplen(&self) -> usize {
        if self.snaplen == 0 { usize::MAX } else { self.snaplen as usize }
    }

    /// Takes the newest counts from a statistics block.
    pub(super) fn count(&mut self, options: Options<'_>) {
        let order = options.order;
        for (code, value) in options {
            let number = value.first_chunk().map(|&bytes| order.u64(bytes));
            match (code, number) {
                (ISB_IFDROP, Some(frames)) => self.dropped.interface = frames,
                (ISB_OSDROP, Some(frames)) => self.dropped.system = frames,
                _ => {}
            }
        }
    }
}

impl Clock {
    fn new(options: Options<'_>) -> Self {
        let mut clock = Self { resolution: Resolution::Times(1_000), offset: 0 };
        let order = options.order;
        for (code, value) in options {
            match (code, value) {
                (IF_TSRESOL, &[exponent, ..]) => clock.resolution = Resolution::new(exponent),
                (IF_TSOFFSET, value) => clock.offset = seconds(order, value),
                _ => {}
            }
        }
        clock
    }

    /// The time of a stamp of `units`; saturates where a hostile file claims times out of reach.
    #[inline]
    pub(super) fn at(self, units: u64) -> Timestamp {
        let nanos = match self.resolution {
            Resolution::Times(nanos) => units.saturating_mul(nanos),
            Resolution::Parts(parts) => units / parts,
            Resolution::Binary(exponent) => {
                let nanos = (u128::from(units) * u128::from(NANOS_PER_SEC)) >> exponent;
                u64::try_from(nanos).unwrap_or(u64::MAX)
            }
        };
        Timestamp::from_nanos(nanos.saturating_add_signed(self.offset))
    }
}

impl Resolution {
    /// From `if_tsresol`: a negative power of 10, or of 2 where the highest bit is set.
    fn new(exponent: u8) -> Self {
        match exponent {
            0..=9 => Self::Times(10_u64.pow(u32::from(9 - exponent))),
            // Finer than 10^-28 s nothing of a 64-bit stamp is left.
            10..=0x7f => Self::Parts(10_u64.checked_pow(u32::from(exponent - 9)).unwrap_or(u64::MAX)),
            _ => Self::Binary(exponent & 0x7f),
        }
    }
}

impl<'a> Options<'a> {
    pub(super) const fn new(order: ByteOrder, bytes: &'a [u8]) -> Self {
        Self { order, bytes }
    }
}

/// Stops at the end of options, and where a length leads out of the block.
impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[c0, c1, l0, l1], rest) = self.bytes.split_first_chunk()?;
        let (code, length) = (self.order.u16([c0, c1]), usize::from(self.order.u16([l0, l1])));
        let value = rest.get(..length).filter(|_| code != END_OF_OPTIONS)?;
        self.bytes = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}

/// A signed number of seconds, in nanoseconds.
fn seconds(order: ByteOrder, value: &[u8]) -> i64 {
    let secs = value.first_chunk().map_or(0, |&bytes| order.u64(bytes).cast_signed());
    secs.saturating_mul(NANOS_PER_SEC.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(tsresol: u8, offset: i64) -> Clock {
        let mut bytes = vec![0, 9, 0, 1, tsresol, 0, 0, 0, 0, 14, 0, 8];
        bytes.extend(offset.to_be_bytes());
        Clock::new(Options::new(ByteOrder::Big, &bytes))
    }

    fn nanos(tsresol: u8, units: u64) -> u64 {
        clock(tsresol, 0).at(units).as_nanos()
    }

    #[test]
    fn stamps_count_microseconds_unless_told_otherwise() {
        assert_eq!(Clock::new(Options::new(ByteOrder::Big, &[])).at(7).as_nanos(), 7_000);
    }

    #[test]
    fn resolutions_are_powers_of_ten_or_two() {
        assert_eq!(nanos(0, 3), 3_000_000_000);
        assert_eq!(nanos(6, 3), 3_000);
        assert_eq!(nanos(9, 3), 3);
        assert_eq!(nanos(12, 3_999), 3);
        assert_eq!(nanos(0x80, 3), 3_000_000_000);
        assert_eq!(nanos(0x80 + 20, 3 << 19), 1_500_000_000);
        assert_eq!(nanos(0x80 + 127, u64::MAX), 0);
        assert_eq!(nanos(127, u64::MAX), 1, "an absurd resolution is no division by zero");
    }

    #[test]
    fn times_out_of_reach_saturate() {
        assert_eq!(nanos(0, u64::MAX), u64::MAX);
        assert_eq!(nanos(0x80, u64::MAX), u64::MAX);
        assert_eq!(clock(6, i64::MAX).at(u64::MAX).as_nanos(), u64::MAX);
        assert_eq!(clock(6, i64::MIN).at(1).as_nanos(), 0);
        assert_eq!(clock(6, -1).at(1_000_001).as_nanos(), 1_000);
    }

    #[test]
    fn options_that_lead_astray_end_there() {
        let codes =
            |bytes: &[u8]| Options::new(ByteOrder::Little, bytes).map(|(code, _)| code).collect::<Vec<_>>();
        assert_eq!(codes(&[2, 0, 1, 0, b'x']), [2], "the last one's padding may be missing");
        assert_eq!(codes(&[2, 0, 5, 0, b'x', 0, 0, 0]), [0; 0]);
        assert_eq!(codes(&[0, 0, 0, 0, 2, 0, 0, 0]), [0; 0]);
        assert_eq!(codes(&[2, 0]), [0; 0]);
    }
}
