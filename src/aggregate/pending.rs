//! Ends that are told and not yet counted, since the last word on them is still to come: whoever looks at the counts now
//! wants to see them as well.

use std::collections::HashMap;

use crate::verdict::{Addr, Ruling};

use super::peer::{self, Peer, PeerCounts, Seen};
use super::{Peers, Series, Snapshot};

impl Snapshot {
    /// Counts ends on top of what was counted. An address beyond the list of peers is left alone: how it stands is not
    /// known here.
    pub fn count_pending(&mut self, rulings: impl Iterator<Item = Ruling>) {
        let mut places: HashMap<Addr, usize> =
            self.peers.list.iter().enumerate().map(|(place, peer)| (peer.addr, place)).collect();
        for ruling in rulings {
            let _ = self.totals.count(&ruling);
            self.totals.note_recent(&ruling);
            for seen in peer::both(&ruling) {
                self.peers.count_pending(seen, &ruling, &mut places);
            }
        }
        self.totals = self.totals.sorted();
        self.peers.list.sort_by_key(|peer| peer.counts.rank(peer.addr));
    }
}

impl Peers {
    fn count_pending(&mut self, seen: Seen, ruling: &Ruling, places: &mut HashMap<Addr, usize>) {
        if self.ours.is_ours(seen.addr, &self.local) {
            return;
        }
        let is_whole = self.known == self.list.len();
        if is_whole && !places.contains_key(&seen.addr) {
            places.insert(seen.addr, self.list.len());
            self.list.push(Peer::unknown(seen.addr));
            self.known += 1;
        }
        if let Some(peer) = places.get(&seen.addr).and_then(|&place| self.list.get_mut(place)) {
            peer.count_pending(ruling, seen);
        }
    }
}

impl Peer {
    fn unknown(addr: Addr) -> Self {
        let (counts, recent) = (PeerCounts::default(), Series::default());
        Self { addr, counts, missed: 0, worst_cause: None, last_seen: crate::time::Timestamp::ZERO, recent }
    }

    fn count_pending(&mut self, ruling: &Ruling, seen: Seen) {
        self.counts.count(ruling, seen.side);
        self.last_seen = self.last_seen.max(ruling.end_time);
        self.worst_cause = self.worst_cause.or(ruling.cause.map(|finding| finding.rule));
        if ruling.is_bad_end() {
            self.recent.add(ruling.end_time);
        }
    }
}
