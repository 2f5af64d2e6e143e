//! What the table keeps: small cells for attempts and for what was handed over, and pools of cells.

use crate::ahead::{Fetch, fetch};
use crate::decode::{Segment, SeqNumber};
use crate::time::Timestamp;

use super::super::admission;
use super::super::attempt::Attempt;
use super::super::chain::{Link, Linked};
use super::super::half::{Half, Marks};
use super::super::key::{Both, End, FlowKey};
use super::super::state::{Cold, Flow};

/// A connection that takes little room.
#[derive(Clone, Debug)]
pub(super) struct Small {
    pub(super) link: Link,
    pub(super) body: Body,
    pub(super) key: FlowKey,
    /// Changes when the cell is given to another connection, so that timers find out.
    pub(super) generation: u32,
}

const _: () = assert!(size_of::<Small>() <= 128, "a scan leaves a million of them");

#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Nothing but a SYN and perhaps its refusal, or its answer and the client's RST.
    Attempt(Attempt),
    /// It was handed over; kept so that late segments open no ghost.
    Grave(Grave),
}

/// What has to be known of a connection that was handed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grave {
    ends: Both<Last>,
    /// When either side was last heard.
    pub(super) last_seen: Timestamp,
}

/// The numbers of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Last {
    iss: SeqNumber,
    snd_nxt: SeqNumber,
    syn: bool,
    seen: bool,
}

impl Last {
    fn of(half: &Half) -> Self {
        Self { iss: half.iss, snd_nxt: half.snd_nxt, syn: half.marks.has(Marks::SYN), seen: half.seen() }
    }
}

impl Grave {
    /// What is left of `flow`.
    pub(super) fn of(flow: &Flow) -> Self {
        let ends = Both::from_fn(|end| Last::of(flow.halves.at(end)));
        Self { ends, last_seen: flow.last_seen() }
    }

    /// What is left of an attempt that was answered.
    pub(super) fn of_attempt(attempt: &Attempt) -> Self {
        let last = |iss: SeqNumber| Last { iss, snd_nxt: iss.plus(1), syn: true, seen: true };
        let (own, answer) = attempt.numbers();
        let other = answer.map(last).unwrap_or_default();
        let ends = Both::from_fn(|end| if end == attempt.by { last(own) } else { other });
        Self { ends, last_seen: attempt.last_seen() }
    }

    /// Does a segment of `by` belong to the connection that lies here?
    pub(super) fn owns(&self, segment: &Segment, by: End) -> bool {
        let me = self.ends.at(by);
        if segment.flags.syn() && !segment.flags.rst() {
            return me.syn && segment.seq == me.iss;
        }
        // Numbers of a side that was never heard, and those of a RST that answers a SYN, say nothing.
        !me.seen || segment.flags.rst() || admission::near(segment.seq, me.snd_nxt)
    }
}

impl Fetch for Small {
    #[inline]
    fn fetch(&self) {
        fetch(&self.link);
        fetch(&self.body);
        fetch(&self.key);
        fetch(&self.generation);
    }
}

impl Linked for Small {
    fn link(&self) -> &Link {
        &self.link
    }

    fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }

    #[inline]
    fn fetch_for_turn(&self) {
        self.fetch();
    }
}

impl Linked for Cold {
    fn link(&self) -> &Link {
        &self.link
    }

    fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }
}

/// Cells that are given out and come back. Of the memory that is asked for, the system gives what is written to, as they are needed:
/// what grows step by step is copied at each of them, into memory that is new again.
#[derive(Debug)]
pub(super) struct Pool<T> {
    pub(super) cells: Vec<T>,
    free: Vec<u32>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { cells: Vec::new(), free: Vec::new() }
    }
}

/// So many cells are asked for at most; more are taken as they are needed.
const ASKED_FOR: usize = 1 << 20;

/// Room for so many, if there is any; it grows otherwise.
pub(super) fn with_room<T>(most: usize) -> Vec<T> {
    let mut cells = Vec::new();
    // Where the system gives none for nothing, it will do so bit by bit.
    cells.try_reserve_exact(most.min(ASKED_FOR)).unwrap_or_default();
    cells
}

impl<T> Pool<T> {
    /// For as many at most.
    pub(super) fn with_room(most: usize) -> Self {
        Self { cells: with_room(most), ..Self::default() }
    }
}

impl<T: Fetch> Pool<T> {
    /// How many are given out.
    pub(super) const fn len(&self) -> usize {
        self.cells.len() - self.free.len()
    }

    /// The cell that the next one will be put into; `None` where it will be a new one.
    pub(super) fn next_free(&self) -> Option<u32> {
        self.free.last().copied()
    }

    /// Puts a value into a cell and tells which.
    pub(super) fn put(&mut self, value: T) -> u32 {
        if let Some(at) = self.free.pop() {
            self.cells[at as usize] = value;
            self.fetch_next();
            return at;
        }
        self.cells.push(value);
        u32::try_from(self.cells.len() - 1).unwrap_or(u32::MAX)
    }

    /// Asks for the cell that will be given out next: nobody may have touched it for long.
    fn fetch_next(&self) {
        if let Some(at) = self.next_free() {
            self.at(at).fetch();
        }
    }

    /// Takes a cell back.
    pub(super) fn give_back(&mut self, at: u32) {
        self.free.push(at);
    }

    /// Cells that are given out, as `is_taken` tells.
    pub(super) fn taken(&self, is_taken: impl Fn(&T) -> bool) -> impl Iterator<Item = u32> {
        let cells = self.cells.iter().zip(0..);
        cells.filter(move |(cell, _)| is_taken(cell)).map(|(_, at)| at)
    }

    pub(super) fn at(&self, at: u32) -> &T {
        &self.cells[at as usize]
    }

    pub(super) fn at_mut(&mut self, at: u32) -> &mut T {
        &mut self.cells[at as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::asked::leaves_no_gap;
    use crate::decode::Flags;

    #[test]
    fn every_line_of_a_small_one_is_asked_for() {
        let attempt = Attempt::begin(&Segment { flags: Flags::SYN, ..Segment::default() }, End::Low).unwrap();
        let (link, key) = (Link::default(), FlowKey::NOBODY);
        let small = Small { link, body: Body::Attempt(attempt), key, generation: 0 };
        assert!(leaves_no_gap(&small, Small::fetch));
    }
}
