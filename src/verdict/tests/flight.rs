//! How long a segment takes to a host and back: nothing that the host sent can have come sooner.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Sender, Verdict};

use super::story::GET;

fn sender(told: &Verdict) -> (Option<&'static str>, Option<Confidence>) {
    (told.rst_by.map(Sender::word), told.rst_by_confidence)
}

/// A connection of another client to the same server, so many seconds away.
fn other(away: &str) -> String {
    let open = format!("C > B S\n+{away} B > C S.\nC > B .\nC > B P. len 9\n+{away} B > C P. len 9\n");
    format!("{open}C > B F.\n+{away} B > C F.\nC > B .\n")
}

/// A device next to the client knows all numbers, and cannot know how to be far away.
#[test]
fn who_acknowledges_a_request_before_it_can_have_arrived_is_nearer() {
    let told = |others: &str, took: &str| {
        sender(&verdict(&format!("{others}+1 A > B S\n+0.102 B > A S.\nA > B .\n{GET}+{took} B > A R.")))
    };
    // A host that was asleep takes long to shake hands, once.
    assert_eq!(told("", "0.0034"), (Some("middlebox"), Some(Confidence::Possible)));
    assert_eq!(told("", "0.03"), (Some("server"), Some(Confidence::Possible)));
    assert_eq!(told(&other("0.1"), "0.0034"), (Some("middlebox"), Some(Confidence::Likely)));
    // It is near, and was slow to shake hands this time.
    assert_eq!(told(&other("0.002"), "0.0034").0, Some("server"));
}

#[test]
fn a_refusal_that_comes_sooner_than_the_host_is_away_is_a_devices() {
    let told = |away: &str, took: &str| verdict(&format!("{}+10 A > B:9 S\n+{took} B:9 > A R.", other(away)));
    let soon = told("0.12", "0.0014");
    assert_eq!(sender(&soon), (Some("middlebox"), Some(Confidence::Likely)));
    assert_eq!(soon.cause_name(), Some("refused_by_firewall"));
    assert!(soon.evidence.iter().any(|fact| fact.fact.contains("on other connections nothing came")));
    for (away, took) in [("0.12", "0.11"), ("0.12", "0.05"), ("0.004", "0.0004")] {
        let told = told(away, took);
        assert_eq!(told.cause_name(), Some("port_closed"), "{away} {took}");
    }
}

/// Whoever refuses in a host's name is not that host: the story and its sender agree.
#[test]
fn a_refusal_from_elsewhere_has_a_device_as_its_sender() {
    let open = "C > B S\nB > C S. ttl 60\nC > B .\nC > B P. len 5\nB > C P. len 5 ttl 60\nC > B .\nB > C F. ttl 60\nC > B F.\nB > C . ttl 60\n";
    let told = |rst: &str| verdict(&format!("{open}+10 A > B:9 S\nB:9 > A R. {rst}"));
    assert_eq!(sender(&told("ttl 63")), (Some("middlebox"), Some(Confidence::Possible)));
    assert_eq!(told("ttl 63").cause_name(), Some("refused_by_firewall"));
    assert_eq!(sender(&told("ttl 63 seq 77")), (Some("middlebox"), Some(Confidence::Likely)));
    assert_eq!(sender(&told("ttl 60")).0, Some("server"));
}

/// What a program says with its answers takes as long as those; only a kernel's answers, as in a handshake, tell how far away it is.
#[test]
fn a_program_that_takes_its_time_is_not_far_away() {
    let slow = "C > B P. seq 1000 ack 5000 len 9\n+0.05 B > C P. seq 5000 ack 1009 len 9\n\
C > B P. seq 1009 ack 5009 len 9\n+0.05 B > C P. seq 5009 ack 1018 len 9\nC > B R. seq 1018 ack 5018\n";
    let refused = verdict(&format!("{slow}+10 A > B:9 S\n+0.0004 B:9 > A R."));
    assert_eq!(refused.cause_name(), Some("port_closed"), "{:?}", refused.evidence);
    assert_eq!(sender(&refused).0, Some("server"));
}
