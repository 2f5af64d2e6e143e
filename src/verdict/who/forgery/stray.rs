//! A RST that had no effect may tell all the same that somebody sends them in a host's name: it bears none of that host's marks.

use crate::decode::Traits;
use crate::flow::{Recent, Side};

use super::BASELINE;
use crate::verdict::evidence::{Evidence, Shape};

/// The last RST without effect, if it was not sent by the side whose address it carries: as of a live socket, but with another TTL than all
/// of that side's segments, and without the timestamps that these have. One of the two alone convicts nobody.
pub(in crate::verdict) fn forged_in_vain(evidence: &Evidence<'_>) -> Option<(Side, Recent, u8)> {
    let &(rst, _) = evidence.close.ignored.as_deref().filter(|(rst, _)| rst.flags.ack())?;
    let here = |own: &&Recent| {
        own.by == rst.by && !own.flags.rst() && evidence.close.is_one_place(own.place(), rst.place())
    };
    let own = || evidence.close.recent.iter().filter(here);
    let usual = own().next()?.ttl;
    let stamped = |recent: &Recent| recent.traits.has(Traits::TIMESTAMPS);
    let alike = own().count() >= BASELINE && own().all(|own| own.ttl == usual && stamped(own));
    let odd = rst.ttl != usual && !stamped(&rst);
    (alike && odd).then(|| (evidence.close.side(rst.by), rst, usual))
}

/// Does a host refuse, as one without a socket, in whose name somebody had sent a RST before? Its own stack may have been sent one as well, and
/// believed it.
pub(in crate::verdict) fn was_reset_too(evidence: &Evidence<'_>) -> bool {
    let refuses =
        evidence.shape == Shape::Reply && evidence.reset().is_some_and(|reset| reset.prompt.is_some());
    let side = evidence.rst_claimed.filter(|&side| refuses && evidence.fin(side).is_none());
    side.is_some_and(|side| forged_in_vain(evidence).is_some_and(|(of, ..)| of == side))
}

/// What to do about it, where nobody knows why the connection was reset in the end.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let (side, rst, _) = forged_in_vain(evidence)?;
    Some(format!(
        "Somebody on the path sends resets in the {side}'s name (frame {}), and may have reset the other program of this connection in the same way, so that its host no longer knew it: ask who runs the firewalls and proxies between the hosts.",
        rst.frame
    ))
}

#[cfg(test)]
mod tests {
    use crate::verdict::Sender;
    use crate::verdict::example::verdict;

    /// A device resets both sides, and only the server believes it: its host refuses then what the client says.
    #[test]
    fn a_forgery_that_failed_tells_of_one_that_did_not() {
        let talk = "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 2\nA > B P. len 32 tsval 3\nB > A P. len 40 tsval 3\nA > B . tsval 4\n";
        let told = |forged: &str| {
            verdict(&format!(
                "{talk}A > B P. len 34 tsval 50\nB > A P. len 40 tsval 51\nA > B . tsval 52\n{forged}\n+0.2 A > B P. len 22 tsval 250\nB > A R"
            ))
        };
        let says = |forged: &str| {
            let told = told(forged);
            let fact =
                told.evidence.iter().any(|fact| fact.fact.contains("its TTL is 255, all other segments"));
            (fact, told.advice.is_some_and(|advice| advice.contains("sends resets in the server's name")))
        };
        assert_eq!(
            says("B > A R. seq 5041 ttl 255"),
            (true, true),
            "{:?}",
            told("B > A R. seq 5041 ttl 255").evidence
        );
        assert_eq!(says("B > A R. seq 5041 tsval 52"), (false, false));
        // The server's own refusal is explained by it.
        assert_eq!(told("B > A R. seq 5041 ttl 255").cause_name(), Some("injected_reset"));
        assert_eq!(told("B > A R. seq 5041 ttl 255").rst_by.map(Sender::word), Some("server"));
        assert_ne!(told("B > A R. seq 5041 tsval 52").cause_name(), Some("injected_reset"));
    }
}
