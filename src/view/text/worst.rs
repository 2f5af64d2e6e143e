//! The worst ends, as many as are shown.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::time::Timestamp;
use crate::verdict::{Confidence, Verdict};

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

    /// Keeps it if it is among the worst so far.
    pub(super) fn offer(&mut self, verdict: &Verdict, file: Option<&str>) {
        self.offered += 1;
        let full = self.kept.len() >= self.top;
        if full && self.kept.peek().is_none_or(|least| rank(&least.verdict) < rank(verdict)) {
            return;
        }
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
fn rank(verdict: &Verdict) -> Rank {
    let class = match verdict.cause {
        Some(_) if verdict.is_bad_end() => Class::Harmful,
        Some(_) => Class::Harmless,
        None => Class::Normal,
    };
    let confidence = verdict.cause.map(|finding| finding.confidence);
    (class, Reverse(confidence), verdict.end_time, verdict.file, verdict.first_frame)
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> Ordering {
        rank(&self.verdict).cmp(&rank(&other.verdict))
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
