//! How a connection ended, by what took effect and not by what was merely sent.

pub(super) mod answered_close;
pub(super) mod arrived;
pub(super) mod challenged;
pub(super) mod gave_up;
pub(super) mod half_close;
pub(super) mod long_segments;
pub(super) mod multipath;
pub(super) mod never_taken;
pub(super) mod outage;
pub(super) mod probes;
pub(super) mod queued;
pub(super) mod shut_window;
pub(super) mod silence;
pub(super) mod simultaneous;
pub(super) mod together;
pub(super) mod undelivered;
pub(super) mod unseen;

use crate::decode::SeqNumber;
use crate::flow::{Acceptance, Both, Close, Coverage, End, Fin, Half, Marks, Passage, Recent, Reset, Side};
use crate::time::Span;

use super::evidence::{Evidence, accepted_for_certain};
use super::talk;
use super::who::forgery::{UNDER_WAY, is_foreign_fin};
use super::who::shape::acknowledges;

/// The longest that is a goodbye: those of TLS take some 30 bytes, with HTTP/2's GOAWAY in it some 60.
const LAST_WORD: i32 = 64;

/// How it ended; the record's `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum How {
    /// By FIN of both sides, or of one and nothing contradicted it.
    Fin,
    /// A FIN, then a RST that took effect, or a RST after both FINs that lost data.
    FinThenReset,
    /// A RST that took effect, no FIN before it.
    Reset,
    /// A RST answered the SYN.
    Refused,
    /// A SYN and nothing but silence or ICMP.
    Unanswered,
    /// Repetitions of data, FIN or probes that nobody answered.
    Silent,
    /// Alive when the watching ended.
    Open,
}

impl How {
    /// Every one, in the order of the summary.
    pub const ALL: &'static [Self] = &[
        Self::Reset,
        Self::FinThenReset,
        Self::Refused,
        Self::Unanswered,
        Self::Silent,
        Self::Fin,
        Self::Open,
    ];

    /// The word for it in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fin => "fin",
            Self::FinThenReset => "fin_then_reset",
            Self::Reset => "reset",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Silent => "silent",
            Self::Open => "open",
        }
    }

    /// Did a RST end it?
    #[must_use]
    pub const fn by_rst(self) -> bool {
        matches!(self, Self::FinThenReset | Self::Reset | Self::Refused)
    }
}

/// As many repetitions without an answer are silence; one may still be on its way.
const SILENT_AFTER: u8 = 2;
/// If no more then for as long: the shortest time after which Linux repeats itself (200 ms, `TCP_RTO_MIN`), twice.
const SILENCE: Span = Span::from_millis(400);

/// How `close` ended.
#[must_use]
pub(super) fn how(close: &Close, fins: Fins<'_>) -> How {
    if let Some(reset) = &close.reset {
        return by_reset(close, reset, fins);
    }
    let (client, server) = (close.half(Side::Client), close.half(Side::Server));
    match (fins.client.is_some(), fins.server.is_some()) {
        (true, true) if !is_unheard(close) => How::Fin,
        _ if is_unanswered(close, client, server) || is_unanswered(close, server, client) => How::Unanswered,
        _ if close.coverage == Coverage::Whole && is_silent(close) => How::Silent,
        (false, false) => How::Open,
        _ => How::Fin,
    }
}

fn by_reset(close: &Close, reset: &Reset, fins: Fins<'_>) -> How {
    if reset.acceptance == Acceptance::AnswersSyn {
        return How::Refused;
    }
    if is_rejected_syn_unseen(reset) {
        return How::Refused;
    }
    let closed = |side| fins.of_side(side).is_some() || both_but_one_unseen(close, fins, side);
    match [Side::Client, Side::Server].map(closed) {
        [false, false] => How::Reset,
        [true, true] if !lost_data(close, &reset.before) => How::Fin,
        _ => How::FinThenReset,
    }
}

