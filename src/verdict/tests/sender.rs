//! Whose RST it is: what convicts a device, what acquits a host, and what says nothing.

use crate::flow::Side;
use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Harm, Sender, Verdict};

use super::network::lines;
use super::story::{GET, OPEN};

#[test]
fn old_copies_that_come_after_a_rst_are_no_sign_of_life() {
    let get = "A > B P. seq 1001 ack 5001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let begun =
        "B > A P. seq 5001 ack 1028 id 100 \"HTTP/1.1 200 OK\\r\\nContent-Length: 9000\\r\\n\\r\\n\"\n";
    let part = |n: u32| format!("B > A P. seq {} ack 1028 id {} len 100", 5042 + 100 * n, 101 + n);
    let stream = lines(0..20, |n| format!("{}\nA > B . seq 1028 ack {}", part(n), 5142 + 100 * n));
    let copies = lines(0..20, |n| if n == 0 { format!("+0.3 {}", part(n)) } else { part(n) });
    let told = verdict(&format!("{OPEN}{get}{begun}{stream}B > A R. seq 7042 ack 1028 id 121\n{copies}"));
    assert_eq!(told.rst_by, Some(Sender::Side(Side::Server)), "{:?}", told.evidence);
    assert_eq!(told.cause_name(), Some("response_cut"), "{:?}", told.evidence);
}

#[test]
fn where_paths_differ_in_length_a_ttl_tells_nothing() {
    let talk = |ttl: [u32; 3]| {
        let says = |n: usize| format!("A > B P. len 9\nB > A P. len 9 ttl {}\nA > B .\n", ttl[n]);
        let long = lines(0..8, |_| says(2).trim_end().to_owned());
        format!("{OPEN}{}{}{long}A > B P. len 9\nB > A . ttl {}\nB > A R. ttl 50", says(0), says(1), ttl[2])
    };
    let doubted = |text: &str| verdict(text).evidence.iter().any(|fact| fact.fact.contains("TTL"));
    assert!(doubted(&talk([57, 57, 57])));
    assert!(!doubted(&talk([57, 56, 57])));
}

#[test]
fn nobody_knows_whom_a_reset_of_doubtful_origin_hurt() {
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let left = |ttl: u32| verdict(&format!("{OPEN}{GET}{answer}+3 A > B R. ttl {ttl}")).harm;
    assert_eq!((left(64), left(60)), (Some(Harm::Harmless), None));
    let unexplained =
        verdict(&format!("{OPEN}{GET}{answer}+0.2 A > B R seq 1100\nB > A .\nA > B R seq 1028"));
    assert_eq!((unexplained.cause_name(), unexplained.harm), (Some("unexplained"), None));
}

#[test]
fn a_syn_is_not_refused_and_accepted_by_one_host() {
    let told = verdict("A > B S\nB > A R. seq 0\n+0.04 B > A S.\nA > B R seq 1001");
    assert_eq!((told.rst_by, told.cause_name()), (Some(Sender::Middlebox), Some("injected_reset")));
    let sure = |text: &str| verdict(text).cause.unwrap().confidence;
    assert_eq!(sure("A > B S\nB > A R. seq 0\n+0.04 B > A S."), Confidence::Certain);
    // Between two copies of the SYN a program may have begun to listen.
    assert_eq!(sure("A > B S\n+1 A > B again\nB > A R. seq 0\n+0.04 B > A S."), Confidence::Likely);
}

#[test]
fn what_is_acknowledged_long_before_it_is_sent_was_sent_by_somebody_else() {
    let asked = "A > B P. seq 1001 ack 5001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let answer = "B > A P. seq 5001 ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let text = format!("{OPEN}{asked}A > B F. seq 1028 ack 5021\n+0.05 {answer}A > B R seq 1029");
    let told = verdict(&text);
    assert!(told.cause.is_none_or(|cause| cause.confidence == Confidence::Possible), "{:?}", told.cause);
    assert!(
        told.evidence.iter().any(|fact| fact.fact.contains("before the server sent them")),
        "{:?}",
        told.evidence
    );
}

