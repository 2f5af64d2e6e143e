//! What programs do that hurts nobody, and must not be told as if it did; and the reverse.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Harm};

use super::story::OPEN;

#[test]
fn a_check_that_had_its_answer_hurts_nobody() {
    let get = "A > B P. \"GET / HTTP/1.0\\r\\n\\r\\n\"\n";
    let answer = "B > A P. \"HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let harm = |text: String| verdict(&text).harm;
    assert_eq!(harm(format!("{OPEN}{get}{answer}A > B R.")), Some(Harm::Harmless));
    assert_eq!(harm(format!("{OPEN}A > B P. \"PING\\r\\n\"\nB > A P. \"+PONG\\r\\n\"\nA > B R.")), None);
    // It had not received all of it.
    let part = "A > B P. \"PING\\r\\n\"\nB > A P. len 1000\nA > B R. ack 5501\nB > A P. len 1000\n";
    assert_eq!(harm(format!("{OPEN}{part}A > B R seq 1007")), Some(Harm::Harmful));
}

/// What was answered before does not count among what was left.
#[test]
fn only_what_lies_behind_the_last_answer_was_left_unread() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let last = "B > A P. \"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n";
    let told = {
        // Under way as the answer came.
        let more = get.replace("P.", "P. ack 5001");
        verdict(&format!("A > B S\nB > A S.\nA > B .\n{get}{last}{more}B > A .\n+0.2 B > A R."))
    };
    let says = "the server aborts although 27 bytes of the client had arrived";
    assert!(told.evidence.iter().any(|fact| fact.fact.starts_with(says)), "{:?}", told.evidence);
}

/// A client that had waited for a greeting until its time was up looks like one that held a connection in store.
#[test]
fn a_greeting_that_came_too_late_may_have_been_waited_for() {
    let late = "+2 A > B F.\nB > A .\n+2 B > A P. \"220 mail\\r\\n\"\nA > B R";
    let told = verdict(&format!("A > B S\nB > A S.\nA > B .\n{late}"));
    let found = told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!(found, Some(("client_abort", Confidence::Possible)), "{:?}", told.evidence);
    assert_eq!(told.harm, None);
    assert!(told.advice.is_some_and(|advice| advice.contains("greeting")));
}

#[test]
fn who_only_looks_in_misses_no_greeting() {
    let told = verdict(&format!("{OPEN}A > B F.\nB > A P. \"220 hello\\r\\n\"\nA > B R"));
    assert_eq!((told.cause_name(), told.harm), (Some("write_after_close"), Some(Harm::Harmless)));
    // Who asks and does not wait wanted no answer, perhaps.
    let harm = |waited: &str| {
        verdict(&format!("{OPEN}A > B P. len 9\n{waited}A > B F.\nB > A P. \"220 hello\\r\\n\"\nA > B R"))
            .harm
    };
    assert_eq!((harm(""), harm("+0.5 ")), (None, Some(Harm::Harmful)));
}

#[test]
fn a_stream_is_no_greeting() {
    let stream: String = (0..20).map(|_| "B > A P. len 1000\nA > B .\n").collect();
    let told = verdict(&format!("{OPEN}{stream}A > B R."));
    assert_eq!((told.cause_name(), told.harm), (Some("client_abort"), Some(Harm::Harmful)));
    // Nobody knows what had been asked before the capture began.
    let told =
        verdict("B > A P. seq 5001 ack 1001 len 100\nA > B . seq 1001 ack 5101\nB > A R. seq 5101 ack 1001");
    assert_eq!(told.cause.unwrap().confidence, Confidence::Possible, "{:?}", told.evidence);
}

#[test]
fn what_filled_a_buffer_was_never_read() {
    let open = "A > B S\nB > A S. win 1000\nA > B .\n";
    let upload = "A > B P. len 1000\nB > A . win 0\n+0.2 B > A F. win 0\nA > B .\nB > A R. win 0";
    let told = verdict(&format!("{open}{upload}"));
    assert_eq!(told.cause_name(), Some("unread_data_at_close"), "{:?}", told.evidence);
}

