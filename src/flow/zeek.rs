//! Zeek's reading of a connection: seven states a side, `conn_state` out of the two.
//!
//! Zeek checks no sequence number: any RST or FIN changes its state. That reading is kept literally, so that a user can
//! join our records with a `conn.log`; what really took effect is judged beside it, in `acceptance` and `ending`.
//! Source: `TCPSessionAdapter.cc` and `scripts/base/protocols/conn/main.zeek` of Zeek.

use std::fmt;

use crate::decode::Flags;

/// What one side has been seen to send, in Zeek's seven states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum EndpointState {
    /// Nothing yet.
    #[default]
    Inactive,
    /// A SYN.
    SynSent,
    /// A SYN+ACK from the originator, whose SYN was not seen.
    SynAckSent,
    /// Something without a SYN before it.
    Partial,
    /// SYN answered.
    Established,
    /// A FIN.
    Closed,
    /// A RST.
    Reset,
}

/// Which part Zeek gives to a side: the originator sent the first packet, unless the roles were flipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its letters in the history are capitals.
    Originator,
    /// Its letters are small.
    Responder,
}

/// One side's state and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SideState {
    /// Now.
    pub now: EndpointState,
    /// Before the last change.
    pub before: EndpointState,
}

impl SideState {
    const fn set(&mut self, state: EndpointState) {
        if self.now as u8 != state as u8 {
            self.before = self.now;
            self.now = state;
        }
    }

    const fn is_half_seen(self) -> bool {
        matches!(self.now, EndpointState::Inactive | EndpointState::Partial)
    }
}

/// What of a segment moves the states.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// Its flags.
    pub flags: Flags,
    /// It carries payload.
    pub payload: u32,
    /// Its sequence number is the one that the other side's acknowledgements had announced as this side's first.
    pub at_announced_start: bool,
}

/// What the tracker has to do besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing.
    Stay,
    /// SYN and SYN+ACK were captured in the wrong order: swap originator and responder.
    Flip,
}

/// Moves the sender's state, and in three cases the peer's.
pub(super) fn step(me: &mut SideState, peer: &mut SideState, role: Role, event: Event) -> Outcome {
    match me.now {
        EndpointState::Inactive => return from_inactive(me, peer, role, event),
        EndpointState::SynSent | EndpointState::SynAckSent => from_syn_sent(me, event.flags),
        EndpointState::Established | EndpointState::Partial => from_established(me, peer, event.flags),
        EndpointState::Closed => {
            // A RST after both FINs changes nothing.
            if event.flags.rst() && peer.now != EndpointState::Closed {
                me.set(EndpointState::Reset);
            }
        }
        EndpointState::Reset => {}
    }
    Outcome::Stay
}

fn from_inactive(me: &mut SideState, peer: &mut SideState, role: Role, event: Event) -> Outcome {
    let mut outcome = Outcome::Stay;
    if event.flags.syn() {
        outcome = first_syn(me, peer, role, event);
    }
    if event.flags.fin() {
        me.set(EndpointState::Closed);
    }
    if event.flags.rst() {
        me.set(EndpointState::Reset);
    }
    if me.now == EndpointState::Inactive {
        first_plain_segment(me, *peer, role, event);
    }
    outcome
}

fn first_syn(me: &mut SideState, peer: &mut SideState, role: Role, event: Event) -> Outcome {
    if role == Role::Originator {
        me.set(if event.flags.ack() { EndpointState::SynAckSent } else { EndpointState::SynSent });
        return Outcome::Stay;
    }
    let reversed = !event.flags.ack() && peer.now == EndpointState::SynAckSent && event.at_announced_start;
    if reversed || peer.now == EndpointState::SynSent {
        peer.set(EndpointState::Established);
    }
    me.set(EndpointState::Established);
    if reversed { Outcome::Flip } else { Outcome::Stay }
}