#[test]
fn a_refusal_has_no_numbers_to_hold_a_host_to() {
    let get = "A > B P. seq 1001 ack 90000001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let answer = "B > A . seq 90000001 ack 1028\nB > A P. seq 90000001 ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let told =
        verdict(&format!("B > A R. seq 0 ack 1001\n{get}{answer}A > B .\nA > B F.\nB > A F.\nA > B ."));
    assert_eq!((told.cause_name(), told.fin_by), (None, Some(Side::Client)), "{:?}", told.evidence);
    assert_eq!(told.ignored_resets, 1);
}

#[test]
fn a_refusal_that_nobody_believes_is_none() {
    let told =
        verdict("A > B S\nB > A R seq 7\n+1 A > B again\nB > A R seq 8\n+2 A > B again\nB > A R seq 9");
    assert_eq!((told.how, told.cause_name()), (crate::verdict::How::Unanswered, Some("syn_unanswered")));
    assert_eq!((told.harm, told.rst_by), (Some(Harm::Harmful), None), "{:?}", told.evidence);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("but 3 RSTs")), "{:?}", told.evidence);
    assert_ne!(
        verdict("A > B S\nB > A R seq 7\n+1 A > B again\nB > A S.").how,
        crate::verdict::How::Unanswered
    );
}

#[test]
fn a_reset_from_nearer_by_convicts_nobody_and_acquits_the_device() {
    let open = "A > B S ttl 62\nB > A S. ttl 64\nA > B . ttl 62\nA > B P. len 9 ttl 62\nB > A P. len 9 ttl 64\nA > B . ttl 62\n";
    let of = |ttl: u8| {
        let again = "+1.1 B > A P. len 4 ttl 64\n";
        let told = verdict(&format!("{open}{again}A > B . ttl 62\n{again}A > B R ttl {ttl}"));
        (told.cause_name(), told.rst_by_confidence)
    };
    assert_eq!(of(63), (Some("state_lost"), Some(Confidence::Possible)));
    assert_eq!(of(62), (Some("state_lost"), Some(Confidence::Likely)));
}

/// Whoever has taken over an address does not know the connections of who had it; neither does a device that rejects.
#[test]
fn what_answers_without_a_socket_while_the_server_lives_may_be_another_host() {
    let talk = format!("{OPEN}A > B P. len 9\nB > A P. len 9\nA > B .\n+0.1 A > B P. len 9\n");
    let told = verdict(&format!("{talk}B > A R\n+1.5 B > A P. len 9"));
    let others: Vec<&str> = told.alternatives.iter().map(|other| other.rule.name).collect();
    assert_eq!((told.cause_name(), told.rst_by), (Some("injected_reset"), Some(Sender::Middlebox)));
    assert!(others.contains(&"state_lost"), "{others:?}");
    assert!(told.advice.is_some_and(|advice| advice.contains("another host that answers for")));
    // As far away as the server was, its refusal may be the server's own too.
    let far = "A > B S\n+0.03 B > A S.\nA > B .\nA > B P. len 9\n+0.03 B > A P. len 9\nA > B .\n+0.1 A > B P. len 9\n";
    let told = verdict(&format!("{far}+0.03 B > A R\n+1.5 B > A P. len 9"));
    let name = told.cause_name();
    assert_eq!((name, told.rst_by), (Some("state_lost"), Some(Sender::Side(Side::Server))));
    // From elsewhere it is no host in its place; nobody who lost a connection tears it down on his own.
    for reset in ["B > A R ttl 63", "B > A R."] {
        let other = verdict(&format!("{talk}{reset}\n+1.5 B > A P. len 9"));
        assert!(other.alternatives.iter().all(|other| other.rule.name != "state_lost"), "{reset}");
    }
}

