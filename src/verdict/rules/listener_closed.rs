//! Queued connections that were never served, reset together.

use crate::flow::Side;
use crate::verdict::ending::{queued, shut_window, together};
use crate::verdict::evidence::Shape;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::{Evidence, Fact, How, Sender, facts};

/// As many at once are no coincidence.
const GROUP: u32 = 2;

pub(super) const RULE: Rule = Rule {
    name: "listener_closed",
    title: "waiting connections were reset together: a restart",
    doc: "What happened: clients had connected and waited in the server's accept queue, and the server closed its listening socket: a \
restart, a deploy, a crash. The kernel resets every connection that no program had taken yet.
How it is told: several connections to the same address and port, on which the server never said a word, are reset by RST+ACK \
one right after the other, and all of them were open before the first reset; on some of them the client had not spoken either, so that no \
program can have read anything, or they had waited for different times, so that no timeout ended them. One alone is told where the server ended \
others, which it had taken, at that moment, after different pauses or in their midst; of another that was aborted when neither side had \
said anything for a while, it is no more than possible.
Not to be confused with: accept_queue_overflow, where new connections are turned away while others are served; no_response, where a \
single request was dropped, or a program died that had taken several: where all clients had spoken nobody can tell a queue from a program \
that was killed with their requests unread.
What to do: look for a restart or deploy at that time. Let the old process stop accepting, drain its queue and only then close; or \
hand the listening socket over (SO_REUSEPORT, socket activation).",
    sources: &["Linux inet_csk_listen_stop", "RFC 9293 §3.10.4"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "three waited",
            "C > B S\nB > C S.\nC > B .\nD > B S\nB > D S.\nD > B .\nA > B S\nB > A S.\nA > B .\n+1 B > C R.\nB > D R.\nB > A R.",
        ),
        miss(
            "the listener lives: the last came after the first reset",
            "C > B S\nB > C S.\nC > B .\nB > C R.\nD > B S\nB > D S.\nD > B .\nB > D R.\nA > B S\nB > A S.\nA > B .\nB > A R.",
        ),
        hit(
            "one of them had closed its end",
            "C > B S\nB > C S.\nC > B .\nA > B S\nB > A S.\nA > B .\nA > B P. len 4\nB > A .\nA > B F.\nB > A .\n+1 B > C R.\nB > A R.",
        ),
        miss(
            "two programs abort, each when it wants",
            "C > B S\nB > C S.\nC > B .\nA > B S\nB > A S.\nA > B .\n+1 B > C R.\n+0.1 B > A R.",
        ),
        hit(
            "one that waited alone, as the program ended what it had taken",
            "C > B S\nB > C S.\nC > B .\nC > B P. len 9\nB > C P. len 9\nC > B .\n+1 D > B S\nB > D S.\nD > B .\nD > B P. len 9\nB > D .\n\
+0.5 A > B S\nB > A S.\nA > B .\nB > A R.\nB > C F.\nB > D F.\nC > B F.\nB > C .\nD > B F.\nB > D .",
        ),
        miss("one alone", "A > B S\nB > A S.\nA > B .\n+1 B > A R."),
        miss(
            "they had been served",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 5\nB > A P. len 5\nA > B .\nC > B S\nB > C S.\nC > B .\nC > B P. len 5\nB > C P. len 5\nC > B .\n+1 B > A R.\nB > C R.",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && evidence.shape == Shape::Active;
    let around = evidence.surroundings;
    let group = around.unserved.resets >= GROUP;
    if !group && ended_with_its_program(evidence) {
        return Some(Confidence::Likely);
    }
    // Where all of them had sent something, and that at once, they may have been given up after the same time; where they were reset one by one,
    // each may have had its own reason.
    let sure = if together::reset_in_a_row(evidence) { Confidence::Likely } else { Confidence::Possible };
    // Whose program has read was not waiting in any queue.
    let served = shut_window::has_read(evidence, Side::Server);
    // A client that has said all it wants waits in the queue all the same; but a program that has read its end may abort it for that.
    let left = evidence.how == How::FinThenReset && evidence.closer == Some(Side::Client);
    let waited = evidence.how == How::Reset || left && around.unserved.silent > 0;
    let together = (waited && by_server && group && !served).then_some(sure);
    together.or_else(|| queued::may_have_waited(evidence).then_some(Confidence::Possible))
}

/// Did the client say nothing, so that no program can have left that unread, and was it reset as the server ended others, which it had
/// served? What a program has taken ends by FIN as it dies.
fn ended_with_its_program(evidence: &Evidence<'_>) -> bool {
    let silent = !evidence.close.half_before(Side::Client).has_data();
    let unserved = evidence.surroundings.unserved.resets > 0;
    let reset = evidence.how == How::Reset && evidence.rst_by == Some(Sender::Side(Side::Server));
    let others = together::closed_with(evidence).is_some();
    reset && evidence.shape == Shape::Active && silent && unserved && others
}

/// How many others went with one that waited alone.
fn others(evidence: &Evidence<'_>) -> Option<u32> {
    together::closed_with(evidence).filter(|_| evidence.surroundings.unserved.resets < GROUP)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let around = evidence.surroundings;
    let mut facts = facts::of_rst(evidence);
    if let Some(others) = others(evidence) {
        facts.push(Fact::of_all(format!(
            "the server ended {others} others of that port at the same moment, which it had taken"
        )));
        return facts;
    }
    facts.push(Fact::of_all(format!(
        "{} connections to the same port were reset together, and the server had served none of them",
        around.unserved.resets
    )));
    facts
}

fn advise(evidence: &Evidence<'_>) -> String {
    let server = evidence.close.endpoint(Side::Server);
    if let Some(others) = others(evidence) {
        return format!(
            "Look for a restart, a deploy or a crash of what listens on {server}: it ended {others} others at that moment, and this one had waited in its queue. Drain the queue before closing the listener. The client may retry at once, nothing was read."
        );
    }
    let retry = match evidence.surroundings.unserved.silent {
        0 => {
            "If they waited in its queue nothing was read; but a program that had taken their requests and died looks the same."
        }
        _ => "The clients may retry at once, nothing was read.",
    };
    format!(
        "Look for a restart or deploy of what listens on {server}: {} waiting connections were reset with it. Drain the queue before closing the listener. {retry}",
        evidence.surroundings.unserved.resets
    )
}
