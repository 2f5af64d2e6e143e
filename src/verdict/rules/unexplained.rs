//! The last rule: something went wrong, and no story fits.

use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::{Evidence, Fact, Side};

pub(super) const RULE: Rule = Rule {
    name: "unexplained",
    title: "a reset that no known story explains",
    doc: "What happened: a RST took effect and none of the known causes fits.
How it is told: it is what is left when no other rule speaks.
Not to be confused with: a reset that was seen only in part; a capture of both directions with the handshake often explains it.
What to do: look at the evidence and the last segments; capture on the other host as well and compare.",
    sources: &["RFC 9293 §3.5.2"],
    judge,
    facts,
    advise,
    cases: &[
        hit("a RST out of nowhere", "B > A R seq 5000"),
        miss("a refusal is explained", "A > B S\nB > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    evidence.how.by_rst().then_some(Confidence::Possible)
}

fn facts(evidence: &Evidence<'_>) -> Vec<Fact> {
    super::super::facts::of_rst(evidence)
}

fn advise(evidence: &Evidence<'_>) -> String {
    if evidence.is_unheard() {
        let client = evidence.close.endpoint(Side::Client).addr;
        format!(
            "Watch without --light, if need be with a filter such as 'host {client}': the cause lies in what was said."
        )
    } else if evidence.seen().both_sides {
        "Capture on the other host too and compare which of the two saw this RST leave.".into()
    } else {
        "The capture shows one direction or no handshake; capture both directions from before the connection starts.".into()
    }
}