/// A proxy connects to the server before it accepts for it, and from then on answers in its name, from nearby.
#[test]
fn who_accepts_slowly_and_answers_at_once_may_be_a_proxy() {
    let told = |took: &str| {
        let open = format!("A > B S\n+{took} B > A S.\n+0.0001 A > B .\n");
        let talk = "A > B P. len 9\n+0.0004 B > A .\n+0.1 B > A P. len 9\n+0.0001 A > B .\n";
        verdict(&format!("{open}{talk}{talk}+0.1 B > A R.")).rst_by_confidence
    };
    assert_eq!((told("0.0006"), told("0.0156")), (Some(Confidence::Certain), Some(Confidence::Likely)));
    // It is the client that is far.
    let far = "A > B S\nB > A S.\n+0.05 A > B .\nA > B P. len 9\n+0.0004 B > A .\nB > A P. len 9\n+0.05 A > B .\nA > B P. len 9\n+0.0004 B > A .\n";
    assert_eq!(verdict(&format!("{far}+0.1 B > A R.")).rst_by_confidence, Some(Confidence::Certain));
}

/// Fuzzers and scanners send what no stack does.
#[test]
fn a_fin_in_a_syn_ends_nothing_and_tells_no_roles() {
    let torn = "B > A SFP seq 2000 ack 7000 len 6\nB > A P. seq 3000 ack 7000 len 9\n";
    let talk = "A > B P. seq 7000 ack 3009 len 12\nB > A P. seq 3009 ack 7012 len 9\nA > B P. len 9";
    let told = verdict(&format!("{torn}{talk}"));
    assert_eq!((told.cause_name(), told.fin_by), (None, None), "{:?}", told.evidence);
}

/// An answer that is faster than the server's: the client has it and leaves, and the server's own meets a closed socket.
#[test]
fn an_answer_of_somebody_else_is_told_from_the_servers_own() {
    let told = |forged: &str| {
        let open = "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 2\n";
        let asked = "A > B P. tsval 3 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
        let first = format!("B > A P. {forged} \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nno\"\n");
        let late = "B > A . seq 5001 ack 1028 tsval 9\nB > A P. seq 5001 ack 1028 len 300 tsval 9\nA > B R seq 1028\n";
        let verdict =
            verdict(&format!("{open}{asked}{first}A > B F. tsval 5\n{late}B > A . seq 5301 tsval 10"));
        verdict.evidence.iter().any(|fact| fact.fact.contains("somebody on the path answered for it"))
    };
    assert!(told("ttl 56 id 1") && !told("tsval 4") && !told("ttl 56 tsval 4"));
}

/// A device that says in its RST why it ended a connection knows better than anybody who concludes.
#[test]
fn what_a_rst_says_comes_first_in_the_advice() {
    let told = |text: &str| {
        verdict(&format!(
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+1 B > A R. {text}"
        ))
        .advice
    };
    let says = |advice: Option<String>| {
        advice.is_some_and(|advice| advice.starts_with("The RST itself says why (Idle timeout expired)"))
    };
    assert!(says(told("\"Idle timeout expired\"")));
    // What it says may be another story than what is concluded.
    assert!(told("\"Idle timeout expired\"").is_some_and(|advice| !advice.contains("SO_LINGER")));
    assert!(!says(told("")));
}

#[test]
fn what_swapped_places_with_its_answer_prompted_it() {
    let talk = "A > B P. len 9 ttl 64\nB > A P. len 9 ttl 61\nA > B . ttl 64\n";
    let open = "A > B S ttl 64\nB > A S. ttl 61\nA > B . ttl 64\n";
    let by = |end: &str| verdict(&format!("{open}{talk}{talk}{end}")).rst_by;
    let (rst, next) = ("B > A R seq 5019 ttl 62", "A > B P. seq 1019 ack 5019 len 9 ttl 64");
    assert_eq!(by(&format!("+4 {next}\n{rst}")), Some(Sender::Side(Side::Server)));
    assert_eq!(by(&format!("+4 {rst}\n+0.0003 {next}")), Some(Sender::Side(Side::Server)));
    assert_eq!(by(&format!("+4 {rst}\n+0.3 {next}")), Some(Sender::Middlebox));
}

