//! Clients that end several of their connections at one moment, whomever they are with: their program ended, or their host left the network.

use crate::decode::Addr;
use crate::flow::{Close, Side};

use super::ends::{self, Company, Ends};
use super::window::Window;

#[derive(Debug, Default)]
pub(super) struct Leavers(Window<Addr, Ends>);

impl Leavers {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self(Window::beside(flows))
    }

    pub(super) fn note(&mut self, close: &Close) {
        if let Some(end) = ends::unprompted(close, Side::Client).filter(|_| !ends::is_answer(close)) {
            self.0.entry(close.endpoint(Side::Client).addr, close.closed_at).note(end);
        }
    }

    /// What else the client ended at the moment when it ended this one.
    pub(super) fn left_with(&self, close: &Close) -> Company {
        let own = ends::unprompted(close, Side::Client).filter(|_| !ends::is_answer(close));
        let Some(own) = own else { return Company::default() };
        self.0
            .get(&close.endpoint(Side::Client).addr)
            .map_or_else(Company::default, |ends| ends.company(&own))
    }
}
