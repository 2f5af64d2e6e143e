//! Which services ends were of: address and port of the server, in bounded memory.

use std::cmp::Reverse;
use std::ptr;

use smallvec::SmallVec;

use crate::verdict::{Endpoint, Rule, Ruling};

use super::top::{Counted, Top};

/// Services that are counted at the same time; beyond half as many again those with the fewest ends give way. More are nobody's services, but a
/// scan's.
const MOST: usize = 1024;

/// Counts ends by service.
pub struct Services(Top<Endpoint, Causes>);

/// A service, and why connections with it ended.
#[derive(Clone, Debug)]
pub struct Service {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Ends that were counted.
    pub ends: u64,
    /// How many it may have had before there was room to count it; 0 where the counts are exact.
    pub missed: u64,
    /// Their causes, the most frequent first.
    pub causes: Vec<(&'static Rule, u64)>,
}

/// Ends by cause, most services having one.
#[derive(Default)]
struct Causes {
    ends: u64,
    of: SmallVec<[(&'static Rule, u64); 1]>,
}

impl Default for Services {
    fn default() -> Self {
        Self(Top::new(MOST))
    }
}

impl Services {
    /// Counts an end, if it has a cause.
    pub fn count(&mut self, ruling: &Ruling) {
        let Some(finding) = ruling.cause else { return };
        let hash = self.0.look_ahead(ruling.server);
        self.0.touch(ruling.server, hash, None).add(finding.rule);
    }

    /// How many there are.
    #[must_use]
    pub fn known(&self) -> usize {
        self.0.len()
    }

    /// Those with the most ends, the worst first.
    #[must_use]
    pub fn worst(&self, most: usize) -> Vec<Service> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_unstable_by_key(|(endpoint, slot)| (Reverse(slot.value.ends), *endpoint));
        all.truncate(most);
        let service = |(endpoint, slot): (Endpoint, &super::top::Slot<Endpoint, Causes>)| Service {
            endpoint,
            ends: slot.value.ends,
            missed: slot.missed(),
            causes: slot.value.sorted(),
        };
        all.into_iter().map(service).collect()
    }
}

impl Causes {
    fn add(&mut self, rule: &'static Rule) {
        self.ends += 1;
        match self.of.iter_mut().find(|(known, _)| ptr::eq(*known, rule)) {
            Some((_, count)) => *count += 1,
            None => self.of.push((rule, 1)),
        }
    }

    fn sorted(&self) -> Vec<(&'static Rule, u64)> {
        let mut causes = self.of.to_vec();
        causes.sort_by_key(|&(rule, count)| (Reverse(count), rule.name));
        causes
    }
}

impl Counted for Causes {
    fn times(&self) -> u64 {
        self.ends
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{closed, endpoint, hung_up, refused, stale};
    use super::*;
    use crate::verdict::Verdict;

    #[test]
    fn ends_are_counted_by_service_and_cause() {
        let mut services = Services::default();
        let other = Verdict { server: endpoint("192.0.2.80", 443), ..hung_up() };
        for verdict in [stale(), refused(), stale(), closed(), other] {
            services.count(&Ruling::from(&verdict));
        }
        assert_eq!(services.known(), 2);
        let worst = services.worst(1);
        assert_eq!((worst.len(), worst[0].endpoint, worst[0].ends), (1, stale().server, 3));
        let causes: Vec<_> = worst[0].causes.iter().map(|(rule, count)| (rule.name, *count)).collect();
        assert_eq!(causes, [("stale_keepalive", 2), ("port_closed", 1)]);
    }

    #[test]
    fn a_scan_takes_no_more_room_and_hides_no_service() {
        let mut services = Services::default();
        let scanned = |port| Ruling::from(&Verdict { server: endpoint("10.0.0.9", port), ..refused() });
        for port in 1..20_000 {
            services.count(&scanned(port));
            services.count(&Ruling::from(&stale()));
        }
        assert!(services.known() <= MOST + MOST / 2);
        let worst = services.worst(1);
        assert_eq!((worst[0].endpoint, worst[0].ends, worst[0].missed), (stale().server, 19_999, 0));
    }
}
