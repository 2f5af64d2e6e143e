//! Stories with an innocent explanation, which must accuse nobody, each beside the one that it is not.

use crate::flow::Side;
use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Sender, Verdict};

use super::story::told;

const GET: &str = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
const CLOSE: &str = "B > A F.\nA > B F.\nB > A .";

/// A warning (RFC 6066 §3: `unrecognized_name`) behind which its sender goes on with the handshake ended nothing.
#[test]
fn a_warning_is_no_alert_that_ends() {
    let hello = "A > B P. hex 16030100050100000100\n";
    let warning = "B > A P. hex 15030100020170\n";
    let rest = "B > A P. hex 160303000402000000140303000101160303000420202020\n\
A > B P. hex 140303000101160303000420202020\nB > A .\n";
    assert_eq!(cause(&told(&format!("{hello}{warning}{rest}A > B F.\nB > A F.\nA > B ."))).0, None);
    assert_eq!(cause(&told(&format!("{hello}{warning}{CLOSE}"))).0, Some("tls_alert"));
}

/// Several segments that are repeated together are one round; a timeout repeats the oldest byte again and again.
#[test]
fn a_burst_of_repetitions_is_one() {
    let lost =
        (1..6).fold(String::new(), |lost, n| format!("{lost}A > B P. seq {} len 100\n", 1001 + 100 * n));
    let sent = format!("A > B P. len 100\nB > A .\n{lost}");
    let again = |pause: &str, each: &str| format!("{sent}+0.2 {each}{pause}{each}{pause}{each}");
    let first = "A > B P. seq 1101 len 100\n";
    let silent = told(&again("+0.4 ", first));
    assert_eq!(cause(&silent), (Some("peer_vanished"), Some(Harm::Harmful)), "{:?}", silent.evidence);
    let burst = told(&format!("{sent}+0.0005 {lost}"));
    assert_eq!(cause(&burst), (None, None), "{:?}", burst.evidence);
    // What is new behind a timeout tells that an answer came, though the capture misses it.
    let goes_on = told(&format!("{}A > B P. seq 1601 len 100", again("+0.4 ", first)));
    assert_eq!(cause(&goes_on), (None, None), "{:?}", goes_on.evidence);
}

/// An acknowledgement that the FIN overtook has the number that a probe would have.
#[test]
fn what_a_fin_overtook_is_no_probe() {
    let talk = "A > B P. len 9\nB > A P. len 900\nA > B F. ack 5901\nB > A .\n";
    let late = "A > B . seq 1010 ack 5301\n".repeat(4);
    let overtaken = told(&format!("{talk}{late}"));
    assert_eq!(cause(&overtaken), (None, None), "{:?}", overtaken.evidence);
    let probes = told(&format!("{talk}{}", "+1 A > B . seq 1010 ack 5901\n".repeat(4)));
    assert_eq!(probes.cause_name(), Some("peer_vanished"), "{:?}", probes.evidence);
}

/// A server that has said that it closes looks at no other request (RFC 9112 §9.6).
#[test]
fn what_is_asked_behind_the_last_answer_is_not_owed() {
    let asked = GET.repeat(3);
    let answer =
        |header: &str| format!("B > A P. \"HTTP/1.1 200 OK\\r\\n{header}Content-Length: 2\\r\\n\\r\\nok\"\n");
    let announced = told(&format!("{asked}{}A > B .\n{CLOSE}", answer("Connection: close\\r\\n")));
    assert_eq!(cause(&announced), (None, None), "{:?}", announced.evidence);
    let sudden = told(&format!("{asked}{}A > B .\n{CLOSE}", answer("")));
    assert_eq!(cause(&sudden), (Some("no_response"), Some(Harm::Harmful)), "{:?}", sudden.evidence);
}

