//! Sessions of messages, most of them with databases: who owed what to whom when they ended.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Harm};

use super::story::{found, hex, says, told};

const GET: &str = r#"A > B P. "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n""#;
const BLPOP: &str = r#"A > B P. "*3\r\n$5\r\nBLPOP\r\n$1\r\nq\r\n$1\r\n0\r\n""#;
const SET: &str = r#"A > B P. "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n""#;
/// Of MySQL: the server's greeting, the client's name, and OK.
const LOGIN: &str = "B > A P. hex 0b0000000a382e302e333600010000\n\
A > B P. hex 2600000100820000000000012d0000000000000000000000000000000000000000000000726f6f740000\n\
B > A P. hex 0700000200000002000000\nA > B .\n";

const LEAVES: &str = "A > B F.\nB > A F.\nA > B .";

#[test]
fn a_client_of_redis_that_leaves_without_its_reply_gave_up() {
    let left = told(&format!("{GET}\nB > A .\n+1 {LEAVES}"));
    assert_eq!(
        (found(&left), left.harm),
        (Some(("client_abort", Confidence::Certain)), Some(Harm::Harmful)),
        "{:?}",
        left.evidence
    );
    assert!(says(&left, "the command GET (20 bytes) had no answer yet"), "{:?}", left.evidence);
    // A worker that waits for work may leave any time, and so may a replica, which does not answer.
    for waits in [BLPOP, SET] {
        let left = told(&format!("{waits}\nB > A .\n+1 {LEAVES}"));
        assert_eq!((found(&left), left.harm), (None, None), "{:?}", left.evidence);
    }
}

#[test]
fn a_server_of_redis_that_ends_in_a_reply_cut_it() {
    let cut =
        told(&format!("{GET}\nB > A P. \"$900\\r\\nonly a bit\"\nA > B .\nB > A F.\nA > B F.\nB > A ."));
    assert_eq!(found(&cut), Some(("response_cut", Confidence::Certain)), "{:?}", cut.evidence);
    assert!(says(&cut, "16 bytes, not the whole reply"), "{:?}", cut.evidence);
}

/// Redis says that it takes no more clients, and aborts since it has not read the command.
#[test]
fn who_is_not_let_in_had_no_answer_and_is_told_why() {
    let refusal = "B > A P. \"-ERR max number of clients reached\\r\\n\"\nA > B .\nB > A R.";
    let refused = told(&format!("{GET}\nB > A .\n{refusal}"));
    assert_eq!(refused.cause_name(), Some("no_response"), "{:?}", refused.evidence);
    assert!(says(&refused, "the server said ERR: max number of clients reached"), "{:?}", refused.evidence);
    assert!(!says(&refused, "no answer yet"), "{:?}", refused.evidence);
    assert_eq!(found(&refused), Some(("no_response", Confidence::Likely)));
    assert_eq!(refused.reasons.first(), Some(&"abort_on_close"));
    let advice = refused.advice.unwrap_or_default();
    assert!(advice.contains("max number of clients reached"), "{advice}");
    assert!(!advice.contains("may safely happen twice"), "{advice}");
}

/// An error that is said when the message has begun answers it: NATS takes none that is too long, and leaves the rest unread.
#[test]
fn an_error_upon_a_message_is_its_answer() {
    let hello = "B > A P. \"INFO {}\\r\\n\"\nA > B P. len 33\nB > A P. \"PONG\\r\\n\"\nA > B .\n";
    let error = "B > A P. \"-ERR 'Maximum Payload Violation'\\r\\n\"\n";
    let refused = told(&format!("{hello}A > B P. len 9000\nB > A .\n{error}A > B P. len 900\nB > A R."));
    assert_eq!(found(&refused), Some(("unread_data_at_close", Confidence::Likely)), "{:?}", refused.evidence);
    assert!(!says(&refused, "no answer yet"), "{:?}", refused.evidence);
    assert!(refused.advice.is_some_and(|advice| advice.contains("Maximum Payload Violation")));
}

/// A subscriber is told whole messages; Redis drops one that takes them too slowly, in the midst of one.
#[test]
fn what_redis_pushes_may_be_cut() {
    let subscribed = r#"A > B P. "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nn\r\n"
B > A P. "*3\r\n$9\r\nsubscribe\r\n$1\r\nn\r\n:1\r\n"
A > B .
"#;
    let asked = format!("{GET}\nB > A P. \"$-1\\r\\n\"\n");
    let message = |text: &str| {
        format!("+1 B > A P. \"*3\\r\\n$7\\r\\nmessage\\r\\n$1\\r\\nn\\r\\n$9\\r\\n{text}\"\nA > B .\n")
    };
    let ends = |text: &str, ends: &str| told(&format!("{asked}{subscribed}{}{ends}", message(text)));
    let by_server = "B > A F.\nA > B F.\nB > A .";
    let cut = ends("only", by_server);
    assert_eq!(found(&cut), Some(("response_cut", Confidence::Certain)), "{:?}", cut.evidence);
    assert!(
        cut.advice.as_deref().is_some_and(|advice| advice.contains("client-output-buffer-limit")),
        "{:?}",
        cut.advice
    );
    assert_eq!(found(&ends("only this\\r\\n", by_server)), None);
    assert_eq!(found(&ends("only", LEAVES)), None, "a subscriber may leave any time");
}