/// A host that repeats itself for longer than anything can be under way had none of the RSTs that answer it.
#[test]
fn who_repeats_itself_on_was_told_nothing() {
    let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 28\nB > A P. len 43\nA > B .\nA > B P. len 28\n";
    let rejected = "B > A R seq 5044\n+0.5 B > A P. seq 5044 ack 1029 len 4\nA > B R seq 1029\n";
    let again = "+0.5 B > A again\nA > B R seq 1029\n+1 B > A again\nA > B R seq 1029";
    let told = verdict(&format!("{talk}{rejected}{again}"));
    assert_eq!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    assert_eq!((told.client_sees.read, told.server_sees.read), (Some("ECONNRESET"), None));
    // What the RST answers comes again, though only once.
    let told = verdict(&format!("{talk}B > A R seq 5044\n+1.5 A > B P. seq 1029 len 28\nB > A R seq 5044"));
    assert_eq!(told.client_sees.read, None, "{:?}", told.evidence);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("never got there")), "{:?}", told.evidence);
}

/// Who has a FIN, and what was said before it, is not reset by what has the number before that; the next RST finds it in CLOSE-WAIT.
#[test]
fn a_rst_behind_a_fin_comes_too_late_for_a_reset() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 28\nB > A P. len 43\nA > B .\n";
    let sees = |end: &str| verdict(&format!("{open}{end}")).client_sees;
    let said = sees(
        "+1 B > A PF. len 70\nA > B P. ack 5044 len 28\nB > A R seq 5044\nA > B . ack 5115\nB > A R seq 5115",
    );
    assert_eq!((said.read, said.write), (Some("EOF"), Some("EPIPE")));
    // A SYN+ACK that came twice lost nothing.
    let open = "A > B S\nB > A S.\nA > B .\n+1 B > A again\nA > B .\n";
    let said =
        verdict(&format!("{open}+4 A > B P. len 18\nB > A F. ack 1001\nA > B . ack 5002\nB > A R seq 5001"));
    assert_eq!(said.client_sees.read, Some("EOF"), "{:?}", said.evidence);
}

/// What refuses a host's segment milliseconds after that host spoke may be its own end, which something unseen had closed.
#[test]
fn who_has_just_spoken_was_not_restarted() {
    let told = |pause: &str| {
        let said = format!("+{pause} A > B P. len 9\nB > A P. len 9\nA > B .\n");
        let told = verdict(&format!(
            "{OPEN}A > B P. len 9\nB > A P. len 9\nA > B .\n{said}+{pause} A > B P. len 9\nB > A R"
        ));
        assert_eq!(told.cause_name(), Some("state_lost"), "{:?}", told.evidence);
        (told.cause.unwrap().confidence, told.advice.unwrap().contains("Look for a restart"))
    };
    assert_eq!((told("0.4"), told("1.1")), ((Confidence::Possible, false), (Confidence::Likely, true)));
}

/// Whose FIN was acknowledged before the RST came was read to its end, though that RST answers what had been said before.
#[test]
fn a_fin_that_was_acknowledged_is_read_before_the_rst_behind_it() {
    let talk =
        "A > B S\nB > A S.\nA > B .\nA > B P. len 20\nB > A P. len 50\nA > B .\n+4 A > B F. seq 1021\n";
    let told = |heard: &str| {
        verdict(&format!("{talk}+0.2 A > B again\nB > A P. len 50 ack 1021\n{heard}A > B R seq 1021"))
    };
    assert_eq!(told("B > A . ack 1022\n").server_sees.read, Some("EOF"));
    assert_eq!(told("").server_sees.read, Some("ECONNRESET"));
}

/// Captured from the middle on, a bare acknowledgement is nothing that anybody answers: what its receiver says next comes when it pleases.
#[test]
fn the_pause_behind_a_bare_acknowledgement_is_no_distance() {
    let told = verdict("B > A .\n+0.36 A > B F.\n+0.001 B > A P. len 24\n+0.00004 A > B R");
    assert!(!told.evidence.iter().any(|fact| fact.fact.contains("away")), "{:?}", told.evidence);
}

/// Who has not had a SYN drops all else; a FIN of another number space ends nothing and tells of no end.
#[test]
fn a_fin_before_the_syn_ended_nothing() {
    let answer =
        "B > A P. seq 5001 ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    for seq in [70_000, 4_000_000_000_u32] {
        let open =
            format!("A > B S\nB > A F. seq {seq} ack 1001\nB > A S. seq 5000 ack 1001\nA > B . ack 5001\n");
        let get = "A > B P. ack 5001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
        let told = verdict(&format!("{open}{get}{answer}"));
        assert_eq!((told.cause_name(), told.fin_by, told.harm), (None, None, None), "{:?}", told.evidence);
    }
}

