//! A server that asks whether somebody is there and is not answered: it gives the client up (SSH's ClientAliveInterval, NATS's PING), or the
//! client leaves without having read that.

use smallvec::SmallVec;

use crate::flow::{Offers, Recent, Side};
use crate::time::Span;

use super::tls;
use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence, Shape};
use crate::verdict::{Fact, How};

/// Once may be news.
const OFTEN: usize = 2;

/// What a server said in vain.
#[derive(Clone, Copy, Debug)]
pub(in crate::verdict) struct Unheeded {
    /// How often.
    pub(in crate::verdict) times: usize,
    /// Bytes of each.
    len: u32,
    /// The shortest time between two of them.
    pause: Span,
    /// The frame of the last one.
    frame: u64,
}

/// What the server had said again and again when it closed, or its client aborted: as long each time and after a pause, taken by the client's
/// host, and never answered. Of who is known to wait for an answer that says nothing.
pub(in crate::verdict) fn unheeded(evidence: &Evidence<'_>) -> Option<Unheeded> {
    let end = end_serial(evidence).filter(|_| may_ask(evidence))?;
    let server = evidence.close.end(Side::Server);
    let farewell = evidence.exchange.fatal().map(|fatal| fatal.serial);
    let speech = |recent: &&Recent| {
        let news = recent.len > 0 && !recent.flags.rst() && Some(recent.serial) != farewell;
        recent.serial < end && news
    };
    let said: SmallVec<[&Recent; 16]> = evidence.close.recent.iter().rev().filter(speech).collect();
    let last = said.first().filter(|last| last.by == server)?;
    let pauses = said.iter().zip(said.iter().skip(1));
    let pauses = pauses
        .take_while(|(own, before)| own.by == server && own.len == last.len && own.seq != before.seq)
        .map(|(own, before)| own.ts.since(before.ts))
        .take_while(|&pause| pause >= BRIEFEST_IDLE);
    let (times, pause) =
        pauses.fold((0, Span::from_nanos(u64::MAX)), |(times, least), pause| (times + 1, least.min(pause)));
    let taken = !evidence.close.half_before(Side::Client).rcv_nxt.before(last.seq_end());
    let story = Unheeded { times, len: last.len, pause, frame: last.frame };
    (times >= OFTEN && taken).then_some(story)
}

/// Where the server closed, or the client aborted.
fn end_serial(evidence: &Evidence<'_>) -> Option<u64> {
    let fin = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server));
    let aborted = evidence.reset().filter(|_| {
        let by_client = evidence.rst_claimed == Some(Side::Client);
        by_client && evidence.how == How::Reset && evidence.shape == Shape::Active
    });
    fin.map(|fin| fin.serial).or_else(|| aborted.map(|reset| reset.serial))
}

/// Of what is read it is known who waits, and HTTP's servers never ask.
fn may_ask(evidence: &Evidence<'_>) -> bool {
    let unread = !evidence.exchange.is_framed() && evidence.exchange.upgraded().is_none();
    unread && tls::offers(evidence) == Offers::NoHttp && evidence.close.gaps == 0
}

/// What it looked like.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let Unheeded { times, len, pause, frame } = unheeded(evidence)?;
    let fact = format!(
        "the server had said {len} bytes {times} times by then, at least {pause} apart, and the client nothing"
    );
    Some(Fact::at(frame, fact))
}

/// What to do where the server closed.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let times = unheeded(evidence)?.times;
    Some(format!(
        "The server had asked {times} times whether the client is there, as it seems, and closed when nobody answered: the client's program did not read then. Look for what had stopped it (a pause, a machine asleep, a blocked thread), or let the server be more patient (SSH: ClientAliveInterval, ClientAliveCountMax)."
    ))
}

#[cfg(test)]
mod tests {
    use crate::verdict::example::verdict;
    use crate::verdict::{Confidence, Verdict};

    const OPEN: &str = "A > B S\nB > A S.\nA > B .\nA > B P. len 30\nB > A P. len 90\nA > B .\n";
    const ASKS: &str = "+2 B > A P. len 60\nA > B .\n";

    /// Who does not answer for as long as his server asks had nothing in store for a next request.
    #[test]
    fn a_client_that_answers_no_question_is_no_pool() {
        let late = "+2 B > A F.\nA > B .\n+1 A > B P. len 30\nB > A R";
        let asked = verdict(&format!("{OPEN}{ASKS}{ASKS}{late}"));
        assert_eq!(asked.cause_name(), Some("write_after_close"), "{:?}", asked.evidence);
        assert!(
            asked.evidence.iter().any(|fact| fact.fact.contains("60 bytes 2 times")),
            "{:?}",
            asked.evidence
        );
        assert!(asked.advice.is_some_and(|advice| advice.contains("did not read")));
        // Once is no habit, and neither is an answer in pieces.
        for talk in [ASKS, &ASKS.replace("+2 ", ""), &format!("{ASKS}{}", ASKS.replace("60", "70"))] {
            let told = verdict(&format!("{OPEN}{talk}{late}"));
            assert_eq!(told.cause_name(), Some("stale_keepalive"), "{talk}: {:?}", told.evidence);
        }
    }

    /// What such a client had not read makes an abort of its close.
    #[test]
    fn what_nobody_heeded_may_lie_unread() {
        let left = |talk: &str| verdict(&format!("{OPEN}{talk}+1 A > B R."));
        let found = |told: &Verdict| told.cause.map(|found| (found.rule.name, found.confidence));
        let (unread, heard) = (left(&ASKS.repeat(2)), left(""));
        assert_eq!(
            found(&unread),
            Some(("aborted_by_application", Confidence::Possible)),
            "{:?}",
            unread.evidence
        );
        assert!(unread.alternatives.iter().any(|other| other.rule.name == "unread_data_at_close"));
        assert_eq!(unread.reasons.first(), Some(&"abort_on_close"));
        assert!(unread.advice.is_some_and(|advice| advice.contains("without having read")));
        assert_eq!(found(&heard), Some(("aborted_by_application", Confidence::Likely)));
    }
}
