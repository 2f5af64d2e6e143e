//! What the two programs owed each other when the end began: whose turn it was.

pub(super) mod after;
pub(super) mod answered_early;
pub(super) mod broken_off;
pub(super) mod farewell;
pub(super) mod goaway;
pub(super) mod own_words;
pub(super) mod patience;
pub(super) mod race;
pub(super) mod refused_tls;
pub(super) mod rhythm;
pub(super) mod tls;
pub(super) mod turned_away;
pub(super) mod version;

use crate::flow::{
    Aborted, BodyLength, Close, Exchange, Fatal, GoAway, Half, Marks, Offers, Owed, Side, Turn,
};
use crate::time::Span;

use self::answered_early::is_rest_of_request;
use self::farewell::{is_last_word, left_without_a_word, said_goodbye};
use self::tls::{offers, record_is_cut};
use super::ending::shut_window;
use super::ending::unseen::{
    acknowledged_by_abort, answer_behind_hole, answer_unseen, end_unseen, fin_behind_hole,
};
use super::evidence::{Evidence, Shape};
use super::who::shape::acknowledges;
use super::{How, ending};

/// A pause that is longer than any between two segments of one answer: Linux's shortest retransmission timeout (200 ms,
/// `TCP_RTO_MIN`) and a delayed acknowledgement (40 ms, `TCP_DELACK_MIN`) on top.
pub(super) const QUIET: Span = Span::from_millis(250);

/// Nobody waits for as little as that.
pub(super) const AT_ONCE: Span = Span::from_millis(1);

/// A frame of HTTP/2 without a body, and what TLS adds to it at least (RFC 9113 §4.1, RFC 8446 §5.2).
const EMPTY_FRAME: u32 = 9;
const TLS_RECORD: u32 = 5 + 1 + 16;

/// Settings, their acknowledgement and an update of the window, each in a record of its own.
const SETTINGS: u64 = 136;

/// An answer that fits in one segment may be all that was asked for.
pub(super) const SHORT_ANSWER: u64 = 1400;
/// A greeting is no longer than this: those of SMTP, SSH and databases have some hundred bytes.
const GREETING: u64 = 4096;

/// RFC 9293 §3.4.
const HALF_RING: u64 = 1 << 31;

/// RFC 9110 §15.2.2.
const SWITCHING_PROTOCOLS: u16 = 101;

/// A copy that comes this much later is no double of the capture but a repetition: Linux's shortest retransmission timeout, with
/// room for its tail loss probe, which comes sooner.
pub(super) const REPEATED: Span = Span::from_millis(150);

/// What the two programs owed each other at the first FIN or RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// Nothing was ever said.
    Nothing,
    /// The client has spoken last and waits for the first byte of an answer.
    Awaiting,
    /// The answer has begun; it is not whole, or nobody can tell that it is.
    Answering,
    /// The last answer is whole.
    Complete,
}

/// Did the server end without having had the client's last message? Then its FIN, or the RST of its live socket, does not
/// acknowledge it: the two crossed.
pub(super) fn crossed(close: &Close, exchange: &Exchange, closer: Option<Side>) -> bool {
    let Some(turn) = exchange.turn.filter(|turn| close.side(turn.by) == Side::Client) else { return false };
    let had_up_to = match (closer, &close.reset) {
        (Some(Side::Server), _) => close.fins.at(close.end(Side::Server)).map(|fin| fin.ack),
        (None, Some(reset)) if close.side(reset.by) == Side::Server => {
            let tells = Shape::of(reset) == Shape::Active && acknowledges(reset);
            tells.then_some(reset.rst.ack)
        }
        _ => None,
    };
    // Numbers compare only within half of their ring.
    let comparable = turn.bytes < HALF_RING;
    comparable && had_up_to.is_some_and(|ack| !ack.after(turn.seq)) && !is_rest_of_request(exchange, turn)
}

/// Has the connection left HTTP, for something that cannot be read?
fn has_switched(exchange: &Exchange) -> bool {
    let status = exchange.http().and_then(|http| http.response.as_ref()).map(|response| response.status);
    status == Some(SWITCHING_PROTOCOLS)
}