/// May what came after the first FIN, and was refused, have been a goodbye (of TLS for one) that a snaplen, or a hole before it, kept from
/// being known as such?
pub(super) fn may_be_goodbye(evidence: &Evidence<'_>) -> bool {
    let (close, fins) = (evidence.close, evidence.fins);
    let first = fins.client.into_iter().chain(fins.server).min_by_key(|fin| fin.serial);
    let (Some(fin), Some(reset)) = (first, &close.reset) else { return false };
    let by = reset.by.peer();
    let me = reset.before.at(by);
    let unread = match close.exchange.tls() {
        Some(tls) => tls.is_blind(by) || me.marks.has(Marks::HOLE),
        None => close.exchange.protocol_name().is_none() && me.marks.has(Marks::CUT),
    };
    // By its number the FIN tells how much its sender had had before, whatever is still known of the segments.
    let said = me.snd_nxt.minus(u32::from(me.has_fin())).offset_from(fin.ack);
    unread && (1..=LAST_WORD).contains(&said) && evidence.how == How::FinThenReset
}

/// A lone RST+ACK with sequence number 0 answers a SYN that the capture does not hold (RFC 9293 §3.5.2).
fn is_rejected_syn_unseen(reset: &Reset) -> bool {
    let nothing_before = !reset.before.at(reset.by).seen() && !reset.before.at(reset.by.peer()).seen();
    nothing_before && reset.rst.flags.ack() && reset.rst.seq.0 == 0
}

/// May this side have closed too, unseen, after or before the other, which did?
fn both_but_one_unseen(close: &Close, fins: Fins<'_>, side: Side) -> bool {
    fins.of_side(side.peer()).is_some() && closed_unseen(close, side)
}

/// May this side have sent a FIN that the capture does not hold, before any RST?
pub(super) fn closed_unseen(close: &Close, side: Side) -> bool {
    close.half_before(side).may_have_closed_unseen(close.half_before(side.peer()))
}

/// Does the capture miss the end of what this side had said before any RST, and perhaps its FIN with it?
pub(super) fn end_unseen(close: &Close, side: Side) -> bool {
    close.half_before(side).misses_its_end(close.half_before(side.peer()))
}

/// Before the RST, had a side sent something that the other never acknowledged? FINs and the alerts that go with them apart:
/// nobody misses those.
pub(super) fn lost_data(close: &Close, halves: &Both<Half>) -> bool {
    // What the capture misses of a side may have acknowledged it.
    let told = |end: End| !halves.at(end.peer()).marks.has(Marks::GAP);
    let lost = |end| unacked(halves.at(end), halves.at(end.peer())) > close.exchange.trailing_own_bytes(end);
    [End::Low, End::High].into_iter().any(|end| told(end) && lost(end))
}

/// What the RST of a side's live socket acknowledges, if that ended the connection: its kernel had received all that.
pub(super) fn acknowledged_by_rst(close: &Close, side: Side) -> Option<SeqNumber> {
    let reset = close.reset.as_deref().filter(|reset| close.side(reset.by) == side)?;
    (acknowledges(reset) && reset.acceptance == Acceptance::Exact).then_some(reset.rst.ack)
}

/// Payload bytes of `half` that `peer` has not acknowledged.
pub(super) fn unacked(half: &Half, peer: &Half) -> u32 {
    let end =
        if half.has_fin() && half.snd_nxt == half.fin_end { half.snd_nxt.minus(1) } else { half.snd_nxt };
    let known = half.has_data() && peer.marks.has(Marks::ACKED);
    if known { u32::try_from(end.offset_from(peer.rcv_nxt)).unwrap_or(0) } else { u32::from(half.has_data()) }
}

/// The first FIN of a side, if it was that side's and came before the RST that ended the connection.
pub(super) fn first_fin(close: &Close, side: Side) -> Option<&Fin> {
    let fin = close.fins.at(close.end(side)).as_ref()?;
    let came_first = |reset: &Reset| reset.before.at(close.end(side)).has_fin();
    let before = close.reset.as_ref().is_none_or(|reset| {
        came_first(reset) || reset.by == close.end(side) && has_overtaken(close, reset, fin)
    });
    let own = before && !is_disowned(close, side, fin) && !is_ahead(close, side, fin);
    (own && !never_arrived(close, side)).then_some(fin)
}

