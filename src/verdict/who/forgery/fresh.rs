//! What a RST compares with where its server has said no more than its SYN+ACK.

use crate::decode::Traits;
use crate::flow::{Recent, Reset, Side};

use super::baseline::LINUX_TTL;
use super::{Baseline, Doubt, claimed, doubt, initial_ttl};
use crate::verdict::evidence::{Evidence, Shape};

/// Paths of one connection differ by less.
const FURTHER: u8 = 3;

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
        doubt(reset.rst.frame, 1, says)
    })
}

/// Linux gives identification 0 and DF to what it says without a socket: to the SYN+ACK of a listener, and to a refusal as well.
pub(super) fn of_no_listener(
    evidence: &Evidence<'_>,
    reset: &Reset,
    baseline: &Baseline<'_>,
) -> Option<Doubt> {
    let [offer] = &baseline.own[..] else { return None };
    let odd = reset.rst.ip_id != 0 && !reset.rst.traits.has(Traits::DF);
    let refuses = evidence.shape == Shape::Reply && claimed(evidence, reset) == Side::Server;
    (refuses && is_linux_listeners(offer) && odd).then(|| {
        let says = "it has an identification and may be fragmented; the server's SYN+ACK had neither, as Linux answers without a socket";
        doubt(reset.rst.frame, 2, says.to_owned())
    })
}

fn is_linux_listeners(offer: &Recent) -> bool {
    let v4 = !offer.traits.has(Traits::IPV6);
    let bare = v4 && offer.ip_id == 0 && offer.traits.has(Traits::DF);
    bare && offer.flags.syn() && offer.flags.ack() && initial_ttl(offer.ttl) == LINUX_TTL
}
