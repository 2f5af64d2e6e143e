//! What the dashboard draws: everything that is known at one moment, put together by whoever captures or reads.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::aggregate::{Aggregate, Footprint, Intake, InterfaceHealth, Ours, Snapshot};
use crate::time::Timestamp;
use crate::verdict::{Addr, Endpoint, Ruling, Verdict};

/// One moment of a watch or a replay. It is handed over whole and never changed.
#[derive(Clone, Debug)]
pub struct Frame {
    /// When it was taken, by the capture's clock: the wall's when live, the last frame's in a replay.
    pub taken: Timestamp,
    /// The counts.
    pub counts: Snapshot,
    /// The newest ends, the newest first, as many as the feeder keeps. A provisional verdict is replaced by its final one in
    /// its place.
    pub newest: Vec<Arc<Verdict>>,
    /// How well the capture itself is.
    pub health: Health,
    /// Connections that go on: as many as there is room for.
    pub alive: Vec<Arc<Verdict>>,
    /// What addresses are called, as far as that is known.
    pub names: Names,
    /// Our own addresses; empty where the counts tell who "we" are.
    pub we: Vec<IpAddr>,
    /// What is watched: an interface and its filter, or a file.
    pub source: String,
    /// Whether more is to come.
    pub phase: Phase,
}

/// Addresses and their names.
pub type Names = HashMap<Addr, String>;

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Frames are coming in.
    Live,
    /// Everything was read: this is the final state.
    Finished,
}

/// How well the capture itself is.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Frames read, lost and skipped.
    pub intake: Intake,
    /// Connections that are followed at the moment.
    pub followed: u64,
    /// What the program itself takes.
    pub footprint: Footprint,
    /// The interfaces that are watched, each with its own losses.
    pub interfaces: Vec<InterfaceHealth>,
    /// What is worth knowing about the capture, a sentence each.
    pub notices: Vec<String>,
}

/// What tells one connection from all others, so that a selection can stay on it.
pub(super) type EndId = (u16, u64, Timestamp, Endpoint, Endpoint);

pub(super) const fn id(verdict: &Verdict) -> EndId {
    (verdict.file, verdict.first_frame, verdict.start, verdict.client, verdict.server)
}

pub(super) const fn id_of(ruling: &Ruling) -> EndId {
    (ruling.file, ruling.first_frame, ruling.start, ruling.client, ruling.server)
}

impl Frame {
    /// The moment before the first one.
    #[must_use]
    pub fn empty(source: String, phase: Phase) -> Self {
        Self {
            taken: Timestamp::ZERO,
            counts: Aggregate::new(Vec::new()).snapshot(0),
            newest: Vec::new(),
            alive: Vec::new(),
            health: Health::default(),
            names: Names::new(),
            we: Vec::new(),
            source,
            phase,
        }
    }

    /// The side of a connection that is not ours; its server where nobody knows who "we" are.
    pub(super) fn peer(&self, verdict: &Verdict) -> Addr {
        if self.is_ours(verdict.server.addr) { verdict.client.addr } else { verdict.server.addr }
    }

    fn is_ours(&self, addr: Addr) -> bool {
        self.we.contains(&addr.ip()) || self.counts.peers.ours == Ours::Shared(addr)
    }

    /// Who "we" are, in words.
    pub(super) fn we(&self) -> String {
        let peers = &self.counts.peers;
        match (self.we.as_slice(), peers.ours) {
            ([], Ours::Named) => some_of(&peers.local),
            ([], Ours::Shared(addr)) => addr.to_string(),
            ([], Ours::Unknown) => "not known (--local CIDR says it)".to_owned(),
            (addresses, _) => some_of(addresses),
        }
    }
}

/// The first two, and how many more there are.
fn some_of(list: &[impl ToString]) -> String {
    match list {
        [] => String::new(),
        [first] => first.to_string(),
        [first, second] => format!("{}, {}", first.to_string(), second.to_string()),
        [first, second, rest @ ..] => {
            format!("{}, {} and {} more", first.to_string(), second.to_string(), rest.len())
        }
    }
}
