//! A client that ends a session in TLS's words before it has what it had asked for: the server's FIN, which comes before its own, only
//! answers that.

use crate::flow::{Offers, Side};

use super::farewell::{is_last_word, said_goodbye};
use super::tls::offers;
use super::{Talk, is_quiet};
use crate::verdict::How;
use crate::verdict::evidence::Evidence;

/// Did the client wait, say goodbye without an answer, and the server close upon that? What it had asked may have wanted none, but in HTTP/2, and
/// where it does not even read the server's goodbye.
pub(in crate::verdict) fn unanswered(evidence: &Evidence<'_>) -> bool {
    let waited = evidence.talk == Talk::Awaiting && is_quiet(evidence) && !evidence.in_tls_handshake;
    let closed = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server));
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client);
    let Some((fin, asked)) = closed.zip(asked).filter(|_| waited) else { return false };
    let before =
        || evidence.close.recent.iter().filter(|recent| recent.serial < fin.serial && recent.len > 0);
    let Some(bye) = before().rev().find(|recent| recent.by == asked.by) else { return false };
    let since = before().filter(|recent| recent.by != asked.by && recent.ts > asked.start);
    let mut answers = since.map(|recent| (recent.serial, recent.ack));
    let upon = answers.all(|(serial, ack)| serial > bye.serial && !ack.before(bye.seq_end()));
    let heard = !fin.ack.before(bye.seq_end()) && bye.ts > asked.start;
    let needed = evidence.how == How::FinThenReset || offers(evidence) == Offers::Http2;
    needed && said_goodbye(evidence, Side::Client) && heard && upon && !is_last_word(evidence, asked)
}
