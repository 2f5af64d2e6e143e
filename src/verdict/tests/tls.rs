//! What TLS tells of an end, and what it hides.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::{HELLO, OPEN, record};

/// Their lengths tell what these are in a handshake (a Certificate message without any, Finished), and after it (an alert).
const NO_CERTIFICATE: u16 = 25;
const FINISHED: u16 = 53;
const ALERT: u16 = 19;

/// A ServerHello, then what ends both sides' handshakes of TLS 1.2.
const TLS: &str = "A > B P. hex 16030100050100000100\nB > A P. hex 160303000402000000140303000101160303000420202020\n\
A > B P. hex 140303000101160303000420202020\nB > A .\n";

#[test]
fn an_alert_that_answers_the_end_is_not_its_cause() {
    let text = format!("{OPEN}{HELLO}B > A .\n+0.01 B > A F.\nA > B P. hex 15030300020232\nB > A R");
    let told = verdict(&text);
    assert_eq!(told.cause_name(), Some("tls_handshake_reset"), "{:?}", told.evidence);
    assert_eq!(told.harm, Some(Harm::Harmful));
    let crossed = "A > B P. hex 15030300020232 ack 5001\nB > A R seq 5001";
    let told = verdict(&format!("{OPEN}{HELLO}B > A .\n+0.01 B > A F.\n{crossed}"));
    assert_eq!(told.cause_name(), Some("tls_alert"), "{:?}", told.evidence);
}

