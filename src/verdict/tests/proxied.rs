//! Connections that a proxy begins by saying for whom it makes them.

use crate::verdict::Verdict;
use crate::verdict::example::{cause, verdict};

use super::story::OPEN;

const LINE: &str = "PROXY TCP4 192.0.2.1 192.0.2.2 5678 80\\r\\n";
const GET: &str = "GET /ok HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n";
/// Version 2, of 28 bytes.
const BINARY: &str = "0d0a0d0a000d0a515549540a2111000c0a0100020a010001c8ea1f9d";
const BAD: &str = "HTTP/1.1 400 Bad Request\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n\\r\\n";

fn advised(told: &Verdict, what: &str) -> bool {
    told.advice.as_ref().is_some_and(|advice| advice.contains(what))
}

/// What is spoken comes behind the header, be that a line or in binary, in the same segment or before it.
#[test]
fn behind_the_header_is_what_is_spoken() {
    let begun = [
        format!("A > B P. \"{LINE}{GET}\"\n"),
        format!("A > B P. \"{LINE}\"\nA > B P. \"{GET}\"\n"),
        format!("A > B P. hex {BINARY}\nA > B P. \"{GET}\"\n"),
    ];
    for begun in begun {
        let told = verdict(&format!("{OPEN}{begun}B > A .\n+3 A > B R."));
        assert_eq!(told.cause_name(), Some("client_abort"), "{:?}", told.evidence);
        let asked = told.evidence.iter().find(|fact| fact.fact.contains("the request GET /ok (29 bytes)"));
        assert!(asked.is_some(), "{:?}", told.evidence);
        assert!(!advised(&told, "PROXY"));
    }
}

/// A server that does not expect the header calls it a broken request, or leaves.
#[test]
fn a_server_that_does_not_expect_the_header_takes_it_for_a_broken_request() {
    let refused =
        format!("A > B P. \"{LINE}{GET}\"\nB > A .\nB > A P. \"{BAD}\"\nA > B .\nB > A F.\nB > A R.");
    let told = verdict(&format!("{OPEN}{refused}"));
    assert!(advised(&told, "PROXY protocol (version 1)"), "{:?} {:?}", cause(&told), told.evidence);
    assert!(advised(&told, "answered 400"));
    let mute = format!("A > B P. hex {BINARY}\nA > B P. \"{GET}\"\nB > A .\nB > A F.\nA > B F.\nB > A .");
    let told = verdict(&format!("{OPEN}{mute}"));
    assert_eq!(told.cause_name(), Some("no_response"), "{:?}", told.evidence);
    assert!(advised(&told, "PROXY protocol (version 2)"));
    // Any other answer shows that it was taken.
    let missing = BAD.replace("400 Bad Request", "404 Not Found");
    let told = verdict(&format!(
        "{OPEN}A > B P. \"{LINE}{GET}\"\nB > A .\nB > A P. \"{missing}\"\nA > B .\nB > A F.\nB > A R."
    ));
    assert!(!advised(&told, "PROXY"), "{:?}", told.advice);
}

/// A server that waits for the header ends what begins without it.
#[test]
fn who_is_not_told_may_have_waited_for_the_header() {
    let told = verdict(&format!("{OPEN}A > B P. \"{GET}\"\nB > A .\n+0.001 B > A F.\nA > B F.\nB > A ."));
    assert!(advised(&told, "a header of the PROXY protocol"), "{:?}", told.advice);
}
