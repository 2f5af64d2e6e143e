//! Ends of which nobody can tell whether they hurt anybody: whoever left may have had all, or wanted nothing, or was not heard.

use crate::flow::{Marks, Reset, Side};

use super::peace::{self, client_had_closed, left_events};
use super::{IDLE, PATIENT, Test, any, may_be_all};
use crate::verdict::ending::{answered_close, gave_up};
use crate::verdict::evidence::{Evidence, Shape, Talk};
use crate::verdict::talk::{
    after, answered_early, broken_off, ended_session, farewell, hidden, initiative, patience, refused_tls,
    rhythm, sent_away, tls, took_leave, turned_away,
};
use crate::verdict::who::forgery;
use crate::verdict::{Confidence, How, Sender, ending, talk};

/// A head, and the beginning of a body in the same few segments.
const FIRST_WORDS: u64 = 8192;

/// Why nobody knows.
const REASONS: &[Test] = &[
    may_have_had_all,
    talk::lacks_only_trailer,
    after::only_a_stream_ended_after,
    hidden::may_lack_the_rest,
    left_when_it_may_have_been_answered,
    patience::left_unanswered_in_tls,
    rhythm::left_waiting,
    rhythm::left_behind_such,
    initiative::server_may_have_asked,
    patience::left_at_once,
    took_leave::unanswered,
    sent_away::may_want_nothing,
    patience::greeted_too_late,
    tls::left_before_answer,
    refused_tls::left_at_sight,
    refused_tls::asked_nothing,
    connected_late,
    refused_or_left,
    only_its_end_was_unanswered,
    never_came_in,
    left_at_first_words,
    left_in_the_midst,
    ended_while_idle,
    answered_close::left_without_waiting,
    may_have_closed_unseen,
    farewell::both_said_goodbye,
    farewell::last_word_left_unread,
    farewell::may_have_asked,
    ended_session::may_have_failed,
    ended_session::may_want_nothing,
    ended_out_of_sight,
    may_be_goodbye,
    turned_away::without_a_word,
    left_before_a_device,
    is_hearsay,
    roles_are_tossed,
];

/// Is there a reason not to know?
pub(super) fn is_unknown(evidence: &Evidence<'_>) -> bool {
    any(REASONS, evidence)
}

/// Did the client abort when its kernel had received all that the server had said, of which nobody can tell whether it was all?
fn may_have_had_all(evidence: &Evidence<'_>) -> bool {
    let client_left = evidence.rst_by == Some(Sender::Side(Side::Client));
    let end_known = talk::is_known(evidence) && !talk::ends_at_close(evidence);
    let answering = evidence.talk == Talk::Answering && !end_known && !tls::record_is_cut(evidence);
    let short = evidence.exchange.turn.is_some_and(|turn| turn.bytes <= talk::SHORT_ANSWER);
    let short = short || evidence.exchange.tls().is_some() && may_be_all(evidence);
    let more = evidence.reset().is_some_and(|reset| reset.after.at(reset.by.peer()).news);
    client_left && evidence.how == How::Reset && answering && short && !more && !evidence.lost_data()
}

/// Did the client leave in the midst of what it sent, when the server may have answered that in TLS?
fn left_when_it_may_have_been_answered(evidence: &Evidence<'_>) -> bool {
    evidence.ended_by() == Some(Side::Client) && answered_early::may_be_hidden(evidence)
}

/// Did the SYN+ACK come late, be it that the path is long or loses some? Of a client that is gone by then nobody knows when it left, or what
/// for: it may have had another connection, of several that it had tried at once.
pub(super) fn connected_late(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half_before(Side::Client);
    let took = evidence.syn_ack_took();
    !client.marks.has(Marks::ACKED) && took.is_some_and(|took| took > PATIENT)
}

/// Did the client reset an answer to its SYN that was refused as well? Its program had given up, or was told.
fn refused_or_left(evidence: &Evidence<'_>) -> bool {
    evidence.rst_by == Some(Sender::Side(Side::Client)) && forgery::answered_twice(evidence)
}

/// Had a side closed, with nothing owed and all that it had said acknowledged, and only its FIN had no answer? Its program knows nothing
/// of that.
fn only_its_end_was_unanswered(evidence: &Evidence<'_>) -> bool {
    let Some(side) = evidence.unanswered_side().filter(|_| evidence.how == How::Silent) else { return false };
    let (me, other) = (evidence.close.half(side), evidence.close.half(side.peer()));
    let had_all = me.has_fin() && other.rcv_nxt == me.fin_end.minus(1);
    had_all
        && evidence.unanswered(side.peer()) == 0
        && matches!(evidence.talk, Talk::Nothing | Talk::Complete)
}

/// Did a client send one SYN and no more, whatever the server answered? No program ever had that connection: its address may be
/// another's (a flood), and who wants to connect tries again.
fn never_came_in(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half(Side::Client);
    let answered = evidence.close.half(Side::Server).marks.has(Marks::SYN);
    let in_vain = evidence.how == How::Silent || gave_up::half_open(evidence);
    in_vain && answered && client.packets == 1 && client.marks.has(Marks::SYN)
}