/// Of more requests than are remembered nobody knows which ask for heads alone.
#[test]
fn a_head_without_a_body_is_not_cut() {
    let ask = |method: &str| format!("A > B P. \"{method} / HTTP/1.1\\r\\n\\r\\n\"\n").repeat(18);
    let answers = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n\"\n".repeat(18);
    let heads = told(&format!("{}{answers}A > B .\n{CLOSE}", ask("HEAD")));
    assert_eq!(cause(&heads), (None, None), "{:?}", heads.evidence);
}

/// A request whose head the capture cuts short, and which is answered before it is whole.
#[test]
fn the_rest_of_an_upload_that_was_answered_is_no_request() {
    let begins = "A > B P. len 90 \"POST /up HTTP/1.1\\r\\nHost: b\\r\\nConte\"\nB > A .\n";
    let refused = "B > A P. len 300 \"HTTP/1.1 413 Too Large\\r\\nContent-Le\"\n";
    let rest = "A > B P. len 1400 \"x\"\nB > A .\n";
    let answered = told(&format!("{begins}{rest}{refused}{rest}{CLOSE}"));
    assert_eq!(cause(&answered), (None, None), "{:?}", answered.evidence);
    let late = told(&format!(
        "{begins}{rest}{refused}B > A F.\n+0.06 {rest}B > A R seq 5301",
        rest = "A > B P. len 1400 ack 5301 \"x\"\n"
    ));
    assert_ne!(late.cause_name(), Some("stale_keepalive"), "{:?}", late.evidence);
    let unanswered = told(&format!("{begins}{rest}{CLOSE}"));
    assert_eq!(unanswered.cause_name(), Some("no_response"), "{:?}", unanswered.evidence);
}

/// A WebSocket whose handshake the capture cuts short: nobody owes an answer to its frames.
#[test]
fn what_follows_a_switch_of_protocols_is_no_request() {
    let asked = "A > B P. len 90 \"GET / HTTP/1.1\\r\\nUpgrade: websoc\"\n";
    let switched = "B > A P. len 190 \"HTTP/1.1 101 Switching Protocols\\r\\nUpg\"\nA > B .\n";
    let closes = "B > A P. hex 880203f4\nA > B P. hex 88820000000003f4\n";
    let healthy = told(&format!("{asked}{switched}{closes}{CLOSE}"));
    assert_eq!(cause(&healthy), (None, None), "{:?}", healthy.evidence);
}

/// A server that closed what was idle, towards a client that is gone, lost nothing; nor did anybody by a SYN that was never heard of
/// again.
#[test]
fn an_end_that_nobody_missed_is_not_called_harmful() {
    let served = format!("{GET}B > A P. \"HTTP/1.1 204 No\\r\\n\\r\\n\"\nA > B .\n");
    let fins = "+5 B > A F.\n+0.2 B > A again\n+0.4 B > A again\n+0.8 B > A again\n";
    let gone = told(&format!("{served}{fins}"));
    assert_eq!(cause(&gone), (Some("peer_vanished"), None), "{:?}", gone.evidence);
    let flood = verdict("A > B S\nB > A S.\n+1 B > A again\n+2 B > A again\n+4 B > A again");
    assert_eq!(cause(&flood), (Some("peer_vanished"), None), "{:?}", flood.evidence);
    let tried = verdict("A > B S\nB > A S.\n+1 A > B again\nB > A again\n+2 A > B again\nB > A again");
    assert_eq!(tried.harm, Some(Harm::Harmful), "{:?}", tried.evidence);
}

/// Where no handshake was captured, what a side acknowledges with its answers takes as long as those, and tells no distance.
#[test]
fn a_slow_handler_is_not_far_away() {
    let ask = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
    let answer = "+0.05 B > A P. \"HTTP/1.1 204 No\\r\\n\\r\\n\"\n";
    let aborted = verdict(&format!("{}{ask}+0.0005 B > A R.", format!("{ask}{answer}").repeat(4)));
    assert_eq!(aborted.rst_by, Some(Sender::Side(Side::Server)), "{:?}", aborted.evidence);
}

