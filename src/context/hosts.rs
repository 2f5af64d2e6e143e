//! How each host's own segments look from here, over all of its connections.

use crate::decode::Addr;
use crate::flow::{Close, Half, Side};
use crate::time::Timestamp;

use super::window::Window;

/// Segments that are too few to tell what is usual.
const FEW: u64 = 2;

/// A host's segments, RSTs apart.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    ttl: u8,
    connections: u32,
    varies: bool,
}

#[derive(Debug, Default)]
pub(super) struct Hosts(Window<Addr, Look>);

impl Hosts {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self(Window::beside(flows))
    }

    pub(super) fn note(&mut self, close: &Close) {
        for side in [Side::Client, Side::Server] {
            let half = close.half_before(side);
            if spoke(half) {
                self.note_ttl(close.endpoint(side).addr, half.ttl, close.closed_at);
            }
        }
    }

    /// A host's segments of one connection came with this TTL.
    pub(super) fn note_ttl(&mut self, host: Addr, ttl: u8, now: Timestamp) {
        if ttl == 0 {
            return;
        }
        let look = self.0.entry(host, now);
        look.varies |= look.connections > 0 && look.ttl != ttl;
        look.ttl = ttl;
        look.connections += 1;
    }

    /// Reads what is known of a host.
    #[inline]
    pub(super) fn touch(&self, host: Addr) -> u64 {
        self.0.get(&host).map_or(0, |look| look.connections.into())
    }

    /// The TTL of the server's segments on other connections. Only of use where a RST is to be compared, and this connection
    /// shows little else of the server.
    pub(super) fn server_ttl(&self, close: &Close) -> Option<u8> {
        let server = close.half_before(Side::Server);
        if spoke(server) && (close.reset.is_none() || server.packets > FEW) {
            return None;
        }
        let others = u32::from(spoke(server));
        let look = self.0.get(&close.endpoint(Side::Server).addr)?;
        (!look.varies && look.connections > others).then_some(look.ttl)
    }

    /// The TTL of a host's segments, where it is always the same.
    pub(super) fn usual_ttl(&self, host: Addr) -> Option<u8> {
        let look = self.0.get(&host)?;
        (!look.varies && look.connections > 0).then_some(look.ttl)
    }
}

/// It sent something else than a RST.
fn spoke(half: &Half) -> bool {
    half.ttl != 0
}
