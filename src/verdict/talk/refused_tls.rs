//! A handshake of TLS 1.3 that one side refused: it says why in an alert that nobody else can read, and whose length tells that it
//! is one (RFC 8446 §6). A server refuses a client's certificate when the client holds the handshake for done and may have asked.

use crate::decode::SeqNumber;
use crate::flow::{End, Recent, Side, Tls, Turn};
use crate::time::Span;

use super::QUIET;
use super::farewell;
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{Fact, How, Sender};

/// A ChangeCipherSpec alone in its segment, header and one byte: no other record is as short. That of a client of TLS 1.3 means nothing
/// (RFC 8446 §D.4), and before that one comes behind its key.
const CHANGE_OF_CIPHER: u32 = 6;

/// Were all records of an end read, so that what it said last stands where it seems to stand?
fn is_read(evidence: &Evidence<'_>, end: End) -> bool {
    !evidence.exchange.is_blind(end) && evidence.exchange.tls().is_some_and(|tls| !tls.has_missed(end))
}

/// The same of both ends.
pub(in crate::verdict) fn all_read(evidence: &Evidence<'_>) -> bool {
    [End::Low, End::High].into_iter().all(|end| is_read(evidence, end))
}

/// The session, if its handshake was captured, as far as it depends on the client's records, and `side` ended it with an alert.
fn ended<'a>(evidence: &Evidence<'a>, side: Side) -> Option<&'a Tls> {
    let tls = evidence.exchange.tls().filter(|tls| tls.version13 == Some(true) && tls.has_handshake())?;
    let tls = Some(tls).filter(|_| is_read(evidence, evidence.close.client))?;
    tls.closing.at(evidence.close.end(side)).then_some(tls)
}

/// Did the server refuse the client's certificate, or that it had none? It had asked for one, said nothing else, and ended at once.
/// (Who was not asked for any may have met a server that has nothing to say, as after a health check.)
pub(in crate::verdict) fn by_server(evidence: &Evidence<'_>) -> bool {
    let asked = ended(evidence, Side::Server).filter(|tls| tls.has_client_certificate());
    let Some(tls) = asked.filter(|_| !evidence.in_tls_handshake) else { return false };
    let by_client = |turn: Turn| evidence.close.side(turn.by) == Side::Client;
    let silent =
        evidence.exchange.turns <= 1 && evidence.exchange.turn.is_none_or(by_client) && all_read(evidence);
    let ended = evidence.ended_by() == Some(Side::Server) || said_first(evidence, tls);
    said_at_once(evidence, tls) && silent && ended
}

/// Did the server say its alert before the client closed? Then that only answered.
fn said_first(evidence: &Evidence<'_>, tls: &Tls) -> bool {
    let said = tls.alert_or_message(evidence.close.end(Side::Server));
    let fin = evidence.fin(Side::Client).filter(|_| evidence.closer == Some(Side::Client));
    said.zip(fin).is_some_and(|(said, fin)| said < fin.ts)
}

/// Did the server's alert follow what the client had said, and the end the alert?
fn said_at_once(evidence: &Evidence<'_>, tls: &Tls) -> bool {
    let Some(said) = tls.alert_or_message(evidence.close.end(Side::Server)) else { return false };
    let asked = evidence.close.half_before(Side::Client).last_data;
    let path = evidence.close.rtt.unwrap_or(Span::ZERO);
    let ended = evidence.idle_before.is_some_and(|idle| idle < QUIET);
    ended && said.since(asked).as_nanos() < QUIET.as_nanos().saturating_add(path.as_nanos())
}

/// Did the server refuse what the client's hello offers? Keys were agreed on, an alert followed at once, and the end upon that, before the client had
/// shown anything. Nobody on the path has these keys.
pub(in crate::verdict) fn by_server_at_hello(evidence: &Evidence<'_>) -> bool {
    let refused = ended(evidence, Side::Server).filter(|_| evidence.in_tls_handshake);
    let Some(tls) = refused.filter(|_| all_read(evidence) && evidence.ended_by() == Some(Side::Server))
    else {
        return false;
    };
    said_at_once(evidence, tls) && !farewell::said_goodbye(evidence, Side::Client)
}

/// Did the client refuse what the server had shown? An alert stands where its Finished would.
pub(in crate::verdict) fn by_client(evidence: &Evidence<'_>) -> bool {
    evidence.in_tls_handshake && ended(evidence, Side::Client).is_some()
}

/// Did the client close as soon as it had the server's part of the handshake, without its own? Some clients that do not trust a
/// certificate leave so; a check that only wants to see one does the same.
pub(in crate::verdict) fn left_at_sight(evidence: &Evidence<'_>) -> bool {
    left_with_its_part(evidence) && evidence.idle_before.is_some_and(|idle| idle < patience(evidence))
}

/// Did the client give the handshake up when it had all that the server had said, and that had begun its part, and was a RST the end of it: its own, or
/// one that met its close?
pub(in crate::verdict) fn given_up_by_client(evidence: &Evidence<'_>) -> bool {
    matches!(evidence.how, How::Reset | How::FinThenReset) && left_with_its_part(evidence)
}

