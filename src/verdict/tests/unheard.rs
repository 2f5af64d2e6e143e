//! What is said of a connection of which only SYN, FIN and RST are captured, be that known beforehand (`--light`) or not (somebody's filter); and
//! of one of which a frame is missing.

use crate::context::Context;
use crate::decode::{Pdu, script};
use crate::flow::{Coverage, Ended, FlowTable, ObservedUntil, Settings};

use crate::verdict::{Confidence, Harm, How, Sees, Sender, Side, Verdict, consider};

/// The verdict on the only connection of a script, of which the segments pass that `--light` lets through. It has to be the same where nobody
/// says that no others do.
fn verdict(text: &str) -> Verdict {
    let [known, found] = [Coverage::Ends, Coverage::Whole].map(|coverage| of(text, coverage));
    assert_eq!((known.how, known.cause_name(), known.harm), (found.how, found.cause_name(), found.harm));
    assert_eq!((known.rst_by, known.rst_by_confidence), (found.rst_by, found.rst_by_confidence));
    assert_eq!((known.client_sees, known.evidence), (found.client_sees, found.evidence.clone()));
    found
}

fn of(text: &str, coverage: Coverage) -> Verdict {
    let played = script::parse(text).unwrap();
    let ends = |pdu: &Pdu<'_>| match pdu {
        Pdu::Segment(segment, _) => segment.flags.syn() || segment.flags.fin() || segment.flags.rst(),
        Pdu::Icmp(_) => true,
    };
    let pdus: Vec<Pdu<'_>> = played.iter().map(script::Scripted::pdu).filter(ends).collect();
    let (mut table, mut all) = (FlowTable::new(Settings { coverage, ..Settings::default() }), Vec::new());
    table.observe(&pdus, &mut |ended| all.push(ended));
    table.finish(ObservedUntil::Stopped, &mut |ended| all.push(ended));
    assert_eq!(all.len(), 1, "{all:#?}");
    let close = all.pop().map(Ended::into_close).unwrap();
    consider(&close, &Context::default().around(&close)).tell()
}

const ASKED: &str = "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A .\nB > A P. len 9000\nA > B .\n";

#[test]
fn a_reset_far_beyond_the_handshake_is_one_and_nobody_knows_why() {
    for rst in ["B > A R.", "A > B R.", "B > A R seq 99999"] {
        let verdict = verdict(&format!("{ASKED}{rst}"));
        let by = if rst.starts_with('A') { Side::Client } else { Side::Server };
        assert_eq!((verdict.how, verdict.rst_by), (How::Reset, Some(Sender::Side(by))), "{rst}");
        assert_eq!(verdict.rst_by_confidence, Some(Confidence::Possible));
        assert_eq!((verdict.cause_name(), verdict.harm), (Some("unexplained"), None));
        assert_eq!((verdict.stage, verdict.reasons.len()), (None, 0));
        assert_eq!((verdict.client_sees, verdict.server_sees), (Sees::default(), Sees::default()));
        assert!(verdict.evidence.iter().any(|fact| fact.fact.contains("only SYN, FIN and RST")));
        assert!(verdict.advice.unwrap().contains("without --light"));
    }
}

#[test]
fn attempts_are_told_as_ever() {
    let refused = verdict("A > B S\nB > A R.");
    assert_eq!((refused.how, refused.cause_name()), (How::Refused, Some("port_closed")));
    assert_eq!(refused.client_sees.connect, Some("ECONNREFUSED"));
    let unanswered = verdict("A > B S\n+1 A > B again\n+2 A > B again\n+4 A > B again\n+8 A > B again");
    assert_eq!((unanswered.how, unanswered.cause_name()), (How::Unanswered, Some("syn_unanswered")));
    assert_eq!(verdict("A > B S\nB > A unreachable").cause_name(), Some("icmp_refused"));
}

#[test]
fn a_close_is_one_whatever_was_acknowledged() {
    let closed = verdict(&format!("{ASKED}A > B F.\nB > A F.\nA > B ."));
    assert_eq!((closed.how, closed.cause_name(), closed.fin_by), (How::Fin, None, Some(Side::Client)));
    let half = verdict(&format!("{ASKED}A > B F.\nB > A .\n+1 A > B again\n+2 A > B again\n+3 A > B again"));
    assert_eq!((half.how, half.cause_name()), (How::Fin, None), "its acknowledgement was not looked at");
    let reset = verdict(&format!("{ASKED}B > A F.\nA > B .\nA > B P. len 50\nB > A R"));
    assert_eq!((reset.how, reset.cause_name()), (How::FinThenReset, Some("unexplained")));
    assert_eq!((reset.fin_by, reset.rst_by), (Some(Side::Server), Some(Sender::Side(Side::Server))));
}

