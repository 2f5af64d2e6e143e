//! The worst ends, as many as are shown, among them one of each cause.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use crate::time::Timestamp;
use crate::verdict::{Confidence, Ruling, Verdict};

use super::examples::Examples;

/// Ends, the least bad on top, to be the first to go.
pub(super) struct Worst {
    top: usize,
    offered: u64,
    kept: BinaryHeap<Arc<Kept>>,
    examples: Examples,
}

/// An end that may be shown.
pub(super) struct Kept {
    pub(super) verdict: Verdict,
    /// The name of its capture, where there are several.
    pub(super) file: Option<String>,
}

/// An end as it is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown<'k> {
    pub(super) kept: &'k Kept,
    pub(super) advice: Advice,
}

/// Whether what to do is told with an end: once for each cause.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Advice {
    Told,
    Elsewhere,
}

/// How bad it is, and how sure: the smaller, the worse.
pub(super) type Weight = (Class, Reverse<Option<Confidence>>);

/// The same, and in which order those of one weight come.
type Rank = (Weight, Timestamp, u16, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Harmful,
    Harmless,
    Normal,
}

impl Worst {
    pub(super) fn new(top: usize) -> Self {
        Self { top, offered: 0, kept: BinaryHeap::new(), examples: Examples::default() }
    }

    /// Counts it, and tells whether it is among the worst so far, or tells more of its cause than those before.
    pub(super) fn would_keep(&mut self, ruling: &Ruling) -> bool {
        self.offered += 1;
        let tells_more = self.examples.count(ruling, weight(ruling));
        let is_bad = !self.is_full() || self.kept.peek().is_some_and(|least| least.rank() >= rank(ruling));
        self.top > 0 && (is_bad || tells_more)
    }

    fn is_full(&self) -> bool {
        self.kept.len() >= self.top
    }

    /// Keeps it, and lets the least bad go where there is no room.
    pub(super) fn keep(&mut self, verdict: &Verdict, file: Option<&str>) {
        let kept = Arc::new(Kept { verdict: verdict.clone(), file: file.map(str::to_owned) });
        self.examples.keep(&kept);
        let full = self.is_full();
        self.kept.push(kept);
        if full {
            self.kept.pop();
        }
    }

    /// All that were offered.
    pub(super) const fn offered(&self) -> u64 {
        self.offered
    }

    /// How many of them are not shown.
    pub(super) fn hidden(&self) -> u64 {
        self.offered.saturating_sub(self.sorted().len() as u64)
    }

    /// Those that are shown, the worst first: an example of each cause, with what to do, and the worst of the others.
    pub(super) fn sorted(&self) -> Vec<Shown<'_>> {
        let mut examples: Vec<&Kept> = self.examples.kept().collect();
        examples.sort_unstable();
        examples.truncate(self.top);
        let mut others: Vec<&Kept> = self.kept.iter().map(Arc::as_ref).collect();
        others.sort_unstable();
        others.retain(|kept| !examples.contains(kept));
        others.truncate(self.top - examples.len());
        let told = examples.into_iter().map(|kept| Shown { kept, advice: Advice::Told });
        let others = others.into_iter().map(|kept| Shown { kept, advice: Advice::Elsewhere });
        let mut shown: Vec<Shown<'_>> = told.chain(others).collect();
        shown.sort_unstable_by_key(|shown| shown.kept.rank());
        shown
    }
}

/// Harmful before harmless, certain before possible.
fn weight(ruling: &Ruling) -> Weight {
    let class = match ruling.cause {
        Some(_) if ruling.is_bad_end() => Class::Harmful,
        Some(_) => Class::Harmless,
        None => Class::Normal,
    };
    (class, Reverse(ruling.cause.map(|finding| finding.confidence)))
}

/// By weight, then by time.
fn rank(ruling: &Ruling) -> Rank {
    (weight(ruling), ruling.end_time, ruling.file, ruling.first_frame)
}

impl Kept {
    fn rank(&self) -> Rank {
        rank(&Ruling::from(&self.verdict))
    }

    pub(super) fn weight(&self) -> Weight {
        weight(&Ruling::from(&self.verdict))
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
