//! Keep-alive probes went unanswered.

use crate::verdict::ending::probes::{Answers, Probing, probing};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::{Evidence, Fact, How, Sender, facts};

pub(super) const RULE: Rule = Rule {
    name: "keepalive_timeout",
    title: "keep-alive probes went unanswered, so the host gave up",
    doc: "What happened: a host probed an idle connection, heard nothing, and gave up with a RST; its program gets ETIMEDOUT. The other \
host was off, unreachable, or behind a device that had forgotten the connection.
How it is told: probes (one before the next sequence number, no new data) at one interval, and the RST one interval after the last.
Not to be confused with: idle_timeout, where nobody probes; answers that the capture holds may still have been lost on their way.
What to do: look at the path to the silent side and at that host. The probes did their work: they found a dead connection.",
    sources: &["RFC 9293 §3.8.4", "RFC 1122 §4.2.3.6", "tcp(7) TCP_KEEPINTVL"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "three probes",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 4\nB > A P. len 4\nA > B .\n+1 B > A . seq 5004\n+1 B > A . seq 5004\n+1 B > A . seq 5004\n+1 B > A R.",
        ),
        hit(
            "earlier probes were answered",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 4\nB > A P. len 4\nA > B .\n+2 B > A . seq 5004\nA > B .\n+2 B > A . seq 5004\n+1 B > A . seq 5004\n+1 B > A . seq 5004\n+1 B > A R.",
        ),
        hit(
            "the capture began with the probes",
            "A > B . seq 1001 ack 5001\n+2 B > A . seq 5000 ack 1001\n+1 B > A . seq 5000 ack 1001\n+1 B > A . seq 5000 ack 1001\n+1 B > A R. seq 5001 ack 1001",
        ),
        hit(
            "probes of one byte, which old systems send",
            "A > B . seq 1001 ack 5001\n+2 B > A . seq 5000 ack 1001 len 1\n+1 B > A . seq 5000 ack 1001 len 1\n+1 B > A . seq 5000 ack 1001 len 1\n+1 B > A R. seq 5001 ack 1001",
        ),
        miss(
            "messages of one byte each, and then an abort",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 18\nB > A P. len 1\nA > B .\n+1 B > A P. len 1\nA > B .\n+1 B > A P. len 1\nA > B .\n+1 B > A R.",
        ),
        hit(
            "the answers are lost on the way back",
            "A > B S tsval 10\nB > A S. tsval 500\nA > B . tsval 11\nA > B P. len 4 tsval 12\nB > A P. len 4 tsval 501\nA > B . tsval 13 tsecr 501\n\
+1 A > B . seq 1004 tsval 1013 tsecr 501\nB > A . tsval 1502\n+1 A > B . seq 1004 tsval 2013 tsecr 501\nB > A . tsval 2502\n+1 A > B R. tsval 3013 tsecr 501",
        ),
        miss(
            "the program aborts some time after probes that were answered",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 4\nB > A P. len 4\nA > B .\n+1 B > A . seq 5004\nA > B .\n+1 B > A . seq 5004\nA > B .\n+0.3 B > A R.",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    let by_a_side = evidence.how == How::Reset && matches!(evidence.rst_by, Some(Sender::Side(_)));
    let probing = by_a_side.then(|| probing(evidence))??;
    Some(if probing.answers == Answers::ToTheLast {
        Confidence::Possible
    } else if probing.probes > 1 {
        Confidence::Certain
    } else {
        Confidence::Likely
    })
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(Probing { probes, interval, answers, last_frame }) = probing(evidence) {
        let heard = match answers {
            Answers::ToTheLast => "the capture holds an answer to the last",
            Answers::Unheard => {
                "they were answered, and by its timestamps the side that probed got none of the answers"
            }
            Answers::None => "none was answered",
        };
        facts.push(Fact::at(last_frame, format!("{probes} keep-alive probes, {interval} apart: {heard}")));
    }
    facts.extend(facts::of_rst(evidence));
    facts
}

fn advise(evidence: &Evidence<'_>) -> String {
    let Some(Sender::Side(side)) = evidence.rst_by else { return String::new() };
    let (silent, figures) = (side.peer(), probing(evidence));
    if figures.is_some_and(|figures| figures.answers == Answers::Unheard) {
        return format!(
            "The {silent} answers, and nothing of that reaches the {side} any more: look at the way back (a firewall or NAT that forgot the connection, a route that changed)."
        );
    }
    let after = figures.map(|p| format!("{} probes {} apart", p.probes, p.interval)).unwrap_or_default();
    if figures.is_some_and(|figures| figures.answers == Answers::ToTheLast) {
        return format!(
            "The capture holds answers of the {silent}, also to the last of {after}: if they were lost behind the place of the capture, look at the way back; else the {side}'s program ended the connection by itself."
        );
    }
    format!(
        "The {silent} did not answer {after}: look at that host and the path to it; its end of the connection may still look open."
    )
}
