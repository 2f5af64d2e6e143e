//! For how long nothing had been said, and what breaks no silence.

use crate::time::Span;
use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, How, Verdict};

use super::story::OPEN;

/// What only ends a session is no message of it; but who reads that sees it in the packets.
#[test]
fn a_goodbye_before_the_end_is_named_beside_the_silence() {
    let talk = "A > B P. \"NOOP\\r\\n\"\nB > A P. \"250 ok\\r\\n\"\nA > B .\n";
    let closed = verdict(&format!(
        "{OPEN}{talk}+5 B > A P. \"521 enough\\r\\n\"\n+0.002 B > A F.\nA > B .\nA > B P. \"RSET\\r\\n\"\nB > A R"
    ));
    let says = "the server closed (FIN) 5.00 s after the last data and 2.0 ms after the server's last word";
    assert!(closed.evidence.iter().any(|fact| fact.fact == says), "{:?}", closed.evidence);
    let aborted = verdict(&format!("{OPEN}{talk}+5 A > B P. \"QUIT\\r\\n\"\n+0.002 A > B R."));
    let says = "It did so 5.00 s after the last data and 2.0 ms after the client's goodbye";
    assert!(aborted.advice.as_ref().is_some_and(|advice| advice.contains(says)), "{:?}", aborted.advice);
}

/// What is said of the end in several segments, one behind the other, is no news: HTTP/2's GOAWAY and TLS's goodbye are one end.
#[test]
fn goodbyes_in_one_go_break_no_silence() {
    let data = |len: u8| format!("17030300{len:02x}{}", "61".repeat(len.into()));
    let bye = format!("150303001a{}", "62".repeat(26));
    let talk = format!("A > B P. hex {}\nB > A P. hex {}\nA > B .\n", data(80), data(99));
    let told = |pause: &str| {
        let end = format!("+2 B > A P. hex {bye}\n{pause} B > A P. hex {bye}\nB > A F.\nA > B .");
        verdict(&format!("{OPEN}{talk}{end}\n+1 A > B P. hex {}\nB > A .\nB > A R.", data(53)))
    };
    let idle = told("+0.0001");
    assert_eq!(idle.cause_name(), Some("stale_keepalive"), "{:?}", idle.evidence);
    let says = |fact: &str| fact.contains("2.00 s after the last data");
    assert!(idle.evidence.iter().any(|fact| says(&fact.fact)), "{:?}", idle.evidence);
    // What goes to and fro for long keeps a connection alive.
    assert!(told("+1").idle_before < Some(Span::from_millis(1100)));
}

/// Who repeats itself says nothing new, and had waited since it said so first.
#[test]
fn silence_begins_with_what_was_said_first() {
    let asked = "A > B P. len 9\nB > A P. len 9\nA > B .\nA > B P. len 9\n";
    let left = |between: &str| {
        verdict(&format!("{OPEN}{asked}+1 A > B again\n{between}+2 A > B F.\nB > A F.\nA > B ."))
    };
    assert_eq!(left("").idle_before, Some(Span::from_secs(3)));
    // Whoever ends it may have heard it only when it came again.
    let closed =
        |heard: &str| verdict(&format!("{OPEN}{asked}{heard}+1 A > B again\n+2 B > A F.\nA > B F.\nB > A ."));
    assert_eq!(closed("").idle_before, Some(Span::from_secs(2)));
    assert_eq!(closed("+0 B > A .\n").idle_before, Some(Span::from_secs(3)));
}

/// Whoever captures next to the silent side sees that what the other repeats gets there.
#[test]
fn where_the_repetitions_arrive_the_path_there_is_whole() {
    let advice = |ttl: u32| {
        let open = format!(
            "A > B S ttl {ttl}\nB > A S.\nA > B . ttl {ttl}\nA > B P. len 9 ttl {ttl}\nB > A P. len 5\nA > B P. len 9 ttl {ttl}\n"
        );
        let vain = "+0.3 A > B again\n+0.6 A > B again\n+1.2 A > B again\n+2.4 A > B again\n+4.8 A > B again";
        let told = verdict(&format!("{open}{vain}"));
        assert_eq!(told.cause_name(), Some("peer_vanished"));
        told.advice.unwrap_or_default()
    };
    assert!(advice(52).contains("capture was made at the server") && advice(64).contains("Look at the path"));
}

/// An answer that came before its request, with the FIN behind it, and nobody who acknowledges what is said then.
#[test]
fn a_request_that_is_repeated_behind_a_close_got_lost() {
    let told = |before: &str, len: u32| {
        let answered = format!("{before}B > A P. len 85\nB > A F.\nA > B .\n");
        let asked = format!("A > B P. len {len}\nA > B F.\n");
        let again = format!("A > B PF. seq {} len {len}\n", if before.is_empty() { 1001 } else { 1010 });
        let vain = format!("+0.3 {again}+0.6 {again}+1.2 {again}+2.4 {again}");
        verdict(&format!("{OPEN}{answered}{asked}{vain}")).how
    };
    assert_eq!((told("", 409), told("A > B P. len 9\n", 125)), (How::Silent, How::Fin));
}

