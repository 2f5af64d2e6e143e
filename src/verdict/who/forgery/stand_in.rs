//! One address, two machines: who takes a connection for a host (a load balancer, a SYN proxy) and passes what is said may end it too.

use crate::flow::Place;

use super::{claimed, own_before};
use crate::verdict::evidence::Evidence;
use crate::verdict::{Fact, How};

/// Did the RST come from as far as its side's handshake, and all that its side said from elsewhere? Then who shook hands in its name ended it.
pub(in crate::verdict) fn ended_by_stand_in(evidence: &Evidence<'_>) -> Option<Fact> {
    let reset = evidence.reset().filter(|_| evidence.how == How::Reset)?;
    let here = |place: Place| evidence.close.is_one_place(place, Place::of(&reset.rst));
    let hands =
        Some(*evidence.close.opened.at(reset.by)).filter(|hands| hands.ttl != 0 && here(hands.place))?;
    let said = || own_before(evidence, reset).filter(|own| own.len > 0 && !own.flags.syn());
    let first = said().next()?;
    let elsewhere = said().all(|own| own.ttl == first.ttl && here(own.place()));
    let (side, own, other) = (claimed(evidence, reset), hands.ttl, first.ttl);
    let says = format!(
        "the {side}'s handshake and this RST have a TTL of {own}, and all that the {side} said {other}: something before it holds the connection for it"
    );
    (elsewhere && own == reset.rst.ttl && own != other).then(|| Fact::at(reset.rst.frame, says))
}
