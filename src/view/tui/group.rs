//! Ends by what they have in common: the peer, the service, the cause.

use std::collections::HashMap;
use std::sync::Arc;

use crate::time::Timestamp;
use crate::verdict::{Addr, Endpoint, Verdict};

use super::Frame;
use super::digest;

/// What ends are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Nothing: each end is a line.
    #[default]
    Single,
    /// The other side.
    Peer,
    /// Address and port of the server.
    Service,
    /// Why.
    Cause,
}

/// Ends that have something in common.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// What.
    pub(super) key: GroupKey,
    /// How many.
    pub(super) ends: u64,
    /// Of these, in the last seconds.
    pub(super) now: u64,
    /// The most frequent cause, or how they ended.
    pub(super) mostly: &'static str,
    /// When the newest ended.
    pub(super) last: Timestamp,
}

/// What ends have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum GroupKey {
    Peer(Addr),
    Service(Endpoint),
    Cause(&'static str),
}

#[derive(Default)]
struct Tally {
    ends: u64,
    now: u64,
    causes: HashMap<&'static str, u64>,
    last: Timestamp,
}

impl Grouping {
    /// The next one, round and round.
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Single => Self::Peer,
            Self::Peer => Self::Service,
            Self::Service => Self::Cause,
            Self::Cause => Self::Single,
        }
    }

    /// The head of the column that tells groups apart.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Single => "",
            Self::Peer => "PEER",
            Self::Service => "SERVICE",
            Self::Cause => "CAUSE",
        }
    }

    fn key(self, frame: &Frame, end: &Verdict) -> Option<GroupKey> {
        match self {
            Self::Single => None,
            Self::Peer => Some(GroupKey::Peer(frame.peer(end))),
            Self::Service => Some(GroupKey::Service(end.server)),
            Self::Cause => Some(GroupKey::Cause(digest::why(end))),
        }
    }
}

impl GroupKey {
    /// The filter that admits this group and no other.
    pub(super) fn filter(self) -> String {
        match self {
            Self::Peer(addr) => format!("peer:{addr}"),
            Self::Service(endpoint) => format!("service:{endpoint}"),
            Self::Cause(name) => format!("cause:{name}"),
        }
    }
}

impl std::fmt::Display for GroupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Peer(addr) => addr.fmt(f),
            Self::Service(endpoint) => endpoint.fmt(f),
            Self::Cause(name) => f.write_str(name),
        }
    }
}

/// The groups of `ends`, the largest first.
pub(super) fn of(grouping: Grouping, frame: &Frame, ends: &[Arc<Verdict>]) -> Vec<Group> {
    let mut tallies: HashMap<GroupKey, Tally> = HashMap::new();
    for end in ends {
        let Some(key) = grouping.key(frame, end) else { return Vec::new() };
        let tally = tallies.entry(key).or_default();
        tally.ends += 1;
        tally.now += u64::from(digest::is_now(frame, end));
        *tally.causes.entry(digest::why(end)).or_default() += 1;
        tally.last = tally.last.max(end.end_time);
    }
    let mut groups: Vec<Group> = tallies.into_iter().map(|(key, tally)| group(key, &tally)).collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.ends), group.key));
    groups
}

fn group(key: GroupKey, tally: &Tally) -> Group {
    let mostly = tally.causes.iter().max_by_key(|&(name, count)| (count, std::cmp::Reverse(name)));
    Group {
        key,
        ends: tally.ends,
        now: tally.now,
        mostly: mostly.map_or("-", |(name, _)| name),
        last: tally.last,
    }
}
