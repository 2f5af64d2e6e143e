//! What a rule is, and how the rules' opinions become one verdict.

use std::cmp::Reverse;

use smallvec::SmallVec;

use super::evidence::Talk;
use super::rules::RULES;
use super::who::forgery::stray;
use super::{Evidence, Fact, Finding, Harm, How, Ruling, Sender, Side, ending, harm};

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

/// Findings in their order, the cause first: at most one of every rule, and mostly few.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings(SmallVec<[(Rank, Finding); 4]>);

impl Findings {
    /// The cause.
    pub(super) fn first(&self) -> Option<Finding> {
        self.0.first().map(|&(_, finding)| finding)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Finding> {
        self.0.iter().map(|&(_, finding)| finding)
    }

    /// Puts a finding behind all that do not come after it.
    fn insert(&mut self, rank: Rank, finding: Finding) {
        let after = self.0.iter().position(|(other, _)| *other > rank).unwrap_or(self.0.len());
        self.0.insert(after, (rank, finding));
    }
}

/// The smaller, the earlier: how sure a finding is; how sure it would be, had more been seen and were the sender surer; whether it
/// is a mere suspicion.
type Rank = (Reverse<Confidence>, Reverse<Confidence>, bool);

/// What is counted of the conclusion.
pub(super) fn rule(evidence: &Evidence<'_>, cause: Option<Finding>) -> Ruling {
    let close = evidence.close;
    Ruling {
        client: close.endpoint(Side::Client),
        server: close.endpoint(Side::Server),
        start: close.start.ts,
        first_frame: close.start.frame,
        end_time: evidence.end_time(),
        file: close.file,
        how: evidence.how,
        finality: close.finality,
        rst_by: evidence.rst_by,
        rst_by_confidence: evidence.rst_by_confidence,
        rst_claimed: evidence.rst_claimed,
        cause,
        harm: cause.filter(|_| !evidence.is_unheard()).and_then(|finding| harm_of(evidence, finding)),
    }
}

/// Whom an end hurt. Where nobody knows why a connection was reset that nobody had closed, nobody can say that it hurt nobody, unless no socket
/// had sent what was refused.
fn harm_of(evidence: &Evidence<'_>, cause: Finding) -> Option<Harm> {
    let harm = harm::weigh(evidence);
    let unknown = is_last_resort(cause.rule) && evidence.how == How::Reset && !evidence.close.is_probe();
    harm.filter(|&harm| harm == Harm::Harmful || !unknown)
}

/// All opinions, the most confident first; what would be surer breaks ties, and then the order of the list. `unexplained` speaks only where nobody else
/// does; a forgery that is only suspected comes after what it would overturn, and that a whole answer was not read after an abort that was meant.
pub(super) fn rank(evidence: &Evidence<'_>) -> Findings {
    let known = evidence.rst_by == Some(Sender::Middlebox) || stray::was_reset_too(evidence);
    let suspected = |finding: Finding| is_forgery(finding.rule) && !known;
    let whole = evidence.how == How::Reset && evidence.talk == Talk::Complete;
    let unread =
        |finding: Finding| whole && is_unread(finding.rule) && finding.confidence == Confidence::Possible;
    let mut findings = Findings::default();
    let (mut explained, unheard, forged) = (false, evidence.is_unheard(), evidence.forged_fin().is_some());
    for rule in &RULES {
        // The last resort is the last of the list.
        if explained && is_last_resort(rule) {
            break;
        }
        let silent = unheard && !OF_ENDS.contains(&rule.name);
        if silent || forged && !OF_DEVICES.contains(&rule.name) {
            continue;
        }
        if let Some(confidence) = (rule.judge)(evidence) {
            let finding = Finding { rule, confidence: confidence.min(cap(evidence, rule)) };
            explained |= !suspected(finding);
            let last = suspected(finding) || unread(finding);
            let rank = (Reverse(finding.confidence), Reverse(confidence), last);
            findings.insert(rank, finding);
        }
    }
    findings
}

/// Stories that need nothing of what was said.
const OF_ENDS: [&str; 3] = ["icmp_refused", "port_scan", "unexplained"];

/// Stories that a device which speaks in a host's name does not make untrue.
const OF_DEVICES: [&str; 2] = ["injected_reset", "unexplained"];

/// Stories that need to know which side serves.
const OF_ROLES: [&str; 4] = ["no_response", "response_cut", "client_abort", "stale_keepalive"];

/// Stories of one side's end, which are no surer where the other had ended by itself as well.
const OF_EITHER: [&str; 3] = ["no_response", "response_cut", "client_abort"];

/// A story that is the same whether a host or a device ended it.
const OF_ANY_SENDER: &str = "idle_timeout";

/// A story about the sender of a RST is no surer than that it was the sender, and none is sure if the last word could not be read.
fn cap(evidence: &Evidence<'_>, rule: &Rule) -> Confidence {
    let tossed = evidence.close.roles_are_tossed() && OF_ROLES.contains(&rule.name);
    if tossed || ending::may_be_goodbye(evidence) {
        return Confidence::Possible;
    }
    let needs_sender = evidence.how != How::Refused && !is_forgery(rule) && rule.name != OF_ANY_SENDER;
    let sender = evidence.rst_by_confidence.filter(|_| needs_sender);
    let both = OF_EITHER.contains(&rule.name) && evidence.second_end.is_some();
    let most = if both { Confidence::Likely } else { Confidence::Certain };
    evidence.cap.min(sender.unwrap_or(most)).min(most)
}

/// It is told by where it is: this is asked for every rule.
fn is_last_resort(rule: &Rule) -> bool {
    RULES.last().is_some_and(|last| std::ptr::eq(*last, rule))
}

fn is_unread(rule: &Rule) -> bool {
    rule.name == "unread_data_at_close"
}

fn is_forgery(rule: &Rule) -> bool {
    rule.name == "injected_reset"
}
