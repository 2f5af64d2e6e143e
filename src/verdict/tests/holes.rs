//! What a hole of the capture, or its snaplen, hides of what the programs said: what stands behind that stands nowhere for certain.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::{HELLO, OPEN, record};

/// Their lengths tell what these are where all was captured: a Certificate message without any, Finished, an alert, a request shorter than
/// Finished, which in its place would be a padded alert.
const NO_CERTIFICATE: u16 = 25;
const FINISHED: u16 = 53;
const ALERT: u16 = 19;
const SHORT: u16 = 35;

/// Who has said all of its handshake in what is missing refuses nothing by what it says next.
#[test]
fn what_follows_a_hole_stands_in_place_of_no_finished() {
    let [finished, request, answer, bye] = [FINISHED, SHORT, 120, ALERT].map(record);
    let shown = format!("{OPEN}{HELLO}B > A P. hex {}\n", record(120));
    let rest = format!("B > A P. hex {answer}\nB > A P. hex {bye}\nB > A F.\nA > B F.\nB > A .");
    let talk =
        |lost: &str| format!("{shown}A > B P. hex {finished}{lost}\nB > A .\nA > B P. hex {request}\n{rest}");
    for lost in ["", " lost"] {
        let told = verdict(&talk(lost));
        assert_eq!(told.cause_name(), None, "{lost}: {:?}", told.evidence);
    }
    // Nor does who says goodbye then.
    let told = verdict(&format!(
        "{shown}A > B P. hex {finished} lost\nB > A .\nA > B P. hex {bye}\nA > B F.\nB > A F.\nA > B ."
    ));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
    let told = verdict(&format!("{shown}A > B P. hex {finished} lost\nB > A .\nA > B F.\nB > A F.\nA > B ."));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
    // Finished itself may come behind a hole, and begins no turn.
    let told = verdict(&format!(
        "{shown}A > B P. hex 140303000101 lost\nB > A .\nA > B P. hex {finished}\nB > A F.\nA > B F.\nB > A ."
    ));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// Nor is an answer to what is missing a ticket, behind which only a refusal could follow.
#[test]
fn what_answers_a_hole_is_no_refusal() {
    let [none, finished, request, answer, bye] = [NO_CERTIFICATE, FINISHED, 60, 120, ALERT].map(record);
    let shaken = format!("{OPEN}{HELLO}B > A P. hex {}\nA > B P. hex {none}{finished}\n", record(120));
    for lost in ["", " lost"] {
        let told = verdict(&format!(
            "{shaken}B > A .\nA > B P. hex {request}{lost}\nB > A P. hex {answer}\nB > A FP. hex {bye}\nA > B F.\nB > A ."
        ));
        assert_eq!(told.cause_name(), None, "{lost}: {:?}", told.evidence);
    }
    // What the server had said before may be missing as well.
    let told = verdict(&format!(
        "{shaken}B > A P. hex {answer} lost\nA > B .\nB > A FP. hex {bye}\nA > B F.\nB > A ."
    ));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// Up to TLS 1.2 the Finished of one side may be missing.
#[test]
fn a_missing_finished_was_said() {
    let hello = "B > A P. hex 160303000402000000\n";
    let [client, server] = ["140303000101160303000420202020"; 2];
    let bye = format!("150303001a{}", "62".repeat(26));
    let [whole, torn] = ["", " lost"].map(|lost| {
        verdict(&format!(
            "{OPEN}{HELLO}{hello}A > B P. hex {client}{lost}\nB > A P. hex {server}\nA > B P. hex {bye}\nB > A F.\nA > B F.\nB > A ."
        ))
    });
    assert_eq!((whole.cause_name(), torn.cause_name()), (None, None), "{:?}", torn.evidence);
}

/// A request of which the snaplen hides the end has an answer that says how long it is.
#[test]
fn an_answer_is_cut_whatever_is_known_of_its_request() {
    let asked =
        |method: &str| format!("{OPEN}A > B P. len 79 \"{method} /c HTTP/1.1\\r\\nHost: b\\r\\nUser\"\n");
    let head =
        |length: u32| format!("\"HTTP/1.0 200 OK\\r\\nContent-Length: {length}\\r\\n\\r\\n\"\nA > B .\n");
    for end in ["B > A R.", "B > A F.\nA > B F.\nB > A .", "+2 B > A R."] {
        let told = verdict(&format!("{}B > A P. len 3043 {}{end}", asked("GET"), head(100_000)));
        assert_eq!(cause(&told), (Some("response_cut"), Some(Harm::Harmful)), "{:?}", told.evidence);
        let bytes = told.exchange.map(|exchange| (exchange.response_bytes, exchange.response_expected));
        assert_eq!(bytes, Some((Some(3000), Some(100_000))));
    }
    let closed = "B > A F.\nA > B F.\nB > A .";
    let whole = verdict(&format!("{}B > A P. len 3041 {}{closed}", asked("GET"), head(3000)));
    assert_eq!(whole.cause_name(), None, "{:?}", whole.evidence);
    let without = verdict(&format!("{}B > A P. {}{closed}", asked("HEAD"), head(100_000)));
    assert_eq!(without.cause_name(), None, "{:?}", without.evidence);
}

/// Where a head ends in what is hidden nobody knows how much of what came was body; nor does anybody of what is encrypted.
#[test]
fn bytes_of_no_known_body_are_not_counted_as_one() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n";
    let body = |text: &str| verdict(text).exchange.and_then(|exchange| exchange.response_bytes);
    assert_eq!(body(&format!("{OPEN}{get}B > A P. len 165 \"HTTP/1.1 200 OK\\r\\nServ\"")), None);
    assert_eq!(body(&format!("{OPEN}{get}B > A .")), Some(0));
    let [finished, request, answer] = [FINISHED, 60, 120].map(record);
    let shaken = format!("{OPEN}{HELLO}B > A P. hex {}\nA > B P. hex {finished}{request}\n", record(120));
    assert_eq!(body(&format!("{shaken}B > A P. hex {answer}")), None);
}

/// Where an answer ends its head says, and a snaplen may have cut that; that it goes on is seen all the same.
#[test]
fn what_still_came_behind_a_head_that_is_cut_short_was_not_whole() {
    let asked = "A > B P. \"GET /export HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let begun = "B > A P. len 137 \"HTTP/1.1 200 OK\\r\\nX-Powered-By: Exp\"\nA > B .\n";
    let told = verdict(&format!("{OPEN}{asked}{begun}A > B F.\n+0.02 B > A P. len 11\nA > B R"));
    assert_eq!(told.cause_name(), Some("client_abort"), "{:?}", told.evidence);
    assert_eq!(told.cause.unwrap().confidence, Confidence::Likely);
}

/// What began before the capture, in a protocol that nobody recognises, need not be one that asks and answers.
#[test]
fn a_pool_is_not_likely_where_nothing_is_known_of_the_talk() {
    let talk = "A > B P. seq 1001 ack 5001 len 8\nB > A P. seq 5001 ack 1009 len 4\nA > B .\n\
        A > B P. len 8\nB > A P. len 4\nA > B .\n";
    let sure = |open: &str| {
        let told = verdict(&format!("{open}{talk}+3 B > A F.\nA > B .\n+1 A > B P. len 6\nB > A R"));
        told.cause.map(|found| (found.rule.name, found.confidence))
    };
    assert_eq!(sure(OPEN), Some(("stale_keepalive", Confidence::Likely)));
    assert_eq!(sure(""), Some(("stale_keepalive", Confidence::Possible)));
}

/// What a server says of a request whose client has left may be lost as well; that it had not begun to, its acknowledgement of the FIN tells.
#[test]
fn an_answer_that_began_behind_the_clients_end_was_not_lost_to_it() {
    let asked = format!("{OPEN}A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A .\n+0.8 A > B F.\n");
    let late = "+0.6 B > A F. seq 5121\nA > B R";
    let of = |acknowledged: &str| verdict(&format!("{asked}{acknowledged}{late}"));
    let (left, lost) = (of("+0.04 B > A .\n"), of("+0.04 B > A . seq 5121\n"));
    let says = |told: &Verdict, words: &str| told.evidence.iter().any(|fact| fact.fact.contains(words));
    assert!(says(&left, "had no answer yet"), "{:?}", left.evidence);
    assert!(left.advice.is_some_and(|advice| advice.contains("left after waiting 80")));
    assert!(says(&lost, "what that began with never arrived"), "{:?}", lost.evidence);
}

const GET: &str = "A > B P. tsval 2 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A . tsval 2\n";

/// A RST that takes effect, and counts more than the capture has of its sender: the capture misses an answer, the client does not.
#[test]
fn what_an_abort_counts_was_said() {
    let told = |seq: u32| verdict(&format!("{OPEN}{GET}+1.5 B > A R. seq {seq}"));
    assert_eq!(told(5001).cause_name(), Some("no_response"), "{:?}", told(5001).evidence);
    assert_ne!(told(8069).cause_name(), Some("no_response"), "{:?}", told(8069).evidence);
}

/// An abort that overtakes the answer is challenged, and the socket is gone when that arrives.
#[test]
fn what_a_challenged_abort_counts_was_said_and_lost() {
    let open = "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 2\n";
    let told = verdict(&format!(
        "{open}{GET}+0.01 B > A R. seq 8069 tsval 9\nA > B . ack 5001 tsval 5 tsecr 2\n+0.005 B > A R seq 5001\n+0.03 B > A . seq 5001 len 1448 tsval 8\nA > B R seq 1032"
    ));
    assert_eq!(told.cause_name(), Some("response_cut"), "{:?}", told.evidence);
}
