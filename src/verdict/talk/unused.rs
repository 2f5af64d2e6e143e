//! A connection that was opened ahead of need, by a pool or a browser: the server waited in vain for its first request, perhaps said so (408), and
//! closed; the request came too late, or crossed that.

use crate::flow::Side;
use crate::time::Span;
use crate::verdict::Evidence;

/// How long the server had waited when it closed, if its host had had no word of the client by then. A server that greets waits for something
/// else.
pub(in crate::verdict) fn waited(evidence: &Evidence<'_>) -> Option<Span> {
    let (close, server) = (evidence.close, evidence.close.end(Side::Server));
    let fin = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server))?;
    let unheard = fin.ack == close.half(Side::Client).iss.plus(1);
    let whole = close.handshake_seen() && close.gaps == 0;
    let mut said =
        close.recent.iter().filter(|own| own.by == server && own.len > 0 && own.serial < fin.serial);
    let complaint = said.next();
    let gave_up = match complaint {
        Some(first) => close.exchange.http().is_some() && first.seq == close.half(Side::Server).iss.plus(1),
        None => !close.half_before(Side::Server).has_data(),
    };
    let end = complaint.map_or(fin.ts, |first| first.ts);
    (unheard && whole && gave_up).then(|| end.since(close.start.ts))
}