/// What no host takes accuses nobody of having sent it: a FIN without an acknowledgement, or one whose frame was damaged.
#[test]
fn a_damaged_fin_is_no_device() {
    let talk = |fin: &str| {
        format!("{OPEN}A > B P. len 90\n{fin}\n+0.1 B > A P. seq 5001 ack 1091 len 90\nA > B . ack 5091")
    };
    let told = |fin: &str| verdict(&talk(fin)).cause_name();
    assert_eq!(told("B > A F."), Some("unexplained"));
    for fin in ["B > A F", "B > A F. damaged"] {
        assert_eq!(told(fin), None, "{fin}");
    }
}

/// Of who has only shaken hands, that is what a RST compares with.
#[test]
fn a_rst_from_elsewhere_than_the_syn_ack_may_be_a_devices() {
    let told = |ttl: u8| {
        verdict(&format!(
            "A > B S\nB > A S. ttl 106\nA > B .\nA > B P. len 12\n+0.1 B > A R seq 5001 ttl {ttl}"
        ))
    };
    let possible = |told: &Verdict| told.alternatives.iter().any(|other| other.rule.name == "injected_reset");
    let doubted = |told: &Verdict| told.evidence.iter().any(|fact| fact.fact.contains("SYN+ACK, all else"));
    let elsewhere = told(80);
    assert_eq!(elsewhere.cause_name(), Some("unexplained"), "{:?}", elsewhere.evidence);
    assert!(doubted(&elsewhere) && possible(&elsewhere));
    // By paths that differ a little, or with another default than its program's.
    for ttl in [106, 105, 45] {
        let told = told(ttl);
        assert!(!doubted(&told) && told.cause_name() == Some("accept_queue_overflow"), "{ttl} {told:?}");
    }
}

/// It is not known who refuses the goodbye of a client that has all it wanted.
#[test]
fn nobody_knows_whom_a_refused_goodbye_hurt() {
    let open = "A > B S\nB > A S. ttl 63\nA > B .\n";
    let answer = "B > A P. ttl 63 \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let told = verdict(&format!("{open}{GET}{answer}+4.5 A > B F.\nB > A R ttl 64"));
    assert_eq!((told.rst_by, told.harm), (Some(Sender::Middlebox), None), "{:?}", told.evidence);
}

/// A router refuses what it does not know any more, from where nobody has counted its TTL down.
#[test]
fn what_has_come_no_way_is_not_likely_from_a_host_that_is_further_away() {
    let of = |rst: u8, usual: u8, more: &str| {
        let talk = format!(
            "A > B S\nB > A S. ttl {usual}\nA > B .\nA > B P. len 9\nB > A P. len 9 ttl {usual}\nA > B .\n"
        );
        let told = verdict(&format!("{talk}+0.3 A > B P. len 9\nB > A R ttl {rst} {more}"));
        let lost = told.cause_name() == Some("state_lost")
            || told.alternatives.iter().any(|other| other.rule.name == "state_lost");
        assert!(
            lost || told.rst_by_confidence == Some(Confidence::Likely),
            "who translates addresses may have forgotten"
        );
        told.rst_by.map(Sender::word).zip(told.rst_by_confidence)
    };
    let device = Some(("middlebox", Confidence::Possible));
    assert_eq!([of(64, 63, ""), of(255, 54, ""), of(64, 57, "")], [device; 3]);
    // A second mark makes it likely.
    assert_eq!(of(64, 63, "no_df"), Some(("middlebox", Confidence::Likely)));
    // A program may have chosen a round number, and its host answers with the default; so far away nobody is; and a path may become shorter.
    for (rst, usual) in [(64, 60), (64, 32), (128, 100), (64, 1), (255, 130), (63, 62), (64, 100)] {
        assert_eq!(of(rst, usual, "").map(|(who, _)| who), Some("server"), "{rst} {usual}");
    }
}
