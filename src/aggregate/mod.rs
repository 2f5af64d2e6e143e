//! Verdicts to counts: how connections ended, why, and with whom. Pure, and in bounded memory.

mod health;
mod intake;
mod network;
mod ours;
mod peer;
mod pending;
mod series;
mod services;
mod tally;
mod top;
mod totals;
mod twice;

pub use health::{Footprint, InterfaceHealth, RingHealth};
pub use intake::{Dropped, Intake};
pub use network::Network;
pub use ours::Ours;
pub use peer::{Peer, PeerCounts};
pub use series::{SERIES_COUNTS, SERIES_SECONDS, Series};
pub use services::{Service, Services};
pub use totals::{CauseCount, ResetCounts, Totals};
pub use twice::{Sight, Twice};

use smallvec::SmallVec;

use crate::time::Timestamp;
use crate::verdict::{Addr, Ruling};

use self::peer::Record;
use self::tally::Way;
use self::top::{Hashed, Place, Top};
use self::twice::Sights;

/// Addresses that are counted at the same time. Beyond half as many again, for which an index of 2^18 entries is just large enough
/// (half of them stay free), the ones with the fewest connections give way.
const MAX_PEERS: usize = 76_000;
/// One for so many connections that may be known, where that is less,
const FLOWS_A_PEER: usize = 12;
/// but never fewer than this.
const PEERS_AT_LEAST: usize = 10_000;

/// Counts verdicts as they come.
pub struct Aggregate {
    totals: Totals,
    /// None where nobody asks with whom they were.
    addresses: Option<Top<Addr, Record>>,
    /// What is still to be counted of addresses.
    waiting: Vec<Waiting>,
    local: Vec<Network>,
    recency: Recency,
    sights: Sights,
}

/// Whether it is also counted when things happened: only who draws it needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recency {
    Ignored,
    Kept,
}

/// One more for an address.
#[derive(Clone, Copy)]
struct Waiting {
    addr: Addr,
    hash: Hashed,
    end_time: Timestamp,
    way: Way,
}

/// Addresses that are looked up together, so that the misses of all of them are waited for at once.
const TOGETHER: usize = 64;

/// The counts at one moment, sorted for reading.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// All connections together.
    pub totals: Totals,
    /// With whom they were.
    pub peers: Peers,
    /// Those that were captured twice, under different addresses.
    pub twice: Twice,
}

/// The peers with the most bad ends.
#[derive(Clone, Debug)]
pub struct Peers {
    /// Who "we" are, so that all others are peers.
    pub ours: Ours,
    /// The networks that were named for it.
    pub local: Vec<Network>,
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
            addresses: Some(Top::new(MAX_PEERS)),
            waiting: Vec::with_capacity(TOGETHER + 1),
            local,
            recency: Recency::Ignored,
            sights: Sights::default(),
        }
    }

    /// The same beside a table of so many connections at most. Nothing may have been counted yet.
    #[must_use]
    pub fn beside(self, max_flows: u32) -> Self {
        let peers = (max_flows as usize / FLOWS_A_PEER).clamp(PEERS_AT_LEAST, MAX_PEERS);
        Self { addresses: Some(Top::new(peers)), ..self }
    }

    /// The same, which does not count with whom they were: of a connection of a scan that is as much work as to judge it.
    #[must_use]
    pub fn without_peers(self) -> Self {
        Self { addresses: None, ..self }
    }

    /// The same, which also counts the bad ends of the last minutes, of each peer and each cause.
    #[must_use]
    pub fn with_recent_minutes(self) -> Self {
        Self { recency: Recency::Kept, ..self }
    }

    /// Says who "we" are from now on.
    pub fn set_local(&mut self, local: Vec<Network>) {
        self.local = local;
    }

    /// Counts one connection.
    pub fn count(&mut self, ruling: impl Into<Ruling>) {
        self.count_ruling(&ruling.into());
    }

    /// The same, which need not be moved for that.
    pub fn count_ruling(&mut self, ruling: &Ruling) {
        let cause = self.totals.count(ruling);
        if self.recency == Recency::Kept {
            self.totals.note_recent(ruling);
        }
        let Some(addresses) = &self.addresses else { return };
        for seen in peer::both(ruling) {
            let way = Way::of(ruling, cause, seen.side);
            let hash = addresses.look_ahead(seen.addr);
            self.waiting.push(Waiting { addr: seen.addr, hash, end_time: ruling.end_time, way });
        }
        if self.waiting.len() >= TOGETHER {
            self.count_waiting();
        }
    }

    /// Counts what waits, by address.
    fn count_waiting(&mut self) {
        let Some(addresses) = &mut self.addresses else { return };
        let places = look_ahead(addresses, &self.waiting);
        for (Waiting { addr, hash, end_time, way }, place) in self.waiting.drain(..).zip(places) {
            let record = addresses.touch(addr, hash, place);
            record.count(way, end_time);
            if self.recency == Recency::Kept {
                record.note_recent(way, end_time);
            }
        }
    }

    /// Takes note of the numbers with which the client and the server of a connection began.
    pub fn note_numbers(&mut self, ruling: &Ruling, numbers: [u32; 2]) {
        self.sights.note(ruling, numbers);
    }

    /// Connections so far that were captured twice, under different addresses.
    #[must_use]
    pub const fn twice(&self) -> Twice {
        self.sights.twice()
    }

    /// Connections so far whose end is known to have hurt somebody.
    #[must_use]
    pub const fn harmful(&self) -> u64 {
        self.totals.harmful
    }

    /// The counts so far, with the `top` worst peers.
    pub fn snapshot(&mut self, top: usize) -> Snapshot {
        self.count_waiting();
        Snapshot { totals: self.totals.sorted(), peers: self.peers(top), twice: self.twice() }
    }

    fn peers(&self, top: usize) -> Peers {
        let local = self.local.clone();
        let Some(addresses) = &self.addresses else {
            return Peers { ours: Ours::Unknown, local, list: Vec::new(), known: 0, forgotten: 0 };
        };
        let ours = Ours::find(&self.local, self.totals.connections, addresses);
        let peers = addresses.iter().filter(|(addr, _)| !ours.is_ours(*addr, &self.local));
        let mut ranks: Vec<_> = peers.map(|(addr, slot)| (slot.value.rank(addr), slot)).collect();
        let known = ranks.len();
        // Of many only those that are shown are worth sorting and copying: whoever captures has to wait for it.
        if (1..known).contains(&top) {
            ranks.select_nth_unstable_by_key(top, |&(rank, _)| rank);
        }
        ranks.truncate(top);
        ranks.sort_unstable_by_key(|&(rank, _)| rank);
        let causes = &self.totals.causes;
        let list = ranks
            .into_iter()
            .map(|((.., addr), slot)| slot.value.peer(addr, slot.missed(), causes))
            .collect();
        Peers { ours, local, list, known, forgotten: addresses.forgotten() }
    }
}

/// Finds where addresses that wait are counted, in all likelihood, and asks for what is counted there: the misses of all
/// of them are waited for together.
fn look_ahead(addresses: &Top<Addr, Record>, waiting: &[Waiting]) -> SmallVec<[Option<Place>; TOGETHER + 1]> {
    let look = |waiting: &Waiting| {
        let place = addresses.guess(waiting.hash)?;
        addresses.at(place)?.fetch();
        Some(place)
    };
    waiting.iter().map(look).collect()
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
