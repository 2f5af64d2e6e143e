//! Paths that lose segments: what comes late or again is no event by itself.

use crate::decode::{Pdu, Segment, Traits, script};
use crate::flow::Side;
use crate::verdict::example::{conclude, verdict};
use crate::verdict::{Confidence, Harm};

use super::story::{HELLO, OPEN};

/// A client whose kernel repeats the SYN waits; of one that left within a second nobody knows whether it had.
#[test]
fn who_repeats_the_syn_had_waited() {
    let harm = |text: &str| {
        let told = verdict(text);
        assert_eq!(told.cause_name(), Some("client_gave_up_connecting"));
        told.harm
    };
    assert_eq!(harm("A > B S\n+1 A > B again\n+1 B > A S.\nA > B R"), Some(Harm::Harmful));
    assert_eq!(harm("A > B S\n+1 B > A S.\nA > B R"), None);
    assert_eq!(harm("A > B S\nB > A S.\n+1 B > A again\nA > B R"), None);
    assert_eq!(harm("A > B S\n+0.6 B > A S.\nA > B R"), None);
    assert_eq!(harm("A > B S\nB > A S.\nA > B R"), Some(Harm::Harmless));
}

/// A listener that has given a request up answers the repeated SYN anew: what was said with the first number is nothing.
#[test]
fn a_second_answer_with_another_number_counts() {
    let get = "A > B P. \"GET / HTTP/1.0\\r\\n\\r\\n\"\n";
    let answer = "B > A P. \"HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let told = verdict(&format!(
        "A > B S\nB > A S.\n+1 A > B again\nB > A S. seq 90000\nA > B . ack 90001\n{get}{answer}B > A F.\nA > B F.\nB > A ."
    ));
    assert_eq!((told.cause_name(), told.harm, told.seen.gaps), (None, None, 0), "{:?}", told.evidence);
    assert_eq!(told.exchange.and_then(|exchange| exchange.status), Some(200));
}

/// Two goodbyes of TLS cross, and the server closes without having read the client's.
#[test]
fn goodbyes_that_cross_abort_nothing() {
    let said = |by: &str, text: &str| format!("{by} P. hex 1703030015{}\n", text.repeat(21));
    let alert = |by: &str| format!("{by} P. hex 1503030002010{}\n", "0");
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\n\
B > A P. hex 160303000402000000140303000101160303000420202020\nA > B P. hex 140303000101160303000420202020\nB > A .\n";
    let talk = [said("A > B", "61"), said("B > A", "62"), alert("B > A"), alert("A > B")].concat();
    let told = verdict(&format!("{open}{talk}B > A R."));
    assert_eq!((told.cause_name(), told.harm), (Some("aborted_by_application"), None), "{:?}", told.evidence);
    let told = verdict(&format!("{open}{talk}A > B R."));
    assert_eq!(told.harm, Some(Harm::Harmless), "a client that had all has left");
    let told = verdict(&format!("{open}{}{}B > A R.", said("A > B", "61"), said("B > A", "62")));
    assert_eq!(told.harm, Some(Harm::Harmful), "{:?}", told.evidence);
}

/// What ends at the same moment, however long each was idle, ends with its process.
#[test]
fn a_server_that_closes_all_at_once_has_no_timeout() {
    let get = "P. \"GET / HTTP/1.1\\r\\n\\r\\n\"";
    let talk = |client: &str| {
        let answer = "P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"";
        format!(
            "{client} > B S\nB > {client} S.\n{client} > B .\n{client} > B {get}\nB > {client} {answer}\n{client} > B .\n+1.3 "
        )
    };
    let each = |what: &dyn Fn(&str) -> String| ["C", "D", "A"].map(what).concat();
    let end = each(&|client| format!("B > {client} F.\n{client} > B .\n"));
    let again = each(&|client| format!("+6 {client} > B {get}\nB > {client} R\n"));
    let told = verdict(&format!("{}{end}{again}", each(&|client| talk(client))));
    assert_eq!(told.cause_name(), Some("stale_keepalive"));
    let advice = told.advice.unwrap_or_default();
    assert!(advice.contains("at the same moment as 2 others"), "{advice}");
    // All had been idle since the same moment: that is one close as well.
    let pool = each(&|client| talk(client).replace("+1.3 ", ""));
    let told = verdict(&format!("{pool}+1.73 {end}{again}"));
    assert!(
        told.advice.as_ref().is_some_and(|advice| advice.contains("only once here")),
        "{:?}",
        told.advice
    );
}

