//! Protocols that nobody reads, whose messages tell all the same where they end.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm};

use super::story::OPEN;

/// The client asks, has this for an answer, and aborts at once.
fn left_with(answer: &str) -> String {
    format!("{OPEN}A > B P. len 72\nB > A P. hex {answer}\nA > B R.")
}

/// SMB's length, DCE/RPC's in the order of bytes that it tells, Kerberos's, TPKT's, Modbus's.
#[test]
fn an_answer_as_long_as_it_says_was_whole() {
    for head in [
        "00000044fe534d42",
        "0500020310000000480000000100",
        "05000203000000000048000000010000",
        "03000048112233",
        "0001000000420103",
    ] {
        let answer = format!("{head}{}", "62".repeat(72 - head.len() / 2));
        let told = verdict(&left_with(&answer));
        assert_eq!(
            cause(&told),
            (Some("aborted_by_application"), Some(Harm::Harmless)),
            "{:?}",
            told.evidence
        );
        let says = "the last message, 72 bytes from the server, was whole";
        assert!(told.evidence.iter().any(|fact| fact.fact == says), "{:?}", told.evidence);
        // What is shorter or longer than that is something else.
        for other in [&answer[..142], &format!("{answer}62")] {
            let told = verdict(&left_with(other));
            let found = told.cause.map(|found| (found.rule.name, found.confidence));
            assert_eq!(found, Some(("client_abort", Confidence::Possible)), "{:?}", told.evidence);
        }
    }
}

/// A line of reply is the whole answer, and what a server says as it closes is none of it.
#[test]
fn a_reply_is_a_line() {
    let mail = format!(
        "{OPEN}B > A P. \"220 mail\\r\\n\"\nA > B P. len 500\n+0.1 B > A P. \"250 ok dirdel\\r\\n\"\n"
    );
    for bye in ["221 mail\\r\\n", "221-You could at least\\r\\n221 say goodbye.\\r\\n"] {
        // Both had closed, and nobody missed a goodbye.
        let told = verdict(&format!("{mail}A > B F.\nB > A PF. ack 1501 \"{bye}\"\nA > B R"));
        assert_eq!(cause(&told), (None, None), "{bye}: {:?}", told.evidence);
        let told = verdict(&format!("{mail}A > B F.\nB > A P. \"{bye}\"\nA > B R\nB > A F.\nA > B R"));
        assert_eq!(
            cause(&told),
            (Some("write_after_close"), Some(Harm::Harmless)),
            "{bye}: {:?}",
            told.evidence
        );
    }
    let told = verdict(&format!("{mail}A > B R."));
    assert_eq!(cause(&told), (Some("aborted_by_application"), Some(Harm::Harmless)), "{:?}", told.evidence);
    // Of several nobody knows which is the last.
    let told = verdict(&format!("{mail}B > A P. \"250 more\\r\\n\"\nA > B R."));
    assert_eq!(told.cause_name(), Some("client_abort"), "{:?}", told.evidence);
}
