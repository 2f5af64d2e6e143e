//! Both sides end the connection by themselves, and their ends cross on the way.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

/// A round trip of 40 ms, and a request.
const ASKED: &str = "A > B S\n+0.04 B > A S.\nA > B .\n\
A > B P. \"GET /slow HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n+0.04 B > A .\n";

fn told(end: &str) -> Verdict {
    verdict(&format!("{ASKED}{end}"))
}

fn alternatives(verdict: &Verdict) -> Vec<&'static str> {
    verdict.alternatives.iter().map(|finding| finding.rule.name).collect()
}

fn confidence(verdict: &Verdict) -> Option<Confidence> {
    verdict.cause.map(|finding| finding.confidence)
}

/// Two timeouts of the same length: whoever's end the capture has first, the other program had not heard of it.
#[test]
fn ends_that_cross_are_told_of_both_sides() {
    for (end, first, other, too) in [
        // As the client's host sees it, and the server's.
        (
            "+1 A > B R.\n+0.02 B > A F.\nA > B R",
            "client_abort",
            "no_response",
            "the server closed (FIN) as well",
        ),
        (
            "+1 B > A F.\n+0.02 A > B R. ack 5001",
            "no_response",
            "client_abort",
            "the client aborted (RST) as well",
        ),
        (
            "+1 A > B F.\n+0.02 B > A F. ack 1032\nA > B . ack 5002",
            "client_abort",
            "no_response",
            "the server closed (FIN) as well",
        ),
        (
            "+1 B > A F.\n+0.02 A > B F. ack 5001\nB > A . ack 1033",
            "no_response",
            "client_abort",
            "the client closed (FIN) as well",
        ),
        ("+1 A > B R.\n+0.02 B > A R.", "client_abort", "no_response", "the server aborted (RST) as well"),
    ] {
        let told = told(end);
        assert_eq!(told.cause_name(), Some(first), "{end} {:?}", told.evidence);
        assert_eq!(confidence(&told), Some(Confidence::Likely), "{end} {:?}", told.evidence);
        assert!(alternatives(&told).contains(&other), "{end} {:?}", told.alternatives);
        assert!(told.evidence.iter().any(|fact| fact.fact.contains(too)), "{end} {:?}", told.evidence);
    }
}

/// Who closes upon the other's end, or sends the rest of an answer before it closes, ended nothing.
#[test]
fn an_end_that_answers_the_other_is_none_of_its_own() {
    let answered = told("+1 A > B F.\nB > A F.\nA > B .");
    assert_eq!(confidence(&answered), Some(Confidence::Certain), "{:?}", answered.evidence);
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\nA > B .\n";
    let rest = told(&format!("{answer}+1 A > B R.\n+0.02 B > A P. \"defghi\"\nB > A F.\nA > B R"));
    assert_eq!((rest.cause_name(), confidence(&rest)), (Some("client_abort"), Some(Confidence::Certain)));
    let later = told("+1 A > B R.\n+1 B > A F.\nA > B R");
    assert!(!later.evidence.iter().any(|fact| fact.fact.contains("as well")), "{:?}", later.evidence);
}

/// Nobody is hurt where both abort what is idle: no program makes a call that could fail.
#[test]
fn idle_connections_that_both_abort_hurt_nobody() {
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc\"\nA > B .\n";
    let told = told(&format!("{answer}+5 B > A R.\n+0.02 A > B R. ack 5042"));
    assert_eq!(told.harm, Some(Harm::Harmless), "{:?} {:?}", told.cause_name(), told.evidence);
    assert_eq!((told.client_sees.read, told.server_sees.read), (None, None));
    assert_eq!(cause(&told).0, Some("aborted_by_application"), "{:?}", told.evidence);
}

/// A pool opens connections ahead of need; whether the request comes behind the server's end, or crosses it, the story is the same.
#[test]
fn a_first_request_that_comes_too_late_is_told_alike_in_any_order() {
    let open = "A > B S\n+0.04 B > A S.\nA > B .\n";
    let get = "A > B P. ack 5001 \"GET /first HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let end = "B > A P. ack 1001 \"HTTP/1.1 408 Request Timeout\\r\\nConnection: close\\r\\n\\r\\n\"\nB > A F. ack 1001\n";
    for story in [
        format!("+5 B > A F.\n+0.02 {get}B > A R seq 5001"),
        format!("+5 {get}+0.02 B > A F. ack 1001\n+0.01 B > A R seq 5001"),
        format!("+5 {end}+0.02 {get}B > A R seq 5001"),
        format!("+5 {get}+0.02 {end}+0.01 B > A R seq 5001"),
    ] {
        let told = verdict(&format!("{open}{story}"));
        assert_eq!(cause(&told), (Some("write_after_close"), Some(Harm::Harmful)), "{:?}", told.evidence);
        let advice = told.advice.unwrap_or_default();
        assert!(advice.contains("waited 5.0") && advice.contains("opened ahead of need"), "{story} {advice}");
    }
}

/// Two requests behind each other: the second crosses the answer to the first, and the server's FIN.
#[test]
fn a_second_request_that_crosses_the_end_is_not_surely_the_one_without_an_answer() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let open = format!("A > B S\n+0.04 B > A S.\nA > B .\n{get}+0.04 B > A .\n{get}");
    let end = "B > A P. ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nB > A F. ack 1028\nB > A R seq 5001";
    let told = verdict(&format!("{open}{end}"));
    assert_ne!(confidence(&told), Some(Confidence::Certain), "{:?} {:?}", told.cause, told.evidence);
}
