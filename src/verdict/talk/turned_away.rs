//! A server that takes a connection and closes it at once, before anybody has said anything: it lets some clients in and others not, or
//! it has nobody behind it to ask.

use crate::flow::Side;
use crate::time::Span;

use crate::verdict::evidence::Evidence;
use crate::verdict::{Fact, How};

/// Timeouts of clients that say nothing are longer: two seconds are short, a minute is usual (Apache, nginx).
const AT_ONCE: Span = Span::from_secs(1);

/// Did the server do so? A program that waited for its greeting reads an end; one that had wanted nothing more than a connection does not care.
pub(in crate::verdict) fn without_a_word(evidence: &Evidence<'_>) -> bool {
    let close = evidence.close;
    if evidence.how != How::Fin || evidence.closer != Some(Side::Server) {
        return false;
    }
    let silent = [Side::Client, Side::Server].into_iter().all(|side| !close.half(side).has_data());
    silent && close.handshake_seen() && close.gaps == 0 && is_at_once(evidence)
}

/// Did the server close so soon after the connection began that it cannot have waited for words?
pub(in crate::verdict) fn is_at_once(evidence: &Evidence<'_>) -> bool {
    let took = evidence.fin(Side::Server).map(|fin| fin.ts.since(evidence.close.start.ts));
    took.is_some_and(|took| took < AT_ONCE)
}

/// What it looked like.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    without_a_word(evidence).then(|| Fact::of_all("nobody had said anything"))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    without_a_word(evidence).then(|| {
        let reasons = reasons(evidence);
        format!("{reasons} A client that wanted no more than to connect misses nothing.")
    })
}

/// Where to look for why a server does so.
pub(in crate::verdict) fn reasons(evidence: &Evidence<'_>) -> String {
    format!(
        "{} took the connection and closed it without a word. Look for a list of hosts that may come in (TCP wrappers), a limit of connections, or a proxy or port forwarding whose own server is down.",
        evidence.close.endpoint(Side::Server)
    )
}
