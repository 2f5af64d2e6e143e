//! What protocols tell of what is owed: where a message ends, and which words end a session.

use crate::flow::{BodyLength, Exchange, Fatal, GoAway, Http, Marks, Owed, Recent, Roles, Side, Turn};
use crate::time::Span;

use super::{Talk, broken_off, given_up, version};
use crate::verdict::How;
use crate::verdict::ending::unseen::{
    acknowledged_by_abort, answer_behind_hole, answer_unseen, end_unseen, fin_behind_hole,
};
use crate::verdict::evidence::Evidence;

/// RFC 9110 §15.2.2.
const SWITCHING_PROTOCOLS: u16 = 101;
/// A parser that gives up does so as it reads.
const STUMBLES: Span = Span::from_millis(100);

/// What was owed in a connection whose protocol tells, the surest first; `None` where none does, so that turns have to.
pub(in crate::verdict) fn told(evidence: &Evidence<'_>, turn: Turn) -> Option<Talk> {
    let other = version::speaks_no_http(evidence).then_some(Talk::Awaiting);
    let given_up = || given_up::of(evidence).map(|aborted| begun_or_awaited(aborted.stream.body));
    let ended_in_words = || ended_in_words(evidence, turn);
    let pushed = || push_is_cut(evidence).then_some(Talk::Answering);
    let framed = || owed(evidence).and_then(|owed| framed_talk(evidence, owed));
    // Nobody owes an answer to a message of WebSocket.
    let message = || {
        broken_off::is_within_message(evidence)
            .map(|within| if within { Talk::Answering } else { Talk::Complete })
    };
    let switched = || has_switched(evidence.exchange).then_some(Talk::Complete);
    other
        .or_else(given_up)
        .or_else(ended_in_words)
        .or_else(pushed)
        .or_else(framed)
        .or_else(message)
        .or_else(switched)
}

/// Is it the side that was connected to that asks in HTTP? Whatever that owes, it owes to the server.
fn server_asks(evidence: &Evidence<'_>) -> bool {
    let asks = |http: &Http| evidence.close.side(http.client) == Side::Server;
    evidence.close.roles == Roles::Handshake && evidence.http().is_some_and(asks)
}

/// What the client is owed, as far as its protocol tells.
fn owed(evidence: &Evidence<'_>) -> Option<Owed> {
    evidence.exchange.owed().filter(|owed| *owed == Owed::Nothing || !server_asks(evidence))
}

/// What HTTP and sessions of messages tell; `None` where they do not.
fn framed_talk(evidence: &Evidence<'_>, owed: Owed) -> Option<Talk> {
    let server_closed = evidence.closer == Some(Side::Server);
    match owed {
        Owed::Nothing => Some(Talk::Complete),
        Owed::Answer if answer_unseen(evidence) => None,
        Owed::Answer if answer_behind_hole(evidence) => Some(Talk::Answering),
        Owed::Answer => Some(Talk::Awaiting),
        Owed::Rest(BodyLength::UntilClose) if server_closed => Some(Talk::Complete),
        Owed::Rest(BodyLength::Unknown) | Owed::Unknown => None,
        Owed::Rest(_) if acknowledged_by_abort(evidence) || fin_behind_hole(evidence) => None,
        Owed::Rest(_) if end_unseen(evidence) => None,
        Owed::Rest(_) => Some(Talk::Answering),
    }
}

/// Did the server end in the midst of something that it said unasked, and of which it had told how long it is? A client that leaves then needs no
/// more of it.
pub(in crate::verdict) fn push_is_cut(evidence: &Evidence<'_>) -> bool {
    let aborted = evidence.how == How::Reset && evidence.rst_claimed == Some(Side::Server);
    let by_server = aborted || evidence.closer == Some(Side::Server);
    by_server && evidence.exchange.is_within_push() && evidence.close.gaps == 0
}

/// The server's word that it ended the session, if it did.
pub(in crate::verdict) fn fatal<'a>(evidence: &Evidence<'a>) -> Option<&'a Fatal> {
    let said = evidence.exchange.fatal().filter(|fatal| evidence.close.side(fatal.by) == Side::Server);
    let aborted = evidence.how == How::Reset && evidence.rst_claimed == Some(Side::Server);
    said.filter(|_| aborted || evidence.closer == Some(Side::Server))
}

/// Is the server's word that it ends the session its answer to what the client said last? Then it refused that, however long the two
/// had been silent before.
pub(in crate::verdict) fn is_refused(evidence: &Evidence<'_>) -> bool {
    let asked = evidence.exchange.turn.is_some_and(|turn| evidence.close.side(turn.by) == Side::Client);
    asked && fatal(evidence).is_some_and(Fatal::is_reply)
}