const GET: &str = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
const HEAD: &str = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n\"\n";
/// ClientHello, then ServerHello and what ends both sides' handshakes of TLS 1.2.
const HELLO_BACK: &str = "B > A P. hex 160303000402000000140303000101160303000420202020\n";
const FINISHED: &str = "A > B P. hex 140303000101160303000420202020\nB > A .\n";
const GOODBYE: &str = "P. hex 15030300020100\n";

fn record(len: u8) -> String {
    format!("P. hex 17030300{len:02x}{}\n", "61".repeat(len.into()))
}

/// The number of a FIN tells that the body was sent, whoever lost it.
#[test]
fn what_lies_before_a_fin_was_sent() {
    let told = verdict(&format!("{OPEN}{GET}{HEAD}B > A P. len 9 lost\nB > A F."));
    assert_eq!((told.cause_name(), told.harm), (None, None), "{:?}", told.evidence);
    let told = verdict(&format!("{OPEN}{GET}{HEAD}B > A F."));
    assert_eq!((told.cause_name(), told.harm), (Some("response_cut"), Some(Harm::Harmful)));
}

/// So does what the RST of a live socket acknowledges, and its own number.
#[test]
fn what_an_abort_acknowledges_had_come() {
    let told = verdict(&format!("{OPEN}{GET}B > A P. len 60 lost\nA > B R."));
    assert_ne!(told.cause_name(), Some("client_abort"), "{:?}", told.evidence);
    assert_eq!(verdict(&format!("{OPEN}{GET}A > B R.")).cause_name(), Some("client_abort"));
    let told = verdict("A > B S\nB > A S.\nA > B P. len 6 lost\nA > B R. seq 1007");
    assert_ne!(told.cause_name(), Some("client_gave_up_connecting"), "{:?}", told.evidence);
}

/// A host that no longer knows a connection may have closed it, if the capture misses the end of what it had said.
#[test]
fn a_close_that_was_missed_is_no_lost_state() {
    let of = |missed: &str| {
        let told = verdict(&format!(
            "{OPEN}A > B P. len 9\nB > A P. len 9\nA > B .\n+2 A > B P. len 9\n{missed}+2 A > B P. len 9\nB > A R"
        ));
        told.cause.map(|finding| (finding.rule.name, finding.confidence, told.harm))
    };
    assert_eq!(of("B > A .\n"), Some(("state_lost", Confidence::Likely, Some(Harm::Harmful))));
    assert_eq!(of("B > A P. len 700 lost\n"), Some(("state_lost", Confidence::Possible, None)));
}

/// A hello that comes after its client has left is TLS; and who left before it could come had not waited.
#[test]
fn a_hello_may_come_too_late() {
    let told = verdict(&format!("{OPEN}{HELLO}A > B F.\n{HELLO_BACK}A > B R"));
    assert_eq!((told.cause_name(), told.harm), (Some("client_abort"), None));
    assert!(!told.evidence.iter().any(|fact| fact.fact.contains("is no TLS")), "{:?}", told.evidence);
}

/// Who says goodbye after a while without having asked for anything does not miss what the server says of itself.
#[test]
fn who_asked_for_nothing_misses_nothing() {
    let shaken = format!("{OPEN}{HELLO}{HELLO_BACK}{FINISHED}");
    let told = verdict(&format!("{shaken}+2 A > B {GOODBYE}A > B F.\nB > A {}A > B R", record(64)));
    assert_eq!((told.cause_name(), told.harm), (Some("write_after_close"), Some(Harm::Harmless)));
}

