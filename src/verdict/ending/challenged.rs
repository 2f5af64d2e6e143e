//! An abort that its receiver did not believe at once: what had been said before was lost, so that its RST lay ahead of what was expected, and was
//! challenged (RFC 5961 §3.2). The host, which has no socket any more, refuses the challenge, and that ends the connection.

use crate::decode::Traits;
use crate::flow::{Acceptance, Recent};
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::who::forgery::is_later;

/// The RST of the live socket, if one of the same side ended the connection that answers a mere acknowledgement.
pub(in crate::verdict) fn abort<'a>(evidence: &Evidence<'a>) -> Option<&'a Recent> {
    let (first, acceptance) = evidence.close.ignored.as_deref()?;
    let reset = evidence.reset().filter(|reset| reset.by == first.by && evidence.shape == Shape::Reply)?;
    let challenge = reset.prompt.filter(|prompt| prompt.len == 0 && prompt.serial > first.serial)?;
    let ahead = *acceptance == Acceptance::InWindow && first.flags.ack() && first.seq.after(challenge.ack);
    let stamped = first.traits.has(Traits::TIMESTAMPS) && !is_later(first.tsval, challenge.tsecr);
    (ahead && stamped).then_some(first)
}
