//! Every derived fact that a rule may use, each computed once.

use crate::context::Surroundings;
use crate::decode::IcmpError;
use crate::flow::{
    Acceptance, Close, Coverage, End, Exchange, Fin, Http, Marks, Recent, Reset, Side, Stream,
};
use crate::time::{Span, Timestamp};

use super::ending::simultaneous::{self, Second};
use super::ending::{half_close, silence};
pub(super) use super::talk::Talk;
use super::who::forgery;
use super::who::forgery::Doubt;
use super::who::shape;
pub(super) use super::who::shape::Shape;
use super::{Confidence, How, Seen, Sender, cap, ending, talk, who};

/// A shorter silence is no idle time.
pub(super) const BRIEFEST_IDLE: Span = Span::from_secs(1);
/// How many times as long as every pause before it an idle time has to be to stand out.
pub(super) const STANDS_OUT: u64 = 4;

/// What is known of one connection, ready to be judged.
#[expect(clippy::struct_excessive_bools, reason = "facts, each with its own meaning; none is a mode")]
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The connection.
    pub close: &'a Close,
    /// What other connections tell.
    pub surroundings: Surroundings,
    /// How it ended.
    pub how: How,
    /// Who sent the first FIN at or before the end.
    pub fin_by: Option<Side>,
    /// Whose FIN began the end: that one's, unless it was a half-close.
    pub closer: Option<Side>,
    /// Whose address the RST that took effect carries.
    pub rst_claimed: Option<Side>,
    /// Who sent it, as concluded.
    pub rst_by: Option<Sender>,
    /// How sure that is.
    pub rst_by_confidence: Option<Confidence>,
    /// Its shape.
    pub shape: Shape,
    /// Its numbers leave no doubt that it took effect.
    pub acceptance_certain: bool,
    /// The end of the other side, if that had ended it by itself as well before it could hear of this one.
    pub(super) second_end: Option<Second>,
    /// What speaks against the side whose address the RST carries.
    pub doubts: Vec<Doubt>,
    /// The server's FIN or RST was sent before the client's last message had reached it.
    pub request_crossed: bool,
    /// The first FINs that were their sides' own, at or before the end.
    pub(super) fins: ending::Fins<'a>,
    /// Both sides had sent a FIN before the end.
    pub both_fins: bool,
    /// What was owed at the FIN that began the end, or the RST.
    pub talk: Talk,
    /// The exchange at that time.
    pub exchange: &'a Exchange,
    /// TLS had begun and the client had not sent data yet.
    pub in_tls_handshake: bool,
    /// Silence before the first FIN, the RST, or the segment that it answers.
    pub idle_before: Option<Span>,
    /// The most that may be said.
    pub cap: Confidence,
}

impl<'a> Evidence<'a> {
    /// Derives it.
    #[must_use]
    pub fn of(close: &'a Close, surroundings: &Surroundings) -> Self {
        let fins = ending::Fins::of(close);
        let how = ending::how(close, fins);
        let reset = close.reset.as_deref().filter(|_| how.by_rst());
        let fin_by = ending::fin_by(close, fins);
        let closer = half_close::closer(close, fins);
        let at_fin = close.exchange_at_fin.as_ref().filter(|_| fin_by.is_some() && closer == fin_by);
        let exchange = at_fin.unwrap_or(&close.exchange);
        let mut evidence = Self {
            close,
            surroundings: *surroundings,
            how,
            fin_by,
            closer,
            rst_claimed: reset.map(|reset| close.side(reset.by)),
            rst_by: None,
            rst_by_confidence: None,
            shape: reset.map_or(Shape::Odd, Shape::of),
            acceptance_certain: reset.is_some() && ending::is_certain(close),
            second_end: None,
            doubts: Vec::new(),
            request_crossed: talk::crossed(close, exchange, closer),
            fins,
            both_fins: fins.of_both(),
            talk: Talk::Nothing,
            exchange,
            in_tls_handshake: in_tls_handshake(close, exchange),
            idle_before: None,
            cap: cap::cap(close, surroundings),
        };
        if reset.is_some_and(|reset| is_abort_without_flag(&evidence, reset)) {
            evidence.shape = Shape::Active;
        }
        evidence.idle_before = silence::idle_before(&evidence);
        evidence.talk = talk::talk(&evidence);
        // A host's other segments are what its RST is compared with.
        if !evidence.is_unheard() {
            evidence.doubts = forgery::doubts(&evidence);
        }
        (evidence.rst_by, evidence.rst_by_confidence) = who::weigh(&evidence).unzip();
        evidence.second_end = simultaneous::second(&evidence);
        // Where both abort, neither RST found a socket.
        if how.by_rst() && evidence.second_end.is_some_and(|second| second.aborted) {
            evidence.rst_by_confidence = evidence.rst_by_confidence.min(Some(Confidence::Likely));
        }
        evidence
    }

