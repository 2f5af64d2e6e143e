//! What several have followed, put together again in the one order that there is.

use std::iter::Peekable;
use std::vec::IntoIter;

use smallvec::SmallVec;

use crate::flow::{Begun, Ended, SHARDS};
use crate::time::Timestamp;

use super::crew::Crew;
use super::follower::{Left, Sheaf};

/// Puts the sheaves of one shipment together: at each tick what the first follower has, then the second, and so on. Sheaves
/// of one shipment have the same ticks; gives the last of them. What is left are empty sheaves.
pub(super) fn bind(sheaves: &mut [Sheaf], sink: &mut dyn FnMut(Ended)) -> Option<Timestamp> {
    let ticks = sheaves.first().map_or(0, |sheaf| sheaf.ticks.len());
    let last = sheaves.first().and_then(|sheaf| sheaf.ticks.last()).map(|&(now, _)| now);
    let open = sheaves.iter_mut().map(|Sheaf { ended, ticks }| (ended.drain(..), ticks, 0));
    let mut open: SmallVec<[_; SHARDS]> = open.collect();
    for tick in 0..ticks {
        for (ended, ticks, taken) in &mut open {
            let upto = ticks.get(tick).map_or(*taken, |&(_, upto)| upto);
            ended.by_ref().take(upto - *taken).for_each(&mut *sink);
            *taken = upto;
        }
    }
    drop(open);
    sheaves.iter_mut().for_each(Sheaf::clear);
    last
}

/// What the followers of a crew have left at the end, by when it began.
pub(super) struct Remainder<'c> {
    crew: &'c Crew,
    lines: Vec<Peekable<IntoIter<(Begun, Ended)>>>,
}

impl<'c> Remainder<'c> {
    pub(super) fn of(crew: &'c Crew) -> Self {
        let lines = (0..crew.followers()).map(|_| Left::new().into_iter().peekable());
        Self { crew, lines: lines.collect() }
    }
}

impl Iterator for Remainder<'_> {
    type Item = Ended;

    fn next(&mut self) -> Option<Ended> {
        for (nth, line) in self.lines.iter_mut().enumerate() {
            if line.peek().is_none() {
                *line = self.crew.left(nth).into_iter().peekable();
            }
        }
        let firsts =
            self.lines.iter_mut().filter_map(|line| line.peek().map(|&(begun, _)| begun).zip(Some(line)));
        let (_, line) = firsts.min_by_key(|(begun, _)| *begun)?;
        line.next().map(|(_, ended)| ended)
    }
}
