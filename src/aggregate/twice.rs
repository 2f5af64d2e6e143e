//! Connections that were captured twice under different addresses: before and behind a device that translates them.
//!
//! Such a device leaves sequence numbers alone, and each side chose its first one by chance: two connections that have both in common are
//! one. They are counted twice all the same, since what each place saw is told under its own addresses; it is not done in silence.

use ahash::RandomState;

use crate::time::{Span, Timestamp};
use crate::verdict::{Endpoint, Ruling};

/// Connections that are remembered, about.
const REMEMBERED: usize = 1 << 15;
/// A device takes no longer to pass a connection on. The clocks of two captures may differ by anything.
const PASSED_ON: Span = Span::from_secs(3);
/// A connection that was captured at more places than these was made up by a program that always counts from the same numbers.
const SIGHTS: u8 = 4;

/// One of the sights of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Address and port of its client, as they were there.
    pub client: Endpoint,
    /// Those of its server.
    pub server: Endpoint,
    /// In which of the merged captures.
    pub file: u16,
}

/// Connections that were captured twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Twice {
    /// How many of those that are counted are others of them.
    pub count: u64,
    /// The first two sights of one.
    pub example: Option<(Sight, Sight)>,
}

/// What is remembered for it.
#[derive(Default)]
pub(super) struct Sights {
    /// Taken when there is something to remember.
    slots: Vec<Slot>,
    twice: Twice,
}

/// A connection, by the numbers that its sides began with.
#[derive(Clone, Copy)]
struct Slot {
    numbers: [u32; 2],
    start: Timestamp,
    first: Sight,
    seen: u8,
}

impl Sights {
    /// Takes note of a connection whose sides began with these numbers.
    pub(super) fn note(&mut self, ruling: &Ruling, numbers: [u32; 2]) {
        let &Ruling { client, server, file, start, .. } = ruling;
        let (sight, hash) = (Sight { client, server, file }, hash(numbers));
        let fresh = Slot { numbers, start, first: sight, seen: 1 };
        if self.slots.is_empty() {
            self.slots = vec![Slot { seen: 0, ..fresh }; REMEMBERED];
        }
        let at = usize::try_from(hash % REMEMBERED as u64).unwrap_or(0);
        let Some(slot) = self.slots.get_mut(at) else { return };
        if slot.seen == 0 || slot.numbers != numbers {
            *slot = fresh;
        } else if slot.may_be(sight, start) {
            let counted = slot.count();
            self.twice.count = self.twice.count.saturating_add_signed(counted);
            if counted > 0 {
                self.twice.example.get_or_insert((slot.first, sight));
            }
        }
    }

    /// What was found.
    pub(super) const fn twice(&self) -> Twice {
        if self.twice.count > 0 { self.twice } else { Twice { count: 0, example: None } }
    }
}

impl Slot {
    /// May it be the one that was also seen like this?
    fn may_be(&self, sight: Sight, start: Timestamp) -> bool {
        let apart = start.apart(self.start);
        self.first.is_translated(sight) && (self.first.file != sight.file || apart <= PASSED_ON)
    }

    /// One sight more; gives by how much that changes the count.
    const fn count(&mut self) -> i64 {
        self.seen = self.seen.saturating_add(1);
        match self.seen {
            ..=SIGHTS => 1,
            seen if seen == SIGHTS + 1 => 1 - SIGHTS as i64,
            _ => 0,
        }
    }
}

impl Sight {
    /// Has it another address than `other`? Ports alone are changed by nobody who passes a connection on to another host.
    fn is_translated(self, other: Self) -> bool {
        (self.client.addr, self.server.addr) != (other.client.addr, other.server.addr)
    }
}

/// The same in every run: what is forgotten must not depend on chance. Who has several meet at one place only hides them.
fn hash(numbers: [u32; 2]) -> u64 {
    RandomState::with_seeds(1, 2, 3, 4).hash_one(numbers)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{closed, endpoint};
    use super::*;
    use crate::verdict::Verdict;

    fn seen(client: &str, server: &str, file: u16, late: u64) -> Ruling {
        let start = Timestamp::from_nanos(late * 1_000_000);
        let (client, server) = (endpoint(client, 5000), endpoint(server, 80));
        Ruling::from(&Verdict { client, server, start, file, ..closed() })
    }

    fn of(sights: &[(Ruling, [u32; 2])]) -> Twice {
        let mut all = Sights::default();
        for (ruling, numbers) in sights {
            all.note(ruling, *numbers);
        }
        all.twice()
    }

    #[test]
    fn a_connection_under_other_addresses_is_known_by_its_numbers() {
        let (before, behind) = (seen("10.1.0.2", "10.2.0.2", 0, 0), seen("10.2.0.1", "10.2.0.2", 1, 10));
        let other = seen("10.1.0.3", "10.2.0.2", 0, 20);
        let twice = of(&[(before, [1, 2]), (behind, [1, 2]), (other, [1, 3])]);
        assert_eq!(twice.count, 1);
        let (first, second) = twice.example.unwrap();
        assert_eq!((first.client, second.client), (before.client, behind.client));
        assert_eq!((first.file, second.file), (0, 1));
    }

    #[test]
    fn the_same_addresses_or_another_time_make_it_another_connection() {
        let first = seen("10.1.0.2", "10.2.0.2", 0, 0);
        let again = seen("10.1.0.2", "10.2.0.2", 0, 5);
        let later = seen("10.2.0.1", "10.2.0.2", 0, 5000);
        assert_eq!(of(&[(first, [1, 2]), (again, [1, 2]), (later, [1, 2])]), Twice::default());
        // Clocks of two captures may differ.
        let elsewhere = seen("10.2.0.1", "10.2.0.2", 1, 5000);
        assert_eq!(of(&[(first, [1, 2]), (elsewhere, [1, 2])]).count, 1);
    }

    #[test]
    fn a_program_that_always_counts_from_the_same_numbers_makes_no_translation() {
        let all: Vec<_> =
            (1..40).map(|host| (seen(&format!("10.1.0.{host}"), "10.2.0.2", 0, 0), [7, 8])).collect();
        assert_eq!(of(&all), Twice::default());
        assert_eq!(of(&all[..4]).count, 3);
    }
}
