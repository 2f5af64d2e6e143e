//! Goodbyes: who said one, and whether anything that came after it mattered.

use crate::flow::{Offers, Recent, Side, Tls, Turn};

use super::QUIET;
use super::after::said_after;
use super::after_goodbye;
use super::tls::offers;
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{How, Sender, ending};

/// The longest last word that needs no answer: `QUIT`, MySQL's and PostgreSQL's goodbyes have 5 or 6 bytes.
pub(super) const LAST_WORD: u64 = 16;
/// The same in TLS, with the record's header and tag; HTTP/2's GOAWAY has 17 bytes and some text.
pub(super) const LAST_WORD_TLS: u64 = 64;

/// The shortest, of which none is a request: of a line, or of a database.
const GOODBYE: u64 = 6;
/// None is shorter than this.
const SHORTEST: u64 = 5;
/// Level and description of a TLS alert (RFC 8446 §6).
const ALERT: u64 = 2;

/// The reply to a goodbye is a line or two: those of IMAP have some eighty bytes. Neither is what a server says as it ends a session longer.
pub(in crate::verdict) const FAREWELL: u64 = 256;

/// Is what the client said last a last word such as QUIT, which wants no answer? Nobody knows of a protocol that cannot be read; but
/// a last word is short, and one of the two closes on it.
pub(in crate::verdict) fn is_last_word(evidence: &Evidence<'_>, said: Turn) -> bool {
    let longest = if evidence.exchange.tls().is_some() { LAST_WORD_TLS } else { LAST_WORD };
    let at_once = evidence.idle_before.is_some_and(|idle| idle < QUIET);
    // Whoever says such a word in TLS goes on with a goodbye, or hears one upon it.
    let heard = evidence.exchange.tls().is_none() || after_goodbye::follows(evidence, said);
    let short = said.bytes <= longest;
    // Who has TLS and means to end says so.
    let meant = evidence.exchange.tls().is_none() || said_goodbye(evidence, Side::Server);
    let by_server = evidence.closer == Some(Side::Server) && heard && (short || (at_once && meant));
    // Who says goodbye and hangs up has no need of the reply.
    let by_client = evidence.closer == Some(Side::Client) && at_once && short;
    let last = match said_after(evidence) {
        None => by_server || by_client,
        Some(after) => by_client && after == Side::Server,
    };
    !evidence.exchange.is_framed() && evidence.exchange.turns > 1 && last
}

/// Did a server abort at once on a few bytes of a protocol that nobody reads, when it had answered all before? They may have been a goodbye,
/// which it closed upon before it read.
pub(in crate::verdict) fn last_word_left_unread(evidence: &Evidence<'_>) -> bool {
    let Some(said) = evidence.exchange.turn else { return false };
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && evidence.closer.is_none();
    let aborted = by_server && evidence.how == How::Reset && evidence.shape == Shape::Active;
    let at_once = evidence.idle_before.is_some_and(|idle| idle < QUIET);
    let short = said.bytes <= LAST_WORD && evidence.close.side(said.by) == Side::Client;
    aborted && at_once && short && !evidence.exchange.is_framed() && evidence.exchange.turns > 1
}

/// Did the client say a last word and hang up on the reply?
pub(in crate::verdict) fn hung_up_on_goodbye(evidence: &Evidence<'_>) -> bool {
    let said = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client);
    let short_word = said.is_some_and(|turn| is_last_word(evidence, turn));
    evidence.closer == Some(Side::Client) && (short_word || was_bidden_farewell(evidence))
}

/// Was nothing owed when the client said goodbye, in words that are known, and nothing but a reply to that said after its FIN?
fn was_bidden_farewell(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.end(Side::Client);
    let unread = evidence.exchange.protocol_name().is_none();
    let goodbye = unread && evidence.exchange.trailing_own_bytes(client) > 0;
    // The server goes on with the turn that it had, or begins where nothing was said before.
    let (before, Some(now)) = (evidence.exchange.turn, evidence.close.exchange.turn) else { return false };
    let by_server = evidence.close.side(now.by) == Side::Server;
    let same = before.is_none_or(|before| before.seq == now.seq && before.by == now.by);
    let said = now.bytes.saturating_sub(before.map_or(0, |before| before.bytes));
    goodbye && by_server && same && (1..=FAREWELL).contains(&said)
}

