//! What a source has tried, as long as there are too few tries to tell who it is.

use smallvec::SmallVec;

use crate::ahead::{Fetch, fetch};
use crate::decode::{Addr, Endpoint};
use crate::time::{Span, Timestamp};

use super::attempts::MANY_TARGETS;

/// New ports of one host tried in vain within [`RUSH`] from which on it is a scan though it is made again: no program tries so many before it
/// comes back to the first.
const A_RANGE: u8 = 20;
const RUSH: Span = Span::from_secs(1);

/// Which targets and ports those were.
#[derive(Clone, Debug, Default)]
pub(super) struct Tried {
    /// Hashes of different targets: only their number counts, and of 25 no two are alike but once in ten million. Most sources
    /// try one or two; under a flood there are many sources.
    targets: SmallVec<[u32; 4]>,
    ports: SmallVec<[u16; 4]>,
    /// New ports that were tried in a rush.
    rush: u8,
    /// Of which host those were, and when the rush began.
    host: Option<Addr>,
    began: Timestamp,
}

impl Fetch for Tried {
    #[inline]
    fn fetch(&self) {
        fetch(&self.targets);
        fetch(&self.host);
    }
}

impl Tried {
    /// Asks for what it holds elsewhere.
    #[inline]
    pub(super) fn fetch_listed(&self) {
        [self.targets.first(), self.targets.last()].into_iter().flatten().for_each(fetch);
        self.ports.first().into_iter().for_each(fetch);
    }

    /// How many targets there were, and how many ports, up to the number that decides.
    pub(super) fn counts(&self) -> [u8; 2] {
        [self.targets.len(), self.ports.len()].map(|count| u8::try_from(count).unwrap_or(u8::MAX))
    }

    /// A target is tried, which has this hash. Tells whether it was before.
    pub(super) fn note_target(&mut self, target: u32) -> bool {
        remember(&mut self.targets, target)
    }

    /// Was this port tried?
    pub(super) fn has_port(&self, port: u16) -> bool {
        self.ports.contains(&port)
    }

    /// Its port is tried. Tells whether with that a range of a host's ports was tried in a rush.
    pub(super) fn note_port(&mut self, Endpoint { addr, port }: Endpoint, start: Timestamp) -> bool {
        let ports = self.ports.len();
        remember(&mut self.ports, port);
        if self.ports.len() == ports {
            return false;
        }
        if self.host != Some(addr) || start.since(self.began) > RUSH {
            (self.host, self.began, self.rush) = (Some(addr), start, 0);
        }
        self.rush += 1;
        self.rush >= A_RANGE
    }
}

/// Distinct values, up to the number that decides; gives whether this is one that is remembered.
fn remember<T: PartialEq, const N: usize>(seen: &mut SmallVec<[T; N]>, value: T) -> bool {
    let known = seen.contains(&value);
    if !known && seen.len() < MANY_TARGETS {
        seen.push(value);
    }
    known
}
