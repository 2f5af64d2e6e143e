//! Zeek's history: a letter for each thing that happened for the first time, capital for the originator.

use std::fmt;

use crate::ahead::{Fetch, fetch};

use super::zeek::Role;

/// More letters than any real connection has; what a hostile one adds beyond them is left out.
const CAPACITY: usize = 46;

/// What a letter stands for, as the bit that remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Letter {
    /// SYN (`S`) or SYN+ACK (`H`): they share one memory.
    Syn = 1,
    /// FIN.
    Fin = 2,
    /// RST.
    Rst = 4,
    /// A segment with payload.
    Data = 8,
    /// An acknowledgement without payload.
    Ack = 16,
    /// FIN and RST in one segment (`I`).
    FinRst = 32,
    /// Other flags that exclude each other (`Q`).
    MultiFlag = 64,
}

/// The letters so far and what they remember.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct History {
    letters: [u8; CAPACITY],
    len: u8,
    flipped: bool,
}

impl Default for History {
    fn default() -> Self {
        Self { letters: [0; CAPACITY], len: 0, flipped: false }
    }
}

/// Which letters are there already, by role: what has to be known for every segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LettersSeen([u8; 2]);

impl LettersSeen {
    /// Notes a letter; tells whether it was there before.
    pub(super) const fn note(&mut self, letter: Letter, role: Role) -> bool {
        let seen = &mut self.0[role as usize];
        let before = *seen & letter as u8 != 0;
        *seen |= letter as u8;
        before
    }

    /// Is this letter of a role there already?
    pub(super) const fn has_of(self, letter: Letter, role: Role) -> bool {
        self.0[role as usize] & letter as u8 != 0
    }

    /// Is this letter there already, for both?
    pub(super) const fn has(self, letter: Letter) -> bool {
        self.0[0] & self.0[1] & letter as u8 != 0
    }

    /// Has either sent data, or a mere acknowledgement?
    pub(super) const fn tells_talk(self) -> bool {
        (self.0[0] | self.0[1]) & (Letter::Data as u8 | Letter::Ack as u8) != 0
    }

    /// Originator and responder change places.
    pub(super) const fn flip(&mut self) {
        self.0 = [self.0[1], self.0[0]];
    }

    /// Nothing but a SYN or SYN+ACK of the originator.
    pub(super) const fn is_only_syn(self) -> bool {
        self.0[Role::Originator as usize] == Letter::Syn as u8 && self.0[Role::Responder as usize] == 0
    }
}

/// Its letters, and how many there are.
impl Fetch for History {
    #[inline]
    fn fetch(&self) {
        fetch(&self.letters);
        fetch(&self.len);
    }
}

impl History {
    /// Writes a letter.
    pub fn push(&mut self, role: Role, shown: u8) {
        let letter = if role == Role::Originator { shown } else { shown.to_ascii_lowercase() };
        if let Some(place) = self.letters.get_mut(usize::from(self.len)) {
            *place = letter;
            self.len += 1;
        }
    }

    /// Writes a letter at the 1st, 10th, 100th … time that something was counted.
    pub fn push_scaled(&mut self, role: Role, shown: u8, count: u32) {
        if count > 0 && 10_u32.pow(count.ilog10()) == count {
            self.push(role, shown);
        }
    }

    /// Originator and responder change places: every letter changes its case, and a `^` leads.
    pub fn flip(&mut self) {
        self.flipped = !self.flipped;
        for letter in &mut self.letters[..usize::from(self.len)] {
            *letter ^= 0x20;
        }
    }

    /// Nothing but a SYN+ACK of the originator has been seen.
    #[must_use]
    pub fn is_only_syn_ack(&self) -> bool {
        !self.flipped && self.len == 1 && self.letters.first() == Some(&b'H')
    }

    /// The letters without a leading `^`.
    #[must_use]
    pub fn letters(&self) -> &str {
        std::str::from_utf8(&self.letters[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.flipped { "^" } else { "" })?;
        f.write_str(self.letters())
    }
}

#[cfg(test)]
impl From<&str> for History {
    fn from(letters: &str) -> Self {
        let mut history = Self::default();
        letters.bytes().for_each(|letter| history.push(Role::Originator, letter));
        history
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_once_and_in_the_case_of_the_side() {
        let mut seen = LettersSeen::default();
        assert!(!seen.note(Letter::Syn, Role::Originator));
        assert!(seen.is_only_syn());
        assert!(!seen.note(Letter::Data, Role::Responder));
        assert!(seen.note(Letter::Syn, Role::Originator) && !seen.is_only_syn());
        seen.flip();
        assert!(seen.note(Letter::Data, Role::Originator));
        let mut history = History::default();
        history.push(Role::Originator, b'S');
        history.push(Role::Responder, b'H');
        assert_eq!(history.to_string(), "Sh");
        history.flip();
        assert_eq!(history.to_string(), "^sH");
    }

    #[test]
    fn counted_letters_come_at_powers_of_ten() {
        let mut history = History::default();
        (1..=120).for_each(|count| history.push_scaled(Role::Responder, b'T', count));
        assert_eq!(history.to_string(), "ttt");
    }

    #[test]
    fn a_hostile_history_is_cut_not_grown() {
        let mut history = History::default();
        (0..1000).for_each(|_| history.push(Role::Originator, b'R'));
        assert_eq!(history.to_string().len(), CAPACITY);
    }
}
