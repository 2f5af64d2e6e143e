//! Who sent the RST: the side whose address it carries, unless the packets say otherwise.

pub(super) mod forgery;
pub(super) mod shape;
pub(super) mod stack;

use crate::flow::Side;

use self::forgery::{
    CONVICTS, Doubt, accepted_slowly, is_authentic, is_made_up, is_vouched_for, other_distance,
    rests_on_one_measure,
};
use super::evidence::{Evidence, Shape};
use super::{Confidence, How};

/// Who sent a RST, as a conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// One of the two hosts.
    Side(Side),
    /// A device between them, in a host's name.
    Middlebox,
}

impl Sender {
    /// The word for it in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Side(side) => side.word(),
            Self::Middlebox => "middlebox",
        }
    }
}

/// Weighs who sent the RST that took effect, and how sure that is.
///
/// The address that it carries is believed unless a decisive doubt, or several that agree, speak against it. Below that
/// the verdict stays with the claimed side and the doubts only lower its confidence: two or more leave it possible, one
/// likely. It is certain only where the RST has one of the two shapes that a stack gives it and fits its sender's numbers.
#[must_use]
pub(super) fn weigh(evidence: &Evidence<'_>) -> Option<(Sender, Confidence)> {
    let claimed = Sender::Side(evidence.rst_claimed?);
    let weight: u32 = evidence.doubts.iter().map(|doubt| doubt.weight).sum();
    if let Some(sure) = refused_from_elsewhere(evidence).filter(|_| weight < CONVICTS) {
        return Some((Sender::Middlebox, sure));
    }
    Some(match weight {
        _ if evidence.doubts.iter().any(|doubt| doubt.decisive) => {
            (Sender::Middlebox, Confidence::Certain.min(evidence.cap))
        }
        // It bears its host's own marks, and only circumstances contradict: a path may have become shorter meanwhile.
        CONVICTS.. if is_vouched_for(evidence) => (Sender::Middlebox, Confidence::Possible),
        CONVICTS.. if rests_on_one_measure(evidence) => (Sender::Middlebox, Confidence::Possible),
        CONVICTS.. => (Sender::Middlebox, Confidence::Likely.min(evidence.cap)),
        2.. => (claimed, Confidence::Possible),
        1 => (claimed, Confidence::Likely.min(evidence.cap)),
        0 => (claimed, undoubted(evidence)),
    })
}

/// How sure it is that a refusal which came another way than the server's other segments is not its own: whoever refuses connections for a host
/// is no host of that number.
fn refused_from_elsewhere(evidence: &Evidence<'_>) -> Option<Confidence> {
    other_distance(evidence)?;
    let made_up = evidence.reset().is_some_and(|reset| is_made_up(reset.rst.seq));
    Some(if made_up { Confidence::Likely.min(evidence.cap) } else { Confidence::Possible })
}

/// Nothing speaks against the claimed side. Certain it is only where something speaks for it: the marks of its live
/// socket, or its own FIN before an answer that any device could have made up.
fn undoubted(evidence: &Evidence<'_>) -> Confidence {
    let Some(Sender::Side(side)) = evidence.rst_claimed.map(Sender::Side) else {
        return Confidence::Possible;
    };
    let by_server = side == Side::Server && evidence.how == How::Reset;
    let for_many = side == Side::Server && evidence.surroundings.counts_with.is_some();
    let nearer = for_many || by_server && accepted_slowly(evidence).is_some();
    let sure = match evidence.shape {
        _ if nearer => false,
        // From one SYN and one RST nobody can tell a host from a firewall in front of it.
        _ if evidence.how == How::Refused || !evidence.acceptance_certain => false,
        Shape::Active => is_authentic(evidence),
        Shape::Reply => evidence.fin_frame(side).is_some(),
        Shape::SynReply | Shape::Odd => false,
    };
    if sure { evidence.cap } else { Confidence::Likely.min(evidence.cap) }
}

/// What the doubts say, for the evidence.
pub(super) fn facts(doubts: &[Doubt]) -> impl Iterator<Item = super::Fact> + '_ {
    doubts.iter().map(|doubt| doubt.fact.clone())
}
