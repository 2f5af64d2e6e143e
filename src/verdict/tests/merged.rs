//! Captures of several places: the same frame comes more than once, and each place counts its own.

use crate::decode::script;
use crate::flow::Side;
use crate::verdict::example::{conclude, verdict};
use crate::verdict::rules::RULES;
use crate::verdict::{Confidence, Finding, Sender, Verdict};

const OPEN: &str = "A > B S\nB > A S.\nA > B .\n";

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

/// What the client sends is captured at the client, and behind a router and 4 ms later at the server; and the other way.
fn at_both(line: &str) -> String {
    let (near, far) = if line.contains("A >") { (0, 1) } else { (1, 0) };
    // A pause comes before the first of the two.
    let plain = line.trim_start_matches(|c: char| !c.is_ascii_uppercase());
    format!("{line} file {near} ttl 64\n+0.004 {plain} file {far} ttl 63\n")
}

/// A connection in mid-answer, at both hosts.
fn talk_at_both() -> String {
    [
        "A > B S seq 1000 id 1",
        "B > A S. seq 5000 ack 1001 id 0",
        "A > B . seq 1001 ack 5001 id 2",
        "A > B P. seq 1001 ack 5001 len 9 id 3",
        "B > A P. seq 5001 ack 1010 len 9 id 12",
        "A > B . seq 1010 ack 5010 id 4",
        "+0.1 A > B P. seq 1010 ack 5010 len 9 id 5",
        "B > A P. seq 5010 ack 1019 len 9 id 13",
        "A > B . seq 1019 ack 5019 id 6",
    ]
    .map(at_both)
    .concat()
}

fn sender(told: &Verdict) -> (Option<Sender>, Option<Confidence>) {
    (told.rst_by, told.rst_by_confidence)
}

fn says(told: &Verdict, what: &str) -> bool {
    told.evidence.iter().any(|fact| fact.fact.contains(what))
}

const CLIENT: Option<Sender> = Some(Sender::Side(Side::Client));

/// A router refuses the server's next words in the client's name: its RSTs pass the server's place alone, from nearer by than what the
/// client sends. Each answers one of a burst, and none is another one's copy.
#[test]
fn a_rst_that_passed_one_place_of_two_is_compared_with_what_passed_there() {
    let more = "B > A P. seq 5019 ack 1019 len 9 id 14 file 1 ttl 64\n";
    let forged = "+0.00003 A > B R seq 1019 file 1 ttl 64\n+0.00003 A > B R seq 1019 file 1 ttl 64\n";
    let told = verdict(&format!("{}{more}{forged}", talk_at_both()));
    assert_eq!(sender(&told), (Some(Sender::Middlebox), Some(Confidence::Likely)), "{:?}", told.evidence);
    assert!(says(&told, "its TTL is 64; all other segments of the client have 63"));
    assert!(says(&told, "captured once"));

    let more = at_both("B > A P. seq 5019 ack 1019 len 9 id 14");
    let own = verdict(&format!("{}{more}{}", talk_at_both(), at_both("A > B R seq 1019")));
    assert_eq!(own.rst_by, CLIENT, "{:?}", own.evidence);
    assert!(!says(&own, "TTL") && !says(&own, "captured once"), "{:?}", own.evidence);
}

/// Of a burst of refusals all look like the first: that of them which another place saw too is among them.
#[test]
fn a_burst_of_refusals_passed_two_places_as_well() {
    let more = at_both("B > A P. seq 5019 ack 1019 len 9 id 14");
    let burst = "+0.00003 A > B R seq 1019 file 0 ttl 64\n".repeat(6);
    let behind = "+0.004 A > B R seq 1019 file 1 ttl 63\n";
    let told = verdict(&format!("{}{more}{burst}{behind}", talk_at_both()));
    assert!(!says(&told, "captured once"), "{:?}", told.evidence);
    assert!(says(&verdict(&format!("{}{more}{burst}", talk_at_both())), "captured once"));
}

/// What a router did not translate is refused by the client's own kernel: at the client nothing else of the connection is seen, since its
/// program knows the server by another address.
fn stray(refusal: &str) -> Verdict {
    let own = |line: &str| {
        let ttl = if line.contains("A >") { 63 } else { 64 };
        format!("{line} file 1 ttl {ttl}\n")
    };
    let talk = [
        "A > B S seq 1000 id 1",
        "B > A S. seq 5000 ack 1001 id 0",
        "+0.008 A > B . seq 1001 ack 5001 id 2",
        "A > B P. seq 1001 ack 5001 len 9 id 3",
        "B > A P. seq 5001 ack 1010 len 9 id 12",
        "+0.008 A > B . seq 1010 ack 5010 id 4",
        "A > B P. seq 1010 ack 5010 len 9 id 5",
        "+0.1 B > A P. seq 5900 ack 1019 len 90 id 0",
    ]
    .map(own)
    .concat();
    let later = own("+1.8 A > B P. seq 1019 ack 5010 len 9 id 6");
    verdict(&format!("{talk}{refusal}{later}"))
}

