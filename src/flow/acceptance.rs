//! Would the receiver's stack have believed this RST?
//!
//! RFC 9293 §3.10.7.3 (SYN-SENT: only an acknowledged SYN counts), §3.10.7.4 and RFC 5961 §3.2 (otherwise: exactly
//! RCV.NXT resets, elsewhere in the window draws a challenge ACK, outside is dropped), with what Linux adds. An observer
//! knows RCV.NXT only within bounds: at least what the receiver acknowledged, at most what the sender sent.

use crate::decode::{Segment, SeqNumber};

use super::half::{Half, Marks};

/// What a RST can have done to its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Its sequence number may have been exactly RCV.NXT: the connection was reset.
    Exact,
    /// It answers the SYN and acknowledges it: the attempt was refused.
    AnswersSyn,
    /// Inside the window, but not the next byte: a challenge ACK is due, the connection lives.
    InWindow,
    /// Cannot have had an effect: outside the window, or in SYN-SENT without the right acknowledgement.
    Ignored,
    /// Nothing is known of the receiver's numbers; it may have had an effect.
    Unknown,
}

/// The largest window that there is (RFC 7323 §2.3).
const WIDEST: u32 = 1 << 30;

/// Judges `rst`, which `sender` sent to `receiver`; both as they were before it.
#[must_use]
pub(super) fn judge(rst: &Segment, sender: &Half, receiver: &Half) -> Acceptance {
    if !receiver.seen() {
        return Acceptance::Unknown;
    }
    if in_syn_sent(sender, receiver) {
        return answer_to_syn(rst, receiver);
    }
    let Some((low, high)) = rcv_nxt_bounds(sender, receiver) else { return Acceptance::Unknown };
    if rst.seq.within(low, high) || forgot_its_fin(rst.seq, sender, receiver) {
        return Acceptance::Exact;
    }
    if receiver.marks.has(Marks::ACKED) && rst.seq.within(low, window_end(receiver, high)) {
        return Acceptance::InWindow;
    }
    // Where no handshake was captured the window may be larger than it says.
    let may_be_wider = receiver.marks.has(Marks::ACKED) && !receiver.marks.has(Marks::SYN);
    if may_be_wider && rst.seq.within(low, receiver.rcv_nxt.plus(WIDEST)) {
        return Acceptance::Unknown;
    }
    Acceptance::Ignored
}

/// The same where nothing but SYN, FIN and RST is captured: by what was said between, any number may fit.
#[must_use]
pub(super) fn judge_unheard(rst: &Segment, sender: &Half, receiver: &Half) -> Acceptance {
    match judge(rst, sender, receiver) {
        Acceptance::InWindow => Acceptance::Unknown,
        Acceptance::Ignored if !in_syn_sent(sender, receiver) => Acceptance::Unknown,
        other => other,
    }
}

/// The receiver sent a SYN and nothing has answered it.
fn in_syn_sent(sender: &Half, receiver: &Half) -> bool {
    receiver.marks.has(Marks::SYN)
        && !receiver.marks.has(Marks::ACKED)
        && !sender.marks.has(Marks::SYN)
        && !sender.marks.has(Marks::ACKED)
}

fn answer_to_syn(rst: &Segment, receiver: &Half) -> Acceptance {
    let acknowledges = rst.ack.within(receiver.iss.plus(1), receiver.snd_nxt);
    if rst.flags.ack() && acknowledges { Acceptance::AnswersSyn } else { Acceptance::Ignored }
}

/// Between which numbers the receiver's RCV.NXT lies; `None` if nothing is known.
fn rcv_nxt_bounds(sender: &Half, receiver: &Half) -> Option<(SeqNumber, SeqNumber)> {
    match (receiver.marks.has(Marks::ACKED), sender.seen()) {
        (true, true) => Some((receiver.rcv_nxt, sender.snd_nxt.furthest(receiver.rcv_nxt))),
        (true, false) => Some((receiver.rcv_nxt, receiver.rcv_nxt)),
        (false, true) => Some((sender.iss.plus(1), sender.snd_nxt)),
        (false, false) => None,
    }
}

/// Linux takes a RST one before RCV.NXT where that byte is the sender's own FIN (`tcp_reset_check`).
fn forgot_its_fin(seq: SeqNumber, sender: &Half, receiver: &Half) -> bool {
    sender.has_fin() && receiver.rcv_nxt == sender.fin_end && seq == sender.fin_end.minus(1)
}

fn window_end(receiver: &Half, high: SeqNumber) -> SeqNumber {
    receiver.edge.furthest(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Flags;

    /// A sender at 100..200 whose receiver acknowledged 150 and offers a window up to 1000.
    fn established() -> (Half, Half) {
        let (mut sender, mut receiver) = (Half::default(), Half::default());
        sender.sent(&Segment { seq: SeqNumber(100), len: 100, flags: Flags::ACK, ..Segment::default() });
        let ack = Segment {
            seq: SeqNumber(7),
            ack: SeqNumber(150),
            wnd: 850,
            flags: Flags::ACK,
            ..Segment::default()
        };
        receiver.sent(&ack);
        receiver.acknowledged(&ack, &mut sender);
        (sender, receiver)
    }

    fn judged(seq: u32) -> Acceptance {
        let (sender, receiver) = established();
        judge(&Segment { seq: SeqNumber(seq), flags: Flags::RST, ..Segment::default() }, &sender, &receiver)
    }

    #[test]
    fn only_the_next_byte_resets() {
        assert_eq!(judged(149), Acceptance::Ignored);
        assert_eq!(judged(150), Acceptance::Exact);
        assert_eq!(judged(200), Acceptance::Exact);
        assert_eq!(judged(201), Acceptance::InWindow);
        assert_eq!(judged(1000), Acceptance::InWindow);
        // Without a handshake nobody knows how large the window is.
        assert_eq!(judged(1001), Acceptance::Unknown);
        assert_eq!(judged(150 + WIDEST + 1), Acceptance::Ignored);
    }

    #[test]
    fn behind_a_window_that_is_known_nothing_resets() {
        let (sender, mut receiver) = established();
        receiver.marks.set(Marks::SYN);
        let rst = |seq| Segment { seq: SeqNumber(seq), flags: Flags::RST, ..Segment::default() };
        assert_eq!(judge(&rst(1000), &sender, &receiver), Acceptance::InWindow);
        assert_eq!(judge(&rst(1001), &sender, &receiver), Acceptance::Ignored);
    }

    #[test]
    fn in_syn_sent_only_the_acknowledgement_counts() {
        let mut client = Half::default();
        client.sent(&Segment { seq: SeqNumber(500), flags: Flags::SYN, ..Segment::default() });
        let answer = |flags: Flags, ack| Segment {
            seq: SeqNumber(0),
            ack: SeqNumber(ack),
            flags,
            ..Segment::default()
        };
        let judged = |segment: Segment| judge(&segment, &Half::default(), &client);
        assert_eq!(judged(answer(Flags::RST.with(Flags::ACK), 501)), Acceptance::AnswersSyn);
        assert_eq!(judged(answer(Flags::RST.with(Flags::ACK), 777)), Acceptance::Ignored);
        assert_eq!(judged(answer(Flags::RST, 501)), Acceptance::Ignored);
    }

    #[test]
    fn a_receiver_never_seen_may_have_believed_anything() {
        let (sender, _) = established();
        assert_eq!(
            judge(&Segment { flags: Flags::RST, ..Segment::default() }, &sender, &Half::default()),
            Acceptance::Unknown
        );
    }
}
