//! SYNs that nobody answers, by how far they had come.

use crate::verdict::Verdict;
use crate::verdict::example::verdict;
use crate::verdict::tests::places;

/// `C` is let in, over a router, as it is seen where the server's segments have the TTL `own`.
fn let_in(client: char, own: u8) -> String {
    format!(
        "{client} > B S ttl 63\nB > {client} S. ttl {own}\n{client} > B . ttl 63\n{client} > B P. len 9 ttl 63\n\
B > {client} P. len 9 ttl {own}\n{client} > B F. ttl 63\nB > {client} F. ttl {own}\n{client} > B . ttl 63\n"
    )
}

/// Three SYNs in three seconds, and what happens meanwhile.
fn in_vain(ttl: u8, meanwhile: &str) -> String {
    format!("A > B S ttl {ttl}\n+0.5 {meanwhile}+0.5 A > B again ttl {ttl}\n+2 A > B again ttl {ttl}\n")
}

fn found(told: &Verdict) -> Vec<&'static str> {
    told.cause.iter().chain(&told.alternatives).map(|found| found.rule.name).collect()
}

/// A capture on the server holds the SYN: neither the path lost it, nor has anybody to capture there once more.
#[test]
fn a_syn_that_came_to_the_servers_link_was_dropped_by_the_server() {
    let asked = format!("{}+0.5 {}", let_in('C', 64), in_vain(63, &let_in('D', 64)));
    let told = verdict(&asked);
    assert_eq!(found(&told), ["syn_unanswered", "accept_queue_overflow"], "{:?}", told.evidence);
    let advice = told.advice.unwrap_or_default();
    assert!(advice.contains("The path is not to blame") && !advice.contains("Capture on"), "{advice}");
    assert!(
        told.evidence.iter().any(|fact| fact.fact.contains("the server's own link")),
        "{:?}",
        told.evidence
    );
    // Where nobody else was let in about then there may be no queue.
    let told = verdict(&format!("{}+60 {}", let_in('C', 64), in_vain(63, "A > B again ttl 63\n")));
    assert_eq!(found(&told), ["syn_unanswered"]);
    assert!(told.advice.is_some_and(|advice| advice.contains("The path is not to blame")));
    // Somewhere on the way, at the client, and on one link with both nobody knows.
    for (own, ttl) in [(62, 63), (63, 64), (64, 64)] {
        let told = verdict(&format!("{}+0.5 {}", let_in('C', own), in_vain(ttl, &let_in('D', own))));
        assert_eq!(found(&told), ["syn_unanswered"], "{own} {ttl}");
        assert!(told.advice.is_some_and(|advice| advice.contains("Capture on")), "{own} {ttl}");
    }
}

/// Of two captures the one that was made at the server tells.
#[test]
fn the_capture_at_the_server_tells_of_a_syn_that_came_there() {
    let lines =
        |script: String| script.lines().map(plain).map(|line| places::at_both(&line)).collect::<String>();
    let asked = [let_in('C', 64), format!("+0.5 {}", in_vain(64, &let_in('D', 64)))];
    let told = places::verdict(&asked.map(lines).concat());
    assert_eq!(told.cause_name(), Some("syn_unanswered"), "{:?}", told.evidence);
    assert!(told.advice.is_some_and(|advice| advice.contains("The path is not to blame")));
}

/// A line without its TTL, which is another one at each place.
fn plain(line: &str) -> String {
    line.split(" ttl ").next().unwrap_or(line).to_owned()
}
