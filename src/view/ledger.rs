//! What was told provisionally, so that the last word is told as well, and said to differ where it does.

use std::collections::HashMap;

use crate::config::Listing;
use crate::time::Timestamp;
use crate::verdict::{Endpoint, Finality, How, Ruling, Sender, Side, Verdict};

/// What a verdict is to a reader who has read all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing that is listed.
    None,
    /// The first about its connection.
    First,
    /// The last word, the same as the first.
    Confirmed,
    /// The last word, and another.
    Revised,
}

/// Connections that were told about and are still being watched: at most as many as are followed.
#[derive(Debug, Default)]
pub(super) struct Ledger(HashMap<Id, Told>);

type Id = (Endpoint, Endpoint, Timestamp);

/// What a reader would miss if it changed.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    how: How,
    rst_by: Option<Sender>,
    fin_by: Option<Side>,
    cause: Option<&'static str>,
}

impl Ledger {
    /// Can a connection that was judged so be news? Whatever was told before has to be looked up.
    pub(super) fn may_note(&self, ruling: &Ruling, listing: Listing) -> bool {
        !self.0.is_empty() || listing.admits(ruling)
    }

    /// Takes note of a verdict that is about to be shown, if it is listed or was.
    pub(super) fn note(&mut self, verdict: &Verdict, listing: Listing) -> News {
        let told = Told::of(verdict);
        if verdict.finality == Finality::Provisional {
            if !listing.lists(verdict) {
                return News::None;
            }
            self.0.insert(id(verdict), told);
            return News::First;
        }
        // Where nothing is told provisionally, nothing is looked for.
        let before = if self.0.is_empty() { None } else { self.0.remove(&id(verdict)) };
        match before {
            Some(before) if before == told => News::Confirmed,
            Some(_) => News::Revised,
            None if listing.lists(verdict) => News::First,
            None => News::None,
        }
    }
}

impl Told {
    fn of(verdict: &Verdict) -> Self {
        Self { how: verdict.how, rst_by: verdict.rst_by, fin_by: verdict.fin_by, cause: verdict.cause_name() }
    }
}

/// The ends in a fixed order: which of them is the client may be found out late.
fn id(verdict: &Verdict) -> Id {
    let (client, server) = (verdict.client, verdict.server);
    (client.min(server), client.max(server), verdict.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::{closed, stale};

    fn provisional(verdict: Verdict) -> Verdict {
        Verdict { finality: Finality::Provisional, ..verdict }
    }

    #[test]
    fn without_provisional_verdicts_the_listing_decides() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.note(&stale(), Listing::Harmful), News::First);
        assert_eq!(ledger.note(&closed(), Listing::Harmful), News::None);
    }

    #[test]
    fn the_last_word_comes_also_where_it_would_not_be_listed() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.note(&provisional(stale()), Listing::Harmful), News::First);
        assert_eq!(ledger.note(&closed(), Listing::Harmful), News::Revised);
        assert_eq!(ledger.note(&provisional(stale()), Listing::Harmful), News::First);
        assert_eq!(ledger.note(&stale(), Listing::Harmful), News::Confirmed);
        assert!(ledger.0.is_empty(), "what was told last is forgotten");
        assert_eq!(ledger.note(&provisional(closed()), Listing::Harmful), News::None);
        assert_eq!(ledger.note(&stale(), Listing::Harmful), News::First);
    }
}
