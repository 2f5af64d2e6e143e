//! For how long nothing had been said when the end began, and which last words broke that silence after all.

use crate::decode::{Flags, SeqNumber};
use crate::flow::{Close, End, Offers, Recent, Reset, Side};
use crate::time::{Span, Timestamp};

use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence};
use crate::verdict::talk::tls::offers;
use crate::verdict::talk::{self, after_goodbye, farewell};

/// A host that goes without a goodbye (a crash, a failover) is not back, or replaced, in less.
const RESTART: Span = Span::from_secs(1);

/// From the last thing that either side said to the end, or to the moment when whoever ended it announced that.
pub(in crate::verdict) fn idle_before(evidence: &Evidence<'_>) -> Option<Span> {
    let since = since_last_said(evidence)?;
    let end = until_end(evidence)?.1;
    let announced = evidence.exchange.http2().and_then(|http2| *http2.leaves_at.at(end.by));
    let announced = announced.or_else(|| said_goodbye_at(evidence, end));
    let grace = announced.map_or(Span::ZERO, |at| end.ts.since(at));
    Some(if grace < since { Span::from_nanos(since.as_nanos() - grace.as_nanos()) } else { since })
}

/// When a server that closes had said TLS's goodbye.
fn said_goodbye_at(evidence: &Evidence<'_>, end: &Recent) -> Option<Timestamp> {
    let server = evidence.close.side(end.by) == Side::Server;
    let bye = after_goodbye::of_server(evidence.close, evidence.exchange).filter(|_| server);
    // It comes with the close, or else it was a short answer.
    bye.filter(|bye| end.flags.fin() && end.ts.since(bye.ts) < talk::QUIET).map(|bye| bye.ts)
}

/// From the last thing that either side said to the first of: a FIN, the RST, the data that the RST answers. A message that
/// was still on its way when the end began broke no silence, and neither does saying the same again.
pub(in crate::verdict) fn since_last_said(evidence: &Evidence<'_>) -> Option<Span> {
    let (earlier, end) = until_end(evidence)?;
    if let Some(last) = last_word_of_http2(evidence).filter(|&last| last < end.ts) {
        return Some(end.ts.since(last));
    }
    let crossed = evidence.exchange.turn.filter(|_| evidence.request_crossed);
    let unheard =
        |recent: &Recent| crossed.is_some_and(|turn| recent.by == turn.by && !recent.seq.before(turn.seq));
    let said = |&(at, recent): &(usize, &Recent)| {
        (is_speech(recent) || ends_handshake(evidence.close, recent))
            && !unheard(recent)
            && !is_last_word(evidence, earlier, recent)
            && !repeats(earlier.get(..at).unwrap_or_default(), recent, end.by)
    };
    let (_, before) = earlier.iter().enumerate().rev().find(said)?;
    Some(end.ts.since(before.ts))
}

/// Who said a last word during that silence (QUIT and its like, an alert, why a server ends the session), and how long before the end.
pub(in crate::verdict) fn last_word(evidence: &Evidence<'_>) -> Option<(Side, Span)> {
    let (earlier, end) = until_end(evidence)?;
    let last = earlier.iter().rev().find(|recent| is_speech(recent))?;
    let pause = end.ts.since(last.ts);
    let during = since_last_said(evidence).is_some_and(|since| pause < since);
    (during && is_last_word(evidence, earlier, last)).then(|| (evidence.close.side(last.by), pause))
}

/// The longest pause between two messages before the last one, as far back as segments are kept.
pub(in crate::verdict) fn longest_pause(evidence: &Evidence<'_>) -> Option<Span> {
    let end = end_serial(evidence)?;
    let kept = evidence.close.recent.iter();
    let said: Vec<&Recent> = kept.filter(|recent| recent.serial < end && is_speech(recent)).collect();
    said.iter().zip(said.iter().skip(1)).map(|(a, b)| b.ts.since(a.ts)).max()
}

/// The first segment that carried what `recent` carries, as far as segments are kept.
pub(in crate::verdict) fn first_copy<'a>(close: &'a Close, recent: &Recent) -> Option<&'a Recent> {
    let same = |other: &&Recent| {
        (other.by, other.seq) == (recent.by, recent.seq) && other.len > 0 && !other.flags.rst()
    };
    close.recent.iter().filter(|_| recent.len > 0).find(same)
}

/// What is kept from before the end began, and the segment with which it did.
fn until_end<'a>(evidence: &Evidence<'a>) -> Option<(&'a [Recent], &'a Recent)> {
    let (recent, end) = (&evidence.close.recent, end_serial(evidence)?);
    let at = recent.iter().position(|recent| recent.serial == end)?;
    Some((recent.get(..at)?, recent.get(at)?))
}

/// Had all of this been said before? Whoever ends the connection may have heard it only now, unless an earlier copy had been acknowledged.
fn repeats(earlier: &[Recent], recent: &Recent, ender: End) -> bool {
    let said = |other: &Recent| {
        other.by == recent.by
            && other.len > 0
            && !other.flags.rst()
            && !other.seq_end().before(recent.seq_end())
    };
    let heard =
        |other: &Recent| other.by == ender && other.flags.ack() && !other.ack.before(recent.seq_end());
    let Some(first) = earlier.iter().position(said).filter(|_| recent.len > 0) else { return false };
    recent.by == ender || earlier.iter().skip(first).any(heard)
}

