//! Did a program lose something or see an error? The whole rule for it is here.

use crate::flow::{Marks, Reset, Side};
use crate::time::Span;

use super::evidence::{Evidence, Shape, Talk};
use super::{
    How, Sender, broken_off, ending, facts, farewell, gave_up, probes, refused_tls, shut_window, talk,
    talk_tls, unseen,
};

/// Whether anybody was hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Harm {
    /// A program lost data or saw an error.
    Harmful,
    /// Nobody can have noticed: everything was delivered, or the one who left is the one who would have cared.
    Harmless,
}

impl Harm {
    /// The word for it in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Harmful => "harmful",
            Self::Harmless => "harmless",
        }
    }
}

/// How long a SYN+ACK may take before a client that then leaves had been waiting for it, and was not merely probing.
const PATIENT: Span = Span::from_millis(200);
/// Who closes a connection because it is idle waits for seconds, mostly five or more (Node), and seldom less than one.
const IDLE: Span = Span::from_secs(1);
/// A head, and the beginning of a body in the same few segments.
const FIRST_WORDS: u64 = 8192;
/// Weighs an end that has a cause; a normal end has no harm to weigh.
///
/// Harmless is a client that resets when nothing is owed to it: it had its whole answer, or had not asked for anything (a
/// browser that closes early, a health check that connects and leaves), unless it had waited in vain for the handshake
/// (where nobody can tell whether it had its whole answer, nobody can tell the harm either: a health check leaves after the first
/// words of one, or asks and does not wait, and other answers end with the connection or with an empty frame; nor where a server ends
/// without TLS's goodbye, a client tries once and no more, only one direction or not the end was captured, or a host did not know a
/// connection that it had never closed; nor where who had closed missed only the acknowledgement of its FIN, or a snaplen hides what it
/// was sent then), and
/// one that had closed by FIN and was owed nothing, whatever the server resets then;
/// a TLS session or an HTTP/2 connection that was over and of which only its own records or frames met the closed socket; the
/// reply to a last word that nobody waits for; a probe that met a closed end; and a scanner, whoever answers it. Everything else is harmful, because somebody waited
/// for what never came; so is a fatal TLS alert and what HTTP/2 calls an error, however it ended then, and a connection that was given up
/// because nobody answered its probes: its program's next call fails.
#[must_use]
pub(super) fn weigh(evidence: &Evidence<'_>) -> Option<Harm> {
    let client_left = evidence.rst_by == Some(Sender::Side(Side::Client));
    let nothing_lost = !evidence.lost_data() || only_shook_hands(evidence);
    let nothing_owed = matches!(evidence.talk, Talk::Nothing | Talk::Complete) && nothing_lost;
    let by_rst = matches!(evidence.how, How::Reset | How::FinThenReset);
    let left = client_left && by_rst || client_had_closed(evidence);
    let left_in_peace = left && (nothing_owed || only_looked_in(evidence) || wanted_nothing(evidence))
        || left_events(evidence);
    let quiet = matches!(evidence.talk, Talk::Nothing | Talk::Complete);
    let tls_alone = evidence.closer.is_some_and(|closer| talk::only_tls_after(evidence, closer));
    let closed = talk::only_http2_after(evidence) || broken_off::is_closed(evidence);
    let farewell = tls_alone
        || closed
        || farewell::hung_up_on_goodbye(evidence)
        || quiet && farewell::goodbyes_crossed(evidence)
        || nothing_lost && evidence.closer.is_some() && evidence.answers_nothing_new();
    let only_goodbyes = quiet && (farewell || (evidence.answers_alert() && !evidence.lost_data()));
    let no_tls = talk_tls::answers_in_clear(evidence);
    let tls_failed = talk_tls::fatal_alert(evidence).is_some()
        || hung_up_in_tls(evidence)
        || no_tls
        || refused_tls::by_server(evidence);
    let gave_up = probes::probing(evidence).is_some_and(|probing| !probing.answered);
    let failed = waited_for_handshake(evidence) || tls_failed || talk::http2_failed(evidence) || gave_up;
    let had_all = client_left && may_have_had_all(evidence)
        || talk::only_a_stream_ended_after(evidence)
        || talk::left_unanswered_in_tls(evidence)
        || talk::left_at_once(evidence)
        || refused_tls::left_at_sight(evidence)
        || connected_late(evidence)
        || only_its_end_was_unanswered(evidence)
        || never_came_in(evidence)
        || left_at_first_words(evidence)
        || evidence.closer == Some(Side::Client) && broken_off::is_broken_off(evidence);
    // Whether all had come before that TLS hides.
    let unseen_end = may_have_closed_unseen(evidence)
        || farewell::both_said_goodbye(evidence)
        || nothing_owed && !only_goodbyes && ended_out_of_sight(evidence)
        || ending::may_be_goodbye(evidence.close);
    let scan = evidence.surroundings.scan.is_some();
    if (had_all || unseen_end || is_hearsay(evidence)) && !failed && !scan || asked_once(evidence) {
        return None;
    }
    if scan || ((only_goodbyes || left_in_peace) && !failed) {
        let may_be_cut = left_in_peace && !only_goodbyes && talk::end_unknown(evidence);
        (!may_be_cut && !ended_mute_in_tls(evidence)).then_some(Harm::Harmless)
    } else {
        (failed || !may_have_met_goodbye(evidence)).then_some(Harm::Harmful)
    }
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

/// Was a SYN sent once, and never again? Its kernel would have sent it again after a second (RFC 6298 §2.1): either the watching ended
/// before that, or the program had no more need of it (a browser that tries IPv4 and IPv6 at once takes what answers first,
/// RFC 8305), or did not wait for so long.
pub(super) fn asked_once(evidence: &Evidence<'_>) -> bool {
    let once = evidence.close.half(Side::Client).packets == 1 && evidence.close.icmp.is_none();
    evidence.how == How::Unanswered && once && evidence.surroundings.scan.is_none()
}

/// Did a client send one SYN and no more, whatever the server answered? No program ever had that connection: its address may be
/// another's (a flood), and who wants to connect tries again.
fn never_came_in(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half(Side::Client);
    let answered = evidence.close.half(Side::Server).marks.has(Marks::SYN);
    evidence.how == How::Silent && answered && client.packets == 1 && client.marks.has(Marks::SYN)
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

/// Had the client closed when the server's RST came? What it says then no program sees.
fn client_had_closed(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server));
    evidence.how == How::FinThenReset && by_server && evidence.closer == Some(Side::Client)
}

