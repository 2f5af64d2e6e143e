//! Requests of HTTP that were answered, and what was still said then.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::{OPEN, record};

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

/// A session of TLS in the midst of an upload, in which the server says something, and the client goes on `after` that.
fn upload_in_tls(after: &str, end: &str) -> Verdict {
    let asked = format!("A > B P. hex {}\nB > A P. hex {}\n", record(60), record(99));
    let part = |pause: &str| format!("{pause}A > B P. hex {}\nB > A .\n", record(1300)).repeat(2);
    let said = format!("B > A P. hex {}\n", record(213));
    verdict(&format!("A > B S\nB > A S.\nA > B .\n{asked}+1 {}{said}{}{end}", part(""), part(after)))
}

/// What a server says in the midst of an upload may refuse it: a client that stops then has its answer, and a server that says goodbye has
/// given one.
#[test]
fn what_a_server_says_in_the_midst_of_an_upload_may_answer_it() {
    let bye = record(19);
    let left = "A > B F.\nB > A P. hex 17030300056161616161\nA > B R";
    let told = upload_in_tls("", left);
    let found = told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!(
        (found, told.harm),
        (Some(("client_abort", Confidence::Possible)), None),
        "{:?}",
        told.evidence
    );
    assert!(told.advice.is_some_and(|advice| advice.contains("while the client was sending")));
    let aborted = format!("B > A P. hex {bye}\n+0.5 B > A R.");
    let told = upload_in_tls("", &aborted);
    let names: Vec<_> = told.cause.iter().chain(&told.alternatives).map(|found| found.rule.name).collect();
    assert!(!names.contains(&"no_response"), "{names:?} {:?}", told.evidence);
    assert_eq!(names.first(), Some(&"unread_data_at_close"), "{:?}", told.evidence);
    // A client that begins its next request later had no answer to that.
    let told = upload_in_tls("+0.2 ", left);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("had no answer yet")), "{:?}", told.evidence);
}
