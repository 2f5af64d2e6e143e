//! What the two sides did after a RST.

use super::super::key::{Both, End};
use super::super::recent::Recent;

/// What one side did after the RST, until the linger was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct After {
    /// Its segments that were no RST.
    pub segments: u32,
    /// Its RSTs.
    pub resets: u32,
    /// The first of them.
    pub first_reset: Option<Recent>,
    /// RST+ACKs among them, and one that differs in its sequence number from the RST that took effect.
    pub reset_acks: u32,
    /// One of them has a sequence number beyond everything that it sent and that was acknowledged to it.
    pub reset_beyond: Option<Recent>,
    /// The first segment that was no RST.
    pub first: Option<Recent>,
    /// The last one.
    pub last: Option<Recent>,
    /// It sent something that it had not sent before: payload or a FIN.
    pub news: bool,
    /// It acknowledged something that the other side sent after the RST.
    pub acknowledged_news: bool,
    /// It sent an empty segment that acknowledges exactly what it expected, as a challenge ACK does (RFC 5961 §3.2).
    pub challenge: Option<Recent>,
}

impl After {
    /// It did nothing.
    const NOTHING: Self = Self {
        segments: 0,
        resets: 0,
        first_reset: None,
        reset_acks: 0,
        reset_beyond: None,
        first: None,
        last: None,
        news: false,
        acknowledged_news: false,
        challenge: None,
    };
}

/// What both sides did after the RST; takes room only once one of them did anything, which few do.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Aftermath(Option<Box<Both<After>>>);

impl Aftermath {
    /// What one side did.
    #[must_use]
    pub fn at(&self, end: End) -> &After {
        self.0.as_ref().map_or(&After::NOTHING, |after| after.at(end))
    }

    /// The same, to change.
    pub fn at_mut(&mut self, end: End) -> &mut After {
        self.0.get_or_insert_default().at_mut(end)
    }

    /// Bytes of memory that it takes elsewhere.
    pub(super) fn weight(&self) -> usize {
        self.0.as_deref().map_or(0, size_of_val)
    }
}