fn first_plain_segment(me: &mut SideState, peer: SideState, role: Role, event: Event) {
    // Some stacks acknowledge a SYN before they answer it; that alone is not half a connection.
    let early_ack = role == Role::Responder && event.payload == 0 && peer.now == EndpointState::SynSent;
    if early_ack {
        return;
    }
    let missed_syn = event.flags.ack() && peer.now == EndpointState::Established;
    me.set(if missed_syn { EndpointState::Established } else { EndpointState::Partial });
}

fn from_syn_sent(me: &mut SideState, flags: Flags) {
    if flags.fin() {
        me.set(EndpointState::Closed);
    }
    if flags.rst() {
        me.set(EndpointState::Reset);
    }
}

fn from_established(me: &mut SideState, peer: &mut SideState, flags: Flags) {
    if flags.syn() && !flags.ack() && me.now == EndpointState::Partial && peer.now == EndpointState::Inactive
    {
        me.set(EndpointState::SynSent);
    }
    if flags.fin() && !flags.rst() {
        me.set(EndpointState::Closed);
        // FIN, RST, then the other side's FIN: a normal end after all.
        if peer.now == EndpointState::Reset && peer.before == EndpointState::Closed {
            peer.set(EndpointState::Closed);
        }
    }
    if flags.rst() {
        me.set(EndpointState::Reset);
    }
}

