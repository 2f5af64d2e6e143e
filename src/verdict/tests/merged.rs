//! Frames that come more than once in one capture, and captures of one place in several files.

use crate::decode::script;
use crate::flow::Side;
use crate::verdict::example::{conclude, verdict};
use crate::verdict::rules::RULES;
use crate::verdict::{Confidence, Finding, Sender};

use super::story::{OPEN, says, sender};

/// A request in HTTP/2, its client's FIN, and the server's GOAWAY with this code, which crosses it.
fn goaway_crosses_fin(code: u8) -> String {
    let preface = "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a";
    format!(
        "A > B S\nB > A S.\nA > B .\nA > B P. hex {preface}0000050105000000018284410161\n\
B > A P. hex 000000040000000000\nA > B .\nB > A .\n+2 A > B F.\n\
B > A P. hex 0000080700000000000000000100000{code:03x} ack 1039\nB > A F. ack 1039\nA > B R seq 1039"
    )
}

/// An answer that two queues of a card give before its question.
const ANSWERED_AHEAD: &str = "A > B S\nB > A S.\nA > B .\nA > B P. \"*1\\r\\n$4\\r\\nPING\\r\\n\"\nB > A P. \"+PONG\\r\\n\"\nA > B .\n\
+1 B > A P. ack 1029 \"+PONG\\r\\n\"\nA > B P. seq 1015 ack 5008 \"*1\\r\\n$4\\r\\nPING\\r\\n\"\nA > B . ack 5015\n+1 A > B F.\nB > A F.\nA > B .";

/// Last words, and an alert that answers a FIN.
const LAST_WORDS: [&str; 2] = [
    "A > B S\nB > A S.\nA > B .\nB > A P. \"220 hello\\r\\n\"\nA > B .\n+300 B > A P. \"421 Service closing\\r\\n\"\nB > A F.\nA > B F.\nB > A .",
    "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A .\n+0.01 B > A F.\nA > B P. hex 15030300020232\nB > A R",
];

/// The verdict where each host's frames were captured in a file of its own, whose numbers go on from what lies before.
fn verdict_of_two_files(text: &str, before: [u64; 2]) -> Option<String> {
    let (mut played, mut next) = (script::parse(text).unwrap(), before);
    for step in &mut played {
        let (from, frame) = match step {
            script::Scripted::Segment(segment, _) => (segment.src, &mut segment.frame),
            script::Scripted::Icmp(error) => (error.dst, &mut error.frame),
        };
        let file = usize::from(from != script::CLIENT);
        next[file] += 1;
        *frame = next[file];
    }
    let told = conclude(&played.iter().map(script::Scripted::pdu).collect::<Vec<_>>())?;
    let found = |finding: &Finding| (finding.rule.name, finding.confidence);
    let alternatives: Vec<_> = told.alternatives.iter().map(found).collect();
    let facts = told.evidence.len();
    Some(format!(
        "{:?} {:?} {alternatives:?} {:?} {:?} {facts} facts",
        told.cause.as_ref().map(found),
        told.how,
        told.harm,
        told.idle_before
    ))
}

/// Each file of several has its own numbers: of two frames nobody can say by them which was first.
#[test]
fn numbers_of_frames_tell_no_order() {
    let crossed = [goaway_crosses_fin(0), goaway_crosses_fin(1)];
    let cases = RULES.iter().flat_map(|rule| rule.cases).map(|case| case.script);
    let further = [ANSWERED_AHEAD].into_iter().chain(LAST_WORDS).chain(crossed.iter().map(String::as_str));
    for text in cases.chain(further) {
        let [one, other, same] =
            [[0, 5_000], [5_000, 0], [0, 0]].map(|before| verdict_of_two_files(text, before));

        assert_eq!((&one, &one), (&other, &same), "{text}");
    }
}

#[test]
fn a_rst_that_was_captured_at_two_places_is_one() {
    let text = "A > B P. seq 1001 ack 5001 len 9\nB > A . seq 5001 ack 1010 id 50 ttl 64\nB > A . seq 5001 ack 1010 id 50 ttl 63\n\
B > A R. seq 5001 ack 1010 id 51 ttl 64\n+0.025 B > A R. seq 5001 ack 1010 id 51 ttl 63";
    let told = verdict(&format!("{OPEN}{text}"));
    assert_eq!(told.rst_by, Some(Sender::Side(Side::Server)), "{:?}", told.evidence);
    assert!(told.alternatives.iter().all(|other| other.rule.name != "injected_reset"));
}

