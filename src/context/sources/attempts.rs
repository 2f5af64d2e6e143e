//! What is known of one source by what it has tried: whether it scans, or is a program that finds its services or its peers gone.

use crate::decode::{Addr, Endpoint};
use crate::time::{Span, Timestamp};

use super::Telltale;
use super::tried::Tried;
use crate::context::maker::Maker;

/// Attempts further apart than this belong to no one scan.
pub(super) const BURST: Span = Span::from_secs(60);
/// By then it has tried many.
const AT_MOST: Span = Span::from_secs(300);
/// Distinct ports tried in vain from which on it may be a scan: few programs have as many services in their configuration, all
/// of them down.
const MANY_PORTS: usize = 10;
/// Distinct targets tried in vain from which on it is a scan, whatever their ports; a monitoring system of which a rack
/// is down tries fewer, and so does a program of which a host is down that runs all its services.
pub(super) const MANY_TARGETS: usize = 25;

/// Of so many targets one that is tried again after it has refused: from there on it is a program that waits for its services. Who
/// scans has its answer.
const TARGETS_A_RETURN: usize = 4;

/// What tries each of its ports so often again waits for its services.
const ROUNDS: usize = 2;

/// So many tries tell who somebody is: a program with fewer services than that has come back to some of them by then.
const TRIES: u8 = 100;

/// One that answers a scan by chance may be talked with; two are peers.
const PEERS: u8 = 2;

/// What is asked of a source whenever it tries something, and whenever that is judged: a cache line, with its address.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    first: Timestamp,
    pub(super) last: Timestamp,
    /// Which those were, as long as that is asked for.
    pub(super) tried: Option<Box<Tried>>,
    /// How many different targets, and how many ports, up to the number that decides.
    pub(super) targets: u8,
    pub(super) ports: u8,
    /// How often one of the targets has refused again.
    returns: u8,
    /// How often it tried, up to the number that decides.
    tries: u8,
    /// How often it was answered, of those.
    open: u8,
    /// How often with a segment that no kernel's `connect()` makes.
    made: u8,
    /// How often it talked with somebody on a port that it had tried in vain elsewhere.
    talked: u8,
    /// Whether it ever tried a range of ports in a rush.
    range: Range,
}

const _: () = assert!(size_of::<(Addr, Attempts)>() <= 64);

/// Whether somebody has gone through the ports of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Range {
    #[default]
    No,
    Yes,
}

/// One of them.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    pub(super) start: Timestamp,
    pub(super) answer: Answer,
    pub(super) maker: Maker,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing.
    None,
    /// A RST.
    Refused,
    /// A SYN+ACK.
    Open,
}

impl Attempts {
    /// Were many tried, and hardly any of them again, or so many at once?
    pub(super) fn is_scan(&self) -> bool {
        let (targets, ports) = (usize::from(self.targets), usize::from(self.ports));
        let many = ports >= MANY_PORTS || targets >= MANY_TARGETS;
        // What is tried at random mostly finds nobody who listens.
        let in_vain = usize::from(self.open) * 2 <= usize::from(self.tries);
        let returns = usize::from(self.returns);
        let again = self.range == Range::Yes && returns < targets * ROUNDS;
        many && in_vain && (again || returns * TARGETS_A_RETURN < targets)
    }

    pub(super) fn telltale(&self) -> Telltale {
        let made = usize::from(self.made) * 2 > usize::from(self.tries);
        let many = usize::from(self.targets) >= MANY_TARGETS && !self.has_peers();
        if made || many { Telltale::Plain } else { Telltale::Missing }
    }

    /// Does it talk on the one port that it tries? A program of many peers works through a list of them, of which few are left.
    const fn has_peers(&self) -> bool {
        self.ports == 1 && self.talked >= PEERS
    }

    pub(super) fn add_used(&mut self, port: u16, start: Timestamp) {
        if self.tries < TRIES && start.since(self.last) <= BURST {
            self.talked += u8::from(self.tried.as_ref().is_some_and(|tried| tried.has_port(port)));
            self.count_try();
            self.open += 1;
        }
    }

    /// Of those beyond the ones that decide nobody asks which they were.
    fn count_try(&mut self) {
        self.tries += 1;
        if self.tries == TRIES {
            self.tried = None;
        }
    }

    /// Another one; of those beyond the ones that decide nobody asks for which target they were.
    pub(super) fn add(
        &mut self,
        target: impl FnOnce() -> u32,
        endpoint: Endpoint,
        Attempt { start, answer, maker }: Attempt,
    ) {
        let slow = start.since(self.first) > AT_MOST && !self.is_scan();
        if self.tries == 0 || start.since(self.last) > BURST || slow {
            *self = Self { first: start, ..Self::default() };
        }
        self.last = self.last.max(start);
        if self.tries < TRIES {
            let tried = self.tried.get_or_insert_default();
            let again = tried.note_target(target());
            if tried.note_port(endpoint, start) {
                self.range = Range::Yes;
            }
            [self.targets, self.ports] = tried.counts();
            self.returns += u8::from(answer == Answer::Refused && again);
            self.open += u8::from(answer == Answer::Open);
            self.made += u8::from(maker == Maker::Program);
            self.count_try();
        }
    }
}
