//! By which column each list is sorted, and which way round.

use std::cmp::Ordering;

use crate::aggregate::Peer;
use crate::verdict::{Sender, Side, Stage, Verdict};

use super::digest::CauseRow;
use super::group::Group;

/// A column by which a list can be sorted. It compares so that what is to come first is less.
pub(super) struct Column<T: 'static> {
    /// The head of the column.
    pub(super) title: &'static str,
    pub(super) compare: fn(&T, &T) -> Ordering,
}

/// The choice for one list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sorting {
    column: usize,
    way: Way,
}

/// Which way round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// As one expects: the newest, the most, the first letter.
    #[default]
    Natural,
    /// The other way round.
    Turned,
}

/// Ends; the newest first to begin with.
pub(super) static ENDS: &[Column<Verdict>] = &[
    Column { title: "TIME", compare: |a, b| b.end_time.cmp(&a.end_time) },
    Column { title: "CLIENT", compare: |a, b| a.client.cmp(&b.client) },
    Column { title: "SERVER", compare: |a, b| a.server.cmp(&b.server) },
    Column { title: "ENDED BY", compare: |a, b| ended_by(a).cmp(&ended_by(b)) },
    Column { title: "STAGE", compare: |a, b| a.stage.map(Stage::word).cmp(&b.stage.map(Stage::word)) },
    Column { title: "CAUSE", compare: |a, b| cause(a).cmp(cause(b)) },
];

/// Peers; the worst first to begin with.
pub(super) static PEERS: &[Column<Peer>] = &[
    Column { title: "BAD", compare: |a, b| b.counts.bad_ends.cmp(&a.counts.bad_ends) },
    Column { title: "LAST MIN", compare: |a, b| b.recent.last_minute().cmp(&a.recent.last_minute()) },
    Column { title: "RST BY IT", compare: |a, b| b.counts.resets.cmp(&a.counts.resets) },
    Column { title: "BY US", compare: |a, b| b.counts.resets_by_us.cmp(&a.counts.resets_by_us) },
    Column {
        title: "BY MIDDLEBOX",
        compare: |a, b| b.counts.resets_by_middlebox.cmp(&a.counts.resets_by_middlebox),
    },
    Column { title: "HUNG UP", compare: |a, b| b.counts.hung_up.cmp(&a.counts.hung_up) },
    Column { title: "REFUSED", compare: |a, b| b.counts.refused.cmp(&a.counts.refused) },
    Column { title: "CONNS", compare: |a, b| b.counts.connections.cmp(&a.counts.connections) },
    Column { title: "LAST SEEN", compare: |a, b| b.last_seen.cmp(&a.last_seen) },
    Column { title: "PEER", compare: |a, b| a.addr.cmp(&b.addr) },
];

/// Causes; what goes on now first to begin with.
pub(super) static CAUSES: &[Column<CauseRow>] = &[
    Column { title: "NOW", compare: |a, b| (b.now, b.count).cmp(&(a.now, a.count)) },
    Column { title: "COUNT", compare: |a, b| b.count.cmp(&a.count) },
    Column { title: "PEERS", compare: |a, b| b.peers.cmp(&a.peers) },
    Column { title: "CAUSE", compare: |a, b| a.rule.name.cmp(b.rule.name) },
];

/// Groups; the largest first to begin with.
pub(super) static GROUPS: &[Column<Group>] = &[
    Column { title: "ENDS", compare: |a, b| b.ends.cmp(&a.ends) },
    Column { title: "LAST", compare: |a, b| b.last.cmp(&a.last) },
    Column { title: "NAME", compare: |a, b| a.key.cmp(&b.key) },
];

/// By the word that is shown, not by what it is inside.
fn ended_by(end: &Verdict) -> (Option<&'static str>, Option<&'static str>) {
    (end.rst_by.map(Sender::word), end.fin_by.map(Side::word))
}

fn cause(end: &Verdict) -> &'static str {
    end.cause_name().unwrap_or_else(|| end.how.word())
}

impl Sorting {
    /// The next of so many columns, as one expects it.
    pub(super) fn next(&mut self, columns: usize) {
        *self = Self { column: (self.column + 1) % columns.max(1), way: Way::Natural };
    }

    pub(super) fn turn(&mut self) {
        self.way = match self.way {
            Way::Natural => Way::Turned,
            Way::Turned => Way::Natural,
        };
    }

    /// Sorts a list that is in its natural order already, as far as the first column goes. What is equal stays in order.
    pub(super) fn sort<T>(self, columns: &[Column<T>], list: &mut [impl AsItem<T>]) {
        if let Some(column) = columns.get(self.column).filter(|_| self.column > 0) {
            list.sort_by(|a, b| (column.compare)(a.item(), b.item()));
        }
        if self.way == Way::Turned {
            list.reverse();
        }
    }

    /// What is said about it beside a list, where it is not as at first.
    pub(super) fn said<T>(self, columns: &[Column<T>]) -> Option<String> {
        let title = columns.get(self.column)?.title;
        match self.way {
            Way::Natural if self.column == 0 => None,
            Way::Natural => Some(format!("by {title}")),
            Way::Turned => Some(format!("by {title}, turned round")),
        }
    }
}

/// Items that may be behind a pointer.
pub(super) trait AsItem<T> {
    fn item(&self) -> &T;
}

impl<T> AsItem<T> for T {
    fn item(&self) -> &T {
        self
    }
}

impl<T> AsItem<T> for std::sync::Arc<T> {
    fn item(&self) -> &T {
        self
    }
}
