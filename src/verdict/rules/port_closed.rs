//! A RST answers the SYN.

use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery::is_refused_on_the_way;
use crate::verdict::{Evidence, Fact, How, Side, facts};

pub(super) const RULE: Rule = Rule {
    name: "port_closed",
    title: "nothing listens on that port",
    doc: "What happened: the client's SYN was answered by a RST. Nothing listens on that address and port, or the host's own \
firewall refuses it in the same form. The client's connect() fails at once with ECONNREFUSED.
How it is told: RST+ACK whose acknowledgement is the SYN's sequence number + 1; it needs no socket, so it comes at once. \
Where the port lets others in just before and just after, a limit or a restart is as likely; it is a restart where the server had \
ended connections in their midst just before, and nobody had one then until others were let in.
Not to be confused with: a firewall on the path that answers in the server's name looks the same, which is why this is never \
called certain; accept_queue_overflow, where the handshake was completed first.
What to do: on the server, `ss -ltn` shows what listens and on which address (127.0.0.1 is not reachable from outside); check \
the port, the service's state and the firewall. After a deploy, wait for readiness before sending traffic.",
    sources: &["RFC 9293 §3.10.7.1", "RFC 9293 §3.5.2"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit("nobody listens", "A > B S\nB > A R."),
        hit(
            "others are let in just before and just after",
            "C > B S\nB > C S.\nC > B .\n+0.4 A > B S\nB > A R.\n+0.4 D > B S\nB > D S.\nD > B .\nD > B R.\nC > B R.\n+20 C > B:9 S",
        ),
        hit("Windows tries three times", "A > B S\nB > A R.\n+0.5 A > B again\nB > A R. seq 0\n+0.5 A > B again\nB > A R. seq 0"),
        miss("the RST acknowledges something else and is ignored", "A > B S\nB > A R. ack 77"),
        miss("the handshake was completed", "A > B S\nB > A S.\nA > B .\nB > A R seq 5001"),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if evidence.how != How::Refused {
        return None;
    }
    let elsewhere = is_refused_on_the_way(evidence);
    let around = evidence.surroundings;
    Some(if elsewhere || around.accepted_around && around.restart.is_none() {
        Confidence::Possible
    } else {
        Confidence::Likely
    })
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts = facts::of_rst(evidence);
    if let Some(restart) = evidence.surroundings.restart {
        let before = evidence.close.start.ts.since(restart.ended);
        facts.push(Fact::of_all(format!(
            "the server had ended others of that port until {before} before, and let nobody in from then on; a moment later it did"
        )));
        return facts;
    }
    let open = "the port accepted others within a second before, and within a second after";
    facts.extend(evidence.surroundings.accepted_around.then(|| Fact::of_all(open)));
    facts
}

fn advise(evidence: &Evidence<'_>) -> String {
    let server = evidence.close.endpoint(Side::Server);
    if let Some(restart) = evidence.surroundings.restart {
        return format!(
            "What listens on port {} of {} was being restarted: it had ended its connections, and refused whoever came for {} at least. Hand over the listening socket (SO_REUSEPORT, socket activation) or take it out of the balancer first, and let clients try again after a pause.",
            server.port,
            server.addr,
            restart.refused_until.since(restart.ended)
        );
    }
    if evidence.surroundings.accepted_around {
        return format!(
            "Port {} of {} was open to others just before and just after: look for a limit or a rule of a firewall there (`nft list ruleset`: connlimit, reject with tcp reset), for one of several backends that is down, or for a restart in between.",
            server.port, server.addr
        );
    }
    format!(
        "Check on {} that a process listens on port {} on a reachable address (`ss -ltn`), and its firewall.",
        server.addr, server.port
    )
}
