//! What the two programs owed each other when the end began: whose turn it was.

pub(super) mod after;
pub(super) mod after_goodbye;
pub(super) mod answered_early;
pub(super) mod broken_off;
pub(super) mod ended_session;
pub(super) mod farewell;
mod framed;
pub(super) mod given_up;
pub(super) mod goaway;
pub(super) mod hidden;
pub(super) mod initiative;
pub(super) mod own_words;
pub(super) mod patience;
pub(super) mod proxied;
pub(super) mod race;
pub(super) mod refused_tls;
pub(super) mod rhythm;
pub(super) mod sent_away;
pub(super) mod tls;
pub(super) mod took_leave;
pub(super) mod turned_away;
mod turns;
pub(super) mod unanswerable;
pub(super) mod unheeded;
pub(super) mod unread;
pub(super) mod unused;
pub(super) mod version;
pub(super) mod woken;

use crate::flow::{Close, Exchange, Marks, Side, Turn};
use crate::time::Span;

use self::answered_early::is_rest_of_request;
pub(super) use self::framed::{
    answers_unread, end_unknown, ends_at_close, fatal, has_all_of_server, http2_failed, is_broken, is_known,
    is_refused, lacks_only_trailer, left_later, push_is_cut,
};

pub(super) use self::turns::{
    SHORT_ANSWER, answered_at_once, is_full, is_quiet, may_be_only_settings, stream_is_cut,
};
use super::evidence::{Evidence, Shape};
use super::who::shape::acknowledges;

/// A pause that is longer than any between two segments of one answer: Linux's shortest retransmission timeout (200 ms,
/// `TCP_RTO_MIN`) and a delayed acknowledgement (40 ms, `TCP_DELACK_MIN`) on top.
pub(super) const QUIET: Span = Span::from_millis(250);

/// Nobody waits for as little as that.
pub(super) const AT_ONCE: Span = Span::from_millis(1);

/// A frame of HTTP/2 without a body, and what TLS adds to it at least (RFC 9113 §4.1, RFC 8446 §5.2).
const EMPTY_FRAME: u32 = 9;
const TLS_RECORD: u32 = 5 + 1 + 16;

/// RFC 9293 §3.4.
const HALF_RING: u64 = 1 << 31;

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
    // What a server says as it closes (408, a goodbye) answers nothing that it does not acknowledge.
    let by_client = |turn: &Turn| close.side(turn.by) == Side::Client;
    let said = exchange.turn.filter(by_client).or_else(|| exchange.turn_before.filter(by_client));
    let Some(turn) = said else { return false };
    // Whoever has said TLS's goodbye answers no more, whatever it still takes.
    let goodbye = after_goodbye::of_server(close, exchange).map(|bye| bye.ack);
    let had_up_to = match (closer, &close.reset) {
        (Some(_), _) if goodbye.is_some_and(|ack| !ack.after(turn.seq)) => goodbye,
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

/// From where the capture was made to this side and back.
pub(super) fn way_to(evidence: &Evidence<'_>, side: Side) -> Span {
    evidence.close.legs.at(evidence.close.end(side)).map_or(Span::ZERO, |leg| leg.shortest)
}

/// Was nothing said, of a connection that began before the capture?
pub(super) fn began_unseen(evidence: &Evidence<'_>) -> bool {
    let began =
        [Side::Client, Side::Server].iter().any(|&side| evidence.close.half(side).marks.has(Marks::SYN));
    evidence.talk == Talk::Nothing && !began
}

/// What was owed at the first FIN or RST: what the protocol tells, or else what whose turn it was lets guess.
pub(super) fn talk(evidence: &Evidence<'_>) -> Talk {
    let Some(turn) = evidence.exchange.turn else {
        return if framed::greets_in_vain(evidence) { Talk::Awaiting } else { Talk::Nothing };
    };
    if evidence.request_crossed {
        return if evidence.exchange.turn_before.is_some() { Talk::Complete } else { Talk::Nothing };
    }
    if after::answer_under_way(evidence) {
        return Talk::Awaiting;
    }
    framed::told(evidence, turn).unwrap_or_else(|| turns::guess(evidence, turn))
}
