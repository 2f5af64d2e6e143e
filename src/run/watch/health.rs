//! What was lost while watching, as it is found out and at the end.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::aggregate::{Dropped, InterfaceHealth};
use crate::capture::live::{LiveCounts, LiveSource};

/// Finds out about new losses.
#[derive(Default)]
pub(super) struct Losses {
    known: u64,
}

impl Losses {
    /// Frames that the kernel dropped since the last call.
    pub(super) fn new_ones(&mut self, source: &LiveSource) -> u64 {
        let now = source.each().map(|(_, counts)| counts.dropped_by_kernel).sum();
        let before = std::mem::replace(&mut self.known, now);
        now.saturating_sub(before)
    }
}

/// Every interface, as of the last second.
pub(super) fn of_each(source: &LiveSource) -> Vec<InterfaceHealth> {
    let health = |(name, counts): (&str, LiveCounts)| InterfaceHealth {
        name: name.to_owned(),
        captured: counts.captured,
        received: counts.received,
        dropped_by_kernel: counts.dropped_by_kernel,
        dropped_by_interface: counts.missed,
    };
    source.each().map(health).collect()
}

/// All of them together. We ourselves drop nothing: what the kernel hands out is followed.
pub(super) const fn dropped(counts: LiveCounts) -> Dropped {
    Dropped { kernel: Some(counts.dropped_by_kernel), interface: Some(counts.missed), us: Some(0) }
}

/// tcpdump's closing lines, in its words, for people and scripts that know them.
pub(super) fn closing_lines(captured: u64, counts: LiveCounts) {
    let plural = |frames: u64| if frames == 1 { "packet" } else { "packets" };
    let mut lines = String::new();
    let mut line = |frames: u64, what: &str| {
        let _ = writeln!(lines, "{frames} {} {what}", plural(frames));
    };
    line(captured, "captured");
    line(counts.received, "received by filter");
    line(counts.dropped_by_kernel, "dropped by kernel");
    if counts.missed > 0 {
        line(counts.missed, "dropped by interface");
    }
    // Nobody may be listening.
    let _ = io::stderr().write_all(lines.as_bytes());
}