/// Whoever asks in HTTP is the client, whatever the ports say.
#[test]
fn who_asks_is_the_client() {
    let told = verdict(
        "B:61616 > A .\nA > B:61616 P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB:61616 > A .\nB:61616 > A F.\nA > B:61616 F.\nB:61616 > A .",
    );
    assert_eq!((told.server.port, told.cause_name()), (61616, Some("no_response")), "{:?}", told.evidence);
}

/// TLS ends no record in the middle, but a hole that is filled after the FIN was none of the server's.
#[test]
fn a_record_that_is_cut_by_a_fin_is() {
    let session = "A > B P. hex 16030100050100000100\nB > A P. hex 160303000402000000140303000101160303000420202020\n\
A > B P. hex 140303000101160303000420202020\nB > A .\nA > B P. hex 170303000461616161\n";
    let cut = told(&format!("{session}B > A P. hex 17030300ff6161\nA > B .\n{CLOSE}"));
    assert_eq!(cause(&cut), (Some("response_cut"), Some(Harm::Harmful)), "{:?}", cut.evidence);
    let record = "B > A P. hex 170303000a6161\nB > A P. len 5 lost\nB > A F. hex 616161\nA > B . ack 5032\n";
    let again = "+0.1 B > A P. hex 6161616161 seq 5032\nA > B . ack 5041\nA > B F. ack 5041\nB > A .";
    let filled = told(&format!("{session}{record}{again}"));
    assert_ne!(filled.cause_name(), Some("response_cut"), "{:?}", filled.evidence);
}

/// An ICMP error that was followed by an answer is over, and a segment that was too big comes again.
#[test]
fn an_error_of_long_ago_is_not_why() {
    let lost = "+1 A > B P. seq 1010 len 9\n+1 A > B again\n+2 A > B again\n+4 A > B again\n+8 A > B again\n+9 A > B again\n";
    let early = told(&format!("A > B P. len 9\nB > A unreachable\nB > A .\n{lost}"));
    let read = |told: &Verdict| told.client_sees.read;
    assert_eq!(read(&early), Some("ETIMEDOUT"), "{:?}", early.evidence);
    let now = told(&format!("A > B P. len 9\nB > A .\n{lost}B > A unreachable"));
    assert_ne!(read(&now), Some("ETIMEDOUT"), "{:?}", now.evidence);
}

/// A kept-alive upload of more than half the ring of numbers was had by its server, which acknowledged all of it.
#[test]
fn numbers_go_round() {
    let answer = "B > A P. \"HTTP/1.1 204 No\\r\\n\\r\\n\"\nA > B .\n";
    let put = "A > B P. \"PUT /b HTTP/1.1\\r\\nContent-Length: 2200000000\\r\\n\\r\\n\"\n";
    let body = "A > B P. len 1000000000\nB > A .\n".repeat(2);
    let told = told(&format!("{GET}{answer}{put}{body}A > B P. len 200000000\nB > A .\n+1 B > A R."));
    assert_eq!(told.cause_name(), Some("no_response"), "{:?}", told.evidence);
    // Nor did so much wait in the queue of a listener that was closed.
    let open = "A > B S\nB > A S.\nA > B .\n";
    let upload = verdict(&format!("{open}{body}A > B P. len 200000000\nB > A .\n+1 B > A R."));
    let others = upload.alternatives.iter().map(|other| other.rule.name);
    assert!(
        others.chain(upload.cause_name()).all(|name| name != "listener_closed"),
        "{:?}",
        upload.alternatives
    );
}

