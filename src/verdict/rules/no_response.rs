//! The server ended before the first byte of its answer.

use crate::flow::{Side, Turn};
use crate::time::Span;
use crate::verdict::ending::{challenged, half_close, probes, shut_window, together};
use crate::verdict::evidence::{Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{
    QUIET, after_goodbye, answered_early, farewell, given_up, goaway, initiative, own_words, race, rhythm,
    sent_away, turned_away, version,
};
use crate::verdict::{Evidence, Fact, How, facts, talk};

/// A program that closes what it cannot read takes no longer.
const AT_SIGHT: Span = Span::from_millis(10);

pub(super) const RULE: Rule = Rule {
    name: "no_response",
    title: "the server ended before the first byte of its answer",
    doc: "What happened: the request was sent, the server's TCP had it, and the server ended the connection without one byte of \
an answer: by FIN (Node's client says 'socket hang up', Go 'EOF', curl 52) or by RST ('read ECONNRESET').
How it is told: the client spoke last, and the first FIN or RST is the server's, or its goodbye in TLS, which the client's FIN \
only answers. An answer in another version of HTTP than \
the request's is none: its client takes it for an error. An error that the server says once a message has begun is one. A server that takes a connection and closes it within a second, before either \
side has said anything, may owe a greeting.
Not to be confused with: response_cut, where the answer had begun; stale_keepalive, where the server had closed before the \
request arrived; a protocol in which the client's last message needs no answer, which is why it is certain only for HTTP.
What to do: look into the server's log at that time: a crash, a handler that destroys the socket, a timeout shorter than the \
slowest route, an out-of-memory kill. If a proxy is in between, send the same request past it with curl.",
    sources: &["RFC 9112 §9.3.1", "RFC 1122 §4.2.2.13"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "socket hang up",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /slow HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+1 B > A F.\nA > B F.\nB > A .",
        ),
        hit("the same by RST", "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+1 B > A R."),
        hit(
            "a query of an unknown protocol, after others that were answered",
            "A > B S\nB > A S.\nA > B .\nB > A P. len 80\nA > B P. len 60\nB > A P. len 11\nA > B P. len 36\nB > A .\n+1 B > A F.\nA > B F.\nB > A .",
        ),
        hit(
            "killed in the midst of an upload",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"PUT /up HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nB > A .\nA > B P. len 1000\nB > A .\n\
B > A F.\nA > B .\n+0.1 A > B P. len 1000\nB > A R",
        ),
        miss(
            "a last word of an unknown protocol",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 30\nA > B P. \"quit\\r\\n\"\nB > A .\nB > A F.\nA > B F.\nB > A .",
        ),
        miss(
            "a log that nobody answers",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 90\nB > A .\n+1 A > B P. len 90\nB > A .\n+1 A > B P. len 90\nB > A .\n+9 B > A F.\nA > B F.\nB > A .",
        ),
        miss("the client left first", "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A .\nA > B F.\nB > A F.\nA > B ."),
        miss(
            "the answer had begun",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc\"\nA > B .\nB > A R.",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if turned_away::without_a_word(evidence) {
        return Some(Confidence::Possible);
    }
    let owed = evidence.talk == Talk::Awaiting && !evidence.in_tls_handshake;
    let owed = owed && turned_away::in_words(evidence).is_none();
    // After an upgrade (WebSocket, tunnel) nobody owes an answer to each message.
    let upgraded = evidence.exchange.upgraded().is_some();
    let gave_up = || upgraded || probes::probing(evidence).is_some();
    // Who says TLS's goodbye wants no answer any more.
    let client_ended = || farewell::said_goodbye(evidence, Side::Client) && !evidence.exchange.is_framed();
    let sent_away = owed && sent_away::unanswered(evidence);
    if !owed || gave_up() || after_goodbye::asked(evidence).is_some() || !sent_away && client_ended() {
        return None;
    }
    // An error is an answer.
    if own_words::is_answer(evidence) {
        return None;
    }
    // What it said meanwhile was the answer, if it had no more to say.
    let early = answered_early::may_be_hidden(evidence);
    if early && farewell::said_goodbye(evidence, Side::Server) {
        return None;
    }
    if evidence.ended_by() != Some(Side::Server) && !goaway::gave_up(evidence) && !sent_away {
        let too = || half_close::server_ended_later(evidence).is_some() || evidence.second_end.is_some();
        return (talk::is_known(evidence) && too()).then_some(Confidence::Possible);
    }
    weigh(evidence, sent_away, early)
}

/// How sure it is that the server's end left the request without an answer.
fn weigh(evidence: &Evidence<'_>, sent_away: bool, early: bool) -> Option<Confidence> {
    // Where several went together, some of which had said nothing or which had waited for different times, the listener was closed, or the program
    // ended that had not read them.
    let around = evidence.surroundings;
    let reset_together = around.unserved.resets > 1;
    let waited = reset_together && (around.unserved.silent > 0 || together::reset_in_a_row(evidence));
    let guess = match evidence.how {
        _ if !evidence.exchange.is_framed() && rhythm::talks_on(evidence) => return None,
        How::Fin | How::FinThenReset if sent_away && sent_away::was_owed(evidence) => Confidence::Likely,
        // Who has TLS and ends without its goodbye did not mean to end.
        How::Fin | How::FinThenReset if farewell::left_without_a_word(evidence, Side::Server) => {
            Confidence::Likely
        }
        _ if given_up::of(evidence).is_some() => return Some(Confidence::Likely),
        How::Fin | How::FinThenReset if talk::fatal(evidence).is_some() => return Some(Confidence::Likely),
        How::Fin | How::FinThenReset => Confidence::Possible,
        How::Reset if farewell::last_word_left_unread(evidence) => Confidence::Possible,
        How::Reset if initiative::server_may_have_asked(evidence) => Confidence::Possible,
        How::Reset if evidence.shape == Shape::Active => Confidence::Likely,
        // What it had said was lost, and may have been the answer.
        How::Reset => return challenged::abort(evidence).map(|_| Confidence::Possible),
        _ => return None,
    };
    let sure = facts::sure_if_framed(evidence, guess);
    // Nobody answers half a request.
    let sure = if evidence.exchange.request_unfinished() { sure.min(Confidence::Likely) } else { sure };
    let raced = race::idle_before_request(evidence).is_some();
    // A connection that never got one byte from the server may have waited in the queue of a listener that was closed.
    let ever_served = evidence.close.half_before(Side::Server).has_data();
    Some(match evidence.how {
        // Some servers take a half-close for leaving.
        _ if half_close::is_one(evidence) => sure.min(Confidence::Likely),
        _ if waited || early => sure.min(Confidence::Possible),
        _ if reset_together => sure.min(Confidence::Likely),
        // It may be what the server said.
        How::Reset if own_words::came_upon_message(evidence) => sure.min(Confidence::Likely),
        _ if raced || had_not_all(evidence) => sure.min(Confidence::Likely),
        How::Reset if !ever_served => sure.min(Confidence::Likely),
        _ => sure,
    })
}

/// Was some of what the client had said still on its way when the server closed? It may have been the request (of several behind each other) that
/// had no answer.
fn had_not_all(evidence: &Evidence<'_>) -> bool {
    let fin = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server));
    let by_client = |turn: &Turn| evidence.close.side(turn.by) == Side::Client;
    let exchange = evidence.exchange;
    let said = exchange.turn.filter(by_client).or_else(|| exchange.turn_before.filter(by_client));
    let all = said.and_then(|turn| Some(turn.seq.plus(u32::try_from(turn.bytes).ok()?)));
    fin.zip(all).is_some_and(|(fin, all)| fin.ack.before(all))
}

