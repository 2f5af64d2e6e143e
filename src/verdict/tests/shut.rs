//! A program that does not read: its window is shut, and what the other one does then waits, or is never read.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::{OPEN, says};

fn advises(told: &Verdict, what: &str) -> bool {
    told.advice.as_deref().is_some_and(|advice| advice.contains(what))
}

/// A server gives up on a client that does not read, or is killed meanwhile; its kernel sends the FIN behind what had waited for room,
/// seconds later.
#[test]
fn a_fin_that_waited_for_room_is_no_younger_than_the_wait() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nA > B .\n";
    let wait = "B > A . len 1448\n+0.04 A > B . win WIN\n+0.2 A > B . win WIN\n+1.3 A > B . win WIN\n+1.7 A > B . win WIN\n";
    let rest = "+1.1 A > B . win 63\n".to_owned() + &"B > A . len 1448\nA > B . win 63\n".repeat(12);
    let told = |win: &str, pause: &str| {
        let wait = wait.replace("WIN", win);
        verdict(&format!("{OPEN}{get}{wait}{rest}{pause}B > A F. len 99\nA > B .\nA > B F.\nB > A ."))
    };
    let (shut, open) = (told("0", ""), told("63", ""));
    assert_eq!((shut.cause_name(), open.cause_name()), (Some("response_cut"), Some("response_cut")));
    assert!(says(&shut, "the client had taken nothing for 3.20 s or more"), "{:?}", shut.evidence);
    assert!(advises(&shut, "held up the client") && !advises(&open, "held up the client"));
    // Who has paused since then closed when it closed.
    assert!(!advises(&told("0", "+2 "), "held up the client"));
}

/// What fills a buffer was not read, and is lost when the program ends; after that nobody needs to look for a missing answer.
#[test]
fn an_abort_behind_a_shut_window_leaves_data_unread() {
    let told = |win: u32| {
        verdict(&format!(
            "{OPEN}A > B P. len 5\nB > A .\nA > B . len 14000\nB > A . win {win}\n+0.4 A > B . seq 15005\nB > A . win {win}\n+2 B > A R. win 8688"
        ))
    };
    let (shut, open) = (told(0), told(900));
    assert_eq!(shut.cause_name(), Some("unread_data_at_close"), "{:?}", shut.evidence);
    assert_eq!(shut.cause.map(|cause| cause.confidence), Some(Confidence::Certain));
    assert_eq!(shut.harm, Some(Harm::Harmful));
    assert!(says(&shut, "its window was shut") && advises(&shut, "had stopped reading"), "{:?}", shut.advice);
    assert_eq!(open.cause_name(), Some("no_response"), "{:?}", open.evidence);
}

/// Who makes room has read: such a connection did not wait in the queue of a listener.
#[test]
fn who_makes_room_was_served() {
    let fill = |who: &str, from: u32| {
        format!(
            "{who} > B . seq {from} len 9000\nB > {who} . ack {} win 0\n+0.2 {who} > B . seq {}\nB > {who} . win 0\n",
            from + 9000,
            from + 8999
        )
    };
    let told = |second: &str| {
        let open = |who: &str| OPEN.replace('A', who);
        let one = |who: &str| open(who) + &fill(who, 1001) + &second.replace('A', who);
        verdict(&format!("{}{}+1 B > A R.\nB > C R.", one("A"), one("C")))
    };
    let listener =
        |told: &Verdict| told.alternatives.iter().any(|other| other.rule.name == "listener_closed");
    let again = format!("+2 B > A . win 9000\n{}", fill("A", 10_001));
    let (waiting, served) = (told(""), told(&again));
    assert!(listener(&waiting), "{:?}", waiting.alternatives);
    assert!(!listener(&served), "{:?}", served.alternatives);
}

/// A client that aborts with its buffer full leaves an answer that it has not read: that it left is the story.
#[test]
fn a_client_that_aborts_behind_its_own_shut_window_left() {
    let told = verdict(
        "A > B S win 2800\nB > A S.\nA > B . win 2800\nA > B P. len 20 win 2800\nB > A . len 1400\nB > A . len 1400\nA > B . win 0\n+0.3 B > A . seq 7800\nA > B . win 0\n+0.1 A > B R.",
    );
    assert_eq!(told.cause_name(), Some("client_abort"), "{:?}", told.alternatives);
    assert!(
        told.alternatives.iter().any(|other| other.rule.name == "unread_data_at_close"),
        "{:?}",
        told.alternatives
    );
}