/// A health check leaves when it has seen the status; who leaves later had waited for the rest.
#[test]
fn who_leaves_at_the_first_words_has_seen_enough() {
    let begun = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 300000\\r\\n\\r\\nbegins\"\n";
    for end in ["A > B R.", "A > B .\nA > B F.\nB > A F.\nA > B ."] {
        let check = told(&format!("{GET}{begun}+0.0002 {end}"));
        assert_eq!(cause(&check), (Some("client_abort"), None), "{:?}", check.evidence);
        let left = told(&format!("{GET}{begun}+0.5 {end}"));
        assert_eq!(cause(&left), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", left.evidence);
    }
}

/// The ACK before a message of one byte has the number that a probe has.
#[test]
fn probes_may_follow_a_message_of_one_byte() {
    let probes = "+1 A > B . seq 1001 ack 5002\n".repeat(4);
    let ran_out =
        told(&format!("A > B P. len 1\nB > A P. len 1\nA > B .\n{probes}+1 A > B R. seq 1002 ack 5002"));
    assert_eq!(ran_out.cause_name(), Some("keepalive_timeout"), "{:?}", ran_out.evidence);
}

/// A pool that closes its connections to MySQL, of which the capture holds no more than that.
#[test]
fn a_goodbye_that_a_capture_begins_with_is_no_request() {
    let quit = verdict("A > B P. hex 0100000001\nB > A F.\nA > B F.\nB > A .");
    assert_eq!(cause(&quit), (None, None), "{:?}", quit.evidence);
}

/// TLS to a port that speaks HTTP in clear: its first bytes tell, also where the capture cuts the rest short.
#[test]
fn an_answer_in_clear_is_known_by_its_first_bytes() {
    let hello = "A > B P. hex 16030102000100 len 517\nB > A .\n";
    let answer = "B > A P. len 309 \"HTTP/1.1 400 Bad R\"\nA > B .\nB > A F.\nA > B R.";
    let refused = told(&format!("{hello}{answer}"));
    assert_eq!(cause(&refused), (Some("tls_handshake_reset"), Some(Harm::Harmful)), "{:?}", refused.evidence);
    let fact = "what the server said to the client's hello, 309 bytes, is no TLS";
    assert!(refused.evidence.iter().any(|said| said.fact == fact), "{:?}", refused.evidence);
}

/// Captures of two places, merged: a RST that passed only one of them was sent between them, perhaps, if it does not go on in its host's count.
#[test]
fn a_reset_that_passed_one_of_two_places_is_doubted() {
    let twice = |line: &str, id: u32| format!("{line} id {id}\n+0.0001 {line} id {id}\n");
    let shaken = [
        twice("A > B S seq 1000", 1),
        twice("B > A S. seq 5000 ack 1001", 1),
        twice("A > B . seq 1001 ack 5001", 2),
    ]
    .concat();
    let talk =
        [twice("A > B P. seq 1001 ack 5001 len 9", 3), twice("B > A P. seq 5001 ack 1010 len 9", 2)].concat();
    let by = |end: &str| verdict(&format!("{shaken}{talk}{end}"));
    let once = |id: u32| {
        by(&format!("+1 A > B P. seq 1010 ack 5010 len 9 id 4\nB > A R. seq 5010 ack 1019 id {id}"))
    };
    let counted = once(3);
    assert_eq!(
        (counted.rst_by, counted.rst_by_confidence),
        (Some(Sender::Side(Side::Server)), Some(Confidence::Certain))
    );
    let once = once(9000);
    assert_eq!((once.rst_by, once.rst_by_confidence), (Some(Sender::Middlebox), Some(Confidence::Likely)));
    assert!(once.evidence.iter().any(|fact| fact.fact.contains("captured once")), "{:?}", once.evidence);
    let request = twice("+1 A > B P. seq 1010 ack 5010 len 9", 4).replace("+0.0001 +1", "+0.0001");
    let both = by(&format!("{request}{}", twice("B > A R. seq 5010 ack 1019", 3)));
    assert_ne!(both.rst_by_confidence, Some(Confidence::Possible), "{:?}", both.evidence);
}

/// A server that closes what was idle for five seconds, a moment after its kernel had the next request.
#[test]
fn a_request_that_comes_as_the_server_closes_is_no_crash() {
    let served = format!("{GET}B > A P. \"HTTP/1.1 204 No\\r\\n\\r\\n\"\nA > B .\n");
    let story =
        |idle: &str, took: &str| told(&format!("{served}{idle}{GET}{took}B > A F.\nA > B F.\nB > A ."));
    let confidence = |told: &Verdict| told.cause.as_ref().map(|finding| finding.confidence);
    let crossed = story("+4.998 ", "+0.0002 ");
    assert_eq!((crossed.cause_name(), confidence(&crossed)), (Some("no_response"), Some(Confidence::Likely)));
    assert!(
        crossed.alternatives.iter().any(|other| other.rule.name == "stale_keepalive"),
        "{:?}",
        crossed.evidence
    );
    assert!(
        crossed.advice.as_ref().is_some_and(|advice| advice.contains("idle for 5.0")),
        "{:?}",
        crossed.advice
    );
    for other in [story("+4.998 ", "+0.3 "), story("+0.3 ", "+0.0002 ")] {
        assert_eq!(confidence(&other), Some(Confidence::Certain), "{:?}", other.evidence);
        assert!(other.alternatives.is_empty());
    }
}

/// What an idle connection has survived was shorter than what it did not.
#[test]
fn a_shorter_pause_that_was_survived_is_no_proof() {
    let ask = "A > B P. len 9\nB > A P. len 9\nA > B .\n";
    let causes = |pause: &str| {
        let told = told(&format!("{ask}+1.5 {ask}{pause}A > B P. len 9\nB > A R"));
        let others = told.alternatives.iter().map(|other| other.rule.name);
        others.chain(told.cause_name()).any(|name| name == "idle_timeout")
    };
    assert!(causes("+4.5 ") && causes("+60 ") && !causes("+1.6 "));
}

/// Two repetitions right before the capture ends may have their answer on the way.
#[test]
fn two_quick_repetitions_are_no_silence() {
    let again = |first: &str, second: &str| {
        told(&format!("A > B P. len 9\nB > A .\n+1 A > B P. len 9\n{first}A > B again\n{second}A > B again"))
    };
    assert_eq!(again("+0.05 ", "+0.1 ").cause_name(), None);
    assert_eq!(again("+0.2 ", "+0.4 ").cause_name(), Some("peer_vanished"));
}

/// Where neither side hears the other, somebody misses more than the acknowledgement of a FIN.
#[test]
fn a_path_that_loses_one_direction_hurts() {
    let served = format!("{GET}B > A P. \"HTTP/1.1 204 No\\r\\n\\r\\n\"\nA > B .\n");
    let both = "+1 A > B F.\n+0.2 B > A P. seq 5001 ack 1019 len 19\n+0.2 A > B again\n+0.2 B > A again\n+0.4 A > B again\n\
+0.4 B > A again\n+0.8 A > B again\n+1.6 A > B again";
    let lost = told(&format!("{served}{both}"));
    assert_eq!(cause(&lost), (Some("peer_vanished"), Some(Harm::Harmful)), "{:?}", lost.evidence);
}

/// Who leaves a stream of events has had what there was, be it at its first words.
#[test]
fn who_leaves_events_at_once_hurts_nobody() {
    let begun = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n9\\r\\ndata: 1\\n\\n\\r\\n\"\n";
    let left = told(&format!("{GET}{begun}A > B .\n+0.0002 A > B R."));
    assert_eq!(left.harm, Some(Harm::Harmless), "{:?}", left.evidence);
}

/// Of two SYN+ACKs that differ the client's acknowledgement tells which it took: here the first.
#[test]
fn the_offer_that_was_taken_counts() {
    let offers = "A > B S\nB > A S.\nB > A S. seq 9000\n";
    let answer = "\"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let talk = |iss: u32| {
        let (first, end) = (iss + 1, iss + 41);
        format!(
            "{offers}A > B . ack {first}\nA > B P. ack {first} \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A P. seq {first} {answer}\
A > B . ack {end}\nB > A F. seq {end}\nA > B F. ack {0}\nB > A . seq {0}",
            end + 1
        )
    };
    for iss in [5000, 9000] {
        let told = verdict(&talk(iss));
        assert_eq!((told.cause_name(), told.harm), (None, None), "{iss}: {:?}", told.evidence);
    }
}

