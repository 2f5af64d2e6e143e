//! A request of HTTP/2 that the server itself gave up (RST_STREAM) when it ended the connection.

use crate::flow::{Aborted, Side};

use super::{QUIET, is_known};
use crate::verdict::How;
use crate::verdict::evidence::{Evidence, Shape};

/// The request that it gave up just before its FIN, or said why it did before it aborted what nobody had closed: without a reason a stream is
/// reset behind a whole answer as well, so that no more of the request comes (RFC 9113 §8.1).
pub(in crate::verdict) fn of<'a>(evidence: &Evidence<'a>) -> Option<&'a Aborted> {
    let aborted = evidence.exchange.http2()?.aborted.as_ref().filter(|_| is_known(evidence))?;
    // A client that had closed before needed no more of it.
    let closed = evidence.closer == Some(Side::Server) && evidence.fin_by == Some(Side::Server);
    let fin = || evidence.fin(Side::Server).filter(|_| closed).map(|fin| fin.ts);
    let aborts = evidence.how == How::Reset && evidence.shape == Shape::Active;
    let failed = aborts && evidence.rst_claimed == Some(Side::Server) && aborted.name().is_some();
    let rst = || evidence.reset().filter(|_| failed).map(|reset| reset.rst.ts);
    let end = fin().or_else(rst)?;
    (end.since(aborted.ts) < QUIET).then_some(aborted)
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
