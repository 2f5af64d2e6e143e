//! A server that ends a session in TLS's words: the FIN of the client, who had asked for something, only answers that.

use crate::flow::{Offers, Recent, Side};

use super::Talk;
use super::tls::offers;
use crate::verdict::evidence::Evidence;
use crate::verdict::{Fact, How};

use super::farewell::{LAST_WORD_TLS, is_last_word, said_goodbye};

/// The server's goodbye, if the client had that before it closed and said nothing but its own after it.
pub(in crate::verdict) fn goodbye<'a>(evidence: &Evidence<'a>) -> Option<&'a Recent> {
    let fin = evidence.fin(Side::Client).filter(|_| evidence.closer == Some(Side::Client))?;
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client)?;
    if !said_goodbye(evidence, Side::Server) || evidence.in_tls_handshake {
        return None;
    }
    let before = || evidence.close.recent.iter().filter(|recent| recent.serial < fin.serial);
    let said = before().rev().find(|recent| recent.by != asked.by && recent.len > 0)?;
    let answers = !fin.ack.before(said.seq_end()) && said.ts > asked.start;
    // Two goodbyes that crossed tell nothing.
    let own = before().filter(|recent| recent.by == asked.by && recent.len > 0);
    let behind = asked.seq.plus(u32::try_from(asked.bytes).unwrap_or(0));
    let mut goodbyes = own.filter(|recent| !recent.seq.before(behind));
    let first = goodbyes.all(|recent| recent.serial > said.serial && !recent.ack.before(said.seq_end()));
    (answers && first && !is_last_word(evidence, asked)).then_some(said)
}

/// Did a server end the session so before it had answered? What it did not read, or took for a goodbye, may have wanted no answer.
pub(in crate::verdict) fn unanswered(evidence: &Evidence<'_>) -> bool {
    evidence.talk == Talk::Awaiting && goodbye(evidence).is_some()
}

/// Does the client speak HTTP, so that it waits for an answer whatever it asks? What HTTP/2 says for itself is short.
pub(in crate::verdict) fn was_owed(evidence: &Evidence<'_>) -> bool {
    let long = evidence.exchange.turn.is_some_and(|turn| turn.bytes > LAST_WORD_TLS);
    offers(evidence) != Offers::NoHttp && long
}

/// Nobody knows whether others do, and an end without a RST shows no error.
pub(in crate::verdict) fn may_want_nothing(evidence: &Evidence<'_>) -> bool {
    evidence.how == How::Fin && !was_owed(evidence) && unanswered(evidence)
}

/// What it said.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let said = goodbye(evidence).filter(|_| evidence.talk == Talk::Awaiting)?;
    let fact = "the server had ended the session by then (TLS alert), and the client closed upon that";
    Some(Fact::at(said.frame, fact))
}
