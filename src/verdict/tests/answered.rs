//! Requests of HTTP that were answered, and what was still said then.

use crate::verdict::Harm;
use crate::verdict::example::{cause, verdict};

const OPEN: &str = "A > B S\nB > A S.\nA > B .\n";

/// Node answers an upload early; its client breaks that off, and Node's parser complains of the rest that never came.
#[test]
fn a_complaint_behind_a_whole_answer_hurts_nobody() {
    let late =
        "+0.01 A > B F.\nB > A P. \"HTTP/1.1 400 Bad Request\\r\\nConnection: close\\r\\n\\r\\n\"\nA > B R";
    let told = |length: &str| {
        let post = "A > B P. \"POST / HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90\\r\\n\\r\\nabc\"\n";
        let answer = format!(
            "B > A P. \"HTTP/1.1 401 Unauthorized\\r\\nContent-Length: {length}\\r\\n\\r\\n\"\nA > B .\n"
        );
        verdict(&format!("{OPEN}{post}{answer}{late}"))
    };
    let whole = told("0");
    assert_eq!(cause(&whole), (Some("write_after_close"), Some(Harm::Harmless)), "{:?}", whole.evidence);
    assert!(whole.advice.is_some_and(|advice| advice.contains("then broke off")));
    let cut = told("9");
    assert_eq!(cause(&cut), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", cut.evidence);
}

/// A server at its limit says so to whom it takes and cannot serve, and closes; the request may lie unread, cross that, or come later.
#[test]
fn what_is_said_before_anybody_asked_answers_no_request() {
    let get = "A > B P. ack 5001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let full = "B > A P. ack 1001 \"HTTP/1.1 503 Service Unavailable\\r\\nConnection: close\\r\\n\\r\\n\"\n";
    let told = |end: &str| {
        let told = verdict(&format!("{OPEN}{end}"));
        let advice = told.advice.clone().unwrap_or_default();
        assert!(advice.contains("turned the connection away"), "{advice} {:?}", told.evidence);
        assert_eq!(told.harm, Some(Harm::Harmful), "{:?}", told.evidence);
        told.cause_name()
    };
    assert_eq!(told(&format!("{full}{get}B > A R. seq 5057 ack 1028")), Some("unread_data_at_close"));
    assert_eq!(
        told(&format!("{get}{full}B > A F. ack 1001\n+0.02 B > A R seq 5001")),
        Some("write_after_close")
    );
    assert_eq!(told(&format!("{full}B > A F. ack 1001\n{get}B > A R")), Some("write_after_close"));
    // One that greets, and is asked, and ends then did not turn its client away.
    let greeted =
        verdict(&format!("{OPEN}B > A P. \"220 hello\\r\\n\"\nA > B P. \"EHLO b\\r\\n\"\n+2 B > A R."));
    assert!(!greeted.advice.unwrap_or_default().contains("turned the connection away"));
}

/// A server's limit for reading a request counts from where that began, not from its latest chunk.
#[test]
fn a_slow_upload_is_measured_from_where_it_began() {
    let head = "A > B P. \"POST / HTTP/1.1\\r\\nHost: b\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n\"\n";
    let chunks = "+0.2 A > B P. \"4\\r\\nmore\\r\\n\"\nB > A .\n".repeat(5);
    let told = verdict(&format!("{OPEN}{head}B > A .\n{chunks}B > A F.\nA > B P. len 9\nB > A R"));
    assert_eq!(cause(&told), (Some("no_response"), Some(Harm::Harmful)), "{:?}", told.evidence);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("was not whole")), "{:?}", told.evidence);
    let advice = told.advice.unwrap_or_default();
    assert!(advice.contains("1.01 s after the request had begun"), "{advice}");
}
