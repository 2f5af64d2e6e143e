//! The server ended in the middle of its answer.

use crate::flow::{BodyLength, Owed, Side};
use crate::verdict::ending::{challenged, half_close, shut_window, together, unseen};
use crate::verdict::evidence::{Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{answered_early, given_up, goaway, own_words, tls};
use crate::verdict::{Evidence, How, facts, talk};

pub(super) const RULE: Rule = Rule {
    name: "response_cut",
    title: "the server ended in the middle of its answer",
    doc: "What happened: the answer had begun, and the server (or the program behind it) ended the connection before it was whole. \
The client gets a part: 'aborted' in Node, 'unexpected EOF' or 'connection reset by peer' in Go, curl 18 or 56.
How it is told: the head announced more than arrived (Content-Length, chunks), or a message that tells its length is not whole (a \
database's reply, what Redis tells a subscriber), and the first FIN or RST is the server's; or something \
that is no chunk stands where one was due, whoever closes then.
Not to be confused with: client_abort, where the client left during the answer; an answer that lasts until the connection \
closes, for which a FIN is the normal end.
What to do: look for a crash, a kill or a timeout while streaming in the server's log; behind a proxy, for the upstream's. \
A client must check the length of what it got and not use half an answer.",
    sources: &["RFC 9112 §8", "RFC 9293 §3.6"],
    judge,
    facts: facts::of_story,
    advise,
    cases: &[
        hit(
            "three bytes of ten",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /f HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc\"\nA > B .\n+1 B > A R.",
        ),
        hit(
            "a chunked answer without its end, closed by FIN",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /f HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n\"\nA > B .\nB > A F.\nA > B F.\nB > A .",
        ),
        hit(
            "a client that had half-closed and read on",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nA > B F.\nB > A .\n\
+1 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\nA > B .\n+1 B > A F.\nA > B .",
        ),
        miss(
            "the answer was whole",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /f HTTP/1.1\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc\"\nA > B .\n+1 B > A R.",
        ),
        hit(
            "an error page in the midst of a chunked answer, whoever closes then",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /f HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n\"\nA > B .\n\
B > A P. \"HTTP/1.1 500 Internal Server Error\\r\\n\\r\\n\"\nA > B F.\nB > A F.\nA > B .",
        ),
        hit(
            "the beginning of the answer was lost, what came behind it shows that there was one",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /f HTTP/1.1\\r\\n\\r\\n\"\n\
B > A .\nB > A P. seq 6001 len 1000\nA > B . ack 5001\nB > A P. seq 7001 len 1000\nA > B . ack 5001\nB > A R. seq 8001",
        ),
        miss(
            "the client left",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /f HTTP/1.1\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc\"\nA > B R.",
        ),
    ],
};

/// As many repetitions without an answer, and the other side is gone.
const UNANSWERED: u8 = 2;

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if talk::lacks_only_trailer(evidence) && evidence.ended_by() == Some(Side::Server) {
        return Some(Confidence::Possible);
    }
    // Some clients read what others take for an error.
    if talk::is_broken(evidence) {
        return Some(if talk::left_later(evidence) { Confidence::Possible } else { Confidence::Likely });
    }
    let began =
        evidence.talk == Talk::Answering || (evidence.how == How::Reset && talk::end_unknown(evidence));
    if !began || evidence.in_tls_handshake {
        return None;
    }
    if evidence.ended_by() != Some(Side::Server) && !goaway::gave_up(evidence) {
        let too = || half_close::server_ended_later(evidence).is_some() || evidence.second_end.is_some();
        return (is_announced(evidence) && too()).then_some(Confidence::Possible);
    }
    // A server whose own data went unanswered gave up on a client that was gone.
    if evidence.unanswered(Side::Server) >= UNANSWERED {
        return None;
    }
    let sure = match announced(evidence) {
        // Of what it said nobody knows how much there was to come.
        None if evidence.exchange.is_framed() && unseen::answer_behind_hole(evidence) => Confidence::Likely,
        // It ended the stream with a status of its own making.
        _ if given_up::of(evidence).is_some() || talk::fatal(evidence).is_some() => {
            return Some(Confidence::Likely);
        }
        None if tls::record_is_cut(evidence) => Confidence::Likely,
        Some(
            BodyLength::Bytes(_)
            | BodyLength::Chunked
            | BodyLength::Broken
            | BodyLength::Stream
            | BodyLength::Messages
            | BodyLength::InHead,
        ) => Confidence::Certain,
        // A refusal of what was still being sent ends where the server closes.
        Some(BodyLength::UntilClose) if answered_early::refuses(evidence.exchange) => Confidence::Possible,
        Some(BodyLength::UntilClose) => Confidence::Likely,
        // Who waits for room has more to say.
        Some(BodyLength::Unknown) | None if shut_window::waited(evidence, Side::Server) => Confidence::Likely,
        Some(BodyLength::Unknown) | None if talk::answered_at_once(evidence) => return None,
        Some(BodyLength::Unknown | BodyLength::Trailer) | None => Confidence::Possible,
    };
    match evidence.how {
        // Some servers take a half-close for leaving.
        How::Fin | How::FinThenReset if half_close::is_one(evidence) => {
            (sure == Confidence::Certain).then_some(Confidence::Likely)
        }
        How::Fin | How::FinThenReset if sure == Confidence::Certain => Some(sure),
        How::Fin | How::FinThenReset if tls::record_is_cut(evidence) => Some(sure),
        How::Fin | How::FinThenReset if talk::stream_is_cut(evidence) => Some(Confidence::Possible),
        How::Reset if evidence.shape == Shape::Active => Some(sure),
        // What it had said behind that was lost.
        How::Reset => challenged::abort(evidence).map(|_| Confidence::Possible),
        _ => None,
    }
}

fn is_announced(evidence: &Evidence<'_>) -> bool {
    matches!(
        announced(evidence),
        Some(BodyLength::Bytes(_) | BodyLength::Chunked | BodyLength::Stream | BodyLength::Messages)
    )
}

fn announced(evidence: &Evidence<'_>) -> Option<BodyLength> {
    if talk::push_is_cut(evidence) {
        return Some(BodyLength::Messages);
    }
    match evidence.exchange.owed() {
        Some(Owed::Rest(length)) => Some(length),
        _ => Some(evidence.http()?.response.as_ref()?.length),
    }
}

fn advise(evidence: &Evidence<'_>) -> String {
    let told = own_words::advice_in_any_form(evidence);
    if told.is_none() && talk::push_is_cut(evidence) {
        return "The server ended in the midst of a message that it told its subscriber: mostly one that reads too slowly (Redis: client-output-buffer-limit, and its log says so), else a stop, a kill or a crash. Let the client read faster, or raise the limit; what was told meanwhile is lost.".to_owned();
    }
    if let Some(advice) = told.or_else(|| shut_window::advice(evidence)) {
        return format!("{advice} {}", facts::retry_advice(evidence));
    }
    if talk::is_broken(evidence) {
        return "Where a chunk of the answer was due, the server wrote something else: mostly an error page into a body that had begun (an exception behind the head), or a wrong size. Its log says which.".to_owned();
    }
    if talk::lacks_only_trailer(evidence) {
        return "All of the body came, and the last chunk with it; the empty line behind that did not (RFC 9112 §7.1). Strict clients take the answer for cut, others do not notice: mend what writes the chunks.".to_owned();
    }
    if let Some(refused) = together::stopped(evidence) {
        return format!(
            "The server stopped after {}, and {refused}: it crashed or was stopped, restarted or killed just then. Its log says which; let it drain before it ends. {}",
            facts::progress(evidence),
            facts::retry_advice(evidence)
        );
    }
    format!(
        "The server stopped after {}: look for a crash, a kill or a timeout while streaming in its log.{} {}",
        facts::progress(evidence),
        half_close::hint(evidence),
        facts::retry_advice(evidence)
    )
}
