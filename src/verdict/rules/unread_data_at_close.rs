//! A program closed while data that had arrived was still unread.

use crate::flow::{BodyLength, Http, Response, Side};
use crate::verdict::ending::{probes, shut_window, together, unseen};
use crate::verdict::evidence::{Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{answered_early, own_words, turned_away, unheeded, unread};
use crate::verdict::{Evidence, Fact, How, Sender, facts, talk};

pub(super) const RULE: Rule = Rule {
    name: "unread_data_at_close",
    title: "closed while received data was still unread",
    doc: "What happened: a program closed its socket (or died) with data of the other side unread in its kernel. TCP then sends a \
RST instead of a FIN, so that the other side learns that its data was lost: an upload refused early, a request read by half.
How it is told: RST+ACK of a live socket that acknowledges data which its program never answered; for a refused upload the answer \
and a FIN come first and more of the upload after them, and a client that aborts then may not have read the refusal. A window of its own that is shut, or has shrunk, tells of what lay unread; a client of \
TLS 1.3 may leave nothing but session tickets, which no program misses.
Not to be confused with: aborted_by_application, the same on the wire where nothing was unread; write_after_close, where the \
program had read everything and closed.
What to do: a server that answers early should read and throw away the rest for a while before it closes (lingering close), or say \
`Connection: close` and shut down only its sending side; a client may lose the early answer (413) to the RST.",
    sources: &["RFC 1122 §4.2.2.13", "RFC 9293 §3.6.1", "RFC 9112 §9.6"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "an upload refused early",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"PUT /up HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nA > B P. len 1000\nB > A .\n\
B > A P. \"HTTP/1.1 413 Too Large\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nB > A F.\nA > B P. len 1000\n+0.5 B > A R.",
        ),
        hit(
            "aborted with the rest of the upload unread",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"PUT /up HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nA > B P. len 1000\nB > A .\n\
B > A P. \"HTTP/1.1 413 Too Large\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B P. len 1000\nB > A R.",
        ),
        hit(
            "a second request on its way as an answer said Connection: close",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B P. ack 5001 \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+0.2 B > A R.",
        ),
        hit(
            "the same, from afar: the rest was on its way when the server closed, and was refused",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"PUT /up HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nA > B P. len 1000\nA > B P. len 1000\n\
B > A P. ack 1055 \"HTTP/1.1 413 Too Large\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\nB > A F. ack 1055\nA > B P. len 1000\n+0.04 B > A R seq 5047",
        ),
        miss("nothing was unread", "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+1 B > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    let Some(Sender::Side(side)) = evidence.rst_by.filter(|_| !evidence.in_tls_handshake) else {
        return None;
    };
    if probes::probing(evidence).is_some() {
        return None;
    }
    match evidence.how {
        // The rest of the upload met a socket that was closed.
        How::FinThenReset if evidence.closer == Some(side) && refused_upload(evidence, side) => {
            Some(Confidence::Likely)
        }
        _ if evidence.shape != Shape::Active => None,
        How::FinThenReset if evidence.closer == Some(side) && wrote_after_fin(evidence, side) => {
            Some(if closed_idle(evidence, side) { Confidence::Possible } else { Confidence::Likely })
        }
        // What it did not read may be the refusal.
        How::FinThenReset if answered_early::aborted_by_client(evidence) => Some(Confidence::Likely),
        // Who had its answer early may close first.
        How::FinThenReset | How::Reset if refused_upload(evidence, side) => Some(Confidence::Likely),
        // What lay in its buffer was never read.
        How::FinThenReset if evidence.closer == Some(side) && holds_unread(evidence, side) => {
            Some(Confidence::Likely)
        }
        // Whoever says FIN and aborts then had something left (`shutdown`, then `close`), or gives its closed sockets no time (`TCP_LINGER2`).
        How::FinThenReset if aborted_its_refusal(evidence, side) => Some(Confidence::Possible),
        // Of a protocol that nobody reads no more is known than that the server had not read.
        How::Reset if shut_window::is_shut_at_abort(evidence, side) => {
            let only = side == Side::Server && !evidence.exchange.is_framed();
            Some(if only { Confidence::Certain } else { Confidence::Likely })
        }
        How::Reset if unread::are_tickets(evidence) || turned_away::in_words(evidence).is_some() => {
            Some(Confidence::Likely)
        }
        // An error that is said when a message has begun answers that.
        How::Reset if own_words::is_answer(evidence) => Some(Confidence::Likely),
        // Nobody knows how long the request was.
        How::Reset if answered_blindly(evidence, side) => Some(Confidence::Possible),
        // After an upgrade (WebSocket, tunnel) the last word of the other side is read as it comes.
        How::Reset if owed(evidence, side) && evidence.exchange.upgraded().is_none() => {
            Some(Confidence::Possible)
        }
        // What is no HTTP shows nothing of a request that was read.
        How::Reset if answered_without_reading(evidence, side) => Some(Confidence::Possible),
        How::Reset if answered_early(evidence, side) => {
            Some(if broke_off_upload(evidence) { Confidence::Likely } else { Confidence::Possible })
        }
        // Behind the last answer that was to come there was more, which nobody answered.
        How::Reset if went_on_unanswered(evidence, side) => Some(Confidence::Likely),
        // Who has answered need not have read all that was asked.
        How::Reset if may_have_left_some(evidence, side) => Some(Confidence::Possible),
        _ => None,
    }
}

/// Had the client said more behind an answer that was the last (`Connection: close`, or a refusal of what it still sends), and does the RST
/// acknowledge that?
fn went_on_unanswered(evidence: &Evidence<'_>, side: Side) -> bool {
    let Some((turn, reset)) = evidence.exchange.turn.zip(evidence.reset()) else { return false };
    let by_client = side == Side::Server && evidence.close.side(turn.by) == Side::Client;
    let unanswered = by_client && evidence.talk == Talk::Complete && !unseen::answer_unseen(evidence);
    evidence.http().is_some() && unanswered && reset.rst.ack.after(turn.seq)
}

/// Does the server abort right behind its whole answer, to something of which nobody saw how much it read?
fn may_have_left_some(evidence: &Evidence<'_>, side: Side) -> bool {
    let answered = evidence.talk == Talk::Complete && !talk::end_unknown(evidence);
    let heard = evidence.close.half_before(Side::Client).has_data();
    let spoke = evidence.reset().map(|reset| reset.rst.ts.since(evidence.close.half_before(side).last_data));
    side == Side::Server && answered && heard && spoke.is_some_and(|pause| pause < talk::QUIET)
}

/// The other side's data went on after this side's FIN.
fn wrote_after_fin(evidence: &Evidence<'_>, side: Side) -> bool {
    let Some(fin) = evidence.fin(side) else { return false };
    let end = evidence.close.end(side);
    let later = evidence
        .close
        .recent
        .iter()
        .any(|recent| recent.by != end && recent.len > 0 && recent.serial > fin.serial);
    later || evidence.exchange.request_unfinished() && side == Side::Server
}

/// Does the side's own window tell that something of the other lay in its buffer?
fn holds_unread(evidence: &Evidence<'_>, side: Side) -> bool {
    talk::is_full(evidence, side) || shut_window::holds_unread(evidence, side)
}

/// Had the server closed long after its last answer? What came then was there at no close.
fn closed_idle(evidence: &Evidence<'_>, side: Side) -> bool {
    side == Side::Server
        && evidence.talk == Talk::Complete
        && evidence.exchange.turns >= 2
        && evidence.established_for_long()
        && !evidence.exchange.request_unfinished()
}

/// The server answered before it had the whole request.
fn refused_upload(evidence: &Evidence<'_>, side: Side) -> bool {
    let answered = evidence.http().is_some_and(|http| http.response.is_some());
    let early = (answered || talk::fatal(evidence).is_some()) && evidence.exchange.request_unfinished();
    side == Side::Server && (early || answered_early::is_too_much(evidence.exchange))
}

/// The server's answer had begun, to something of which nobody can tell whether all of it was read. Who answers in HTTP has read the
/// request.
fn answered_early(evidence: &Evidence<'_>, side: Side) -> bool {
    side == Side::Server && evidence.talk == Talk::Answering && !evidence.exchange.is_framed()
}

/// Did the server refuse in HTTP a request with a body, close, and abort right behind its FIN, although nothing more had come?
fn aborted_its_refusal(evidence: &Evidence<'_>, side: Side) -> bool {
    let ends = evidence.fin(side).zip(evidence.reset());
    let at_once = ends.is_some_and(|(fin, reset)| reset.rst.ts.since(fin.ts) < talk::QUIET);
    let own = side == Side::Server && evidence.closer == Some(side) && evidence.aborted_its_end(side);
    let refused = |http: &Http| http.response.as_ref().is_some_and(|response| response.status >= FIRST_ERROR);
    own && at_once && evidence.http().is_some_and(|http| http.request.body > 0 && refused(http))
}

/// A few words that have no head of HTTP, to a request that has one, and the end at once.
fn answered_without_reading(evidence: &Evidence<'_>, side: Side) -> bool {
    let headless = |answer: &Response| answer.status == 0 && answer.length == BodyLength::Unknown;
    let no_head = evidence.http().is_some_and(|http| http.response.as_ref().is_none_or(headless));
    let answering = side == Side::Server && evidence.talk == Talk::Answering;
    no_head && answering && talk::answered_at_once(evidence)
}

/// A few words, and the end at once, in answer to something long: an error, before the rest was read.
fn broke_off_upload(evidence: &Evidence<'_>) -> bool {
    let long = evidence.exchange.turn_before.is_some_and(|asked| asked.bytes > talk::SHORT_ANSWER);
    long && talk::answered_at_once(evidence)
}

/// The server answered a request whose head the capture does not hold to its end.
fn answered_blindly(evidence: &Evidence<'_>, side: Side) -> bool {
    let blind = |http: &Http| http.is_blind(http.client) && http.response.is_some();
    side == Side::Server && evidence.talk == Talk::Complete && evidence.http().is_some_and(blind)
}

/// The other side had spoken last. Of a whole answer, too, it does not show on the wire whether the client's program had read it.
fn owed(evidence: &Evidence<'_>, side: Side) -> bool {
    let turn = evidence.exchange.turn;
    match side {
        Side::Server => evidence.talk == Talk::Awaiting,
        Side::Client => {
            evidence.talk == Talk::Answering
                || turn.is_some_and(|turn| evidence.close.side(turn.by) == Side::Server)
        }
    }
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let by_client = unread::fact(evidence).or_else(|| unheeded::fact(evidence));
    let mut facts: Vec<Fact> = by_client.or_else(|| left_unread(evidence)).into_iter().collect();
    facts.extend(facts::of_story(evidence));
    facts
}

fn left_unread(evidence: &Evidence<'_>) -> Option<Fact> {
    let reset = evidence.reset().filter(|_| evidence.shape == Shape::Active);
    let (Some(Sender::Side(side)), Some(reset)) = (evidence.rst_by, reset) else { return None };
    let (sender, peer) = (evidence.close.half_before(side), evidence.close.half_before(side.peer()));
    let since = evidence.fin(side).filter(|_| evidence.closer == Some(side)).map(|fin| fin.ack);
    let behind = evidence.exchange.turn.filter(|_| went_on_unanswered(evidence, side)).map(|turn| turn.seq);
    let got =
        reset.rst.ack.furthest(sender.rcv_nxt).offset_from(since.or(behind).unwrap_or(peer.iss.plus(1)));
    let peer = side.peer();
    let unread = match since {
        Some(_) if got > 0 => {
            format!(
                "although {got} bytes of the {peer} had arrived, which its program had closed before it read"
            )
        }
        Some(_) if !holds_unread(evidence, side) => {
            format!("when its program may not have read all that the {peer} had sent before it closed")
        }
        Some(_) => format!(
            "although some of what the {peer} had sent lay in its buffer (its window had shrunk), and its program had closed before it read that"
        ),
        None if refused_upload(evidence, side) => {
            format!(
                "after an answer that its program had given before it had all of the {peer}'s request, of which {got} bytes had arrived"
            )
        }
        None if answered_early::aborted_by_client(evidence) => {
            "when its program may not have read the server's answer, which had come before the request was whole".to_owned()
        }
        None if shut_window::is_shut_at_abort(evidence, side) => {
            format!(
                "although what the {peer} had sent lay in its buffer (its window was shut), and its program had not read that"
            )
        }
        None if evidence.talk == Talk::Answering => {
            format!("when its program may not have read all of the {got} bytes of the {peer}")
        }
        None => format!("although {got} bytes of the {peer} had arrived, which its program never answered"),
    };
    Some(Fact::at(reset.rst.frame, format!("the {side} aborts {unread}")))
}

/// What a server should do that answers before it has read.
fn of_early_answer() -> String {
    "Make the server read the request to its end (or drain it for a while) before it closes; a client that still uploads may never see the early answer.".to_owned()
}

/// RFC 9110 §15.
const FIRST_ERROR: u16 = 400;
/// Request Timeout (RFC 9110 §15.5.9).
const TOO_SLOW: u16 = 408;
/// Request Header Fields Too Large (RFC 6585 §5).
const HEAD_TOO_LONG: u16 = 431;

fn advise(evidence: &Evidence<'_>) -> String {
    let status = evidence.http().and_then(|http| http.response.as_ref()).map(|response| response.status);
    if let Some(advice) = own_words::advice(evidence) {
        return advice;
    }
    if let Some(Sender::Side(side)) = evidence.rst_by.filter(|_| evidence.how == How::Reset)
        && shut_window::is_shut_at_abort(evidence, side)
    {
        let early = || answered_early::may_be_hidden(evidence).then(of_early_answer);
        return shut_window::advice(evidence).or_else(early).unwrap_or_else(|| {
            format!("The {side}'s program ended with its buffer full of what the {} had sent: look at what kept it from reading, and why it ended.", side.peer())
        });
    }
    if let Some(advice) = unread::advice(evidence) {
        return advice.to_owned();
    }
    if let Some(gone) =
        together::stopped(evidence).filter(|_| evidence.rst_by == Some(Sender::Side(Side::Server)))
    {
        return format!(
            "The server's program ended with data unread, and {gone}: a shutdown, a restart or a kill just then, whose log says which. Let it drain before it ends."
        );
    }
    match evidence.rst_by {
        Some(Sender::Side(Side::Server)) if status == Some(HEAD_TOO_LONG) => "The server said that the request's head is too long (431) and closed with the rest of it unread: send less (cookies, tokens), or raise the server's limit (8 to 16 KiB with most).".into(),
        Some(Sender::Side(Side::Server)) if status == Some(TOO_SLOW) => "The server said that the request came too slowly (408): see why the client took so long to send it, or raise the server's request timeout.".into(),
        Some(Sender::Side(Side::Server)) => of_early_answer(),
        _ if answered_early::aborted_by_client(evidence) => of_early_answer(),
        _ => "The client closed with data unread: normal when it left on purpose; otherwise make it read to the end before it closes.".into(),
    }
}
