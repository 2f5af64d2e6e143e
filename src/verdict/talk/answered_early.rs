//! Answers that come before the server has read all of a request (an upload that is refused): what the client says then begins no other
//! request.

use crate::flow::{Exchange, Turn};

/// Where statuses begin that refuse (RFC 9110 §15.5).
const REFUSED: u16 = 400;

/// Does the answer refuse a request of which the rest was still to come?
pub(in crate::verdict) fn refuses(exchange: &Exchange) -> bool {
    let status = exchange.http().and_then(|http| http.response.as_ref()).map(|response| response.status);
    exchange.request_unfinished() && status.is_some_and(|status| status >= REFUSED)
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
