//! What networks and captures do to segments, and must not be held against a host: copies that come late or twice, paths of
//! different lengths, RSTs without effect, segments that were missed.

use crate::flow::Side;
use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Harm, How, Sender, Verdict};

use super::story::{GET, OPEN};

pub(super) fn lines(range: std::ops::Range<u32>, line: impl Fn(u32) -> String) -> String {
    range.map(|n| line(n) + "\n").collect()
}

#[test]
fn answers_after_a_rst_without_effect_are_heard() {
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let forged = "B > A R. seq 9000 ack 1028\n";
    let told = verdict(&format!(
        "{OPEN}{GET}{forged}{answer}{GET}+0.4 {answer}+0.1 {GET}+0.4 {answer}A > B F.\nB > A F.\nA > B ."
    ));
    assert_eq!((told.cause_name(), told.fin_by), (None, Some(Side::Client)), "{:?}", told.evidence);
    assert_eq!(told.ignored_resets, 1);
}

#[test]
fn what_speaks_on_was_not_refused_before_the_capture() {
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let told = verdict(&format!("B > A R. seq 0 ack 77\n{GET}{answer}A > B F.\nB > A F.\nA > B ."));
    assert_eq!((told.cause_name(), told.rst_by), (None, None), "{:?}", told.evidence);
}

#[test]
fn an_answer_that_ends_within_its_head_is_cut() {
    for head in ["HTTP/1.1 2", "HTTP/1.1 200 OK\\r\\nContent-Leng"] {
        for end in ["+1 B > A R.", "+1 B > A F.\nA > B F.\nB > A ."] {
            let told = verdict(&format!("{OPEN}{GET}B > A P. \"{head}\"\nA > B .\n{end}"));
            assert_eq!(told.cause_name(), Some("response_cut"), "{head} {end}: {:?}", told.evidence);
        }
    }
}

#[test]
fn what_was_meant_for_a_tunnel_is_no_request() {
    let connect = "A > B P. \"CONNECT c:1 HTTP/1.1\\r\\nHost: c\\r\\n\\r\\n\"\n";
    let refused = "B > A P. \"HTTP/1.1 503 No\\r\\nContent-Length: 2\\r\\n\\r\\nno\"\nB > A F.\nA > B .\n";
    let told = verdict(&format!("{OPEN}{connect}{refused}A > B P. \"query\\n\"\nB > A R"));
    assert_ne!(told.cause_name(), Some("stale_keepalive"), "{:?}", told.evidence);
}

