//! A proxy says first for whom it made the connection (HAProxy's PROXY protocol): a server that does not expect that takes it for a broken request.

use super::QUIET;
use crate::flow::{ProxyVersion, Side};
use crate::verdict::evidence::Evidence;

/// "Bad Request" (RFC 9110 §15.5.1).
const BAD_REQUEST: u16 = 400;

/// In which version, if the server did not take it: it called the first request broken, or ended the connection without a word.
fn not_taken(evidence: &Evidence<'_>) -> Option<&'static str> {
    let exchange = &evidence.close.exchange;
    let proxied = exchange.proxied.filter(|proxied| evidence.close.side(proxied.by) == Side::Client)?;
    let response = exchange.http().filter(|http| http.requests <= 1 && http.answered <= 1);
    let refused = response.and_then(|http| http.response.as_ref()).is_some_and(|it| it.status == BAD_REQUEST);
    let at_once = evidence.idle_before.is_some_and(|idle| idle < QUIET);
    let silent = !evidence.close.half(Side::Server).has_data();
    let mute = silent && at_once && evidence.ended_by() == Some(Side::Server);
    let version = match proxied.version {
        ProxyVersion::V1 => "1",
        ProxyVersion::V2 => "2",
    };
    (refused || mute).then_some(version)
}

/// What to look at first then.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let version = not_taken(evidence)?;
    let server = evidence.close.endpoint(Side::Server);
    let upon = if evidence.close.half(Side::Server).has_data() {
        "answered 400: a server that does not expect that header takes it for a broken request."
    } else {
        "ended without a word: one that does not expect that header may do so."
    };
    Some(format!(
        "The client began with a header of the PROXY protocol (version {version}), and {server} {upon} Let it expect the header (nginx: listen ... proxy_protocol, HAProxy: accept-proxy), or the proxy send none (send-proxy, proxy_protocol on). "
    ))
}