/// Had a host closed when what its RST answers came to it, and did that RST overtake its FIN on the way? It has the number of the FIN, which
/// had crossed what it refuses: neither acknowledges the other.
fn has_overtaken(close: &Close, reset: &Reset, fin: &Fin) -> bool {
    let way = close.rtt.unwrap_or(Span::ZERO).max(UNDER_WAY);
    let soon = fin.serial > reset.serial && fin.ts.since(reset.rst.ts) <= way;
    let crossed = |prompt: Recent| prompt.len > 0 && !fin.ack.after(prompt.seq);
    soon && !reset.rst.flags.ack() && reset.rst.seq == fin.end.minus(1) && reset.prompt.is_some_and(crossed)
}

/// The first FIN of each side, if it was that side's and came at or before the end: rules ask for it again and again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fins<'a> {
    client: Option<&'a Fin>,
    server: Option<&'a Fin>,
}

impl<'a> Fins<'a> {
    pub(super) fn of(close: &'a Close) -> Self {
        let [client, server] = [Side::Client, Side::Server].map(|side| first_fin(close, side));
        Self { client, server }
    }

    /// Have both sides sent one?
    pub(super) const fn of_both(self) -> bool {
        self.client.is_some() && self.server.is_some()
    }

    pub(super) const fn of_side(self, side: Side) -> Option<&'a Fin> {
        match side {
            Side::Client => self.client,
            Side::Server => self.server,
        }
    }
}

/// Did a side's FIN lie behind data that never arrived, as the other goes on to say? It read no end, whoever closed first.
pub(super) fn never_arrived(close: &Close, side: Side) -> bool {
    let (half, peer) = (close.half(side), close.half(side.peer()));
    if !half.marks.has(Marks::HOLE) {
        return false;
    }
    let waits = peer.marks.has(Marks::ACKED) && !peer.rcv_nxt.after(half.hole_start);
    // From where the capture was made to the other and back.
    let way = (*close.legs.at(close.end(side.peer()))).map_or(talk::REPEATED, |leg| leg.shortest);
    let heard = |fin: &Fin| fin.end.after(half.hole_end) && peer.last_seen.since(fin.ts) >= way;
    waits && close.fins.at(close.end(side)).as_ref().is_some_and(heard)
}

/// Had both closed, and did one repeat its data, not only its FIN or a goodbye, without an answer to the end? What it said only when the other
/// had closed may be a goodbye, or what nobody wants any more, unless it is all that it ever said.
fn is_unheard(close: &Close) -> bool {
    let vain = |side: Side| {
        let (half, peer, end) = (close.half(side), close.half(side.peer()), close.end(side));
        let closed = close.fins.at(end.peer()).map_or(0, |fin| fin.serial);
        let lost = unacked(half, peer) > close.exchange.trailing_own_bytes(end);
        let before = || copies_of_last(close, side).next().is_some_and(|copy| copy.serial < closed);
        let first_words = half.marks.has(Marks::SYN) && !peer.rcv_nxt.after(half.iss.plus(1));
        lost && repeats_in_vain(close, side) && (first_words || before())
    };
    close.coverage == Coverage::Whole && [Side::Client, Side::Server].into_iter().any(vain)
}

/// Did the side send another FIN later, which lies before this one? Then nobody ever got as far as this one.
fn is_ahead(close: &Close, side: Side, fin: &Fin) -> bool {
    close.half(side).fin_end.before(fin.end)
}

/// The first FIN with a side's address, if somebody else sent it: that side did not, and it is no frame that was damaged on its way into the
/// capture.
pub(super) fn disowned_fin(close: &Close, side: Side) -> Option<&Fin> {
    close.fins.at(close.end(side)).as_ref().filter(|fin| !fin.damaged && is_disowned(close, side, fin))
}