#[test]
fn a_fin_that_was_missed_leaves_a_number() {
    let answered = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let missed = format!("{OPEN}{GET}{answered}+5 B > A F. lost\nA > B .\n");
    let told = verdict(&format!("{missed}+1 {GET}B > A R"));
    assert_eq!(told.cause_name(), Some("stale_keepalive"), "{:?}", told.evidence);
    assert_eq!(told.cause.unwrap().confidence, Confidence::Possible);
    let told = verdict(&format!("{missed}A > B F.\nB > A ."));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// A hole that is acknowledged later is counted, wherever the numbers began.
#[test]
fn bytes_that_were_missed_count_for_what_was_announced() {
    for isn in [5000_u32, 3_000_000_000] {
        let at = |n: u32| isn.wrapping_add(1 + n);
        let get = "A > B P. seq 1001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
        let head = format!(
            "B > A P. seq {} ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 400\\r\\n\\r\\n\"\n",
            at(0)
        );
        let part = |n: u32| format!("B > A P. seq {} ack 1028 len 100\n", at(40 + 100 * n));
        let ack = |n: u32| format!("A > B . seq 1028 ack {}\n", at(40 + 100 * n));
        let text = format!(
            "A > B S\nB > A S. seq {isn}\nA > B . ack {}\n{get}{head}{}{}{}{}A > B F. seq 1028 ack {}\n",
            at(0),
            ack(1),
            part(1),
            part(3),
            ack(4),
            at(440)
        );
        let told = verdict(&format!("{text}B > A F. seq {} ack 1029\nA > B .", at(440)));
        assert_eq!(told.cause_name(), None, "{isn}: {:?}", told.evidence);
    }
}

#[test]
fn a_fin_beyond_what_was_sent_is_nobodys() {
    let answer =
        "B > A P. seq 5001 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B . ack 5041\n";
    let text = format!(
        "{OPEN}{GET}B > A F. seq 25001\n{answer}A > B F. ack 5041\nB > A F. seq 5041\nA > B . ack 5042"
    );
    let told = verdict(&text);
    assert_eq!((told.fin_by, told.cause_name()), (Some(Side::Client), None), "{:?}", told.evidence);
}

#[test]
fn who_never_gets_room_and_no_answer_meets_silence() {
    let probes = lines(0..5, |n| format!("+0.{} A > B . seq 1000", n + 2));
    let told = verdict(&format!("A > B S\nB > A S. win 0\nA > B .\n{probes}"));
    assert_eq!(told.how, How::Silent, "{:?}", told.evidence);
}

/// A card with several queues is read one queue after the other.
#[test]
fn what_is_acknowledged_before_it_is_captured_is_not_missing() {
    let asked = "A > B P. seq 1001 ack 5001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let answer = "B > A P. seq 5001 ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let again =
        "A > B P. seq 1028 ack 5041 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A . seq 5041 ack 1055\n";
    let told = verdict(&format!(
        "{OPEN}{asked}A > B . seq 1028 ack 5021\nA > B . seq 1028 ack 5041\n{answer}{again}+1 B > A R. seq 5041 ack 1055"
    ));
    assert_eq!((told.cause_name(), told.seen.gaps), (Some("no_response"), 0), "{:?}", told.evidence);
    assert_eq!(told.cause.unwrap().confidence, Confidence::Likely);
    let never =
        verdict(&format!("{OPEN}{asked}A > B . seq 1028 ack 5041\n{again}+1 B > A R. seq 5041 ack 1055"));
    assert_eq!(never.seen.gaps, 1);
}

/// Seen from the server: the client had an answer that the server had not sent.
/// Zeek counts a gap when it is acknowledged, whatever comes later: the letter comes back at the tenth one, not at the second.
#[test]
fn what_comes_after_all_stays_in_zeeks_history() {
    let part = |n: u32| {
        format!("A > B . seq 1001 ack {}\nB > A P. seq {} ack 1001 len 10", 5011 + 10 * n, 5001 + 10 * n)
    };
    let told = verdict(&format!("{OPEN}{}A > B F.\nB > A F.\nA > B .", lines(0..3, part)));
    assert_eq!((told.seen.gaps, told.history.letters().matches('g').count()), (0, 1), "{}", told.history);
}

/// The capture begins with a forged refusal of a SYN that it does not hold; what comes then are the server's own numbers.
/// An old SYN reaches a server after all; the client's host answers with what it knows, and the server refuses that.
#[test]
fn who_refuses_an_old_acknowledgement_may_offer_again() {
    let offer = "B > A S. seq 5000 ack 1001";
    let told = verdict(&format!(
        "{offer}\nA > B . seq 1060 ack 3000\nB > A R seq 3000\n+1 {offer}\nA > B R seq 1001"
    ));
    assert_ne!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    assert_ne!(told.cause_name(), Some("injected_reset"), "{:?}", told.evidence);
}

/// An answer may stand in the next file.
#[test]
fn the_last_frame_of_a_capture_is_no_failure() {
    let told = verdict("C > B S\nB > C S.\nA > B S");
    assert_eq!((told.cause_name(), told.harm), (Some("syn_unanswered"), None));
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("the capture ended")), "{:?}", told.evidence);
    // Who still waited would have sent it again.
    let told = verdict("A > B S\n+2 C > B S");
    assert_eq!((told.cause_name(), told.harm), (Some("syn_unanswered"), None));
    assert!(told.advice.is_some_and(|advice| advice.contains("did not try again")));
    assert_eq!(verdict("A > B S\n+1 A > B again\n+2 C > B S").harm, Some(Harm::Harmful));
}

