//! How the two take turns where nobody reads what they say: a client that says one thing after another waits for no answer, one that had
//! an answer to everything and then waits in vain does.

use crate::flow::{Offers, Recent, Side, Turn};
use crate::time::Span;

use super::tls;
use super::{AT_ONCE, QUIET, after};
use crate::verdict::How;
use crate::verdict::evidence::{Evidence, Talk};
use crate::verdict::talk;

/// A message is smaller than a segment of anything long: what every host can take (RFC 9293 §3.7.1).
const MESSAGE: u32 = 536;
/// As many messages in a row wait for no answer; a request may come as head and body.
const ROW: u32 = 3;
/// What happens by chance once does not twice.
const OFTEN: usize = 2;
/// But those that took less than a part like this of the silence behind them were one request in pieces.
const IN_ONE_GO: u64 = 10;
/// Programs that report something close right behind it; who waits for an answer gives up after seconds.
const PATIENT: Span = Span::from_secs(1);
/// A message, its answer, and the next message.
const ANSWERED_BEFORE: u32 = 3;

/// More than any window that is not scaled (RFC 9293 §3.1): who takes that in reads as it comes.
const STREAM: u64 = 1 << 16;

/// Did the client alone speak, and so much that it can be no question: a stream to somebody who only reads?
fn is_one_way(evidence: &Evidence<'_>) -> bool {
    let silent = !evidence.close.half_before(Side::Server).has_data();
    silent && evidence.how == How::Fin && evidence.exchange.turn.is_some_and(|turn| turn.bytes > STREAM)
}

/// Did the client say one thing after another, without an answer or waiting for one (a log, measurements): something more after a
/// pause, or several small messages, each acknowledged before the next, or a stream?
pub(in crate::verdict) fn talks_on(evidence: &Evidence<'_>) -> bool {
    let Some(turn) = evidence.exchange.turn else { return false };
    let (mut end, mut last, mut row) = (turn.seq, turn.start, 1);
    let (mut length, mut acknowledged) = (0, false);
    // What is said after the server's FIN is no message that this left unanswered.
    let fin = evidence.fin(Side::Server).map_or(u64::MAX, |fin| fin.serial);
    // Behind its turn lies what TLS says for itself.
    let all = u32::try_from(turn.bytes).map_or(u32::MAX >> 1, |bytes| bytes.min(u32::MAX >> 1));
    let own =
        |recent: &&Recent| recent.by == turn.by && recent.len > 0 && !recent.seq.before(turn.seq.plus(all));
    let before = evidence.close.recent.iter().filter(|recent| !recent.flags.rst() && recent.serial < fin);
    for recent in before.filter(|recent| !own(recent)) {
        if recent.by != turn.by {
            acknowledged |= recent.flags.ack() && !recent.ack.before(end);
        } else if recent.len > 0 && recent.seq_end().after(end) {
            let again = end != turn.seq;
            // Pieces of one thing come together, and the last is another length.
            let alike = recent.len == length && recent.ts.since(last) >= AT_ONCE;
            row += u32::from(again && (acknowledged || alike) && recent.len < MESSAGE);
            if again && recent.ts.since(last) > QUIET {
                return true;
            }
            (end, last, length, acknowledged) = (recent.seq_end(), recent.ts, recent.len, false);
        }
    }
    is_one_way(evidence) || row >= ROW && !waited(evidence, last.since(turn.start))
}

/// Did what the client says last want no answer whenever it said as much before? The server took it and said nothing, and the client went on by
/// itself: it confirms something, or keeps the connection alive.
pub(in crate::verdict) fn wanted_no_answer(evidence: &Evidence<'_>, said: Turn) -> bool {
    let alike = alike(evidence, said).unwrap_or_default();
    let mut taken = alike.iter().filter(|went_on| went_on.taken);
    taken.clone().count() >= OFTEN || taken.any(|went_on| went_on.pause > QUIET)
}

/// The same where the client may have gone on before the server had taken that: a part of something longer looks alike.
pub(in crate::verdict) fn may_want_no_answer(evidence: &Evidence<'_>) -> bool {
    let said = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client);
    let unread = !talk::is_known(evidence);
    unread && said.is_some_and(|said| alike(evidence, said).is_some())
}

/// Did the client leave behind such a message, which may not have arrived?
pub(in crate::verdict) fn left_behind_such(evidence: &Evidence<'_>) -> bool {
    let left = evidence.ended_by() == Some(Side::Client) && may_want_no_answer(evidence);
    left && (evidence.talk == Talk::Awaiting || evidence.lost_data())
}

/// How somebody went on behind a message that nobody answered.
#[derive(Clone, Copy)]
struct WentOn {
    pause: Span,
    /// The message had been acknowledged by then.
    taken: bool,
}

/// What came behind each earlier message as long as this one, if there were any and none was answered.
fn alike(evidence: &Evidence<'_>, said: Turn) -> Option<Vec<WentOn>> {
    let recent = &evidence.close.recent;
    let alike =
        |one: &Recent| one.by == said.by && u64::from(one.len) == said.bytes && one.seq.before(said.seq);
    let earlier = recent.iter().enumerate().filter(|(_, one)| alike(one));
    let went_on: Option<Vec<WentOn>> =
        earlier.map(|(at, one)| went_on_after(recent.get(at + 1..)?, one)).collect();
    went_on.filter(|went_on| !went_on.is_empty())
}

