//! Who "we" are: the side of the capture that asks, so that the others are peers.

use crate::verdict::Addr;

use super::network::Network;
use super::peer::Record;
use super::top::{Counted, Top};

/// How it is known which addresses are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ours {
    /// The user named networks.
    Named,
    /// Nearly all connections share this address: the capture was taken at its host.
    Shared(Addr),
    /// It is not known: every address counts as a peer.
    Unknown,
}

impl Ours {
    /// Finds out: the networks that were named, else the one address of at least nine connections in ten. Where two
    /// addresses are in all of them, as in a capture of one client and one server, nobody can say which is ours.
    pub(super) fn find(local: &[Network], connections: u64, addresses: &Top<Addr, Record>) -> Self {
        if !local.is_empty() {
            return Self::Named;
        }
        let mut shared = addresses
            .iter()
            .filter(|(_, slot)| slot.value.times() * 10 >= connections * 9)
            .map(|(addr, _)| addr);
        match (shared.next(), shared.next()) {
            (Some(addr), None) if addresses.len() > 1 => Self::Shared(addr),
            _ => Self::Unknown,
        }
    }

    pub(super) fn is_ours(self, addr: Addr, local: &[Network]) -> bool {
        match self {
            Self::Named => local.iter().any(|network| network.contains(addr)),
            Self::Shared(ours) => ours == addr,
            Self::Unknown => false,
        }
    }
}
