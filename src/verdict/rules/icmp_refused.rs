//! An ICMP error answers the SYN.

use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::{Evidence, Fact, How};

pub(super) const RULE: Rule = Rule {
    name: "icmp_refused",
    title: "an ICMP error refused the connection",
    doc: "What happened: a router, a firewall or the host itself answered the SYN with an ICMP error (port unreachable, host \
unreachable, administratively prohibited). connect() fails at once, though no RST was ever sent: mostly with EHOSTUNREACH, \
with ECONNREFUSED for 'port unreachable', the default of iptables' and nftables' REJECT, with ENETUNREACH where the network is \
unreachable, over IPv6 with EACCES for 'administratively prohibited'.
How it is told: an ICMP error that quotes the SYN, and no other answer.
Not to be confused with: syn_unanswered, where nothing comes back at all; port_closed, where the answer is a RST.
What to do: the sender of the error is the one to ask: its address is in the evidence. 'Administratively prohibited' is a rule of \
a firewall; 'host unreachable' a missing route or a host that is down; 'port unreachable' mostly a REJECT rule on the host.",
    sources: &["RFC 1122 §4.2.3.9", "RFC 792", "RFC 4443 §3.1"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit("a router says no", "A > B S\nB > A unreachable"),
        hit("a rule rejects it as iptables and nftables do by default", "A > B S\nB > A unreachable code 3"),
        hit("a router knows no way to that network", "A > B S\nB > A unreachable code 0"),
        miss("nobody says anything", "A > B S\n+1 A > B again\n+2 A > B again"),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    (evidence.how == How::Unanswered && evidence.close.icmp.is_some()).then_some(Confidence::Certain)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    evidence
        .close
        .icmp
        .as_deref()
        .map(|icmp| Fact::at(icmp.frame, format!("{} answers with ICMP: {}", icmp.from, icmp.says())))
        .into_iter()
        .collect()
}

fn advise(evidence: &Evidence<'_>) -> String {
    let Some(icmp) = evidence.close.icmp.as_deref() else { return String::new() };
    format!(
        "Ask whoever runs {} why it answers '{}': a firewall rule, a route, or a host that is down.",
        icmp.from,
        icmp.says()
    )
}
