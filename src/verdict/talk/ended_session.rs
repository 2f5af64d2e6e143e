//! A server that ends a session of TLS in its own words: whoever closes upon that, however it does so, only answers, and what the server had said
//! before may have been an error.

use crate::flow::{Offers, Recent, Side, Turn};

use super::after_goodbye::{self, SHORT};
use super::tls::offers;
use super::{QUIET, Talk};
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{Fact, How, Sender};

/// The server's goodbye, if the client, which had that and asked for nothing more, aborted then: what it left unread is that goodbye.
fn answered_by_abort<'a>(evidence: &Evidence<'a>) -> Option<&'a Recent> {
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client)) && evidence.shape == Shape::Active;
    let upon = by_client && (evidence.closer == Some(Side::Server) || evidence.closer.is_none());
    let bye = after_goodbye::of_server(evidence.close, evidence.exchange).filter(|_| upon)?;
    let reset = evidence.reset()?;
    let asked = evidence.close.exchange.turn.is_some_and(|turn| evidence.close.side(turn.by) == Side::Client);
    (!asked && reset.rst.flags.ack() && !reset.rst.ack.before(bye.seq_end())).then_some(bye)
}

/// Did the client abort only because the server had ended the session?
pub(in crate::verdict) fn is_answered_by_abort(evidence: &Evidence<'_>) -> bool {
    answered_by_abort(evidence).is_some()
}

/// What the server did.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let fact = "the server had ended the session by then (TLS alert), and the client had that";
    answered_by_abort(evidence).map(|bye| Fact::at(bye.frame, fact))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    is_answered_by_abort(evidence).then(|| {
        "The server had ended the session by TLS's goodbye, and the client closed with that unread: its abort only answers, and nothing needs doing about it. Whether the server's last words were an answer or an error, TLS hides: its log tells why it ended the session.".to_owned()
    })
}

/// Is it a session that began in clear, as those of databases and of mail do? Their servers end none by themselves but with an error, or when
/// they are stopped; HTTP ends with its answers.
fn began_in_clear(evidence: &Evidence<'_>) -> bool {
    let tls = evidence.exchange.tls().filter(|tls| tls.behind_clear && tls.established);
    tls.is_some() && offers(evidence) == Offers::NoHttp
}

/// Did the server of such a session end it right behind what it said, though the client had not said a last word? It may have told of an error.
pub(in crate::verdict) fn may_have_failed(evidence: &Evidence<'_>) -> bool {
    let ends = matches!(evidence.how, How::Reset | How::FinThenReset) && began_in_clear(evidence);
    let Some(said) = said_last(evidence).filter(|_| ends && !asked_more(evidence)) else { return false };
    let bye = after_goodbye::of_server(evidence.close, evidence.exchange);
    let in_one_breath = |bye: &Recent| bye.seq.after(said.seq) && bye.ts.since(said.start) < QUIET;
    bye.is_some_and(in_one_breath) && !clients_came_first(evidence)
}

/// What the server said last to something longer than a last word, be it that the client said one upon it.
fn said_last(evidence: &Evidence<'_>) -> Option<Turn> {
    let (exchange, server) = (evidence.exchange, evidence.close.end(Side::Server));
    let by_server = |turn: Option<Turn>| turn.filter(|turn| turn.by == server);
    let to_question = exchange.turn_before.is_some_and(|asked| asked.bytes > SHORT);
    let bye = after_goodbye::of_server(evidence.close, exchange);
    let upon = |word: &Turn| bye.is_some_and(|bye| !bye.ack.after(word.seq));
    let before_word = exchange.turn.is_some_and(|word| word.bytes <= SHORT && upon(&word));
    by_server(exchange.turn.filter(|_| to_question))
        .or_else(|| by_server(exchange.turn_before.filter(|_| before_word)))
}

/// Did the client say something longer than that behind the server's end? That is what it misses.
fn asked_more(evidence: &Evidence<'_>) -> bool {
    let now = evidence.close.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client);
    now.is_some_and(|turn| turn.bytes > SHORT)
}

/// Had the client said goodbye before the server did?
fn clients_came_first(evidence: &Evidence<'_>) -> bool {
    let Some(bye) = after_goodbye::of_server(evidence.close, evidence.exchange) else { return false };
    let client = evidence.close.client;
    let own = evidence.close.exchange.trailing_own_bytes(client);
    let goodbye = evidence.close.recent.iter().rev().find(|said| said.by == client && said.len > 0);
    let its_own = goodbye.filter(|said| said.len <= own);
    its_own.is_some_and(|said| !bye.ack.before(said.seq_end()))
}

/// Did it answer a few bytes with its goodbye alone? It took them for one, or for something that wants no answer (PostgreSQL's cancel request).
pub(in crate::verdict) fn may_want_nothing(evidence: &Evidence<'_>) -> bool {
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client);
    let short = asked.filter(|turn| turn.bytes <= SHORT && evidence.talk == Talk::Awaiting);
    let by_server = evidence.closer == Some(Side::Server) && began_in_clear(evidence);
    let Some(asked) = short.filter(|_| by_server) else { return false };
    after_goodbye::of_server(evidence.close, evidence.exchange).is_some_and(|bye| bye.ack.after(asked.seq))
}
