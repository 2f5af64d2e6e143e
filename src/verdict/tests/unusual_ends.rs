//! Ends that look like others: a queue that was full for long, an answer that is broken and not what the client left for, probes alone.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Sender, Side};

use super::story::found;

const OPEN: &str = "A > B S\n+0.06 B > A S.\nA > B .\n";

/// Who never took the connection in has lost no state, and its listener refuses what still comes.
#[test]
fn a_server_that_only_repeats_its_offer_had_a_full_queue() {
    let talk = "A > B P. len 16\n+0.3 A > B again\n+0.7 B > A S. seq 5000 ack 1001\nA > B . seq 1017\n+2 A > B P. seq 1001 len 16\n+0.06 ";
    let told = verdict(&format!("{OPEN}{talk}B > A R seq 5001"));
    assert_eq!(found(&told), Some(("accept_queue_overflow", Confidence::Likely)), "{:?}", told.evidence);
    assert_eq!(told.reasons.first(), Some(&"flags"));
    // One that has acknowledged something had it.
    let had = verdict(&format!(
        "{OPEN}{talk}B > A . seq 5001 ack 1017\n+1 A > B P. len 16\n+0.06 B > A R seq 5001"
    ));
    assert_eq!(cause(&had).0, Some("state_lost"), "{:?}", had.evidence);
}

/// An empty line between chunks is no chunk; a client that reads on all the same leaves for a reason of its own.
#[test]
fn who_reads_on_behind_a_broken_chunk_did_not_leave_for_it() {
    let get = "A > B P. \"GET /events HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let head = "+0.06 B > A P. \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n\\r\\n2\\r\\nok\\r\\n\"\nA > B .\n";
    let told = |pause: &str| found(&verdict(&format!("{OPEN}{get}{head}+{pause} A > B R.")));
    assert_eq!(told("0.5"), Some(("client_abort", Confidence::Likely)));
    assert_eq!(told("0.001"), Some(("response_cut", Confidence::Likely)));
}

/// A capture that was begun while a connection was idle may hold nothing but the probes of one side, and its RST.
#[test]
fn probes_alone_tell_that_they_ran_out() {
    let probe = "B > A . seq 5000 ack 1001 len 0\n";
    let told = verdict(&format!("{probe}+1.02 {probe}+1.02 {probe}+1.02 B > A R. seq 5001 ack 1001"));
    assert_eq!(found(&told), Some(("keepalive_timeout", Confidence::Possible)), "{:?}", told.evidence);
}

/// A device answers the first words from nearby, with a TTL of its own; who says it counts what it acknowledges.
#[test]
fn an_answer_from_nearby_with_a_ttl_of_its_own_is_likely_a_devices() {
    let hello = "B > A S. ttl 63\nA > B .\nA > B P. len 517\n";
    let told = |ttl: u8| {
        let told = verdict(&format!("A > B S\n+0.04 {hello}+0.0012 B > A R. ttl {ttl}"));
        (told.rst_by, told.rst_by_confidence)
    };
    assert_eq!(told(99), (Some(Sender::Middlebox), Some(Confidence::Likely)));
    // A host that was asleep takes long to shake hands, once.
    assert_eq!(told(63), (Some(Sender::Middlebox), Some(Confidence::Possible)));
}

/// Without timestamps, too: what acknowledges a request that was still on its way was sent by a host that the RST had not left.
#[test]
fn who_answers_a_request_behind_the_refusal_of_it_has_a_socket() {
    let asked = "A > B P. len 45\n+0.006 B > A R seq 5001 ttl 61\n";
    let told = verdict(&format!(
        "A > B S\n+0.04 B > A S.\nA > B .\n+0.02 {asked}+0.034 B > A . seq 5001 ack 1046\nA > B R seq 1046"
    ));
    assert_eq!(
        (told.rst_by, cause(&told).0),
        (Some(Sender::Middlebox), Some("injected_reset")),
        "{:?}",
        told.evidence
    );
}

/// A server says that it takes no more and closes without reading what was asked: that looks as if it had meant to abort.
#[test]
fn behind_a_servers_last_word_something_may_lie_unread() {
    let talk = "B > A P. \"220 busy\\r\\n\"\nA > B .\nA > B P. len 46\nB > A .\n+1 B > A P. \"421 too many\\r\\n\"\nB > A R.";
    let told = verdict(&format!("A > B S\nB > A S.\nA > B .\n{talk}"));
    let all: Vec<_> = told.cause.iter().chain(&told.alternatives).map(|finding| finding.rule.name).collect();
    assert!(all.contains(&"unread_data_at_close"), "{all:?}");
    assert_eq!(told.harm, Some(Harm::Harmful));
}

/// A host that answers what it is said to have refused did not refuse it, however close the two are.
#[test]
fn who_acknowledges_what_was_refused_has_a_socket() {
    let asked = "A > B P. len 40\n+0.0003 B > A R seq 5941\n";
    let warm = "A > B S\nB > A S.\nA > B .\nA > B P. len 45\nB > A P. len 940\nA > B .\n+0.2 ";
    let told = |later: &str| verdict(&format!("{warm}{asked}+0.0004 {later}"));
    let spoke = told("B > A P. seq 5941 ack 1086 len 540");
    assert_eq!(
        (spoke.rst_by, cause(&spoke).0),
        (Some(Sender::Middlebox), Some("injected_reset")),
        "{:?}",
        spoke.evidence
    );
    // What had left before it was asked is late.
    let late = told("B > A P. seq 5941 ack 1046 len 540");
    assert_eq!(late.rst_by, Some(Sender::Side(Side::Server)), "{:?}", late.evidence);
}