/// Did the client say goodbye, in words that are known, when it had all that the server ever said? Who waits for more does not leave so.
pub(in crate::verdict) fn left_with_all(evidence: &Evidence<'_>) -> bool {
    let client = evidence.close.end(Side::Client);
    let goodbye = evidence.exchange.trailing_own_bytes(client);
    let unread = evidence.exchange.protocol_name().is_none();
    let last = evidence.close.recent.iter().rev().find(|recent| recent.by == client && recent.len > 0);
    let had_all = |said: &Recent| !evidence.close.half_before(Side::Server).snd_nxt.after(said.ack);
    unread && last.is_some_and(|said| (1..=goodbye).contains(&said.len) && had_all(said))
}

/// Is a TLS alert the last that a side had sent when the end began? close_notify is (RFC 8446 §6.1).
pub(in crate::verdict) fn said_goodbye(evidence: &Evidence<'_>, side: Side) -> bool {
    evidence.exchange.tls().is_some_and(|tls| *tls.closing.at(evidence.close.end(side)))
}

/// Did a side end TLS without its goodbye? Where some of its records are missing that may be among them.
pub(in crate::verdict) fn left_without_a_word(evidence: &Evidence<'_>, side: Side) -> bool {
    let read = evidence.exchange.tls().is_some_and(|tls| !tls.is_blind(evidence.close.end(side)));
    read && !said_goodbye(evidence, side)
}

/// Had both sides said TLS's goodbye, and nothing after it, when the server aborted, which no FIN announced? What it left unread was the
/// client's goodbye.
pub(in crate::verdict) fn both_said_goodbye(evidence: &Evidence<'_>) -> bool {
    let by_server = evidence.closer.is_none() && evidence.ended_by() == Some(Side::Server);
    let both = [Side::Client, Side::Server].iter().all(|&side| said_goodbye(evidence, side));
    by_server && both && !evidence.in_tls_handshake && evidence.exchange.turns > 1
}

/// Had both sides said TLS's goodbye by the end, and was what a RST destroyed no longer than last words? HTTP/2's
/// GOAWAY goes before the close_notify, and both may cross the other side's FIN. Whom a server had told to go may miss something.
pub(in crate::verdict) fn goodbyes_crossed(evidence: &Evidence<'_>) -> bool {
    let sides = [Side::Client, Side::Server];
    let said = |side| said_in_the_end(evidence, side);
    let told_to = evidence.closer == Some(Side::Client) && said_goodbye(evidence, Side::Server);
    evidence.closer.is_some()
        && !told_to
        && words_behind_goodbye(evidence).is_none_or(|words| words <= GOODBYE)
        && sides.into_iter().all(|side| said(side) && lost_little(evidence, side))
}

/// Is what a side said and nobody acknowledged no longer than last words, TLS's goodbye apart?
pub(in crate::verdict) fn lost_little(evidence: &Evidence<'_>, side: Side) -> bool {
    lost_words(evidence, side) <= LAST_WORD_TLS
}

/// How much of what a side said nobody acknowledged, TLS's goodbye apart.
fn lost_words(evidence: &Evidence<'_>, side: Side) -> u64 {
    let (close, end) = (evidence.close, evidence.close.end(side));
    let lost = ending::unacked(close.halves.at(end), close.halves.at(end.peer()));
    lost.saturating_sub(close.exchange.trailing_own_bytes(end)).into()
}

/// How much a client said in one record, without what TLS adds to that, to a server that had closed, before it said TLS's goodbye itself:
/// that is an alert, and as much longer than one. HTTP/2 has a goodbye of its own, which has a text, and may be spoken where the hellos were
/// not captured.
fn words_behind_goodbye(evidence: &Evidence<'_>) -> Option<u64> {
    let hello = evidence.close.exchange.tls().is_some_and(Tls::has_handshake);
    let other = hello && offers(evidence) != Offers::Http2;
    let asks = evidence.closer == Some(Side::Server) && other;
    let words = lost_words(evidence, Side::Client);
    let alert = evidence.close.exchange.trailing_own_bytes(evidence.close.end(Side::Client));
    let added = u64::from(alert).saturating_sub(ALERT);
    (asks && words > 0).then(|| words.saturating_sub(added))
}