/// PostgreSQL's server says why it ends a session: with a query under way that is no answer, and an idle session loses nothing.
#[test]
fn a_session_that_is_ended_on_purpose_had_no_answer() {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let fatal = format!("450000002e{}", hex(b"SFATAL\0C57P01\0Mterminating connection now\0\0"));
    let end = "B > A F.\nA > B F.\nB > A .";
    let query = "A > B P. hex 510000000d53454c454354203100\nB > A .\n";
    let answer = "B > A P. hex 5a0000000549\nA > B .\n";
    let told = verdict(&format!("{OPEN}{query}+1 B > A P. hex {fatal}\n{end}"));
    assert_eq!(
        (told.cause_name(), told.harm),
        (Some("no_response"), Some(Harm::Harmful)),
        "{:?}",
        told.evidence
    );
    assert_eq!(told.cause.map(|finding| finding.confidence), Some(Confidence::Likely));
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("FATAL 57P01: terminating connection now")));
    assert!(told.advice.is_some_and(|advice| advice.contains("on purpose")));
    let idle = verdict(&format!("{OPEN}{query}{answer}+9 B > A P. hex {fatal}\n{end}"));
    assert_eq!(idle.cause_name(), None, "{:?}", idle.evidence);
}

/// A pool that only says goodbye on a connection that its server had closed asked for nothing.
#[test]
fn a_goodbye_to_who_has_left_hurts_nobody() {
    let talk = "A > B P. len 20\nB > A P. len 40\nA > B .\n+5 B > A F.\nA > B .\n";
    let goodbye = verdict(&format!("{OPEN}{talk}+1 A > B P. hex 5800000004\nB > A R"));
    assert_eq!((goodbye.cause_name(), goodbye.harm), (Some("write_after_close"), Some(Harm::Harmless)));
    let query = verdict(&format!("{OPEN}{talk}+1 A > B P. hex 510000000d53454c454354203100\nB > A R"));
    assert_eq!((query.cause_name(), query.harm), (Some("stale_keepalive"), Some(Harm::Harmful)));
}

/// Who probes in vain may wait for something: its next call fails.
#[test]
fn an_unanswered_probe_is_an_error_for_the_one_who_waits() {
    let probe = "+1 A > B . seq 1010\n";
    let talk = format!("{OPEN}A > B P. len 10\nB > A P. len 20\nA > B .\n{probe}{probe}{probe}");
    let told = verdict(&format!("{talk}+1 A > B R."));
    assert_eq!(told.harm, Some(Harm::Harmful), "{:?} {:?}", told.cause_name(), told.evidence);
}

#[test]
fn half_a_request_is_owed_no_answer() {
    let half = "A > B P. \"GET / HTTP/1.1\\r\\nHo\"\nB > A .\n+1 B > A F.\nA > B F.\nB > A .";
    let told = verdict(&format!("{OPEN}{half}"));
    let found = told.cause.map(|finding| (finding.rule.name, finding.confidence));
    assert_eq!(found, Some(("no_response", Confidence::Likely)));
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("was not whole")), "{:?}", told.evidence);
    assert!(told.advice.is_some_and(|advice| advice.contains("rest of the request")));
    let left = "A > B P. \"GET / HTTP/1.1\\r\\nHo\"\nB > A .\n+1 A > B F.\nB > A F.\nA > B .";
    let told = verdict(&format!("{OPEN}{left}"));
    assert_eq!(told.cause_name(), Some("client_abort"));
    assert!(told.advice.is_some_and(|advice| advice.contains("its own request")));
}

/// An answer without a length is whole when its server closes: who leaves before that may have had all of it.
#[test]
fn who_leaves_before_the_end_of_an_endless_answer_may_have_all() {
    let talk =
        "A > B P. \"GET / HTTP/1.0\\r\\n\\r\\n\"\nB > A P. \"HTTP/1.1 200 OK\\r\\n\\r\\nok\"\nA > B R.";
    let told = verdict(&format!("{OPEN}{talk}"));
    let found = told.cause.map(|finding| (finding.rule.name, finding.confidence));
    assert_eq!(
        (found, told.harm),
        (Some(("client_abort", Confidence::Possible)), None),
        "{:?}",
        told.evidence
    );
}

#[test]
fn a_side_that_does_not_read_is_told_of() {
    let asked = "A > B P. len 30\nB > A . len 900\nA > B . win 0\n";
    let probe = "+0.6 B > A . seq 5900 len 1 ack 1031\nA > B . win 0 ack 5901\n";
    let said = |text: String| {
        let told = verdict(&text);
        let fact =
            told.evidence.iter().find(|fact| fact.fact.contains("window was shut")).map(|fact| fact.frame);
        (told.cause_name(), told.cause.map(|finding| finding.confidence), fact)
    };
    let likely = (Some("response_cut"), Some(Confidence::Likely));
    let waited = said(format!("{OPEN}{asked}{probe}+1 B > A R. seq 5901"));
    assert_eq!(((waited.0, waited.1), waited.2), (likely, Some(Some(6))));
    let soon = said(format!("{OPEN}{asked}+0.1 B > A R."));
    assert_eq!((soon.1, soon.2), (Some(Confidence::Possible), None));
    // It read again.
    let open = said(format!("{OPEN}{asked}{probe}A > B . win 1000\n+1 B > A R. seq 5901"));
    assert_eq!((open.0, open.2), (Some("aborted_by_application"), None));
    let left = said(format!("{OPEN}{asked}{probe}+1 A > B R."));
    assert_eq!(((left.0, left.1), left.2), ((Some("client_abort"), Some(Confidence::Likely)), Some(Some(6))));
}

