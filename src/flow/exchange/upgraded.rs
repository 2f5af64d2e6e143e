//! What a connection speaks that has left HTTP: a tunnel, a WebSocket, or something else.

use super::super::key::End;
use super::http::{Http, Upgrade};
use super::tls::Tls;
use super::websocket::WebSocket;

/// A connection that has left HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgraded {
    /// For what.
    pub to: Upgrade,
    /// HTTP as it was then; its request is the one that asked for it.
    pub http: Http,
    /// TLS inside a tunnel, if that is what is spoken.
    pub tls: Option<Tls>,
    /// WebSocket, if that is what is spoken.
    pub websocket: Option<WebSocket>,
}

impl Upgraded {
    /// What `http` was left for, in its first moment.
    pub(super) fn new(to: Upgrade, http: Http) -> Self {
        let websocket = (to == Upgrade::WebSocket).then(|| WebSocket::new(http.client));
        Self { to, http, tls: None, websocket }
    }

    pub(super) fn is_blind(&self, by: End) -> bool {
        let tls = self.tls.as_ref().is_some_and(|tls| tls.is_blind(by));
        tls || self.websocket.as_ref().is_some_and(|websocket| websocket.is_blind(by))
    }

    /// How many of the next bytes of `by` need not be looked at.
    pub(super) fn opaque(&self, by: End) -> u64 {
        let tls = self.tls.as_ref().map(|tls| tls.opaque(by));
        tls.or_else(|| Some(self.websocket.as_ref()?.opaque(by))).unwrap_or(0)
    }
}
