//! The worst ends, as many as are shown.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::time::Timestamp;
use crate::verdict::{Confidence, Ruling, Verdict};

/// Ends, the least bad on top, to be the first to go.
pub(super) struct Worst {
    top: usize,
    offered: u64,
    kept: BinaryHeap<Kept>,
}

/// An end that may be shown.
pub(super) struct Kept {
    pub(super) verdict: Verdict,
    /// The name of its capture, where there are several.
    pub(super) file: Option<String>,
}

/// The smaller, the worse.
type Rank = (Class, Reverse<Option<Confidence>>, Timestamp, u16, u64);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Harmful,
    Harmless,
    Normal,
}

impl Worst {
    pub(super) fn new(top: usize) -> Self {
        Self { top, offered: 0, kept: BinaryHeap::new() }
    }

    /// Counts it, and tells whether it is among the worst so far.
    pub(super) fn would_keep(&mut self, ruling: &Ruling) -> bool {
        self.offered += 1;
        !self.is_full() || self.kept.peek().is_some_and(|least| least.rank() >= rank(ruling))
    }

    fn is_full(&self) -> bool {
        self.kept.len() >= self.top
    }

    /// Keeps it in place of the least bad, where there is no room.
    pub(super) fn keep(&mut self, verdict: &Verdict, file: Option<&str>) {
        let full = self.is_full();
        self.kept.push(Kept { verdict: verdict.clone(), file: file.map(str::to_owned) });
        if full {
            self.kept.pop();
        }
    }

    /// All that were offered.
    pub(super) const fn offered(&self) -> u64 {
        self.offered
    }

    /// Those that were kept, the worst first.
    pub(super) fn sorted(&self) -> Vec<&Kept> {
        let mut kept: Vec<&Kept> = self.kept.iter().collect();
        kept.sort_unstable();
        kept
    }
}

/// Harmful before harmless, certain before possible, then by time.
fn rank(ruling: &Ruling) -> Rank {
    let class = match ruling.cause {
        Some(_) if ruling.is_bad_end() => Class::Harmful,
        Some(_) => Class::Harmless,
        None => Class::Normal,
    };
    let confidence = ruling.cause.map(|finding| finding.confidence);
    (class, Reverse(confidence), ruling.end_time, ruling.file, ruling.first_frame)
}

impl Kept {
    fn rank(&self) -> Rank {
        rank(&Ruling::from(&self.verdict))
    }
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Kept {}
