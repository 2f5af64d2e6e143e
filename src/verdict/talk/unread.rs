//! What a client closed without having read, though no program misses it: TLS's tickets, which come when the handshake is over.

use crate::flow::{End, Recent, Side, Turn};

use super::farewell::said_goodbye;
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{Fact, How, Sender};

/// The first tickets that had come since the client last spoke, and of which its program had not read any when it closed: a client of
/// TLS 1.3 that reads no more finds no end to read, but a kernel that resets (RFC 8446 §4.6.1, RFC 1122 §4.2.2.13).
fn tickets<'a>(evidence: &Evidence<'a>) -> Option<(&'a Recent, u32)> {
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client)) && evidence.shape == Shape::Active;
    let reset = evidence.reset().filter(|_| by_client && evidence.how == How::Reset)?;
    let tls = evidence.exchange.tls().filter(|tls| tls.has_handshake() && tls.version13 == Some(true))?;
    let client: End = evidence.close.client;
    let quiet = tls.established
        && !said_goodbye(evidence, Side::Server)
        && tls.trailing_own_bytes.at(client.peer()) == &0;
    let before = evidence.close.recent.iter().filter(|recent| recent.serial < reset.serial);
    let since = before.filter(|recent| recent.len > 0).rev().take_while(|recent| recent.by != client);
    let (first, bytes) = since.fold((None, 0), |(_, bytes), own| (Some(own), own.len.saturating_add(bytes)));
    let first = first.filter(|_| quiet && evidence.close.gaps == 0)?;
    // What belongs to a turn a program has said.
    let goes_on =
        |turn: Turn| turn.seq.plus(u32::try_from(turn.bytes).unwrap_or(u32::MAX >> 1)).after(first.seq);
    let said = evidence.exchange.turn.is_some_and(|turn| turn.by != client && goes_on(turn));
    (!said).then_some((first, bytes))
}

/// Did the client leave such behind?
pub(in crate::verdict) fn are_tickets(evidence: &Evidence<'_>) -> bool {
    tickets(evidence).is_some()
}

/// What they were.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let (first, bytes) = tickets(evidence)?;
    let fact = format!("{bytes} bytes of TLS's own (session tickets) had come since the client last spoke");
    Some(Fact::at(first.frame, fact))
}

/// What to do about them.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<&'static str> {
    are_tickets(evidence).then_some(
        "The client closed without having read TLS's session tickets, which no program misses: its kernel makes a RST of that. To end quietly, make it read on until the server's goodbye, or let the server send no tickets to such clients.",
    )
}