/// Was the server's last HTTP response read to its end? Of what the client asked some may not have been.
pub(super) fn answer_is_whole(evidence: &Evidence<'_>) -> bool {
    evidence.http().is_some_and(|http| {
        !http.is_blind(http.client.peer()) && http.response.as_ref().is_some_and(|response| response.complete)
    })
}

/// Did something else come where a chunk of the answer was due? Most clients give up there, whoever closes then.
pub(in crate::verdict) fn is_broken(evidence: &Evidence<'_>) -> bool {
    let ended = matches!(evidence.how, How::Fin | How::FinThenReset | How::Reset);
    ended && evidence.exchange.owed() == Some(Owed::Rest(BodyLength::Broken))
}

/// Did the client end it for another reason? One that cannot read on leaves as that comes; this one had had all for a while.
pub(in crate::verdict) fn left_later(evidence: &Evidence<'_>) -> bool {
    let (close, server) = (evidence.close, evidence.close.end(Side::Server));
    let end = evidence.fin(Side::Client).map_or(evidence.end_time(), |fin| fin.ts);
    let before = |said: &&Recent| said.by == server && said.len > 0 && said.ts <= end;
    let read = close.recent.iter().rev().find(before).map(|last| end.since(last.ts));
    let way = close.rtt.unwrap_or(Span::ZERO);
    evidence.ended_by() == Some(Side::Client) && read.is_some_and(|read| read > STUMBLES.plus(way))
}

/// Did all of a chunked answer come, the last chunk too, and only the empty line behind it not? Some clients take that for an error.
pub(in crate::verdict) fn lacks_only_trailer(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.owed() == Some(Owed::Rest(BodyLength::Trailer))
}

/// Has an HTTP response begun that the end of the connection ends? Whoever leaves before that may have had all of it.
pub(in crate::verdict) fn ends_at_close(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.owed() == Some(Owed::Rest(BodyLength::UntilClose))
}

/// Had an HTTP response begun of which nobody can tell where it ends: its head was cut short by the capture, or bytes are missing?
pub(in crate::verdict) fn end_unknown(evidence: &Evidence<'_>) -> bool {
    let switched = has_switched(evidence.exchange);
    evidence.http().filter(|_| !switched).is_some_and(|http| {
        http.is_blind(http.client.peer()) && http.response.as_ref().is_some_and(|response| !response.complete)
    })
}

/// Is it known, and not only guessed from silence, what was owed?
pub(in crate::verdict) fn is_known(evidence: &Evidence<'_>) -> bool {
    owed(evidence).is_some_and(|owed| owed != Owed::Unknown)
}

/// Would it be known what was answered, had the capture not missed some of that?
pub(in crate::verdict) fn answers_unread(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.is_framed() && !is_known(evidence) && evidence.close.gaps > 0
}

/// Has the connection left HTTP, for something that cannot be read?
fn has_switched(exchange: &Exchange) -> bool {
    let status = exchange.http().and_then(|http| http.response.as_ref()).map(|response| response.status);
    status == Some(SWITCHING_PROTOCOLS)
}

/// Did one side take what the other said in HTTP/2 for an error, or the server answer with something that is no HTTP/2?
pub(in crate::verdict) fn http2_failed(evidence: &Evidence<'_>) -> bool {
    let Some(http2) = evidence.exchange.http2() else { return false };
    let error = |side| http2.goaway.at(evidence.close.end(side)).as_ref().is_some_and(GoAway::is_error);
    let odd = http2.is_blind(http2.client.peer()) && has_all_of_server(evidence);
    odd || http2.other.is_some() || error(Side::Client) || error(Side::Server)
}

/// Did the server say something, all of which was captured? Of what the capture holds only in part nobody knows what it was.
pub(in crate::verdict) fn has_all_of_server(evidence: &Evidence<'_>) -> bool {
    let half = evidence.close.half_before(Side::Server);
    let whole = evidence.close.gaps == 0 && !half.marks.has(Marks::CUT) && evidence.close.handshake_seen();
    half.has_data() && whole
}

/// Both sides of HTTP/2 begin with settings (RFC 9113 §3.4): did the server never send its own?
pub(super) fn greets_in_vain(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    evidence.exchange.http2().is_some() && client.has_data() && !server.has_data() && !answer_unseen(evidence)
}

const fn begun_or_awaited(body: u64) -> Talk {
    if body > 0 { Talk::Answering } else { Talk::Awaiting }
}

/// What the server's own last word about the session leaves owed.
fn ended_in_words(evidence: &Evidence<'_>, turn: Turn) -> Option<Talk> {
    let fatal = fatal(evidence).filter(|_| !is_known(evidence))?;
    let asked = evidence.close.side(turn.by) == Side::Client;
    Some(match () {
        () if asked && !fatal.is_reply() => Talk::Awaiting,
        () if fatal.within => Talk::Answering,
        () => Talk::Complete,
    })
}