/// What was owed at the first FIN or RST.
pub(super) fn talk(evidence: &Evidence<'_>) -> Talk {
    let Some(turn) = evidence.exchange.turn else {
        return if greets_in_vain(evidence) { Talk::Awaiting } else { Talk::Nothing };
    };
    if evidence.request_crossed {
        return if evidence.exchange.turn_before.is_some() { Talk::Complete } else { Talk::Nothing };
    }
    if version::speaks_no_http(evidence) {
        return Talk::Awaiting;
    }
    if let Some(aborted) = given_up(evidence) {
        return if aborted.stream.body > 0 { Talk::Answering } else { Talk::Awaiting };
    }
    if let Some(fatal) = fatal(evidence).filter(|_| !is_known(evidence)) {
        let asked = evidence.close.side(turn.by) == Side::Client;
        return if asked {
            Talk::Awaiting
        } else if fatal.within {
            Talk::Answering
        } else {
            Talk::Complete
        };
    }
    if let Some(known) = evidence.exchange.owed().and_then(|owed| framed_talk(evidence, owed)) {
        return known;
    }
    // Nobody owes an answer to a message of WebSocket.
    if let Some(within) = broken_off::is_within_message(evidence) {
        return if within { Talk::Answering } else { Talk::Complete };
    }
    if has_switched(evidence.exchange) {
        return Talk::Complete;
    }
    let client_spoke_last = evidence.close.side(turn.by) == Side::Client;
    if client_spoke_last && !answer_unseen(evidence) {
        let settled = answered_in_two_bytes(evidence, turn)
            || is_last_word(evidence, turn)
            || answered_early::is_blind(evidence.exchange) && is_rest_of_request(evidence.exchange, turn);
        return if settled { Talk::Complete } else { Talk::Awaiting };
    }
    let more = after::went_on(evidence) || shut_window::waited(evidence, Side::Server);
    if more || record_is_cut(evidence) || stream_is_cut(evidence) {
        return Talk::Answering;
    }
    if said_goodbye(evidence, Side::Server) || (!client_spoke_last && answer_is_whole(evidence)) {
        return Talk::Complete;
    }
    let greeting = is_greeting(evidence, turn) && answer_acknowledged(evidence);
    let fin_delimits = evidence.closer.is_some() || greeting;
    if fin_delimits || (answer_acknowledged(evidence) && is_quiet(evidence)) {
        Talk::Complete
    } else {
        Talk::Answering
    }
}

/// Both sides of HTTP/2 begin with settings (RFC 9113 §3.4): did the server never send its own?
fn greets_in_vain(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    evidence.exchange.http2().is_some() && client.has_data() && !server.has_data() && !answer_unseen(evidence)
}

/// The server's word that it ended the session, if it did.
pub(super) fn fatal<'a>(evidence: &Evidence<'a>) -> Option<&'a Fatal> {
    let said = evidence.exchange.fatal().filter(|fatal| evidence.close.side(fatal.by) == Side::Server);
    let aborted = evidence.how == How::Reset && evidence.rst_claimed == Some(Side::Server);
    said.filter(|_| aborted || evidence.closer == Some(Side::Server))
}

/// The request of HTTP/2 that the server gave up just before its FIN.
pub(super) fn given_up<'a>(evidence: &Evidence<'a>) -> Option<&'a Aborted> {
    // A client that had closed before needed no more of it.
    let by_server = evidence.closer == Some(Side::Server) && evidence.fin_by == Some(Side::Server);
    let fin = evidence.fin(Side::Server).filter(|_| by_server)?;
    let aborted = evidence.exchange.http2()?.aborted.as_ref().filter(|_| is_known(evidence))?;
    (fin.ts.since(aborted.ts) < QUIET).then_some(aborted)
}

/// Was the server's last HTTP response read to its end? Of what the client asked some may not have been.
fn answer_is_whole(evidence: &Evidence<'_>) -> bool {
    evidence.http().is_some_and(|http| {
        !http.is_blind(http.client.peer()) && http.response.as_ref().is_some_and(|response| response.complete)
    })
}

/// Did something else come where a chunk of the answer was due? Most clients give up there, whoever closes then.
pub(super) fn is_broken(evidence: &Evidence<'_>) -> bool {
    let ended = matches!(evidence.how, How::Fin | How::FinThenReset | How::Reset);
    ended && evidence.exchange.owed() == Some(Owed::Rest(BodyLength::Broken))
}

/// A server that speaks first greets; nothing is owed until the client has asked. Who goes on for long sends a stream.
fn is_greeting(evidence: &Evidence<'_>, said: Turn) -> bool {
    evidence.exchange.turns == 1 && said.bytes <= GREETING && evidence.close.handshake_seen()
}

/// Did the server's FIN come without TLS's goodbye in the midst of something long: one that is killed has no time for it?
pub(super) fn stream_is_cut(evidence: &Evidence<'_>) -> bool {
    let Some(turn) = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Server)
    else {
        return false;
    };
    let fin = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server));
    let established = evidence.exchange.tls().is_some_and(|tls| tls.established);
    let long = fin.is_some_and(|fin| fin.ts.since(turn.start) > QUIET);
    let told = said_goodbye(evidence, Side::Client);
    established && long && !told && !is_quiet(evidence) && left_without_a_word(evidence, Side::Server)
}

/// May all that the server answered in TLS have been the settings with which it begins to speak HTTP/2, while its client waited?
pub(super) fn may_be_only_settings(evidence: &Evidence<'_>) -> bool {
    let Some(turn) = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Server)
    else {
        return false;
    };
    let begins = evidence.exchange.turns <= 2 && turn.bytes <= SETTINGS;
    let offered = offers(evidence) == Offers::Http2;
    offered && begins && evidence.closer == Some(Side::Client) && is_quiet(evidence)
}