/// Is it a goodbye, or a server's word that it ends the session? That breaks no silence.
fn is_last_word(evidence: &Evidence<'_>, earlier: &[Recent], recent: &Recent) -> bool {
    let farewell = evidence.exchange.fatal().filter(|fatal| !fatal.answers).map(|fatal| fatal.serial);
    let goodbye =
        || goodbye_of(evidence, earlier, recent.by).is_some_and(|begins| !recent.seq.before(begins));
    farewell == Some(recent.serial)
        || recent.len > 0 && (goodbye() || is_unasked_farewell(evidence, earlier, recent))
}

/// Did the server break a silence in which nobody had asked for anything, with a few words of TLS, and close upon them? A
/// database says so why it ends a session. Who speaks after such pauses anyway sends a stream.
fn is_unasked_farewell(evidence: &Evidence<'_>, earlier: &[Recent], recent: &Recent) -> bool {
    let fin = evidence.fin(Side::Server).filter(|_| evidence.closer == Some(Side::Server));
    let upon = fin.is_some_and(|fin| fin.ts.since(recent.ts) < talk::QUIET);
    let few = evidence.close.side(recent.by) == Side::Server && u64::from(recent.len) <= farewell::FAREWELL;
    let asked_before = evidence.exchange.turns >= 2 && evidence.exchange.tls().is_some();
    // A server of HTTP has answers of several parts, and hardly a word of its own.
    let goodbye = farewell::said_goodbye(evidence, Side::Server);
    let meant = goodbye || offers(evidence) == Offers::NoHttp;
    if !(upon && few && asked_before && meant) {
        return false;
    }
    let said = earlier.iter().take_while(|other| other.serial <= recent.serial);
    let said: Vec<&Recent> = said.filter(|other| is_speech(other)).collect();
    let pause = if goodbye { talk::QUIET } else { BRIEFEST_IDLE };
    let goes_on = |pair: &&[&Recent]| matches!(pair, [a, b] if a.by == b.by && b.ts.since(a.ts) >= pause);
    let last = said.windows(2).next_back().filter(goes_on);
    last.is_some_and(|pair| pair.iter().all(|one| one.by == recent.by))
        && said.windows(2).filter(goes_on).count() == 1
}

/// Where an end's goodbye begins, if that is the last of `earlier` that it said: segments of their own, one behind the other, as HTTP/2's
/// GOAWAY and TLS's close_notify are.
fn goodbye_of(evidence: &Evidence<'_>, earlier: &[Recent], by: End) -> Option<SeqNumber> {
    let mut left = evidence.exchange.trailing_own_bytes(by);
    let mut begins: Option<&Recent> = None;
    for recent in earlier.iter().rev().filter(|recent| recent.by == by && recent.len > 0) {
        // What goes round for long are no goodbyes, but pings.
        let in_one_go = begins.is_none_or(|next| next.ts.since(recent.ts) < talk::QUIET);
        if recent.len > left || !in_one_go {
            break;
        }
        (left, begins) = (left - recent.len, Some(recent));
    }
    begins.map(|recent| recent.seq)
}

/// When somebody last said something in HTTP/2, whose pings break no silence. Where that is after the end nobody knows what was before.
fn last_word_of_http2(evidence: &Evidence<'_>) -> Option<Timestamp> {
    let http2 = evidence.exchange.http2().filter(|http2| !http2.is_within_data())?;
    let heard = |end: End| !evidence.request_crossed || end != http2.client;
    [End::Low, End::High].into_iter().filter(|&end| heard(end)).filter_map(|end| *http2.said_at.at(end)).max()
}

/// With which segment the end began: a FIN, the RST, or the message that the RST answers.
fn end_serial(evidence: &Evidence<'_>) -> Option<u64> {
    let close = evidence.close;
    let fin = evidence.closer.and_then(|side| evidence.fin(side));
    let rst = evidence.reset().map(|reset| {
        let prompt = reset.prompt.filter(is_speech);
        prompt.map_or(reset.serial, |prompt| {
            first_copy(close, &prompt).map_or(prompt.serial, |first| first.serial)
        })
    });
    fin.map(|fin| fin.serial).or(rst)
}

/// Says something: payload, SYN, FIN; neither an acknowledgement nor a probe of one old byte.
pub(in crate::verdict) fn is_speech(recent: &Recent) -> bool {
    (recent.len > 1
        || recent.flags.syn()
        || recent.flags.fin()
        || (recent.len == 1 && recent.flags.has(Flags::PSH)))
        && !recent.flags.rst()
}

fn ends_handshake(close: &Close, recent: &Recent) -> bool {
    let from_client = recent.by == close.client;
    let server: End = close.client.peer();
    from_client
        && recent.seq_end() == close.halves.at(close.client).iss.plus(1)
        && recent.ack == close.halves.at(server).iss.plus(1)
}

/// How long before a RST its sender had spoken, if nothing restarts, or takes over an address, in that time.
pub(in crate::verdict) fn just_spoke(reset: &Reset) -> Option<Span> {
    let own = reset.before.at(reset.by);
    let silence = reset.rst.ts.since(own.last_seen);
    (own.seen() && silence < RESTART).then_some(silence)
}
