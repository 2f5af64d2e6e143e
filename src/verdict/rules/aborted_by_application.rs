//! A program aborted a connection on which nothing was owed.

use crate::verdict::ending::unseen::last_words_unseen;
use crate::verdict::ending::{answered_close, gave_up, multipath, queued, together};
use crate::verdict::evidence::{BRIEFEST_IDLE, Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{
    broken_off, ended_session, farewell, given_up, goaway, turned_away, unheeded, unread,
};
use crate::verdict::who::forgery;
use crate::verdict::who::forgery::ended_by_stand_in;
use crate::verdict::{Evidence, Fact, How, Sender, Side, facts, talk};

pub(super) const RULE: Rule = Rule {
    name: "aborted_by_application",
    title: "a program aborted the connection on purpose",
    doc: "What happened: a program gave up a live connection with a RST instead of a FIN, outside any exchange: SO_LINGER with a \
time of 0, terminate(), resetAndDestroy(), `ss -K`, a health check that resets. The other side reads \
ECONNRESET. Or it ended a WebSocket without a Close frame, be it by a FIN: an error for both programs (code 1006).
How it is told: RST+ACK with the sender's next sequence number, as only a live socket sends it, while the last message was \
whole or nothing had been said.
Not to be confused with: a close with data unread, which is the same on the wire; where the other side had spoken last, that \
is likelier. A device that imitates this shape is told by what the host does afterwards.
What to do: find out which program closes that way (SO_LINGER, an abort call, a connection pool that drops idle connections); \
often it is meant, and harmless.",
    sources: &["RFC 9293 §3.10.5", "socket(7) SO_LINGER"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit("linger 0 after a whole exchange", "A > B S\nB > A S.\nA > B .\nA > B P. len 5\nB > A P. len 9\nA > B .\n+1 A > B R."),
        hit("a health check", "A > B S\nB > A S.\nA > B .\nA > B R."),
        miss("in the middle of a request", "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A .\nB > A R."),
        miss("a segment met no socket", "A > B S\nB > A S.\nA > B .\nB > A P. len 9\nA > B .\n+1 A > B P. len 9\nB > A R"),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if broken_off::by_servers_fin(evidence) {
        return Some(Confidence::Likely);
    }
    let by_a_side = matches!(evidence.rst_by, Some(Sender::Side(_)));
    let by_a_program = by_a_side && !gave_up::half_open(evidence);
    if !by_a_program || evidence.shape != Shape::Active || evidence.in_tls_handshake {
        return None;
    }
    match (evidence.how, evidence.talk) {
        // A refusal that was passed on by who had taken the handshake for the server looks like that.
        (How::Reset, Talk::Nothing) if refused_late(evidence) => Some(Confidence::Possible),
        // In the midst of what the capture misses, or the path has lost.
        (How::Reset, Talk::Nothing | Talk::Complete) if unsure_what_was_owed(evidence) => {
            Some(Confidence::Possible)
        }
        // No program of that side's did.
        (How::Reset, Talk::Complete) if ended_by_stand_in(evidence).is_some() => Some(Confidence::Possible),
        (How::Reset, Talk::Complete) if just_heard(evidence) => Some(Confidence::Possible),
        (How::Reset, Talk::Nothing | Talk::Complete) if lies_unread(evidence) => Some(Confidence::Possible),
        (How::Reset, Talk::Nothing | Talk::Complete) if !talk::end_unknown(evidence) => {
            Some(Confidence::Likely)
        }
        // In the midst of an answer, or at its end: of a protocol that cannot be read nobody knows.
        (How::Reset | How::FinThenReset, _) => Some(Confidence::Possible),
        _ => None,
    }
}

/// Does the capture miss what was said last, or all that was said before it began; or had that not arrived?
fn unsure_what_was_owed(evidence: &Evidence<'_>) -> bool {
    last_words_unseen(evidence)
        || talk::began_unseen(evidence)
        || gave_up::aborted(evidence).is_some()
        || gave_up::never_heard(evidence).is_some()
}

/// Did the client leave behind what its program had not read, as far as that can be told?
fn lies_unread(evidence: &Evidence<'_>) -> bool {
    unread::are_tickets(evidence)
        || turned_away::in_words(evidence).is_some()
        || unheeded::unheeded(evidence).is_some()
}

/// Had the other side just spoken? A program that closes before it has read that aborts as one that means to.
fn just_heard(evidence: &Evidence<'_>) -> bool {
    let said = evidence.exchange.turn.map(|turn| Sender::Side(evidence.close.side(turn.by).peer()));
    said.is_some() && said == evidence.rst_by && !talk::is_quiet(evidence)
}

/// The server never said anything, and its RST is none of a live socket.
fn refused_late(evidence: &Evidence<'_>) -> bool {
    evidence.rst_by == Some(Sender::Side(Side::Server))
        && !evidence.close.half_before(Side::Server).has_data()
        && forgery::lacks_timestamps(evidence)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let upon = ended_session::fact(evidence).or_else(|| given_up::fact(evidence));
    upon.into_iter().chain(facts::of_story(evidence)).collect()
}

fn advise(evidence: &Evidence<'_>) -> String {
    if let Some(advice) = broken_off::advice(evidence).or_else(|| multipath::advice(evidence.close)) {
        return advice;
    }
    let Some(Sender::Side(side)) = evidence.rst_by else { return String::new() };
    if let Some(advice) = goaway::advice_of_error(evidence).filter(|_| side == Side::Server) {
        return advice;
    }
    if let Some(advice) = answered_close::advice(evidence) {
        return advice;
    }
    if evidence.talk == Talk::Nothing && refused_late(evidence) {
        return "Ask whether a proxy or a firewall takes handshakes for the server (SYN proxy): then nobody listens on that port behind it. Else the server's program aborted: look there for SO_LINGER 0.".to_owned();
    }
    if farewell::both_said_goodbye(evidence) {
        return "Both had said TLS's goodbye: the abort left only that of the other unread. Whether all had come before, TLS hides: if the client misses something, ask why the server closed.".to_owned();
    }
    if let Some(advice) = ended_session::advice(evidence).or_else(|| given_up::advice_of_cut(evidence)) {
        return advice;
    }
    if let Some(unheeded) = unheeded::unheeded(evidence).filter(|_| side == Side::Client) {
        return format!(
            "The {side}'s program closed without having read the last {} messages of the {}, as it seems (it was stopped, busy or killed), or by an abort that it meant (SO_LINGER 0, an abort or destroy call). On the wire the two are one.",
            unheeded.times,
            side.peer()
        );
    }
    if just_heard(evidence) {
        let (peer, bytes) = (side.peer(), evidence.exchange.turn.map_or(0, |turn| turn.bytes));
        return format!(
            "The {side}'s program closed right after the last {bytes} bytes of the {peer}: without having read them (which is normal when it leaves on purpose), or by an abort that it meant (SO_LINGER 0, an abort or destroy call). On the wire the two are one."
        );
    }
    if let Some(advice) = of_company(evidence, side) {
        return advice;
    }
    // What lay before a FIN is whose that was.
    let own = evidence.closer.is_none() && evidence.talk == Talk::Complete;
    let idle = evidence.idle_before.filter(|&idle| idle >= BRIEFEST_IDLE && own);
    let after = idle.and_then(|_| facts::since_last_said(evidence));
    let after =
        after.map(|after| format!(" It did so {after}: if that is always so, an idle timeout of its own."));
    let device = if evidence.doubts.is_empty() {
        ""
    } else {
        " Or a device on the way did so in its name: a capture there tells whether it left."
    };
    let queued = if queued::may_have_waited(evidence) {
        " If it had not taken it yet, its listener was closed then (a stop, a restart), and the connection with it."
    } else {
        ""
    };
    format!(
        "The {side}'s program chose to abort: look there for SO_LINGER 0, an abort or destroy call, or a pool that drops idle connections.{}{queued}{device}",
        after.unwrap_or_default()
    )
}

/// What to do where others ended at that moment, or the port refused whoever came.
fn of_company(evidence: &Evidence<'_>, side: Side) -> Option<String> {
    if side == Side::Client {
        let others = together::ended_at_once(evidence, side)?;
        return Some(format!(
            "The client aborted, and {others}: its program ended or was stopped, or dropped what it did not need, or its host left the network. Nothing needs doing unless that was unmeant."
        ));
    }
    // A port that is shut was no sweep's work.
    let swept = if together::is_refused(evidence) { "" } else { " (or it swept away what was idle)" };
    let others = together::stopped(evidence)?;
    Some(format!(
        "The server's program aborted, and {others}: a shutdown, a restart or a kill just then{swept}, whose log says which. Let it drain before it ends."
    ))
}