/// Did the client leave as soon as it had the first words of an answer, before it could have asked for more? A health check has seen the
/// status by then.
fn left_at_first_words(evidence: &Evidence<'_>) -> bool {
    let aborted = evidence.closer.is_none() && evidence.shape == Shape::Active && !evidence.lost_data();
    let by_client = evidence.closer == Some(Side::Client)
        || aborted && evidence.rst_by == Some(Sender::Side(Side::Client));
    let fin = evidence.fin(Side::Client).filter(|_| evidence.closer == Some(Side::Client));
    let ended = fin.map_or_else(|| evidence.end_time(), |fin| fin.ts);
    let begun = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Server);
    // From where the capture was made to the client and back.
    let way = evidence.close.legs.at(evidence.close.client).map_or(0, |leg| leg.shortest.as_nanos());
    let soon = begun.is_some_and(|turn| {
        turn.bytes <= FIRST_WORDS && ended.since(turn.start).as_nanos() <= way + talk::AT_ONCE.as_nanos()
    });
    by_client && evidence.talk == Talk::Answering && soon && !left_events(evidence)
}

/// Did a host refuse what met no socket, and does the capture miss the end of what it had said? It may have closed as always.
fn may_have_closed_unseen(evidence: &Evidence<'_>) -> bool {
    let Some(Sender::Side(side)) = evidence.rst_by else { return false };
    let refuses = evidence.shape == Shape::Reply && evidence.how == How::Reset;
    refuses && ending::end_unseen(evidence.close, side)
}

/// Was nothing owed when a side closed, and does a RST behind that leave open what the other's program had seen or would see?
fn ended_out_of_sight(evidence: &Evidence<'_>) -> bool {
    let quiet = peace::nothing_owed(evidence) && !peace::only_goodbyes(evidence);
    // Why a server ends a session is encrypted.
    let told_to = farewell::said_goodbye(evidence, Side::Server);
    let forgotten = gave_up::refused_a_close(evidence)
        && (evidence.closer == Some(Side::Server) || may_have_waited_in_vain(evidence));
    let out_of_sight = told_to && client_had_closed(evidence)
        || refused_nothing(evidence)
        || forgotten
        || aborted_its_own_end(evidence);
    quiet && out_of_sight
}

/// Had the server spoken last, and may it have had more to say? It had lost the connection when the client closed: for how long it had said
/// nothing tells nothing then.
fn may_have_waited_in_vain(evidence: &Evidence<'_>) -> bool {
    let more = rhythm::server_reports(evidence) && !talk::is_known(evidence);
    more || talk::began_unseen(evidence)
}

/// Did a RST that only answers a segment come from the client, and answer none? A program that leaves sends another one.
fn refused_nothing(evidence: &Evidence<'_>) -> bool {
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client)) && evidence.how == How::Reset;
    let bare = evidence.shape == Shape::Reply && evidence.reset().is_some_and(|reset| reset.prompt.is_none());
    by_client && bare && evidence.handshake_done()
}

/// Did the server reset what it had just closed itself, although nothing more had come? A client that was owed nothing reads an end or an
/// error.
fn aborted_its_own_end(evidence: &Evidence<'_>) -> bool {
    let own = evidence.closer == Some(Side::Server) && evidence.aborted_its_end(Side::Server);
    evidence.how == How::FinThenReset && own && !evidence.exchange.request_unfinished()
}

/// Did the server's own socket end what had been idle for a while, with every answer given, and did its client say nothing more? One that drops
/// the connection then misses nothing; the next call of one that would use it fails, which no packet shows.
fn ended_while_idle(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && evidence.shape == Shape::Active;
    let idle = evidence.idle_before.is_some_and(|idle| idle >= IDLE);
    let spoke = || evidence.reset().is_some_and(|reset| reset.after.at(reset.by.peer()).news);
    // Who ends it as well will not use it any more.
    let left = || evidence.second_end.is_some();
    let answered = evidence.exchange.turn.is_some_and(|turn| evidence.close.side(turn.by) == Side::Server)
        && !evidence.exchange.request_unfinished();
    let settled = by_server && idle && evidence.how == How::Reset && evidence.talk == Talk::Complete;
    settled && answered && !talk::end_unknown(evidence) && !evidence.lost_data() && !spoke() && !left()
}

/// Was only one direction captured, or nothing but a RST, so that nobody knows what the other side had said or whether it believed that?
fn is_hearsay(evidence: &Evidence<'_>) -> bool {
    let ended = !matches!(evidence.how, How::Refused | How::Unanswered | How::Silent);
    let unheard = |reset: &Reset| !reset.before.at(reset.by.peer()).seen();
    let of_host = evidence.rst_by != Some(Sender::Middlebox);
    ended && (!evidence.close.both_seen() || of_host && evidence.reset().is_some_and(unheard))
}

/// Had the client closed, with all that it had asked for, when somebody refused its FIN who may be its server or a device?
fn left_before_a_device(evidence: &Evidence<'_>) -> bool {
    let maybe = evidence.rst_by_confidence == Some(Confidence::Possible);
    let device = maybe && evidence.rst_by == Some(Sender::Middlebox);
    device
        && evidence.closer == Some(Side::Client)
        && evidence.talk == Talk::Complete
        && !evidence.lost_data()
}

/// Did the client close in the midst of a message that ends with the connection as well?
fn left_in_the_midst(evidence: &Evidence<'_>) -> bool {
    evidence.closer == Some(Side::Client) && broken_off::is_broken_off(evidence)
}

/// May the last word, which could not be read, have been a goodbye?
fn may_be_goodbye(evidence: &Evidence<'_>) -> bool {
    ending::may_be_goodbye(evidence)
}

/// Does nothing tell which of the two serves? Who was owed something is not known then.
fn roles_are_tossed(evidence: &Evidence<'_>) -> bool {
    let ended = matches!(evidence.how, How::Fin | How::FinThenReset | How::Reset);
    ended && evidence.close.roles_are_tossed()
}
