//! What the table hands over: a connection, or an attempt at one.

use crate::time::Timestamp;

use super::super::attempt::Attempted;
use super::super::key::FlowKey;
use super::{Close, Finality};

/// What the table hands over.
#[derive(Clone, Debug)]
pub enum Ended {
    /// A SYN, and perhaps the RST that refused it.
    Attempt(Attempted),
    /// Anything else.
    Whole(Box<Close>),
}

impl Ended {
    /// Everything that there is to know of it.
    #[must_use]
    pub fn into_close(self) -> Close {
        match self {
            Self::Attempt(attempted) => attempted.close(),
            Self::Whole(close) => *close,
        }
    }

    /// Its two ends.
    #[must_use]
    pub fn key(&self) -> &FlowKey {
        match self {
            Self::Attempt(attempted) => &attempted.key,
            Self::Whole(close) => &close.key,
        }
    }

    /// Which of several captures it began in.
    #[must_use]
    pub fn file(&self) -> u16 {
        match self {
            Self::Attempt(attempted) => attempted.file(),
            Self::Whole(close) => close.file,
        }
    }

    /// How many other places know it too, or may know it.
    #[must_use]
    pub fn elsewhere(&self) -> usize {
        usize::from(match self {
            Self::Attempt(attempted) => attempted.elsewhere,
            Self::Whole(close) => close.elsewhere.known,
        })
    }

    /// Takes note of how many other places know it.
    pub(in super::super) fn note_elsewhere(&mut self, places: usize) {
        let places = u8::try_from(places).unwrap_or(u8::MAX);
        match self {
            Self::Attempt(attempted) => attempted.elsewhere = places,
            Self::Whole(close) => close.elsewhere.known = places,
        }
    }

    /// When it was handed over, in capture time.
    #[must_use]
    pub fn closed_at(&self) -> Timestamp {
        match self {
            Self::Attempt(attempted) => attempted.closed_at,
            Self::Whole(close) => close.closed_at,
        }
    }

    /// Whether the watching has ended.
    #[must_use]
    pub fn finality(&self) -> Finality {
        match self {
            Self::Attempt(attempted) => attempted.finality,
            Self::Whole(close) => close.finality,
        }
    }
}
