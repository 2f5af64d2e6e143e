//! SYNs that nobody answered, and that were captured as far on their way as the server's own link: then the path is not to blame.

use crate::flow::Side;
use crate::verdict::evidence::Evidence;
use crate::verdict::who::forgery::initial_ttl;
use crate::verdict::{Fact, How};

/// The TTL with which the client's SYNs came, and that of the server's own segments there: these had passed no router, those had.
fn ttls(evidence: &Evidence<'_>) -> Option<(u8, u8)> {
    let own = evidence.surroundings.server_ttl.filter(|_| evidence.how == How::Unanswered)?;
    let came = evidence.close.half(Side::Client).ttl;
    let over_routers = came > 0 && came != initial_ttl(came);
    (over_routers && own == initial_ttl(own)).then_some((came, own))
}

/// Did the SYNs come to the link of the server, over which it speaks to others?
pub(in crate::verdict) fn at_servers_link(evidence: &Evidence<'_>) -> bool {
    ttls(evidence).is_some()
}

/// How that is told.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let (came, own) = ttls(evidence)?;
    Some(Fact::of_all(format!(
        "they had come to the server's own link: its segments to others pass here with TTL {own}, as they were sent, and the client's with {came}"
    )))
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let server = evidence.close.endpoint(Side::Server);
    let others = if evidence.surroundings.accepted_around {
        format!(
            " Port {} let others in just before and just after: a queue that was full for a while, or a rule or a limit that meets this client.",
            server.port
        )
    } else {
        String::new()
    };
    at_servers_link(evidence).then(|| {
        format!(
            "The path is not to blame: the SYNs came to {}, and its own firewall or a full accept queue drops them. There `nstat -az TcpExtListenOverflows TcpExtListenDrops` counts what a queue drops, `ss -ltn` shows it (Recv-Q against Send-Q), and `nft list ruleset` the rules.{others}",
            server.addr
        )
    })
}