/// Browsers try several connections, and leave those that come second; an answer takes a little longer than the bare way.
#[test]
fn who_leaves_sooner_than_an_answer_comes_did_not_wait() {
    let get = "A > B S\n+0.04 B > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
    let left = |waited: &str| verdict(&format!("{get}+{waited} A > B F.\nB > A F.\nA > B ."));
    assert_eq!(left("0.05").harm, None, "{:?}", left("0.05").evidence);
    assert_eq!(left("0.2").harm, Some(Harm::Harmful), "{:?}", left("0.2").evidence);
    let aborts =
        |waited: &str| told(&format!("A > B P. len 7\nB > A P. len 9\nA > B P. len 7\n+{waited} A > B R."));
    assert_eq!(aborts("0.0005").harm, None, "{:?}", aborts("0.0005").evidence);
    assert_eq!(aborts("0.2").harm, Some(Harm::Harmful), "{:?}", aborts("0.2").evidence);
}

/// A capture may begin while a client waits: what comes when it has left may be the answer. A probe of a port is none.
#[test]
fn what_was_asked_before_the_capture_may_be_missed() {
    let late = verdict(
        "A > B F. seq 1001 ack 5001\nB > A . seq 5001 ack 1002\n+2 B > A P. seq 5001 ack 1002 len 90\nA > B R seq 1002",
    );
    assert_eq!((late.cause_name(), late.harm, late.stage), (Some("write_after_close"), None, None));
    let seen = told("A > B F.\nB > A .\n+2 B > A P. len 90\nA > B R");
    assert_eq!((seen.cause_name(), seen.harm), (Some("write_after_close"), Some(Harm::Harmless)));
    assert!(seen.stage.is_some());
    let probe = verdict("A > B F seq 1001\nB > A R. seq 0 ack 1002");
    assert_eq!(probe.harm, Some(Harm::Harmless), "{:?}", probe.evidence);
}

