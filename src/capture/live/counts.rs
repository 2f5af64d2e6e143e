//! What was captured and what was lost, in 64 bits.

use pcap::Stat;

/// Frames of one interface, or of all together, since capturing began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveCounts {
    /// Handed over.
    pub captured: u64,
    /// Let through by the filter in the kernel; those dropped for want of room are among them.
    /// Loopback shows it each frame twice, and libpcap hides one of them.
    pub received: u64,
    /// Lost because this process did not empty the ring in time.
    pub dropped_by_kernel: u64,
    /// Lost by the interface before the kernel saw them: it had no room.
    pub missed: u64,
    /// Discarded behind the interface's counters (`rx_dropped`): for want of memory, but also what no protocol asked
    /// for, and some of that has been captured before.
    pub discarded: u64,
}

impl LiveCounts {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            captured: self.captured + other.captured,
            received: self.received + other.received,
            dropped_by_kernel: self.dropped_by_kernel + other.dropped_by_kernel,
            missed: self.missed + other.missed,
            discarded: self.discarded + other.discarded,
        }
    }
}

/// libpcap's counters, which have 32 bits and wrap within the hour at a million frames a second, made 64 bits wide.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Widened {
    received: Counter,
    dropped: Counter,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counter {
    last: u32,
    total: u64,
}

impl Widened {
    /// Takes note of a reading; between two of them fewer than 2^32 frames must have come.
    pub(super) fn read(&mut self, stat: Stat) {
        self.received.read(stat.received);
        self.dropped.read(stat.dropped);
    }

    pub(super) const fn received(&self) -> u64 {
        self.received.total
    }

    pub(super) const fn dropped(&self) -> u64 {
        self.dropped.total
    }
}

impl Counter {
    fn read(&mut self, value: u32) {
        self.total += u64::from(value.wrapping_sub(self.last));
        self.last = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_go_on_where_libpcap_wraps() {
        let mut widened = Widened::default();
        let readings = [(5, 0), (u32::MAX - 1, 7), (3, 7), (3, 6)];
        for (received, dropped) in readings {
            widened.read(Stat { received, dropped, if_dropped: 0 });
        }
        assert_eq!(widened.received(), (1 << 32) + 3);
        assert_eq!(widened.dropped(), (1 << 32) + 6);
    }
}