/// What is missing before the FIN that met a closed socket is as long as a goodbye.
#[test]
fn a_goodbye_may_be_lost_on_the_way() {
    let talk = format!("{OPEN}{HELLO}{HELLO_BACK}{FINISHED}A > B {}B > A {}", record(40), record(90));
    let of = |lost: u32| {
        let told = verdict(&format!(
            "{talk}B > A {GOODBYE}B > A F.\nA > B .\nA > B P. len {lost} lost\nA > B F.\nB > A R"
        ));
        (told.cause.map(|finding| finding.confidence), told.harm)
    };
    assert_eq!(of(31), (Some(Confidence::Possible), None));
    assert_ne!(of(500).1, None);
}

/// Nobody takes so much whose program does not read: that listener was not closed unserved.
#[test]
fn a_sink_that_reads_had_been_served() {
    let of = |sent: u32| {
        let each = |text: &str| ["C", "D", "A"].map(|client| text.replace('X', client)).concat();
        let begin = each(&format!("X > B S\nB > X S.\nX > B .\nX > B P. len {sent}\nB > X .\n"));
        let told = verdict(&format!("{begin}+1 {}", each("B > X R.\n")));
        told.alternatives.iter().any(|other| other.rule.name == "listener_closed")
    };
    assert!(of(2_000) && !of(2_000_000));
}

/// A server that says 408 has waited for the rest of the request.
#[test]
fn a_request_that_came_too_slowly_is_told_so() {
    let part = "A > B P. \"POST / HTTP/1.1\\r\\nContent-Length: 90000\\r\\n\\r\\nabc\"\n";
    let slow = "B > A P. \"HTTP/1.1 408 Request Timeout\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n\"\n";
    let told = verdict(&format!("{OPEN}{part}+3 {slow}B > A F.\nA > B P. len 500\nB > A R"));
    assert_eq!(told.cause_name(), Some("unread_data_at_close"), "{:?}", told.evidence);
    assert!(told.advice.is_some_and(|advice| advice.contains("408")));
}

/// Who asks for room again and again is not idle.
#[test]
fn a_shut_window_is_no_idle_time() {
    let talk = format!("{OPEN}A > B P. len 900\nB > A . win 0\n");
    let of = |probes: &str| {
        let told = verdict(&format!("{talk}{probes}+40 B > A P. len 9 win 0\nA > B R"));
        told.cause_name()
    };
    assert_eq!(
        of("+2 A > B . seq 1900\nB > A . win 0\n+4 A > B . seq 1900\nB > A . win 0\n"),
        Some("state_lost")
    );
    assert_eq!(of(""), Some("idle_timeout"));
}

/// Records that the capture misses may have held the goodbye.
#[test]
fn a_goodbye_that_was_not_captured_is_not_missed() {
    let talk = format!("{OPEN}{HELLO}{HELLO_BACK}{FINISHED}A > B {}B > A {}", record(40), record(90));
    let of = |missed: &str| {
        let more = format!("+0.3 B > A {}{missed}", record(80));
        verdict(&format!("{talk}{more}B > A F.\nA > B .\nA > B F.\nB > A .")).cause_name()
    };
    assert_eq!(of(""), Some("response_cut"));
    assert_eq!(of("B > A P. len 33 lost\nB > A P. len 50\n"), None);
}

/// Which of two frames came first is not known where a capture is not in order: an answer that acknowledges its question is one.
#[test]
fn an_answer_may_be_captured_before_its_question() {
    let open = "A > B S\nB > A S.\nA > B .\n";
    let first = "A > B P. \"*1\\r\\n$4\\r\\nPING\\r\\n\"\nB > A P. \"+PONG\\r\\n\"\nA > B .\n";
    let swapped = "+1 B > A P. ack 1029 \"+PONG\\r\\n\"\nA > B P. seq 1015 ack 5008 \"*1\\r\\n$4\\r\\nPING\\r\\n\"\nA > B . ack 5015\n";
    let left = "+9 A > B F.\nB > A F.\nA > B .";
    let told = verdict(&format!("{open}{first}{swapped}{left}"));
    assert_eq!((told.cause_name(), told.harm), (None, None), "{:?}", told.evidence);
    let unanswered =
        verdict(&format!("{open}{first}+1 A > B P. \"*1\\r\\n$4\\r\\nPING\\r\\n\"\nB > A .\n{left}"));
    assert_eq!(unanswered.cause_name(), Some("client_abort"), "{:?}", unanswered.evidence);
}

