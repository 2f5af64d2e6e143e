//! Facts that many rules rest on, in the words in which they are shown.

mod rst;
pub(super) mod usual_idle;

use crate::flow::{BodyLength, Exchange, Passage, Session, Side, Turn};
use crate::time::Span;

pub(super) use self::rst::{advice_of_text, of_ignored, of_rst};
use super::ending::{half_close, shut_window, silence, together, unseen};
use super::evidence::{Evidence, Talk};
use super::talk::{
    after, answered_early, broken_off, farewell, given_up, goaway, own_words, rhythm, version,
};
use super::who::forgery;
use super::{Confidence, Fact, cap, talk};

/// How the end looked: the first FIN and the RST, as far as there are any.
pub(super) fn of_end(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = goaway::facts(evidence);
    facts.extend(own_words::fact(evidence));
    facts.extend(half_close::fact(evidence));
    facts.extend(evidence.closer.and_then(|side| of_fin(evidence, side)));
    if evidence.how.by_rst() {
        facts.extend(of_rst(evidence));
    } else {
        facts.extend(cap::limits(evidence));
    }
    facts.extend(together::facts(evidence));
    facts
}

/// After this time a SYN that has no answer is sent again (RFC 6298 §2.1), and a SYN+ACK (Linux `TCP_TIMEOUT_INIT`).
pub(super) const SYN_REPEATED: Span = Span::from_secs(1);

/// What was owed, then how it ended: the usual story.
pub(super) fn of_story(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = of_talk(evidence).into_iter().chain(version::fact(evidence)).collect();
    facts.extend(shut_window::fact(evidence));
    facts.extend(broken_off::fact(evidence));
    facts.extend(of_end(evidence));
    facts
}

/// A FIN that the side whose address it carries did not send.
pub(super) fn of_forged_fin(evidence: &Evidence<'_>) -> Option<Fact> {
    let (side, fin) = evidence.forged_fin()?;
    let more = evidence.close.half(side).snd_nxt.offset_from(fin.end);
    let passage = *evidence.close.elsewhere.fins.at(evidence.close.end(side));
    let why = if passage == Passage::NeverLeft {
        format!("a capture nearer to the {side}, which went on, never held it")
    } else if forgery::is_foreign_fin(evidence.close, &fin) {
        format!(
            "it has neither the timestamps that all other segments of the {side} have nor their count or TTL"
        )
    } else {
        format!("the {side} went on later, {more} bytes beyond that end")
    };
    let fact = format!("a FIN with the {side}'s address is not its own: {why}");
    Some(Fact::at(fin.frame, fact))
}

/// FINs that were lost between two places: whoever was to read an end never did.
pub(super) fn of_lost_fins(evidence: &Evidence<'_>) -> impl Iterator<Item = Fact> {
    let lost = |side: Side| {
        let (close, fin) = (evidence.close, evidence.fin(side)?);
        let is_lost = *close.elsewhere.fins.at(close.end(side)) == Passage::NeverArrived;
        let receiver = side.peer();
        let says = format!(
            "the {side}'s FIN never came to a capture nearer to the {receiver}, which went on: the {receiver} had no end to read"
        );
        is_lost.then(|| Fact::at(fin.frame, says))
    };
    [Side::Client, Side::Server].into_iter().filter_map(lost)
}

/// A side's first FIN.
pub(super) fn of_fin(evidence: &Evidence<'_>, side: Side) -> Option<Fact> {
    let frame = evidence.fin_frame(side)?;
    let pause = if evidence.closer == Some(side) { since_last_said(evidence) } else { None };
    let pause = pause.map(|pause| format!(" {pause}")).unwrap_or_default();
    Some(Fact::at(frame, format!("the {side} closed (FIN){pause}")))
}

/// How long before the end what was said; a goodbye that came in between is named by itself.
pub(super) fn since_last_said(evidence: &Evidence<'_>) -> Option<String> {
    let idle = silence::since_last_said(evidence)?;
    // What came after a FIN was not said before it.
    let said = evidence.exchange.turn.is_some();
    Some(match silence::last_word(evidence) {
        Some((side, pause)) => {
            let word = last_word_of(evidence, side);
            format!("{idle} after the last data and {pause} after the {side}'s {word}")
        }
        None if said => format!("{idle} after the last message"),
        None => format!("{idle} after the handshake"),
    })
}

