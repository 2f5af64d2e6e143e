//! Ends that hurt nobody: who left was owed nothing, or only goodbyes met a closed socket.

use crate::flow::Side;

use super::{IDLE, Test, any};
use crate::verdict::ending::unseen;
use crate::verdict::evidence::{Evidence, Shape, Talk};
use crate::verdict::talk::{after, answered_early, broken_off, farewell, refused_tls};
use crate::verdict::{Confidence, How, Sender, talk};

/// Only what is said at the end, by programs or for them, met somebody who had left.
const FAREWELLS: &[Test] = &[
    only_tls_came_after,
    after::only_http2_after,
    after::only_a_complaint,
    ended_as_agreed,
    farewell::hung_up_on_goodbye,
    farewell::goodbyes_crossed,
    answered_nothing_new,
    was_bidden_to_go,
];

/// Did nobody miss anything?
pub(super) fn is_peaceful(evidence: &Evidence<'_>) -> bool {
    only_goodbyes(evidence) || left_in_peace(evidence)
}

/// May somebody have missed something all the same?
pub(super) fn is_doubtful(evidence: &Evidence<'_>) -> bool {
    let left = left_in_peace(evidence) && !only_goodbyes(evidence);
    // What a server still says may answer what had been asked before the capture began.
    let answered = talk::began_unseen(evidence) && evidence.close.half(Side::Server).has_data();
    let may_be_cut = left && (talk::end_unknown(evidence) || answered || words_are_missing(evidence));
    let unanswered = talk::may_be_only_settings(evidence);
    may_be_another(evidence)
        || may_be_cut
        || unanswered
        || talk::answers_unread(evidence)
        || ended_mute_in_tls(evidence)
        || unseen::words_are_hidden(evidence)
        // A program that does not like what it saw there leaves as well, and tells its user.
        || evidence.in_tls_handshake && (left || refused_tls::given_up_by_client(evidence))
}

/// May somebody have been asked what the capture does not hold, be it that it misses data or that it begins just before the end?
fn words_are_missing(evidence: &Evidence<'_>) -> bool {
    let aborts = evidence.how == How::Reset && evidence.shape == Shape::Active;
    let soon = evidence.idle_before.is_none_or(|idle| idle < IDLE);
    let began = talk::began_unseen(evidence) && aborts && soon;
    let half = |side| evidence.close.half_before(side);
    let cut = |side: Side| half(side).misses_its_end(half(side.peer()));
    let missing = !talk::is_known(evidence) || [Side::Client, Side::Server].into_iter().any(cut);
    began || evidence.close.gaps > 0 && missing
}

/// Do several things speak against the host in whose name the RST came? What a device ends, neither of the two had ended.
fn may_be_another(evidence: &Evidence<'_>) -> bool {
    !evidence.doubts.is_empty() && evidence.rst_by_confidence == Some(Confidence::Possible)
}

/// Had the talk come to its end, so that goodbyes were all that was lost?
pub(super) fn only_goodbyes(evidence: &Evidence<'_>) -> bool {
    let answers_alert = evidence.answers_alert() && !evidence.lost_data();
    is_quiet(evidence) && (answers_alert || any(FAREWELLS, evidence))
}

/// Did the client leave, by a RST or before one, when nothing was owed to it?
fn left_in_peace(evidence: &Evidence<'_>) -> bool {
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client));
    let by_rst = matches!(evidence.how, How::Reset | How::FinThenReset);
    let too = || evidence.second_end.is_some_and(|second| second.side == Side::Client);
    let left = by_client && by_rst || client_had_closed(evidence) || too();
    let wanted_no_more = nothing_owed(evidence) || only_looked_in(evidence) || wanted_nothing(evidence);
    let refused = answered_early::aborted_by_client(evidence);
    left && wanted_no_more && !refused || left_events(evidence)
}

/// Had everybody had an answer, as far as was asked?
fn is_quiet(evidence: &Evidence<'_>) -> bool {
    matches!(evidence.talk, Talk::Nothing | Talk::Complete)
}

fn nothing_lost(evidence: &Evidence<'_>) -> bool {
    !evidence.lost_data() || only_shook_hands(evidence)
}

/// The same, and nothing was lost?
pub(super) fn nothing_owed(evidence: &Evidence<'_>) -> bool {
    is_quiet(evidence) && nothing_lost(evidence)
}

/// Did nothing but TLS's own records meet a side that had closed?
fn only_tls_came_after(evidence: &Evidence<'_>) -> bool {
    evidence.closer.is_some_and(|closer| after::only_tls_after(evidence, closer))
}

/// Had a WebSocket's end been said, and nothing more after the FIN?
fn ended_as_agreed(evidence: &Evidence<'_>) -> bool {
    broken_off::is_closed(evidence) && evidence.close.exchange.turn == evidence.exchange.turn
}

/// Did the server abort when the client had said goodbye, and had all that it was owed?
fn was_bidden_to_go(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server));
    by_server && evidence.how == How::Reset && farewell::left_with_all(evidence)
}

/// Did a side that had closed refuse what had been said before?
fn answered_nothing_new(evidence: &Evidence<'_>) -> bool {
    nothing_lost(evidence) && evidence.closer.is_some() && evidence.answers_nothing_new()
}

/// Did the client say TLS's goodbye and close, without ever having asked for anything? What the server says of itself (HTTP/2's settings)
/// it does not miss.
fn wanted_nothing(evidence: &Evidence<'_>) -> bool {
    let closed = evidence.closer == Some(Side::Client) && farewell::said_goodbye(evidence, Side::Client);
    closed && evidence.exchange.turns == 0 && !evidence.in_tls_handshake
}

/// Did the client only see whether the server speaks TLS? Of what it had sent nothing was more than the handshake.
fn only_shook_hands(evidence: &Evidence<'_>) -> bool {
    let alert =
        farewell::said_goodbye(evidence, Side::Client) || farewell::said_goodbye(evidence, Side::Server);
    let over = evidence.exchange.tls().is_some_and(|tls| tls.has_handshake() && tls.established);
    over && evidence.exchange.turns == 0 && !alert
}

/// Had the client closed when the server's RST came? What it says then no program sees.
pub(super) fn client_had_closed(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server));
    evidence.how == How::FinThenReset && by_server && evidence.closer == Some(Side::Client)
}

/// Did the client leave a stream of events, which goes on until it does?
pub(super) fn left_events(evidence: &Evidence<'_>) -> bool {
    let events =
        evidence.http().and_then(|http| http.response.as_ref()).is_some_and(|response| response.events);
    let meant = evidence.closer == Some(Side::Client) || evidence.shape == Shape::Active;
    let alone = evidence.rst_claimed.is_none_or(|side| side == Side::Client);
    let left = evidence.ended_by() == Some(Side::Client) && meant && alone;
    events && left && evidence.talk == Talk::Answering
}

/// Did the client leave without a word, and before anything was said to it? Then it only wanted to know whether somebody listens, and
/// a greeting that came too late was meant for nobody.
fn only_looked_in(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half_before(Side::Client);
    evidence.talk == Talk::Nothing && !client.has_data() && evidence.closer == Some(Side::Client)
}

/// Did the server end a session that had just been in use, and without TLS's goodbye, so that it may not have meant to? What it had
/// still to say nobody knows, and nobody can tell that only the client's goodbye was lost.
fn ended_mute_in_tls(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.closer == Some(Side::Server) && after::only_tls_after(evidence, Side::Server);
    let in_use = evidence.idle_before.is_some_and(|idle| idle < IDLE);
    by_server && in_use && farewell::left_without_a_word(evidence, Side::Server)
}