#[test]
fn a_rst_is_not_compared_with_what_passed_another_place() {
    let arrives = "+0.004 B > A P. seq 5900 ack 1019 len 90 id 0 file 0 ttl 63\n";
    let told = stray(&format!(
        "{arrives}+0.0001 A > B R seq 1019 file 0 ttl 64\n+0.004 A > B R seq 1019 file 1 ttl 63\n"
    ));
    assert_eq!(sender(&told), (CLIENT, Some(Confidence::Possible)), "{:?}", told.evidence);
    assert!(!says(&told, "TTL") && !says(&told, "it responds to"), "{:?}", told.evidence);
    // Where it looks another way than the client's segments at the place that it shares with them, nobody's kernel did that.
    let other = stray("+0.008 A > B R seq 1019 file 1 ttl 60\n");
    assert_eq!(sender(&other), (Some(Sender::Middlebox), Some(Confidence::Certain)), "{:?}", other.evidence);
}

/// It comes from just as far as the client, with its TTL. A device would have to be where the client is.
#[test]
fn a_refusal_that_took_the_whole_way_may_be_the_kernels() {
    let told = |took: &str| sender(&stray(&format!("{took} A > B R seq 1019 file 1 ttl 63\n")));
    assert_eq!(told("+0.0085"), (CLIENT, Some(Confidence::Possible)));
    assert_eq!(told("+0.001"), (Some(Sender::Middlebox), Some(Confidence::Certain)));
}

/// Where each side's segments are captured first near itself, the time between them is no distance.
#[test]
fn times_of_two_places_measure_nothing() {
    let more = "B > A P. seq 5019 ack 1019 len 9 id 14 file 1 ttl 64\n";
    let early = "+0.0005 A > B R. seq 1019 ack 5019 id 7 file 0 ttl 64\n";
    let told = verdict(&format!("{}{more}{early}", talk_at_both()));
    assert!(!says(&told, "it responds to"), "{:?}", told.evidence);
}

/// A server is as far from each place of the capture as it is there, not from another.
#[test]
fn a_refusal_is_compared_with_the_server_at_its_own_place() {
    let other = talk_at_both().replace("A >", "C >").replace("> A", "> C");
    let refused =
        |file: u8| verdict(&format!("{other}A > B:9 S file {file}\nB:9 > A R. seq 0 ttl 64 file {file}"));
    let (at_client, at_server) = (refused(0), refused(1));
    assert_eq!(at_client.cause_name(), Some("refused_by_firewall"), "{:?}", at_client.evidence);
    assert_eq!(at_server.cause_name(), Some("port_closed"), "{:?}", at_server.evidence);
}

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

/// A RST that was captured at its sender alone may be lost behind that: what the other program saw, nobody knows.
#[test]
fn a_rst_that_passed_one_place_may_not_have_arrived() {
    let abort = "+0.1 A > B R. seq 1019 ack 5019 id 7";
    let told = |abort: &str| verdict(&format!("{}{abort}", talk_at_both()));
    let (lost, came) = (told(&format!("{abort} file 0 ttl 64")), told(&at_both(abort)));
    assert_eq!((sender(&lost).0, sender(&came).0), (CLIENT, CLIENT), "{:?}", lost.evidence);
    assert_eq!((lost.server_sees.read, came.server_sees.read), (None, Some("ECONNRESET")));
    assert!(says(&lost, "whether it arrived") && !says(&came, "whether it arrived"));
}

/// A device that imitates the server in all is found out by a capture at the server, which went on and never held its RST.
#[test]
fn a_rst_that_never_left_its_host_was_not_sent_by_it() {
    let asked = at_both("+0.1 A > B P. seq 1019 ack 5019 len 9 id 7");
    let forged = "+0.00005 B > A R seq 5019 file 0 ttl 63 id 0\n";
    let told = |more: &str| verdict(&format!("{}{asked}{forged}{more}", talk_at_both()));
    let answered = at_both("+0.0004 B > A P. seq 5019 ack 1028 len 9 id 14");
    let (went_on, ended) = (told(&answered), told(""));
    assert_eq!(
        sender(&went_on),
        (Some(Sender::Middlebox), Some(Confidence::Likely)),
        "{:?}",
        went_on.evidence
    );
    assert!(!went_on.advice.is_some_and(|advice| advice.contains("own host")));
    // That capture may have ended before.
    assert_eq!(sender(&ended).1, Some(Confidence::Possible), "{:?}", ended.evidence);
}

