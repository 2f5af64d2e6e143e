//! A close that the other side answers by an abort: who closed ended it.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm};

use super::story::OPEN;

const ROUND: &str = "A > B P. len 90\nB > A P. len 60\nA > B .\n";

/// A client that does not wait for an answer left, or said goodbye; the server did not choose to end it.
#[test]
fn who_closes_right_behind_its_words_was_not_aborted() {
    let ends = |pause: &str| {
        verdict(&format!("{OPEN}{ROUND}A > B P. len 400\n+0.03 B > A .\n{pause} A > B F.\n+0.003 B > A R."))
    };
    let told = ends("+0.002");
    let found = told.cause.as_ref().map(|found| (found.rule.name, found.confidence));
    assert_eq!(found, Some(("client_abort", Confidence::Possible)), "{:?}", told.evidence);
    assert_eq!(told.harm, None);
    assert!(told.advice.as_deref().is_some_and(|advice| advice.contains("had closed")), "{:?}", told.advice);
    // Who had waited missed its answer.
    assert_eq!(cause(&ends("+2")), (Some("client_abort"), Some(Harm::Harmful)));
    // A RST that does not acknowledge the FIN crossed it.
    let told = verdict(&format!("{OPEN}{ROUND}A > B P. len 400\n+0.03 B > A .\nA > B F.\nB > A R. ack 1491"));
    assert_eq!(told.cause_name(), Some("aborted_by_application"), "{:?}", told.evidence);
}

/// Windows' services do so to everybody.
#[test]
fn an_abort_for_a_close_needs_no_search() {
    let told = verdict(&format!("{OPEN}{ROUND}A > B F.\nB > A R."));
    assert_eq!(cause(&told), (Some("aborted_by_application"), Some(Harm::Harmless)), "{:?}", told.evidence);
    let advice = told.advice.as_deref().unwrap_or_default();
    assert!(advice.contains("a habit of some services") && !advice.contains("SO_LINGER"), "{advice}");
}

/// An upload that is refused early: its client closes with the refusal unread.
#[test]
fn who_aborts_upon_an_early_refusal_did_not_leave_in_peace() {
    let told = verdict(&format!(
        "{OPEN}A > B P. \"PUT /up HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nA > B P. len 1000\nB > A .\n\
B > A P. \"HTTP/1.1 413 Too Large\\r\\nContent-Length: 2\\r\\n\\r\\nno\"\nB > A F.\nA > B P. len 1000\nB > A .\n+0.1 A > B R."
    ));
    assert_eq!(cause(&told), (Some("unread_data_at_close"), Some(Harm::Harmful)), "{:?}", told.evidence);
    let advice = told.advice.as_deref().unwrap_or_default();
    assert!(
        advice.contains("read the request to its end") && !advice.contains("nothing needs doing"),
        "{advice}"
    );
    assert!(
        told.evidence.iter().any(|fact| fact.fact.contains("before the request was whole")),
        "{:?}",
        told.evidence
    );
}