/// The same with a FIN, which the first command crosses: what was said is the story, also where nobody had asked yet.
#[test]
fn who_is_turned_away_in_words_and_writes_on_is_told_them() {
    let closes = |words: &str, asks: &str| {
        format!("B > A P. \"{words}\\r\\n\"\nB > A F.\n+0.0001 A > B P. {asks}\nB > A R\n")
    };
    let redis = closes("-ERR max number of clients reached", "\"*1\\r\\n$4\\r\\nPING\\r\\n\"");
    let info = "B > A P. \"INFO {}\\r\\n\"\nA > B .\n";
    let nats = format!("{info}{}", closes("-ERR 'Authorization Violation'", "\"PING\\r\\n\""));
    for (script, words) in [(redis, "max number of clients"), (nats, "Authorization Violation")] {
        let told = told(&script);
        assert_eq!(told.cause_name(), Some("write_after_close"), "{:?}", told.evidence);
        assert!(says(&told, words), "{:?}", told.evidence);
        assert!(told.advice.is_some_and(|advice| advice.contains(words)));
    }
    // What NATS goes on after is none of its last words.
    let goes_on = format!("{info}{}", closes("-ERR 'Invalid Subject'", "\"PING\\r\\n\""));
    assert!(!says(&told(&goes_on), "Invalid Subject"));
}

/// A statement that is longer than the server takes: it says so before it has all of it.
#[test]
fn a_statement_that_is_too_long_is_refused() {
    let error =
        format!("37000001ff8104{}", hex(b"#08S01Got a packet bigger than 'max_allowed_packet' bytes"));
    let error = format!("{:02x}{}", error.len() / 2 - 4, &error[2..]);
    let begins = "A > B P. hex 10270000035345\nA > B P. len 1400\nB > A .\n";
    let refused = told(&format!("{LOGIN}{begins}B > A P. hex {error}\nB > A R."));
    assert_eq!(
        (found(&refused), refused.harm),
        (Some(("unread_data_at_close", Confidence::Likely)), Some(Harm::Harmful)),
        "{:?}",
        refused.evidence
    );
    assert!(says(&refused, "the server said ERROR 1153: Got a packet bigger"), "{:?}", refused.evidence);
    assert!(refused.advice.as_ref().is_some_and(|advice| advice.contains("max_allowed_packet")));
    // Without that word nobody knows why it aborted.
    let aborted = told(&format!("{LOGIN}{begins}B > A R."));
    assert_ne!(found(&aborted), found(&refused), "{:?}", aborted.evidence);
}

#[test]
fn a_query_that_is_killed_had_no_answer() {
    let query = "A > B P. hex 090000000353454c4543542031\nB > A .\n";
    let ends = "B > A F.\nA > B F.\nB > A .";
    let killed = told(&format!("{LOGIN}{query}+1 {ends}"));
    assert_eq!(found(&killed), Some(("no_response", Confidence::Certain)), "{:?}", killed.evidence);
    let idle = told(&format!("{LOGIN}{query}B > A P. hex 0700000100000002000000\nA > B .\n+9 {ends}"));
    assert_eq!(found(&idle), None, "{:?}", idle.evidence);
    // An idle session that ends for its idleness was owed nothing.
    let word = format!("{:02x}000000ffbf0f{}", 3 + 14, hex(b"#HY000The clie"));
    let told = told(&format!(
        "{LOGIN}{query}B > A P. hex 0700000100000002000000\nA > B .\n+9 B > A P. hex {word}\n{ends}"
    ));
    assert_eq!((found(&told), told.harm), (None, None), "{:?}", told.evidence);
    assert!(told.idle_before.is_some_and(|idle| idle >= crate::time::Span::from_secs(8)));
}

/// SMTP's server says that it closes, and why: that breaks no silence, and is no answer.
#[test]
fn a_server_of_mail_says_why_it_closes() {
    let line = |by: &str, text: &str| format!("{by} P. \"{text}\\r\\n\"\n");
    let session = [
        line("B > A", "220 mail ESMTP"),
        line("A > B", "EHLO client"),
        line("B > A", "250 mail"),
        "A > B .\n+2 ".to_owned(),
        line("B > A", "421 4.4.2 mail Error: timeout exceeded"),
        "B > A F.\nA > B .\n+1 ".to_owned(),
        line("A > B", "MAIL FROM:<a@b>"),
        "B > A R".to_owned(),
    ];
    let reused = told(&session.concat());
    assert_eq!(reused.cause_name(), Some("stale_keepalive"), "{:?}", reused.evidence);
    assert!(says(&reused, "the server said 421 4.4.2 mail Error: timeout exceeded"), "{:?}", reused.evidence);
    assert!(
        reused.idle_before.is_some_and(|idle| idle >= crate::time::Span::from_secs(1)),
        "{:?}",
        reused.idle_before
    );
}

