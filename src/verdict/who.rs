//! Who sent the RST: the side whose address it carries, unless the packets say otherwise.

use crate::flow::Side;

use super::Confidence;
use super::evidence::{Evidence, Shape};

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
/// The address that it carries is believed. It is certain only where the RST has one of the two shapes that a host's
/// stack gives it, fits its sender's numbers, and nothing from that side contradicts it afterwards; a claimed sender that
/// speaks on after "its" RST leaves the conclusion no more than possible.
#[must_use]
pub(super) fn weigh(evidence: &Evidence<'_>) -> Option<(Sender, Confidence)> {
    let claimed = evidence.rst_claimed?;
    let confidence = if evidence.claimed_spoke_on {
        Confidence::Possible
    } else if evidence.shape == Shape::Odd || !evidence.acceptance_certain {
        Confidence::Likely
    } else {
        evidence.cap.min(Confidence::Certain)
    };
    Some((Sender::Side(claimed), confidence))
}