/// Is what a client said to a server that had ended the session in TLS no longer than a goodbye, by the server's own, which is an alert and what TLS
/// adds?
pub(in crate::verdict) fn is_goodbye_behind_end(evidence: &Evidence<'_>, said: &Recent) -> bool {
    let hello = evidence.close.exchange.tls().is_some_and(Tls::has_handshake);
    let other = hello && offers(evidence) != Offers::Http2;
    let bye = after_goodbye::of_server(evidence.close, evidence.exchange).filter(|_| other);
    let words = bye.and_then(|bye| (u64::from(said.len) + ALERT).checked_sub(bye.len.into()));
    words.is_some_and(|words| (SHORTEST..=GOODBYE).contains(&words))
}

/// Did a client say something to a server that had closed, and TLS's goodbye behind it, that may have been a last word, or a question?
pub(in crate::verdict) fn may_have_asked(evidence: &Evidence<'_>) -> bool {
    let both = [Side::Client, Side::Server].iter().all(|&side| said_in_the_end(evidence, side));
    let words = words_behind_goodbye(evidence);
    both && words.is_some_and(|words| words > GOODBYE && words <= LAST_WORD)
}

/// Had a side said TLS's goodbye by the end?
fn said_in_the_end(evidence: &Evidence<'_>, side: Side) -> bool {
    let tls = evidence.close.exchange.tls().filter(|tls| tls.established);
    tls.is_some_and(|tls| *tls.closing.at(evidence.close.end(side)))
}

#[cfg(test)]
mod tests {
    use crate::verdict::Harm;
    use crate::verdict::example::verdict;

    const SMTP: &str = "A > B S\nB > A S.\nA > B .\nB > A P. \"220 mail\\r\\n\"\nA > B P. \"NOOP\\r\\n\"\nB > A P. \"250 ok\\r\\n\"\nA > B .\n";
    const REDIS: &str =
        "A > B S\nB > A S.\nA > B .\nA > B P. \"PING\\r\\n\"\nB > A P. \"+PONG\\r\\n\"\nA > B .\n";

    #[test]
    fn a_goodbye_that_meets_a_closed_socket_is_no_request() {
        for goodbye in ["QUIT\\r\\n", "a2 LOGOUT\\r\\n"] {
            let told = verdict(&format!(
                "{SMTP}+300 B > A FP. \"421 timeout\\r\\n\"\nA > B .\n+60 A > B P. \"{goodbye}\"\nB > A R"
            ));
            assert_eq!((told.cause_name(), told.harm), (Some("write_after_close"), Some(Harm::Harmless)));
        }
        let told = verdict(&format!(
            "{SMTP}+300 B > A FP. \"421 timeout\\r\\n\"\nA > B .\n+60 A > B P. \"MAIL FROM:<a@b>\\r\\n\"\nB > A R"
        ));
        assert_eq!((told.cause_name(), told.harm), (Some("stale_keepalive"), Some(Harm::Harmful)));
    }

    #[test]
    fn a_reply_to_a_goodbye_may_be_refused() {
        for (goodbye, reply) in [("QUIT\\r\\n", "221 bye\\r\\n"), ("*1\\r\\n$4\\r\\nQUIT\\r\\n", "+OK\\r\\n")]
        {
            let told = verdict(&format!(
                "{REDIS}A > B P. \"{goodbye}\"\nA > B F.\n+0.02 B > A P. \"{reply}\"\nA > B R"
            ));
            assert_eq!((told.cause_name(), told.harm), (Some("write_after_close"), Some(Harm::Harmless)));
        }
        // Nor is what had been asked before a reply to it.
        let told = verdict(&format!(
            "{REDIS}A > B P. \"BLPOP x 9\\r\\n\"\n+2 A > B P. \"QUIT\\r\\n\"\nA > B F.\n+3 B > A P. len 65\nA > B R"
        ));
        assert_eq!((told.cause_name(), told.harm), (Some("client_abort"), Some(Harm::Harmful)));
        // What is longer than that was still wanted when it was asked for.
        let told =
            verdict(&format!("{REDIS}A > B P. \"QUIT\\r\\n\"\nA > B F.\n+0.02 B > A P. len 1400\nA > B R"));
        assert_eq!((told.cause_name(), told.harm), (Some("client_abort"), Some(Harm::Harmful)));
    }