/// How the sender of `one` went on behind it, if nobody said anything in between.
fn went_on_after(later: &[Recent], one: &Recent) -> Option<WentOn> {
    let speech =
        |recent: &Recent| recent.len > 0 && (recent.by != one.by || recent.seq_end().after(one.seq_end()));
    let next = later.iter().position(speech)?;
    let acknowledges =
        |recent: &Recent| recent.by != one.by && recent.flags.ack() && !recent.ack.before(one.seq_end());
    let (before, next) = (later.get(..next)?, later.get(next)?);
    let taken = before.iter().any(acknowledges);
    (next.by == one.by).then(|| WentOn { pause: next.ts.since(one.ts), taken })
}

/// Did the server say one small message after another by itself, each acknowledged before the next: news, a feed? Then it may have had more to
/// say, however long it had been silent.
pub(in crate::verdict) fn server_reports(evidence: &Evidence<'_>) -> bool {
    let mut said: Option<(&Recent, bool)> = None;
    let mut row = 1;
    for recent in evidence.close.recent.iter().filter(|recent| !recent.flags.rst()) {
        match said {
            Some((last, taken)) if recent.by == last.by && recent.len > 0 => {
                let new = recent.seq_end().after(last.seq_end());
                row += u32::from(new && taken && recent.len < MESSAGE);
                said = Some((recent, taken && !new));
            }
            Some(_) if recent.by == evidence.close.client && recent.len > 0 => said = None,
            Some((last, _)) if recent.by == evidence.close.client && recent.flags.ack() => {
                said = Some((last, !recent.ack.before(last.seq_end())));
            }
            None if recent.by != evidence.close.client && recent.len > 0 => {
                (said, row) = (Some((recent, false)), 1);
            }
            _ => {}
        }
    }
    said.is_some() && row >= ROW
}

/// Did the client say it all in one go, and then wait? A request may come in several pieces.
fn waited(evidence: &Evidence<'_>, said_in: Span) -> bool {
    evidence.idle_before.is_some_and(|idle| idle >= QUIET && said_in.as_nanos() < idle.as_nanos() / IN_ONE_GO)
}

/// Did the client say something, wait and close, and not get another word? Of a protocol that nobody reads its earlier messages had to be
/// answered; who speaks HTTP always waits for an answer, be it in TLS, or with a head that the capture cut.
pub(in crate::verdict) fn left_waiting(evidence: &Evidence<'_>) -> bool {
    let exchange = evidence.exchange;
    let left = evidence.how == How::Fin && evidence.closer == Some(Side::Client);
    let waited = evidence.idle_before.is_some_and(|idle| idle >= PATIENT);
    let vain = evidence.talk == Talk::Awaiting && after::said_after(evidence) != Some(Side::Server);
    let unread = !talk::is_known(evidence) && exchange.upgraded().is_none();
    let web = tls::offers(evidence) != Offers::NoHttp || exchange.http().is_some();
    let rhythm = exchange.turns >= ANSWERED_BEFORE && !talks_on(evidence);
    let all_seen = evidence.close.gaps == 0 && evidence.close.both_seen();
    left && waited && vain && unread && all_seen && (web || rhythm)
}

#[cfg(test)]
mod tests {
    use crate::verdict::example::{cause, verdict};
    use crate::verdict::{Confidence, Harm};

    /// A client that confirms each answer by a message of its own, which has none, is owed nothing when it leaves behind one.
    #[test]
    fn what_never_had_an_answer_waits_for_none() {
        let round = |confirms: &str| {
            format!("+1 A > B P. len 106\nB > A P. len 66\nA > B P. {confirms}\n+0.1 B > A .\n")
        };
        let left = |rounds: &[&str]| {
            let talk: String = rounds.iter().map(|confirms| round(confirms)).collect();
            verdict(&format!("A > B S\nB > A S.\nA > B .\n{talk}A > B R."))
        };
        let told = left(&["len 7", "len 7", "len 7"]);
        assert_eq!(cause(&told).0, Some("aborted_by_application"), "{:?}", told.evidence);
        assert_ne!(told.harm, Some(Harm::Harmful));
        let says = "the client's message (7 bytes) wanted no answer";
        assert!(told.evidence.iter().any(|fact| fact.fact.starts_with(says)), "{:?}", told.evidence);
        // Who went on at once may have said one thing in two pieces.
        let pieces = "+1 A > B P. len 7\nA > B P. len 99\nB > A P. len 66\n";
        let told = verdict(&format!("A > B S\nB > A S.\nA > B .\n{pieces}{pieces}A > B P. len 7\nA > B R."));
        let found = told.cause.map(|found| (found.rule.name, found.confidence));
        assert_eq!(found, Some(("client_abort", Confidence::Possible)), "{:?}", told.evidence);
        assert_eq!(told.harm, None);
        // Nobody knows what one of another length wants.
        let told = left(&["len 7", "len 7", "len 9"]);
        let found = told.cause.map(|found| (found.rule.name, found.confidence));
        assert_eq!(found, Some(("client_abort", Confidence::Likely)), "{:?}", told.evidence);
    }

    /// What had an answer once has one again.
    #[test]
    fn what_was_answered_is_owed_an_answer() {
        let asked = "+1 A > B P. len 20\n+0.1 B > A .\n";
        let told = verdict(&format!(
            "A > B S\nB > A S.\nA > B .\n{asked}B > A P. len 30\n{asked}{asked}B > A P. len 30\n{asked}A > B R."
        ));
        assert_eq!(cause(&told).0, Some("client_abort"), "{:?}", told.evidence);
    }
}