    /// Did it get beyond its SYN while only SYN, FIN and RST were captured? Then nobody knows what was said.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        self.close.coverage == Coverage::Ends && !matches!(self.how, How::Refused | How::Unanswered)
    }

    /// A FIN that the side whose address it carries did not send, and that side.
    #[must_use]
    pub fn forged_fin(&self) -> Option<(Side, Fin)> {
        let of = |side| Some((side, *ending::disowned_fin(self.close, side)?));
        [Side::Server, Side::Client].into_iter().find_map(of)
    }

    /// The RST that took effect.
    #[must_use]
    pub fn reset(&self) -> Option<&'a Reset> {
        self.close.reset.as_deref().filter(|_| self.how.by_rst())
    }

    /// The side that ended it: whose FIN began the end, or else who sent the RST.
    #[must_use]
    pub fn ended_by(&self) -> Option<Side> {
        match (self.closer, self.rst_by) {
            (Some(side), _) | (None, Some(Sender::Side(side))) => Some(side),
            _ => None,
        }
    }

    /// The request of HTTP/2 that was under way at the end, or that the server gave up with the connection.
    #[must_use]
    pub fn stream(&self) -> Option<&'a Stream> {
        self.exchange.http2()?.foremost().or_else(|| Some(&talk::given_up::of(self)?.stream))
    }

    /// The HTTP/1 exchange at the end.
    #[must_use]
    pub fn http(&self) -> Option<&'a Http> {
        self.exchange.http()
    }

    /// Was there payload, when the RST came, that nothing but the RST itself may have acknowledged?
    #[must_use]
    pub fn unacknowledged_before_rst(&self) -> bool {
        self.close.reset.as_ref().is_some_and(|reset| ending::lost_data(self.close, &reset.before))
    }

    /// Had payload been sent that the other side never acknowledged, not even by the RST of its live socket?
    #[must_use]
    pub fn lost_data(&self) -> bool {
        let halves = self.close.reset.as_ref().map_or(&self.close.halves, |reset| &reset.before);
        if ![End::Low, End::High].into_iter().any(|end| halves.at(end).has_data()) {
            return false;
        }
        let mut halves = *halves;
        for side in [Side::Client, Side::Server] {
            if let Some(ack) = ending::acknowledged_by_rst(self.close, side) {
                let half = halves.at_mut(self.close.end(side));
                half.rcv_nxt = half.rcv_nxt.furthest(ack);
            }
        }
        ending::lost_data(self.close, &halves)
    }

    /// Does the RST answer nothing but a TLS alert, or what HTTP/2 says of the connection, which nobody misses while that closes?
    #[must_use]
    pub fn answers_alert(&self) -> bool {
        let prompt = self.reset().and_then(|reset| reset.prompt);
        prompt.is_some_and(|prompt| self.is_own_last_word(&prompt))
    }

    /// Is this nothing but a TLS alert, or what HTTP/2 says of the connection, with which its sender said its last?
    #[must_use]
    pub fn is_own_last_word(&self, said: &Recent) -> bool {
        let own = self.close.exchange.trailing_own_bytes(said.by);
        let half = self.close.halves.at(said.by);
        let end = if half.has_fin() { half.fin_end.minus(1) } else { half.snd_nxt };
        said.len <= own && !said.seq.before(end.minus(own)) && own > 0
    }

    /// Does the RST answer a probe or an acknowledgement, and nothing that its sender had not acknowledged?
    #[must_use]
    pub fn answers_nothing_new(&self) -> bool {
        let Some(reset) = self.reset() else { return false };
        let had = reset.before.at(reset.by);
        let old = |prompt: Recent| !prompt.seq_end().after(had.rcv_nxt) && !prompt.flags.syn();
        had.marks.has(Marks::ACKED) && self.shape == Shape::Reply && reset.prompt.is_some_and(old)
    }

    /// Did this side abort what it had closed itself, although nothing had come in between?
    #[must_use]
    pub fn aborted_its_end(&self, side: Side) -> bool {
        let ends = self.fin(side).zip(self.reset());
        let unasked = ends.is_some_and(|(fin, reset)| reset.rst.ack == fin.ack);
        self.rst_by == Some(Sender::Side(side)) && self.shape == Shape::Active && unasked
    }

    /// Had what the RST answers been sent before, so that nobody answered the first copy?
    #[must_use]
    pub fn prompt_was_repeated(&self) -> bool {
        let Some(prompt) = self.reset().and_then(|reset| reset.prompt) else { return false };
        silence::first_copy(self.close, &prompt)
            .is_some_and(|first| prompt.ts.since(first.ts) >= talk::REPEATED)
    }

    /// Did the client send the last ACK of the handshake, as far as is known?
    #[must_use]
    pub fn handshake_done(&self) -> bool {
        self.close.half_before(Side::Client).marks.has(Marks::ACKED)
    }

    /// How long the client had waited for the SYN+ACK that its RST answers, or else for the first one: those before may have been lost.
    #[must_use]
    pub fn syn_ack_took(&self) -> Option<Span> {
        let refused = self.reset().and_then(|reset| reset.prompt).filter(|prompt| prompt.flags.syn());
        let first = self.close.legs.at(self.close.end(Side::Server)).map(|leg| leg.shortest);
        refused.map(|prompt| prompt.ts.since(self.close.start.ts)).or(first)
    }

    /// Did nothing happen for a while after the handshake?
    #[must_use]
    pub fn established_for_long(&self) -> bool {
        self.idle_before.is_some_and(|idle| idle > talk::QUIET)
    }

    /// Was an HTTP request still unanswered when what the RST answers was sent?
    #[must_use]
    pub fn asked_long_before(&self) -> bool {
        let prompt = self.reset().and_then(|reset| reset.prompt);
        let asked = self.exchange.turn.zip(prompt);
        let before = asked.is_some_and(|(turn, prompt)| turn.by == prompt.by && turn.seq.before(prompt.seq));
        before && self.talk == Talk::Awaiting && self.exchange.is_framed()
    }

    /// When it ended: the RST that took effect, or the last segment.
    #[must_use]
    pub fn end_time(&self) -> Timestamp {
        self.reset().map_or(self.close.last.ts, |reset| reset.rst.ts)
    }

    /// The first FIN of a side, at or before the end.
    #[must_use]
    pub fn fin(&self, side: Side) -> Option<Fin> {
        self.fins.of_side(side).copied()
    }

    /// The frame of the first FIN of a side.
    #[must_use]
    pub fn fin_frame(&self, side: Side) -> Option<u64> {
        self.fins.of_side(side).map(|fin| fin.frame)
    }

    /// The ICMP error that still holds: what comes from the peer afterwards takes it back (Linux: `tcp_ack` clears `sk_err_soft`), and a
    /// segment that was too big comes again in smaller ones.
    #[must_use]
    pub fn unreachable(&self) -> Option<&'a IcmpError> {
        let holds = |icmp: &&IcmpError| {
            let quoted =
                [Side::Client, Side::Server].into_iter().find(|&side| icmp.src == self.close.endpoint(side));
            let answered = quoted.is_some_and(|side| self.close.half(side.peer()).last_seen > icmp.ts);
            !answered && !icmp.is_too_big()
        };
        self.close.icmp.as_deref().filter(holds)
    }

    /// The side whose repetitions nobody answered.
    #[must_use]
    pub fn unanswered_side(&self) -> Option<Side> {
        ending::unanswered_side(self.close)
    }

    /// How often a side repeated itself without an answer.
    #[must_use]
    pub fn unanswered(&self, side: Side) -> u8 {
        *self.close.unanswered.at(self.close.end(side))
    }

    /// How much of it the capture holds.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let cut =
            [Side::Client, Side::Server].iter().any(|&side| self.close.half(side).marks.has(Marks::CUT));
        Seen {
            handshake: self.close.handshake_seen(),
            both_sides: self.close.both_seen(),
            gaps: self.close.gaps,
            cut,
        }
    }
}