/// A server that drains closes its idle connections, and the next request lies unread in one of them.
#[test]
fn who_aborts_as_a_request_comes_may_only_have_closed_what_was_idle() {
    let after = |pause: &str| {
        let told = verdict(&format!(
            "A > B S\nB > A S.\nA > B .\n{GET}B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n+0.8 {GET}+{pause} B > A R."
        ));
        assert_eq!(told.cause_name(), Some("no_response"));
        told.alternatives.iter().any(|other| other.rule.name == "stale_keepalive")
    };
    assert!(after("0.002"));
    assert!(!after("0.5"));
}

/// A limit of connections refuses one client while others are let in.
#[test]
fn a_port_that_lets_others_in_is_not_just_closed() {
    let others = |after: &str| {
        let (before, rest) =
            ("C > B S\nB > C S.\nC > B .\n+0.4 ", "D > B S\nB > D S.\nD > B .\nC > B R.\nD > B R.");
        let told = verdict(&format!("{before}A > B S\nB > A R.\n+{after} {rest}\n+30 C > B:9 S"));
        assert_eq!(told.cause_name(), Some("port_closed"));
        (
            told.cause.map(|finding| finding.confidence),
            told.advice.is_some_and(|advice| advice.contains("open to others")),
        )
    };
    assert_eq!(others("0.4"), (Some(Confidence::Possible), true));
    assert_eq!(others("10"), (Some(Confidence::Likely), false));
}

/// An acknowledgement that crosses a FIN is nothing that anybody wrote.
#[test]
fn who_only_acknowledges_did_not_write_after_a_close() {
    let told = |said: &str| {
        let text = format!("A > B S\nA > B F. seq 1001 ack 5001\n{said}\nA > B R seq 1001");
        verdict(&text).cause.map(|found| (found.rule.name, found.confidence))
    };
    let wrote = told("B > A P. seq 5001 ack 1001 len 9");
    assert_eq!(wrote, Some(("write_after_close", Confidence::Likely)));
    assert_ne!(told("B > A . seq 5001 ack 1001"), Some(("write_after_close", Confidence::Likely)));
}