/// A RST may be the first that comes back after an outage, in which the other program gave up.
#[test]
fn an_outage_before_a_rst_is_told() {
    let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+1 A > B P. len 4\n";
    let repeated = "+0.3 A > B again\n+0.6 A > B again\n+1.2 A > B again\n";
    let told = verdict(&format!("{talk}{repeated}B > A R"));
    assert_eq!(told.cause_name(), Some("state_lost"));
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("sent 3 times")), "{:?}", told.evidence);
    assert!(told.alternatives.iter().any(|other| other.rule.name == "peer_vanished"));
    let told = verdict(&format!("{talk}B > A R"));
    assert!(told.alternatives.iter().all(|other| other.rule.name != "peer_vanished"));
}

/// Whose exchange is whole and acknowledged, and who has closed, does not see the RST of the other side.
#[test]
fn a_rst_after_all_is_said_hurts_nobody_who_has_closed() {
    let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n";
    let of = |end: &str| {
        let told = verdict(&format!("{talk}{end}"));
        (told.cause_name(), told.harm)
    };
    let harmless = Some(Harm::Harmless);
    assert_eq!(of("+1 A > B F.\nB > A R."), (Some("aborted_by_application"), harmless));
    assert_eq!(of("+1 A > B F.\nB > A R"), (Some("state_lost"), harmless));
    // The other side had not closed: nobody knows what its program had been told.
    assert_eq!(of("+1 B > A F.\nA > B R"), (Some("state_lost"), None));
    assert_eq!(of("+1 B > A F.\nB > A R."), (Some("aborted_by_application"), None));
    // An answer may be lost where more had come that the server did not read.
    assert_eq!(of("+1 A > B P. len 9\nB > A F. ack 10\nB > A R. ack 19").1, Some(Harm::Harmful));
}

#[test]
fn of_one_direction_nobody_knows_the_harm() {
    let told = verdict("B > A R seq 5000");
    assert_eq!((told.cause_name(), told.harm), (Some("unexplained"), None));
    let one_way = "A > B S\nA > B .\nA > B P. len 9\n+1 A > B R.";
    assert_eq!(verdict(one_way).harm, None);
}

/// RFC 9293 §3.10.7.3: who waits for a SYN+ACK drops a RST without ACK, and the SYN is sent again.
/// What comes from nearer by than its host was not sent by it, but for a path that became shorter.
/// What the client never acknowledged it never had: a hole there is one of the path, not of the capture.
#[test]
fn an_answer_that_does_not_get_through_is_none() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n";
    let tail = "B > A P. seq 9345 len 600\nA > B . ack 5001\n+3 A > B F. ack 5001\nB > A . seq 9945";
    let told = verdict(&format!("{OPEN}{get}{tail}"));
    assert_eq!(
        (told.cause_name(), told.harm),
        (Some("client_abort"), Some(Harm::Harmful)),
        "{:?}",
        told.evidence
    );
}

/// At the client nobody can tell whether its ACKs arrive.
#[test]
fn a_full_queue_is_certain_only_near_the_server() {
    let of = |client: u8, server: u8| {
        let talk = format!(
            "A > B S ttl {client}\nB > A S. ttl {server}\nA > B . ttl {client}\nA > B P. len 9 ttl {client}\n\
+1 B > A again\nA > B . ttl {client}\n+1 A > B P. seq 1001 len 9 ttl {client}\n+1 B > A again\n+2 A > B P. seq 1001 len 9 ttl {client}"
        );
        let told = verdict(&talk);
        told.cause.map(|finding| (finding.rule.name, finding.confidence))
    };
    assert_eq!(of(62, 64), Some(("accept_queue_overflow", Confidence::Likely)));
    assert_eq!(of(64, 62), Some(("accept_queue_overflow", Confidence::Possible)));
}

