//! The shape of a RST, which tells how a stack came to send it (RFC 9293 §3.5.2; measured on Linux, read in captures of others).
//!
//! Windows fills in the acknowledgement number of a plain RST, where other stacks leave 0: its answer to a segment without a
//! socket has its own sequence number there (seen of Windows 2000 to 10), and the abort of a live socket, which before Vista
//! was a plain RST too, what it had acknowledged, or what was left there from something else. A socket that its program has closed
//! answers what comes then by a RST+ACK that acknowledges it (seen of Windows XP to 10).

use crate::flow::{Acceptance, Marks, Reset};

/// The shape of a RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// That of a live socket, a RST+ACK as a rule: its program or its stack gave up.
    Active,
    /// A plain RST whose sequence number is an acknowledgement of the other side, or the RST+ACK with which Windows refuses data behind
    /// its FIN: there was no fitting socket.
    Reply,
    /// RST+ACK with sequence number 0, or that acknowledges a SYN: the answer to a segment without ACK.
    SynReply,
    /// None of these.
    Odd,
}

impl Shape {
    /// That of `reset`.
    pub(in crate::verdict) fn of(reset: &Reset) -> Self {
        let ack = reset.rst.ack.0;
        match (reset.rst.flags.ack(), reset.rst.seq.0) {
            (true, 0) if reset.acceptance != Acceptance::Exact => Self::SynReply,
            // Whatever its number: a SYN meets no live socket.
            (true, _) if reset.acceptance == Acceptance::AnswersSyn => Self::SynReply,
            (true, _) if reset.prompt.is_some_and(|prompt| prompt.flags.ack()) => Self::Reply,
            (true, _) => Self::Active,
            (false, seq) if ack == 0 || ack == seq => Self::Reply,
            (false, _) if acknowledges(reset) => Self::Active,
            (false, _) if reset.prompt.is_some() => Self::Reply,
            (false, _) => Self::Odd,
        }
    }
}

/// Does it tell, with the flag or without it, how far its socket had heard the other side?
pub(in crate::verdict) fn acknowledges(reset: &Reset) -> bool {
    let (own, peer) = (reset.before.at(reset.by), reset.before.at(reset.by.peer()));
    let heard = own.marks.has(Marks::ACKED) && reset.rst.seq == own.snd_nxt;
    // What was acknowledged at its FIN, which itself takes a number.
    let at_fin = peer.has_fin() && reset.rst.ack == own.rcv_nxt.minus(1);
    reset.rst.flags.ack() || heard && (reset.rst.ack == own.rcv_nxt || at_fin)
}

/// Does a bare RST answer nothing, and tell a window, as only a live socket has one, at the end of all that its host had said? Stacks of small
/// devices leave the ACK out of an abort.
pub(in crate::verdict) fn tells_window(reset: &Reset) -> bool {
    let bare = !reset.rst.flags.ack() && reset.rst.ack.0 == 0 && reset.prompt.is_none();
    bare && reset.rst.wnd > 0 && reset.rst.seq == reset.before.at(reset.by).snd_nxt
}

/// Has it an acknowledgement number that is none: neither its own number nor what its socket had heard? An old Windows leaves such in an
/// abort, and who forges may.
pub(in crate::verdict) fn has_leftover(reset: &Reset) -> bool {
    let (seq, ack) = (reset.rst.seq, reset.rst.ack);
    !reset.rst.flags.ack() && ack.0 != 0 && ack != seq && !acknowledges(reset)
}
