//! What a verdict will read of a connection, asked for ahead of time: it was handed over a while ago.

use crate::ahead::{Fetch, fetch};

use super::super::key::End;
use super::{Close, Ended, Reset};

impl Fetch for Close {
    fn fetch(&self) {
        fetch(&self.fins);
        fetch(&self.rtt);
        fetch(&self.recent);
        fetch(self.halves.at(End::Low));
        fetch(self.halves.at(End::High));
        fetch(&self.start);
        fetch(&self.key);
        fetch(&self.conn_state);
    }
}

impl Fetch for Reset {
    fn fetch(&self) {
        fetch(&self.text);
        fetch(&self.prompt);
        fetch(self.before.at(End::Low));
        fetch(self.before.at(End::High));
        fetch(&self.rst);
        fetch(&self.after);
    }
}

impl Close {
    /// The same of what it holds elsewhere: it should be there by itself already.
    fn fetch_held(&self) {
        if let Some(reset) = &self.reset {
            reset.fetch();
        }
        self.exchange.fetch();
        [self.recent.first(), self.recent.last()].into_iter().flatten().for_each(fetch);
    }
}

impl Ended {
    /// Asks for what is kept of it.
    pub fn fetch(&self) {
        if let Self::Whole(close) = self {
            close.fetch();
        }
    }

    /// The same of what that holds elsewhere: it should be there by itself already.
    pub fn fetch_held(&self) {
        if let Self::Whole(close) = self {
            close.fetch_held();
        }
    }

    /// The same of what was spoken, once more one step further.
    pub fn fetch_said(&self) {
        if let Self::Whole(close) = self {
            close.exchange.fetch_protocol();
        }
    }
}
