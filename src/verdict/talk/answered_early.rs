//! Answers that come before the server has read all of a request (an upload that is refused): what the client says then begins no other
//! request.

use crate::flow::{Exchange, Offers, Side, Turn};
use crate::verdict::Fact;
use crate::verdict::ending::answered_close;
use crate::verdict::evidence::Evidence;

use super::hidden::way_to_client;
use super::tls::offers;
use super::turns::SETTINGS;
use super::{AT_ONCE, SHORT_ANSWER, Talk};

/// Where statuses begin that refuse (RFC 9110 §15.5).
const REFUSED: u16 = 400;

/// Content Too Large, URI Too Long, Request Header Fields Too Large (RFC 9110 §15.5.14 and 15, RFC 6585 §5).
const TOO_MUCH: &[u16] = &[413, 414, 431];

/// Does the answer refuse a request of which the rest was still to come, or of which nobody knows how long it was?
pub(in crate::verdict) fn refuses(exchange: &Exchange) -> bool {
    let early = exchange.request_unfinished() || is_blind(exchange);
    is_too_much(exchange) || early && status(exchange).is_some_and(|status| status >= REFUSED)
}

/// Does it say that the request was too long? Then the server had stopped reading it, be it before its end or not.
pub(in crate::verdict) fn is_too_much(exchange: &Exchange) -> bool {
    status(exchange).is_some_and(|status| TOO_MUCH.contains(&status))
}

/// Did the client abort, with the refusal of what it was still sending perhaps unread, when the server had closed upon that?
pub(in crate::verdict) fn aborted_by_client(evidence: &Evidence<'_>) -> bool {
    let refused = refuses(evidence.exchange) && evidence.exchange.request_unfinished();
    refused && answered_close::aborter(evidence) == Some(Side::Client)
}

fn status(exchange: &Exchange) -> Option<u16> {
    exchange.http().and_then(|http| http.response.as_ref()).map(|response| response.status)
}

/// Does what the client said last belong to a request that had begun before? A server may answer before it has read all.
pub(in crate::verdict) fn is_rest_of_request(exchange: &Exchange, turn: Turn) -> bool {
    let last =
        exchange.last_request().filter(|&(client, _)| !exchange.is_blind(client) || is_blind(exchange));
    last.is_some_and(|(client, seq)| client == turn.by && seq.before(turn.seq))
}

/// Was a request of HTTP answered whose length nobody knows, since its head was cut short? What follows and begins no other one is
/// its rest.
pub(in crate::verdict) fn is_blind(exchange: &Exchange) -> bool {
    exchange.http().is_some_and(|http| http.is_blind(http.client) && http.response.is_some())
}

/// What the server said in TLS while the client went on with something long, and what the client said from then on: nobody who begins another
/// request does so at once, and few ask for anything in so many bytes. In HTTP/2 a server has settings to tell as well.
fn meanwhile(evidence: &Evidence<'_>) -> Option<(Turn, Turn)> {
    let session = evidence.exchange.tls().is_some_and(|tls| tls.established);
    let other = session && evidence.talk == Talk::Awaiting;
    let (said, on) = evidence.exchange.turn_before.zip(evidence.exchange.turn).filter(|_| other)?;
    let by_client = evidence.close.side(on.by) == Side::Client && on.bytes > SHORT_ANSWER;
    let at_once = on.start.since(said.start) <= way_to_client(evidence).plus(AT_ONCE);
    let may_answer = offers(evidence) != Offers::Http2 || said.bytes > SETTINGS;
    (by_client && at_once && may_answer).then_some((said, on))
}

/// May the server have answered what its client had not sent to its end, and TLS hide that?
pub(in crate::verdict) fn may_be_hidden(evidence: &Evidence<'_>) -> bool {
    meanwhile(evidence).is_some()
}

/// What it looked like.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let (said, on) = meanwhile(evidence)?;
    let says = format!(
        "the server said {} bytes while the client was sending, which went on at once ({} bytes more): they may be an answer that came early",
        said.bytes, on.bytes
    );
    Some(Fact::at(said.frame, says))
}

/// What to do where the client left then.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let (said, _) = meanwhile(evidence)?;
    Some(format!(
        "The server said {} bytes while the client was sending, and then the client stopped: if that was a refusal (401, 413), which TLS hides, it has its answer and nothing needs doing. Otherwise look at what made it stop there: its timeout, its end, or the program that it had the body from.",
        said.bytes
    ))
}