/// An upload of which the head says how long it is, an answer, a close, and the rest.
#[test]
fn the_rest_of_a_refused_upload_meets_a_closed_socket() {
    let head = "A > B P. \"PUT /up HTTP/1.1\\r\\nContent-Length: 900\\r\\n\\r\\n\"\nB > A .\n";
    let answer = "B > A P. \"HTTP/1.1 413 No\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\nB > A F.\n";
    let told = verdict(&format!("{OPEN}{head}{answer}A > B P. len 900\nB > A R"));
    assert_eq!(told.cause_name(), Some("unread_data_at_close"), "{:?}", told.evidence);
}

/// Of a protocol that cannot be read: an error, and the end at once.
#[test]
fn a_short_word_and_a_reset_is_no_crash() {
    let of = |asked: &str, answer: &str| {
        let told = verdict(&format!("{OPEN}A > B P. {asked}\nB > A .\nB > A P. {answer}\nA > B .\nB > A R."));
        told.cause.map(|finding| (finding.rule.name, finding.confidence))
    };
    assert_eq!(of("len 9000", "len 40"), Some(("unread_data_at_close", Confidence::Likely)));
    assert_eq!(of("len 90", "len 40"), Some(("unread_data_at_close", Confidence::Possible)));
    assert_eq!(of("len 90", "len 4000"), Some(("response_cut", Confidence::Possible)));
}

/// A request in several small pieces is one when its client waits for long behind it.
#[test]
fn a_request_may_come_in_pieces() {
    let pieces = "A > B P. len 16\nB > A .\n".repeat(4);
    let told = verdict(&format!("{OPEN}{pieces}+3.7 B > A R."));
    assert_eq!(told.cause_name(), Some("no_response"), "{:?}", told.evidence);
    let log = "+1 A > B P. len 16\nB > A .\n".repeat(4);
    let told = verdict(&format!("{OPEN}{log}+3.7 B > A R."));
    assert_ne!(told.cause_name(), Some("no_response"), "{:?}", told.evidence);
}

/// Only the server's close would have told that an answer without a length is whole.
#[test]
fn who_leaves_an_endless_answer_that_goes_on_left_it() {
    let talk =
        "A > B P. \"GET / HTTP/1.0\\r\\n\\r\\n\"\nB > A P. \"HTTP/1.1 200 OK\\r\\n\\r\\nok\"\nA > B .\n";
    let told = verdict(&format!("{OPEN}{talk}+0.1 A > B F.\nB > A P. len 2\nA > B R"));
    assert_eq!(told.cause_name(), Some("client_abort"), "{:?}", told.evidence);
}

/// RFC 6455: a Close frame that meets a closed socket is missed by nobody; an end without one is an error for both programs.
#[test]
fn a_websocket_ends_by_a_close_frame() {
    let asked =
        "A > B P. \"GET /ws HTTP/1.1\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n\"\n";
    let opened =
        format!("{OPEN}{asked}B > A P. \"HTTP/1.1 101 Go\\r\\nUpgrade: websocket\\r\\n\\r\\n\"\nA > B .\n");
    let message = "B > A P. hex 81026869\nA > B .\n";
    let of = |end: &str| {
        let told = verdict(&format!("{opened}{message}{end}"));
        (told.cause_name(), told.harm)
    };
    let (close, answer) = ("B > A P. hex 880203e8\n", "A > B P. hex 88820102030402ea\n");
    let harmless = Some(Harm::Harmless);
    assert_eq!(of(&format!("{close}{answer}B > A F.\nA > B F.\nB > A .")), (None, None));
    assert_eq!(of(&format!("{close}B > A F.\n{answer}B > A R")), (Some("write_after_close"), harmless));
    assert_eq!(of(&format!("{close}{answer}B > A R.")).1, harmless);
    // A message that comes behind both is lost, and its program thinks it sent.
    let late = "+1 A > B P. hex 8186010203044f5067617367\n";
    assert_eq!(
        of(&format!("{close}B > A F.\n{late}B > A R")),
        (Some("write_after_close"), Some(Harm::Harmful))
    );
    let broken = Some(Harm::Harmful);
    assert_eq!(of("+1 B > A F.\nA > B F.\nB > A ."), (Some("aborted_by_application"), broken));
    assert_eq!(of("+60 B > A F.\nA > B F.\nB > A ."), (Some("idle_timeout"), broken));
    assert_eq!(of("+1 A > B F.\nB > A F.\nA > B ."), (None, None));
    assert_eq!(of("+60 A > B F.\nB > A F.\nA > B ."), (Some("idle_timeout"), None));
}