/// Did the server say something after the client's message that is as long as a TLS alert, and only much later goodbye, or none at
/// all before the client closed? A close_notify comes with the FIN (RFC 8446 §6.1), so that it was a short answer.
fn answered_in_two_bytes(evidence: &Evidence<'_>, asked: Turn) -> bool {
    let server = evidence.close.end(Side::Server);
    let said = evidence.exchange.tls().and_then(|tls| tls.alert_or_message(server));
    let fin = evidence.closer.and_then(|side| Some((side, evidence.fin(side)?)));
    said.zip(fin).is_some_and(|(said, (by, fin))| {
        said > asked.start && (by == Side::Client || fin.ts.since(said) > QUIET)
    })
}

/// Everything that the server said was acknowledged, by the RST of the client's live socket if that ended it, and it could have said more: a shut window ends no answer.
fn answer_acknowledged(evidence: &Evidence<'_>) -> bool {
    let server: &Half = evidence.close.half_before(Side::Server);
    let client = evidence.close.half_before(Side::Client);
    let by_rst = ending::acknowledged_by_rst(evidence.close, Side::Client);
    let acknowledged = server.all_acked_by(client) || by_rst.is_some_and(|ack| !server.snd_nxt.after(ack));
    acknowledged && !is_full(evidence, Side::Client)
}

/// Had this side no room for more of the other's data?
pub(super) fn is_full(evidence: &Evidence<'_>, side: Side) -> bool {
    let (me, peer) = (evidence.close.half_before(side), evidence.close.half_before(side.peer()));
    peer.has_data() && me.marks.has(Marks::ACKED) && !me.edge.after(peer.snd_nxt)
}

/// Did the server say a few words and abort at once, when the client had just spoken? A program that dies with all read ends by FIN: it
/// meant to, or had not read all (RFC 1122 §4.2.2.13).
pub(super) fn answered_at_once(evidence: &Evidence<'_>) -> bool {
    let (Some(turn), Some(reset)) = (evidence.exchange.turn, evidence.reset()) else { return false };
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    let short = evidence.close.side(turn.by) == Side::Server && turn.bytes <= SHORT_ANSWER;
    let spoke = reset.rst.ts.since(client.last_data) < QUIET;
    // Some of it may have been overtaken by the RST.
    evidence.how == How::Reset && short && spoke && reset.rst.seq == server.snd_nxt
}

pub(super) fn is_quiet(evidence: &Evidence<'_>) -> bool {
    evidence.idle_before.is_some_and(|idle| idle >= QUIET)
}

/// Did one side take what the other said in HTTP/2 for an error, or the server answer with something that is no HTTP/2?
pub(super) fn http2_failed(evidence: &Evidence<'_>) -> bool {
    let Some(http2) = evidence.exchange.http2() else { return false };
    let error = |side| http2.goaway.at(evidence.close.end(side)).as_ref().is_some_and(GoAway::is_error);
    let odd = http2.is_blind(http2.client.peer()) && has_all_of_server(evidence);
    odd || http2.other.is_some() || error(Side::Client) || error(Side::Server)
}

/// Did the server say something, all of which was captured? Of what the capture holds only in part nobody knows what it was.
pub(super) fn has_all_of_server(evidence: &Evidence<'_>) -> bool {
    let half = evidence.close.half_before(Side::Server);
    let whole = evidence.close.gaps == 0 && !half.marks.has(Marks::CUT) && evidence.close.handshake_seen();
    half.has_data() && whole
}

/// Was nothing said, of a connection that began before the capture?
pub(super) fn began_unseen(evidence: &Evidence<'_>) -> bool {
    let began =
        [Side::Client, Side::Server].iter().any(|&side| evidence.close.half(side).marks.has(Marks::SYN));
    evidence.talk == Talk::Nothing && !began
}

/// Is it known, and not only guessed from silence, what was owed?
pub(super) fn is_known(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.owed().is_some_and(|owed| owed != Owed::Unknown)
}

/// Would it be known what was answered, had the capture not missed some of that?
pub(super) fn answers_unread(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.is_framed() && !is_known(evidence) && evidence.close.gaps > 0
}

/// Has an HTTP response begun that the end of the connection ends? Whoever leaves before that may have had all of it.
pub(super) fn ends_at_close(evidence: &Evidence<'_>) -> bool {
    evidence.exchange.owed() == Some(Owed::Rest(BodyLength::UntilClose))
}

/// Had an HTTP response begun of which nobody can tell where it ends: its head was cut short by the capture, or bytes are missing?
pub(super) fn end_unknown(evidence: &Evidence<'_>) -> bool {
    let switched = has_switched(evidence.exchange);
    evidence.http().filter(|_| !switched).is_some_and(|http| {
        http.is_blind(http.client.peer()) && http.response.as_ref().is_some_and(|response| !response.complete)
    })
}

/// What HTTP and databases tell; `None` where they do not tell, so that turns have to.
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