/// The number of a FIN tells that a record was sent whole, where its last segment is missing.
#[test]
fn a_record_may_end_in_what_is_missing() {
    let open = format!("A > B S\nB > A S.\nA > B .\n{HELLO}{HELLO_BACK}{FINISHED}A > B {}", record(60));
    let begun = format!("B > A P. hex 1703030064{}\n", "61".repeat(40));
    let end = |fin: u32| {
        verdict(&format!("{open}{begun}B > A F. seq {fin}\nA > B . ack {}\nA > B F.\nB > A .", fin + 1))
    };
    let begins = 5001 + 15 + 9;
    assert_eq!(end(begins + 105).harm, None, "{:?}", end(begins + 105).evidence);
    assert_eq!(end(begins + 45).cause_name(), Some("response_cut"), "{:?}", end(begins + 45).evidence);
}

/// Nobody knows what a server said before its first frame that was captured, but that it said something.
#[test]
fn an_answer_may_lie_before_all_that_was_captured() {
    let asked = "A > B S\nA > B . ack 5001\nA > B P. ack 5001 \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
    let end =
        |fin: u32| verdict(&format!("{asked}B > A F. seq {fin}\nA > B F. ack {0}\nB > A . seq {0}", fin + 1));
    assert_eq!(end(5901).cause_name(), None, "{:?}", end(5901).evidence);
    assert_eq!(end(5001).cause_name(), Some("no_response"), "{:?}", end(5001).evidence);
    // What the client never had is no answer.
    let repeats = "A > B P. seq 1001 ack 4900 len 41\n+0.3 A > B again\n";
    let lost = format!(
        "{repeats}B > A . seq 5011 ack 1042\n+1 A > B P. ack 4900 len 76\n+0.0002 A > B F. ack 4900\n+0.2 B > A R seq 4900"
    );
    assert_eq!(verdict(&lost).harm, None, "{:?}", verdict(&lost).evidence);
}

/// Records of which a snaplen hides the headers may be the end of an answer, or a goodbye.
#[test]
fn what_is_hidden_may_have_been_all() {
    let open = format!("A > B S\nB > A S.\nA > B .\n{HELLO}{HELLO_BACK}{FINISHED}A > B {}", record(60));
    let answer = "B > A P. hex 17030300306161 len 9000\nA > B .\n";
    let left = verdict(&format!("{open}{answer}+0.01 A > B R."));
    assert_eq!((left.cause_name(), left.harm), (Some("client_abort"), None), "{:?}", left.evidence);
    let at_once = verdict(&format!("{open}{}+0.01 A > B R.", answer.replace("A > B .\n", "")));
    assert_eq!(
        at_once.cause.map(|found| found.confidence),
        Some(Confidence::Possible),
        "{:?}",
        at_once.evidence
    );
    let more = verdict(&format!("{open}{answer}+0.01 A > B R.\nB > A P. len 900\nA > B R"));
    assert_eq!(more.harm, Some(Harm::Harmful), "{:?}", more.evidence);
    let closed = |late: u32| {
        verdict(&format!("{open}{answer}A > B F.\nB > A P. ack 1091 len {late}\nA > B R seq 1091"))
    };
    assert_eq!(closed(60).harm, None, "{:?}", closed(60).evidence);
    assert_eq!(closed(6000).harm, Some(Harm::Harmful), "{:?}", closed(6000).evidence);
}

