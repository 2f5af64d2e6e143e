//! How each host's own segments look from here, over all of its connections.

use crate::decode::Addr;
use crate::flow::{Close, Half, Side};

use super::window::Window;

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
    pub(super) fn note(&mut self, close: &Close) {
        for side in [Side::Client, Side::Server] {
            let half = close.half_before(side);
            if spoke(half) {
                let look = self.0.entry(close.endpoint(side).addr, close.closed_at);
                look.varies |= look.connections > 0 && look.ttl != half.ttl;
                look.ttl = half.ttl;
                look.connections += 1;
            }
        }
    }

    /// The TTL of the server's segments on other connections. Only of use where this one shows none but a RST.
    pub(super) fn server_ttl(&self, close: &Close) -> Option<u8> {
        if spoke(close.half_before(Side::Server)) {
            return None;
        }
        let look = self.0.get(&close.endpoint(Side::Server).addr)?;
        (!look.varies && look.connections > 0).then_some(look.ttl)
    }
}

/// It sent something else than a RST.
fn spoke(half: &Half) -> bool {
    half.ttl != 0
}
