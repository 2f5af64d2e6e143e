//! Protocols that nobody reads: whether anything was owed is guessed from who spoke when, and the guess has its limits.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Harm, Verdict};

/// A measurement of throughput, a sink, a file that is handed over: megabytes one way, and the reader closes.
#[test]
fn a_stream_one_way_owes_no_answer() {
    let stream = |len: u32| {
        let sent = format!("A > B . len {len}\nB > A .\n").repeat(3);
        verdict(&format!("A > B S\nB > A S.\nA > B .\n{sent}B > A F.\nA > B F.\nB > A ."))
    };
    assert_eq!(stream(60_000).cause_name(), None);
    assert_eq!(stream(1_000).cause_name(), Some("no_response"));
}

/// A client says goodbye, and its server closes without reading that: nobody knows whether it was one.
#[test]
fn a_short_last_word_may_have_been_left_unread() {
    let last = |len: u32| {
        let told = verdict(&format!(
            "A > B S\nB > A S.\nA > B .\nB > A P. len 18\nA > B P. len 4\nA > B P. len 16\nB > A P. len 20\nA > B P. len {len}\nB > A R."
        ));
        assert_eq!(told.cause_name(), Some("no_response"));
        (told.cause.map(|finding| finding.confidence), told.harm)
    };
    assert_eq!(last(16), (Some(Confidence::Possible), None));
    assert_eq!(last(160), (Some(Confidence::Likely), Some(Harm::Harmful)));
}

/// It began before the capture, and both ports are of those that clients have: who served whom is a toss.
#[test]
fn where_nothing_tells_the_roles_no_story_that_needs_them_is_likely() {
    let text =
        "A > B P. seq 1001 ack 5001 len 1448\nB > A . seq 5001 ack 2449\nA > B P. len 1448\n+0.1 B > A R.";
    let told = |server: &str| verdict(&text.replace('B', server)).cause.map(|finding| finding.confidence);
    assert_eq!(told("B:80"), Some(Confidence::Likely));
    assert_eq!(told("B:35000"), Some(Confidence::Possible));
}

/// What a client says behind a last answer, and nobody answers, was left unread: it should not have been said there, if the client had that answer.
/// A whole answer that its client aborts upon may have been left unread too.
#[test]
fn what_was_said_behind_the_last_answer_was_left_unread() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let last = "B > A P. \"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n";
    let told = |end: &str| verdict(&format!("A > B S\nB > A S.\nA > B .\n{get}{last}{end}"));
    let crossing = get.replace("P.", "P. ack 5001");
    for (get, cause) in [(get, "stale_keepalive"), (&crossing, "unread_data_at_close")] {
        let behind = told(&format!("{get}B > A .\n+1 B > A R."));
        assert_eq!(behind.cause_name(), Some(cause), "{:?}", behind.evidence);
        assert!(behind.alternatives.iter().any(|other| other.rule.name == "aborted_by_application"));
        assert_eq!(behind.reasons.first(), Some(&"abort_on_close"));
        let announced = behind.advice.is_some_and(|advice| advice.contains("had announced"));
        assert_eq!(announced, cause == "stale_keepalive");
    }
    assert_eq!(told("A > B R.").cause_name(), Some("aborted_by_application"));
}

/// Windows and BSD ask for room with the next byte, again and again; who has none hears that.
#[test]
fn what_asks_for_room_is_not_lost() {
    let asked = |room: &str| {
        let probe = format!("+0.5 B > A . seq 6001 ack 1010 len 1\n{room}");
        let told = verdict(&format!(
            "A > B S win 1000\nB > A S.\nA > B . win 1000\nA > B P. len 9 win 1000\nB > A . len 1000\n{room}{}+0.1 {}",
            probe.repeat(4),
            room.trim_end().replace(" . ", " F. ")
        ));
        told.cause_name() == Some("peer_vanished")
    };
    assert!(!asked("A > B . seq 1010 ack 6001 win 0\n"));
    assert!(asked("A > B . seq 1010 ack 6001 win 9000\n"));
}

