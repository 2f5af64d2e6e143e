//! Captures of several places: each tells what passed there, in its own time, and what passed only some of them was sent between, or lost.

use crate::decode::Segment;
use crate::decode::script::{self, Scripted};
use crate::engine::Bench;
use crate::flow::{FlowTable, ObservedUntil, Settings, Side, Survey};
use crate::verdict::{Confidence, Sender, Verdict};

use super::story::{says, sender};

/// What was captured, where `change` is made to what the second capture holds.
pub(super) fn captured(text: &str, change: impl Fn(&mut Segment)) -> Vec<Scripted> {
    let mut played = script::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for step in &mut played {
        if let Scripted::Segment(segment, _) = step
            && segment.file == 1
        {
            change(segment);
        }
    }
    played
}

/// All verdicts on what several captures hold, each place's followed by itself.
pub(super) fn judged(mut played: Vec<Scripted>) -> Vec<Verdict> {
    let mut survey = Survey::default();
    for step in &played {
        if let Scripted::Segment(segment, _) = step {
            survey.note(segment);
        }
    }
    let places = survey.places();
    played.sort_by_key(|step| match step {
        Scripted::Segment(segment, _) => places.reference(segment.ts, segment.file),
        Scripted::Icmp(error) => places.reference(error.ts, error.file),
    });
    let settings = Settings { places, ..Settings::default() };
    let (mut bench, mut table, mut told) = (Bench::beside(&settings), FlowTable::new(settings), Vec::new());
    let pdus: Vec<_> = played.iter().map(Scripted::pdu).collect();
    let mut seat = |ended| bench.seat(ended, &mut |judged| told.push(judged.tell()));
    table.observe(&pdus, &mut seat);
    table.finish(ObservedUntil::Eof, &mut seat);
    bench.judge_all(&mut |judged| told.push(judged.tell()));
    told
}

pub(super) fn verdicts(text: &str) -> Vec<Verdict> {
    judged(captured(text, |_| {}))
}

/// The verdict on the connection of `A`; the last one, where it has several.
pub(super) fn verdict(text: &str) -> Verdict {
    let of_a = |told: &Verdict| told.client.addr == script::CLIENT.addr;
    verdicts(text).into_iter().rev().find(of_a).expect("a script has a connection of A")
}

/// What the client sends is captured at the client, and behind a router and 4 ms later at the server; and the other way.
pub(super) fn at_both(line: &str) -> String {
    let (near, far) = if line.contains("A >") { (0, 1) } else { (1, 0) };
    // A pause comes before the first of the two.
    let plain = line.trim_start_matches(|c: char| !c.is_ascii_uppercase());
    format!("{line} file {near} ttl 64\n+0.004 {plain} file {far} ttl 63\n")
}

/// A connection in mid-answer, at both hosts.
pub(super) fn talk_at_both() -> String {
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

pub(super) const CLIENT: Option<Sender> = Some(Sender::Side(Side::Client));

/// A router refuses the server's next words in the client's name: its RSTs pass the server's place alone, from nearer by than what the
/// client sends. Each answers one of a burst, and none is another one's copy.
#[test]
fn a_rst_that_passed_one_place_of_two_is_compared_with_what_passed_there() {
    let more = "B > A P. seq 5019 ack 1019 len 9 id 14 file 1 ttl 64\n";
    let forged = "+0.00003 A > B R seq 1019 file 1 ttl 64\n+0.00003 A > B R seq 1019 file 1 ttl 64\n";
    let told = verdict(&format!("{}{more}{forged}", talk_at_both()));
    assert_eq!(sender(&told), (Some(Sender::Middlebox), Some(Confidence::Likely)), "{:?}", told.evidence);
    assert!(says(&told, "its TTL is 64; all other segments of the client have 63"));
    let more = at_both("B > A P. seq 5019 ack 1019 len 9 id 14");
    let own = verdict(&format!("{}{more}{}", talk_at_both(), at_both("A > B R seq 1019")));
    assert_eq!(own.rst_by, CLIENT, "{:?}", own.evidence);
    assert!(!says(&own, "TTL") && !says(&own, "never held it"), "{:?}", own.evidence);
}

/// Of a burst of refusals all look like the first: that of them which another place saw too is among them.
#[test]
fn a_burst_of_refusals_passed_two_places_as_well() {
    let more = at_both("B > A P. seq 5019 ack 1019 len 9 id 14");
    let burst = "+0.00003 A > B R seq 1019 file 0 ttl 64\n".repeat(6);
    let behind = "+0.004 A > B R seq 1019 file 1 ttl 63\n";
    let told = verdict(&format!("{}{more}{burst}{behind}", talk_at_both()));
    assert_eq!(told.rst_by, CLIENT, "{:?}", told.evidence);
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
    assert_eq!(sender(&told), (CLIENT, Some(Confidence::Likely)), "{:?}", told.evidence);
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

/// A RST that was captured at its sender alone may be lost behind that: what the other program saw, nobody knows.
#[test]
fn a_rst_that_passed_one_place_may_not_have_arrived() {
    let abort = "+0.1 A > B R. seq 1019 ack 5019 id 7";
    let told = |abort: &str| verdict(&format!("{}{abort}", talk_at_both()));
    let (lost, came) = (told(&format!("{abort} file 0 ttl 64")), told(&at_both(abort)));
    assert_eq!((sender(&lost).0, sender(&came).0), (CLIENT, CLIENT), "{:?}", lost.evidence);
    assert_eq!((lost.server_sees.read, came.server_sees.read), (None, Some("ECONNRESET")));
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
    // Whatever it says is refused by a host that knows the connection no more, and that it was told its own capture would hold.
    let spoke = told("\n+1 B > A P. seq 5019 ack 1019 len 9 id 14 file 1 ttl 64");
    assert_eq!(spoke.server_sees.read, None, "{:?}", spoke.evidence);
}

/// A client's capture (file 0) and its server's: what either says passes its own first.
fn passed_both(lines: &[&str]) -> String {
    let both = |line: &&str| {
        let first = u8::from(line.contains("B > A"));
        format!("{line} file {first}\n+0.005 {} file {}\n", line.trim_start_matches("+1 "), 1 - first)
    };
    lines.iter().map(both).collect()
}

pub(super) const TALK_OF_TWO: [&str; 9] = [
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
    let refused = "A > B . seq 1019 ack 5023 id 7 file 0\n+0.01 B > A R seq 5023 id 0 file 0\n";
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
    let lost = told(&said.concat());
    assert!(!says(&lost, "other segments of the client"), "{:?}", lost.evidence);
    assert_eq!((sender(&lost).0, lost.server_sees.read), (CLIENT, Some("ETIMEDOUT")));
}