/// A RST with a number that somebody made up, before anybody had said a word, hides nothing of what is said then.
#[test]
fn what_talks_after_all_was_captured_whole() {
    let forged = "A > B S\nB > A S.\nB > A R seq 99999\nA > B .\n";
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let talk = format!(
        "{get}B > A P. seq 5001 \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B . ack 5039\n"
    );
    let dead = format!("+3 {get}B > A . seq 5039\n+1 B > A R. seq 5039");
    let told = crate::verdict::example::verdict(&format!("{forged}{talk}{dead}"));
    assert_eq!(told.cause_name(), Some("no_response"), "{:?}", told.evidence);
    assert!(told.evidence.iter().all(|fact| !fact.fact.contains("only SYN")), "{:?}", told.evidence);
}

/// A capture that misses one frame, as the others' acknowledgements tell.
#[test]
fn what_the_capture_misses_was_said_all_the_same() {
    let open = "A > B S\nB > A S.\nA > B .\n";
    let get = |n: u8| format!("A > B P. \"GET /{n} HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n");
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let told = |story: &str| crate::verdict::example::verdict(&format!("{open}{story}"));
    let facts =
        |told: &Verdict| told.evidence.iter().map(|fact| fact.fact.clone()).collect::<Vec<_>>().join("; ");
    // The second answer: the client has it, whatever it does then.
    let (one, two) = (get(1), get(2));
    let left =
        told(&format!("{one}{answer}A > B .\n{two}B > A P. len 40 lost\n+0.0002 A > B .\n+0.05 A > B R."));
    assert_eq!((left.cause_name(), left.harm), (Some("client_abort"), None), "{}", facts(&left));
    assert!(facts(&left).contains("is not in the capture"), "{}", facts(&left));
    // The request itself: somebody waited.
    let gave_up = told("A > B P. len 33 lost\nB > A .\n+0.3 A > B R.");
    assert_eq!(gave_up.harm, None, "{}", facts(&gave_up));
    // The first answer, of which the program's next request shows that it came: the second is what nobody answered.
    let body = "B > A P. len 677 lost\n";
    let head = "B > A . \"HTTP/1.1 200 OK\\r\\nContent-Length: 679\\r\\n\\r\\nok\"\n";
    let dead = told(&format!("{one}{head}A > B .\n{body}A > B .\n{two}B > A .\n+0.007 B > A R."));
    assert_eq!(dead.cause_name(), Some("no_response"), "{}", facts(&dead));
}

/// What had begun to arrive was not lost as a whole.
#[test]
fn a_hole_within_an_answer_is_none_before_it() {
    let begun = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /x HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A . \"HTTP/1.1 200 OK\\r\\nContent-Length: 90000\\r\\n\\r\\nab\"\nA > B .\nB > A . seq 7000 len 1000\nA > B R. ack 5045";
    let told = crate::verdict::example::verdict(begun);
    assert_eq!(told.cause_name(), Some("client_abort"), "{:?}", told.evidence);
    assert!(
        told.evidence.iter().any(|fact| fact.fact.contains("had begun: status 200")),
        "{:?}",
        told.evidence
    );
    assert!(told.advice.is_some_and(|advice| !advice.contains("tracepath")));
}

/// A host that loses a connection says no more on it: the client of a feed has not had all because it heard nothing for a while.
#[test]
fn who_leaves_a_feed_that_its_host_had_lost_may_miss_something() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\n";
    let feed = "+0.1 B > A P. len 500\nA > B .\n".repeat(5);
    let told = |story: &str| crate::verdict::example::verdict(story);
    let lost = told(&format!("{open}{feed}+2 A > B F.\nB > A R"));
    assert_eq!((lost.cause_name(), lost.harm), (Some("state_lost"), None), "{:?}", lost.evidence);
    let midway = told("A > B F. seq 1000 ack 5000\nB > A R seq 5000");
    assert_eq!(midway.harm, None, "{:?}", midway.evidence);
    // One that answers what it is asked has said all by then.
    let answered = told(&format!("{open}B > A P. len 500\nA > B .\n+2 A > B F.\nB > A R"));
    assert_eq!((answered.cause_name(), answered.harm), (Some("state_lost"), Some(Harm::Harmless)));
}

/// A device that rejects what the client sends tells the client alone: its RSTs go the same way, and the server goes on, and over what it
/// has said before.
#[test]
fn who_repeats_himself_behind_a_reset_in_his_name_was_told_nothing() {
    let open = "A > B S\nB > A S. ttl 63\nA > B .\nA > B P. len 9\n";
    let feed = "+0.1 B > A P. len 500 ttl 63\nA > B .\n".repeat(3);
    let next = "+0.2 B > A P. len 1000 ttl 63\nA > B R seq 1010\n";
    let again = ["+0.2", "+0.4", "+0.8", "+1.6"]
        .map(|pause| format!("{pause} B > A P. seq 6001 len 500 ttl 63\nA > B R seq 1010\n"));
    let told =
        crate::verdict::example::verdict(&format!("{open}{feed}B > A R seq 6501\n{next}{}", again.concat()));
    assert_eq!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    assert_eq!((told.client_sees.read, told.server_sees.read), (Some("ECONNRESET"), None));
    assert_eq!(told.harm, Some(Harm::Harmful));
}