/// A client that has waited in vain asks once more or says goodbye, and leaves: what it said last is not what it had waited for.
#[test]
fn who_says_goodbye_after_a_wait_has_waited() {
    let open = "A > B S\nB > A S.\nA > B .\nB > A P. len 112\nA > B P. len 18\nB > A P. len 159\nA > B P. len 20\nB > A .\n";
    let told = |pauses: &str| {
        verdict(&format!("{open}{pauses}+0.0002 A > B F.\nB > A .\n+1 B > A P. len 56\nA > B R"))
    };
    let says = |told: &Verdict| {
        let fact = told
            .evidence
            .iter()
            .any(|fact| fact.fact.contains("had waited for an answer to this for 5.00 s"));
        let advice = told.advice.as_deref().is_some_and(|advice| advice.contains("after waiting 5.00 s"));
        (fact, advice, told.harm)
    };
    let waited = told("+5 A > B P. len 20\nA > B P. len 20\n");
    assert_eq!(says(&waited), (true, true, Some(Harm::Harmful)), "{:?} {:?}", waited.evidence, waited.advice);
    // One that reports every now and then waits for nothing, and neither does one that goes on at once.
    for pauses in ["+5 A > B P. len 20\n+5 A > B P. len 20\n", "A > B P. len 20\nA > B P. len 20\n"] {
        assert!(!says(&told(pauses)).0);
    }
}

/// A proxy gives up on a connection that was opened ahead of need, and the first request comes too late: there was no message before.
#[test]
fn first_words_into_a_closed_connection_follow_no_message() {
    let told = verdict(&format!("{OPEN}+2 B > A F.\nA > B .\n+1 A > B P. len 5\nB > A R"));
    assert_eq!(told.cause_name(), Some("write_after_close"), "{:?}", told.evidence);
    assert!(
        told.evidence.iter().any(|fact| fact.fact == "the server closed (FIN) 2.00 s after the handshake"),
        "{:?}",
        told.evidence
    );
    assert!(
        told.advice.as_deref().is_some_and(|advice| advice.contains("opened ahead of need")),
        "{:?}",
        told.advice
    );
}

/// Who closes right behind the handshake has waited for nobody's words, however long a path keeps those under way.
#[test]
fn a_server_that_closes_as_it_accepts_turns_its_client_away() {
    let told = verdict(&format!("{OPEN}+0.0002 B > A F.\n+0.04 A > B P. len 5\nB > A R"));
    assert_eq!(told.cause_name(), Some("write_after_close"), "{:?}", told.evidence);
    let advice = told.advice.unwrap_or_default();
    assert!(advice.contains("a limit of connections") && !advice.contains("ahead of need"), "{advice}");
}

/// A database that aborts sessions that were idle for its limit does so each time after the same pause.
#[test]
fn what_is_aborted_after_the_same_pause_each_time_was_idle() {
    let talk = |who: &str| {
        "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 11\nA > B .\n".replace('A', who)
    };
    let told = |pause: &str| verdict(&format!("{}+1 B > C R.\n{}+{pause} B > A R.", talk("C"), talk("A")));
    let (same, other) = (told("1"), told("2"));
    assert_eq!(same.cause_name(), Some("idle_timeout"), "{:?}", same.evidence);
    assert!(
        same.advice.as_deref().is_some_and(|advice| advice.contains("idle (so it was the last 2 times)")),
        "{:?}",
        same.advice
    );
    assert_eq!(other.cause_name(), Some("aborted_by_application"), "{:?}", other.evidence);
}

/// Where only what a server says is lost, it hears the client and gives up all the same: nothing was restarted.
#[test]
fn a_host_that_is_heard_and_not_answered_gives_up() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 28\nB > A P. len 43\nA > B .\n";
    let asked = "A > B P. seq 1029 ack 5044 len 28\nB > A P. seq 5044 ack 1057 len 43\n";
    let again = |pause: &str| {
        format!(
            "+{pause} B > A P. seq 5044 ack 1057 len 43\nA > B P. seq 1029 ack 5044 len 28\nB > A . seq 5087 ack 1057\n"
        )
    };
    let lost = ["0.2", "0.2", "0.4", "0.8"].map(again).concat();
    let told =
        verdict(&format!("{open}{asked}{lost}+1.7 A > B P. seq 1029 ack 5044 len 28\nB > A R seq 5044"));
    assert_eq!(told.cause_name(), Some("peer_vanished"), "{:?}", told.evidence);
    assert!(!told.evidence.iter().any(|fact| fact.fact.contains("without an answer")), "{:?}", told.evidence);
}

