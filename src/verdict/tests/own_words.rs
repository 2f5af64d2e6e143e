//! Ends that were announced in so many words: these are told, and nobody looks for another reason.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::OPEN;

const UPGRADED: &str = "A > B S\nB > A S.\nA > B .\n\
A > B P. \"GET /ws HTTP/1.1\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 101 Go\\r\\nUpgrade: websocket\\r\\n\\r\\n\"\nA > B .\n\
A > B P. hex 8182000000006869\nB > A P. hex 81026869\nA > B .\n";

fn says(told: &Verdict, words: &str) -> bool {
    let advised = told.advice.as_deref().is_some_and(|advice| advice.contains(words));
    advised && told.evidence.iter().any(|fact| fact.fact.contains(words))
}

/// A server's Close frame has a code and a reason, and what its client writes then is no next request of a pool.
#[test]
fn a_close_frame_says_why() {
    let wrote = "+2 A > B P. hex 8182000000006869\nB > A R";
    let closed = |frame: &str, rest: &str| {
        verdict(&format!("{UPGRADED}+1 B > A P. hex {frame}\nB > A F.\nA > B .\n{rest}"))
    };
    // 1011, "ping", and 1008 in two segments.
    let told = closed("880603f370696e67", wrote);
    assert_eq!(cause(&told), (Some("write_after_close"), Some(Harm::Harmful)), "{:?}", told.evidence);
    assert!(says(&told, "1011 internal error, ping"), "{:?} {:?}", told.evidence, told.advice);
    let split = closed("880603\nB > A P. hex f061757468", wrote);
    assert!(says(&split, "1008 policy violation, auth"), "{:?} {:?}", split.evidence, split.advice);
    assert!(says(&closed("8800", wrote), "without a code"));
    // A client's is masked, and the server's answer is not why.
    let told =
        verdict(&format!("{UPGRADED}A > B P. hex 88840102030402ea6b6d\nB > A P. hex 880203e8\nB > A R."));
    let fact = "the client ended the WebSocket with a Close frame: 1000 normal closure, hi";
    assert!(told.evidence.iter().any(|told| told.fact == fact), "{:?}", told.evidence);
    // A normal end has no cause at all.
    let told = verdict(&format!(
        "{UPGRADED}B > A P. hex 880203e8\nA > B P. hex 88820000000003e8\nB > A F.\nA > B F.\nB > A ."
    ));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// What a server of mail or of chats says before it closes is why it did, be it behind its last answer, in the same segment.
#[test]
fn a_line_that_ends_a_session_says_why() {
    let talk = "B > A P. \"220 mail\\r\\n\"\nA > B P. \"NOOP\\r\\n\"\nB > A P. \"250 ok\\r\\n\"\nA > B .\n";
    let wrote = "+0.5 A > B P. len 9\nB > A R";
    let lines =
        ["-ERR Disconnected for inactivity.", "ERROR :Closing Link: x (Ping timeout)", "421 4.4.2 timeout"];
    for line in lines {
        let said = format!("+1 B > A P. \"{line}\\r\\n\"\nB > A F.\nA > B .\n{wrote}");
        let told = verdict(&format!("{OPEN}{talk}{said}"));
        assert_eq!(cause(&told), (Some("stale_keepalive"), Some(Harm::Harmful)), "{:?}", told.evidence);
        let words = line.trim_start_matches("-ERR ");
        assert!(says(&told, words), "{:?} {:?}", told.evidence, told.advice);
    }
    let refused =
        "A > B P. \"FOO\\r\\n\"\nB > A P. \"502 what?\\r\\n421 4.7.0 too many errors\\r\\n\"\nB > A F.\n";
    let told = verdict(&format!("{OPEN}{talk}{refused}A > B P. \"BAR\\r\\n\"\nB > A R"));
    assert_eq!(told.cause_name(), Some("write_after_close"), "{:?}", told.evidence);
    assert!(says(&told, "421 4.7.0 too many errors"), "{:?} {:?}", told.evidence, told.advice);
    // What only has such a line in its midst ended nothing.
    let more = refused.replace("errors\\r\\n", "errors\\r\\n250 go on\\r\\n");
    let told = verdict(&format!("{OPEN}{talk}{more}A > B P. \"BAR\\r\\n\"\nB > A R"));
    assert!(!told.evidence.iter().any(|fact| fact.fact.contains("421")), "{:?}", told.evidence);
}

/// A server that sends as soon as it is connected to (the data of FTP, chargen) answers nothing.
#[test]
fn who_was_not_asked_does_not_answer() {
    let sent = "B > A P. len 1400\nB > A P. len 1400\nA > B .\nB > A P. len 1400\n";
    let told = verdict(&format!("{OPEN}{sent}A > B R.\nB > A P. len 1400\nA > B R"));
    assert_eq!(told.cause_name(), Some("client_abort"), "{:?}", told.evidence);
    assert!(!told.evidence.iter().any(|fact| fact.fact.contains("answer")), "{:?}", told.evidence);
    let answered = verdict(&format!("{OPEN}A > B P. len 9\n{sent}A > B R.\nB > A P. len 1400\nA > B R"));
    assert!(answered.evidence.iter().any(|fact| fact.fact.contains("answer")), "{:?}", answered.evidence);
}

/// A pong is a control frame as well, and tells the server nothing of an end.
#[test]
fn a_pong_that_comes_too_late_is_no_goodbye() {
    let told = verdict(&format!(
        "{UPGRADED}+1 B > A P. hex 8900\n+0.5 B > A F.\nA > B .\n+2 A > B P. hex 8a8000000000\nB > A R"
    ));
    assert_eq!((told.cause_name(), told.harm), (Some("aborted_by_application"), Some(Harm::Harmful)));
    assert!(
        told.evidence.iter().all(|fact| !fact.fact.contains("its WebSocket Close frame")),
        "{:?}",
        told.evidence
    );
}

/// A line with a reply code answers what it follows: the server refuses that, and ends nothing without a word.
#[test]
fn a_refusal_is_an_answer() {
    let talk =
        "B > A P. \"220 mail\\r\\n\"\nA > B P. \"NOOP\\r\\n\"\nB > A P. \"250 ok\\r\\n\"\nA > B .\n+0.5 ";
    let refused = "A > B P. \"BDAT x\\r\\n\"\n+0.4 B > A P. \"521 5.5.4 Syntax\\r\\n\"\nB > A F.\n";
    let told = verdict(&format!("{OPEN}{talk}{refused}A > B F.\nB > A ."));
    assert_eq!(cause(&told), (None, None), "{:?}", told.evidence);
    // And what comes behind it is no request of a pool to which nothing had been said.
    let told = verdict(&format!("{OPEN}{talk}{refused}A > B .\n+0.1 A > B P. \"RSET\\r\\n\"\nB > A R"));
    assert_eq!(told.cause_name(), Some("write_after_close"), "{:?}", told.evidence);
}

/// All of a chunked body may come without the empty line that ends it.
#[test]
fn a_body_with_its_last_chunk_was_not_cut() {
    let answer = |body: &str| {
        format!(
            "{OPEN}A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A P. \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n{body}\"\nA > B .\n"
        )
    };
    let ended = |body: &str| verdict(&format!("{}B > A F.\nA > B F.\nB > A .", answer(body)));
    let told = ended("2\\r\\nok\\r\\n0\\r\\n");
    let found = told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!((found, told.harm), (Some(("response_cut", Confidence::Possible)), None));
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("and the last chunk")), "{:?}", told.evidence);
    let told = ended("2\\r\\nok\\r\\n");
    let found = told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!((found, told.harm), (Some(("response_cut", Confidence::Certain)), Some(Harm::Harmful)));
}

/// A request in HTTP/1.0, or one that says so, is the last that is answered.
#[test]
fn who_asks_for_the_last_time_is_answered_once() {
    let asked = |first: &str, answer: &str| {
        verdict(&format!(
            "{OPEN}A > B P. \"GET / {first}\\r\\n\\r\\n\"\nA > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\n{answer}Content-Length: 2\\r\\n\\r\\nok\"\nA > B .\nB > A F.\nA > B F.\nB > A ."
        ))
    };
    for last in ["HTTP/1.0", "HTTP/1.1\\r\\nConnection: close"] {
        let told = asked(last, "");
        assert_eq!(cause(&told), (None, None), "{last}: {:?}", told.evidence);
    }
    for (more, answer) in [
        ("HTTP/1.1", ""),
        ("HTTP/1.0\\r\\nConnection: keep-alive", ""),
        ("HTTP/1.0", "Connection: keep-alive\\r\\n"),
    ] {
        let told = asked(more, answer);
        assert_eq!(told.cause_name(), Some("no_response"), "{more}: {:?}", told.evidence);
    }
}