/// Is it the abort of a live socket although it does not say what it acknowledges, by what else it tells of its sender?
fn is_abort_without_flag(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    let leftover = shape::has_leftover(reset);
    let may_be = leftover || shape::tells_window(reset);
    may_be && forgery::is_authentic(evidence) || leftover && forgery::is_old_windows(evidence)
}

/// An exact RST, of which neither direction of the connection was missing.
pub(super) fn accepted_for_certain(reset: &Reset) -> bool {
    let numbers = matches!(reset.acceptance, Acceptance::Exact | Acceptance::AnswersSyn);
    let receiver = reset.before.at(reset.by.peer());
    numbers && (receiver.marks.has(Marks::ACKED) || reset.acceptance == Acceptance::AnswersSyn)
}

/// Is the handshake of TLS under way? Where the capture misses some of it nobody knows.
fn in_tls_handshake(close: &Close, exchange: &Exchange) -> bool {
    let missing =
        |end| [Marks::CUT, Marks::GAP, Marks::HOLE].iter().any(|&why| close.halves.at(end).marks.has(why));
    // Who says something else from the first byte on is no riddle.
    let odd = |end| exchange.tls().is_some_and(|tls| tls.answers_otherwise(end));
    let blind = |end| exchange.is_blind(end) && missing(end) && !odd(end);
    let blind = [End::Low, End::High].into_iter().any(blind);
    // Where the capture begins with what is encrypted the handshake lies before it.
    exchange.tls().is_some_and(|tls| !tls.established && tls.has_handshake()) && !blind
}
