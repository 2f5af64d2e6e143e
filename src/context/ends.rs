//! When a listener's connections ended without having been asked to: in the midst of something, or after a pause. What ends at one moment
//! after various pauses ended with the program that listened.

use smallvec::SmallVec;

use crate::flow::{Close, Side};
use crate::time::{Span, Timestamp};

use super::services::near;

/// A server that ends what it has just answered is done with that; below this a pause is none.
const PAUSE: Span = Span::from_millis(250);
/// A kernel that ends what a process leaves comes to the next connection long before this.
const AT_ONCE: Span = Span::from_millis(10);
/// So many are remembered of a listener.
const MOST: usize = 16;

/// The latest ends, and after which pause each came.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends(SmallVec<[(Timestamp, Span); 1]>);

impl Ends {
    pub(super) fn note(&mut self, end: (Timestamp, Span)) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(end);
    }

    /// The latest that came no later than `at`.
    pub(super) fn latest_before(&self, at: Timestamp) -> Option<Timestamp> {
        self.0.iter().map(|(end, _)| *end).filter(|&end| end <= at).max()
    }

    /// How many others came at the moment of this one, after various pauses that are not its own: those that share one may share a timeout.
    pub(super) fn beside(&self, (at, pause): (Timestamp, Span)) -> u32 {
        let beside = |(end, other): &&(Timestamp, Span)| {
            end.since(at).max(at.since(*end)) <= AT_ONCE && !near(*other, pause)
        };
        let others = || self.0.iter().filter(beside).map(|(_, pause)| *pause);
        let one_time = others().next().is_none_or(|first| others().all(|pause| near(pause, first)));
        if one_time { 0 } else { u32::try_from(others().count()).unwrap_or(u32::MAX) }
    }
}

/// When the server ended it, and for how long it had said nothing by then.
pub(super) fn end_of(close: &Close) -> Option<(Timestamp, Span)> {
    let at = close.ended_by_server()?;
    let server = close.half(Side::Server);
    let since = if server.has_data() { server.last_data } else { close.start.ts };
    Some((at, at.since(since)))
}

/// The same, if nothing that either side had said was its occasion.
pub(super) fn unprompted(close: &Close) -> Option<(Timestamp, Span)> {
    let (at, pause) = end_of(close)?;
    let exchange = close.exchange_at_fin.as_ref().unwrap_or(&close.exchange);
    let left = exchange.trailing_own_bytes(close.client) > 0;
    let awaited = exchange.turn.is_some_and(|turn| turn.by == close.client) || exchange.owes_rest();
    (!left && (awaited || pause >= PAUSE)).then_some((at, pause))
}