    /// curl has its answer and leaves; a server of HTTP/2 says GOAWAY, and its close_notify, before it hears of that.
    #[test]
    fn goodbyes_of_tls_may_cross() {
        let record = |len: usize| format!("17030300{len:02x}{}", "61".repeat(len));
        let bye = "15030300020100";
        let shaken = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\n\
B > A P. hex 160303000402000000140303000101160303000420202020\nA > B P. hex 140303000101160303000420202020\nB > A .\n";
        let asked = format!("{shaken}A > B P. hex {}\nB > A P. hex {}\nA > B .\n", record(60), record(99));
        let left = format!("{asked}A > B P. hex {bye}\nA > B F.\n");
        let late = |said: &str| verdict(&format!("{left}B > A FP. hex {said} ack 1098\nA > B R seq 1098"));
        let crossed = late(&format!("{}{bye}", record(41)));
        assert_eq!(crossed.harm, Some(Harm::Harmless), "{:?}", crossed.evidence);
        // Whom a server tells to go may miss what was asked.
        let sent_away =
            verdict(&format!("{asked}B > A P. hex {bye}\nA > B P. hex {bye}\nA > B F.\nB > A R."));
        assert_eq!(sent_away.harm, None, "{:?}", sent_away.evidence);
        for more in [format!("{}{bye}", record(200)), record(41)] {
            let told = late(&more);
            assert_eq!(told.harm, Some(Harm::Harmful), "{:?}", told.evidence);
        }
    }

    /// A frame that acknowledges settings wants no answer, however long the client keeps the connection then.
    #[test]
    fn what_may_be_settings_may_have_been_answered() {
        let record = |len: usize| format!("17030300{len:02x}{}", "61".repeat(len));
        let shaken = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\n\
B > A P. hex 160303000402000000140303000101160303000420202020\nA > B P. hex 140303000101160303000420202020\nB > A .\n";
        for (len, harm) in [(26, None), (60, Some(Harm::Harmful))] {
            let asked =
                format!("{shaken}A > B P. hex {}\nB > A P. hex {}\nA > B .\n", record(60), record(99));
            let left =
                format!("A > B P. hex {}\nB > A .\n+300 A > B FP. hex 15030300020100\nB > A R.", record(len));
            let told = verdict(&format!("{asked}{left}"));
            assert_eq!(told.harm, harm, "{len}: {:?}", told.evidence);
        }
    }

    /// A capture may begin with the goodbyes of a session: encrypted alerts, which cross.
    #[test]
    fn a_capture_may_begin_with_goodbyes() {
        let crossed = |kind: &str| {
            let said = format!("{kind}0303001a{}", "00".repeat(26));
            verdict(&format!(
                "B > A P. hex {said} ack 1000\nB > A F. ack 1000\nA > B P. hex {said} seq 1000 ack 5000\n\
A > B F. ack 5000\nA > B R seq 1000"
            ))
        };
        assert_eq!(
            (crossed("15").cause_name(), crossed("15").harm),
            (None, None),
            "{:?}",
            crossed("15").evidence
        );
        assert_eq!(crossed("17").cause_name(), Some("write_after_close"), "{:?}", crossed("17").evidence);
    }

    /// A kernel that probes an end which its program has left open finds the other side gone.
    #[test]
    fn a_probe_writes_nothing() {
        let talk =
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+15 B > A F.\nA > B .\n";
        for probe in [". seq 1009", ". seq 1009 len 1"] {
            let told = verdict(&format!("{talk}+45 A > B {probe}\nB > A R seq 5011"));
            assert_eq!(told.harm, Some(Harm::Harmless), "{:?}", told.evidence);
            assert!(
                told.evidence.iter().any(|fact| fact.fact.contains("only probed")),
                "{:?}",
                told.evidence
            );
        }
        let wrote = verdict(&format!("{talk}+45 A > B P. len 9\nB > A R seq 5011"));
        assert_eq!(wrote.harm, Some(Harm::Harmful), "{:?}", wrote.evidence);
    }

    #[test]
    fn who_ends_without_an_answer_to_a_goodbye_hurts_nobody() {
        let told = verdict(&format!("{SMTP}A > B P. \"QUIT\\r\\n\"\nB > A F.\nA > B F.\nB > A ."));
        assert_eq!((told.cause_name(), told.harm), (None, None));
    }
}