/// Can a side not have sent that FIN? A place nearer to it never had that, it bears none of that side's marks, or that said more later,
/// beyond its own end (RFC 9293 §3.6: after a FIN nothing new is sent). Where it had taken the other side's FIN too, or that is not known,
/// that may be another connection between the same ports.
fn is_disowned(close: &Close, side: Side, fin: &Fin) -> bool {
    let half = close.half(side);
    let went_on = half.snd_nxt.after(fin.end) && half.last_data > fin.ts;
    let over = || {
        let other = close.fins.at(close.end(side.peer()));
        other.as_ref().is_some_and(|fin| !fin.end.after(half.rcv_nxt))
    };
    let never_left = *close.elsewhere.fins.at(close.end(side)) == Passage::NeverLeft;
    never_left || went_on && close.both_seen() && !over() || is_foreign_fin(close, fin)
}

/// Who sent the first FIN at or before the end.
pub(super) fn fin_by(close: &Close, fins: Fins<'_>) -> Option<Side> {
    match (fins.client, fins.server) {
        (Some(client), Some(server)) if swapped(close, Side::Client, client, server) => Some(Side::Client),
        (Some(client), Some(server)) if swapped(close, Side::Server, server, client) => Some(Side::Server),
        (Some(client), Some(server)) if server.serial < client.serial => Some(Side::Server),
        (Some(_), _) => Some(Side::Client),
        (None, Some(_)) => Some(Side::Server),
        (None, None) => None,
    }
}

/// Does the FIN of the other acknowledge that of `side`, although a capture that is not in the order of the wire has it first?
fn swapped(close: &Close, side: Side, fin: &Fin, other: &Fin) -> bool {
    let out_of_order = close.half(side).marks.has(Marks::SWAPPED);
    out_of_order && other.serial < fin.serial && !other.ack.before(fin.end)
}

/// A SYN, and the other side never spoke.
fn is_unanswered(close: &Close, client: &Half, other: &Half) -> bool {
    // A client that waits for its SYN+ACK believes no RST that does not acknowledge its SYN (RFC 9293 §3.10.7.3).
    let only_resets = other.packets <= u64::from(close.ignored_resets) && !other.marks.has(Marks::SYN);
    (!other.seen() || only_resets)
        && client.marks.has(Marks::SYN)
        && !client.marks.has(Marks::SYN_ACK)
        && !client.marks.has(Marks::ACKED)
}

/// Both sides were heard once, and one of them repeated itself to the end without an answer.
fn is_silent(close: &Close) -> bool {
    close.both_seen() && [Side::Client, Side::Server].into_iter().any(|side| repeats_in_vain(close, side))
}

fn repeats_in_vain(close: &Close, side: Side) -> bool {
    let times = *close.unanswered.at(close.end(side));
    if times < SILENT_AFTER {
        return false;
    }
    let took = repeated_for(close, side);
    // What comes again sooner was sent once, and captured several times.
    let captured_again = took.is_some_and(|took| took < talk::REPEATED);
    times > SILENT_AFTER && !captured_again
        || times == SILENT_AFTER && took.is_some_and(|took| took >= SILENCE)
}

/// How long a side has said the same, as far as that is kept; a clock that steps back does not tell.
fn repeated_for(close: &Close, side: Side) -> Option<Span> {
    let first = copies_of_last(close, side).next()?;
    let last = copies_of_last(close, side).next_back()?;
    (first.ts <= last.ts).then(|| last.ts.since(first.ts))
}

/// What a side said last, and all that said the same before, as far as that is kept.
pub(super) fn copies_of_last(close: &Close, side: Side) -> impl DoubleEndedIterator<Item = &Recent> {
    let mine = move || close.recent.iter().filter(move |recent| recent.by == close.end(side));
    // A FIN has the number of the acknowledgements before it.
    let says = |recent: &Recent| (recent.seq, recent.len, recent.flags.fin());
    let last = mine().next_back().map(says);
    mine().filter(move |recent| last == Some(says(recent)))
}

/// The side that repeated itself into the silence.
pub(super) fn unanswered_side(close: &Close) -> Option<Side> {
    [Side::Client, Side::Server].into_iter().max_by_key(|&side| *close.unanswered.at(close.end(side)))
}

/// Did the RST take effect for certain, as far as numbers tell?
pub(super) fn is_certain(close: &Close) -> bool {
    close.reset.as_deref().is_some_and(accepted_for_certain)
}
