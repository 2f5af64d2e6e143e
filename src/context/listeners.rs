//! When each listener accepted connections, so that a refusal in between is not taken for a port that is closed, and when it refused them,
//! so that what ends just then is not taken for idle.

use smallvec::SmallVec;

use crate::decode::Endpoint;
use crate::flow::{Attempted, Close, LINGER, Marks, Side};
use crate::time::{Span, Timestamp};

use super::window::Window;

/// The time in which it is noted once that one was accepted.
const SLOT: Span = Span::from_millis(250);
/// What is noted of: half a minute, longer than a refusal waits to be judged.
const SLOTS: u64 = u128::BITS as u64;
/// A second before and after.
const NEAR: u64 = 4;

/// Refusals no further apart are one spell: a client that waits for a service asks again about every second.
const SPELL: Span = Span::from_secs(2);
/// So many spells are remembered of a listener: those of the time for which something waits to be judged.
const SPELLS: usize = 4;
/// What ends so long after somebody was refused ended with the program that listened: one that drains closes its listener first.
const DRAINS: Span = Span::from_secs(1);
/// And so long before: as long as whatever ends waits for its neighbours.
const AWAITED: Span = LINGER;

/// A time in which a port that had let others in refused whoever came.
#[derive(Clone, Copy, Debug)]
struct Spell {
    first: Timestamp,
    last: Timestamp,
}

impl Spell {
    fn is_about(self, end: Timestamp) -> bool {
        self.first <= end.plus(AWAITED) && end <= self.last.plus(DRAINS)
    }
}

/// In which of the last slots a listener accepted: a bit each, the latest the lowest. And when it refused, the latest spell last.
#[derive(Clone, Debug, Default)]
struct Accepts {
    latest: u64,
    slots: u128,
    spells: SmallVec<[Spell; 1]>,
}

impl Accepts {
    fn note(&mut self, slot: u64) {
        let later = slot.saturating_sub(self.latest);
        self.slots = if later < SLOTS { self.slots << later } else { 0 };
        self.latest = self.latest.max(slot);
        if let Some(ago) = self.ago(slot) {
            self.slots |= 1 << ago;
        }
    }

    fn note_refusal(&mut self, at: Timestamp) {
        if let Some(spell) = self.spells.last_mut().filter(|spell| at.since(spell.last) <= SPELL) {
            (spell.first, spell.last) = (spell.first.min(at), spell.last.max(at));
            return;
        }
        if self.spells.len() == SPELLS {
            self.spells.remove(0);
        }
        self.spells.push(Spell { first: at, last: at });
    }

    fn ago(&self, slot: u64) -> Option<u64> {
        self.latest.checked_sub(slot).filter(|&ago| ago < SLOTS)
    }

    fn has(&self, slot: u64) -> bool {
        self.ago(slot).is_some_and(|ago| self.slots >> ago & 1 == 1)
    }

    /// Did it accept others shortly before `at`, and shortly after?
    fn around(&self, at: Timestamp) -> bool {
        let slot = slot_of(at);
        let any = |mut slots: std::ops::RangeInclusive<u64>| slots.any(|slot| self.has(slot));
        any(slot.saturating_sub(NEAR)..=slot.saturating_sub(1)) && any(slot + 1..=slot + NEAR)
    }
}

#[derive(Debug)]
pub(super) struct Listeners(Window<Endpoint, Accepts>);

impl Default for Listeners {
    fn default() -> Self {
        Self::beside(usize::MAX)
    }
}

