//! What the IP headers say about the segment that they carry.

use super::{Addr, Traits};

/// Where a segment came from, where it went, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carrier {
    /// Source address.
    pub(super) src: Addr,
    /// Destination address.
    pub(super) dst: Addr,
    /// IPv4 identification, 0 on IPv6.
    pub(super) ip_id: u16,
    /// Time to live or hop limit.
    pub(super) ttl: u8,
    /// What is known so far.
    pub(super) traits: Traits,
    /// Can a checksum be computed? Not for a fragment, not with a guessed length, and not where an extension header
    /// may name other addresses than those of the pseudo-header.
    pub(super) checkable: bool,
}
