//! What is asked and answered in a session.

use crate::decode::SeqNumber;

use super::super::super::key::End;
use super::super::{BodyLength, Owed};

/// Requests and answers, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ledger {
    /// The end that asks.
    pub(super) client: End,
    /// How many requests it sent that want an answer.
    pub(super) requests: u32,
    /// Where the latest of them began.
    pub(super) last_request_seq: SeqNumber,
    /// Those that are not answered whole.
    open: u32,
    /// The answer to the first of them has begun.
    begun: bool,
}

impl Ledger {
    /// Nothing was asked yet, or everything was answered.
    pub(super) fn new(client: End) -> Self {
        Self { client, requests: 0, last_request_seq: SeqNumber::default(), open: 0, begun: false }
    }

    /// A request that began there wants an answer.
    pub(super) const fn asked(&mut self, seq: SeqNumber) {
        self.last_request_seq = seq;
        (self.requests, self.open) = (self.requests.saturating_add(1), self.open.saturating_add(1));
    }

    /// Some of an answer came.
    pub(super) const fn answering(&mut self) {
        self.begun |= self.open > 0;
    }

    /// An answer is whole.
    pub(super) const fn answered(&mut self) {
        (self.begun, self.open) = (false, self.open.saturating_sub(1));
    }

    /// An answer that had seemed whole goes on.
    pub(super) const fn resumed(&mut self) {
        self.open = self.open.saturating_add(1);
    }

    /// Whatever was asked is settled.
    pub(super) const fn forget(&mut self) {
        (self.begun, self.open) = (false, 0);
    }

    /// Is nothing owed?
    pub(super) const fn is_settled(&self) -> bool {
        self.open == 0
    }

    /// Is an answer under way?
    pub(super) const fn is_answering(&self) -> bool {
        self.open > 0 && self.begun
    }

    /// What the server owes.
    pub(super) const fn owed(&self) -> Owed {
        match (self.open, self.begun) {
            (0, _) => Owed::Nothing,
            (_, true) => Owed::Rest(BodyLength::Messages),
            (_, false) => Owed::Answer,
        }
    }
}