/// The same of HTTP/2 in clear, where GOAWAY meets a client that has left.
#[test]
fn a_goodbye_of_http2_may_be_hidden() {
    let begun = "A > B S\nB > A S.\nA > B .\nA > B P. len 297 \"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\"\n\
B > A P. hex 00000604000000000000 len 240\nA > B .\nA > B F.\nB > A .\n";
    let late = |len: u32| verdict(&format!("{begun}B > A P. hex 00 len {len}\nA > B R"));
    assert_eq!(late(17).harm, None, "{:?}", late(17).evidence);
    assert_eq!(late(1700).harm, Some(Harm::Harmful), "{:?}", late(1700).evidence);
}

/// A server that repeats its SYN+ACK may have heard the client, and have no room.
#[test]
fn who_repeats_its_offer_may_be_full() {
    let open = "A > B S\nB > A S. ttl 62\nA > B .\nA > B P. len 36\n+0.2 A > B again\n+0.2 A > B again\n+0.4 A > B again\n";
    let full = "+0.2 B > A S. seq 5000 ack 1001 ttl 62\nA > B . seq 1037\n+0.6 A > B P. seq 1001 len 36\n+1.6 A > B P. seq 1001 len 36\n+3.2 A > B P. seq 1001 len 36";
    let told = verdict(&format!("{open}{full}"));
    assert_eq!(told.cause_name(), Some("accept_queue_overflow"), "{:?}", told.evidence);
}

/// A RST before anything was heard of the other side hurts nobody whom one knows.
#[test]
fn a_capture_that_begins_with_a_reset_tells_no_harm() {
    assert_eq!(verdict("A > B R. seq 1010 ack 5010\nB > A . seq 5010 ack 1010").harm, None);
}

/// The way is known from acknowledgements where the capture begins after the handshake.
#[test]
fn who_leaves_at_once_is_known_without_a_handshake() {
    let talk = "A > B P. len 90\n+0.04 B > A P. len 90\nA > B P. len 7\n";
    assert_eq!(verdict(&format!("{talk}+0.05 A > B R.")).harm, None);
    assert_eq!(verdict(&format!("{talk}+0.2 A > B R.")).harm, Some(Harm::Harmful));
}

/// Who repeats itself is there.
#[test]
fn who_speaks_on_has_not_vanished() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A P. len 35\n+0.2 B > A again\n";
    let sure = |told: &crate::verdict::Verdict| told.cause.map(|found| found.confidence);
    let alone = verdict(&format!("{open}+0.5 B > A again"));
    assert_eq!(sure(&alone), Some(Confidence::Likely), "{:?}", alone.evidence);
    let both =
        verdict(&format!("{open}+0.2 A > B P. seq 1001 ack 5001 len 50\n+0.3 B > A P. seq 5001 len 35"));
    assert_eq!(sure(&both), Some(Confidence::Possible), "{:?}", both.evidence);
    assert!(both.evidence.iter().any(|fact| fact.fact.contains("speaks on")), "{:?}", both.evidence);
}

/// The path loses what is long: the FIN behind it arrives, and nothing tells the client's program of an end.
#[test]
fn a_fin_behind_what_never_arrived_ends_nothing() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /x HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n";
    let asked = "seq 1029 ack 5001";
    let at_client = format!(
        "{open}+0.1 B > A F. seq 7991\n+0.0001 A > B . {asked}\n+4 A > B F. {asked}\nB > A . seq 7992"
    );
    let left = verdict(&at_client);
    assert_eq!((left.cause_name(), left.fin_by), (Some("client_abort"), Some(Side::Client)), "{left:?}");
    assert!(left.evidence.iter().any(|fact| fact.fact.contains("never arrived")), "{:?}", left.evidence);
    assert!(left.advice.is_some_and(|advice| advice.contains("tracepath")));
    let again = "B > A P. seq 5001 len 1448\n";
    let tries = [0.2, 0.4, 0.8, 1.6].map(|pause| format!("+{pause} {again}")).concat();
    let at_server =
        format!("{open}+0.1 B > A P. len 2990\nB > A F.\n{tries}+1 A > B F. {asked}\nB > A .\n+3 {again}");
    assert_eq!(verdict(&at_server).cause_name(), Some("peer_vanished"), "{:?}", verdict(&at_server));
}