/// A device that refuses what the client says tells the server nothing.
#[test]
fn who_a_device_speaks_for_may_never_know() {
    let told = |more: &str| {
        verdict(&format!(
            "{}+0.1 A > B P. seq 1019 ack 5019 len 9 id 7 file 0 ttl 64\n+0.00005 B > A R seq 5019 file 0 ttl 64 id 0{more}",
            talk_at_both()
        ))
    };
    let alone = told("");
    assert_eq!(alone.rst_by, Some(Sender::Middlebox), "{:?}", alone.evidence);
    assert_eq!((alone.client_sees.read, alone.server_sees.read), (Some("ECONNRESET"), None));
    let spoke = told("\n+1 B > A P. seq 5019 ack 1019 len 9 id 14 file 1 ttl 64");
    assert_eq!(spoke.server_sees.read, Some("ECONNRESET"), "{:?}", spoke.evidence);
}

/// A client's capture (file 0) and its server's: what either says passes its own first.
fn passed_both(lines: &[&str]) -> String {
    let both = |line: &&str| {
        let first = u8::from(line.contains("B > A"));
        format!("{line} file {first}\n+0.005 {} file {}\n", line.trim_start_matches("+1 "), 1 - first)
    };
    lines.iter().map(both).collect()
}

const TALK_OF_TWO: [&str; 9] = [
    "A > B S seq 1000 id 1",
    "B > A S. seq 5000 ack 1001 id 100",
    "A > B . seq 1001 ack 5001 id 2",
    "A > B P. seq 1001 ack 5001 len 9 id 3",
    "B > A P. seq 5001 ack 1010 len 9 id 101",
    "A > B . seq 1010 ack 5010 id 4",
    "A > B P. seq 1010 ack 5010 len 9 id 5",
    "B > A P. seq 5010 ack 1019 len 9 id 102",
    "A > B . seq 1019 ack 5019 id 6",
];

/// A device between the two ends what is idle, and knows how far either had counted.
#[test]
fn what_never_passed_its_hosts_capture_is_not_vouched_for_by_its_count() {
    let talk = passed_both(&TALK_OF_TWO);
    let to_client = "+1.5 B > A R. seq 5019 ack 1019 id 103 file 0\n";
    let both = verdict(&format!("{talk}{to_client}A > B R. seq 1019 ack 5019 id 7 file 1"));
    assert_eq!(both.rst_by, Some(Sender::Middlebox), "{:?}", both.evidence);
    assert_eq!(both.cause.unwrap().confidence, Confidence::Likely, "{:?}", both.evidence);
    // The server's capture may have ended before.
    let one = verdict(&format!("{talk}{to_client}"));
    assert_eq!(one.rst_by, Some(Sender::Side(Side::Server)), "{:?}", one.evidence);
}

/// Its address has moved: the host that had it goes on, and the one that has it refuses, which the first one's capture does not hold.
#[test]
fn what_left_no_server_may_be_that_of_another_host() {
    let talk = passed_both(&TALK_OF_TWO);
    let push = passed_both(&["+1 B > A P. seq 5019 ack 1019 len 4 id 103"]);
    let again = passed_both(&["+1 B > A P. seq 5019 ack 1019 len 4 id 104"]);
    let refused = "A > B . seq 1019 ack 5023 id 7 file 0\nB > A R seq 5023 id 0 file 0\n";
    let told = verdict(&format!("{talk}{push}{refused}{again}"));
    assert_eq!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    assert!(told.alternatives.iter().any(|other| other.rule.name == "state_lost"), "{:?}", told.alternatives);
    assert!(told.advice.is_some_and(|advice| advice.contains("another host that answers for")));
}

/// A RST that its sender's capture alone holds, and that its receiver never had, was lost between the two: nobody else sent it.
#[test]
fn a_rst_that_was_lost_behind_its_sender_is_its_senders() {
    let abort = "+0.1 A > B R. seq 1019 ack 5019 id 900 file 0 ttl 64\n";
    let said = ["0.4", "0.4", "0.8"]
        .map(|pause| at_both(&format!("+{pause} B > A P. seq 5019 ack 1019 len 4 id 15")));
    let told = |later: &str| verdict(&format!("{}{abort}{later}", talk_at_both()));
    let (lost, unknown) = (told(&said.concat()), told(""));
    assert!(
        says(&unknown, "captured once, though") && !says(&lost, "captured once, though"),
        "{:?}",
        lost.evidence
    );
    assert_eq!((sender(&lost).0, lost.server_sees.read), (CLIENT, None));
}
