//! Who tries many doors: failed attempts to connect, by source.

mod attempts;
mod tried;

use crate::ahead::Fetch;
use crate::decode::{Addr, Endpoint};
use crate::flow::{Attempted, Close, Marks, Side};
use crate::time::Timestamp;

use super::maker::Maker;
use super::window::{Hashed, Seeds, Window};
use attempts::{Answer, Attempt, Attempts, BURST};
use tried::Tried;

/// Attempts of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Distinct targets tried in vain, counted up to a bound.
    pub targets: u32,
    /// Distinct ports among them, counted up to the same bound.
    pub ports: u32,
    /// How surely it is one.
    pub telltale: Telltale,
}

/// What tells a scan from a program that finds all its services down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Telltale {
    /// There are more targets than any program's configuration holds, or no kernel made the segments.
    Plain,
    /// There is none: a host that is down may have run as many services.
    Missing,
}

#[derive(Debug)]
pub(super) struct Sources {
    window: Window<Addr, Attempts>,
    seeds: Seeds,
}

impl Default for Sources {
    fn default() -> Self {
        Self::beside(usize::MAX)
    }
}

impl Sources {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self { window: Window::beside(flows), seeds: Seeds::new() }
    }

    pub(super) fn note(&mut self, close: &Close) {
        if !failed_attempt(close) {
            return self.note_used(close);
        }
        let (source, target) = (close.endpoint(Side::Client).addr, close.endpoint(Side::Server));
        let answer = match (close.answers_syn(), close.half(Side::Server).marks.has(Marks::SYN)) {
            (true, _) => Answer::Refused,
            (false, true) => Answer::Open,
            (false, false) => Answer::None,
        };
        let attempt = Attempt { start: close.start.ts, answer, maker: Maker::of(close) };
        self.add(source, target, attempt, close.closed_at);
    }

    /// Of who fails often, what succeeds counts too: programs of many peers find half of them gone, and talk with the others.
    fn note_used(&mut self, close: &Close) {
        if let Some(attempts) = self.window.get_mut(&close.endpoint(Side::Client).addr) {
            attempts.add_used(close.endpoint(Side::Server).port, close.start.ts);
        }
    }

    /// The same for a connection of which there was nothing but an attempt.
    pub(super) fn note_attempt(&mut self, attempted: &Attempted) {
        let answer = match attempted.rst() {
            _ if attempted.was_answered() => Answer::Open,
            Some(_) => Answer::Refused,
            None => Answer::None,
        };
        let attempt =
            Attempt { start: attempted.start(), answer, maker: Maker::of_syn(attempted.syn_traits()) };
        self.add(attempted.client().addr, attempted.server(), attempt, attempted.closed_at);
    }

    fn add(&mut self, source: Addr, target: Endpoint, attempt: Attempt, now: Timestamp) {
        let hash = || self.seeds.hash(&target);
        self.window.entry(source, now).add(hash, target, attempt);
    }

    /// Are there so few sources that what is known of them lies in the cache by itself?
    #[inline]
    pub(super) fn are_near(&self) -> bool {
        self.window.is_near()
    }

    /// Asks for the memory in which the look-up of a source will begin.
    #[inline]
    pub(super) fn fetch(&self, source: Addr) -> Hashed {
        self.window.fetch(&source)
    }

    /// Asks for what it will find there.
    #[inline]
    pub(super) fn fetch_found(&self, source: Hashed) {
        self.window.fetch_found(source);
    }

    /// Asks for what the next attempt will be compared with. What is known of the source should be there already.
    #[inline]
    pub(super) fn fetch_tried(&self, source: Hashed) {
        self.tried(source).into_iter().for_each(Tried::fetch);
    }

    /// The same of what that leads to.
    #[inline]
    pub(super) fn fetch_listed(&self, source: Hashed) {
        self.tried(source).into_iter().for_each(Tried::fetch_listed);
    }

    #[inline]
    fn tried(&self, source: Hashed) -> Option<&Tried> {
        self.window.found(source).and_then(|attempts| attempts.tried.as_deref())
    }

    /// Is `close` one of a source's many attempts?
    pub(super) fn scan(&self, close: &Close) -> Option<Scan> {
        if !failed_attempt(close) {
            return None;
        }
        self.scan_of(close.endpoint(Side::Client).addr, close.start.ts)
    }

    /// What a source has tried about the time of one of its attempts, if that is a scan.
    pub(super) fn scan_of(&self, source: Addr, start: Timestamp) -> Option<Scan> {
        let attempts = self.window.get(&source)?;
        let near = attempts.last.since(start) <= BURST;
        (near && attempts.is_scan()).then(|| Scan {
            targets: attempts.targets.into(),
            ports: attempts.ports.into(),
            telltale: attempts.telltale(),
        })
    }
}

/// A SYN, and neither side ever said anything; or a segment that no connection begins with.
fn failed_attempt(close: &Close) -> bool {
    close.is_probe() || never_used(close)
}

