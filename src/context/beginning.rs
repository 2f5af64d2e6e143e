//! How a connection began, by which it is known again where an address translation gave it another name.

use crate::decode::SeqNumber;
use crate::flow::Close;
use crate::time::{Span, Timestamp};

/// How long a router takes to translate an address, at most.
const TRANSLATION: Span = Span::from_millis(1);

/// How a connection began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beginning {
    pub(super) at: Timestamp,
    /// The initial sequence numbers, the client's first.
    pub(super) numbers: [SeqNumber; 2],
}

impl Beginning {
    pub(super) fn of(close: &Close) -> Self {
        Self { at: close.start.ts, numbers: close.initial_numbers() }
    }

    /// Are both the same connection, captured before and behind an address translation?
    pub(super) fn is(&self, other: &Self) -> bool {
        self.numbers == other.numbers && self.at.apart(other.at) <= TRANSLATION
    }
}
