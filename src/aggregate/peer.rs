//! One address and how its connections ended.

use std::cmp::Reverse;

use crate::time::Timestamp;
use crate::verdict::{Addr, How, Rule, Ruling, Sender, Side};

use super::series::Series;
use super::tally::{Tallies, Way};
use super::top::{Counted, Slot};
use super::totals::CauseCount;

/// An address with which connections were made, seen from the other side of each: "we" are the other side.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Who.
    pub addr: Addr,
    /// How its connections ended.
    pub counts: PeerCounts,
    /// How many connections it may have had before there was room to count it; 0 where the counts are exact.
    pub missed: u64,
    /// The most frequent cause of its bad ends; where it has none, of its harmless ones.
    pub worst_cause: Option<&'static Rule>,
    /// When its last connection ended, or was last heard.
    pub last_seen: Timestamp,
    /// Its bad ends of the last minutes.
    pub recent: Series,
}

/// Connections of one address. Every connection is in exactly one of the fields from `resets` to `open`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerCounts {
    /// All of them.
    pub connections: u64,
    /// Those with a cause that is not harmless.
    pub bad_ends: u64,
    /// Those with a cause that is harmless.
    pub harmless: u64,
    /// Reset by the peer.
    pub resets: u64,
    /// Reset by us.
    pub resets_by_us: u64,
    /// Reset by a device between us and the peer.
    pub resets_by_middlebox: u64,
    /// The SYN was answered with a RST.
    pub refused: u64,
    /// The SYN was not answered.
    pub unanswered: u64,
    /// One side fell silent while the other repeated itself.
    pub silent: u64,
    /// Closed by FIN before the first byte of the answer.
    pub hung_up: u64,
    /// Closed by FIN, and something else went wrong: an answer cut short, a TLS alert.
    pub closed_badly: u64,
    /// Closed by FIN as it should be.
    pub closed: u64,
    /// Alive at the end.
    pub open: u64,
}

/// An address of a connection and the side on which it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) addr: Addr,
    pub(super) side: Side,
}

/// What is kept of an address while counting.
#[derive(Debug, Default)]
pub(super) struct Record {
    tallies: Tallies,
    last_seen: Timestamp,
}

const _: () = assert!(
    size_of::<Slot<Addr, Record>>() == 64,
    "one cache line, and there are a hundred thousand of them"
);

impl Counted for Record {
    fn times(&self) -> u64 {
        self.tallies.connections()
    }
}

/// Where an address comes in the list of peers.
pub(super) type Rank = (Reverse<u64>, Reverse<u64>, Addr);

/// The rule whose end by FIN is what programs call a hang-up.
const HANG_UP: &str = "no_response";

/// The addresses of a connection; a host that talks to itself is counted once, as the server it is.
pub(super) fn both(ruling: &Ruling) -> impl Iterator<Item = Seen> + use<> {
    let (client, server) = (ruling.client.addr, ruling.server.addr);
    let client = (client != server).then_some(Seen { addr: client, side: Side::Client });
    client.into_iter().chain([Seen { addr: server, side: Side::Server }])
}

impl Record {
    /// Counts one that ended then.
    pub(super) fn count(&mut self, way: Way, end_time: Timestamp) {
        self.tallies.add(way);
        self.last_seen = self.last_seen.max(end_time);
    }

    /// Notes when it ended, if it ended badly.
    pub(super) fn note_recent(&mut self, way: Way, end_time: Timestamp) {
        if way.is_bad() {
            self.tallies.recent_mut().add(end_time);
        }
    }

    /// Where it comes in the list of peers.
    pub(super) fn rank(&self, addr: Addr) -> Rank {
        let (bad_ends, connections) = self.tallies.weight();
        (Reverse(bad_ends), Reverse(connections), addr)
    }

    /// What is told of it; `causes` are the numbered ones.
    pub(super) fn peer(&self, addr: Addr, missed: u64, causes: &[CauseCount]) -> Peer {
        Peer {
            addr,
            counts: self.tallies.counts(),
            missed,
            worst_cause: self.tallies.worst_cause(causes),
            last_seen: self.last_seen,
            recent: self.tallies.recent(),
        }
    }
}

impl PeerCounts {
    /// The less, the worse: most bad ends, then most connections, then by address.
    pub(super) fn rank(&self, addr: Addr) -> Rank {
        (Reverse(self.bad_ends), Reverse(self.connections), addr)
    }

    pub(super) fn count(&mut self, ruling: &Ruling, side: Side) {
        self.connections += 1;
        self.bad_ends += u64::from(ruling.is_bad_end());
        self.harmless += u64::from(ruling.is_harmless());
        *self.of_mut(Kind::of(ruling, side)) += 1;
    }

    /// The number of connections of one kind.
    pub(super) const fn of_mut(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Reset => &mut self.resets,
            Kind::ResetByUs => &mut self.resets_by_us,
            Kind::ResetByMiddlebox => &mut self.resets_by_middlebox,
            Kind::Refused => &mut self.refused,
            Kind::Unanswered => &mut self.unanswered,
            Kind::Silent => &mut self.silent,
            Kind::HungUp => &mut self.hung_up,
            Kind::ClosedBadly => &mut self.closed_badly,
            Kind::Closed => &mut self.closed,
            Kind::Open => &mut self.open,
        }
    }
}

/// How a connection with an address ended, as its peer lives through it: one for each field of [`PeerCounts`] from `resets`
/// on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Reset,
    ResetByUs,
    ResetByMiddlebox,
    Refused,
    Unanswered,
    Silent,
    HungUp,
    ClosedBadly,
    Closed,
    Open,
}

impl Kind {
    /// That of a connection with an address on this side of it.
    pub(super) fn of(ruling: &Ruling, side: Side) -> Self {
        match ruling.how {
            How::Refused => Self::Refused,
            How::Unanswered => Self::Unanswered,
            How::Silent => Self::Silent,
            How::Open => Self::Open,
            How::Fin if ruling.is_bad_end() && ruling.cause_name() == Some(HANG_UP) => Self::HungUp,
            How::Fin if ruling.is_bad_end() => Self::ClosedBadly,
            How::Fin => Self::Closed,
            How::Reset | How::FinThenReset => match ruling.rst_by.or(ruling.rst_claimed.map(Sender::Side)) {
                Some(Sender::Side(by)) if by == side => Self::Reset,
                Some(Sender::Side(_)) => Self::ResetByUs,
                Some(Sender::Middlebox) | None => Self::ResetByMiddlebox,
            },
        }
    }
}
