//! What unanswered requests ask, in the order in which they were sent: two bits each.

use super::head::Asked;

/// Requests of which it is remembered; clients that pipeline send fewer.
const MAX: u8 = 16;
const BITS: u32 = 2;
const MASK: u32 = (1 << BITS) - 1;

/// A queue of bounded size. Requests beyond it are taken for ordinary ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Pending {
    asked: u32,
    count: u8,
    /// Requests behind those that are remembered.
    beyond: u32,
}

impl Pending {
    pub(super) fn push(&mut self, asked: Asked) {
        if self.count == MAX || self.beyond > 0 {
            self.beyond = self.beyond.saturating_add(1);
            return;
        }
        self.asked |= (asked as u32) << (u32::from(self.count) * BITS);
        self.count += 1;
    }

    /// The oldest.
    pub(super) const fn front(self) -> Asked {
        match self.asked & MASK {
            1 => Asked::Head,
            2 => Asked::Connect,
            _ => Asked::Other,
        }
    }

    /// Is the oldest one of those that are not remembered?
    pub(super) const fn is_forgotten(self) -> bool {
        self.count == 0 && self.beyond > 0
    }

    /// The oldest is answered.
    pub(super) const fn pop(&mut self) {
        self.asked >>= BITS;
        if self.count > 0 {
            self.count -= 1;
        } else {
            self.beyond = self.beyond.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_keep_their_places_even_beyond_the_bound() {
        let mut pending = Pending::default();
        pending.push(Asked::Head);
        pending.push(Asked::Connect);
        (2..20).for_each(|_| pending.push(Asked::Head));
        assert_eq!(pending.front(), Asked::Head);
        pending.pop();
        assert_eq!(pending.front(), Asked::Connect);
        pending.push(Asked::Connect);
        (1..16).for_each(|_| pending.pop());
        // Those beyond are not remembered, and none takes the place of another.
        (16..21).for_each(|_| {
            assert_eq!(pending.front(), Asked::Other);
            pending.pop();
        });
        assert_eq!(pending, Pending::default());
    }
}