/// By the client's own acknowledgement: what it had not got when it left it had still waited for, wherever that was captured.
#[test]
fn who_leaves_before_an_answer_arrives_had_none() {
    let open = "A > B S\nB > A S.\n+0.3 A > B .\n";
    let talk = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
        +0.3 B > A P. ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    for end in ["R. seq 1028 ack 5001", "F. seq 1028 ack 5001\n+0.1 A > B R seq 1028"] {
        let told = verdict(&format!("{open}{talk}+0.2 A > B {end}"));
        assert_eq!(cause(&told), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", told.evidence);
        assert!(told.evidence.iter().any(|fact| fact.fact.contains("on its way")), "{:?}", told.evidence);
    }
}

/// Who has begun an answer of known length and says nothing more is not idle.
#[test]
fn a_pause_in_an_answer_is_no_idle_time() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let told = |length: u32| {
        let answer =
            format!("B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: {length}\\r\\n\\r\\nok\"\nA > B .\n");
        let told = verdict(&format!(
            "{open}{answer}+40 A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A R"
        ));
        told.cause.map(|found| (found.rule.name, found.confidence))
    };
    assert_eq!(told(2), Some(("idle_timeout", Confidence::Likely)));
    assert_ne!(told(2000), Some(("idle_timeout", Confidence::Likely)));
}

/// A window that was used up has room for what is repeated of it.
#[test]
fn a_path_that_goes_dark_in_an_answer_is_no_leaving() {
    let open = "A > B S\nB > A S.\nA > B . win 9000\n";
    let asked = "A > B P. win 9000 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let begun =
        "B > A P. ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nA > B . win 20000\n";
    let part = |n: usize| format!("B > A . seq {} ack 1028 len 1000\n", 5043 + 1000 * n);
    let sent: String = (0..20).map(part).collect();
    let again = format!("{}+0.2 {}+0.4 {}+0.8 {}", part(19), part(0), part(0), part(0));
    let told = verdict(&format!("{open}{asked}{begun}{sent}{again}+1.6 A > B R. seq 1028 ack 5043"));
    assert_eq!(told.cause_name(), Some("peer_vanished"), "{:?}", told.evidence);
}

/// No program had such a connection, on either side: the stack ended what it had offered in vain.
#[test]
fn a_handshake_that_nobody_finished_was_aborted_by_no_program() {
    let again = "+3 B > A again\n".repeat(3);
    let told = verdict(&format!("A > B S\nB > A S.\n{again}+6 B > A R. seq 5001"));
    assert_eq!(
        told.cause.map(|finding| finding.confidence),
        Some(Confidence::Possible),
        "{:?}",
        told.evidence
    );
    assert_eq!(cause(&told), (Some("peer_vanished"), None));
    assert_eq!((told.client_sees.read, told.server_sees.read, told.alternatives.len()), (None, None, 0));
    // A RST behind the SYN+ACK refuses; one repetition may be chance.
    assert_ne!(verdict("A > B S\nB > A S.\n+3 B > A R. seq 5001").cause_name(), Some("peer_vanished"));
}

/// Whoever got an answer to its last probe did not run out of them; whether it got that, the capture does not tell.
#[test]
fn who_aborts_behind_an_answered_probe_has_not_timed_out() {
    let told = |answer: &str| {
        let told = verdict(&format!(
            "A > B S\nB > A S.\nA > B .\nA > B P. len 4\nB > A P. len 4\nA > B .\n+30 A > B . seq 1004 len 1\n{answer}+14 A > B R.\n"
        ));
        (told.client_sees.read, told.reasons[0])
    };
    assert_eq!(told(""), (Some("ETIMEDOUT"), "keepalive_timeout"));
    assert_eq!(told("B > A .\n").0, None);
    assert_ne!(told("B > A .\n").1, "keepalive_timeout");
}

/// A clock may be set forward by centuries within a handshake.
#[test]
fn a_round_trip_of_centuries_is_as_long_as_can_be_told() {
    let centuries = "+1000000000 A > B P. len 1\n".repeat(14);
    let told = verdict(&format!("A > B S\nB > A S.\n{centuries}A > B .\n+1 A > B R."));
    assert_eq!((told.how, told.harm), (How::Reset, None), "{:?}", told.evidence);
}

/// A FIN has the number of the acknowledgements before it, and is no copy of them.
#[test]
fn who_spoke_before_a_close_does_not_speak_on() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9000\\r\\n\\r\\n\"\n";
    let reads = "A > B .\nB > A . len 1000\nA > B .\nB > A . len 1000\n";
    let again = "+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again\n+1.6 A > B again\n+3.2 A > B again";
    let dark = verdict(&format!("{OPEN}{get}{reads}A > B . ack 7000\n+2 A > B F. ack 7000\n{again}"));
    assert_eq!((dark.how, cause(&dark).0), (How::Silent, Some("peer_vanished")), "{:?}", dark.evidence);
    let says = |what: &str| dark.evidence.iter().any(|fact| fact.fact.contains(what));
    assert!(
        !says("speaks on") && says("got no answer; the last that the server sent came"),
        "{:?}",
        dark.evidence
    );
}
