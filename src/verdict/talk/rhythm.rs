//! How the two take turns where nobody reads what they say: a client that says one thing after another waits for no answer, one that had
//! an answer to everything and then waits in vain does.

use crate::flow::{Offers, Side};
use crate::time::Span;

use super::tls;
use super::{QUIET, after};
use crate::verdict::How;
use crate::verdict::evidence::{Evidence, Talk};
use crate::verdict::talk;

/// A message is smaller than a segment of anything long: what every host can take (RFC 9293 §3.7.1).
const MESSAGE: u32 = 536;
/// As many messages in a row wait for no answer; a request may come as head and body.
const ROW: u32 = 3;
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
    let mut acknowledged = false;
    // What is said after the server's FIN is no message that this left unanswered.
    let fin = evidence.fin(Side::Server).map_or(u64::MAX, |fin| fin.serial);
    for recent in evidence.close.recent.iter().filter(|recent| !recent.flags.rst() && recent.serial < fin) {
        if recent.by != turn.by {
            acknowledged |= recent.flags.ack() && !recent.ack.before(end);
        } else if recent.len > 0 && recent.seq_end().after(end) {
            let again = end != turn.seq;
            row += u32::from(again && acknowledged && recent.len < MESSAGE);
            if again && recent.ts.since(last) > QUIET {
                return true;
            }
            (end, last, acknowledged) = (recent.seq_end(), recent.ts, false);
        }
    }
    is_one_way(evidence) || row >= ROW && !waited(evidence, last.since(turn.start))
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
