//! The client left before or during the answer.

use crate::flow::{BodyLength, Owed, Side};
use crate::verdict::ending::{answered_close, gave_up, half_close, shut_window, together, unseen};
use crate::verdict::evidence::{Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{
    after, answered_early, goaway, hidden, initiative, patience, rhythm, sent_away, tls, took_leave, version,
};
use crate::verdict::{Evidence, Fact, How, Sender, facts, talk};

pub(super) const RULE: Rule = Rule {
    name: "client_abort",
    title: "the client left before it had its whole answer",
    doc: "What happened: the client closed or reset the connection while it was owed an answer or the rest of one: a user who \
navigated away, a timeout of the client, a proxy that aborts its upstream request because its own client left. nginx logs 499.
How it is told: a request is unanswered or its answer is not whole, and the first FIN or RST is the client's.
Not to be confused with: a half-close, where the client sends FIN after its request and still reads the whole answer, which is \
normal; response_cut, where the server ended first; where both ended it before either can have heard of the other, both stories are told and neither is certain.
What to do: mostly nothing: handle the error event on the server and stop the work. If it happens to your own client, compare its \
timeout with the time the server takes; behind a proxy, the proxy's timeout.",
    sources: &["RFC 9112 §9.5", "RFC 9293 §3.6"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "gave up waiting",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /slow HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+1 A > B F.\nB > A F.\nA > B .",
        ),
        hit(
            "reset during a download",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /f HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 99\\r\\n\\r\\nabc\"\nA > B R.\nB > A P. len 20\nA > B R",
        ),
        hit(
            "more of an answer that cannot be read was under way",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 30\nB > A . len 900\nA > B .\nA > B R.\nB > A . len 900",
        ),
        hit(
            "a hello in TLS that nobody answers",
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A .\n+3 A > B F.\nB > A F.\nA > B .",
        ),
        miss(
            "a check that leaves after its hello",
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A .\n+0.01 A > B F.\nB > A F.\nA > B .",
        ),
        hit(
            "an answer to each message but the last, for which it waits in vain",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 30\nB > A P. len 50\nA > B P. len 30\nB > A .\n+5 A > B F.\nB > A F.\nA > B .",
        ),
        miss(
            "a report that was never answered",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 30\nB > A .\n+5 A > B F.\nB > A F.\nA > B .",
        ),
        miss(
            "reports one after another behind a login",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 30\nB > A P. len 50\nA > B P. len 30\nB > A .\n+5 A > B P. len 30\nB > A .\n+5 A > B F.\nB > A F.\nA > B .",
        ),
        miss(
            "a message right before the end",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 30\nB > A P. len 50\nA > B P. len 30\nB > A .\n+0.5 A > B F.\nB > A F.\nA > B .",
        ),
        miss(
            "a half-close that reads its answer",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nA > B F.\nB > A .\n\
+1 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc\"\nA > B .\nB > A F.\nA > B .",
        ),
        hit(
            "a proxy that waits in vain for a login, closes and aborts",
            "A > B S\nB > A S.\nA > B .\nB > A P. len 78\nA > B P. len 182\nB > A .\n+63 A > B F.\nB > A .\nA > B R.",
        ),
        miss(
            "the empty line behind the last chunk is missing",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\"\nA > B .\nB > A F.\nA > B F.\nB > A .",
        ),
        miss(
            "a half-close that reads on until the server stops",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nA > B F.\nB > A .\n\
+1 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\nA > B .\n+1 B > A F.\nA > B .",
        ),
        miss("the server left", "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A .\nB > A F.\nA > B F.\nB > A ."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if took_leave::unanswered(evidence) {
        return Some(Confidence::Possible);
    }
    if evidence.ended_by() != Some(Side::Client) || evidence.in_tls_handshake {
        return left_as_well(evidence);
    }
    if talk::is_broken(evidence) {
        return talk::left_later(evidence).then_some(Confidence::Likely);
    }
    if goaway::gave_up(evidence) || sent_away::unanswered(evidence) {
        return None;
    }
    if patience::greeted_too_late(evidence) {
        return Some(Confidence::Possible);
    }
    if talk::may_be_only_settings(evidence) && evidence.how == How::FinThenReset {
        return Some(Confidence::Possible);
    }
    if !matches!(evidence.talk, Talk::Awaiting | Talk::Answering) {
        return of_unknown_end(evidence).filter(|_| talk::end_unknown(evidence));
    }
    of_owed(evidence)
}

/// Did the client leave although the other side ended it, or in the handshake of TLS?
fn left_as_well(evidence: &Evidence<'_>) -> Option<Confidence> {
    if tls::hello_in_vain(evidence) {
        return Some(Confidence::Likely);
    }
    let owed = matches!(evidence.talk, Talk::Awaiting | Talk::Answering) && talk::is_known(evidence);
    let both = || owed && evidence.second_end.is_some();
    (tls::left_before_answer(evidence) || both()).then_some(Confidence::Possible)
}

/// What it owed was known, or seemed to be.
fn of_owed(evidence: &Evidence<'_>) -> Option<Confidence> {
    match evidence.how {
        // Whoever has the last chunk has all.
        _ if talk::lacks_only_trailer(evidence) => Some(Confidence::Possible),
        // The path is what it gave up on.
        _ if gave_up::aborted(evidence).is_some() || gave_up::never_heard(evidence).is_some() => {
            Some(Confidence::Possible)
        }
        How::FinThenReset if may_have_more(evidence) => Some(Confidence::Possible),
        How::Fin | How::FinThenReset if patience::left_unanswered_in_tls(evidence) => {
            Some(Confidence::Possible)
        }
        How::Fin if rhythm::left_waiting(evidence) => Some(Confidence::Possible),
        How::Fin | How::FinThenReset if known_to_be_owed(evidence) && !answered_after_all(evidence) => {
            let guessed = half_close::may_be_one(evidence)
                || version::speaks_no_http(evidence)
                || may_be_miscounted(evidence);
            Some(if guessed { Confidence::Likely } else { Confidence::Certain })
        }
        // Who aborts what it has just closed reads no answer any more.
        How::FinThenReset if evidence.talk == Talk::Awaiting && evidence.aborted_its_end(Side::Client) => {
            Some(Confidence::Likely)
        }
        // What a closed socket refuses had still been coming.
        How::FinThenReset if after::went_on(evidence) => {
            // A server that its FIN never reached had no reason to stop.
            let heard = gave_up::gave_up(evidence).is_none();
            Some(if heard { Confidence::Likely } else { Confidence::Possible })
        }
        // A server that aborts then did not end it.
        How::FinThenReset if left_waiting(evidence) => Some(Confidence::Possible),
        // Only the server's end would have told that this was the whole answer.
        How::Reset if evidence.shape == Shape::Active && talk::ends_at_close(evidence) => {
            Some(Confidence::Possible)
        }
        How::Reset if evidence.shape == Shape::Active => {
            Some(facts::sure_if_framed(evidence, guess(evidence)))
        }
        _ => None,
    }
}

/// Was what the server said after the client's FIN no more than the end of a stream, or may TLS hide that more was to come, or that it had
/// answered?
fn may_have_more(evidence: &Evidence<'_>) -> bool {
    after::only_a_stream_ended_after(evidence)
        || hidden::stream_under_way(evidence).is_some()
        || answered_early::may_be_hidden(evidence)
}

/// Nobody can tell whether the answer was whole: its head was cut short. But what came after the client had closed was none it had.
fn of_unknown_end(evidence: &Evidence<'_>) -> Option<Confidence> {
    match evidence.how {
        How::Reset if evidence.shape == Shape::Active => Some(Confidence::Possible),
        How::FinThenReset if evidence.shape == Shape::Reply => {
            after::written_after(evidence, Side::Client).map(|_| Confidence::Likely)
        }
        _ => None,
    }
}

/// Did the client close after it had waited in vain for what it had asked, or without waiting, and the server abort then?
fn left_waiting(evidence: &Evidence<'_>) -> bool {
    let waited = evidence.talk == Talk::Awaiting && talk::is_quiet(evidence);
    let aborted = evidence.shape == Shape::Active && evidence.rst_by == Some(Sender::Side(Side::Server));
    waited && aborted || answered_close::left_without_waiting(evidence)
}

/// Without knowing the protocol: an answer of which more is under way was not whole; one of which nothing more comes may
/// have been.
fn guess(evidence: &Evidence<'_>) -> Confidence {
    // A FIN that was under way is none of the answer.
    let more = evidence.reset().is_some_and(|reset| {
        let after = reset.after.at(reset.by.peer());
        after.news && [after.first, after.last].into_iter().flatten().any(|recent| recent.len > 0)
    });
    // Something long was still coming when it aborted.
    let hidden = unseen::is_cut_short(evidence);
    let long = evidence.exchange.turn.is_some_and(|turn| turn.bytes > talk::SHORT_ANSWER) && !hidden;
    let coming = long && evidence.unacknowledged_before_rst() || shut_window::waited(evidence, Side::Server);
    // What filled its buffer it had not read.
    let unread = shut_window::is_shut_at_abort(evidence, Side::Client);
    let coming = coming || unread;
    let hidden = answered_early::may_be_hidden(evidence) || initiative::server_may_have_asked(evidence);
    if rhythm::left_behind_such(evidence) || hidden {
        Confidence::Possible
    } else if evidence.talk == Talk::Awaiting || more || coming || evidence.lost_data() {
        Confidence::Likely
    } else {
        Confidence::Possible
    }
}

/// A FIN alone says only that the client will not write any more; that it owed itself an answer must be known.
fn known_to_be_owed(evidence: &Evidence<'_>) -> bool {
    if after::answer_under_way(evidence) && evidence.exchange.is_framed() {
        return true;
    }
    match evidence.exchange.owed() {
        Some(Owed::Answer) => true,
        Some(Owed::Rest(length)) => {
            !matches!(length, BodyLength::UntilClose | BodyLength::Unknown | BodyLength::InHead)
        }
        Some(_) => version::speaks_no_http(evidence),
        None => tls::record_is_cut(evidence),
    }
}

/// Is so little missing of an answer that its length may have been counted wrong, and did the server end as if it had said all? A client's
/// FIN keeps nobody from sending the rest.
fn may_be_miscounted(evidence: &Evidence<'_>) -> bool {
    let answer = evidence.http().and_then(|http| http.response.as_ref());
    let missing = answer.and_then(|answer| match answer.length {
        BodyLength::Bytes(length) => length.checked_sub(answer.body),
        _ => None,
    });
    evidence.how == How::Fin && missing.is_some_and(|missing| missing <= talk::SHORT_ANSWER)
}

/// A half-close: the answer came whole after the client's FIN.
fn answered_after_all(evidence: &Evidence<'_>) -> bool {
    // An answer that the client's host refused was not wanted any more.
    if evidence.how == How::FinThenReset {
        return false;
    }
    if evidence.close.exchange.http2().is_some() || evidence.close.exchange.session().is_some() {
        return evidence.close.exchange.owed() == Some(Owed::Nothing);
    }
    evidence.close.exchange.http().is_some_and(|http| {
        let until_close =
            http.response.as_ref().is_some_and(|response| response.length == BodyLength::UntilClose);
        !http.awaits_response() || until_close
    })
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let said = evidence.close.half_before(Side::Client).bytes;
    let hello = format!("the client's hello in TLS ({said} bytes) had no answer yet");
    let in_vain = tls::hello_in_vain(evidence) || tls::left_before_answer(evidence);
    let hello = in_vain.then(|| Fact::of_all(hello));
    let waited = patience::waited(evidence).map(|(waited, frame)| {
        Fact::at(frame, format!("the client had waited for an answer to this for {waited} when it ended"))
    });
    hello
        .into_iter()
        .chain(initiative::fact(evidence))
        .chain(waited)
        .chain(hidden::fact(evidence))
        .chain(facts::of_story(evidence))
        .collect()
}

/// What to do where the path had lost some of what either had said.
fn of_lost_words(evidence: &Evidence<'_>) -> Option<String> {
    if let Some(missing) = unseen::missing_of_request(evidence) {
        return Some(format!(
            "The path to {} lost {missing} bytes of what the client said, and the client gave up: run `tracepath -n` from the client to it: a smaller MTU on the way whose ICMP is filtered loses just what is long.",
            evidence.close.endpoint(Side::Server).addr
        ));
    }
    if unseen::beginning_lost(evidence) {
        return Some(format!(
            "The server had answered, and the path to {} lost it: the client waited for what would not come. Run `tracepath -n` from the server to it: a smaller MTU on the way whose ICMP is filtered loses just what is long.",
            evidence.close.endpoint(Side::Client).addr
        ));
    }
    None
}

/// What to do where the client left in the handshake of TLS.
fn of_hello(evidence: &Evidence<'_>) -> Option<String> {
    if tls::hello_in_vain(evidence) {
        let server = evidence.close.endpoint(Side::Server);
        return Some(format!(
            "{server} took the client's hello and said nothing for {}: it speaks no TLS there, waits for something in clear (STARTTLS), or its program does not get to read.",
            facts::idle(evidence)
        ));
    }
    tls::left_before_answer(evidence).then(|| {
        "The client left before the server's answer to its hello in TLS had reached it: if that is the client's own timeout, raise it, or see why the server or the path to it is so slow.".to_owned()
    })
}

fn advise(evidence: &Evidence<'_>) -> String {
    if let Some(advice) = of_hello(evidence) {
        return advice;
    }
    if patience::greeted_too_late(evidence) {
        return format!(
            "The client closed after {} without a word, and the server's first words came then: if it waited for that greeting, see why the server is so slow with it, or raise the client's timeout.",
            facts::idle(evidence)
        );
    }
    if let Some(advice) = answered_close::advice(evidence).filter(|_| evidence.talk == Talk::Awaiting) {
        return advice;
    }
    if gave_up::refused_a_close(evidence) && evidence.talk == Talk::Awaiting {
        return format!(
            "The client left after waiting {} in vain, and the other end no longer knew the connection then: it had dropped it before, without a word. Look for a proxy that drops silently, a device on the way that forgot it, or a restart.",
            facts::idle(evidence)
        );
    }
    if let Some(advice) = version::advice(evidence).or_else(|| shut_window::advice(evidence)) {
        return advice;
    }
    if let Some(advice) = of_lost_words(evidence) {
        return advice;
    }
    if let Some(advice) = answered_early::advice(evidence) {
        return advice;
    }
    if evidence.talk == Talk::Awaiting && evidence.exchange.request_unfinished() {
        return "The client left in the middle of its own request: look at what made it stop there, be it its timeout, its end, or the program that it had the body from.".into();
    }
    if rhythm::left_behind_such(evidence) {
        return "The client left behind a message as long as others that it never had an answer to: if it only confirmed something, it had all that it wanted, and nothing needs doing.".to_owned();
    }
    if let Some(advice) = initiative::advice(evidence, Side::Client) {
        return advice;
    }
    if let Some(others) = together::ended_at_once(evidence, Side::Client) {
        return format!(
            "The client left, and {others}: its program ended or was stopped, or dropped all that it had; no timeout of one request. Handle the error event and stop the work."
        );
    }
    // Who has no room waits for nothing.
    let reads = !talk::is_full(evidence, Side::Client);
    let since_asked = patience::waited(evidence).map(|(waited, _)| waited);
    let waited = since_asked.or(evidence.idle_before).filter(|&idle| reads && idle >= talk::QUIET);
    let after = waited.map(|idle| format!(" after waiting {idle}")).unwrap_or_default();
    let yours = match waited {
        Some(_) => " If it is your own client, its timeout is shorter than the answer takes.",
        None => "",
    };
    let half = if half_close::may_be_one(evidence) {
        " If the client only half-closed (shutdown) and waited for the answer, the server took that for leaving."
    } else {
        ""
    };
    format!(
        "The client left{after}: normal for a user who navigates away; handle the error event and stop the work.{yours}{half}"
    )
}
