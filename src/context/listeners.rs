//! When each listener accepted connections, so that a refusal in between is not taken for a port that is closed, and when it refused them,
//! so that what ends just then is not taken for idle.

use smallvec::SmallVec;

use crate::decode::Endpoint;
use crate::flow::{Attempted, Close, LINGER, Marks, Side};
use crate::time::{Span, Timestamp};

use super::ends::{self, Ends};
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

/// A listener that was started again: its connections had ended, it refused whoever came, and let others in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    /// When it last ended a connection without having been asked to, before it refused anybody.
    pub ended: Timestamp,
    /// When it last refused somebody.
    pub refused_until: Timestamp,
}

/// In which of the last slots a listener accepted: a bit each, the latest the lowest; and in which a connection of its own was alive all the
/// time. And when it refused, the latest spell last, and ended connections of its own accord.
#[derive(Clone, Debug, Default)]
struct Accepts {
    latest: u64,
    slots: u128,
    alive: u128,
    spells: SmallVec<[Spell; 1]>,
    ends: Ends,
}

impl Accepts {
    fn note(&mut self, slot: u64) {
        self.go_on_to(slot);
        if let Some(ago) = self.ago(slot) {
            self.slots |= 1 << ago;
        }
    }

    /// A connection was alive from one slot to another: all the time in those between.
    fn note_alive(&mut self, from: u64, to: u64) {
        let Some(last) = to.checked_sub(1).filter(|&last| last > from) else { return };
        self.go_on_to(last);
        let Some(ago) = self.ago(last) else { return };
        let whole = last - from;
        let bits = if whole < SLOTS { (1 << whole) - 1 } else { u128::MAX };
        self.alive |= bits << ago;
    }

    fn go_on_to(&mut self, slot: u64) {
        let later = slot.saturating_sub(self.latest);
        let on = |slots: u128| if later < SLOTS { slots << later } else { 0 };
        (self.slots, self.alive) = (on(self.slots), on(self.alive));
        self.latest = self.latest.max(slot);
    }

    /// Did nobody have a connection at some time between the end of others and the next that was let in, behind this spell? A limit refuses
    /// some while others stay.
    fn restart(&self, spell: Spell) -> Option<Restart> {
        let ended = self.ends.latest_before(spell.first)?;
        let gone = slot_of(ended) + 1;
        let mut next = slot_of(spell.last)..=slot_of(spell.last) + NEAR;
        let back = next.find(|&slot| self.has(slot) && slot > gone)?;
        let mut between = gone..back;
        let deserted = between.all(|slot| !self.has(slot) && !self.is_alive(slot));
        let soon = spell.first.since(ended) <= DRAINS;
        (deserted && soon).then_some(Restart { ended, refused_until: spell.last })
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

    fn is_alive(&self, slot: u64) -> bool {
        self.ago(slot).is_some_and(|ago| self.alive >> ago & 1 == 1)
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
            let accepts = self.0.entry(close.endpoint(Side::Server), close.closed_at);
            let begun = slot_of(close.start.ts);
            accepts.note(begun);
            accepts.note_alive(begun, slot_of(left_by_server(close)));
            if let Some(end) = ends::unprompted(close) {
                accepts.ends.note(end);
            }
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
        let whoever = !accepts.around(first) || accepts.restart(Spell { first, last }).is_some();
        (whoever && !meanwhile.any(|slot| accepts.has(slot))).then_some(first)
    }

    /// Was it being started again when it refused somebody at `at`?
    pub(super) fn restart_about(&self, server: Endpoint, at: Timestamp) -> Option<Restart> {
        let accepts = self.0.get(&server)?;
        let spell = accepts.spells.iter().find(|spell| spell.first <= at && at <= spell.last)?;
        accepts.restart(*spell)
    }

    /// How many others the server ended at the moment when it ended this one, in the midst of something or after various pauses.
    pub(super) fn ended_with(&self, close: &Close) -> u32 {
        let Some(end) = ends::end_of(close) else { return 0 };
        self.0.get(&close.endpoint(Side::Server)).map_or(0, |accepts| accepts.ends.beside(end))
    }
}

/// Until when the server had it: it may have left it open when it had closed first.
fn left_by_server(close: &Close) -> Timestamp {
    let fin = close.fins.at(close.end(Side::Server)).as_ref().map(|fin| fin.ts);
    fin.or(close.reset.as_ref().map(|reset| reset.rst.ts)).unwrap_or(close.last.ts)
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

    /// A program that is started again ends all that it has before it refuses anybody; where a limit refuses, others stay.
    #[test]
    fn a_port_that_was_started_again_had_nobody_left() {
        let server = Endpoint { addr: crate::decode::Addr::v4([10, 0, 0, 2]), port: 80 };
        let at = |tenths: u64| Timestamp::from_parts(1_800_000_000, 0).plus(Span::from_millis(100 * tenths));
        let started_again = |alive: &[(u64, u64)], ended: &[u64], refused: &[u64]| {
            let mut listeners = Listeners::default();
            let accepts = listeners.0.entry(server, at(0));
            for &(from, to) in alive {
                accepts.note(slot_of(at(from)));
                accepts.note_alive(slot_of(at(from)), slot_of(at(to)));
            }
            for &tenths in ended {
                accepts.ends.note((at(tenths), Span::from_millis(300)));
            }
            for &tenths in refused {
                accepts.note_refusal(at(tenths));
            }
            listeners.restart_about(server, at(refused[0])).map(|restart| restart.ended.since(at(0)))
        };
        let (before, after) = ((20, 51), (60, 90));
        assert_eq!(started_again(&[before, after], &[51], &[52, 56]), Some(Span::from_millis(5100)));
        assert_eq!(
            started_again(&[before, (10, 49), after], &[49, 51], &[52]),
            Some(Span::from_millis(5100))
        );
        // Another stays, or is let in; or nobody was ended, or long before, or nobody is let in afterwards.
        assert_eq!(started_again(&[before, after, (1, 70)], &[51], &[52, 56]), None);
        assert_eq!(started_again(&[before, after, (53, 54)], &[51], &[52, 56]), None);
        assert_eq!(started_again(&[before, after], &[], &[52, 56]), None);
        assert_eq!(started_again(&[(1, 20), after], &[20], &[52, 56]), None);
        assert_eq!(started_again(&[before, (80, 90)], &[51], &[52, 56]), None);
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
