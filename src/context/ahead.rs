//! What is known of hosts, sources and services, asked for ahead of time for many connections at once: first where each look-up begins, then what
//! it finds, then what that leads to.

use smallvec::SmallVec;

use crate::flow::{Attempted, Close, Ended, Side, TOGETHER};

use super::Context;
use super::window::Hashed;

/// What is looked up of as many as are asked for together.
#[derive(Default)]
struct LookUps {
    hosts: SmallVec<[Hashed; 2 * TOGETHER]>,
    sources: SmallVec<[Hashed; TOGETHER]>,
    services: SmallVec<[Hashed; TOGETHER]>,
}

impl Context {
    /// Asks for what [`Context::note`] will change.
    pub fn fetch_to_note<'e>(&self, ended: impl Iterator<Item = &'e Ended>) {
        let mut all = LookUps::default();
        for one in ended {
            match one {
                Ended::Attempt(attempted) => self.fetch_attempt_to_note(attempted, &mut all),
                Ended::Whole(close) => {
                    let ends = [close.key.low, close.key.high];
                    all.hosts.extend(ends.iter().filter_map(|end| self.hosts.fetch(end.addr, close.file)));
                }
            }
        }
        self.fetch_found(&all);
        all.sources.iter().for_each(|&source| self.sources.fetch_tried(source));
        all.sources.iter().for_each(|&source| self.sources.fetch_listed(source));
    }

    fn fetch_attempt_to_note(&self, attempted: &Attempted, all: &mut LookUps) {
        let (client, file) = (attempted.client().addr, attempted.file());
        if attempted.was_answered() {
            all.hosts.extend(self.hosts.fetch(attempted.server().addr, file));
        }
        // Few sources are hosts that were noted a moment ago.
        if !self.sources.are_near() {
            all.hosts.extend(self.hosts.fetch(client, file));
            all.sources.push(self.sources.fetch(client));
        }
    }

    /// Asks for what [`Context::around`] and [`Context::around_attempt`] will ask for.
    pub fn fetch_to_judge<'e>(&self, ended: impl Iterator<Item = &'e Ended>) {
        let mut all = LookUps::default();
        for one in ended {
            match one {
                Ended::Attempt(attempted) => self.fetch_attempt_to_judge(attempted, &mut all),
                Ended::Whole(close) => self.fetch_close_to_judge(close, &mut all),
            }
        }
        self.fetch_found(&all);
    }

    fn fetch_attempt_to_judge(&self, attempted: &Attempted, all: &mut LookUps) {
        if attempted.rst().is_some() {
            all.hosts.extend(self.hosts.fetch(attempted.server().addr, attempted.file()));
        }
        if !self.sources.are_near() {
            all.sources.push(self.sources.fetch(attempted.client().addr));
        }
    }

    fn fetch_close_to_judge(&self, close: &Close, all: &mut LookUps) {
        let server = close.endpoint(Side::Server);
        all.hosts.extend(self.hosts.fetch(server.addr, close.file));
        all.services.push(self.services.fetch(server));
    }

    fn fetch_found(&self, all: &LookUps) {
        all.hosts.iter().for_each(|&host| self.hosts.fetch_found(host));
        all.sources.iter().for_each(|&source| self.sources.fetch_found(source));
        all.services.iter().for_each(|&service| self.services.fetch_found(service));
    }
}