#[test]
fn who_says_goodbye_in_tls_wants_no_answer() {
    let said = format!("A > B P. hex 1703030015{}\n", "61".repeat(21));
    let goodbye = format!("A > B P. hex 150303001a{}\n", "62".repeat(26));
    let end = "B > A F.\nA > B F.\nB > A .";
    assert_eq!(verdict(&format!("{OPEN}{TLS}{said}B > A .\n{end}")).cause_name(), Some("no_response"));
    let told = verdict(&format!("{OPEN}{TLS}{said}{goodbye}{end}"));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// nginx looks at an upstream's certificate when the handshake is over; so does a check that wants no more than that. Who stays for a
/// while had no need of the connection.
#[test]
fn who_says_goodbye_right_behind_the_handshake_may_not_trust_the_certificate() {
    let bye = format!("150303001a{}", "62".repeat(26));
    let left = |after: f32| {
        let end = format!("+{after} A > B P. hex {bye}\nA > B F.\nB > A .\nB > A P. hex {bye}\nA > B R");
        verdict(&format!("{OPEN}{TLS}{end}"))
    };
    let (at_once, later) = (left(0.001), left(5.0));
    let found = |told: &Verdict| told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!(found(&at_once), Some(("write_after_close", Confidence::Possible)), "{:?}", at_once.evidence);
    assert_eq!((at_once.harm, later.harm), (None, Some(Harm::Harmless)));
    assert!(at_once.advice.is_some_and(|advice| advice.contains("did not trust the certificate")));
}

/// A check that gives up on a server that hangs may close or abort.
#[test]
fn a_hello_in_vain_is_one_however_its_client_leaves() {
    for end in ["A > B F.\nB > A F.\nA > B .", "A > B R."] {
        let told = verdict(&format!("{OPEN}{HELLO}B > A .\n+1 {end}"));
        assert_eq!(cause(&told), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", told.evidence);
    }
    // What was not acknowledged may not have arrived, and who leaves at once did not wait.
    for end in ["+1 A > B R.", "B > A .\nA > B R."] {
        let told = verdict(&format!("{OPEN}{HELLO}{end}"));
        assert_eq!(told.cause_name(), Some("tls_handshake_reset"), "{:?}", told.evidence);
    }
    let at_once = verdict(&format!("{OPEN}{HELLO}B > A .\nA > B R."));
    assert_eq!(at_once.harm, None, "{:?}", at_once.evidence);
}

/// A client with little patience leaves before the server has answered its hello, which that does all the same.
#[test]
fn who_closes_before_the_answer_to_its_hello_was_not_refused() {
    let answer = "B > A P. hex 160303000102";
    let late = format!("+0.1 A > B F.\n+0.02 {answer}\nA > B R seq 1012");
    let crossed = format!("+0.1 {answer}\nA > B F. ack 5001\nA > B R seq 5001");
    for end in [late, crossed] {
        let told = verdict(&format!("{OPEN}{HELLO}B > A .\n{end}"));
        assert_eq!(cause(&told), (Some("client_abort"), None), "{:?}", told.evidence);
    }
    // One that has the answer may have been told what it does not like.
    let heard = verdict(&format!("{OPEN}{HELLO}{answer}\n+0.1 A > B F.\n{answer}\nA > B R"));
    assert_eq!(heard.cause_name(), Some("tls_handshake_reset"), "{:?}", heard.evidence);
}

/// A server that is killed ends without TLS's goodbye; that its client says one then is no message of its own.
#[test]
fn a_goodbye_behind_the_end_is_not_what_a_client_goes_on_to_say() {
    let [asked, bye] = [record(81), record(19)];
    let killed = format!("{OPEN}{TLS}A > B P. hex {asked}\nB > A .\n+0.3 B > A F.\nA > B P. hex {bye}\n");
    for end in ["A > B F.", "A > B F.\nB > A R seq 5050"] {
        let told = verdict(&format!("{killed}{end}"));
        assert_eq!(cause(&told), (Some("no_response"), Some(Harm::Harmful)), "{:?}", told.evidence);
    }
}

/// From afar: the request, the goodbye and the FIN are all under way when the RSTs come, the first of which answers the request.
#[test]
fn of_all_that_met_a_closed_socket_the_first_rst_answers_the_first() {
    let (asked, bye) = (record(81), format!("150303001a{}", "62".repeat(26)));
    let talk = format!("{OPEN}{TLS}A > B P. hex {asked}\nB > A P. hex {}\nA > B .\n", record(149));
    let late = format!("+2 B > A F.\nA > B .\n+0.4 A > B P. hex {asked}\nA > B P. hex {bye}\nA > B F.\n");
    let told = verdict(&format!("{talk}{late}+0.08 B > A R\nB > A R\nB > A R"));
    assert_eq!(cause(&told), (Some("stale_keepalive"), Some(Harm::Harmful)), "{:?}", told.evidence);
}

/// A capture mostly begins where sessions have long begun.
#[test]
fn a_goodbye_in_tls_is_one_also_where_the_handshake_was_not_captured() {
    let talk = format!("A > B P. hex {}\nB > A P. hex {}\nA > B .\n", record(81), record(149));
    let bye = record(19);
    let told = verdict(&format!("{talk}+3 A > B F.\nB > A P. hex {bye}\nA > B R"));
    assert_eq!(cause(&told), (Some("write_after_close"), Some(Harm::Harmless)), "{:?}", told.evidence);
    let told = verdict(&format!("{talk}+0.003 A > B P. hex {bye}\nA > B F.\nB > A P. hex {bye}\nA > B R"));
    assert_eq!(cause(&told), (Some("write_after_close"), Some(Harm::Harmless)), "{:?}", told.evidence);
}

/// What the server says of a client's certificate comes when the client holds the handshake for done, and may be asking already.
#[test]
fn a_refused_client_certificate_is_told_from_a_close() {
    let [none, finished, alert, request] = [NO_CERTIFICATE, FINISHED, ALERT, 60].map(record);
    let shown = format!("{OPEN}{HELLO}B > A P. hex {}\n", record(120));
    let refused = format!("B > A P. hex {alert}\nB > A F.\n");
    let crossed = format!("A > B P. hex {request}\nB > A R");
    let ends = [
        format!("A > B P. hex {none}{finished}\n{refused}A > B F.\nB > A ."),
        format!("A > B P. hex {none}{finished}\n{refused}{crossed}"),
        format!("A > B P. hex {none}{finished}{request}\n{refused}A > B F.\nB > A ."),
        // The client's FIN answers the server's alert, with a goodbye or without, and comes first.
        format!("A > B P. hex {none}{finished}{request}\nB > A P. hex {alert}\nA > B F.\nB > A F.\nA > B ."),
        format!(
            "A > B P. hex {none}{finished}{request}\nB > A P. hex {alert}\nA > B P. hex {alert}\nA > B F.\nB > A R."
        ),
    ];
    for end in ends {
        let told = verdict(&format!("{shown}{end}"));
        assert_eq!(cause(&told), (Some("tls_handshake_reset"), Some(Harm::Harmful)), "{end}");
        assert!(
            told.evidence.iter().any(|fact| fact.fact.starts_with("the server refused")),
            "{:?}",
            told.evidence
        );
        assert!(told.advice.is_some_and(|advice| advice.contains("client certificate")));
    }
    // Who was asked for none may have met a server that has nothing to say, or one that waited.
    let told = verdict(&format!("{shown}A > B P. hex {finished}\n{refused}A > B F.\nB > A ."));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
    let told =
        verdict(&format!("{shown}A > B P. hex {none}{finished}\nB > A .\n+5 {refused}A > B F.\nB > A ."));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

#[test]
fn a_client_that_refuses_the_server_is_named() {
    let shown = format!("{OPEN}{HELLO}B > A P. hex {}\nA > B P. hex {}\n", record(120), record(ALERT));
    // Java pads its alerts.
    let padded = format!("{OPEN}{HELLO}B > A P. hex {}\nA > B P. hex {}\n", record(120), record(35));
    let ends = ["B > A F.\nA > B F.\nB > A .", "A > B F.\nB > A F.\nA > B ."];
    for (shown, end) in [&shown, &padded].into_iter().flat_map(|shown| ends.map(|end| (shown, end))) {
        let told = verdict(&format!("{shown}{end}"));
        assert_eq!(told.cause_name(), Some("tls_handshake_reset"), "{:?}", told.evidence);
        assert!(
            told.evidence.iter().any(|fact| fact.fact.starts_with("the client refused")),
            "{:?}",
            told.evidence
        );
    }
}

const NEVER_SENT: &str = "never sent its own";

/// Some clients that do not trust a certificate leave without a word; who only wants to see one does as well.
#[test]
fn who_leaves_at_the_sight_of_a_certificate_may_not_trust_it() {
    let shown = format!("{OPEN}{HELLO}B > A P. hex {}\nA > B .\n", record(120));
    let left = verdict(&format!("{shown}A > B F.\nB > A F.\nA > B ."));
    let found = left.cause.map(|finding| (finding.rule.name, finding.confidence));
    assert_eq!(found, Some(("tls_handshake_reset", Confidence::Possible)), "{:?}", left.evidence);
    assert_eq!(left.harm, None);
    assert!(left.evidence.iter().any(|fact| fact.fact.contains(NEVER_SENT)), "{:?}", left.evidence);
    assert!(left.advice.is_some_and(|advice| advice.contains("did not trust the certificate")));
    // From afar.
    let far = OPEN.replace("A > B .", "+0.4 A > B .");
    let far = verdict(&format!("{far}{HELLO}B > A P. hex {}\n+0.4 A > B F.", record(120)));
    assert_eq!(far.cause_name(), Some("tls_handshake_reset"), "{:?}", far.evidence);
}

#[test]
fn who_leaves_a_handshake_later_or_sooner_may_have_another_reason() {
    let cause = |text: String| verdict(&text).cause_name();
    let shown = format!("{OPEN}{HELLO}B > A P. hex {}\n", record(120));
    assert_eq!(cause(format!("{shown}A > B .\n+5 A > B F.\nB > A F.\nA > B .")), None);
    assert_eq!(cause(format!("{shown}A > B F. ack 5001")), None, "it had not seen all");
    let key = "A > B P. hex 160303000410000000\n";
    assert_eq!(cause(format!("{shown}{key}A > B F.\nB > A F.\nA > B .")), None, "it went on");
    assert_eq!(cause(format!("{shown}A > B P. hex {}\nA > B F.", record(FINISHED))), None);
    let others = [
        format!("{shown}A > B .\nB > A F.\nA > B F.\nB > A ."),
        format!("{OPEN}{HELLO}B > A P. \"220 ready\\r\\n\"\nA > B F.\nB > A F.\nA > B ."),
    ];
    for other in others {
        let told = verdict(&other);
        assert_eq!(told.cause_name(), Some("tls_handshake_reset"), "{:?}", told.evidence);
        assert!(!told.evidence.iter().any(|fact| fact.fact.contains(NEVER_SENT)), "{:?}", told.evidence);
    }
}

#[test]
fn a_check_that_only_shakes_hands_hurts_nobody() {
    let shown = format!("{OPEN}{HELLO}B > A P. hex {}\n", record(120));
    let told = verdict(&format!("{shown}A > B P. hex {}\nA > B R.", record(FINISHED)));
    assert_eq!(cause(&told), (Some("aborted_by_application"), Some(Harm::Harmless)));
    let asked = format!("{shown}A > B P. hex {}{}\n", record(FINISHED), record(60));
    let told = verdict(&format!("{asked}+1 A > B R."));
    assert_eq!(told.harm, Some(Harm::Harmful), "{:?}", told.evidence);
    // Sooner than an answer could have come.
    assert_eq!(verdict(&format!("{asked}+0.0001 A > B R.")).harm, None);
}

/// Nobody can tell a server that has said all from one that was cut, where its own goodbye is missing.
#[test]
fn of_a_session_that_ends_without_goodbye_nobody_knows_the_harm() {
    let talk = format!("{OPEN}{TLS}A > B P. hex {}\nB > A P. hex {}\nA > B .\n", record(60), record(200));
    let bye = format!("A > B P. hex 1503030015{}\n", "61".repeat(21));
    let harm = |pause: &str, last: &str| verdict(&format!("{talk}{last}{pause} B > A F.\n{bye}B > A R")).harm;
    assert_eq!(harm("+0.01", ""), None);
    assert_eq!(harm("+5", ""), Some(Harm::Harmless));
    let last = format!("B > A P. hex 1503030015{}\n", "61".repeat(21));
    assert_eq!(harm("+0.01", &last), Some(Harm::Harmless));
}

/// TLS's goodbye comes with the close: the silence is what was before both.
#[test]
fn a_goodbye_breaks_no_silence() {
    let asked =
        "A > B P. hex 1703030020aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nB > A .\n";
    let goodbye = format!("A > B P. hex 150303001a{}\n", "62".repeat(26));
    let answer = format!("B > A P. hex 150303001a{}\nA > B R", "62".repeat(26));
    let told = verdict(&format!("{OPEN}{TLS}{asked}+0.5 {goodbye}A > B F.\n{answer}"));
    assert_eq!(cause(&told), (Some("client_abort"), None), "{:?}", told.evidence);
    assert!(told.idle_before.is_some_and(|idle| idle > crate::time::Span::from_millis(499)));
}

/// What a snaplen hides in TLS 1.3 may have been an answer, or only tickets: nothing is harmless then.
#[test]
fn nothing_is_harmless_where_the_snaplen_may_hide_tickets() {
    let shown = format!("{OPEN}{HELLO}B > A P. hex {}\n", record(120));
    let asked = format!("{shown}A > B P. hex {}{}\n", record(FINISHED), record(60));
    let end = format!("+6 A > B F.\nB > A P. hex {}\nA > B R", record(ALERT));
    let of = |answer: &str| {
        let told = verdict(&format!("{asked}B > A P. hex {answer}\nA > B .\n{end}"));
        (told.cause.map(|found| (found.rule.name, found.confidence)), told.harm)
    };
    let certain = (Some(("write_after_close", Confidence::Certain)), Some(Harm::Harmless));
    assert_eq!(of(&record(200)), certain);
    assert_eq!(
        of(&format!("{} len 500", record(200))),
        (Some(("write_after_close", Confidence::Likely)), None)
    );
    assert_eq!(of(&format!("{} len 5000", record(200))), certain, "what is longer is an answer");
    let told = |text: &str| {
        let told = verdict(text);
        (told.cause.map(|found| (found.rule.name, found.confidence)), told.harm)
    };
    let hidden = format!("B > A P. hex {} len 500\nA > B .\n", record(200));
    let before = format!("B > A P. hex {}\nA > B P. hex {}\n", record(200), record(60));
    assert_eq!(told(&format!("{asked}{before}{hidden}{end}")), certain, "tickets come first");
    let earlier = format!("{OPEN}{TLS}A > B P. hex {}\n{hidden}", record(60));
    let bye = format!("+6 A > B F.\nB > A P. hex 150303001a{}\nA > B R", "61".repeat(26));
    assert_eq!(told(&format!("{earlier}{bye}")), certain, "TLS 1.2 has none there");
    let by_server = format!("B > A F.\nA > B P. hex {}\nB > A R", record(ALERT));
    let cut_off = format!("B > A P. hex {} len 50000\nA > B .\n", record(200));
    let doubtful = (Some(("write_after_close", Confidence::Likely)), None);
    assert_eq!(told(&format!("{asked}{cut_off}{by_server}")), doubtful, "nobody knows whether that was all");
}

/// A ClientHello that speaks of HTTP/2, and TLS 1.2.
const HELLO_H2: &str = "A > B P. hex 160301003a0100003603030707070707070707070707070707070707070707070707070707070707070707\
00000213010100000b0010000700050268320000\n";

/// HTTP/1.1.
const HELLO_H1: &str = "A > B P. hex 160301003e0100003a03030707070707070707070707070707070707070707070707070707070707070707\
00000213010100000f0010000b000908687474702f312e31\n";

/// A server that speaks HTTP/2 begins with its settings, whether it answers or not.
#[test]
fn settings_of_http2_may_be_all_that_was_answered() {
    let rest = TLS.split_once('\n').unwrap().1;
    let asked = format!("{OPEN}{HELLO_H2}{rest}A > B P. hex {}\n", record(120));
    let end = format!("A > B F.\nB > A P. hex 150303001a{}\nA > B R", "61".repeat(26));
    let of = |answer: &str, pause: &str| verdict(&format!("{asked}{answer}A > B .\n{pause} {end}"));
    let answer = |len: u16| format!("B > A P. hex {}\n", record(len));
    let sure = |told: &Verdict| told.cause.map(|found| (found.rule.name, found.confidence));
    let settings = of(&answer(50), "+1");
    assert_eq!((sure(&settings), settings.harm), (Some(("client_abort", Confidence::Possible)), None));
    let elsewhere = format!("{OPEN}{TLS}A > B P. hex {}\n{}A > B .\n+1 {end}", record(120), answer(50));
    for told in [of(&answer(200), "+1"), of(&answer(50), "+0.005"), verdict(&elsewhere)] {
        assert_eq!(
            (sure(&told), told.harm),
            (Some(("write_after_close", Confidence::Certain)), Some(Harm::Harmless))
        );
    }
}

/// At the server nothing may tell of a time-out but that a client of the web asked, waited and closed. Others may only have reported.
#[test]
fn a_client_of_the_web_that_closes_unanswered_may_have_waited() {
    let rest = TLS.split_once('\n').unwrap().1;
    let of = |hello: &str, len: u16, pause: &str| {
        let end = "A > B F.\nB > A F.\nA > B .";
        let told =
            verdict(&format!("{OPEN}{hello}{rest}A > B P. hex {}\nB > A .\n{pause} {end}", record(len)));
        cause(&told)
    };
    assert_eq!(of(HELLO_H2, 120, "+0.8"), (Some("client_abort"), None));
    assert_eq!(of(HELLO_H1, 120, "+1.2"), (Some("client_abort"), None));
    // Another language, no waiting, and what is as short as a frame that acknowledges settings.
    for (hello, len, pause) in [(HELLO, 120, "+0.8"), (HELLO_H2, 120, "+0.01"), (HELLO_H2, 26, "+0.8")] {
        assert_eq!(of(hello, len, pause), (None, None), "{len} {pause}");
    }
}

/// A client that says goodbye ends what its server then closes.
#[test]
fn who_says_goodbye_cuts_no_stream() {
    let rest = TLS.split_once('\n').unwrap().1;
    let answer = format!("B > A P. hex {}\nA > B .\n", record(200));
    let talk = format!(
        "{OPEN}{HELLO_H2}{rest}A > B P. hex {}\n{answer}+0.4 {answer}A > B P. hex {}\n",
        record(120),
        record(41)
    );
    let goodbye = format!("A > B P. hex 150303001a{}\n", "61".repeat(26));
    let close = "+0.03 B > A F.\nA > B F.\nB > A .";
    assert_eq!(verdict(&format!("{talk}{goodbye}{close}")).cause_name(), None);
    assert_eq!(verdict(&format!("{talk}{close}")).cause_name(), Some("response_cut"));
}

/// A client that leaves without what it had asked for ended it, whatever the server does then.
#[test]
fn a_server_that_aborts_behind_a_client_that_left_did_not_end_it() {
    let asked = format!("{OPEN}{TLS}A > B P. hex {}\nB > A .\n", record(120));
    let bye = format!("A > B P. hex 150303001a{}\n", "61".repeat(26));
    let of = |pause: &str| verdict(&format!("{asked}{pause} {bye}A > B F.\nB > A R. ack 1200"));
    let told = of("+0.4");
    assert_eq!(cause(&told), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", told.evidence);
    assert_ne!(of("+0.01").cause_name(), Some("client_abort"));
    let forgotten = verdict(&format!("{asked}+0.4 A > B F.\nB > A R"));
    assert_ne!(forgotten.cause_name(), Some("client_abort"), "{:?}", forgotten.evidence);
}

/// Nobody answers a hello before its client gives up; the answer comes into a closed socket.
#[test]
fn a_hello_that_is_answered_too_late_was_in_vain() {
    let hello = format!("{OPEN}{HELLO}B > A .\n");
    let late = format!("B > A .\n+2 B > A P. hex {}\nA > B R", record(120));
    let of = |pause: &str| verdict(&format!("{hello}{pause} A > B F.\n{late}"));
    let told = of("+0.4");
    assert_eq!(cause(&told), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", told.evidence);
    assert_ne!(of("+0.01").harm, Some(Harm::Harmful), "who did not wait may have wanted nothing");
    // What the path loses.
    let lost = verdict(&format!("{OPEN}{HELLO}+0.3 A > B again\n+0.4 A > B F.\n{late}"));
    let surely = lost.cause.as_ref().map(|finding| finding.confidence);
    assert_eq!((cause(&lost), surely), ((Some("client_abort"), None), Some(Confidence::Possible)));
}

/// A program that is killed resets the hellos that it had not read, all at once; a choice or a filter is about one.
#[test]
fn hellos_that_are_reset_together_are_no_choice() {
    let advice = |clients: &[&str]| {
        let each = |text: &str| clients.iter().map(|client| text.replace('X', client)).collect::<String>();
        let begin = each(&format!("X > B S\nB > X S.\nX > B .\n{}B > X .\n", HELLO.replace('A', "X")));
        verdict(&format!("{begin}+0.5 {}", each("B > X R.\n"))).advice.unwrap_or_default()
    };
    assert!(advice(&["C", "D", "A"]).contains("3 connections"), "{}", advice(&["C", "D", "A"]));
    assert!(advice(&["A"]).contains("openssl s_client"), "{}", advice(&["A"]));
}

/// A message of two bytes is as long as an alert; but who is told that something failed does not stay.
#[test]
fn who_stays_was_sent_no_alert() {
    let [finished, short] = [FINISHED, ALERT].map(record);
    let shaken = format!("{OPEN}{HELLO}B > A P. hex {}\nA > B P. hex {finished}\n", record(120));
    let reset_after = |pause: f32| {
        let talk = format!("A > B P. hex {short}\nB > A P. hex {short}\nA > B .\n");
        verdict(&format!("{shaken}{talk}+{pause} B > A R."))
    };
    let (at_once, later) = (reset_after(0.01), reset_after(2.0));
    assert_eq!(at_once.cause_name(), Some("tls_handshake_reset"), "{:?}", at_once.evidence);
    assert_eq!(later.cause_name(), Some("aborted_by_application"), "{:?}", later.evidence);
}
