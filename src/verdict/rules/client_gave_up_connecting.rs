//! The client resets the SYN+ACK that it no longer wants.

use crate::flow::{Marks, Side};
use crate::time::Span;
use crate::verdict::evidence::Shape;
use crate::verdict::harm::PATIENT;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery;
use crate::verdict::{Evidence, Fact, How, Sender, facts};

pub(super) const RULE: Rule = Rule {
    name: "client_gave_up_connecting",
    title: "the client reset the handshake it no longer wanted",
    doc: "What happened: the server answered the SYN, and the client answered with a RST instead of completing the handshake: its \
connect timeout had passed, its program was gone, or it only wanted to know whether the port is open (health checks, scanners).
How it is told: SYN, SYN+ACK, then a RST of the client that acknowledges nothing further; the client never sent the last ACK.
Not to be confused with: aborted_by_application, where the handshake was completed; an answer to another host's SYN, where \
the client's SYN is missing; a SYN that was refused as well, which the client may have been told first.
What to do: if the SYN+ACK came late, see why the server or the path was slow and whether the client's connect timeout is too \
short; if it came at once, it is a probe, and harmless.",
    sources: &["RFC 9293 §3.10.7.4", "RFC 9293 §3.5.2"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit("the SYN+ACK comes too late", "A > B S\n+0.6 B > A S.\nA > B R"),
        hit("a health check", "A > B S\nB > A S.\nA > B R."),
        hit("the server's segments are not captured", "A > B S\nA > B R. seq 1001 ack 5001"),
        miss("the handshake was completed", "A > B S\nB > A S.\nA > B .\nA > B R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    let client = evidence.close.half_before(Side::Client);
    let half_open = client.marks.has(Marks::SYN) && !client.marks.has(Marks::ACKED);
    let answered = answered(evidence)?;
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client));
    // What its RST is behind of was sent after the handshake, and the capture misses it.
    let said_nothing = evidence.reset().is_some_and(|reset| !reset.rst.seq.after(client.iss.plus(1)));
    let alone = evidence.how == How::Reset && half_open && by_client && said_nothing;
    let sure = if evidence.shape == Shape::Reply { Confidence::Certain } else { Confidence::Likely };
    let sure = if answered == Answered::Seen { sure } else { Confidence::Likely };
    // What refused the same SYN may have reached the client first: then it gave up nothing.
    alone.then_some(if forgery::answered_twice(evidence) { Confidence::Possible } else { sure })
}

/// How the client's SYN was answered.
#[derive(PartialEq, Eq)]
enum Answered {
    /// The capture holds the SYN+ACK before the RST.
    Seen,
    /// It holds nothing of the server before the RST; a host that waits for an answer sends no RST of its own accord
    /// (RFC 9293 §3.10.5), so that there was one.
    Unseen,
}

fn answered(evidence: &Evidence<'_>) -> Option<Answered> {
    let server = evidence.close.half_before(Side::Server);
    if server.marks.has(Marks::SYN_ACK) {
        return Some(Answered::Seen);
    }
    (!server.seen()).then_some(Answered::Unseen)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let took = evidence.syn_ack_took().map(|took| format!(" after {took}")).unwrap_or_default();
    let says = match answered(evidence) {
        Some(Answered::Seen) => {
            format!("the server's SYN+ACK came{took}; the client never sent the last ACK")
        }
        _ => "the client was answered, or would have sent no RST, and never sent the last ACK".to_owned(),
    };
    let mut facts = vec![Fact::of_all(says)];
    facts.extend(facts::of_rst(evidence));
    facts
}

/// The most that the client can have waited before it left: until its RST came by.
fn waited(evidence: &Evidence<'_>) -> Option<Span> {
    Some(evidence.reset()?.rst.ts.since(evidence.close.start.ts))
}

fn advise(evidence: &Evidence<'_>) -> String {
    if forgery::answered_twice(evidence) {
        return "The same SYN was refused in the server's name as well. If that reached the client first, its connect() failed with ECONNREFUSED: ask who runs the firewalls between the hosts, and whether another host has the server's address. A capture at the client, replayed by itself, tells which came first.".into();
    }
    match evidence.syn_ack_took() {
        Some(_) if waited(evidence).is_some_and(|waited| waited <= PATIENT) => {
            "The server answered within any connect timeout: this is a probe, or the client had another connection first (of several that it tried at once). Nothing needs doing.".into()
        }
        Some(took) => {
            let lost = if took >= facts::SYN_REPEATED { " (each SYN or SYN+ACK that the path loses costs a second or more)" } else { "" };
            format!(
                "The SYN+ACK took {took}: if that is longer than the client's connect timeout, find out why{lost}; if not, the client had no more need of it (a probe, or another connection of several that it tried at once)."
            )
        }
        None => "See whether the client's connect timeout is shorter than the server takes to answer; a probe would be harmless.".into(),
    }
}
