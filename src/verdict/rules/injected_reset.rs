//! A device on the path forged the RST in a host's name.

use crate::flow::{Passage, Side};
use crate::time::Span;
use crate::verdict::ending::silence;
use crate::verdict::evidence::{BRIEFEST_IDLE, STANDS_OUT, Shape};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery::{self, stray};
use crate::verdict::{Evidence, Fact, Sender, facts};

pub(super) const RULE: Rule = Rule {
    name: "injected_reset",
    title: "a device on the path forged the reset",
    doc: "What happened: a firewall, an inspector or another device between the two hosts ended the connection by a RST that \
carries a host's address. That host never sent it, and often still believes that the connection lives.
How it is told: the host speaks on after 'its' RST, which is decisive; or several independent marks of the RST (TTL, \
identification, timestamps, numbers, timing, RSTs to both sides at once) do not fit the host's own segments; or a capture at that host, which went on, never held it; \
or one SYN was both accepted and refused, as where two hosts have one address. A host that refuses what comes when somebody had sent a RST in its \
name before may have been sent one itself.
Not to be confused with: a host's answer from a socket that is gone, which by itself has other header fields than its data; \
hosts behind a load balancer that answer for each other; a single odd field, which makes a device possible at most.
What to do: ask who runs the firewalls and proxies between the two; look at what was said just before (a host name, a word, a \
large upload) and at how long the connection had been idle. A capture on both hosts at once proves it: the RST arrives at one \
and was never sent by the other; `rstwho replay` merges the two, and says so where all else of that host passed both.",
    sources: &["Weaver, Sommer, Paxson: Detecting Forged TCP Reset Packets (NDSS 2009)", "RFC 3360", "RFC 7323 §3.2"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "the server speaks on",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A .\nB > A R seq 5001\n+1 B > A P. len 40\nA > B R seq 1010",
        ),
        hit(
            "one device, both sides at once, another TTL",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A .\nB > A R. ttl 101 id 9000\nA > B R. ttl 101 id 9001",
        ),
        hit(
            "the client's own firewall rejects what goes out",
            "A > B S\nB > A S.\nA > B .\n+1 B > A R seq 5001 lo",
        ),
        miss("on one host all passes loopback", "A > B S lo\nB > A S. lo\nA > B . lo\n+1 B > A R seq 5001 lo"),
        miss("an abort by the host itself", "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A .\nB > A R."),
        miss("one odd field is no proof", "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A .\n+1 B > A R. ttl 60"),
        miss(
            "a burst after an abort is one event",
            "A > B S\nB > A S.\nA > B .\nB > A P. len 9\nB > A P. len 9\nA > B R. ack 5010\nA > B R seq 1001\nA > B R seq 1001",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    match evidence.rst_by {
        // A refusal has a story of its own: refused_by_firewall.
        Some(Sender::Middlebox) if forgery::is_refused_on_the_way(evidence) => {
            (!evidence.doubts.is_empty()).then_some(Confidence::Possible)
        }
        Some(Sender::Middlebox) => evidence.rst_by_confidence,
        // A host that was reset itself, by who sends resets in its name, refuses what comes then.
        _ if stray::was_reset_too(evidence) => Some(Confidence::Possible),
        _ => (!evidence.doubts.is_empty()).then_some(Confidence::Possible),
    }
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = evidence.doubts.iter().map(|doubt| doubt.fact.clone()).collect();
    facts.extend(
        facts::of_story(evidence).into_iter().filter(|fact| !evidence.doubts.iter().any(|d| d.fact == *fact)),
    );
    facts
}

/// The silence before a segment that was answered as by somebody who does not know the connection.
fn forgotten_idle(evidence: &Evidence<'_>) -> Option<Span> {
    let answers = evidence.shape == Shape::Reply && evidence.reset()?.prompt.is_some();
    let pause = silence::longest_pause(evidence).unwrap_or(Span::ZERO);
    evidence.idle_before.filter(|&idle| answers && idle >= BRIEFEST_IDLE && idle >= pause.times(STANDS_OUT))
}

fn advise(evidence: &Evidence<'_>) -> String {
    if let Some(advice) = stray::advice(evidence).filter(|_| stray::was_reset_too(evidence)) {
        return advice;
    }
    let side = evidence.rst_claimed.unwrap_or(Side::Server);
    let after = facts::request_name(evidence);
    let sure = evidence.rst_by_confidence == Some(Confidence::Certain);
    let denial = if sure { "did not send" } else { "likely did not send" };
    let proof = if sure { "the RST never left there" } else { "then the RST never left there" };
    if evidence.reset().is_some_and(|reset| forgery::made_here(evidence, reset).is_some()) {
        return format!(
            "The host that captured it made this reset itself, in the {side}'s name: look at its own firewall (`nft list ruleset`, `iptables -S OUTPUT`: what rejects with tcp-reset) and at programs on it that end connections. The {side} was not asked."
        );
    }
    if let Some(idle) = forgotten_idle(evidence) {
        return format!(
            "The {side} {denial} this reset. It answers the first segment after {idle} of silence, so that a device on the way (a NAT gateway, a firewall, a load balancer) had likely forgotten the idle connection: keep it alive (TCP keep-alive, pings), or give it up well before {idle}."
        );
    }
    let host = evidence.close.endpoint(side).addr;
    if forgery::answered_twice(evidence) {
        return format!(
            "Two machines answer for {host}: one accepted the SYN, and another refused it. Look for a duplicate address there (a clone, a machine that came back: `arping {host}` and `ip neigh` show who answers), or for a device on the way that refuses in the {side}'s name."
        );
    }
    let taken_over = forgery::may_be_another_host(evidence).then(|| {
        format!("another host that answers for {host} now (a failover, a load balancer's other backend)")
    });
    if evidence.reset().is_some_and(|reset| forgery::may_be_own_kernel(evidence, reset)) {
        let other = taken_over.map(|host| format!(", or {host}")).unwrap_or_default();
        return format!(
            "The {side}'s program {denial} this reset: a device on the way did, or the {side}'s own host, whose TTL it has: its firewall, or its kernel, if the other side's address was not translated on the way{other}. Look for what in or before {after} they object to; capture on the {side}: a RST of its own leaves there, a device's does not."
        );
    }
    let other = taken_over.map(|host| format!(" Or {host} did.")).unwrap_or_default();
    let where_to_look = match evidence.close.elsewhere.rst {
        Passage::NeverLeft | Passage::Missing => {
            format!(
                "It came from between the places of these captures: the one nearer to the {side} does not hold it."
            )
        }
        _ => format!("Capture on the {side} to prove it: {proof}."),
    };
    format!(
        "The {side} {denial} this reset: ask who runs the firewalls and proxies between the hosts, and what in or before {after} they object to. {where_to_look}{other}"
    )
}