/// A router's capture holds a connection before and behind its address translation.
#[test]
fn one_connection_seen_twice_is_not_two_that_were_reset_together() {
    let twice =
        "+0 C > B S\n+0 A > B S\nB > A S.\n+0 B > C S.\nC > B .\n+0 A > B .\n+1 B > A R.\n+0 B > C R.";
    let told = verdict(twice);
    assert_eq!(told.cause_name(), Some("aborted_by_application"), "{:?}", told.evidence);
    let two = twice.replacen("+0 A > B S\n", "+0.1 A > B S\n", 1);
    assert_eq!(verdict(&two).cause_name(), Some("listener_closed"));
}

/// Two captures of one connection, one from each host, whose clocks differ by a second: what the second holds is no sign of life.
#[test]
fn copies_of_a_connection_are_no_life_after_its_reset() {
    let mut lines = vec![
        "A > B S seq 100 id 1 tsval 1".to_owned(),
        "B > A S. seq 500 ack 101 id 11 tsval 1".to_owned(),
        "A > B . seq 101 ack 501 id 2 tsval 1".to_owned(),
    ];
    for n in 0..8 {
        let (asked, said) = (101 + 9 * n, 501 + 9 * n);
        lines.push(format!("A > B P. seq {asked} ack {said} len 9 id {} tsval {}", 3 + n, 2 + n));
        lines.push(format!("B > A P. seq {said} ack {} len 9 id {} tsval {}", asked + 9, 12 + n, 2 + n));
    }
    lines.push("B > A F. seq 573 ack 173 id 40 tsval 10".to_owned());
    lines.push("A > B P. seq 173 ack 574 len 9 id 41 tsval 11".to_owned());
    let once = lines.join("\n");
    let told = verdict(&format!("{once}\nB > A R seq 574\n+1 {once}\nB > A R seq 574"));
    assert_eq!(told.rst_by, Some(Sender::Side(Side::Server)), "{:?}", told.evidence);
    assert_ne!(told.cause_name(), Some("injected_reset"));
    // What is new is one.
    let on = "+1 B > A P. seq 574 ack 182 len 9 id 50 tsval 1011";
    let told = verdict(&format!("{once}\nB > A R seq 574\n{on}"));
    assert_eq!(told.cause_name(), Some("injected_reset"), "{:?}", told.evidence);
}

const CLIENT: Option<Sender> = Some(Sender::Side(Side::Client));

/// Both sides of a router: what comes in goes out with a TTL less.
fn through_router(line: &str) -> String {
    format!("{line} ttl 64\n+0.00002 {line} ttl 63 out\n")
}

#[test]
fn what_a_router_made_itself_has_not_come_in_there() {
    let talk = [
        "A > B S seq 1000 id 1",
        "B > A S. seq 5000 ack 1001 id 0",
        "A > B . seq 1001 ack 5001 id 2",
        "A > B P. seq 1001 ack 5001 len 9 id 3",
        "B > A P. seq 5001 ack 1010 len 9 id 12",
    ]
    .map(through_router)
    .concat();
    let more = "B > A P. seq 5010 ack 1010 len 9 id 13 ttl 64\n";
    let made = verdict(&format!("{talk}{more}+0.00003 A > B R seq 1010 ttl 64 out"));
    assert_eq!(sender(&made), (Some(Sender::Middlebox), Some(Confidence::Likely)), "{:?}", made.evidence);
    assert!(says(&made, "it left the host that captured it") && says(&made, "its TTL is 64"));
    let more = through_router("B > A P. seq 5010 ack 1010 len 9 id 13");
    let passed = verdict(&format!("{talk}{more}{}", through_router("A > B R seq 1010")));
    assert_eq!(passed.rst_by, CLIENT, "{:?}", passed.evidence);
}

/// A SYN proxy gives the server's segments other numbers: before and behind it, a RST is one all the same.
#[test]
fn a_renumbered_rst_is_no_second_one() {
    let talk = "A > B S seq 1000 id 1\nB > A S. seq 5000 ack 1001 id 11\nA > B . seq 1001 ack 5001 id 2\nA > B P. seq 1001 ack 5001 len 9 id 3\nB > A . seq 5001 ack 1010 id 12\n";
    let abort = "+1 B > A R. seq 5001 ack 1010 id 13 ttl 64\n";
    let told = |again: &str| verdict(&format!("{talk}{abort}+0.00004 B > A R. seq 9001 ack 1010 {again}"));
    let one = told("id 13 ttl 63 out");
    assert!(!says(&one, "RST+ACKs") && says(&one, "the same RST with other numbers"), "{:?}", one.evidence);
    assert_eq!(one.cause.unwrap().confidence, Confidence::Possible);
    for two in ["id 14 ttl 63 out", "id 13 ttl 64"] {
        assert!(says(&told(two), "2 RST+ACKs"), "{two}");
    }
}