impl Listeners {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self(Window::beside(flows))
    }

    pub(super) fn note(&mut self, close: &Close) {
        let [client, server] = [Side::Client, Side::Server].map(|side| close.half(side).marks);
        if server.has(Marks::SYN_ACK) && client.has(Marks::SYN) && client.has(Marks::ACKED) {
            self.0.entry(close.endpoint(Side::Server), close.closed_at).note(slot_of(close.start.ts));
        } else if close.answers_syn() {
            self.note_refusal(close.endpoint(Side::Server), close.start.ts);
        }
    }

    /// The same of what there was no more of than an attempt.
    pub(super) fn note_attempt(&mut self, attempted: &Attempted) {
        if attempted.rst().is_some() {
            self.note_refusal(attempted.server(), attempted.start());
        }
    }

    /// A port refused somebody: of those that nobody is known to have got through to, as scans find them, nothing is kept.
    fn note_refusal(&mut self, server: Endpoint, at: Timestamp) {
        if let Some(accepts) = self.0.get_mut(&server) {
            accepts.note_refusal(at);
        }
    }

    /// Has it accepted anybody, as far back as is remembered?
    pub(super) fn is_one(&self, endpoint: Endpoint) -> bool {
        self.0.get(&endpoint).is_some()
    }

    /// Did it accept others shortly before `at`, and shortly after?
    pub(super) fn accepted_around(&self, server: Endpoint, at: Timestamp) -> bool {
        self.0.get(&server).is_some_and(|accepts| accepts.around(at))
    }

    /// From when on it refused everybody, if that was about `end` and nobody was let in between.
    pub(super) fn refused_about(&self, server: Endpoint, end: Timestamp) -> Option<Timestamp> {
        let accepts = self.0.get(&server)?;
        let Spell { first, last } = *accepts.spells.iter().find(|spell| spell.is_about(end))?;
        let mut meanwhile = slot_of(first.min(end)) + 1..slot_of(last.max(end));
        (!accepts.around(first) && !meanwhile.any(|slot| accepts.has(slot))).then_some(first)
    }
}

const fn slot_of(ts: Timestamp) -> u64 {
    ts.as_nanos() / SLOT.as_nanos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_accepted_is_known_for_half_a_minute() {
        let mut accepts = Accepts::default();
        let base = slot_of(Timestamp::from_parts(1_800_000_000, 0));
        // They are handed over in the order in which they end.
        for slot in [8, 3, 100] {
            accepts.note(base + slot);
        }
        for slot in 0..110 {
            assert_eq!(accepts.has(base + slot), [3, 8, 100].contains(&slot), "{slot}");
        }
        accepts.note(base + 3 + SLOTS);
        assert!(!accepts.has(base + 3) && accepts.has(base + 8));
        accepts.note(base + 3);
        accepts.note(base + 1000);
        assert!(!accepts.has(base + 100) && !accepts.has(base + 3) && accepts.has(base + 1000));
    }

    /// A limit of connections refuses some and lets others in.
    #[test]
    fn a_port_refuses_whoever_comes_only_where_nobody_is_let_in_meanwhile() {
        let server = Endpoint { addr: crate::decode::Addr::v4([10, 0, 0, 2]), port: 80 };
        let at = |tenths: u64| Timestamp::from_parts(1_800_000_000, 0).plus(Span::from_millis(100 * tenths));
        let from = |accepted: &[u64], refused: &[u64], end: u64| {
            let mut listeners = Listeners::default();
            for &tenths in accepted {
                listeners.0.entry(server, at(tenths)).note(slot_of(at(tenths)));
            }
            for &tenths in refused {
                listeners.note_refusal(server, at(tenths));
            }
            listeners.refused_about(server, at(end)).map(|from| from.since(at(0)))
        };
        let tenths = |tenths: u64| Some(Span::from_millis(100 * tenths));
        assert_eq!(from(&[0, 50], &[53, 60, 75], 51), tenths(53));
        // One that drains, and one that is back later.
        assert_eq!(from(&[0], &[20, 35, 50], 40), tenths(20));
        assert_eq!(from(&[0, 90], &[53, 60], 51), tenths(53));
        assert_eq!(from(&[0], &[53, 130], 95), tenths(130));
        // Of those between whom others were let in, of others at other times, and of a port of which nothing else is known.
        assert_eq!(from(&[48, 58], &[53], 51), None);
        assert_eq!(from(&[0, 70], &[53, 65, 80], 51), None);
        assert_eq!(from(&[0, 70], &[90], 51), None);
        assert_eq!(from(&[0], &[102], 51), None);
        assert_eq!(from(&[], &[53], 51), None);
    }
}