/// A live socket of Linux gives its RST timestamps and the next number of its count; one without both was not sent by it.
#[test]
fn linux_leaves_neither_its_stamps_nor_its_count() {
    let open = "A > B S tsval 1\nB > A S. id 0 tsval 1\nA > B . tsval 1\nA > B P. len 45 tsval 1\nB > A . id 71 tsval 2\nB > A P. len 940 id 72 tsval 2\nA > B . tsval 3\n";
    let told = |rst: &str| {
        let told = verdict(&format!("{open}+0.2 A > B P. len 40 tsval 203\nB > A R. ack 1086 {rst}"));
        (told.rst_by, told.rst_by_confidence)
    };
    assert_eq!(told("id 0"), (Some(Sender::Middlebox), Some(Confidence::Likely)));
    assert_eq!(told("id 73 tsval 203"), (Some(Sender::Side(Side::Server)), Some(Confidence::Certain)));
}

/// An acknowledgement never goes back: what has heard more was sent later, and not by a host that had aborted.
#[test]
fn who_acknowledges_more_than_its_rst_did_not_abort() {
    let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 40\nB > A P. len 340\n";
    let told =
        |later: &str| verdict(&format!("{talk}+0.0003 A > B R. ack 5001 id 9\n+0.00005 {later}")).rst_by;
    assert_eq!(told("A > B . seq 1041 ack 5341 id 8"), Some(Sender::Middlebox));
    assert_eq!(told("A > B . seq 1041 ack 5001 id 8"), Some(Sender::Side(Side::Client)));
}

/// A long request crosses the FIN of a connection that had been idle: all of it is one request.
#[test]
fn a_long_request_that_crosses_the_end_is_stale_too() {
    let used = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n+0.06 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let post = "+1.2 A > B P. \"POST /x HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 9000\\r\\n\\r\\n\"\nA > B P. len 1440\nA > B P. len 1440\n";
    let end = "+0.02 B > A F. ack 1028\nA > B . ack 5042\n+0.05 B > A R seq 5041";
    let told = verdict(&format!("{OPEN}{used}{post}{end}"));
    assert_eq!(cause(&told), (Some("stale_keepalive"), Some(Harm::Harmful)), "{:?}", told.evidence);
}

/// The server's answer is lost, and its abort behind that is not believed; what refuses the challenge is the same host.
#[test]
fn an_abort_that_was_challenged_is_told() {
    let open = "A > B S tsval 1\n+0.02 B > A S. tsval 1\nA > B . tsval 2\nA > B P. len 45 tsval 2\n+0.02 B > A . tsval 3\n";
    let end = "+0.15 B > A R. seq 5241 ack 1046 tsval 150\nA > B . seq 1046 ack 5001 tsval 170 tsecr 3\n+0.02 B > A R seq 5001";
    let told = verdict(&format!("{open}{end}"));
    assert_eq!(cause(&told).0, Some("no_response"), "{:?} {:?}", told.alternatives, told.evidence);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("240 bytes")), "{:?}", told.evidence);
}

/// A RST in the midst of an upload, whose acknowledgements still come for a round trip: that it has no timestamps, as those before it have, is
/// not forgotten over them.
#[test]
fn what_came_before_the_rst_is_known_however_much_follows() {
    let open = "A > B S tsval 1\n+0.02 B > A S. id 0 tsval 1\nA > B . tsval 2\nA > B P. len 900 tsval 2\nB > A . id 71 tsval 3\nB > A . id 72 tsval 3\n";
    let upload = "A > B . len 1400 tsval 4\n".repeat(9);
    let ack = |n: u32| format!("B > A . seq 5001 ack {} id {} tsval 5\nA > B R\n", 3301 + n * 1400, 73 + n);
    let acks = (0..9).map(ack).collect::<Vec<_>>().concat();
    let told = verdict(&format!("{open}{upload}B > A R. ack 14501 id 0\n{acks}"));
    assert_eq!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    let rst = told.ladder.iter().position(|rung| rung.flags.rst()).unwrap();
    assert_eq!(told.ladder.len(), 16);
    assert_eq!((told.ladder[rst].left_out, told.ladder[rst + 1].left_out), (0, 10));
}

/// A filter refuses the first request of a connection that has only just been opened: all that compares is the SYN+ACK.
#[test]
fn a_refusal_unlike_the_listener_is_likely_a_devices() {
    let told = |rst: &str| {
        let told = verdict(&format!(
            "A > B S\nB > A S. id 0 ttl 63\nA > B .\nA > B P. len 45\nB > A R seq 5001 {rst}"
        ));
        (told.rst_by, told.rst_by_confidence)
    };
    assert_eq!(told("id 77 no_df ttl 250"), (Some(Sender::Middlebox), Some(Confidence::Likely)));
    assert_eq!(told("id 0 ttl 63"), (Some(Sender::Side(Side::Server)), Some(Confidence::Likely)));
}
