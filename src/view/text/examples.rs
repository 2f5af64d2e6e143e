//! One end of each cause, for what to do about it: of the surest ones, that which was judged when most was known of its server.
//!
//! Advice speaks of what was learned so far, as of the idle time after which a server closes, so that later ends tell more. To put
//! each into words would cost too much: another is asked for where twice as many of its server were seen.

use std::ptr;
use std::sync::Arc;

use ahash::RandomState;

use crate::verdict::{Endpoint, Rule, Ruling};

use super::worst::{Kept, Weight};

/// Servers that are counted apart, for each cause: where two share a place, both only seem better known.
const PLACES: usize = 64;

/// An example of each cause that was seen.
#[derive(Default)]
pub(super) struct Examples(Vec<Example>);

struct Example {
    rule: &'static Rule,
    /// The worst and surest so far: others are no examples.
    weight: Weight,
    /// How many of that weight each server had.
    seen: [u64; PLACES],
    /// How many the example's server had by then.
    known: u64,
    kept: Option<Arc<Kept>>,
}

impl Examples {
    /// Counts it, and tells whether it would be a much better example of its cause than the one there is.
    pub(super) fn count(&mut self, ruling: &Ruling, weight: Weight) -> bool {
        let Some(finding) = ruling.cause else { return false };
        let at = self.0.iter().position(|example| ptr::eq(example.rule, finding.rule));
        let at = at.unwrap_or_else(|| {
            self.0.push(Example::new(finding.rule, weight));
            self.0.len() - 1
        });
        self.0[at].count(ruling.server, weight)
    }

    /// Takes what has just been counted for an example, if it is as good as the one there is.
    pub(super) fn keep(&mut self, kept: &Arc<Kept>) {
        let rule = kept.verdict.cause.map(|finding| finding.rule);
        let example = self.0.iter_mut().find(|example| rule.is_some_and(|rule| ptr::eq(example.rule, rule)));
        if let Some(example) = example {
            example.keep(kept);
        }
    }

    /// An end of each cause.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.0.iter().filter_map(|example| example.kept.as_deref())
    }
}

impl Example {
    const fn new(rule: &'static Rule, weight: Weight) -> Self {
        Self { rule, weight, seen: [0; PLACES], known: 0, kept: None }
    }

    fn count(&mut self, server: Endpoint, weight: Weight) -> bool {
        if weight > self.weight {
            return false;
        }
        if weight < self.weight {
            *self = Self::new(self.rule, weight);
        }
        let seen = &mut self.seen[place(server)];
        *seen += 1;
        *seen >= 2 * self.known
    }

    fn keep(&mut self, kept: &Arc<Kept>) {
        let seen = self.seen[place(kept.verdict.server)];
        if kept.weight() == self.weight && seen >= self.known {
            self.known = seen;
            self.kept = Some(Arc::clone(kept));
        }
    }
}

/// Where a server is counted. Who makes up a capture that has several meet there gains nothing: the seeds may be known.
fn place(server: Endpoint) -> usize {
    let hash = RandomState::with_seeds(1, 2, 3, 4).hash_one(server);
    usize::try_from(hash % PLACES as u64).unwrap_or(0)
}