/// Did the client stop in the middle of its request?
fn half_asked(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.request_unfinished() && evidence.idle_before.is_some_and(|idle| idle >= QUIET)
}

/// For how long the client had been sending its request when the server ended in its midst.
fn sent_for(evidence: &Evidence<'_>) -> Option<Span> {
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client)?;
    let ended = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server));
    let ended = ended.map_or_else(|| evidence.end_time(), |fin| fin.ts);
    let took = ended.since(asked.start);
    (evidence.exchange.request_unfinished() && took >= QUIET).then_some(took)
}

/// How long the server had had what the client said last when it ended: at the client a round trip lies between the two.
fn had_for(evidence: &Evidence<'_>) -> Option<Span> {
    let by_client = evidence.exchange.turn.is_some_and(|turn| evidence.close.side(turn.by) == Side::Client);
    let way = if by_client { talk::way_to(evidence, Side::Server) } else { Span::ZERO };
    evidence.idle_before.map(|idle| Span::from_nanos(idle.as_nanos().saturating_sub(way.as_nanos())))
}

/// A server of TLS that is asked in clear says an alert, or nothing at all.
fn tls_hint(evidence: &Evidence<'_>) -> &'static str {
    let idle = evidence.idle_before.unwrap_or(QUIET);
    let first = evidence.exchange.requests() == 1 && !evidence.close.half_before(Side::Server).has_data();
    // One that aborts does so as the first bytes come: they are no hello.
    let upon = evidence.close.rtt.unwrap_or(Span::ZERO).plus(AT_SIGHT);
    let ended = match evidence.how {
        How::Fin => idle < QUIET,
        How::Reset => idle < upon && evidence.shape == Shape::Active,
        _ => false,
    };
    match evidence.close.exchange.proxied {
        _ if !first || !ended => "",
        Some(_) => " If every connection ends so, the port may want TLS (https).",
        None => {
            " If every connection ends so, the port may want TLS (https), or a header of the PROXY protocol (a proxy's send-proxy) first."
        }
    }
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    race::fact(evidence)
        .into_iter()
        .chain(initiative::fact(evidence))
        .chain(turned_away::fact(evidence))
        .chain(sent_away::fact(evidence))
        .chain(facts::of_story(evidence))
        .collect()
}

fn advise(evidence: &Evidence<'_>) -> String {
    if let Some(advice) = version::advice(evidence).or_else(|| turned_away::advice(evidence)) {
        return advice;
    }
    // A server that stops reading keeps its client from going on.
    let shut = || shut_window::advice(evidence).filter(|_| evidence.exchange.request_unfinished());
    let told = own_words::advice_in_any_form(evidence);
    if let Some(advice) = told.or_else(shut) {
        return format!("{advice} {}", facts::retry_advice(evidence));
    }
    if half_asked(evidence) {
        return format!(
            "The server did not wait any longer than {} for the rest of the request: look at what kept the client, and at the server's time-outs for reading (nginx: client_header_timeout, client_body_timeout).",
            facts::idle(evidence)
        );
    }
    if let Some(took) = sent_for(evidence) {
        return format!(
            "The server ended the connection {took} after the request had begun, while the client was still sending it: see whether it allows as much for a whole request (Go: ReadTimeout, Node: requestTimeout, Apache: RequestReadTimeout), or failed on what it had. {}",
            facts::retry_advice(evidence)
        );
    }
    if let Some(advice) = race::advice(evidence) {
        return format!("{advice} {}", facts::retry_advice(evidence));
    }
    if let Some(advice) = initiative::advice(evidence, Side::Server) {
        return advice;
    }
    // Who ends at once ran into no timeout.
    let (waited, suspects) = match had_for(evidence) {
        Some(had) if had < race::SOON => {
            (" right upon the request".to_owned(), "a crash or a destroyed socket")
        }
        had => {
            let waited = had.map(|had| format!(" after {had}")).unwrap_or_default();
            (waited, "a crash, a destroyed socket or a timeout of that length")
        }
    };
    if let Some(refused) = together::program_gone(evidence) {
        return format!(
            "The server ended the connection{waited} without answering, and {refused}: it crashed or was stopped, restarted or killed just then. Its log says which; let it drain before it ends. {}",
            facts::retry_advice(evidence)
        );
    }
    if let Some(others) = together::closed_with(evidence) {
        return format!(
            "The server ended the connection{waited} without answering, and {others} others at that moment that had been idle for various times: a restart, a shutdown or a kill just then. Let the server drain first. {}",
            facts::retry_advice(evidence)
        );
    }
    format!(
        "The server ended the connection{waited} without answering: look for {suspects} in its log.{}{} {}",
        half_close::hint(evidence),
        tls_hint(evidence),
        facts::retry_advice(evidence)
    )
}
