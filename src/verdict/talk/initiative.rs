//! Who asks, where nobody reads what is said: a server may as well, be it a controller, a feed, or the peer of a client that only connected to it. Then what
//! the client said last may have been the answer.

use crate::flow::{Recent, Side};
use crate::time::Span;

use super::{QUIET, Talk, after};
use crate::verdict::Fact;
use crate::verdict::evidence::{Evidence, STANDS_OUT};

/// Hardly an answer takes longer to be said.
const STREAM: Span = Span::from_secs(1);

/// Had the server spoken by itself, for all that can be seen, when the client said its last: after a silence, upon which the client spoke at once,
/// or on and on? A slow answer looks the same, before another question.
pub(in crate::verdict) fn server_may_have_asked(evidence: &Evidence<'_>) -> bool {
    // What the server still said answers.
    let waits = evidence.talk == Talk::Awaiting && after::said_after(evidence) != Some(Side::Server);
    let unread = waits && evidence.exchange.protocol_name().is_none();
    let Some((said, asked)) = evidence.exchange.turn.zip(evidence.exchange.turn_before).filter(|_| unread)
    else {
        return false;
    };
    if evidence.close.side(said.by) != Side::Client {
        return false;
    }
    let before = |end, until| {
        let spoke = move |recent: &&Recent| recent.by == end && recent.len > 0 && recent.ts < until;
        evidence.close.recent.iter().filter(spoke).map(|recent| recent.ts).next_back()
    };
    let pause = before(said.by, asked.start).map(|last| asked.start.since(last));
    let Some(last) = before(asked.by, said.start) else { return false };
    let answered_in = said.start.since(last);
    let upon = pause.is_some_and(|pause| pause >= QUIET && answered_in.times(STANDS_OUT) <= pause);
    upon || last.since(asked.start) >= STREAM
}

/// What speaks for that.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let asked = evidence.exchange.turn_before.filter(|_| server_may_have_asked(evidence))?;
    Some(Fact::at(
        asked.frame,
        "the server spoke by itself, as it seems, before the client said its last: that may be its answer",
    ))
}

/// What to do where `side` ended it behind that.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>, side: Side) -> Option<String> {
    server_may_have_asked(evidence).then(|| {
        format!("The {side} ended the connection behind a message of the client's that may itself have been an answer, to what the server had said unasked. If it was, nothing was owed: ask the {side}'s own log why it ended. If it asked for something, that was lost.")
    })
}

#[cfg(test)]
mod tests {
    use crate::verdict::example::verdict;
    use crate::verdict::{Confidence, Harm};

    fn told(talk: &str, end: &str) -> (Option<(&'static str, Confidence)>, Option<Harm>) {
        let told = verdict(&format!("A > B S\nB > A S.\nA > B .\n{talk}{end}"));
        (told.cause.map(|found| (found.rule.name, found.confidence)), told.harm)
    }

    /// A controller asks its switch, and a shell that was called back what it runs on.
    #[test]
    fn what_follows_a_servers_own_words_may_answer_them() {
        let round = |pause: &str, think: &str| {
            format!("{pause} B > A P. len 20\nA > B .\n{think} A > B P. len 60\nB > A .\n")
        };
        let asks = format!("A > B P. len 30\n{}", round("+2", "+0.001").repeat(3));
        assert_eq!(told(&asks, "+0.1 B > A R."), (Some(("no_response", Confidence::Possible)), None));
        assert_eq!(told(&asks, "+0.1 A > B R."), (Some(("client_abort", Confidence::Possible)), None));
        // Who thinks about what it was told asks.
        let answers = format!("A > B P. len 30\n{}", round("+0.001", "+2").repeat(3));
        let harmful = Some(Harm::Harmful);
        assert_eq!(told(&answers, "+0.1 B > A R."), (Some(("no_response", Confidence::Likely)), harmful));
        assert_eq!(told(&answers, "+1.1 A > B R."), (Some(("client_abort", Confidence::Likely)), harmful));
    }

    /// What is said to somebody who sends on and on may tell him to stop.
    #[test]
    fn what_is_said_into_a_stream_may_want_no_answer() {
        let data = "+0.08 B > A P. len 1400\nA > B .\n";
        let stop =
            |times: usize| format!("A > B P. len 18\n{}A > B P. len 18\nB > A .\n", data.repeat(times));
        assert_eq!(told(&stop(14), "+1.1 A > B R."), (Some(("client_abort", Confidence::Possible)), None));
        let (found, harm) = told(&stop(2), "+1.1 A > B R.");
        assert_eq!((found, harm), (Some(("client_abort", Confidence::Likely)), Some(Harm::Harmful)));
    }
}
