//! A request of HTTP/2 that the server itself gave up (RST_STREAM) when it ended the connection.

use crate::flow::{Aborted, Answer, Side};

use super::{QUIET, is_known};
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{Fact, How, facts};

/// The request that it gave up just before its FIN, or said why it did before it aborted what nobody had closed: without a reason a stream is
/// reset behind a whole answer as well, so that no more of the request comes (RFC 9113 §8.1).
pub(in crate::verdict) fn of<'a>(evidence: &Evidence<'a>) -> Option<&'a Aborted> {
    let whole = |aborted: &&Aborted| aborted.stream.asked && is_known(evidence);
    let aborted = evidence.exchange.http2()?.aborted.as_ref().filter(whole)?;
    // A client that had closed before needed no more of it.
    let closed = evidence.closer == Some(Side::Server) && evidence.fin_by == Some(Side::Server);
    let fin = || evidence.fin(Side::Server).filter(|_| closed).map(|fin| fin.ts);
    let aborts = evidence.how == How::Reset && evidence.shape == Shape::Active;
    let failed = aborts && evidence.rst_claimed == Some(Side::Server) && aborted.name().is_some();
    let rst = || evidence.reset().filter(|_| failed).map(|reset| reset.rst.ts);
    let end = fin().or_else(rst)?;
    (end.since(aborted.ts) < QUIET).then_some(aborted)
}

/// The request that the server had answered before it was whole, and then gave up, and upon which the client left: it may be told of an error
/// instead of the answer.
pub(in crate::verdict) fn cut_short<'a>(evidence: &Evidence<'a>) -> Option<&'a Aborted> {
    let early = |aborted: &&Aborted| !aborted.stream.asked && aborted.stream.answer == Answer::Whole;
    let aborted = evidence.exchange.http2()?.aborted.as_ref().filter(early)?;
    let end = evidence.fin(Side::Client).map_or(evidence.end_time(), |fin| fin.ts);
    let upon = evidence.ended_by() == Some(Side::Client) && end.since(aborted.ts) < QUIET;
    (upon && aborted.name().is_some()).then_some(aborted)
}

/// What the server did to it.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let aborted = cut_short(evidence)?;
    let status = match aborted.stream.status {
        0 => String::new(),
        status => format!(" (status {status})"),
    };
    let name = facts::request_name(evidence);
    let says = format!(
        "the server had answered {name}{status} before it was whole, and gave it up ({})",
        named(aborted)
    );
    Some(Fact::at(aborted.frame, says))
}

/// What to do about it.
pub(in crate::verdict) fn advice_of_cut(evidence: &Evidence<'_>) -> Option<String> {
    let named = named(cut_short(evidence)?);
    Some(format!(
        "The server had answered the request before it was whole and gave that up ({named}), and the client left upon it: clients take that for an error (curl: 92) and may lose the answer. Let the server read the request to its end, or give it up with NO_ERROR and pass over what still comes of it (RFC 9113 §8.1)."
    ))
}

/// What happened to it, in words, and why, where the server said so.
pub(in crate::verdict) fn named(aborted: &Aborted) -> String {
    aborted.name().map_or_else(|| "RST_STREAM".to_owned(), |why| format!("RST_STREAM, {why}"))
}

/// Did the server refuse it unseen?
pub(in crate::verdict) fn is_refused(evidence: &Evidence<'_>) -> bool {
    of(evidence).is_some_and(Aborted::is_refused)
}

/// What to do about what a server gave up and said why.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let aborted = of(evidence).filter(|aborted| aborted.name().is_some())?;
    let named = named(aborted);
    Some(if aborted.is_refused() {
        format!("The server took no more requests ({named}): it was about to end, or had too many at once.")
    } else {
        format!(
            "The server gave the request up itself ({named}) and then the connection: its log at that time says why."
        )
    })
}
