//! The server ended before the first byte of its answer.

use crate::flow::Side;
use crate::verdict::evidence::{Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::{Evidence, How, facts};

pub(super) const RULE: Rule = Rule {
    name: "no_response",
    title: "the server ended before the first byte of its answer",
    doc: "What happened: the request was sent, the server's TCP had it, and the server ended the connection without one byte of \
an answer: by FIN (Node's client says 'socket hang up', Go 'EOF', curl 52) or by RST ('read ECONNRESET').
How it is told: the client spoke last, and the first FIN or RST is the server's.
Not to be confused with: response_cut, where the answer had begun; stale_keepalive, where the server had closed before the \
request arrived; a protocol in which the client's last message needs no answer, which is why it is certain only for HTTP.
What to do: look into the server's log at that time: a crash, a handler that destroys the socket, a timeout shorter than the \
slowest route, an out-of-memory kill. If a proxy is in between, send the same request past it with curl.",
    sources: &["RFC 9112 §9.3.1", "RFC 1122 §4.2.2.13"],
    judge,
    facts: facts::of_story,
    advise,
    cases: &[
        hit(
            "socket hang up",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /slow HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+1 B > A F.\nA > B F.\nB > A .",
        ),
        hit("the same by RST", "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+1 B > A R."),
        miss("the client left first", "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A .\nA > B F.\nB > A F.\nA > B ."),
        miss(
            "the answer had begun",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc\"\nA > B .\nB > A R.",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    // Requests that waited in the queue of a listener that was closed were never served: that is another story.
    let queued = evidence.surroundings.unserved_resets > 1 && evidence.surroundings.unserved_silent > 0;
    let owed = evidence.talk == Talk::Awaiting && !evidence.in_tls_handshake && !queued;
    if !owed || evidence.ended_by() != Some(Side::Server) {
        return None;
    }
    match evidence.how {
        How::Fin | How::FinThenReset =>
        // Of an unknown protocol nobody knows whether the last message wanted an answer.
        {
            Some(facts::sure_if_http(evidence, Confidence::Possible))
        }
        How::Reset if evidence.shape == Shape::Active => {
            Some(facts::sure_if_http(evidence, Confidence::Likely))
        }
        _ => None,
    }
}

fn advise(evidence: &Evidence<'_>) -> String {
    let waited = evidence.idle_before.map(|idle| format!(" after {idle}")).unwrap_or_default();
    format!(
        "The server ended the connection{waited} without answering: look for a crash, a destroyed socket or a timeout of that length in its log. {}",
        facts::retry_advice(evidence)
    )
}
