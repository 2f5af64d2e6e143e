//! One address and how its connections ended.

use std::cmp::Reverse;

use smallvec::SmallVec;

use crate::time::Timestamp;
use crate::verdict::{Addr, How, Rule, Ruling, Sender, Side};

use super::series::Series;
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
    counts: PeerCounts,
    /// Of most addresses there is one.
    causes: SmallVec<[CauseCount; 1]>,
    last_seen: Timestamp,
    /// Beside the counts, which are touched far more often.
    recent: Option<Box<Series>>,
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
    /// Reads what counting will change.
    #[inline]
    pub(super) fn touch(&self) -> u64 {
        let cause = self.causes.first().map_or(0, |cause| cause.harmful);
        self.counts.connections ^ self.counts.open ^ cause
    }

    pub(super) fn count(&mut self, ruling: &Ruling, side: Side) {
        self.counts.count(ruling, side);
        CauseCount::add(&mut self.causes, ruling);
        self.last_seen = self.last_seen.max(ruling.end_time);
    }

    /// Notes when it ended, if it ended badly.
    pub(super) fn note_recent(&mut self, ruling: &Ruling) {
        if ruling.is_bad_end() {
            self.recent.get_or_insert_default().add(ruling.end_time);
        }
    }

    /// Where it comes in the list of peers.
    pub(super) fn rank(&self, addr: Addr) -> Rank {
        self.counts.rank(addr)
    }

    pub(super) fn peer(&self, addr: Addr, missed: u64) -> Peer {
        let worst =
            self.causes.iter().max_by_key(|cause| (cause.harmful, cause.harmless, Reverse(cause.rule.name)));
        let worst_cause = worst.map(|cause| cause.rule);
        Peer {
            addr,
            counts: self.counts,
            missed,
            worst_cause,
            last_seen: self.last_seen,
            recent: self.recent.as_deref().copied().unwrap_or_default(),
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
        *self.field(ruling, side) += 1;
    }

    /// The one field to which a connection belongs.
    fn field(&mut self, ruling: &Ruling, side: Side) -> &mut u64 {
        match ruling.how {
            How::Refused => &mut self.refused,
            How::Unanswered => &mut self.unanswered,
            How::Silent => &mut self.silent,
            How::Open => &mut self.open,
            How::Fin if ruling.is_bad_end() && ruling.cause_name() == Some(HANG_UP) => &mut self.hung_up,
            How::Fin if ruling.is_bad_end() => &mut self.closed_badly,
            How::Fin => &mut self.closed,
            How::Reset | How::FinThenReset => match ruling.rst_by.or(ruling.rst_claimed.map(Sender::Side)) {
                Some(Sender::Side(by)) if by == side => &mut self.resets,
                Some(Sender::Side(_)) => &mut self.resets_by_us,
                Some(Sender::Middlebox) | None => &mut self.resets_by_middlebox,
            },
        }
    }
}
