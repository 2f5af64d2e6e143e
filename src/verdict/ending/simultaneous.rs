//! Both sides ended the connection by themselves, each before it could have heard of the other's end: timeouts of the same length do that. FINs
//! that cross are RFC 9293 §3.6's third case; here the end may be a RST of a live socket as well.

use crate::decode::SeqNumber;
use crate::flow::{Fin, Reset, Side};
use crate::time::Span;
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::who::forgery::UNDER_WAY;
use crate::verdict::who::shape::acknowledges;
use crate::verdict::{Fact, Sender};

/// The end of the side that the capture has last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verdict) struct Second {
    /// Whose.
    pub side: Side,
    /// It was a RST, after which a program makes no call that could fail.
    pub aborted: bool,
    frame: u64,
}

/// The second end of two that crossed on the way.
pub(in crate::verdict) fn second(evidence: &Evidence<'_>) -> Option<Second> {
    let side = evidence.ended_by()?.peer();
    // Who has read an alert or a goodbye has heard of the end.
    let first = evidence.close.end(side.peer());
    if evidence.close.exchange.trailing_own_bytes(first) > 0 {
        return None;
    }
    match evidence.closer {
        Some(_) => behind_fin(evidence, side),
        None => behind_reset(evidence, side),
    }
}

/// A FIN, or the RST of a live socket, that does not acknowledge the other's FIN: its host had not had that.
fn behind_fin(evidence: &Evidence<'_>, side: Side) -> Option<Second> {
    let first = evidence.fin(side.peer())?;
    let unheard = |ack: SeqNumber| ack.before(first.end);
    let reset = aborted_by(evidence, side).filter(|reset| unheard(reset.rst.ack));
    let closed = |fin: &Fin| fin.serial > first.serial && unheard(fin.ack);
    match (evidence.fin(side).filter(closed), reset) {
        (Some(fin), _) => Some(Second { side, aborted: false, frame: fin.frame }),
        (None, Some(reset)) if evidence.fin(side).is_none() => {
            Some(Second { side, aborted: true, frame: reset.rst.frame })
        }
        _ => None,
    }
}

/// What a host that had been told by a RST says no more, so soon that it was under way: a FIN behind nothing new, or the RST of its own socket.
fn behind_reset(evidence: &Evidence<'_>, side: Side) -> Option<Second> {
    let (close, reset) = (evidence.close, aborted_by(evidence, side.peer())?);
    let had_said = reset.before.at(close.end(side)).snd_nxt;
    let way = close.rtt.unwrap_or(Span::ZERO).max(UNDER_WAY);
    let behind = |fin: &&Fin| fin.serial > reset.serial && fin.end.minus(1) == had_said;
    let closed = close.fins.at(close.end(side)).as_ref().filter(behind);
    let own = reset.after.at(close.end(side)).first_reset;
    let aborted = own.filter(|rst| rst.flags.ack() && rst.seq == had_said);
    let fin = closed.filter(|fin| fin.ts.since(reset.rst.ts) <= way);
    let fin = fin.map(|fin| Second { side, aborted: false, frame: fin.frame });
    let rst = aborted.filter(|rst| rst.ts.since(reset.rst.ts) <= way);
    fin.or_else(|| rst.map(|rst| Second { side, aborted: true, frame: rst.frame }))
}

/// The RST of that side's live socket, if that is what took effect.
fn aborted_by<'a>(evidence: &Evidence<'a>, side: Side) -> Option<&'a Reset> {
    let own = evidence.rst_by == Some(Sender::Side(side)) && evidence.shape == Shape::Active;
    evidence.reset().filter(|reset| own && acknowledges(reset))
}

/// How that is told.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let Second { side, aborted, frame } = evidence.second_end?;
    let did = if aborted { "aborted (RST)" } else { "closed (FIN)" };
    let other = side.peer();
    let says = format!("the {side} {did} as well, before it could have heard of the {other}'s end");
    Some(Fact::at(frame, says))
}
