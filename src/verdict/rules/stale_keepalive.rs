//! A request was written into a kept-alive connection that the server had closed or was closing.

use crate::flow::{Fin, Http, Marks, Recent, Session, Side, Turn};
use crate::time::Span;
use crate::verdict::ending::{gave_up, together};
use crate::verdict::evidence::{BRIEFEST_IDLE, Shape, Talk};
use crate::verdict::facts::usual_idle;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{
    after_goodbye, answered_early, farewell, own_words, race, turned_away, unanswerable, unheeded, unused,
    woken,
};
use crate::verdict::{Evidence, Fact, How, Sender, ending, facts};

/// A pause before the server's FIN that is shorter is no idle time: no keep-alive timeout is.
const SHORTEST: Span = Span::from_millis(100);

/// CR and LF.
const KEY: u32 = 2;

pub(super) const RULE: Rule = Rule {
    name: "stale_keepalive",
    title: "a request met a kept-alive connection already closed",
    doc: "What happened: the server closed an idle kept-alive connection, and the client's pool sent the next request into it before \
it knew. The server's host answers with a RST: 'read ECONNRESET', 'socket hang up' or EPIPE on a request that no server ever saw.
How it is told: a whole exchange, the server's FIN after a pause, and a request that was sent after it or crossed it (the FIN does \
not acknowledge it), answered by a bare RST or not at all, whoever ends the connection then. Where the FIN itself was lost, only the pause and the RST are left; \
a request on its way when an idle connection is aborted fares no better. \
A request behind an answer that had announced the end (Connection: close) is one as well, whatever ends it. Connections that were closed at one moment after \
different pauses tell of a restart, a reload or a kill, and of no timeout.
Not to be confused with: write_after_close, where the data is no next request, or is said upon the close itself; no_response, where the server had the request \
before it closed; state_lost, where the server never closed.
What to do: the client's pool must give up idle connections before the server does: set its idle timeout below the server's \
keep-alive timeout (or raise the server's above the client's and every proxy's in between). The request was not processed, so \
that a retry is safe wherever the protocol allows it at all.",
    sources: &["RFC 9112 §9.3.1", "RFC 9112 §9.5", "RFC 1122 §4.2.2.13"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "the pool was too slow",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n+5 B > A F.\nA > B .\n\
+0.04 A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A R",
        ),
        hit(
            "the idle connection was aborted while the next request was under way",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n\
+5 A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A R. ack 1029",
        ),
        hit(
            "FIN and request crossed",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n\
+5 A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A F. ack 1029\nB > A R seq 5041",
        ),
        hit(
            "a stack that answers with RST+ACK",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n+5 B > A F.\nA > B .\n\
+0.04 A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A R.",
        ),
        hit(
            "the server reads on after its FIN and says nothing",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n+5 B > A F.\nA > B .\n\
+0.04 A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+1 A > B F.\nB > A .",
        ),
        hit(
            "a connection that was announced to be over is used again before it is closed",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n\
A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A R.",
        ),
        miss(
            "two requests at once, the answer to one of which is the last",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\nGET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nB > A R.",
        ),
        miss(
            "closed after it had the request",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+5 B > A F.\nA > B .\nA > B P. len 9\nB > A R",
        ),
        miss(
            "closed in the midst of a conversation",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\nB > A F.\nA > B P. len 20\nB > A R",
        ),
        miss(
            "aborted in the midst of a conversation",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\n+0.03 A > B P. len 9\nB > A R. ack 10",
        ),
        miss(
            "the rest of a request that was answered early",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"POST /1 HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 40\\r\\n\\r\\nten bytes.\"\n\
B > A P. \"HTTP/1.1 413 No\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n+5 A > B P. \"ten bytes.\"\nB > A R. ack 59",
        ),
        miss(
            "answered early and closed, while the request was still coming",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"POST /1 HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 40\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 413 No\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nB > A F.\nA > B P. ack 5001 \"ten bytes.\"\nB > A R seq 5001",
        ),
        miss(
            "a key is pressed as the server closes",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 15\nB > A P. len 40\nA > B .\n\
+2 A > B P. \"\\r\\n\"\nB > A F. ack 1016\nA > B . ack 5042\nB > A R seq 5041",
        ),
        miss(
            "closed and nobody wrote",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n+5 B > A F.\nA > B F.\nB > A .",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    // Nobody keeps a WebSocket for the next request, and nobody reuses what was turned away.
    if evidence.exchange.websocket().is_some() || turned_away::in_words(evidence).is_some() {
        return None;
    }
    if after_goodbye::asked(evidence).is_some() {
        return Some(Confidence::Likely);
    }
    if unanswerable::between(evidence).is_some() {
        return Some(facts::sure_if_framed(evidence, Confidence::Likely));
    }
    if evidence.how == How::Fin {
        return race::closed_as_it_came(evidence).map(|_| Confidence::Possible);
    }
    if evidence.rst_by != Some(Sender::Side(Side::Server)) {
        return None;
    }
    match (evidence.how, evidence.shape) {
        (How::FinThenReset, Shape::Reply) if evidence.closer == Some(Side::Server) => {
            // Where the FIN has overtaken the first RST its number is an old one, and another takes effect that answers something else.
            let crossed = || request_after_fin(evidence).filter(|_| evidence.request_crossed);
            let sure = judge_fin(evidence, &request(evidence).or_else(crossed)?)?;
            Some(if woken::by_close(evidence) { Confidence::Possible } else { sure })
        }
        // Stacks other than Linux's answer what comes after their close as they abort: with RST+ACK.
        (How::FinThenReset, Shape::Active) if evidence.closer == Some(Side::Server) => {
            let sure = judge_fin(evidence, &request_after_fin(evidence)?)?;
            Some(if evidence.established_for_long() { sure } else { sure.min(Confidence::Possible) })
        }
        (How::Reset, Shape::Reply) => request(evidence).and_then(|_| judge_fin_lost(evidence)),
        // It aborted the idle connection while the next request was on its way.
        (How::Reset, Shape::Active) if evidence.request_crossed && evidence.talk == Talk::Complete => {
            evidence.established_for_long().then_some(Confidence::Likely)
        }
        (How::Reset, Shape::Active) if race::under_way(evidence).is_some() => {
            evidence.established_for_long().then_some(Confidence::Likely)
        }
        (How::Reset, Shape::Active) if announced_before(evidence).is_some() => {
            Some(facts::sure_if_framed(evidence, Confidence::Likely))
        }
        // Or closed it as the request had just come, and left that unread.
        (How::Reset, Shape::Active) => race::aborted_as_it_came(evidence).map(|_| Confidence::Possible),
        _ => None,
    }
}

/// The data that the RST answers.
fn request(evidence: &Evidence<'_>) -> Option<Recent> {
    let answered = evidence.reset()?.prompt.filter(|_| !evidence.answers_alert())?;
    (answered.len > 0 && answered.by == evidence.close.client).then_some(answered)
}

/// The first data that the server had not had when it closed.
fn request_after_fin(evidence: &Evidence<'_>) -> Option<Recent> {
    let (fin, reset) = (evidence.fin(Side::Server)?, evidence.reset()?);
    let new = |recent: &&Recent| {
        recent.by == evidence.close.client
            && recent.len > 0
            && !recent.seq.before(fin.ack)
            && !evidence.is_own_last_word(recent)
    };
    evidence.close.recent.iter().take_while(|recent| recent.serial < reset.serial).find(new).copied()
}

/// The request that came when the client had the answer with which the server had announced the end: nobody reads it.
fn announced_before(evidence: &Evidence<'_>) -> Option<Turn> {
    let http = evidence.http().filter(|http| http.is_over())?;
    let turn = evidence.exchange.turn.filter(|turn| turn.by == http.client)?;
    let (_, asked) = evidence.exchange.last_request()?;
    let first = evidence.close.recent.iter().find(|recent| recent.by == turn.by && recent.seq == turn.seq)?;
    let had_all = !evidence.close.half_before(Side::Server).snd_nxt.after(first.ack);
    (asked == turn.seq && had_all && evidence.talk == Talk::Complete).then_some(turn)
}

/// The FIN was captured: the request must not have been known to the server when it closed.
fn judge_fin(evidence: &Evidence<'_>, request: &Recent) -> Option<Confidence> {
    let fin = (*evidence.close.fins.at(evidence.close.end(Side::Server)))?;
    let unknown = !fin.ack.after(request.seq);
    // An early answer is no end of the request: what comes is the rest of it. But a request that crossed the FIN may be long.
    let answered_early = evidence.exchange.request_unfinished() && !evidence.request_crossed;
    // Behind a CONNECT comes what is meant for somebody else.
    let tunnel = evidence.http().is_some_and(|http| http.request.method == "CONNECT");
    let between =
        evidence.talk == Talk::Complete && evidence.exchange.turns >= 2 && !answered_early && !tunnel;
    let sent_after = gave_up::never_came_through(evidence).is_none();
    let farewell = farewell::is_goodbye_behind_end(evidence, request);
    let other = farewell || is_key(evidence, request) || is_no_request(evidence, &fin, request);
    (unknown
        && sent_after
        && between
        && race::is_next_talk(evidence)
        && asks(evidence)
        && !other
        && unused::waited(evidence).is_none()
        && unheeded::unheeded(evidence).is_none())
    .then(|| facts::sure_if_framed(evidence, sure_of_pool(evidence)))
}

/// Where neither the protocol nor the beginning is known, nobody knows either that it asks and answers: it may be a WebSocket.
fn sure_of_pool(evidence: &Evidence<'_>) -> Confidence {
    let unknown = evidence.exchange.protocol_name().is_none() && !evidence.seen().handshake;
    if unknown { Confidence::Possible } else { Confidence::Likely }
}

/// Is what the server had not had a request? In HTTP/2 pings and goodbyes come too, and of an upload that was answered early the rest.
fn asks(evidence: &Evidence<'_>) -> bool {
    let more = evidence.close.exchange.requests() > evidence.exchange.requests();
    let other = evidence.exchange.http2().is_some() || answered_early::is_blind(evidence.exchange);
    !other || evidence.request_crossed || more
}

/// Does what the client said in HTTP/1 behind the answer begin with something else than a request?
fn is_no_request(evidence: &Evidence<'_>, fin: &Fin, said: &Recent) -> bool {
    let marks = evidence.close.half(Side::Client).marks;
    // What comes out of order is not read either.
    let hidden =
        [Marks::CUT, Marks::SWAPPED, Marks::HOLE, Marks::GAP].into_iter().any(|mark| marks.has(mark));
    let other = |http: &Http| http.says_something_else() || http.is_blind(http.client);
    let begins_it = said.seq == fin.ack && !hidden;
    let before = evidence.http().is_none_or(|http| http.is_blind(http.client));
    begins_it && !before && evidence.close.exchange.http().is_some_and(other)
}

/// Was it no longer than an empty line, where nobody knows what is spoken? Somebody presses a key at a terminal; a pool asks for more.
fn is_key(evidence: &Evidence<'_>, request: &Recent) -> bool {
    !evidence.exchange.is_framed() && request.len <= KEY
}

/// No FIN was captured. Where one may have been missed, an HTTP server that was idle between two requests is likelier to have
/// closed than to have crashed; of other protocols nobody knows.
fn judge_fin_lost(evidence: &Evidence<'_>) -> Option<Confidence> {
    // A RST in its name before it, or marks that do not fit the server, make another story as likely.
    if evidence
        .close
        .ignored
        .as_ref()
        .is_some_and(|ignored| evidence.close.side(ignored.0.by) == Side::Server)
    {
        return None;
    }
    // A host that is there answers the first copy.
    if evidence.prompt_was_repeated() {
        return None;
    }
    // A FIN that was missed leaves a number. Then this goes before other stories, though none is more than possible (`cap`).
    let closed = ending::closed_unseen(evidence.close, Side::Server);
    let doubtful = !closed || !evidence.doubts.is_empty();
    // Nobody closes for idleness what has been so for less, and of a FIN that left no trace nothing else tells.
    let idle = evidence.idle_before.is_some_and(|idle| idle >= BRIEFEST_IDLE);
    if !(idle || closed && evidence.established_for_long()) {
        return None;
    }
    let Some(http) = evidence.http() else {
        return (evidence.exchange.turns >= 3 && evidence.talk == Talk::Awaiting)
            .then_some(Confidence::Possible);
    };
    let next_request = http.answered > 0 && http.awaits_response() && http.response.is_none();
    let sure = if doubtful { Confidence::Possible } else { Confidence::Likely };
    next_request.then_some(sure)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let fatal = own_words::fact(evidence).into_iter();
    let mut facts: Vec<Fact> = fatal.chain(facts::of_fin(evidence, Side::Server)).collect();
    let after_goodbye = after_goodbye::facts_of(evidence);
    if !after_goodbye.is_empty() {
        return after_goodbye.into_iter().chain(facts).chain(facts::of_rst(evidence)).collect();
    }
    let unanswered = unanswerable::fact(evidence);
    let refused = || request(evidence).or_else(|| request_after_fin(evidence));
    let request = if unanswered.is_none() { refused() } else { None };
    facts.extend(unanswered);
    if let Some(request) = request.filter(|_| evidence.closer.is_some() || evidence.shape == Shape::Reply) {
        let name = facts::request_name_at_close(evidence);
        let fin = evidence.close.fins.at(evidence.close.end(Side::Server));
        facts.push(match fin.filter(|_| evidence.closer.is_some()) {
            Some(fin) if fin.serial < request.serial => {
                Fact::at(request.frame, format!("{name} came {} later", request.ts.since(fin.ts)))
            }
            Some(fin) => Fact::at(
                request.frame,
                format!(
                    "{name} crossed it on the way: the FIN, {} later, does not acknowledge it",
                    fin.ts.since(request.ts)
                ),
            ),
            None => {
                Fact::at(request.frame, format!("{name} came after {} of silence", facts::idle(evidence)))
            }
        });
    }
    if let Some((request, reset)) = race::under_way(evidence).zip(evidence.reset()) {
        let (name, later) = (facts::request_name_at_close(evidence), request.ts.since(reset.rst.ts));
        facts.push(Fact::at(
            request.frame,
            format!("{name} came {later} after the RST, less than a round trip: it was on its way by then"),
        ));
    }
    if let Some(turn) = announced_before(evidence) {
        let (name, answer) = (facts::request_name_at_close(evidence), evidence.exchange.turn_before);
        let announced = answer.map(|answer| {
            Fact::at(answer.frame, "with this answer the connection was over (Connection: close)")
        });
        facts.extend(announced);
        facts.push(Fact::at(turn.frame, format!("{name} was sent all the same")));
    }
    facts.extend(facts::of_rst(evidence));
    facts.extend(together::facts(evidence));
    facts
}

/// Why a server may close right behind an answer, without a word that can be read.
fn why_at_once(evidence: &Evidence<'_>) -> &'static str {
    if evidence.exchange.session().is_some_and(Session::is_with_database) {
        return "a shutdown or a restart, a session that somebody killed, or a limit of its age";
    }
    if evidence.exchange.requests() > 0 {
        return "a shutdown, a restart or a kill just then, or a limit of requests or of age that its last answer did not announce";
    }
    "a shutdown, a restart or a kill just then, a limit of requests or of age, or an end that it had announced in words that are not read here (in HTTP, Connection: close). Your client must not reuse a connection that was announced to be over"
}

fn advise(evidence: &Evidence<'_>) -> String {
    let idle = facts::idle(evidence);
    if let Some(advice) = own_words::advice(evidence) {
        return format!("{advice} {}", facts::retry_unseen(evidence));
    }
    if evidence.http().is_some_and(Http::is_over) {
        return format!(
            "The server had announced that it would close (Connection: close): your client must not reuse such a connection. {}",
            facts::retry_unseen(evidence)
        );
    }
    if let Some(refused) = together::program_gone(evidence) {
        return format!(
            "Your client reused a connection that the server had closed after {idle} idle, and {refused}: no timeout, but a shutdown, a restart or a kill just then. Let the server drain first, and the client pool drop what was closed. {}",
            facts::retry_unseen(evidence)
        );
    }
    if let Some(others) = together::closed_with(evidence) {
        return format!(
            "Your client reused a connection that the server had closed after {idle} idle, at the same moment as {others} others that had been idle for other times: no timeout, but a restart, a reload or a kill just then. Let the server drain first, and the client pool drop what was closed. {}",
            facts::retry_unseen(evidence)
        );
    }
    if evidence.closer.is_some() && evidence.idle_before.is_some_and(|idle| idle < SHORTEST) {
        return format!(
            "The server closed {idle} after its last message, not after an idle time: {}. {}",
            why_at_once(evidence),
            facts::retry_unseen(evidence)
        );
    }
    format!("{} {}", usual_idle::advice_on_reuse(evidence), facts::retry_unseen(evidence))
}
