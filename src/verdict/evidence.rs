//! Every derived fact that a rule may use, each computed once.

use crate::context::Surroundings;
use crate::flow::{
    Acceptance, BodyLength, Close, End, Exchange, Fin, Half, Http, Marks, Recent, Reset, Side,
};
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
    /// The server's FIN or RST was sent before the client's last message had reached it.
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
            request_crossed: crossed(close, exchange, fin_by),
            both_fins,
            talk: Talk::Nothing,
            exchange,
            in_tls_handshake: exchange.tls().is_some_and(|tls| !tls.established),
            idle_before: idle_before(close, reset),
            cap: cap::cap(close, surroundings),
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
        let end = end_serial(self.close, self.reset())?;
        let said: Vec<&Recent> =
            self.close.recent.iter().filter(|recent| recent.serial < end && is_speech(recent)).collect();
        said.iter().zip(said.iter().skip(1)).map(|(a, b)| b.ts.since(a.ts)).max()
    }

    /// When it ended: the RST that took effect, or the last segment.
    #[must_use]
    pub fn end_time(&self) -> Timestamp {
        self.reset().map_or(self.close.last.ts, |reset| reset.rst.ts)
    }

    /// The first FIN of a side, at or before the end.
    #[must_use]
    pub fn fin(&self, side: Side) -> Option<Fin> {
        ending::first_fin(self.close, side)
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
    numbers && (receiver.marks.has(Marks::ACKED) || reset.acceptance == Acceptance::AnswersSyn)
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

/// Did the server end without having had the client's last message? Then its FIN, or the RST of its live socket, does not
/// acknowledge it: the two crossed.
fn crossed(close: &Close, exchange: &Exchange, fin_by: Option<Side>) -> bool {
    let Some(turn) = exchange.turn.filter(|turn| close.side(turn.by) == Side::Client) else { return false };
    let had_up_to = match (fin_by, &close.reset) {
        (Some(Side::Server), _) => close.fins.at(close.end(Side::Server)).map(|fin| fin.ack),
        (None, Some(reset)) if close.side(reset.by) == Side::Server && shape(reset) == Shape::Active => {
            Some(reset.rst.ack)
        }
        _ => None,
    };
    had_up_to.is_some_and(|ack| !ack.after(turn.seq))
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
            None if client_spoke_last && !answer_unseen(evidence) => return Talk::Awaiting,
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
    if client_spoke_last && !answer_unseen(evidence) {
        return Talk::Awaiting;
    }
    // A server that speaks first greets; nothing is owed until the client has asked.
    let greeting = evidence.exchange.turns == 1 && answer_acknowledged(evidence);
    let fin_delimits = evidence.fin_by.is_some() || greeting;
    if fin_delimits || (answer_acknowledged(evidence) && is_quiet(evidence)) {
        Talk::Complete
    } else {
        Talk::Answering
    }
}

/// Has the client acknowledged more of the server's data than the capture holds? Then an answer may be among it.
fn answer_unseen(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    server.seen() && client.marks.has(Marks::ACKED) && client.rcv_nxt.after(server.snd_nxt)
}

/// Everything that the server said was acknowledged, and it could have said more: a shut window ends no answer.
fn answer_acknowledged(evidence: &Evidence<'_>) -> bool {
    let server: &Half = evidence.close.half_before(Side::Server);
    let client = evidence.close.half_before(Side::Client);
    server.all_acked_by(client) && client.edge.after(server.snd_nxt)
}

fn is_quiet(evidence: &Evidence<'_>) -> bool {
    evidence.idle_before.is_some_and(|idle| idle >= QUIET)
}

/// From the last thing that either side said to the first of: a FIN, the RST, the data that the RST answers.
fn idle_before(close: &Close, reset: Option<&Reset>) -> Option<Span> {
    let end_serial = end_serial(close, reset)?;
    let at = close.recent.iter().position(|recent| recent.serial == end_serial)?;
    let end = close.recent.get(at)?;
    let said = |recent: &&Recent| is_speech(recent) || ends_handshake(close, recent);
    let before = close.recent.get(..at)?.iter().rev().find(said)?;
    Some(end.ts.since(before.ts))
}

/// With which segment the end began: a FIN, the RST, or the message that the RST answers.
fn end_serial(close: &Close, reset: Option<&Reset>) -> Option<u64> {
    let fins = [Side::Client, Side::Server].into_iter().filter_map(|side| ending::first_fin(close, side));
    let rst = reset.map(|reset| reset.prompt.filter(is_speech).map_or(reset.serial, |prompt| prompt.serial));
    fins.map(|fin| fin.serial).min().or(rst)
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
