//! Where a frame was captured: in which of several captures, and which way it passed the host that captured it.
//!
//! What changes on the way (the TTL) and when a frame passed compare only at one place. What its sender wrote (identification, timestamps,
//! numbers) is the same wherever it is captured.

use crate::decode::{Segment, SeqNumber, Traits};
use crate::time::Timestamp;

use super::close::{Close, Reset};
use super::recent::Recent;

/// How many of one kind are kept beside the first: those of a router's two sides and of two hosts.
const KEPT: usize = 4;

/// A place where frames of a connection were captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Place {
    /// Which of the merged captures.
    pub file: u16,
    /// Which way, where a capture tells: [`Traits::OUTGOING`], [`Traits::LOOPBACK`].
    way: Traits,
}

impl Place {
    /// In this capture, and coming in, or nobody tells.
    #[must_use]
    pub const fn of_capture(file: u16) -> Self {
        Self { file, way: Traits(0) }
    }

    /// The same, whichever capture it was.
    #[must_use]
    pub const fn of_any_capture(self) -> Self {
        Self { file: 0, ..self }
    }

    /// In this capture, the way that the header tells.
    #[must_use]
    pub const fn new(file: u16, traits: Traits) -> Self {
        Self { file, way: Traits(traits.0 & Traits::OUTGOING.with(Traits::LOOPBACK).0) }
    }

    /// Where `segment` was captured.
    #[must_use]
    pub const fn of(segment: &Segment) -> Self {
        Self::new(segment.file, segment.traits)
    }

    /// In this capture, where what leaves the host is captured, if this is where something comes in; and the other way round.
    #[must_use]
    pub const fn the_other_way(self) -> Self {
        Self { way: if self.comes_in() { Traits::OUTGOING } else { Traits(0) }, ..self }
    }

    /// As one number.
    #[must_use]
    pub const fn number(self) -> u32 {
        (self.file as u32) << 16 | self.way.0 as u32
    }

    /// What it has come to is the host that captured it, or nobody tells.
    #[must_use]
    pub const fn comes_in(self) -> bool {
        self.way.0 == 0
    }

    /// It left the host that captured it, and not through its loopback interface.
    #[must_use]
    pub const fn goes_out(self) -> bool {
        self.way.0 == Traits::OUTGOING.0
    }
}

/// With which TTL, or hop limit, frames were captured at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Look {
    /// Where.
    pub place: Place,
    /// The TTL; 0 stands for none.
    pub ttl: u8,
}

impl Look {
    /// That of `segment`.
    #[must_use]
    pub const fn of(segment: &Segment) -> Self {
        Self { place: Place::of(segment), ttl: segment.ttl }
    }
}

/// The looks that one end's frames had where they were captured once more, each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Looks([Look; KEPT]);

impl Looks {
    /// Another one, if there is room for it.
    pub(super) fn note(&mut self, look: Look) {
        let fits = |kept: &&mut Look| kept.ttl == 0 || **kept == look;
        if let Some(kept) = self.0.iter_mut().find(fits) {
            *kept = look;
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Look> + '_ {
        self.0.iter().copied().filter(|look| look.ttl != 0)
    }
}

/// A RST, where it was captured first or once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where, and with which TTL.
    pub look: Look,
    /// When.
    pub ts: Timestamp,
    /// In which frame.
    pub frame: u64,
    /// With which sequence number: a device may give a connection other ones.
    pub seq: SeqNumber,
}

impl Copied {
    /// `recent`, at its place.
    #[must_use]
    pub(super) const fn of(recent: &Recent) -> Self {
        Self { look: recent.look(), ts: recent.ts, frame: recent.frame, seq: recent.seq }
    }

    const fn of_segment(segment: &Segment) -> Self {
        Self { look: Look::of(segment), ts: segment.ts, frame: segment.frame, seq: segment.seq }
    }

    /// Takes note of one more, if it is the first of its look and there is room for it.
    pub(super) fn note(copies: &mut Vec<Self>, recent: &Recent) {
        let known = copies.iter().any(|copy| copy.look == recent.look());
        if copies.len() < KEPT && !known {
            copies.push(Self::of(recent));
        }
    }
}

impl Close {
    /// Were two of the merged captures made at one place, as far as this connection tells?
    #[must_use]
    pub fn is_one_capture(&self, one: u16, other: u16) -> bool {
        one == other || !self.doubles.are_of_several_places()
    }

    /// Are two places the same one?
    #[must_use]
    pub fn is_one_place(&self, one: Place, other: Place) -> bool {
        one.way == other.way && self.is_one_capture(one.file, other.file)
    }
}

impl Reset {
    /// Wherever it was captured, first to last.
    pub fn sightings(&self) -> impl Iterator<Item = Copied> + '_ {
        [Copied::of_segment(&self.rst)].into_iter().chain(self.copies.iter().copied())
    }

    /// Where it was captured with another number: before and behind a device that renumbers the connection.
    #[must_use]
    pub fn renumbered(&self) -> Option<Copied> {
        self.copies.iter().copied().find(|copy| copy.seq != self.rst.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_look_is_kept_once_and_none_is_overwritten() {
        let mut looks = Looks::default();
        let look = |file: u16, ttl: u8| Look { place: Place::of_capture(file), ttl };
        for (file, ttl) in [(1, 64), (1, 64), (2, 63), (1, 63), (3, 60), (4, 60), (1, 64)] {
            looks.note(look(file, ttl));
        }
        let kept: Vec<_> = looks.iter().collect();
        assert_eq!(kept, [look(1, 64), look(2, 63), look(1, 63), look(3, 60)]);
    }
}
