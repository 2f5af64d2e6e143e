//! Answers that come before the server has read all of a request (an upload that is refused): what the client says then begins no other
//! request.

use crate::flow::{Exchange, Turn};

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
