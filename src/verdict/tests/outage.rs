//! A path that is dead for a while: what a host says into it is lost, and the other side has given up when it is whole again.

use crate::verdict::example::verdict;

/// A stream that pauses, and goes on with this identification into a socket that is gone.
fn told(id: u16) -> crate::verdict::Verdict {
    let said = [7, 8, 9, 10, 11].map(|id| format!("+0.1 B > A P. len 500 id {id}\nA > B .\n")).concat();
    verdict(&format!(
        "A > B S\nB > A S.\nA > B .\nA > B P. len 10\n{said}+40 B > A P. len 500 id {id}\nA > B R"
    ))
}

#[test]
fn who_repeats_himself_unheard_is_not_idle() {
    let (dead, idle) = (told(17), told(12));
    assert_eq!((dead.cause_name(), idle.cause_name()), (Some("state_lost"), Some("idle_timeout")));
    let says = "the server had sent 5 segments that were lost";
    assert!(dead.evidence.iter().any(|fact| fact.fact.contains(says)), "{:?}", dead.evidence);
    assert!(dead.alternatives.iter().any(|other| other.rule.name == "peer_vanished"));
    assert!(dead.advice.is_some_and(|advice| advice.contains("an outage of the path")));
}
