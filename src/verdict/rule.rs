//! What a rule is, and how the rules' opinions become one verdict.

use super::rules::RULES;
use super::{
    Evidence, Fact, Finding, How, Sender, Side, Verdict, facts, harm, ladder, report, sees, stack, stage,
};

/// How sure a finding is; no finer, since nobody could tell the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The packets allow it, and other stories as well.
    Possible,
    /// The packets speak for it; another story would have to be unusual.
    Likely,
    /// The packets leave no other story.
    Certain,
}

impl Confidence {
    /// The word for it, in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A script and what the rule is to make of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Does the rule win?
    pub hit: bool,
    /// What it shows, in a few words.
    pub about: &'static str,
    /// The script (see `decode::script`).
    pub script: &'static str,
}

/// A script on which the rule wins against all others.
#[must_use]
pub(super) const fn hit(about: &'static str, script: &'static str) -> Case {
    Case { hit: true, about, script }
}

/// A script that looks like the rule's and belongs to another.
#[must_use]
pub(super) const fn miss(about: &'static str, script: &'static str) -> Case {
    Case { hit: false, about, script }
}

/// A cause: what happened, how it is told, what to do.
pub struct Rule {
    /// Its word in records and on the command line.
    pub name: &'static str,
    /// Its story in at most 60 characters.
    pub title: &'static str,
    /// What happened / How it is told / Not to be confused with / What to do.
    pub doc: &'static str,
    /// Who says so.
    pub sources: &'static [&'static str],
    /// Facts to opinion; no state, no I/O.
    pub judge: fn(&Evidence<'_>) -> Option<Confidence>,
    /// What it rests on, with frame numbers.
    pub facts: fn(&Evidence<'_>) -> Vec<Fact>,
    /// What to do, with the measured figures.
    pub advise: fn(&Evidence<'_>) -> String,
    /// Scripts that it must win and such that it must not.
    pub cases: &'static [Case],
}

impl Rule {
    /// The paragraphs of its story: heading and text.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.doc.lines().filter_map(|paragraph| paragraph.split_once(": "))
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Lets every rule judge, ranks the findings, and puts the verdict together.
#[must_use]
pub(super) fn conclude(evidence: &Evidence<'_>) -> Verdict {
    let mut findings = rank(evidence);
    let cause = (!findings.is_empty()).then(|| findings.remove(0));
    let close = evidence.close;
    let mut evidence_lines = cause.map(|finding| (finding.rule.facts)(evidence)).unwrap_or_default();
    evidence_lines.extend(facts::of_ignored(evidence));
    evidence_lines.extend(cause.and_then(|_| facts::of_losses(evidence)));
    Verdict {
        client: close.endpoint(Side::Client),
        server: close.endpoint(Side::Server),
        roles: close.roles,
        originator: close.side(close.originator),
        start: close.start.ts,
        end_time: evidence.end_time(),
        file: close.file,
        first_frame: close.start.frame,
        how: evidence.how,
        finality: close.finality,
        until: close.until,
        fin_by: evidence.fin_by,
        rst_by: evidence.rst_by,
        rst_by_confidence: evidence.rst_by_confidence,
        rst_claimed: evidence.rst_claimed,
        cause,
        alternatives: findings,
        harm: cause.map(|_| harm::weigh(evidence)),
        reasons: stack::reasons(evidence),
        client_sees: sees::sees(evidence, Side::Client),
        server_sees: sees::sees(evidence, Side::Server),
        stage: stage::stage(evidence),
        evidence: evidence_lines,
        advice: cause.map(|finding| (finding.rule.advise)(evidence)),
        rst: report::rst(evidence),
        idle_before: evidence.idle_before,
        exchange: report::exchange(evidence),
        conn_state: close.conn_state,
        history: close.history.to_string(),
        client_traffic: report::traffic(close.half(Side::Client)),
        server_traffic: report::traffic(close.half(Side::Server)),
        retransmits: close.half(Side::Client).retransmits + close.half(Side::Server).retransmits,
        rtt: close.rtt,
        ignored_resets: close.ignored_resets,
        seen: evidence.seen(),
        ladder: ladder::of(evidence),
    }
}

/// All opinions, the most confident first; the order of the list breaks ties. `unexplained` speaks only where nobody else
/// does, and a forgery that is only suspected comes after what it would overturn.
fn rank(evidence: &Evidence<'_>) -> Vec<Finding> {
    let cap = |rule: &Rule| cap(evidence, rule);
    let mut findings: Vec<Finding> = RULES
        .iter()
        .filter_map(|&rule| Some(Finding { rule, confidence: (rule.judge)(evidence)?.min(cap(rule)) }))
        .collect();
    let suspected =
        |finding: &Finding| is_forgery(finding.rule) && evidence.rst_by != Some(Sender::Middlebox);
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.confidence), suspected(finding)));
    if findings.iter().any(|finding| !suspected(finding) && !is_last_resort(finding.rule)) {
        findings.retain(|finding| !is_last_resort(finding.rule));
    }
    findings
}

/// A story about the sender of a RST is no surer than that it was the sender.
fn cap(evidence: &Evidence<'_>, rule: &Rule) -> Confidence {
    let sender = evidence.rst_by_confidence.filter(|_| evidence.how != How::Refused && !is_forgery(rule));
    evidence.cap.min(sender.unwrap_or(Confidence::Certain))
}

fn is_last_resort(rule: &Rule) -> bool {
    rule.name == "unexplained"
}

fn is_forgery(rule: &Rule) -> bool {
    rule.name == "injected_reset"
}
