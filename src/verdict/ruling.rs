//! What is counted of a conclusion: the part of a verdict that needs no words, small enough to be had for every
//! connection of a scan.

use crate::flow::{Finality, Side};
use crate::time::Timestamp;

use super::{Confidence, Endpoint, Finding, Harm, How, Sender, Verdict};

/// The conclusion about one connection, without prose.
#[derive(Clone, Copy, Debug)]
pub struct Ruling {
    /// Address and port of the client.
    pub client: Endpoint,
    /// Address and port of the server.
    pub server: Endpoint,
    /// First segment.
    pub start: Timestamp,
    /// Number of its first frame.
    pub first_frame: u64,
    /// First FIN or RST that ended it, or its last segment.
    pub end_time: Timestamp,
    /// Which of the merged captures it began in.
    pub file: u16,
    /// How it ended.
    pub how: How,
    /// Whether this is the last word.
    pub finality: Finality,
    /// Who sent the RST that took effect: the conclusion.
    pub rst_by: Option<Sender>,
    /// How sure that is.
    pub rst_by_confidence: Option<Confidence>,
    /// Whose address that RST carries.
    pub rst_claimed: Option<Side>,
    /// Why; `None` only where the end is normal or still open and no rule fires.
    pub cause: Option<Finding>,
    /// Did a program lose something or see an error?
    pub harm: Option<Harm>,
}

impl Ruling {
    /// Something went wrong for somebody: a cause that is not harmless.
    #[must_use]
    pub fn is_bad_end(&self) -> bool {
        self.cause.is_some() && self.harm != Some(Harm::Harmless)
    }

    /// It has a cause, and nobody was hurt.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        self.cause.is_some() && self.harm == Some(Harm::Harmless)
    }

    /// The cause's name.
    #[must_use]
    pub fn cause_name(&self) -> Option<&'static str> {
        self.cause.map(|finding| finding.rule.name)
    }
}

impl From<&Verdict> for Ruling {
    fn from(verdict: &Verdict) -> Self {
        let &Verdict { client, server, start, first_frame, end_time, file, how, finality, .. } = verdict;
        let &Verdict { rst_by, rst_by_confidence, rst_claimed, cause, harm, .. } = verdict;
        Self {
            client,
            server,
            start,
            first_frame,
            end_time,
            file,
            how,
            finality,
            rst_by,
            rst_by_confidence,
            rst_claimed,
            cause,
            harm,
        }
    }
}
