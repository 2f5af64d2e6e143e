//! Sessions of TLS that a server ends: what its client's answer to that is, and what it may have been told before.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::record;

/// As long as an alert.
const BYE: u16 = 19;

/// TLS that the two agree on in clear, as with a database; the client's Finished is the last of it.
const SHAKEN: &str = "A > B S\nB > A S.\nA > B .\nA > B P. hex 0000000804d2162f\nB > A P. \"S\"\n\
A > B P. hex 1603010006010000020303\nB > A P. hex 160303000402000000140303000101160303000420202020\n\
A > B P. hex 140303000101160303000420202020\nB > A .\n";

/// What a client asks in `len` bytes, and what the server says before its goodbye.
fn ended(len: u16, answer: &str, end: &str) -> Verdict {
    let greeted = format!("A > B P. hex {}\nB > A P. hex {}\n", record(100), record(200));
    let bye = format!("B > A P. hex {}\n", record(BYE));
    verdict(&format!("{SHAKEN}{greeted}A > B P. hex {}\nB > A .\n{answer}{bye}{end}", record(len)))
}

/// A database that refuses a login says so and ends the session; its client closes with the goodbye unread.
#[test]
fn an_abort_upon_the_servers_goodbye_only_answers_that() {
    let told = ended(
        198,
        &format!("+0.02 B > A P. hex {}\n", record(117)),
        &format!("A > B P. hex {}\nA > B R.", record(BYE)),
    );
    let sure = told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!(sure, Some(("aborted_by_application", Confidence::Possible)), "{:?}", told.evidence);
    assert_eq!(told.harm, None);
    assert!(told.advice.is_some_and(|advice| advice.contains("The server had ended the session")));
}

/// Whether the last words of a server that then says goodbye were an error, nobody sees; behind a last word of the client they were none.
#[test]
fn what_a_server_said_right_before_its_goodbye_may_have_been_an_error() {
    let answer = format!("+0.02 B > A P. hex {}\n", record(117));
    let late = format!("B > A F.\nA > B P. hex {}\nB > A R", record(BYE));
    for (len, harm) in [(198, None), (22, Some(Harm::Harmless))] {
        let told = ended(len, &answer, &late);
        assert_eq!(cause(&told), (Some("write_after_close"), harm), "{len}: {:?}", told.evidence);
    }
}

/// A client that hears the goodbye says its own: a short word of its protocol, TLS's goodbye and its FIN.
#[test]
fn a_farewell_that_answers_the_servers_is_no_request() {
    let answer = format!("+0.1 B > A P. hex {}\n", record(168));
    let words = format!("+0.02 A > B P. hex {}\nB > A R\nA > B P. hex {}\nA > B F.", record(22), record(BYE));
    let told = ended(43, &answer, &format!("+0.005 B > A F.\n{words}"));
    assert_eq!(cause(&told), (Some("write_after_close"), None), "{:?}", told.evidence);
}

/// PostgreSQL's request to cancel another session's query has 16 bytes and no answer.
#[test]
fn a_few_bytes_that_are_answered_by_a_goodbye_may_want_nothing() {
    let bye = record(BYE);
    let told = |len: u16| {
        let asked = format!("A > B P. hex {}\nB > A .\nB > A P. hex {bye}\nB > A F.\n", record(len));
        verdict(&format!("{SHAKEN}{asked}+0.02 A > B P. hex {bye}\nB > A R"))
    };
    assert_eq!(told(33).harm, None, "{:?}", told(33).evidence);
    assert_eq!(told(120).harm, Some(Harm::Harmful), "{:?}", told(120).evidence);
}
