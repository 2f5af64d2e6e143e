//! A host that acknowledges a segment has a socket for it: whatever refuses that segment in its name is somebody else's.

use crate::flow::Side;
use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Sender};

use super::story::OPEN;

const SERVER: Option<Sender> = Some(Sender::Side(Side::Server));
const CLIENT: Option<Sender> = Some(Sender::Side(Side::Client));
const DEVICE: Option<Sender> = Some(Sender::Middlebox);

/// A device beside the path refuses the first request from as far as the server, which acknowledges it a moment later.
#[test]
fn who_has_no_socket_for_a_request_does_not_acknowledge_it() {
    let asked = format!("{OPEN}A > B P. len 65\n");
    let told = |later: &str| {
        let told = verdict(&format!("{asked}+0.0013 B > A R\n{later}\nA > B R seq 1066"));
        (told.rst_by, told.cause_name())
    };
    assert_eq!(told("+0.0004 B > A . seq 5001 ack 1066"), (DEVICE, Some("injected_reset")));
    // It had some of what was captured as one segment, and closed before the rest came.
    assert_eq!(told("+0.0004 B > A . seq 5001 ack 1030").0, SERVER);
    // It may have heard the one copy, and refused the other.
    assert_eq!(
        verdict(&format!("{asked}+0.3 A > B again\nB > A R\n+0.0004 B > A . seq 5001 ack 1066")).rst_by,
        SERVER
    );
}

/// A device that has taken the client's request away resets the server, which had only shaken hands, from another distance.
#[test]
fn what_a_host_has_answered_it_does_not_refuse() {
    let told = |ttl: u8| {
        let told =
            verdict(&format!("A > B S ttl 63\nB > A S.\nA > B . ttl 63\n+0.004 A > B R seq 1001 ttl {ttl}"));
        assert!(
            told.evidence.iter().any(|fact| fact.fact.contains("no captured segment prompted it")),
            "{:?}",
            told.evidence
        );
        (told.rst_by, told.rst_by_confidence)
    };
    for ttl in [254, 62, 127] {
        assert_eq!(told(ttl), (DEVICE, Some(Confidence::Likely)), "{ttl}");
    }
    // From as far as its host: nobody knows what the capture lacks.
    assert_eq!(told(63).0, CLIENT);
    // One that had not answered yet has no socket for what it did not ask for.
    let left = verdict("A > B S ttl 63\nB > A S.\nA > B R seq 1001 ttl 62");
    assert_eq!(left.rst_by, CLIENT, "{:?}", left.evidence);
}

/// The client is reset by somebody before its last ACK, with which it takes what it is said to refuse.
#[test]
fn who_gives_up_connecting_does_not_acknowledge_the_offer() {
    let told =
        |after: &str| verdict(&format!("A > B S tsval 840\nB > A S.\nA > B R seq 1001 ttl 98\n{after}"));
    let alive = told("+0.0002 A > B . seq 1001 ack 5001 tsval 842\nB > A R seq 5001");
    assert_eq!((alive.rst_by, alive.cause_name()), (DEVICE, Some("injected_reset")), "{:?}", alive.evidence);
    let gone = told("");
    assert_eq!((gone.rst_by, gone.cause_name()), (CLIENT, Some("client_gave_up_connecting")));
    // The offer came twice: it may have left as the second one came.
    let twice = told("+0.002 B > A S. seq 5000 ack 1001\n+0.0002 A > B . seq 1001 ack 5001 tsval 842");
    assert_eq!(twice.rst_by, CLIENT, "{:?}", twice.evidence);
}
