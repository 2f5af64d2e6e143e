//! What is written behind a close, in answer to it or before it had come.

use crate::verdict::example::verdict;

use super::story::{NEXT, TALK, advice, found, told};

/// A program that sleeps until something comes wakes up by the end itself.
#[test]
fn who_writes_upon_the_end_reuses_nothing() {
    let talk = "A > B P. len 30\nB > A P. len 90\nA > B .\n";
    let upon = |pause: &str| told(&format!("{talk}+2 B > A F.\n{pause} A > B P. len 20\nB > A R"));
    let woken = upon("+0.0002");
    assert_eq!(found(&woken).map(|(name, _)| name), Some("write_after_close"), "{:?}", woken.evidence);
    assert!(woken.alternatives.iter().any(|other| other.rule.name == "stale_keepalive"));
    assert!(advice(&woken).contains("upon the server's close"), "{}", advice(&woken));
    assert!(!advice(&woken).contains("stop writing"), "{}", advice(&woken));
    let late = upon("+0.04");
    assert_eq!(found(&late).map(|(name, _)| name), Some("stale_keepalive"), "{:?}", late.evidence);
    // From afar it comes a round trip later.
    let far = verdict(
        "A > B S\nB > A S.\n+0.06 A > B .\nA > B P. len 30\nB > A P. len 90\n+0.06 A > B .\n+2 B > A F.\n+0.0603 A > B P. len 20\nB > A R",
    );
    assert_eq!(found(&far).map(|(name, _)| name), Some("write_after_close"), "{:?}", far.evidence);
    // A request is one, however close it comes.
    let asked = told(&format!("{TALK}+5 B > A F.\n+0.0002 {NEXT}B > A R"));
    assert_eq!(found(&asked).map(|(name, _)| name), Some("stale_keepalive"), "{:?}", asked.evidence);
}

/// Whoever is far away writes on for a round trip.
#[test]
fn nobody_is_told_to_read_an_end_that_has_not_come() {
    let far = |pause: &str| {
        verdict(&format!(
            "A > B S\nB > A S.\n+0.06 A > B .\nA > B P. len 500\nB > A P. len 20\nB > A F.\n{pause}A > B P. ack 5001 len 500\nB > A R seq 5001"
        ))
    };
    let told = far("+0.058 ");
    assert_eq!(found(&told).map(|(name, _)| name), Some("write_after_close"), "{:?}", told.evidence);
    assert!(advice(&told).contains("still on its way"), "{}", advice(&told));
}