/// A timeout is a round number of seconds, or comes more than once.
#[test]
fn one_close_makes_no_timeout() {
    let of = |idle: &str| {
        let asked = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
        let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
        let told = verdict(&format!("{OPEN}{asked}{answer}+{idle} B > A F.\nA > B .\n+1 {asked}B > A R"));
        assert_eq!(told.cause_name(), Some("stale_keepalive"));
        told.advice.unwrap()
    };
    assert!(of("5.001").contains("the server closes after 5.00 s idle"));
    assert!(of("4.7").contains("only once here"));
    assert!(of("0.99").contains("only once here"), "somebody may have closed it by hand");
    let told = verdict(&format!("{OPEN}A > B P. len 9\nB > A P. len 9\nA > B .\n+2 B > A R."));
    assert_eq!(told.cause_name(), Some("aborted_by_application"));
    assert!(told.advice.is_some_and(|advice| advice.contains("2.00 s after the last message")));
    assert!(told.alternatives.iter().any(|other| other.rule.name == "idle_timeout"));
}

/// Server-sent events end when their reader has had enough.
#[test]
fn who_leaves_a_stream_of_events_has_had_enough() {
    let of = |kind: &str, end: &str| {
        let head =
            format!("HTTP/1.1 200 OK\\r\\nContent-Type: {kind}\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n");
        let talk = format!(
            "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A P. \"{head}3\\r\\nabc\\r\\n\"\nA > B .\n"
        );
        let told = verdict(&format!("{OPEN}{talk}{end}"));
        (told.cause_name(), told.harm)
    };
    let (left, harmless, harmful) = (Some("client_abort"), Some(Harm::Harmless), Some(Harm::Harmful));
    for end in ["+1 A > B R.", "+1 A > B F.\nB > A P. len 9\nA > B R", "+1 A > B F.\nB > A F.\nA > B ."] {
        assert_eq!(of("text/event-stream; charset=utf-8", end), (left, harmless), "{end}");
        assert_eq!(of("text/html", end), (left, harmful), "{end}");
    }
    assert_eq!(of("text/event-stream", "+1 B > A R."), (Some("response_cut"), harmful));
    // A host that refuses what it cannot know has not had enough.
    for end in ["+1 A > B F.\nB > A R", "+1 A > B R"] {
        assert_eq!(of("text/event-stream", end).1, harmful, "{end}");
    }
}

/// A list of hosts that may come in, a limit, a forwarder with nobody behind it: what waits for a greeting reads an end.
#[test]
fn a_server_that_closes_at_once_turns_a_client_away() {
    let told = verdict(&format!("{OPEN}B > A F.\nA > B F.\nB > A ."));
    let found = told.cause.map(|finding| (finding.rule.name, finding.confidence));
    assert_eq!(
        (found, told.harm),
        (Some(("no_response", Confidence::Possible)), None),
        "{:?}",
        told.evidence
    );
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("nobody had said")), "{:?}", told.evidence);
    assert!(told.advice.is_some_and(|advice| advice.contains("without a word")));
    for other in [
        // It waited for a request, and then no longer.
        format!("{OPEN}+5 B > A F.\nA > B F.\nB > A ."),
        format!("{OPEN}A > B F.\nB > A F.\nA > B ."),
        format!("{OPEN}B > A P. \"421 go away\\r\\n\"\nB > A F.\nA > B F.\nB > A ."),
        "A > B .\nB > A F.\nA > B F.\nB > A .".to_owned(),
        format!("{OPEN}B > A . lost len 20\nB > A F.\nA > B F.\nB > A ."),
    ] {
        let told = verdict(&other);
        let word = |fact: &crate::verdict::Fact| fact.fact.contains("nobody had said");
        assert!(told.cause.is_none() || !told.evidence.iter().any(word), "{other}: {:?}", told.evidence);
    }
}

