//! Where no protocol tells what is owed: whose turn it was, what was acknowledged, and who was silent for how long.

use crate::flow::{Half, Marks, Offers, Side, Turn};

use super::answered_early::{self, is_rest_of_request};
use super::farewell::{is_last_word, left_with_all, left_without_a_word, said_goodbye};
use super::rhythm::wanted_no_answer;
use super::tls::{offers, record_is_cut};
use super::{QUIET, Talk, after, framed, hidden, sent_away};
use crate::verdict::How;
use crate::verdict::ending::unseen::answer_unseen;
use crate::verdict::ending::{self, shut_window, silence};
use crate::verdict::evidence::Evidence;

/// Settings, their acknowledgement and an update of the window, each in a record of its own.
pub(super) const SETTINGS: u64 = 136;

/// An answer that fits in one segment may be all that was asked for.
pub(in crate::verdict) const SHORT_ANSWER: u64 = 1400;

/// A greeting is no longer than this: those of SMTP, SSH and databases have some hundred bytes.
const GREETING: u64 = 4096;

/// What was owed as far as whose turn it was, acknowledgements and silence tell.
pub(in crate::verdict) fn guess(evidence: &Evidence<'_>, turn: Turn) -> Talk {
    let client_spoke_last = evidence.close.side(turn.by) == Side::Client;
    if client_spoke_last && !answer_unseen(evidence) {
        return if is_settled(evidence, turn) { Talk::Complete } else { Talk::Awaiting };
    }
    let streams = hidden::stream_under_way(evidence).is_some();
    let more = streams || after::went_on(evidence) || shut_window::waited(evidence, Side::Server);
    if more || record_is_cut(evidence) || stream_is_cut(evidence) {
        return Talk::Answering;
    }
    let tells_its_end = turn.tells_its_end() && answer_acknowledged(evidence);
    if left_with_all(evidence)
        || said_goodbye(evidence, Side::Server)
        || (!client_spoke_last && (framed::answer_is_whole(evidence) || tells_its_end))
    {
        return Talk::Complete;
    }
    let greeting = is_greeting(evidence, turn) && answer_acknowledged(evidence);
    let fin_delimits = evidence.closer.is_some() || greeting;
    let whole = fin_delimits || (answer_acknowledged(evidence) && is_quiet(evidence));
    if whole { Talk::Complete } else { Talk::Answering }
}

/// A server that speaks first greets; nothing is owed until the client has asked. Who goes on for long sends a stream.
fn is_greeting(evidence: &Evidence<'_>, said: Turn) -> bool {
    evidence.exchange.turns == 1 && said.bytes <= GREETING && evidence.close.handshake_seen()
}

/// Did the server's FIN come without TLS's goodbye in the midst of something long: one that is killed has no time for it?
pub(in crate::verdict) fn stream_is_cut(evidence: &Evidence<'_>) -> bool {
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
pub(in crate::verdict) fn may_be_only_settings(evidence: &Evidence<'_>) -> bool {
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
    // HTTP has no answer as short as that.
    let goodbye = || offers(evidence) != Offers::NoHttp && sent_away::goodbye(evidence).is_some();
    said.zip(fin).is_some_and(|(said, (by, fin))| {
        said > asked.start && (by == Side::Client && !goodbye() || fin.ts.since(said) > QUIET)
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
pub(in crate::verdict) fn is_full(evidence: &Evidence<'_>, side: Side) -> bool {
    let (me, peer) = (evidence.close.half_before(side), evidence.close.half_before(side.peer()));
    peer.has_data() && me.marks.has(Marks::ACKED) && !me.edge.after(peer.snd_nxt)
}

/// Did the server say a few words and abort at once, when the client had just spoken? A program that dies with all read ends by FIN: it
/// meant to, or had not read all (RFC 1122 §4.2.2.13).
pub(in crate::verdict) fn answered_at_once(evidence: &Evidence<'_>) -> bool {
    let (Some(turn), Some(reset)) = (evidence.exchange.turn, evidence.reset()) else { return false };
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    let short = evidence.close.side(turn.by) == Side::Server && turn.bytes <= SHORT_ANSWER;
    let spoke = reset.rst.ts.since(client.last_data) < QUIET;
    // Some of it may have been overtaken by the RST.
    evidence.how == How::Reset && short && spoke && reset.rst.seq == server.snd_nxt
}

pub(in crate::verdict) fn is_quiet(evidence: &Evidence<'_>) -> bool {
    evidence.idle_before.is_some_and(|idle| idle >= QUIET)
}

/// Does what the client said last want no answer, or did it have one that is hard to see?
fn is_settled(evidence: &Evidence<'_>, turn: Turn) -> bool {
    answered_in_two_bytes(evidence, turn)
        || is_last_word(evidence, turn)
        || wanted_no_answer(evidence, turn)
        || is_probe(evidence, turn)
        || answered_early::is_blind(evidence.exchange) && is_rest_of_request(evidence.exchange, turn)
}

/// Is it one byte that nobody pushed, with which the capture begins? Old systems probe so whether somebody is there (RFC 9293 §3.8.4).
fn is_probe(evidence: &Evidence<'_>, said: Turn) -> bool {
    let first = evidence.close.recent.iter().find(|recent| recent.by == said.by && recent.seq == said.seq);
    let only = said.bytes == 1 && evidence.exchange.turns == 1 && !evidence.close.handshake_seen();
    only && first.is_some_and(|first| !silence::is_speech(first))
}
