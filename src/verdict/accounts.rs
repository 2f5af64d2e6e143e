//! What several places saw of one connection, judged together. Each account is complete and consistent in its own clock, and is judged as if
//! it were the only one, but for what the others say of single segments ([`crate::flow::Elsewhere`]); the surest of them is told. What a
//! program saw is told by the account that was made nearest to it.

use crate::flow::{self, Close, Passage, Side};

use super::ending::arrived;
use super::{Confidence, Ground, Harm, How, Judged, Sees, Sender, Surroundings, consider, report};

/// What the accounts say of both programs, and whether one of them was hurt.
#[derive(Clone, Debug)]
pub(super) struct Sights {
    pub(super) client_sees: Sees,
    pub(super) server_sees: Sees,
    harm: Option<Harm>,
}

/// Judges a connection by what several places saw of it; `None` if there is none.
#[must_use]
pub fn consider_all<'c>(closes: &'c [Close], surroundings: &[Surroundings]) -> Option<Judged<'c>> {
    let mut accounts: Vec<Judged<'c>> =
        closes.iter().zip(surroundings).map(|(close, around)| consider(close, around)).collect();
    // Of several that are as sure the first.
    let in_vain = accounts.iter().zip(closes).any(|(judged, close)| was_in_vain(judged, close));
    let sureness = |nth: usize| {
        let silent = matches!(accounts[nth].ruling.how, How::Silent | How::Unanswered | How::Open);
        (
            is_sent_between(&accounts[nth], &closes[nth]),
            !(in_vain && silent),
            sureness(&accounts[nth], &closes[nth]),
        )
    };
    let surest = (0..accounts.len()).rev().max_by_key(|&nth| sureness(nth))?;
    let sees = |side: Side| {
        let nearest = flow::nearest(closes, closes[surest].end(side)).unwrap_or(surest);
        accounts[nearest].sees(closes[nearest].side(closes[surest].end(side)))
    };
    let harmful = |judged: &Judged<'_>| {
        let sure = judged.ruling.cause.is_some_and(|cause| cause.confidence >= Confidence::Likely);
        sure && judged.ruling.harm == Some(Harm::Harmful)
    };
    let own = accounts[surest].ruling.harm;
    let harm = if accounts.iter().any(harmful) { Some(Harm::Harmful) } else { own };
    let sights = Sights { client_sees: sees(Side::Client), server_sees: sees(Side::Server), harm };
    Some(accounts.swap_remove(surest).seeing(sights))
}

/// Was the RST sent between two places?
fn is_sent_between(judged: &Judged<'_>, close: &Close) -> bool {
    judged.ruling.rst_by == Some(Sender::Middlebox) && close.elsewhere.rst == Passage::NeverLeft
}

/// Did a host reset the other and was not heard? What that one has to tell of it is silence.
fn was_in_vain(judged: &Judged<'_>, close: &Close) -> bool {
    let sure = judged.ruling.cause.is_some_and(|cause| cause.confidence >= Confidence::Likely);
    sure && judged.ruling.how.by_rst() && close.elsewhere.rst == Passage::NeverArrived
}

/// How much an account tells: how sure the cause is, then what a host did not do itself, what began it all though the other side never heard of
/// it, what hurt somebody, and how far SYNs had come that nobody answered.
fn sureness(judged: &Judged<'_>, close: &Close) -> impl Ord + use<> {
    let ruling = &judged.ruling;
    (
        ruling.cause.map(|cause| cause.confidence),
        ruling.rst_by == Some(Sender::Middlebox),
        ruling.how.by_rst() && close.elsewhere.rst == Passage::NeverArrived,
        ruling.harm == Some(Harm::Harmful),
        ruling.rst_by_confidence,
        ruling.how != How::Open,
        judged.came_to_server(),
    )
}

impl Judged<'_> {
    /// The same, with what all accounts say of both programs.
    pub(super) fn seeing(mut self, seen: Sights) -> Self {
        self.ruling.harm = seen.harm.filter(|_| self.ruling.cause.is_some());
        if let Ground::Whole(.., sights) = &mut self.ground {
            *sights = Some(Box::new(seen));
        }
        self
    }

    fn came_to_server(&self) -> bool {
        matches!(&self.ground, Ground::Whole(evidence, ..) if arrived::at_servers_link(evidence))
    }

    fn sees(&self, side: Side) -> Sees {
        match &self.ground {
            Ground::Whole(evidence, ..) => report::sees(evidence, side),
            Ground::Attempt(..) => Sees::default(),
        }
    }
}
