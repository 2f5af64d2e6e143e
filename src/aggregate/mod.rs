//! Verdicts to counts: how connections ended, why, and with whom. Pure, and in bounded memory.

mod health;
mod intake;
mod network;
mod ours;
mod peer;
mod top;
mod totals;

pub use health::InterfaceHealth;
pub use intake::{Dropped, Intake};
pub use network::Network;
pub use ours::Ours;
pub use peer::{Peer, PeerCounts};
pub use totals::{CauseCount, ResetCounts, Totals};

use crate::verdict::{Addr, Ruling};

use self::peer::Record;
use self::top::Top;

/// Addresses that are counted at the same time. Beyond it the ones with the fewest connections give way.
const MAX_PEERS: usize = 100_000;

/// Counts verdicts as they come.
pub struct Aggregate {
    totals: Totals,
    addresses: Top<Addr, Record>,
    /// Addresses of rulings that are still to be counted.
    waiting: Vec<Ruling>,
    local: Vec<Network>,
}

/// Rulings whose addresses are looked up together, so that the misses of all of them are waited for at once.
const TOGETHER: usize = 32;

/// The counts at one moment, sorted for reading.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// All connections together.
    pub totals: Totals,
    /// With whom they were.
    pub peers: Peers,
}

/// The peers with the most bad ends.
#[derive(Clone, Debug)]
pub struct Peers {
    /// Who "we" are, so that all others are peers.
    pub ours: Ours,
    /// The worst first: most bad ends, then most connections, then by address.
    pub list: Vec<Peer>,
    /// All peers that are counted, those beyond the list included.
    pub known: usize,
    /// Addresses that were forgotten because there were more than can be counted.
    pub forgotten: u64,
}

impl Aggregate {
    /// Nothing counted yet. `local` is who "we" are; empty where that is to be found out.
    #[must_use]
    pub fn new(local: Vec<Network>) -> Self {
        Self {
            totals: Totals::default(),
            addresses: Top::new(MAX_PEERS),
            waiting: Vec::with_capacity(TOGETHER),
            local,
        }
    }

    /// Says who "we" are from now on.
    pub fn set_local(&mut self, local: Vec<Network>) {
        self.local = local;
    }

    /// Counts one connection.
    pub fn count(&mut self, ruling: impl Into<Ruling>) {
        let ruling = ruling.into();
        self.totals.count(&ruling);
        self.waiting.push(ruling);
        if self.waiting.len() == TOGETHER {
            self.count_waiting();
        }
    }

    /// Counts the addresses of the rulings that wait.
    fn count_waiting(&mut self) {
        let addresses = self.waiting.iter().flat_map(peer::both);
        let touched = addresses
            .filter_map(|seen| self.addresses.look_ahead(seen.addr))
            .fold(0, |touched: u64, slot| touched.wrapping_add(slot.value.touch()));
        std::hint::black_box(touched);
        for ruling in self.waiting.drain(..) {
            for seen in peer::both(&ruling) {
                self.addresses.touch(seen.addr).count(&ruling, seen.side);
            }
        }
    }

    /// Connections so far whose end is a bad one.
    #[must_use]
    pub const fn bad_ends(&self) -> u64 {
        self.totals.bad_ends
    }

    /// The counts so far, with the `top` worst peers.
    pub fn snapshot(&mut self, top: usize) -> Snapshot {
        self.count_waiting();
        Snapshot { totals: self.totals.sorted(), peers: self.peers(top) }
    }

    fn peers(&self, top: usize) -> Peers {
        let ours = Ours::find(&self.local, self.totals.connections, &self.addresses);
        let mut list: Vec<Peer> = self
            .addresses
            .iter()
            .filter(|(addr, _)| !ours.is_ours(*addr, &self.local))
            .map(|(addr, slot)| slot.value.peer(addr, slot.missed))
            .collect();
        list.sort_by_key(Peer::rank);
        let known = list.len();
        list.truncate(top);
        Peers { ours, list, known, forgotten: self.addresses.forgotten() }
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
