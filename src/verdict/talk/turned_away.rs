//! A server that takes a connection and closes it at once, without a word or with one, before it has heard any: it lets some clients in and
//! others not, has nobody behind it to ask, or is at a limit.

use crate::flow::{Recent, Side};
use crate::time::Span;

use super::{QUIET, version};

use crate::verdict::evidence::Evidence;
use crate::verdict::{Fact, How, Sender};

/// Timeouts of clients that say nothing are longer: two seconds are short, a minute is usual (Apache, nginx).
const AT_ONCE: Span = Span::from_secs(1);
/// Who says something and closes in one breath takes no longer.
const BREATH: Span = Span::from_millis(50);

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

/// What the server said, if it took the connection, said that and closed or aborted at once, before it had a word of a client that speaks HTTP,
/// in which nobody greets: that answers the connection and no request (a limit that is reached, as 503 says).
pub(in crate::verdict) fn in_words<'a>(evidence: &Evidence<'a>) -> Option<&'a Recent> {
    let close = evidence.close;
    let (server, client) = (close.end(Side::Server), close.half(Side::Client));
    let by_server = evidence.closer == Some(Side::Server)
        || evidence.closer.is_none() && evidence.rst_by == Some(Sender::Side(Side::Server));
    let fin = evidence.fin(Side::Server);
    if fin.is_some_and(|fin| fin.ack != client.iss.plus(1)) {
        return None;
    }
    let end = fin.map(|fin| (fin.serial, fin.ts));
    let end = end.or_else(|| evidence.reset().map(|reset| (reset.serial, reset.rst.ts)));
    let (serial, at) = end.filter(|_| by_server && close.handshake_seen() && close.gaps == 0)?;
    let mut said = close.recent.iter().filter(|own| own.by == server && own.len > 0 && !own.flags.rst());
    let first = said
        .next()
        .filter(|first| first.serial <= serial && first.seq == close.half(Side::Server).iss.plus(1))?;
    let unheard = |own: &Recent| own.ack == client.iss.plus(1);
    // Who waits longer may have waited for the request (408).
    let accepted = QUIET.plus(close.rtt.unwrap_or(Span::ZERO).times(2));
    let at_once = first.ts.since(close.start.ts) < accepted && at.since(first.ts) < BREATH;
    let web = close.exchange.http().is_some() && version::spoken(evidence).is_none();
    (at_once && web && client.has_data() && unheard(first) && said.all(unheard)).then_some(first)
}

/// The same as a fact.
pub(in crate::verdict) fn words_fact(evidence: &Evidence<'_>) -> Option<Fact> {
    in_words(evidence).map(|said| {
        let says =
            format!("the server said {} bytes, and closed, before it had a word of the client", said.len);
        Fact::at(said.frame, says)
    })
}

/// What to do about it.
pub(in crate::verdict) fn words_advice(evidence: &Evidence<'_>) -> Option<String> {
    in_words(evidence).map(|said| {
        format!(
            "{} turned the connection away as it took it, before it had read a request, and said why in {} bytes (too many connections, overload): look at them and at its limits, and let the client wait before it tries again.",
            evidence.close.endpoint(Side::Server),
            said.len
        )
    })
}
