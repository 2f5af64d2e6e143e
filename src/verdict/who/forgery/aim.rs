//! RSTs that lie where their host had not got to yet: who forges one can only guess where it will be.

use crate::flow::{Recent, Reset};

use super::{AT_ONCE, Baseline, CONVICTS, Doubt, claimed, doubt};
use crate::verdict::evidence::Evidence;

/// Weaver, Sommer and Paxson's RST_SEQ_CHANGE: aimed at where the host might have been by then. Where it came another way than all that
/// its host sent, if that is one segment only, no host did both.
pub(super) fn beyond(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let other_side_quiet = reset.after.at(reset.by.peer()).resets == 0;
    let alone = other_side_quiet && evidence.fin_by.is_none();
    let beyond = || reset.after.at(reset.by).reset_beyond.or_else(|| overtook(evidence, reset));
    let jump = alone.then(beyond).flatten()?;
    let by = jump.seq.offset_from(reset.rst.seq);
    let says = format!("another RST lies {by} bytes further on, beyond all that was sent or acknowledged");
    let as_far = baseline.has_their_ttl() || baseline.has_no_ttl();
    Some(doubt(jump.frame, if as_far { 2 } else { CONVICTS }, says))
}

/// The same where the path swapped the two: sent at once, the one that lies further on came first, and had no effect. Where the capture
/// misses something, it may have answered that.
fn overtook(evidence: &Evidence<'_>, reset: &Reset) -> Option<Recent> {
    let seen = evidence.seen();
    let first = evidence.close.volley.as_deref()?.at(reset.by).first?;
    // The same place twice is no other.
    let first = Some(first).filter(|first| first.seq != reset.rst.seq)?;
    let before = first.serial < reset.serial && reset.rst.ts.since(first.ts) <= AT_ONCE;
    (before && seen.both_sides && seen.gaps == 0).then_some(first)
}

/// At so many places no stack's RSTs lie beyond all that it has sent: each would answer a segment, and be where that one points to.
const PLACES: u8 = 2;

/// Several of them, with effect or without ([`crate::flow::Volley`]). Where the capture misses something, they may have answered that.
pub(super) fn volley(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let seen = evidence.seen();
    let complete = seen.both_sides && seen.gaps == 0;
    let aimed = evidence.close.volley.as_deref()?.at(reset.by);
    let first = aimed.first.filter(|_| complete && aimed.places >= PLACES)?;
    let says = format!(
        "{} RSTs lie at different places beyond all that the {} had sent, as if aimed at where it might be",
        aimed.places,
        claimed(evidence, reset)
    );
    Some(doubt(first.frame, CONVICTS, says))
}

#[cfg(test)]
mod tests {
    use crate::verdict::example::verdict;
    use crate::verdict::{Sender, Verdict};

    const TALK: &str = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";

    fn told(resets: &[&str]) -> Verdict {
        verdict(&format!("{TALK}{}", resets.join("\n")))
    }

    /// As tcpkill -9 does: in the window, further on, and where the server has got to, of which one takes effect.
    #[test]
    fn several_places_beyond_all_that_was_sent_convict() {
        let told = told(&["B > A R seq 5200", "B > A R seq 5400", "B > A R seq 5039"]);
        assert_eq!((told.cause_name(), told.rst_by), (Some("injected_reset"), Some(Sender::Middlebox)));
        assert!(told.evidence.iter().any(|fact| fact.fact.starts_with("2 RSTs lie at different places")));
    }

    #[test]
    fn one_place_is_no_volley() {
        let told = told(&["B > A R seq 5200", "B > A R seq 5200", "B > A R seq 5039"]);
        assert_ne!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    }

    /// The two of a pair swap places on their way: the set is the same, and none of it came as far as the server's other segments.
    #[test]
    fn a_pair_is_one_in_whatever_order() {
        for pair in [["seq 5039 ttl 20", "seq 17542 ttl 20"], ["seq 17542 ttl 20", "seq 5039 ttl 20"]] {
            let told =
                told(&pair.map(|rst| format!("+0.0001 B > A R. {rst}")).each_ref().map(String::as_str));
            assert_eq!(told.rst_by, Some(Sender::Middlebox), "{pair:?}: {:?}", told.evidence);
            assert_eq!(told.cause_name(), Some("injected_reset"), "{pair:?}");
        }
    }

    /// Its host had said more, which the capture lost, and the network has doubled the RST.
    #[test]
    fn the_same_place_twice_is_one() {
        let told = told(&["B > A R. seq 8000 id 7", "B > A R. seq 8000 id 8"]);
        assert!(!told.evidence.iter().any(|fact| fact.fact.contains("further on")), "{:?}", told.evidence);
    }

    #[test]
    fn where_the_capture_misses_something_they_may_answer_that() {
        let told = told(&["A > B . ack 5100", "B > A R seq 5200", "B > A R seq 5400", "B > A R seq 5100"]);
        assert_ne!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    }

    /// Captures of several queues put an answer before what it answers.
    #[test]
    fn answers_that_were_captured_too_early_are_not_aimed() {
        let told = told(&["B > A R seq 5039", "B > A R seq 5200", "B > A R seq 5400", "A > B . ack 5200"]);
        assert_ne!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    }

    /// What answers a segment lies where that one points to, whatever the capture holds of its host.
    #[test]
    fn answers_are_not_aimed() {
        let answers = ["A > B . ack 5200", "B > A R seq 5200", "A > B . ack 5400", "B > A R seq 5400"];
        let told = told(&answers);
        assert_ne!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    }
}