/// Did the client leave the handshake, by a FIN or an abort of its own, when it had all that the server had said?
fn left_with_its_part(evidence: &Evidence<'_>) -> bool {
    let fin = evidence.fin(Side::Client).filter(|_| evidence.closer == Some(Side::Client));
    let Some((left, had)) = fin.map(|fin| (fin.serial, fin.ack)).or_else(|| aborted(evidence)) else {
        return false;
    };
    let server = evidence.close.end(Side::Server);
    let read = evidence.in_tls_handshake && is_read(evidence, evidence.close.client);
    let spoke = evidence.exchange.tls().is_some_and(|tls| tls.has_spoken(server));
    let dummy = |said: &Recent| said.by != server && said.len == CHANGE_OF_CIPHER;
    let mut said = evidence.close.recent.iter().rev().filter(|said| said.serial < left && said.len > 0);
    let last_word = said.find(|said| !dummy(said));
    let had_all = last_word.is_some_and(|word| word.by == server && !had.before(word.seq_end()));
    read && spoke && had_all
}

/// When a live socket of the client's, beyond doubt its own, was aborted, and how far it had received the server.
fn aborted(evidence: &Evidence<'_>) -> Option<(u64, SeqNumber)> {
    let own = evidence.rst_by == Some(Sender::Side(Side::Client)) && evidence.doubts.is_empty();
    let abort = evidence.closer.is_none() && evidence.shape == Shape::Active && own;
    evidence.reset().filter(|reset| abort && reset.rst.flags.ack()).map(|reset| (reset.serial, reset.rst.ack))
}

/// Who waits for longer than this does not answer what it has just got.
fn patience(evidence: &Evidence<'_>) -> Span {
    QUIET.plus(evidence.close.rtt.unwrap_or(Span::ZERO))
}

/// Did the client say TLS's goodbye as its first word behind the handshake, and at once? Some libraries look at the certificate only then (nginx's
/// `proxy_ssl_verify`); a check that only wants a handshake leaves so as well.
pub(in crate::verdict) fn asked_nothing(evidence: &Evidence<'_>) -> bool {
    let over = evidence.exchange.tls().is_some_and(|tls| tls.has_handshake() && tls.established);
    let silent = evidence.exchange.turns == 0 && !evidence.in_tls_handshake;
    let at_once = evidence.idle_before.is_some_and(|idle| idle < patience(evidence));
    over && silent && at_once && farewell::said_goodbye(evidence, Side::Client)
}

/// Keys were agreed on, an alert that cannot be read followed and a RST at once, and no application ever spoke: the handshake failed last. Who
/// waits after that had no alert, but messages as short as one.
pub(in crate::verdict) fn failed_last(evidence: &Evidence<'_>) -> bool {
    let either = [Side::Client, Side::Server].iter().any(|&side| farewell::said_goodbye(evidence, side));
    let at_once = evidence.idle_before.is_some_and(|idle| idle < patience(evidence));
    let over = evidence.how == How::Reset && !evidence.in_tls_handshake && evidence.exchange.turns == 0;
    either && over && at_once && all_read(evidence)
}

/// Who refused.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let fact = if by_client(evidence) {
        "the client refused: what it sent last is as long as an alert, and stands in place of the end of its handshake"
    } else if by_server(evidence) {
        "the server refused: what it sent last is as long as an alert, and it had asked for a certificate"
    } else if by_server_at_hello(evidence) {
        "the server refused: keys were agreed on, and what it sent last is as long as an alert"
    } else if left_at_sight(evidence) || given_up_by_client(evidence) {
        "the client left when it had the server's part of the handshake, and never sent its own"
    } else {
        return None;
    };
    Some(Fact::of_all(fact))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<&'static str> {
    if by_client(evidence) {
        return Some(
            "The client did not take what the server showed, mostly its certificate (unknown authority, name, date): the client's error says what.",
        );
    }
    if left_at_sight(evidence) {
        return Some(
            "Perhaps the client did not trust the certificate (self-signed, unknown authority, name, date): its error says so. A check that only wants to see a certificate leaves in the same way, and is harmless.",
        );
    }
    if given_up_by_client(evidence) {
        return Some(
            "The client itself gave the handshake up when it had the server's part: its own error or log says why (a certificate that it does not trust, its timeout, its user). Neither the server nor a filter chose that; a check that only wants to see what a server answers leaves in the same way, and is harmless.",
        );
    }
    if by_server_at_hello(evidence) {
        return Some(
            "The server refused what the client offers (no protocol in common by ALPN, no certificate for that name, no signature in common), in an alert that only the client can read: its error says which, and the server's log. No filter on the path can say that.",
        );
    }
    by_server(evidence).then_some(
        "The server asked for a client certificate and did not take what it got, or got none: its log says why. Give the client the certificate that this server expects.",
    )
}
