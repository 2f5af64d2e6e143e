//! RSTs that come long after what they answer.

use crate::verdict::example::verdict;

const OPEN: &str = "A > B S\nB > A S.\nA > B .\nA > B P. len 90\nB > A P. len 60\nA > B .\n";

/// A phone whose radio was asleep refuses a close more than a second later: one RST for each segment, and nothing that anybody wrote.
#[test]
fn who_has_closed_may_refuse_late() {
    let told = verdict(&format!(
        "{OPEN}B > A P. len 59\n+1 A > B F. ack 5061\nB > A .\nB > A F.\n+1.1 A > B R\nA > B R"
    ));
    let has = |says: &str| told.evidence.iter().any(|fact| fact.fact.contains(says));
    assert!(has("a RST from the client answers frame 10 after 1.1"), "{:?}", told.evidence);
    assert!(!has("no captured segment prompted it"), "{:?}", told.evidence);
    assert!(told.alternatives.iter().all(|other| other.rule.name != "injected_reset"));
    assert!(!told.advice.as_deref().unwrap_or_default().contains("wrote"), "{:?}", told.advice);
    // Who has not closed had another reason.
    let told = verdict(&format!("{OPEN}+1 B > A P. len 30\n+1.1 A > B R"));
    let says = "no captured segment prompted it";
    assert!(told.evidence.iter().any(|fact| fact.fact.contains(says)), "{:?}", told.evidence);
}

/// Where nothing was captured behind the close, nobody is told to write less.
#[test]
fn nobody_wrote_what_was_not_captured() {
    let told = verdict("A > B F. seq 1000 ack 5000\n+20 A > B R. seq 1001 ack 5000");
    let advice = told.advice.as_deref().unwrap_or_default();
    assert!(advice.contains("holds nothing that the server said"), "{:?} {advice}", told.cause_name());
}
