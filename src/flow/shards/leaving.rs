//! Connections that are left at the end, in the order in which they began.

use std::vec::IntoIter;

use crate::decode::Endpoint;
use crate::time::Timestamp;

use super::super::close::{Ended, ObservedUntil};
use super::super::index::Place;
use super::super::shard::Shard;
use super::Shards;

/// When a connection that is left began: those are handed over in this order.
pub type Begun = (Timestamp, u16, u64, Endpoint);

/// Those that are left of some shards. Nothing may come to the shards after it.
pub struct Leaving {
    lines: Vec<Line>,
}

/// Those that are left of one shard: there may be a million, so of each there are eight bytes (see [`entry`]).
struct Line {
    rest: IntoIter<u64>,
    first: Option<(Begun, Place)>,
}

/// Steps of 256 ns, so that an age fits in 32 bits up to 18 minutes. Only of those that began in the same step, or before
/// the first, the time itself has to be looked at.
const STEP_BITS: u32 = 8;

/// So many connections ahead of its turn what is known of one is asked for, and then what that leads to.
const LATER: usize = 8;
const SOON: usize = 4;

/// The step in which a connection began, and where it is; the older, the less.
fn entry(now: Timestamp, start: Timestamp, place: Place) -> u64 {
    let age = now.as_nanos().saturating_sub(start.as_nanos()) >> STEP_BITS;
    let step = u32::MAX - u32::try_from(age).unwrap_or(u32::MAX);
    u64::from(step) << u32::BITS | u64::from(place.code())
}

const fn step(entry: u64) -> u64 {
    entry >> u32::BITS
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
const fn place(entry: u64) -> Place {
    Place::of(entry as u32)
}

fn begun(shard: &Shard, place: Place) -> Begun {
    let (ts, file, frame) = shard.begun(place).unwrap_or_default();
    (ts, file, frame, shard.key_of(place).low)
}

impl Line {
    fn of(shard: &mut Shard) -> Self {
        let mut all = Vec::new();
        all.reserve_exact(shard.len());
        let now = shard.now();
        shard.leave(|start, place| all.push(entry(now, start, place)));
        all.sort_unstable();
        for same in all.chunk_by_mut(|a, b| step(*a) == step(*b)).filter(|same| same.len() > 1) {
            same.sort_unstable_by_key(|&entry| begun(shard, place(entry)));
        }
        let mut line = Self { rest: all.into_iter(), first: None };
        line.move_on(shard);
        line
    }

    fn begun(&self) -> Option<&Begun> {
        self.first.as_ref().map(|(begun, _)| begun)
    }

    fn move_on(&mut self, shard: &Shard) {
        let rest = self.rest.as_slice();
        if let Some(&later) = rest.get(LATER) {
            shard.fetch_all(place(later));
        }
        if let Some(&soon) = rest.get(SOON) {
            shard.fetch_said(place(soon));
        }
        self.first = self.rest.next().map(place).map(|place| (begun(shard, place), place));
    }
}

impl Leaving {
    pub(super) fn of(shards: &mut [Shard]) -> Self {
        Self { lines: shards.iter_mut().map(Line::of).collect() }
    }

    /// Hands over the next one of these `shards`.
    pub fn next(&mut self, shards: &mut Shards, until: ObservedUntil) -> Option<(Begun, Ended)> {
        loop {
            let lines = self.lines.iter_mut().zip(&mut shards.shards);
            let ready = lines.filter(|(line, _)| line.first.is_some());
            let (line, shard) = ready.min_by(|(a, _), (b, _)| a.begun().cmp(&b.begun()))?;
            let (begun, place) = line.first?;
            let mut handed = None;
            shard.hand_over(place, until, &mut |ended| handed = Some((begun, ended)));
            line.move_on(shard);
            if handed.is_some() {
                return handed;
            }
        }
    }
}