/// LDAP's UnbindRequest asks for nothing, whether its server is still there or not; a search does.
#[test]
fn an_unbind_is_a_goodbye() {
    let talk = "A > B S\nB > A S.\nA > B .\nA > B P. hex 300c020101600702010304008000\nB > A P. hex 300c02010161070a010004000400\nA > B .\n";
    let after = |said: &str| verdict(&format!("{talk}+2 B > A F.\nA > B .\n+2 A > B P. hex {said}\nB > A R"));
    let unbind = after("30050201024200");
    assert_eq!((unbind.cause_name(), unbind.harm), (Some("write_after_close"), Some(Harm::Harmless)));
    // With its length in four bytes, and behind a signature.
    let windows = "3084000000050201094200";
    let signed = format!("00000027050404ff000c000c{}{windows}", "11".repeat(20));
    for unbind in [windows, &signed] {
        let unbind = after(unbind);
        assert_eq!((unbind.cause_name(), unbind.harm), (Some("write_after_close"), Some(Harm::Harmless)));
    }
    for other in ["30050201024a00", "30060201024200", "3007020102420000", "30080201026303040000"] {
        assert_eq!(after(other).cause_name(), Some("stale_keepalive"), "{other}");
    }
}

/// Windows' server aborts upon an unbind, right behind its last answer.
#[test]
fn who_said_goodbye_had_its_answer() {
    let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 90\nB > A . len 1460\nB > A P. len 400\nA > B .\n";
    let told = verdict(&format!("{talk}A > B P. hex 3084000000050201094200\nB > A R."));
    let found = (told.cause_name(), told.harm);
    assert_eq!(found, (Some("aborted_by_application"), Some(Harm::Harmless)), "{:?}", told.evidence);
    // What came behind the goodbye it may have had to wait for.
    let told = verdict(&format!("{talk}A > B P. hex 3084000000050201094200\nB > A . len 1460\nB > A R."));
    assert_eq!(told.cause_name(), Some("response_cut"), "{:?}", told.evidence);
}

/// Redis's SHUTDOWN has no reply where it succeeds.
#[test]
fn a_shutdown_that_succeeds_has_no_reply() {
    let told = |asked: &str| {
        verdict(&format!(
            "A > B S\nB > A S.\nA > B .\nA > B P. \"{asked}\"\nB > A .\nB > A F.\nA > B F.\nB > A ."
        ))
    };
    assert_eq!(told("*2\\r\\n$8\\r\\nshutdown\\r\\n$6\\r\\nnosave\\r\\n").cause_name(), None);
    assert_eq!(told("*2\\r\\n$8\\r\\nshutdowx\\r\\n$6\\r\\nnosave\\r\\n").cause_name(), Some("no_response"));
}

/// PHP-FPM's worker is killed behind some of its answer. What it had said so far would look whole.
#[test]
fn a_fastcgi_answer_without_its_end_was_cut() {
    let asked = "A > B P. hex 01010001000800000001010000000000\nA > B P. hex 0105000100000000\nB > A .\n";
    let some = "B > A P. hex 010600010004000068656c6c\nA > B .\n";
    let cut = told(&format!("{asked}{some}+1 B > A R."));
    assert_eq!((found(&cut), cut.harm), (Some(("response_cut", Confidence::Certain)), Some(Harm::Harmful)));
    assert!(says(&cut, "12 bytes, no FCGI_END_REQUEST"), "{:?}", cut.evidence);
    let end = "B > A P. hex 01030001000800000000000000000000\nA > B .\n";
    let whole = told(&format!("{asked}{some}{end}B > A F.\nA > B F.\nB > A ."));
    assert_eq!((found(&whole), whole.harm), (None, None), "{:?}", whole.evidence);
}

/// A name server that closes what was idle, as the question comes, was never asked by a database's client.
#[test]
fn a_dns_query_that_is_not_answered_was_asked_in_vain() {
    let query = "A > B P. hex 001800070100000100000000000001610474657374000010";
    let left = told(&format!("{query}0001\nB > A .\n+2 B > A F.\nA > B F.\nB > A ."));
    assert_eq!(found(&left), Some(("no_response", Confidence::Certain)), "{:?}", left.evidence);
    assert!(says(&left, "the DNS query (26 bytes)"), "{:?}", left.evidence);
    assert!(!left.advice.as_deref().unwrap_or_default().contains("transaction"));
}