/// A program that leaves aborts; a RST without ACK refuses something.
#[test]
fn a_refusal_of_nothing_is_no_leaving() {
    let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+4 ";
    assert_eq!(verdict(&format!("{talk}A > B R")).harm, None);
    assert_eq!(verdict(&format!("{talk}A > B R.")).harm, Some(Harm::Harmless));
}

/// Two queues of a card, read one after the other: the server's FIN acknowledges one that is captured after it.
#[test]
fn who_closed_first_is_told_by_what_the_other_acknowledges() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n";
    let told = verdict(&format!("{OPEN}{get}+0.7 B > A F. ack 1029\n+0.0001 A > B F. ack 5001\nA > B ."));
    assert_eq!(
        (told.fin_by, told.cause_name()),
        (Some(Side::Client), Some("client_abort")),
        "{:?}",
        told.evidence
    );
    let told = verdict(&format!("{OPEN}{get}+0.7 B > A F.\n+0.0001 A > B F. ack 5001\nA > B ."));
    assert_eq!(
        (told.fin_by, told.cause_name()),
        (Some(Side::Server), Some("no_response")),
        "{:?}",
        told.evidence
    );
}

/// A kernel that gives up a silent peer has probed it.
#[test]
fn without_a_probe_no_keepalive_is_a_reason() {
    let talk = "A > B P. len 9\nB > A P. len 9\nA > B .\n+1 B > A R.";
    assert!(!verdict(&format!("{OPEN}{talk}")).reasons.contains(&"keepalive_timeout"));
    let one_way = "B > A S.\nB > A . ack 10\nB > A P. len 9\n+1 B > A R.";
    assert!(verdict(one_way).reasons.contains(&"keepalive_timeout"));
}

/// Short segments pass and long ones do not: what the server has of the request is its end.
#[test]
fn a_request_with_a_hole_did_not_arrive_whole() {
    let told = verdict(&format!("{OPEN}A > B P. seq 9689 len 354\nB > A . ack 1001\n+4 A > B R. seq 10043"));
    assert_eq!(told.cause_name(), Some("client_abort"));
    assert!(
        told.evidence.iter().any(|fact| fact.fact.contains("8688 bytes of it never came")),
        "{:?}",
        told.evidence
    );
    assert!(told.advice.is_some_and(|advice| advice.contains("tracepath")));
}

/// A firewall swallows the server's RSTs: its client goes on asking, and meets a time-out of its own.
#[test]
fn a_rst_that_never_arrives_is_no_error_yet() {
    let again = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A R seq 5001\n";
    let copy = again.replace("P. ", "P. seq 1001 ack 5001 ");
    let ignored = [0.2, 0.4, 0.8, 1.6].map(|pause| format!("+{pause} {copy}")).concat();
    let aborted = format!("{OPEN}{GET}B > A R. ack 1028\n");
    assert_eq!(verdict(&aborted).client_sees.read, Some("ECONNRESET"));

    let told = verdict(&format!("{aborted}{ignored}"));

    assert_eq!((told.cause_name(), told.client_sees.read), (Some("no_response"), None));
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("it never got there")), "{:?}", told.evidence);
}

/// Windows repeats the first two segments of what is missing, in turn, and ends by a RST+ACK.
#[test]
fn who_repeats_two_segments_in_vain_gives_up_as_well() {
    let again = |pause: f32| {
        format!("+{pause} B > A . seq 5001 ack 1028 len 100\nB > A . seq 5101 ack 1028 len 100\n")
    };
    let told = |pauses: &[f32]| {
        let copies: String = pauses.iter().copied().map(again).collect();
        verdict(&format!(
            "{OPEN}{GET}B > A . len 100\nB > A . len 100\nB > A . len 900\n{copies}+8 B > A R. seq 6101"
        ))
    };
    let found = |told: &Verdict| told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!(found(&told(&[0.3, 0.6, 1.2, 2.4, 4.8])), Some(("peer_vanished", Confidence::Likely)));
    assert_ne!(told(&[]).cause_name(), Some("peer_vanished"));
}

