//! Every derived fact that a rule may use, each computed once.

use crate::context::Surroundings;
use crate::flow::{Acceptance, BodyLength, Close, End, Exchange, Half, Http, Recent, Reset, Side};
use crate::time::{Span, Timestamp};

use super::forgery::{self, Doubt};
use super::{Confidence, How, Seen, Sender, cap, ending, who};

/// A pause that is longer than any between two segments of one answer: Linux's shortest retransmission timeout (200 ms,
/// `TCP_RTO_MIN`) and a delayed acknowledgement (40 ms, `TCP_DELACK_MIN`) on top.
const QUIET: Span = Span::from_millis(250);

/// The shape of a RST, which tells how a stack came to send it (RFC 9293 §3.5.2; measured on Linux).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// RST+ACK of a live socket: its program or its stack gave up.
    Active,
    /// A plain RST whose sequence number is an acknowledgement of the other side: there was no fitting socket.
    Reply,
    /// RST+ACK with sequence number 0: the answer to a segment without ACK, mostly a SYN.
    SynReply,
    /// None of these.
    Odd,
}

/// What the two programs owed each other at the first FIN or RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// Nothing was ever said.
    Nothing,
    /// The client has spoken last and waits for the first byte of an answer.
    Awaiting,
    /// The answer has begun; it is not whole, or nobody can tell that it is.
    Answering,
    /// The last answer is whole.
    Complete,
}

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
    /// What speaks against the side whose address the RST carries.
    pub doubts: Vec<Doubt>,
    /// The server's FIN was sent before the client's last message had reached it.
    pub request_crossed: bool,
    /// Both sides had sent a FIN before the end.
    pub both_fins: bool,
    /// What was owed at the first FIN or RST.
    pub talk: Talk,
    /// The exchange at the first FIN or RST.
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
        let how = ending::how(close);
        let reset = close.reset.as_ref().filter(|_| how.by_rst());
        let fin_by = ending::fin_by(close);
        let exchange = close.exchange_at_fin.as_ref().filter(|_| fin_by.is_some()).unwrap_or(&close.exchange);
        let both_fins =
            [Side::Client, Side::Server].iter().all(|&side| ending::first_fin(close, side).is_some());
        let mut evidence = Self {
            close,
            surroundings: *surroundings,
            how,
            fin_by,
            rst_claimed: reset.map(|reset| close.side(reset.by)),
            rst_by: None,
            rst_by_confidence: None,
            shape: reset.map_or(Shape::Odd, shape),
            acceptance_certain: reset.is_some() && ending::is_certain(close),
            doubts: Vec::new(),
            request_crossed: fin_by == Some(Side::Server) && crossed(close, exchange),
            both_fins,
            talk: Talk::Nothing,
            exchange,
            in_tls_handshake: exchange.tls().is_some_and(|tls| !tls.established),
            idle_before: idle_before(close, reset),
            cap: cap::cap(close),
        };
        evidence.talk = talk(&evidence);
        evidence.doubts = forgery::doubts(&evidence);
        (evidence.rst_by, evidence.rst_by_confidence) = who::weigh(&evidence).unzip();
        evidence
    }

    /// The RST that took effect.
    #[must_use]
    pub fn reset(&self) -> Option<&'a Reset> {
        self.close.reset.as_ref().filter(|_| self.how.by_rst())
    }

    /// The side that ended it: who sent the first FIN, or else the RST.
    #[must_use]
    pub fn ended_by(&self) -> Option<Side> {
        match (self.fin_by, self.rst_by) {
            (Some(side), _) | (None, Some(Sender::Side(side))) => Some(side),
            _ => None,
        }
    }

    /// The HTTP exchange at the end.
    #[must_use]
    pub fn http(&self) -> Option<&'a Http> {
        self.exchange.http()
    }

    /// Had payload been sent that the other side never acknowledged?
    #[must_use]
    pub fn lost_data(&self) -> bool {
        let (client, server) = (self.close.half_before(Side::Client), self.close.half_before(Side::Server));
        ending::unacked_payload(client, server) || ending::unacked_payload(server, client)
    }

    /// Did nothing happen for a while after the handshake?
    #[must_use]
    pub fn established_for_long(&self) -> bool {
        self.idle_before.is_some_and(|idle| idle > QUIET)
    }

    /// The longest pause between two messages before the last one, as far back as segments are kept.
    #[must_use]
    pub fn longest_pause(&self) -> Option<Span> {
        let end = self.end_frame()?;
        let said: Vec<&Recent> =
            self.close.recent.iter().filter(|recent| recent.frame < end && is_speech(recent)).collect();
        said.iter().zip(said.iter().skip(1)).map(|(a, b)| b.ts.since(a.ts)).max()
    }

    /// The frame with which the end began: a FIN, the RST, or the message that the RST answers.
    #[must_use]
    pub fn end_frame(&self) -> Option<u64> {
        end_frame(self.close, self.reset())
    }

    /// When it ended: the RST that took effect, or the last segment.
    #[must_use]
    pub fn end_time(&self) -> Timestamp {
        self.reset().map_or(self.close.last.ts, |reset| reset.rst.ts)
    }

    /// The frame of the first FIN of a side.
    #[must_use]
    pub fn fin_frame(&self, side: Side) -> Option<u64> {
        ending::first_fin(self.close, side).map(|fin| fin.frame)
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
        use crate::flow::Marks;
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

/// An exact RST, of which neither direction of the connection was missing.
pub(super) fn accepted_for_certain(reset: &Reset) -> bool {
    let numbers = matches!(reset.acceptance, Acceptance::Exact | Acceptance::AnswersSyn);
    let receiver = reset.before.at(reset.by.peer());
    numbers && (receiver.marks.has(crate::flow::Marks::ACKED) || reset.acceptance == Acceptance::AnswersSyn)
}

fn shape(reset: &Reset) -> Shape {
    let (flags, ack) = (reset.rst.flags, reset.rst.ack.0);
    match (flags.ack(), reset.rst.seq.0) {
        (true, 0) if reset.acceptance != Acceptance::Exact => Shape::SynReply,
        (true, _) => Shape::Active,
        (false, _) if reset.prompt.is_some() || ack == 0 => Shape::Reply,
        (false, _) => Shape::Odd,
    }
}

/// Does the server's first FIN not acknowledge the client's last message? Then the server had closed without it.
fn crossed(close: &Close, exchange: &Exchange) -> bool {
    let fin = close.fins.at(close.end(Side::Server));
    let client_spoke = exchange.turn.filter(|turn| close.side(turn.by) == Side::Client);
    matches!((fin, client_spoke), (Some(fin), Some(turn)) if !fin.ack.after(turn.seq))
}

fn talk(evidence: &Evidence<'_>) -> Talk {
    let Some(turn) = evidence.exchange.turn else { return Talk::Nothing };
    if evidence.request_crossed {
        return if evidence.exchange.turn_before.is_some() { Talk::Complete } else { Talk::Nothing };
    }
    let server_closed = evidence.fin_by == Some(Side::Server);
    let client_spoke_last = evidence.close.side(turn.by) == Side::Client;
    if let Some(http) = evidence.http().filter(|http| http.requests > 0) {
        match http.response.as_ref().map(|response| response.length) {
            _ if !http.awaits_response() => return Talk::Complete,
            None if client_spoke_last => return Talk::Awaiting,
            // It said something that is no HTTP.
            None => {}
            // A chunk's end that was cut off by the snaplen cannot be missed.
            Some(BodyLength::Chunked) if evidence.seen().cut => {}
            Some(BodyLength::Bytes(_) | BodyLength::Chunked) => return Talk::Answering,
            Some(BodyLength::UntilClose) => {
                return if server_closed { Talk::Complete } else { Talk::Answering };
            }
            Some(BodyLength::Unknown) => {}
        }
    }
    if client_spoke_last {
        return Talk::Awaiting;
    }
    let fin_delimits = evidence.fin_by.is_some();
    if fin_delimits || (answer_acknowledged(evidence) && is_quiet(evidence)) {
        Talk::Complete
    } else {
        Talk::Answering
    }
}

fn answer_acknowledged(evidence: &Evidence<'_>) -> bool {
    let server: &Half = evidence.close.half_before(Side::Server);
    server.all_acked_by(evidence.close.half_before(Side::Client))
}

fn is_quiet(evidence: &Evidence<'_>) -> bool {
    evidence.idle_before.is_some_and(|idle| idle >= QUIET)
}

/// From the last thing that either side said to the first of: a FIN, the RST, the data that the RST answers.
fn idle_before(close: &Close, reset: Option<&Reset>) -> Option<Span> {
    let fin = [Side::Client, Side::Server]
        .iter()
        .filter_map(|&side| ending::first_fin(close, side))
        .map(|fin| fin.frame)
        .min();
    let rst =
        reset.map(|reset| reset.prompt.filter(is_speech).map_or(reset.rst.frame, |prompt| prompt.frame));
    let end_frame = fin.or(rst)?;
    let at = close.recent.iter().position(|recent| recent.frame == end_frame)?;
    let end = close.recent.get(at)?;
    let before = close
        .recent
        .get(..at)?
        .iter()
        .rev()
        .find(|recent| is_speech(recent) || ends_handshake(close, recent))?;
    Some(end.ts.since(before.ts))
}

fn end_frame(close: &Close, reset: Option<&Reset>) -> Option<u64> {
    let fin = [Side::Client, Side::Server]
        .iter()
        .filter_map(|&side| ending::first_fin(close, side))
        .map(|fin| fin.frame)
        .min();
    let rst =
        reset.map(|reset| reset.prompt.filter(is_speech).map_or(reset.rst.frame, |prompt| prompt.frame));
    fin.or(rst)
}

/// Says something: payload, SYN, FIN; neither an acknowledgement nor a probe of one old byte.
fn is_speech(recent: &Recent) -> bool {
    (recent.len > 1
        || recent.flags.syn()
        || recent.flags.fin()
        || (recent.len == 1 && recent.flags.has(crate::decode::Flags::PSH)))
        && !recent.flags.rst()
}

fn ends_handshake(close: &Close, recent: &Recent) -> bool {
    let from_client = recent.by == close.client;
    let server: End = close.client.peer();
    from_client
        && recent.seq_end() == close.halves.at(close.client).iss.plus(1)
        && recent.ack == close.halves.at(server).iss.plus(1)
}