/// A FIN that a request crosses arrives before the RST that answers the request: the socket is in CLOSE-WAIT by then.
#[test]
fn a_reset_behind_a_fin_reads_as_an_end() {
    let talk = format!("{OPEN}A > B P. len 90\nB > A P. len 90\nA > B .\n");
    let sees = |end: &str| verdict(&format!("{talk}{end}")).client_sees;
    let crossed = sees("+1 B > A F.\nA > B P. ack 5091 len 90\nB > A R seq 5091");
    assert_eq!((crossed.read, crossed.write), (Some("EOF"), Some("EPIPE")));
    let lost = sees("+1 B > A F.\n+0.3 B > A again\nA > B P. ack 5091 len 90\nB > A R seq 5091");
    assert_eq!((lost.read, lost.write), (Some("ECONNRESET"), Some("ECONNRESET")));
}

/// On a slow path a client that reads the end closes before the RST to its request is back: that one comes first, and one to the FIN behind it.
#[test]
fn a_reset_answers_the_request_before_the_fin_behind_it() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
    let answer = "+0.06 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let open = "A > B S\n+0.06 B > A S.\nA > B .\n";
    let told =
        verdict(&format!("{open}{get}{answer}+0.5 B > A F.\nA > B .\n+1 {get}A > B F.\n+0.06 B > A R"));
    let found = told.cause.map(|finding| (finding.rule.name, finding.confidence));
    assert_eq!(found, Some(("stale_keepalive", Confidence::Certain)), "{:?}", told.evidence);
    // What had been acknowledged was not refused.
    let had = verdict(&format!("{open}{get}+0.06 B > A .\nA > B F.\n+0.06 B > A R"));
    assert!(!had.evidence.iter().any(|fact| fact.fact.contains("answers frame 4")), "{:?}", had.evidence);
}

/// An abort with something unread and one on purpose look alike: the other is listed where the answer says nothing against it.
#[test]
fn who_aborts_behind_its_answer_may_have_left_something_unread() {
    let talk = "A > B P. \"POST / HTTP/1.1\\r\\nContent-Length: 2\\r\\n\\r\\nhi\"\nB > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let others = |end: &str| {
        let told = verdict(&format!("{OPEN}{talk}{end}"));
        assert_eq!(told.cause_name(), Some("aborted_by_application"), "{:?}", told.evidence);
        told.alternatives.iter().any(|other| other.rule.name == "unread_data_at_close")
    };
    assert!(others("B > A R."));
    assert!(!others("+5 B > A R."), "who waited for more has read what was there");
}

/// Of a SYN at the very end of a capture nobody knows what `connect()` said.
#[test]
fn a_capture_that_ends_too_soon_tells_no_timeout() {
    assert_eq!(verdict("A > B S").client_sees.connect, None);
    let tries = verdict("A > B S\n+1 A > B again\n+2 A > B again");
    assert_eq!(tries.client_sees.connect, Some("ETIMEDOUT"));
}

/// Of a WebSocket of which the snaplen hides where frames begin nobody knows whether its last message was whole.
#[test]
fn nothing_is_harmless_where_the_snaplen_hides_frames() {
    let asked =
        "A > B P. \"GET /ws HTTP/1.1\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n\"\n";
    let open =
        format!("{OPEN}{asked}B > A P. \"HTTP/1.1 101 Go\\r\\nUpgrade: websocket\\r\\n\\r\\n\"\nA > B .\n");
    let left =
        |said: &str| verdict(&format!("{open}B > A P. hex 81026869 {said}\nA > B .\n+1 A > B R.")).harm;
    assert_eq!(left("len 300"), None);
}

/// Who refuses a FIN that it never answered has no connection any more: it did not only answer slowly.
#[test]
fn a_server_that_refuses_the_close_had_dropped_the_connection() {
    let asked = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n";
    let advice = |end: &str| verdict(&format!("{OPEN}{asked}+5 A > B F.\n{end}")).advice.unwrap_or_default();
    assert!(advice("B > A R").contains("dropped it before"), "{}", advice("B > A R"));
    assert!(!advice("B > A F.\nA > B .").contains("dropped it before"));
}

/// A request that is not whole since the server does not read is no slow client's.
#[test]
fn a_server_that_stopped_reading_is_not_kept_waiting() {
    let begun = "A > B P. \"POST / HTTP/1.1\\r\\nContent-Length: 90000\\r\\n\\r\\nabc\"\nB > A . win 0\n+1 A > B . seq 1046\nB > A . win 0\n";
    let dead = verdict(&format!("{OPEN}{begun}+1 A > B . seq 1046\nB > A . win 0\n+0.5 B > A R. ack 1047"));
    let advice = dead.advice.unwrap_or_default();
    assert!(advice.contains("stopped reading") && !advice.contains("what kept the client"), "{advice}");
}