/// A snaplen hides where a head ends, but not that it is a request.
#[test]
fn who_leaves_a_request_unanswered_whose_head_was_cut_may_have_given_up() {
    let asked =
        "A > B S\nB > A S.\nA > B .\nA > B P. len 588 \"GET /never HTTP/1.1\\r\\nHost: b\\r\\n\"\nB > A .\n";
    let told = |pause: &str| verdict(&format!("{asked}{pause} A > B F.\nB > A F.\nA > B ."));
    let waited = told("+2");
    let sure = waited.cause.as_ref().map(|found| found.confidence);
    assert_eq!((waited.cause_name(), sure), (Some("client_abort"), Some(Confidence::Possible)));
    assert_eq!(waited.harm, None);
    assert_eq!(told("+0.5").cause_name(), None);
}

/// Frames that end within the options of a SYN end within what an ICMP error quotes as well.
#[test]
fn very_short_frames_hide_errors() {
    let tries = "A > B S\n+1 A > B again\n+2 A > B again\n+4 A > B again";
    let played = script::parse(tries).unwrap();
    let cut: Vec<Pdu<'_>> = played
        .iter()
        .map(|scripted| match scripted.pdu() {
            Pdu::Segment(segment, payload) => {
                Pdu::Segment(Segment { traits: Traits::CUT, ..segment }, payload)
            }
            other @ Pdu::Icmp(_) => other,
        })
        .collect();
    let sure = |told: &crate::verdict::Verdict| told.cause.map(|found| found.confidence);
    assert_eq!(sure(&verdict(tries)), Some(Confidence::Certain));
    // The last of three may have been answered when the capture had ended.
    assert_eq!(sure(&verdict("A > B S\n+1 A > B again\n+2 A > B again")), Some(Confidence::Likely));
    let told = conclude(&cut).unwrap();
    assert_eq!((told.cause_name(), sure(&told)), (Some("syn_unanswered"), Some(Confidence::Likely)));
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("ICMP")), "{:?}", told.evidence);
}

/// What the capture misses is as old as what came behind it, and no older.
#[test]
fn a_hole_of_the_capture_makes_no_answer_long() {
    let said = |by: &str, len: usize| format!("{by} P. hex 170303{len:04x}{}\n", "61".repeat(len));
    let answers = [said("+0.02 B > A", 500), said("B > A", 300)].concat();
    let text = format!(
        "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\n\
B > A P. hex 160303000402000000140303000101160303000420202020\nA > B P. hex 140303000101160303000420202020\n\
{}{answers}A > B .\nB > A F.\nA > B F.\nB > A .",
        said("A > B", 100)
    );
    let played = script::parse(&text).unwrap();
    for lost in [None, Some(8), Some(9)] {
        let kept = played.iter().enumerate().filter(|&(at, _)| Some(at + 1) != lost);
        let told = conclude(&kept.map(|(_, step)| step.pdu()).collect::<Vec<_>>()).unwrap();
        assert_eq!((told.cause_name(), told.harm), (None, None), "without {lost:?}: {:?}", told.evidence);
    }
}

/// The request is the one segment that the capture lost; or it began only after that.
#[test]
fn what_was_owed_in_what_the_capture_misses_nobody_knows() {
    let lost = "A > B S\nB > A S.\nA > B .\nA > B P. len 27 lost\nB > A .\n+1 B > A R.";
    for text in [lost, "B > A . seq 5001 ack 1028\n+2 A > B R. seq 1028 ack 5001"] {
        let told = verdict(text).cause.map(|finding| (finding.rule.name, finding.confidence));
        assert_eq!(told, Some(("aborted_by_application", Confidence::Possible)), "{text}");
    }
}