/// What a side said that was no part of the talk.
fn last_word_of(evidence: &Evidence<'_>, side: Side) -> &'static str {
    let (exchange, by) = (evidence.exchange, evidence.close.end(side));
    if let Some(http2) = exchange.http2() {
        return if http2.goaway.at(by).is_some() { "GOAWAY" } else { "control frame" };
    }
    if let Some(websocket) = exchange.websocket() {
        return if websocket.close_frame().is_some() { "Close frame" } else { "control frame" };
    }
    match exchange.fatal() {
        _ if farewell::said_goodbye(evidence, side) => "TLS alert",
        _ if exchange.tls().is_some() && exchange.trailing_own_bytes(by) > 0 => {
            "last record, which is as short as HTTP/2's own frames"
        }
        _ if exchange.tls().is_some() => "last word",
        Some(fatal) if fatal.by == by => "last word",
        _ => "goodbye",
    }
}

/// Whose turn it was, and what was missing.
pub(super) fn of_talk(evidence: &Evidence<'_>) -> Option<Fact> {
    let turn = evidence.exchange.turn?;
    let request = request_name(evidence);
    if let Some(aborted) = given_up::of(evidence) {
        let fact = format!(
            "the server gave up {request} ({}) after {} body bytes",
            given_up::named(aborted),
            aborted.stream.body
        );
        return Some(Fact::at(aborted.frame, fact));
    }
    Some(match evidence.talk {
        Talk::Nothing => return None,
        Talk::Awaiting if after::answer_under_way(evidence) => Fact::at(
            turn.frame,
            format!(
                "the answer to {request} was on its way when the client ended it, which had nothing of that"
            ),
        ),
        // Of requests that were sent together the last is what the server's answer to another came after.
        Talk::Awaiting if evidence.close.side(turn.by) == Side::Server => {
            Fact::of_all(format!("{request} had no answer yet"))
        }
        Talk::Awaiting if evidence.exchange.request_unfinished() => {
            let (frame, bytes) = asked_in(evidence, turn);
            Fact::at(frame, format!("{request} ({bytes} bytes so far) was not whole, and had no answer yet"))
        }
        Talk::Awaiting if answered_early::may_be_hidden(evidence) => answered_early::fact(evidence)?,
        Talk::Awaiting if evidence.asked_long_before() => {
            Fact::at(turn.frame, format!("{request} had no answer yet"))
        }
        Talk::Awaiting if own_words::came_upon_message(evidence) => {
            let (frame, bytes) = asked_in(evidence, turn);
            Fact::at(
                frame,
                format!("{request} ({bytes} bytes) had no other answer than the server's last word"),
            )
        }
        Talk::Awaiting => {
            let (frame, bytes) = asked_in(evidence, turn);
            let says = match unseen::missing_of_request(evidence) {
                Some(missing) => {
                    format!("{request} did not arrive whole: {missing} bytes of it never came")
                }
                None if rhythm::may_want_no_answer(evidence) => {
                    format!("{request} ({bytes} bytes) had no answer, as none of that length before")
                }
                None => format!("{request} ({bytes} bytes) had no answer yet"),
            };
            Fact::at(frame, says)
        }
        Talk::Answering if talk::push_is_cut(evidence) => {
            Fact::of_all("the server stopped in the midst of a message that it told its subscriber")
        }
        Talk::Answering => {
            Fact::at(turn.frame, unseen::told(evidence, &request).unwrap_or_else(|| begun(evidence)))
        }
        Talk::Complete => Fact::at(turn.frame, settled(evidence, turn, &request)),
    })
}

/// In which frame the latest request began, and how long it is: what the client said without being interrupted may have begun with the rest of
/// one that was answered early.
fn asked_in(evidence: &Evidence<'_>, turn: Turn) -> (u64, u64) {
    let single = evidence.exchange.last_request().filter(|_| evidence.exchange.http2().is_none());
    let behind = single.and_then(|(by, seq)| Some((seq, u64::try_from(seq.offset_from(turn.seq)).ok()?, by)));
    let Some((seq, before, by)) =
        behind.filter(|&(_, before, by)| by == turn.by && (1..turn.bytes).contains(&before))
    else {
        return (turn.frame, turn.bytes);
    };
    let first =
        evidence.close.recent.iter().find(|recent| recent.by == by && recent.seq == seq && recent.len > 0);
    (first.map_or(turn.frame, |first| first.frame), turn.bytes - before)
}

/// What was said last, when nothing was owed any more.
fn settled(evidence: &Evidence<'_>, turn: Turn, request: &str) -> String {
    let bytes = turn.bytes;
    if talk::end_unknown(evidence) {
        return format!("the answer to {request} had {}; where it ends cannot be told", progress(evidence));
    }
    if is_rest_of_request(evidence, turn) {
        return format!(
            "{request} was answered before it was whole: the client sent {bytes} bytes more of it"
        );
    }
    if wanted_no_answer(evidence, turn) {
        return format!(
            "{request} ({bytes} bytes) wanted no answer: those of that length before had none either"
        );
    }
    let was = if talk::is_known(evidence) || turn.tells_its_end() { "was" } else { "seemed" };
    format!("the last message, {bytes} bytes from the {}, {was} whole", evidence.close.side(turn.by))
}

/// Does the client say that and go on, by all that it did before?
fn wanted_no_answer(evidence: &Evidence<'_>, said: Turn) -> bool {
    let unread = !talk::is_known(evidence) && evidence.close.side(said.by) == Side::Client;
    unread && rhythm::wanted_no_answer(evidence, said)
}

/// How much of an answer had come, or of what nobody had asked for.
fn begun(evidence: &Evidence<'_>) -> String {
    let asked = evidence.close.half_before(Side::Client).has_data();
    let answer = format!("the answer to {} had begun", request_name(evidence));
    format!("{}: {}", if asked { &answer } else { "the server was sending" }, progress(evidence))
}

/// Does the last message go on with a request that has its answer already?
fn is_rest_of_request(evidence: &Evidence<'_>, turn: Turn) -> bool {
    let unfinished = evidence.exchange.request_unfinished() || given_up::cut_short(evidence).is_some();
    unfinished && evidence.close.side(turn.by) == Side::Client
}

/// The request in a few words: method and target where they are known.
pub(super) fn request_name(evidence: &Evidence<'_>) -> String {
    name_of(evidence.exchange).unwrap_or_else(|| "the client's message".to_owned())
}

/// How much of the answer came.
pub(super) fn progress(evidence: &Evidence<'_>) -> String {
    if let Some(stream) = evidence.stream() {
        let status = if stream.status == 0 { String::new() } else { format!("status {}, ", stream.status) };
        return format!("{status}{} body bytes on stream {}, no END_STREAM", stream.body, stream.id);
    }
    let Some(response) = evidence.http().and_then(|http| http.response.as_ref()) else {
        let known = evidence.exchange.session().filter(|_| talk::is_known(evidence));
        let open = known.map_or("", |session| session.missing());
        return evidence.exchange.turn.map_or_else(String::new, |turn| format!("{} bytes{open}", turn.bytes));
    };
    let status =
        if response.status == 0 { "its head".to_owned() } else { format!("status {}", response.status) };
    let length = if talk::lacks_only_trailer(evidence) { BodyLength::Trailer } else { response.length };
    match length {
        BodyLength::Trailer => {
            format!("{status}, {} body bytes and the last chunk, no empty line behind it", response.body)
        }
        BodyLength::Bytes(length) => format!("{status}, {} of {length} body bytes", response.body),
        BodyLength::Chunked => format!("{status}, {} body bytes, no last chunk", response.body),
        BodyLength::Broken => format!("{status}, {} body bytes, then no valid chunk", response.body),
        BodyLength::Stream => format!("{status}, {} body bytes, no END_STREAM", response.body),
        BodyLength::Messages => format!("{} bytes", response.body),
        BodyLength::InHead if response.status == 0 => "part of its head".to_owned(),
        BodyLength::InHead => format!("{status}, not all of its head"),
        BodyLength::Unknown if response.status == 0 => format!("{} bytes", response.body),
        BodyLength::Unknown => format!("{status}, {} bytes", response.body),
        BodyLength::UntilClose => format!("{status}, {} body bytes", response.body),
    }
}

/// Is a request that was cut safe to send again? RFC 9110 §9.2.2.
pub(super) fn retry_advice(evidence: &Evidence<'_>) -> &'static str {
    let let_in = talk::fatal(evidence).is_none_or(|fatal| !fatal.turns_away());
    if goaway::never_worked_on(evidence) || given_up::is_refused(evidence) || !let_in {
        return "The server never worked on the request: retrying it is safe.";
    }
    match evidence.exchange.method() {
        Some("GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE") => {
            "The request is idempotent: retrying it once is safe."
        }
        Some("POST" | "PATCH") => {
            "Do not retry it blindly: the server may have acted on it; use an idempotency key."
        }
        _ => "Retry only what may safely happen twice.",
    }
}

/// What protocols say for themselves at the end, and which nobody misses.
pub(super) fn own_last_words(evidence: &Evidence<'_>) -> &'static str {
    match (evidence.exchange.http2(), evidence.exchange.tls()) {
        (Some(_), _) => "HTTP/2 control frames",
        (None, Some(_)) => "TLS goodbye",
        (None, None) if broken_off::refused_a_close_frame(evidence) => "WebSocket Close frame",
        (None, None) if evidence.exchange.websocket().is_some() => "WebSocket control frame",
        (None, None) => "goodbye",
    }
}

/// A few words for the side, as a user would say them.
pub(super) const fn other_of(side: Side) -> &'static str {
    side.peer().word()
}

/// Certain where HTTP or a session of messages was read, since then it is known what was owed; otherwise `guess`.
pub(super) fn sure_if_framed(evidence: &Evidence<'_>, guess: Confidence) -> Confidence {
    if evidence.exchange.requests() > 0 && talk::is_known(evidence) { Confidence::Certain } else { guess }
}

/// Frames that the capture lost near the end; whether they were of this connection, nobody knows.
pub(super) fn of_losses(evidence: &Evidence<'_>) -> Option<Fact> {
    let lost = evidence.surroundings.lost_nearby;
    let frames = if lost == 1 { "frame" } else { "frames" };
    (lost > 0).then(|| Fact::of_all(format!("the kernel dropped {lost} {frames} near the end")))
}

/// What is not looked at cannot be told.
pub(super) fn of_unheard(evidence: &Evidence<'_>) -> Option<Fact> {
    let why = "only SYN, FIN and RST were captured: what was said, and whether anybody lost it, is not known";
    evidence.is_unheard().then(|| Fact::of_all(why))
}

/// The request that was under way when the connection ended, not when it was first closed.
pub(super) fn request_name_at_close(evidence: &Evidence<'_>) -> String {
    name_of(&evidence.close.exchange).unwrap_or_else(|| "the client's next message".to_owned())
}

/// What is known of a request: method and target, or its stream.
fn name_of(exchange: &Exchange) -> Option<String> {
    if let Some(http2) = exchange.http2() {
        let foremost = http2.told()?;
        let others = http2.streams().iter().filter(|stream| stream.id != foremost.id).count();
        let under_way = if others > 0 { format!(" ({others} more under way)") } else { String::new() };
        let what = foremost.line.as_ref().map(|line| spelled(&line.method, &line.target)).unwrap_or_default();
        return Some(format!("the request{what} on stream {}{under_way}", foremost.id));
    }
    if let Some(session) = exchange.session().filter(|session| session.requests() > 0) {
        return Some(session.latest());
    }
    let request = exchange.http().map(|http| &http.request).filter(|request| !request.method.is_empty())?;
    Some(format!("the request{}", spelled(&request.method, &request.target)))
}

/// Method and target, as far as they are known, behind a space.
fn spelled(method: &str, target: &str) -> String {
    let known = [method, target].into_iter().filter(|text| !text.is_empty());
    known.fold(String::new(), |words, text| words + " " + text)
}

/// The silence before the end, as a figure.
pub(super) fn idle(evidence: &Evidence<'_>) -> String {
    evidence.idle_before.map_or_else(|| "an unknown time".to_owned(), |idle| idle.to_string())
}

/// A request that no program ever saw may be sent again, whatever it is, if that is certain.
pub(super) fn retry_unseen(evidence: &Evidence<'_>) -> &'static str {
    match evidence.close.exchange.method() {
        Some("GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE") => "Retrying the request once is safe.",
        _ if evidence.exchange.session().is_some_and(Session::is_with_database) => {
            "Retry it once, a transaction only from its beginning."
        }
        // In TLS it may be HTTP as well.
        _ if evidence.exchange.protocol_name().is_none() => "Retry it once, if it may safely happen twice.",
        _ => "Retry it once, but a POST only with an idempotency key.",
    }
}
