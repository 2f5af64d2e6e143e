//! Devices that were caught in one connection, and what they do to others.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Sender, Verdict};

/// A connection of `who` in use, behind a router: the server's segments come with a TTL of 61.
fn talk(who: char) -> String {
    let said = format!("{who} > B P. len 4 ttl 64\nB > {who} P. len 4 ttl 61\n");
    format!("{who} > B S ttl 64\nB > {who} S. ttl 61\n{who} > B . ttl 64\n{said}{who} > B . ttl 64\n")
}

/// `C`'s next words are refused by the router, and those of `A` with that TTL. `C`'s server goes on, or says nothing more.
fn refused(ttl: u8, first: &str, goes_on: &str) -> Verdict {
    let refuse = |who: char, ttl: u8| format!("{who} > B P. len 4 ttl 64\nB > {who} R seq 5005 ttl {ttl}\n");
    let (one, other) = (refuse('C', 62), refuse('A', ttl));
    let both = if first == "C" { format!("{one}+0.5 {other}") } else { format!("{other}+0.5 {one}") };
    verdict(&format!("{}{}+0.1 {both}{goes_on}", talk('C'), talk('A')))
}

/// Where the server speaks on, somebody else had sent the RST, whose TTL is as that of the others at that time.
#[test]
fn who_was_caught_in_one_connection_ended_others_too() {
    let alive = "+0.9 B > C P. seq 5005 ack 1005 len 9 ttl 61";
    for first in ["C", "A"] {
        let told = refused(62, first, alive);
        let sender = (told.rst_by, told.rst_by_confidence);
        assert_eq!(
            sender,
            (Some(Sender::Middlebox), Some(Confidence::Likely)),
            "{first}: {:?}",
            told.evidence
        );
        assert_eq!(told.cause_name(), Some("injected_reset"));
    }
    // One that was not caught is only odd, and what came from as far as the server always did may be its own.
    for told in [refused(62, "C", ""), refused(61, "C", alive), refused(58, "C", alive)] {
        assert_eq!(told.rst_by.map(Sender::word), Some("server"), "{:?}", told.evidence);
    }
}