fn never_used(close: &Close) -> bool {
    let (client, server) = (close.half(Side::Client), close.half(Side::Server));
    let nothing_said = !client.has_data() && !server.has_data() && !client.has_fin() && !server.has_fin();
    // Who scans need not answer what a listener says again and again.
    let left_open = client.packets == 1 && server.marks.has(Marks::SYN);
    let never_open = close.answers_syn()
        || !server.seen()
        || left_open
        || close.reset.as_ref().is_some_and(|reset| reset.by == close.client);
    close.handshake_began() && nothing_said && never_open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(last: u8, port: u16) -> Endpoint {
        Endpoint { addr: Addr::v4([10, 0, 0, last]), port }
    }

    /// Tries of so many ports of one host and of so many hosts on one port, round after round, 2 s apart.
    fn tried(ports: u16, hosts: u8, rounds: u64, answer: Answer) -> Option<Scan> {
        let (mut sources, source) = (Sources::beside(1000), endpoint(1, 0).addr);
        let of_one = (0..ports).map(|port| endpoint(2, port));
        let targets: Vec<Endpoint> = of_one.chain((0..hosts).map(|host| endpoint(host, 80))).collect();
        for round in 0..rounds {
            let start = Timestamp::from_parts(100 + 2 * round, 0);
            for &target in &targets {
                sources.add(source, target, Attempt { start, answer, maker: Maker::Kernel }, start);
            }
        }
        sources.scan_of(source, Timestamp::from_parts(100, 0))
    }

    #[test]
    fn many_ports_or_many_hosts_are_a_scan() {
        assert!(tried(9, 0, 1, Answer::Refused).is_none() && tried(0, 24, 1, Answer::Refused).is_none());
        let scan = |targets, ports, telltale| Some(Scan { targets, ports, telltale });
        assert_eq!(tried(10, 0, 1, Answer::Refused), scan(10, 10, Telltale::Missing));
        assert_eq!(tried(25, 0, 1, Answer::Refused), scan(25, 25, Telltale::Plain));
        assert_eq!(tried(0, 200, 1, Answer::Refused), scan(25, 1, Telltale::Plain));
    }

    /// All that a host runs may be down at once, and whoever uses that comes back.
    #[test]
    fn who_tries_the_same_ports_time_after_time_waits_for_them() {
        assert_eq!(tried(20, 0, 2, Answer::Refused).map(|scan| scan.telltale), Some(Telltale::Missing));
        assert!(tried(20, 0, 3, Answer::Refused).is_none());
    }

    #[test]
    fn who_comes_back_to_what_refused_is_no_scanner() {
        assert!(tried(12, 0, 2, Answer::Refused).is_none());
        assert!(tried(0, 80, 2, Answer::Refused).is_none());
        // Who had no answer asks again, scanners as well.
        assert!(tried(12, 0, 2, Answer::None).is_some());
    }

    /// Who goes through the ports of a host twice asks no service whether it is back.
    #[test]
    fn a_scan_that_is_made_again_is_one() {
        assert!(tried(41, 0, 2, Answer::Refused).is_some());
        // Hosts are tried one after another by a program of many peers, and ports at leisure by whoever watches services.
        assert!(tried(0, 80, 2, Answer::Refused).is_none());
        let mut attempts = Attempts::default();
        for n in 0..80_u16 {
            let start = Timestamp::from_parts(100 + u64::from(n) / 8, 0);
            let target = endpoint(2, n % 40);
            attempts.add(
                || u32::from(n % 40),
                target,
                Attempt { start, answer: Answer::Refused, maker: Maker::Kernel },
            );
        }
        assert!(!attempts.is_scan());
    }

    /// A load balancer that looks whether its backends listen finds most of them.
    #[test]
    fn who_finds_what_it_looks_for_is_no_scanner() {
        assert!(tried(12, 0, 1, Answer::Open).is_none() && tried(0, 80, 1, Answer::Open).is_none());
    }

    /// Half of the peers of such a program are gone, and refuse.
    #[test]
    fn who_talks_with_as_many_as_refuse_is_no_scanner() {
        let after = |used: u8| {
            let mut attempts = Attempts::default();
            let start = Timestamp::from_parts(100, 0);
            for n in 0..30 {
                attempts.add(
                    || n,
                    endpoint(2, 6881),
                    Attempt { start, answer: Answer::Refused, maker: Maker::Kernel },
                );
            }
            (0..used).for_each(|_| attempts.add_used(6881, start));
            attempts.is_scan().then(|| attempts.telltale())
        };
        assert_eq!([0, 1].map(after), [Some(Telltale::Plain); 2]);
        // Most of a list may be gone by the time that a program works through it.
        assert_eq!([2, 20, 31].map(after), [Some(Telltale::Missing), Some(Telltale::Missing), None]);
    }

    /// What refuses now and then over the day is no scan.
    #[test]
    fn a_scan_takes_minutes_at_most() {
        let (mut sources, source) = (Sources::beside(1000), endpoint(1, 0).addr);
        let mut every = |seconds: u64, first: u64| {
            for n in 0..30 {
                let start = Timestamp::from_parts(first + seconds * n, 0);
                let target = endpoint(u8::try_from(n).unwrap(), 80);
                sources.add(
                    source,
                    target,
                    Attempt { start, answer: Answer::Refused, maker: Maker::Kernel },
                    start,
                );
            }
            sources.scan_of(source, Timestamp::from_parts(first + seconds * 29, 0))
        };
        assert!(every(50, 100).is_none());
        assert!(every(9, 9_000).is_some());
    }
}
