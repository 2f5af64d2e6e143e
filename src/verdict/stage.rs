//! In which stage of its life a connection ended: the stage at its first FIN or RST.

use super::How;
use super::evidence::{Evidence, Talk};
use super::talk;

/// A stage of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Only a SYN.
    Syn,
    /// SYN and SYN+ACK, nothing said yet.
    Handshake,
    /// Between ClientHello and the client's first data.
    Tls,
    /// The client has asked and not one byte of the answer has come.
    Request,
    /// The answer has begun and is not whole.
    Response,
    /// Nothing is owed to anybody.
    Idle,
    /// Both sides had sent their FIN.
    Closing,
}

impl Stage {
    /// The word for it in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Syn => "syn",
            Self::Handshake => "handshake",
            Self::Tls => "tls",
            Self::Request => "request",
            Self::Response => "response",
            Self::Idle => "idle",
            Self::Closing => "closing",
        }
    }
}

/// The stage in which a connection ended; `None` while it is alive, and where that came before the capture.
#[must_use]
pub(super) fn stage(evidence: &Evidence<'_>) -> Option<Stage> {
    match evidence.how {
        How::Open => return None,
        How::Refused | How::Unanswered => return Some(Stage::Syn),
        How::FinThenReset if evidence.both_fins => return Some(Stage::Closing),
        _ => {}
    }
    if evidence.in_tls_handshake {
        return Some(Stage::Tls);
    }
    if talk::began_unseen(evidence) {
        return None;
    }
    Some(match evidence.talk {
        Talk::Nothing if evidence.handshake_done() && evidence.established_for_long() => Stage::Idle,
        Talk::Nothing => Stage::Handshake,
        Talk::Awaiting => Stage::Request,
        Talk::Answering => Stage::Response,
        Talk::Complete => Stage::Idle,
    })
}
