//! The RST that answers the SYN came from a device on the path.

use crate::flow::Side;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery::{is_made_up, made_here, other_distance, refused_here, refused_too_soon};
use crate::verdict::{Evidence, Fact, How, facts};

pub(super) const RULE: Rule = Rule {
    name: "refused_by_firewall",
    title: "a firewall refused the connection",
    doc: "What happened: the client's SYN was answered by a RST in the server's name, from another place: a firewall that rejects with \
tcp-reset. connect() fails with ECONNREFUSED, and on the server nobody ever sees the SYN.
How it is told: the RST comes from another distance (TTL) than the server's own segments on other connections; or it comes much sooner than anything that the server says there; or it comes over the \
capturing host's own loopback interface and the SYN does not: then that host's firewall refuses what leaves it; or it leaves a router that captures, to which the server's own segments come, with a TTL that nobody has counted down. \
A sequence number other than 0 is none that a host gives to a refusal.
Not to be confused with: port_closed, which looks the same in all other respects; it is never more than possible by \
its distance alone, because a server's own firewall, a container behind it or another path may change that too.
What to do: capture on the server: if the SYN does not arrive there, a device on the path answers it; ask who runs it for the rule.",
    sources: &["RFC 9293 §3.5.2", "RFC 3360"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "from another distance than the server",
            "C > B S\nB > C S. ttl 60\nC > B .\nC > B P. len 5\nB > C P. len 5 ttl 60\nC > B .\nB > C F. ttl 60\nC > B F.\nB > C . ttl 60\n+10 A > B:9 S\nB:9 > A R. ttl 63",
        ),
        hit(
            "with a number of its own, and another default TTL than the server",
            "C > B S\nB > C S.\nC > B .\nC > B F.\nB > C F.\nC > B .\nA > B:9 S\nB:9 > A R. seq 215099 ttl 246",
        ),
        hit("on the client's own loopback interface, where the SYN never passed", "B > A R. seq 0 ack 1001 lo"),
        hit(
            "a router that captures rejects what it would have passed on",
            "C > B S\nC > B S ttl 63 out\nB > C S.\nB > C S. ttl 63 out\nC > B .\nB > C P. len 9\n+10 A > B:9 S\nB:9 > A R. out",
        ),
        miss(
            "a router that captures and translates addresses passed it on",
            "C > B S\nC > B S ttl 63 out\nB > C S.\nB > C S. ttl 63 out\nC > B .\nB > C P. len 9\n+10 A > B:9 S\nB:9 > A R. ttl 63 out",
        ),
        miss("the server that captures refuses it itself", "C > B S\nB > C S. out\nC > B .\nB > C P. len 9 out\n+10 A > B:9 S\nB:9 > A R. out"),
        miss("programs that set their own TTL, and a host that does not", "C > B S ttl 1\nB > C S. ttl 1\nC > B . ttl 1\nC > B P. len 5 ttl 1\nB > C P. len 5 ttl 1\nC > B F. ttl 1\nB > C F. ttl 1\n+10 A > B:9 S ttl 1\nB:9 > A R."),
        miss("nothing is known of the server", "A > B S\nB > A R. ttl 63"),
        miss("both are on one host", "A > B S lo\nB > A R. lo"),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    // Where the SYN was hidden by a filter, the host may have refused its own.
    let soon = refused_too_soon(evidence).is_some();
    if soon || is_made_here(evidence) || refused_here(evidence).is_some() {
        return Some(Confidence::Likely);
    }
    match (other_distance(evidence), own_number(evidence)) {
        (Some(_), Some(_)) => Some(Confidence::Likely),
        (None, None) => None,
        _ => Some(Confidence::Possible),
    }
}

/// The number of the RST, if it answers a SYN with one of its own.
fn own_number(evidence: &Evidence<'_>) -> Option<Fact> {
    let reset = evidence.reset().filter(|_| evidence.how == How::Refused && evidence.close.answers_syn())?;
    let says = format!("its sequence number is {}: a host that refuses a SYN gives 0", reset.rst.seq.0);
    is_made_up(reset.rst.seq).then(|| Fact::at(reset.rst.frame, says))
}

/// Did the host that captured it make the RST, in the server's name?
fn is_made_here(evidence: &Evidence<'_>) -> bool {
    let refusal = evidence.reset().filter(|_| evidence.how == How::Refused);
    refusal.is_some_and(|reset| made_here(evidence, reset).is_some())
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let made = evidence.reset().and_then(|reset| made_here(evidence, reset));
    let mut facts: Vec<Fact> = made.map(|doubt| doubt.fact).into_iter().collect();
    let others = facts::of_rst(evidence).into_iter().filter(|fact| !facts.contains(fact)).collect::<Vec<_>>();
    facts.extend(others);
    if let (Some(usual), Some(reset)) = (other_distance(evidence), evidence.reset()) {
        let says = format!(
            "its TTL is {}; the server's own segments on other connections have {usual}",
            reset.rst.ttl
        );
        facts.push(Fact::at(reset.rst.frame, says));
    }
    facts.extend(own_number(evidence));
    facts
}

fn advise(evidence: &Evidence<'_>) -> String {
    let server = evidence.close.endpoint(Side::Server);
    if is_made_here(evidence) {
        return format!(
            "The host that captured it refused this connection to {} port {} itself: look at its own firewall (`nft list ruleset`, `iptables -S OUTPUT`: what rejects with tcp-reset), or at the local proxy to which it redirects.",
            server.addr, server.port
        );
    }
    if refused_here(evidence).is_some() {
        return format!(
            "The host that captured it refused this connection to {} port {} itself, in the server's name: look at its firewall (`nft list ruleset`, `iptables -S FORWARD`: what rejects with tcp-reset), and at what it balances.",
            server.addr, server.port
        );
    }
    format!(
        "Capture on {}: if the SYN to port {} never arrives there, a device on the path refused it; ask who runs it for the rule.",
        server.addr, server.port
    )
}
