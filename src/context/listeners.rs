//! When each listener accepted connections, so that a refusal in between is not taken for a port that is closed.

use crate::decode::Endpoint;
use crate::flow::{Close, Marks, Side};
use crate::time::{Span, Timestamp};

use super::window::Window;

/// The time in which it is noted once that one was accepted.
const SLOT: Span = Span::from_millis(250);
/// What is noted of: half a minute, longer than a refusal waits to be judged.
const SLOTS: u64 = u128::BITS as u64;
/// A second before and after.
const NEAR: u64 = 4;

/// In which of the last slots a listener accepted: a bit each, the latest the lowest.
#[derive(Clone, Copy, Debug, Default)]
struct Accepts {
    latest: u64,
    slots: u128,
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

    fn ago(&self, slot: u64) -> Option<u64> {
        self.latest.checked_sub(slot).filter(|&ago| ago < SLOTS)
    }

    fn has(&self, slot: u64) -> bool {
        self.ago(slot).is_some_and(|ago| self.slots >> ago & 1 == 1)
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
        }
    }

    /// Has it accepted anybody, as far back as is remembered?
    pub(super) fn is_one(&self, endpoint: Endpoint) -> bool {
        self.0.get(&endpoint).is_some()
    }

    /// Did it accept others shortly before `at`, and shortly after?
    pub(super) fn accepted_around(&self, server: Endpoint, at: Timestamp) -> bool {
        let Some(accepts) = self.0.get(&server) else { return false };
        let slot = slot_of(at);
        let any = |mut slots: std::ops::RangeInclusive<u64>| slots.any(|slot| accepts.has(slot));
        any(slot.saturating_sub(NEAR)..=slot.saturating_sub(1)) && any(slot + 1..=slot + NEAR)
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
}