/// Did a host refuse what met no socket, and does the capture miss the end of what it had said? It may have closed as always.
fn may_have_closed_unseen(evidence: &Evidence<'_>) -> bool {
    let Some(Sender::Side(side)) = evidence.rst_by else { return false };
    let refuses = evidence.shape == Shape::Reply && evidence.how == How::Reset;
    refuses && ending::end_unseen(evidence.close, side)
}

/// Was nothing owed when a side closed, and does a RST behind that leave open what the other's program had seen or would see?
fn ended_out_of_sight(evidence: &Evidence<'_>) -> bool {
    // Why a server ends a session is encrypted.
    let told_to = farewell::said_goodbye(evidence, Side::Server);
    let forgotten = evidence.closer == Some(Side::Server) && gave_up::refused_a_close(evidence);
    told_to && client_had_closed(evidence)
        || refused_nothing(evidence)
        || forgotten
        || aborted_its_own_end(evidence)
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

/// Was only one direction captured, or nothing but a RST, so that nobody knows what the other side had said or whether it believed that?
fn is_hearsay(evidence: &Evidence<'_>) -> bool {
    let ended = !matches!(evidence.how, How::Refused | How::Unanswered | How::Silent);
    let unheard = |reset: &Reset| !reset.before.at(reset.by.peer()).seen();
    let of_host = evidence.rst_by != Some(Sender::Middlebox);
    ended && (!evidence.close.both_seen() || of_host && evidence.reset().is_some_and(unheard))
}

/// Did the client leave a stream of events, which goes on until it does?
fn left_events(evidence: &Evidence<'_>) -> bool {
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

/// Does the snaplen hide what the server said, of which nothing shows that more was to come?
fn may_be_all(evidence: &Evidence<'_>) -> bool {
    unseen::is_cut_short(evidence) && !shut_window::waited(evidence, Side::Server)
}

/// Had the client closed, and may what came too late have been the server's goodbye, which the snaplen hides?
fn may_have_met_goodbye(evidence: &Evidence<'_>) -> bool {
    let left = evidence.closer == Some(Side::Client) && evidence.how == How::FinThenReset;
    left && may_be_all(evidence) && farewell::lost_little(evidence, Side::Server)
}

/// Did the client abort when its kernel had received all that the server had said, of which nobody can tell whether it was all?
fn may_have_had_all(evidence: &Evidence<'_>) -> bool {
    let end_known = talk::is_known(evidence) && !talk::ends_at_close(evidence);
    let answering = evidence.talk == Talk::Answering && !end_known && !talk_tls::record_is_cut(evidence);
    let short = evidence.exchange.turn.is_some_and(|turn| turn.bytes <= talk::SHORT_ANSWER);
    let short = short || evidence.exchange.tls().is_some() && may_be_all(evidence);
    let more = evidence.reset().is_some_and(|reset| reset.after.at(reset.by.peer()).news);
    evidence.how == How::Reset && answering && short && !more && !evidence.lost_data()
}

/// Did the server end a session that had just been in use, and without TLS's goodbye, so that it may not have meant to? What it had
/// still to say nobody knows, and nobody can tell that only the client's goodbye was lost.
fn ended_mute_in_tls(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.closer == Some(Side::Server) && talk::only_tls_after(evidence, Side::Server);
    let in_use = evidence.idle_before.is_some_and(|idle| idle < IDLE);
    by_server && in_use && farewell::left_without_a_word(evidence, Side::Server)
}

/// Did the server end the TLS handshake?
fn hung_up_in_tls(evidence: &Evidence<'_>) -> bool {
    evidence.in_tls_handshake && evidence.closer == Some(Side::Server)
}

/// The client never sent its last ACK, and the SYN+ACK that it refused had taken long.
fn waited_for_handshake(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half_before(Side::Client);
    let took = evidence.syn_ack_took();
    // Its kernel repeats the SYN as long as its program waits.
    let waited = !connected_late(evidence) || client.packets > 1;
    !client.marks.has(Marks::ACKED) && took.is_some_and(|took| took > PATIENT) && waited
}

/// Did the SYN+ACK come only after it, or the SYN, had been repeated, as the capture shows or the time tells (RFC 6298 §2.1)? The path loses
/// some, and of a client that is gone by then nobody knows when it left: it may have had another connection.
fn connected_late(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.half_before(Side::Client);
    let took = evidence.syn_ack_took();
    !client.marks.has(Marks::ACKED) && took.is_some_and(|took| took >= facts::SYN_REPEATED)
}