/// Linux sends on into a window that has just been shut; what is repeated then arrives each time, and is told that there is no room.
#[test]
fn what_finds_no_room_was_not_lost() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 14\nB > A P. len 31\nA > B .\n";
    let told = |wnd: u32| {
        let again =
            |pause: f32| format!("+{pause} B > A . seq 5132 len 1448\n+0.00004 A > B . ack 5132 win {wnd}\n");
        let copies = [0.2, 0.44, 0.83, 1.66].map(again).concat();
        let shut = format!("B > A P. len 100\nB > A P. len 1448\nA > B . ack 5132 win {wnd}\n{copies}");
        verdict(&format!("{open}{shut}+2 A > B F. ack 5132 win 24\n+1.4 B > A . seq 5132 len 1448\nA > B R"))
    };
    let says = |told: &Verdict| told.evidence.iter().any(|fact| fact.fact.contains("it did not arrive"));
    let (shut, open) = (told(0), told(24));
    assert!(says(&open) && !says(&shut), "{:?}", shut.evidence);
    assert!(
        shut.evidence.iter().any(|fact| fact.fact.contains("there had been no room")),
        "{:?}",
        shut.evidence
    );
    assert_eq!((shut.cause_name(), open.cause_name()), (Some("write_after_close"), Some("peer_vanished")));
}

/// A mail server refuses what is too long in one line and closes: what lay in its buffer by then, its shrunken window shows.
#[test]
fn a_shrunken_window_shows_what_was_not_read() {
    let open = "A > B S\nB > A S.\nA > B .\nB > A P. win 500 \"220 mail\\r\\n\"\nA > B P. \"DATA\\r\\n\"\nB > A P. win 500 \"354 go\\r\\n\"\n";
    let told = |win: u32| {
        let body = format!("A > B . len 9000\nB > A . win 500\nA > B . len 40000\nB > A . win {win}\n");
        let end = format!("B > A P. win {win} \"552 too big\\r\\n\"\nB > A F. win {win}\nB > A R. win 500");
        verdict(&format!("{open}{body}{end}"))
    };
    let (shrunk, wide) = (told(10), told(490));
    assert_eq!(shrunk.cause_name(), Some("unread_data_at_close"), "{:?}", shrunk.evidence);
    assert!(shrunk.evidence.iter().any(|fact| fact.fact.contains("its window had shrunk")));
    assert_ne!(wide.cause_name(), Some("unread_data_at_close"), "{:?}", wide.evidence);
}

/// A client that is refused early in its upload closes, and its server leaves the rest unread: nobody meant to abort.
#[test]
fn what_an_early_answer_left_unread_stays_so_when_the_client_closes() {
    let told = verdict(
        "A > B S\nB > A S.\nA > B .\nA > B P. \"PUT /up HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nA > B P. len 1000\nB > A .\n\
B > A P. \"HTTP/1.1 413 Too Large\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B P. len 1000\nA > B F.\nB > A R.",
    );
    assert_eq!(
        (told.cause_name(), told.harm),
        (Some("unread_data_at_close"), Some(Harm::Harmless)),
        "{:?}",
        told.evidence
    );
    assert!(!told.evidence.iter().any(|fact| fact.fact.contains("never answered")), "{:?}", told.evidence);
}

/// Python's http.server answers 501 to a POST, whose body it never reads, shuts its side down and closes: a FIN, and a RST right behind it.
#[test]
fn who_aborts_right_behind_its_own_fin_may_have_left_the_body_unread() {
    let post = "A > B P. \"POST / HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 40\\r\\n\\r\\n\"\nA > B P. len 40\nB > A .\n";
    let says = "B > A P. \"HTTP/1.0 501 Unsupported\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let told = |end: &str| verdict(&format!("A > B S\nB > A S.\nA > B .\n{post}{says}{end}"));
    let at_once = told("B > A F.\nB > A R.");
    let found = at_once.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!(found, Some(("unread_data_at_close", Confidence::Possible)), "{:?}", at_once.evidence);
    assert!(at_once.alternatives.iter().any(|other| other.rule.name == "aborted_by_application"));
    let late = told("B > A F.\nA > B .\n+2 B > A R.");
    assert_eq!(late.cause_name(), Some("aborted_by_application"), "{:?}", late.evidence);
}

/// What answers in no HTTP need not have read what it was asked in HTTP.
#[test]
fn words_without_a_head_show_nothing_of_what_was_read() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n";
    let told = verdict(&format!(
        "A > B S\nB > A S.\nA > B .\n{get}B > A P. \"<html>zeek</html>\"\nA > B .\nB > A R."
    ));
    assert_eq!(told.cause_name(), Some("unread_data_at_close"), "{:?}", told.evidence);
    assert!(told.alternatives.iter().any(|other| other.rule.name == "aborted_by_application"));
}