macro_rules! conn_states {
    ($($name:ident = $word:literal: $doc:literal;)+) => {
        /// Zeek's summary of how a connection went.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ConnState { $(#[doc = $doc] $name,)+ }

        impl ConnState {
            /// Zeek's word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

conn_states! {
    S0 = "S0": "A SYN, no answer.";
    S1 = "S1": "Established, not ended.";
    Sf = "SF": "Established and ended normally.";
    Rej = "REJ": "The attempt was rejected.";
    S2 = "S2": "Established; the originator closed, the responder did not answer that.";
    S3 = "S3": "Established; the responder closed, the originator did not answer that.";
    Rsto = "RSTO": "Established; the originator reset it.";
    Rstr = "RSTR": "The responder reset it.";
    RstoS0 = "RSTOS0": "The originator sent a SYN and then a RST; no SYN+ACK was seen.";
    Rstrh = "RSTRH": "The responder sent a SYN+ACK and then a RST; no SYN was seen.";
    Sh = "SH": "The originator sent a SYN and then a FIN; no SYN+ACK was seen.";
    Shr = "SHR": "The responder sent a SYN+ACK and then a FIN; no SYN was seen.";
    Oth = "OTH": "No SYN: seen from the middle.";
}

impl ConnState {
    /// Does Zeek hold that a RST ended it?
    #[must_use]
    pub const fn by_rst(self) -> bool {
        matches!(self, Self::Rej | Self::Rsto | Self::Rstr | Self::RstoS0 | Self::Rstrh)
    }
}

impl fmt::Display for ConnState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What `conn_state` needs besides the two states.
#[derive(Clone, Copy, Debug)]
pub(super) struct Background<'a> {
    /// The letters of the history so far, without a leading `^`.
    pub history: &'a str,
    /// Neither side sent payload.
    pub no_payload: bool,
}

/// Zeek's `conn_state` of originator and responder: the first line that fits.
#[must_use]
pub(super) fn conn_state(orig: SideState, resp: SideState, background: Background<'_>) -> ConnState {
    use EndpointState::{Closed, Established, Inactive, Reset, SynAckSent, SynSent};
    match (orig.now, resp.now) {
        (SynSent | SynAckSent, Reset) => ConnState::Rej,
        (Reset, Reset) if background.no_payload => ConnState::Rej,
        (_, Reset) if orig.is_half_seen() => ConnState::Rstrh,
        (_, Reset) => ConnState::Rstr,
        (Reset, _) if !resp.is_half_seen() => ConnState::Rsto,
        (Reset, _) if is_syn_then_rst(background.history) => ConnState::RstoS0,
        (Reset, _) => ConnState::Oth,
        (Closed, Closed) => ConnState::Sf,
        (Closed, _) if resp.is_half_seen() => ConnState::Sh,
        (Closed, _) => ConnState::S2,
        (_, Closed) if orig.is_half_seen() => ConnState::Shr,
        (_, Closed) => ConnState::S3,
        (SynSent, Inactive) => ConnState::S0,
        (Established, Established) => ConnState::S1,
        _ => ConnState::Oth,
    }
}

/// Zeek's pattern `^\^?S[^HAFGIQ]*R.*`.
fn is_syn_then_rst(history: &str) -> bool {
    let Some(rest) = history.strip_prefix('S') else { return false };
    rest.chars().find(|letter| "HAFGIQR".contains(*letter)) == Some('R')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYN: Flags = Flags::SYN;
    const ACK: Flags = Flags::ACK;

    /// Plays `(originator?, flags, payload)` and gives the conn_state.
    fn play(steps: &[(Role, Flags, u32)], history: &str) -> ConnState {
        let (mut orig, mut resp) = (SideState::default(), SideState::default());
        let mut no_payload = true;
        for &(role, flags, payload) in steps {
            let event = Event { flags, payload, at_announced_start: false };
            no_payload &= payload == 0;
            match role {
                Role::Originator => step(&mut orig, &mut resp, role, event),
                Role::Responder => step(&mut resp, &mut orig, role, event),
            };
        }
        conn_state(orig, resp, Background { history, no_payload })
    }

    #[test]
    fn all_thirteen_states() {
        use Role::{Originator as O, Responder as R};
        let (fin, rst, syn_ack) = (Flags::FIN.with(ACK), Flags::RST, SYN.with(ACK));
        let open = [(O, SYN, 0), (R, syn_ack, 0), (O, ACK, 0)];
        let then = |more: &[(Role, Flags, u32)]| play(&[&open[..], more].concat(), "ShA");
        assert_eq!(play(&[(O, SYN, 0)], "S"), ConnState::S0);
        assert_eq!(then(&[]), ConnState::S1);
        assert_eq!(then(&[(O, fin, 0), (R, fin, 0)]), ConnState::Sf);
        assert_eq!(play(&[(O, SYN, 0), (R, rst, 0)], "Sr"), ConnState::Rej);
        assert_eq!(then(&[(O, fin, 0)]), ConnState::S2);
        assert_eq!(then(&[(R, fin, 0)]), ConnState::S3);
        assert_eq!(then(&[(O, rst, 0)]), ConnState::Rsto);
        assert_eq!(then(&[(R, rst, 0)]), ConnState::Rstr);
        assert_eq!(play(&[(O, SYN, 0), (O, rst, 0)], "SR"), ConnState::RstoS0);
        assert_eq!(play(&[(R, syn_ack, 0), (R, rst, 0)], "hr"), ConnState::Rstrh);
        assert_eq!(play(&[(O, SYN, 0), (O, fin, 0)], "SF"), ConnState::Sh);
        assert_eq!(play(&[(R, syn_ack, 0), (R, fin, 0)], "hf"), ConnState::Shr);
        assert_eq!(play(&[(O, ACK, 5)], "D"), ConnState::Oth);
    }

    #[test]
    fn fin_rst_then_the_other_fin_is_a_normal_end() {
        use Role::{Originator as O, Responder as R};
        let steps = [
            (O, SYN, 0),
            (R, SYN.with(ACK), 0),
            (O, ACK, 0),
            (O, Flags::FIN, 0),
            (O, Flags::RST, 0),
            (R, Flags::FIN, 0),
        ];
        assert_eq!(play(&steps, "ShAFRf"), ConnState::Sf);
    }

    #[test]
    fn a_lone_rst_is_no_connection() {
        assert_eq!(play(&[(Role::Originator, Flags::RST, 0)], "R"), ConnState::Oth);
        assert!(
            is_syn_then_rst("SaR")
                && is_syn_then_rst("SR")
                && !is_syn_then_rst("SAR")
                && !is_syn_then_rst("S")
        );
    }
}