/// A router said why, again and again, until it let something through and the client had given up.
#[test]
fn what_a_router_says_of_each_copy_is_told() {
    let again = |pause: f32| format!("+{pause} A > B again\nB > A unreachable\n");
    let copies: String = [0.2, 0.4, 0.8, 1.6].map(again).concat();
    let said = format!(
        "{OPEN}A > B P. len 5\nB > A P. len 5\nA > B .\n+1 A > B P. len 5\nB > A unreachable\n{copies}"
    );
    let told = verdict(&format!("{said}+3.2 A > B again\nB > A P. len 5\nA > B R"));
    assert_eq!(told.cause_name(), Some("peer_vanished"), "{:?}", told.evidence);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("answers with ICMP")), "{:?}", told.evidence);
    assert!(told.advice.is_some_and(|advice| advice.contains("says why by ICMP")));
}

/// Of a client that is gone when the SYN+ACK comes nobody knows what for, unless its kernel had asked again.
#[test]
fn who_leaves_a_handshake_on_a_long_path_may_have_had_another() {
    let told = |text: &str| verdict(text).harm;
    assert_eq!(told("A > B S\n+0.315 B > A S.\nA > B R"), None);
    assert_eq!(told("A > B S\n+0.0001 B > A S.\n+0.117 A > B R"), Some(Harm::Harmless));
    assert_eq!(told("A > B S\n+1 A > B again\n+0.4 B > A S.\nA > B R"), Some(Harm::Harmful));
}

/// A host that is down may have run as many services: only what no kernel sends, or more targets than a program has, is a scan for certain.
#[test]
fn a_dozen_closed_ports_may_be_all_that_a_host_ran() {
    let told = |ports: u16, stamp: &str| {
        let tried = (1..=ports).map(|port| format!("A > B:{port} S{stamp}\nB:{port} > A R.\n"));
        let told = verdict(&tried.collect::<String>());
        let also = told.alternatives.iter().any(|other| other.rule.name == "port_scan");
        (told.cause_name(), told.harm, also)
    };
    assert_eq!(told(12, " tsval 7"), (Some("port_closed"), None, true));
    assert_eq!(told(12, ""), (Some("port_scan"), Some(Harm::Harmless), false));
    assert_eq!(told(30, " tsval 7"), (Some("port_scan"), Some(Harm::Harmless), false));
    assert_eq!(told(9, " tsval 7"), (Some("port_closed"), Some(Harm::Harmful), false));
}

/// What begins with neither SYN nor ACK was sent by no socket.
#[test]
fn a_probe_of_no_connection_hurts_nobody() {
    for flags in ["F", "PF"] {
        let told = verdict(&format!("A > B {flags} seq 1001\nB > A R. seq 0 ack 1002"));
        assert_eq!((told.harm, told.client_sees.read), (Some(Harm::Harmless), None), "{:?}", told.evidence);
    }
}

/// A host closes as a message is under way to it, and its refusal of that overtakes its FIN.
#[test]
fn a_fin_that_a_refusal_overtook_came_first() {
    let open = "A > B S\n+0.04 B > A S.\nA > B .\n+0.1 A > B P. len 28\n+0.05 B > A R seq 5001\n";
    let told = |fin: &str| verdict(&format!("{open}+0.01 B > A F. {fin}"));
    let crossed = told("seq 5001 ack 1001");
    assert_eq!(
        (crossed.how, crossed.fin_by),
        (How::FinThenReset, Some(Side::Server)),
        "{:?}",
        crossed.evidence
    );
    assert_eq!(crossed.client_sees.read, Some("ECONNRESET"));
    // It says nothing of a queue that was full, wherever it lies.
    for fin in ["seq 5001 ack 1001", "seq 5001 ack 1029", "seq 5101 ack 1001"] {
        let others = told(fin).alternatives;
        assert!(others.iter().all(|other| other.rule.name != "accept_queue_overflow"), "{fin}");
        assert_ne!(told(fin).cause_name(), Some("accept_queue_overflow"), "{fin}");
    }
    assert_eq!(told("seq 5001 ack 1029").fin_by, None);
}
