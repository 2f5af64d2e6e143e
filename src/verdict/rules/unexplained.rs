//! The last rule: something went wrong, and no story fits.

use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery::stray;
use crate::verdict::{Evidence, Fact, Side, facts};

pub(super) const RULE: Rule = Rule {
    name: "unexplained",
    title: "an end that no known story explains",
    doc: "What happened: a RST took effect and none of the known causes fits; or a device closed the connection by a FIN in a host's name, \
and what the two programs did then says nothing about them.
How it is told: it is what is left when no other rule speaks. A FIN is no host's own if that host sends more later, beyond its own end.
Not to be confused with: a reset that was seen only in part; a capture of both directions with the handshake often explains it.
What to do: look at the evidence and the last segments; capture on the other host as well and compare.",
    sources: &["RFC 9293 §3.5.2"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit("a RST out of nowhere", "B > A R seq 5000"),
        hit(
            "a FIN that is not the server's",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 100\nA > B .\nB > A F.\nA > B F.\n+0.3 B > A P. len 900 seq 5101 ack 1010\nA > B R",
        ),
        miss(
            "ports that are used again, and the SYN was not captured",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 100\nA > B .\nB > A F.\nA > B F.\nB > A .\n+3 B > A P. len 9 seq 5200",
        ),
        miss("a refusal is explained", "A > B S\nB > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    (evidence.how.by_rst() || evidence.forged_fin().is_some()).then_some(Confidence::Possible)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut list: Vec<Fact> = facts::of_forged_fin(evidence).into_iter().collect();
    if evidence.how.by_rst() {
        list.extend(facts::of_rst(evidence));
    } else {
        list.extend(facts::of_end(evidence));
    }
    list
}

fn advise(evidence: &Evidence<'_>) -> String {
    if let Some(advice) = stray::advice(evidence).filter(|_| evidence.how.by_rst()) {
        advice
    } else if let Some((side, _)) = evidence.forged_fin() {
        format!(
            "The {side} did not close: a device on the path said so in its name, and what it said with that, a block page for one, was not the {side}'s either. Ask who runs the firewalls and proxies between the hosts; capture on the {side}: the FIN never left there."
        )
    } else if evidence.is_unheard() {
        let client = evidence.close.endpoint(Side::Client).addr;
        format!(
            "Capture all of it, without --light or a filter for flags, if need be of one host ('host {client}'): the cause lies in what was said."
        )
    } else if evidence.close.elsewhere.known > 0 {
        "The captures of several places do not tell what led to this RST: its sender's own log at that time may.".into()
    } else if evidence.seen().both_sides {
        "Capture on the other host too and compare which of the two saw this RST leave.".into()
    } else {
        "The capture shows one direction or no handshake; capture both directions from before the connection starts.".into()
    }
}
