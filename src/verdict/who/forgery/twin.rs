//! One address, two hosts: one of them accepts a SYN that the other refuses (a duplicate address, a cloned machine).

use crate::flow::{Recent, Reset, Side};

use super::life::accepted_after_all;
use super::{CONVICTS, Doubt, doubt};
use crate::verdict::How;
use crate::verdict::evidence::Evidence;

/// A RST that refuses the SYN which the server had accepted: nothing else has its number, and its receiver believes it no more. The server is
/// not the only one that answers for its address, and what refuses the connection later may be the other.
pub(super) fn refused_as_well(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let (accepted, refusal) = both_answers(evidence).filter(|(_, refusal)| refusal.by == reset.by)?;
    let says = format!(
        "it refuses the SYN that frame {} had accepted: two hosts answer for the server's address",
        accepted.frame
    );
    Some(doubt(refusal.frame, CONVICTS, says))
}

/// Was one SYN both accepted and refused, in whichever order?
pub(in crate::verdict) fn answered_twice(evidence: &Evidence<'_>) -> bool {
    let Some(reset) = evidence.reset() else { return false };
    match evidence.how {
        How::Refused => accepted_after_all(evidence, reset).is_some(),
        _ => both_answers(evidence).is_some(),
    }
}

/// The SYN+ACK and the RST that answer the only SYN (RFC 9293 §3.10.7.1: sequence number 0, and an acknowledgement of the SYN). Of two copies
/// a program that began or ceased to listen between them may have answered each in its way.
fn both_answers<'a>(evidence: &Evidence<'a>) -> Option<(&'a Recent, &'a Recent)> {
    let (close, server) = (evidence.close, evidence.close.end(Side::Server));
    let (refusal, _) = close.ignored.as_deref().filter(|(rst, _)| rst.by == server && rst.flags.ack())?;
    let mut syns = close.recent.iter().filter(|recent| recent.flags.opens());
    let syn = syns.next().filter(|syn| syn.is_at(close.start) && syn.by != server)?;
    let accepted = syns.next().filter(|answer| answer.by == server && answer.flags.ack())?;
    let once = syns.next().is_none();
    let refuses = refusal.seq.0 == 0 && refusal.ack == syn.seq_end() && accepted.ack == refusal.ack;
    (once && refuses).then_some((accepted, refusal))
}

#[cfg(test)]
mod tests {
    use crate::verdict::example::verdict;
    use crate::verdict::{Confidence, Harm, Sender};

    /// A clone without that service has the same address, and refuses whatever comes to it.
    #[test]
    fn a_syn_that_is_accepted_and_refused_was_answered_by_two() {
        let told = |refused: &str| {
            let asked = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
            verdict(&format!(
                "A > B S seq 1000\nB > A S. seq 5000\nA > B .\n{asked}{refused}+0.004 B > A R seq 5001"
            ))
        };
        let twins = told("B > A R. seq 0 ack 1001\n");
        assert_eq!((twins.rst_by, twins.cause_name()), (Some(Sender::Middlebox), Some("injected_reset")));
        let says = |text: &str| twins.evidence.iter().any(|fact| fact.fact.contains(text));
        assert!(says("two hosts answer for the server's address"), "{:?}", twins.evidence);
        assert!(twins.advice.unwrap().contains("duplicate address"));
        // What acknowledges something else refuses no SYN.
        assert_ne!(told("B > A R. seq 0 ack 999\n").rst_by, Some(Sender::Middlebox));
        assert_ne!(told("").rst_by, Some(Sender::Middlebox));
    }

    /// Captures of both hosts, merged: the server had accepted before the refusal reached the client, which came from somebody else.
    #[test]
    fn a_client_that_may_have_been_refused_need_not_have_given_up() {
        let told = |refused: &str| {
            verdict(&format!("A > B S seq 1000\nB > A S. seq 5000\n{refused}A > B R seq 1001"))
        };
        let both = told("B > A R. seq 0 ack 1001\n");
        let sure = both.cause.map(|found| (found.rule.name, found.confidence));
        assert_eq!((sure, both.harm), (Some(("client_gave_up_connecting", Confidence::Possible)), None));
        assert!(both.advice.unwrap().contains("ECONNREFUSED"));
        assert_eq!(told("").harm, Some(Harm::Harmless));
    }
}
