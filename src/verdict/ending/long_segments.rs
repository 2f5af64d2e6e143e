//! Long segments that are lost where short ones pass: a smaller MTU on the way, whose ICMP errors (RFC 1191, RFC 4821 §1) are filtered.

use crate::flow::Side;

use crate::verdict::evidence::Evidence;
use crate::verdict::{Fact, ending};

/// What is shorter than this passes everywhere: tunnels within tunnels leave more (IPv6 asks for 1,280 bytes of every link).
const LONG: u32 = 1_000;
/// As many times the same was sent.
const COPIES: usize = 3;

/// How long is what `side` repeats in vain, if nothing as long of it had arrived before? What the other side has acknowledged is known to
/// have been short only where there was less of it in all.
pub(in crate::verdict) fn lost(evidence: &Evidence<'_>, side: Side) -> Option<u32> {
    let close = evidence.close;
    let copies = || ending::copies_of_last(close, side);
    let len = copies().next()?.len;
    let first = close.half(side).iss.plus(1);
    let arrived = close.half(side.peer()).rcv_nxt.offset_from(first);
    let known = evidence.seen().handshake && evidence.seen().gaps == 0;
    let long = len >= LONG && copies().count() >= COPIES;
    (known && long && u32::try_from(arrived).is_ok_and(|arrived| arrived < len)).then_some(len)
}

/// What it says.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>, side: Side) -> Option<Fact> {
    let len = lost(evidence, side)?;
    let says = format!(
        "it is {len} bytes long each time, and nothing as long had arrived there: long packets may not pass"
    );
    Some(Fact::at(evidence.close.last.frame, says))
}

#[cfg(test)]
mod tests {
    use crate::verdict::example::verdict;
    use crate::verdict::{Confidence, Verdict};

    /// Small talk that is answered, then the same `len` bytes again and again, as far as nobody acknowledges them.
    fn told(before: &str, len: u32) -> Verdict {
        let again =
            "+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again\n+1.6 A > B again\n+3.2 A > B again";
        verdict(&format!("A > B S\nB > A S.\nA > B .\n{before}A > B . len {len}\n{again}"))
    }

    fn blames_length(told: &Verdict) -> bool {
        told.evidence.iter().any(|fact| fact.fact.contains("long packets may not pass"))
            && told.advice.as_ref().is_some_and(|advice| advice.contains("tracepath"))
    }

    const SMALL: &str = "A > B P. len 50\nB > A . ack 1051\n";

    #[test]
    fn where_only_long_segments_are_lost_the_path_is_looked_at() {
        let long = told(SMALL, 1448);
        assert!(blames_length(&long), "{:?}", long.evidence);
        assert_eq!(long.cause.map(|found| found.confidence), Some(Confidence::Likely));
        let short = told(SMALL, 400);
        assert!(!blames_length(&short));
        assert_eq!(short.cause.map(|found| found.confidence), Some(Confidence::Certain));
    }

    #[test]
    fn where_as_long_a_segment_may_have_arrived_it_is_not_the_length() {
        let long = "A > B . len 1448\nB > A . ack 2449\n";
        assert!(!blames_length(&told(long, 1448)));
    }

    #[test]
    fn where_the_beginning_was_not_captured_nobody_knows_what_has_arrived() {
        let again = "+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again";
        let middle = format!("A > B P. len 50\nB > A . ack 1051\nA > B . len 1448\n{again}");
        assert!(!blames_length(&verdict(&middle)));
    }
}
