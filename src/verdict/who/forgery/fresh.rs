//! What a RST compares with where its server has said no more than its SYN+ACK.

use crate::decode::{Flags, Traits};
use crate::flow::{Recent, Reset, Side};

use super::baseline::LINUX_TTL;
use super::{Baseline, Doubt, claimed, doubt, initial_ttl, is_adjacent};
use crate::verdict::evidence::{Evidence, Shape};

/// Paths of one connection differ by less.
const FURTHER: u8 = 3;
/// A program that sets its buffer gives a round number; Linux takes as many whole segments as fit in (`tcp_select_initial_window`).
const ROUND: u16 = 1024;

/// Another distance, by more than paths of one length differ, or another beginning, is little but something. Who refuses later than it shook
/// hands may be no more than another of those that share its address.
pub(super) fn other_ttl(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let (ttl, usual) = baseline.only_ttl()?;
    let server = claimed(evidence, reset) == Side::Server && evidence.seen().handshake;
    let apart = initial_ttl(ttl) == initial_ttl(usual) && ttl.abs_diff(usual) >= FURTHER;
    // What a host without a socket sends has its default; Linux's is the least that there is.
    let more = initial_ttl(usual) == LINUX_TTL && initial_ttl(ttl) > LINUX_TTL;
    let other = evidence.shape == Shape::Active && initial_ttl(ttl) != initial_ttl(usual);
    let elsewhere = apart || more || other;
    (server && elsewhere).then(|| {
        let says = format!("its TTL is {ttl}; the server's SYN+ACK, all else that it said, has {usual}");
        doubt(reset.rst.frame, 1 + u32::from(is_adjacent(ttl, usual)), says)
    })
}

/// Linux gives identification 0 and DF to what it says without a socket: to the SYN+ACK of a listener, and to a refusal as well.
pub(super) fn of_no_listener(
    evidence: &Evidence<'_>,
    reset: &Reset,
    baseline: &Baseline<'_>,
) -> Option<Doubt> {
    let [offer] = &baseline.own[..] else { return None };
    let (identified, fragile) = (reset.rst.ip_id != 0, !reset.rst.traits.has(Traits::DF));
    let refuses = evidence.shape == Shape::Reply && claimed(evidence, reset) == Side::Server;
    let what = match (identified, fragile) {
        (true, true) => "an identification and may be fragmented; the server's SYN+ACK had neither",
        (true, false) => "an identification; the server's SYN+ACK had none",
        (false, _) => return None,
    };
    (refuses && is_linux_listeners(offer)).then(|| {
        let says = format!("it has {what}, as Linux answers without a socket");
        doubt(reset.rst.frame, 1 + u32::from(fragile), says)
    })
}

/// What the abort of a live socket of Linux has, and this RST lacks: the timestamps that were agreed on, DF, a window where there is room, and no
/// flags but RST and ACK. That the server runs Linux is known only from its SYN+ACK.
pub(super) fn of_no_live_socket(
    evidence: &Evidence<'_>,
    reset: &Reset,
    baseline: &Baseline<'_>,
) -> Vec<Doubt> {
    let [offer] = &baseline.own[..] else { return Vec::new() };
    let aborts = evidence.shape == Shape::Active && reset.rst.flags.ack();
    let server = claimed(evidence, reset) == Side::Server && evidence.seen().handshake;
    if !(server && aborts && is_linux_listeners(offer) && stamps_as_linux(offer)) {
        return Vec::new();
    }
    let traits = reset.rst.traits;
    let asked = u32::try_from(reset.before.at(reset.by.peer()).bytes).unwrap_or(u32::MAX);
    let room = asked < u32::from(offer.wnd) / 2;
    let odd = [
        (2, !traits.has(Traits::TIMESTAMPS), "has no timestamps"),
        (1, !traits.has(Traits::DF), "may be fragmented"),
        (1, reset.rst.wnd == 0 && room, "offers no window although there was room"),
        (1, reset.rst.flags.has(Flags::PSH), "has the flag PSH"),
    ];
    let odd = odd.into_iter().filter(|&(_, odd, _)| odd);
    let says =
        |what| format!("it {what}; the server shook hands as Linux does, whose live socket resets otherwise");
    odd.map(|(weight, _, what)| doubt(reset.rst.frame, weight, says(what))).collect()
}

/// With timestamps, and a window of whole segments: BSD's stacks and Apple's, which leave timestamps out of a RST, offer the largest that there is.
fn stamps_as_linux(offer: &Recent) -> bool {
    offer.traits.has(Traits::TIMESTAMPS)
        && !matches!(offer.wnd, 0 | u16::MAX)
        && !offer.wnd.is_multiple_of(ROUND)
}

fn is_linux_listeners(offer: &Recent) -> bool {
    let v4 = !offer.traits.has(Traits::IPV6);
    let bare = v4 && offer.ip_id == 0 && offer.traits.has(Traits::DF);
    bare && offer.flags.syn() && offer.flags.ack() && initial_ttl(offer.ttl) == LINUX_TTL
}
