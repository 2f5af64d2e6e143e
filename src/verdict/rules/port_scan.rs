//! Many refusals or abandoned handshakes from one source.

use crate::context::Telltale;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::{Evidence, Fact, facts};

pub(super) const RULE: Rule = Rule {
    name: "port_scan",
    title: "one source tries many ports or hosts",
    doc: "What happened: one source tried many ports or hosts within a few minutes, mostly in vain: a scanner, an inventory tool, a worm.
How it is told: refused, unanswered or abandoned attempts of the same source to twenty-five or more targets, on which nobody ever said \
anything, and hardly any of which was tried again after it had refused, unless twenty ports of one \
host were tried within a second and not three times. Ten ports are enough where the SYNs offer nothing of what a kernel's do, or have neither \
SYN nor ACK (FIN, NULL and Xmas scans); else so few may be all that a host ran which is down, and a scan is possible. So it is where the source tries one port alone and talks with some who listen there, as a program of many peers does; and a single segment with neither SYN nor ACK may be one of a scan.
Not to be confused with: a program or a monitoring system whose services are down, which comes back to them: each is port_closed; a load \
balancer's checks, most of which find somebody.
What to do: if the source is your own scanner, nothing. Otherwise look at who it is and block it where it enters; the refusals \
themselves do no harm.",
    sources: &["RFC 9293 §3.10.7.1", "Zeek policy/misc/scan"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "ten ports",
            "A > B S\nB > A R.\nA > B:1 S\nB:1 > A R.\nA > B:2 S\nB:2 > A R.\nA > B:3 S\nB:3 > A R.\nA > B:4 S\nB:4 > A R.\nA > B:5 S\nB:5 > A R.\nA > B:6 S\nB:6 > A R.\nA > B:7 S\nB:7 > A R.\nA > B:8 S\nB:8 > A R.\nA > B:9 S\nB:9 > A R.",
        ),
        hit("FIN to ten ports", "A > B F seq 1000\nB > A R. seq 0 ack 1001\nA > B:1 F seq 1000\nB:1 > A R. seq 0 ack 1001\nA > B:2 F seq 1000\nB:2 > A R. seq 0 ack 1001\nA > B:3 F seq 1000\nB:3 > A R. seq 0 ack 1001\nA > B:4 F seq 1000\nB:4 > A R. seq 0 ack 1001\nA > B:5 F seq 1000\nB:5 > A R. seq 0 ack 1001\nA > B:6 F seq 1000\nB:6 > A R. seq 0 ack 1001\nA > B:7 F seq 1000\nB:7 > A R. seq 0 ack 1001\nA > B:8 F seq 1000\nB:8 > A R. seq 0 ack 1001\nA > B:9 F seq 1000\nB:9 > A R. seq 0 ack 1001"),
        hit("one segment that no kernel begins with", "A > B F seq 1000\nB > A R. seq 0 ack 1001"),
        miss("two ports", "A > B S\nB > A R.\nA > B:1 S\nB:1 > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    let scan = evidence.surroundings.scan.map(|scan| match scan.telltale {
        Telltale::Plain => Confidence::Likely,
        Telltale::Missing => Confidence::Possible,
    });
    // One alone, which found that nobody listens, may be a test of somebody's.
    let refused = evidence.close.is_probe() && evidence.how.by_rst();
    scan.or_else(|| refused.then_some(Confidence::Possible))
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts = facts::of_rst(evidence);
    let says =
        "a segment with neither SYN nor ACK begins it: no kernel sends that, scanners do (FIN, NULL, Xmas)";
    if evidence.close.is_probe() {
        facts.insert(0, Fact::at(evidence.close.start.frame, says));
    }
    if let Some(scan) = evidence.surroundings.scan {
        facts.insert(
            0,
            Fact::at(
                evidence.close.start.frame,
                format!(
                    "one of at least {} targets on {} ports that this source tried in vain",
                    scan.targets, scan.ports
                ),
            ),
        );
    }
    facts
}

fn advise(evidence: &Evidence<'_>) -> String {
    let source = evidence.close.endpoint(crate::flow::Side::Client).addr;
    format!(
        "Find out who {source} is; if it is no scanner of your own, block it where it enters. The refusals themselves do no harm."
    )
}
