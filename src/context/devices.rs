//! Devices that were caught: a RST came in a host's name from another distance than all that the host sends, which spoke on after it. Whatever
//! else comes in its name from just there is likely of the same device.

use crate::decode::{Addr, Traits};
use crate::flow::{Close, Marks, Place, Reset};
use crate::time::Span;

use super::window::Window;

/// What was sent before a RST, and comes later, does so sooner than this: Linux's shortest retransmission timeout (200 ms), and some more.
const LATE: Span = Span::from_millis(250);

/// The TTLs of such RSTs, by the host whose address they carry and the place where they were captured: of the latest device.
#[derive(Debug)]
pub(super) struct Devices(Window<(Addr, Place), u8>);

impl Default for Devices {
    fn default() -> Self {
        Self::beside(usize::MAX)
    }
}

impl Devices {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self(Window::beside(flows))
    }

    pub(super) fn note(&mut self, close: &Close) {
        if let Some(reset) = from_elsewhere(close).filter(|reset| spoke_on(close, reset)) {
            let host = close.key.at(reset.by).addr;
            *self.0.entry((host, Place::of(&reset.rst)), close.closed_at) = reset.rst.ttl;
        }
    }

    /// Was the RST's TTL that of such a device, which other connections tell of?
    pub(super) fn have_sent(&self, close: &Close) -> bool {
        let caught = |reset: &Reset| {
            let host = close.key.at(reset.by).addr;
            self.0.get(&(host, Place::of(&reset.rst))) == Some(&reset.rst.ttl)
        };
        from_elsewhere(close).filter(|reset| !spoke_on(close, reset)).is_some_and(caught)
    }
}

/// The RST, if it has another TTL than all that its host had sent.
fn from_elsewhere(close: &Close) -> Option<&Reset> {
    let reset = close.reset.as_deref()?;
    let own = reset.before.at(reset.by);
    let known = own.ttl != 0 && reset.rst.ttl != 0 && !own.marks.has(Marks::TTL_VARIES);
    (known && own.ttl != reset.rst.ttl).then_some(reset)
}

/// Did the host say or acknowledge something new long after the RST, or stamp what it repeated then, from where it had always spoken?
fn spoke_on(close: &Close, reset: &Reset) -> bool {
    let after = reset.after.at(reset.by);
    let Some(last) = after.last.filter(|last| !last.flags.syn()) else { return false };
    let own = || close.recent.iter().filter(|own| own.by == reset.by && own.serial < reset.serial);
    let stamped = || last.traits.has(Traits::TIMESTAMPS) && own().all(|own| own.tsval < last.tsval);
    let alive = after.news || after.acknowledged_news || stamped();
    let its_own = last.ttl == reset.before.at(reset.by).ttl;
    alive && its_own && last.ts.since(reset.rst.ts) >= LATE
}
