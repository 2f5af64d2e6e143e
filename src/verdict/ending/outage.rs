//! A time in which nothing came back: what a host repeated meanwhile got no answer, or did not even get to this place.

use crate::flow::Recent;
use crate::time::Span;

use crate::verdict::Fact;
use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence};
use crate::verdict::who::forgery::initial_ttl;

/// Sent so often, something was lost for longer than by chance: Linux has waited for more than a second by then.
const COPIES: usize = 3;
/// What Linux begins with, whose sockets count their own segments (RFC 6864 leaves it to them).
const LINUX_TTL: u8 = 64;
/// Segments that each had the identification after the last: a count of its own.
const COUNTED: usize = 3;
/// One segment the capture itself may have missed.
const MISSED: u16 = 2;

/// What had been sent in vain before a RST answered it.
pub(in crate::verdict) struct Outage {
    /// How often.
    pub(in crate::verdict) times: usize,
    /// For how long.
    pub(in crate::verdict) over: Span,
    /// It was not captured: its sender's count of identifications tells.
    pub(in crate::verdict) unseen: bool,
}

/// How often what the RST answers had been sent before, and over what time, if that was often: nothing came back by then.
pub(in crate::verdict) fn before_rst(evidence: &Evidence<'_>) -> Option<Outage> {
    let reset = evidence.reset()?;
    let prompt = reset.prompt.filter(|prompt| prompt.len > 0 && prompt.by != reset.by)?;
    let before = evidence.close.recent.iter().filter(|recent| recent.serial < prompt.serial);
    let own: Vec<&Recent> = before.filter(|recent| recent.by == prompt.by && !recent.flags.rst()).collect();
    let copies = own.iter().filter(|own| own.seq == prompt.seq && own.len > 0);
    let seen = copies.clone().next().map(|first| (copies.count(), first.ts));
    // Who acknowledges the copies is there.
    let heard = reset.before.at(reset.by).last_seen;
    let seen = seen.filter(|&(copies, first)| copies >= COPIES && heard <= first);
    let seen = seen.map(|(times, first)| Outage { times, over: prompt.ts.since(first), unseen: false });
    seen.or_else(|| unseen(&own, &prompt))
}

/// How many segments a host that counts those of each of its sockets had sent in a silence that its next one broke.
fn unseen(own: &[&Recent], prompt: &Recent) -> Option<Outage> {
    let last = own.last()?;
    let counted = own.iter().rev().take(COUNTED).filter(|own| own.ip_id != 0);
    let counts = counted.count() == COUNTED
        && own
            .iter()
            .rev()
            .zip(own.iter().rev().skip(1))
            .take(COUNTED - 1)
            .all(|(next, one)| follows(one, next) == 1);
    let of_socket = counts && initial_ttl(prompt.ttl) == LINUX_TTL && prompt.ttl == last.ttl;
    let (missed, over) = (follows(last, prompt).wrapping_sub(1), prompt.ts.since(last.ts));
    let some = (MISSED..=u16::from(u8::MAX)).contains(&missed) && prompt.seq == last.seq_end();
    (of_socket && some && over >= BRIEFEST_IDLE).then_some(Outage {
        times: usize::from(missed),
        over,
        unseen: true,
    })
}

/// How far one identification is behind another.
const fn follows(one: &Recent, next: &Recent) -> u16 {
    next.ip_id.wrapping_sub(one.ip_id)
}

/// The same in words.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let Outage { times, over, unseen } = before_rst(evidence)?;
    Some(Fact::of_all(if unseen {
        let writer = evidence.close.side(evidence.reset()?.by.peer());
        format!(
            "in the {over} of silence before, the {writer} had sent {times} segments that were lost, as its count of identifications tells: nothing came through"
        )
    } else {
        format!("what it answers had been sent {times} times over {over} before, without an answer")
    }))
}
