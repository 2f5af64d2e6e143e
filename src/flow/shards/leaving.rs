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
    /// The lines of which one is left, by its number; whose first began earliest comes last.
    order: Vec<usize>,
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

/// Bits of a step that are looked at together.
const DIGIT_BITS: u32 = 11;
const DIGIT: u64 = (1 << DIGIT_BITS) - 1;

/// Sorts entries by their steps alone, digit by digit from the least on: of so many numbers none has to be compared with another.
fn sort_by_step(all: &mut Vec<u64>) {
    let digit = |entry: u64, shift: u32| usize::try_from(entry >> shift & DIGIT).unwrap_or(0);
    let mut other = vec![0; all.len()];
    for shift in (u32::BITS..u64::BITS).step_by(DIGIT_BITS as usize) {
        let mut ends = [0_usize; 1 << DIGIT_BITS];
        for &entry in all.iter() {
            ends[digit(entry, shift)] += 1;
        }
        // What all have in common leaves them in their order.
        if ends.contains(&all.len()) {
            continue;
        }
        let mut next = 0;
        for place in &mut ends {
            next += std::mem::replace(place, next);
        }
        for &entry in all.iter() {
            let place = &mut ends[digit(entry, shift)];
            other[*place] = entry;
            *place += 1;
        }
        std::mem::swap(all, &mut other);
    }
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
        sort_by_step(&mut all);
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
        let lines: Vec<Line> = shards.iter_mut().map(Line::of).collect();
        let numbers = 0..lines.len();
        let mut leaving = Self { order: Vec::with_capacity(lines.len()), lines };
        numbers.for_each(|nth| leaving.line_up(nth));
        leaving
    }

    /// Puts a line that is not among them where it belongs: mostly near the end, where only few have to be looked at.
    fn line_up(&mut self, nth: usize) {
        let begun = |nth: usize| self.lines.get(nth).and_then(Line::begun);
        if begun(nth).is_none() {
            return;
        }
        self.order.push(nth);
        let mut at = self.order.len() - 1;
        while at > 0 && begun(self.order[at - 1]) < begun(nth) {
            self.order.swap(at - 1, at);
            at -= 1;
        }
    }

    /// Hands over the next one of these `shards`, if there is one.
    pub fn next(
        &mut self,
        shards: &mut Shards,
        until: ObservedUntil,
        mut taken: impl FnMut(Begun, Ended),
    ) -> bool {
        let Some(nth) = self.order.pop() else { return false };
        let elsewhere = shards.elsewhere();
        if let (Some(line), Some(shard)) = (self.lines.get_mut(nth), shards.shards.get_mut(nth)) {
            if let Some((begun, place)) = line.first {
                shard.hand_over(place, until, &mut |mut ended| {
                    // Who else knows it cannot be asked any more.
                    if elsewhere > 0 {
                        ended.note_elsewhere(elsewhere);
                    }
                    taken(begun, ended);
                });
            }
            line.move_on(shard);
        }
        self.line_up(nth);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_by_their_steps_and_keep_their_order_otherwise() {
        let step = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40 << (n % 9);
        for many in [0, 1, 2, 5000] {
            let mut all: Vec<u64> = (0..many).map(|n| (step(n) & 0xffff_ffff) << 32 | (many - n)).collect();
            let mut sorted = all.clone();
            sorted.sort_by_key(|entry| entry >> 32);
            sort_by_step(&mut all);
            assert_eq!(all, sorted);
        }
    }
}
