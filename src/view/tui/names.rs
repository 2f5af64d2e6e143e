//! What addresses are called: what a client asked for when it came to them (TLS server name, HTTP Host), and what a
//! resolver that holds up nobody has found out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::aggregate::Peer;
use crate::verdict::{Addr, ExchangeFacts, Verdict};

use super::Names;

/// Names that are kept; a flood of made-up ones must not grow it.
const KEPT: usize = 10_000;
/// Peers whose names are asked for: those that anybody sees.
const ASKED: usize = 200;
/// Of the newest ends, those whose names are looked up.
const NEWEST: usize = 500;

/// Finds names out. Asking must not wait: what is not known yet is asked again.
pub trait Resolver: Send + Sync {
    /// The name of an address, if it is known by now.
    fn name(&self, addr: IpAddr) -> Option<String>;
}

/// Names that were heard in the traffic.
#[derive(Debug, Default)]
pub(super) struct Heard(HashMap<Addr, Name>);

/// What clients call a server.
#[derive(Debug)]
struct Name {
    first: String,
    /// Whether others were heard.
    others: Others,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    None,
    Some,
}

impl Heard {
    /// Takes note of what a client asked its server for.
    pub(super) fn hear(&mut self, end: &Verdict) {
        let Some(name) = end.exchange.as_ref().and_then(ExchangeFacts::server_name) else { return };
        let room = self.0.len() < KEPT;
        match self.0.get_mut(&end.server.addr) {
            Some(known) if known.first == name => {}
            Some(known) => known.others = Others::Some,
            None if room => {
                self.0.insert(end.server.addr, Name { first: name.to_owned(), others: Others::None });
            }
            None => {}
        }
    }

    /// Names for what is shown: the peers of the list, and both sides of the newest ends.
    pub(super) fn names(
        &self,
        peers: &[Peer],
        newest: &[Arc<Verdict>],
        resolver: Option<&dyn Resolver>,
    ) -> Names {
        let peers = peers.iter().take(ASKED).map(|peer| peer.addr);
        let ends = newest.iter().take(NEWEST).flat_map(|end| [end.client.addr, end.server.addr]);
        let mut names = Names::new();
        for addr in peers.chain(ends) {
            if names.contains_key(&addr) {
                continue;
            }
            if let Some(name) = self.name(addr).or_else(|| resolver?.name(addr.ip())) {
                names.insert(addr, name);
            }
        }
        names
    }

    fn name(&self, addr: Addr) -> Option<String> {
        let name = self.0.get(&addr)?;
        Some(match name.others {
            Others::None => name.first.clone(),
            Others::Some => format!("{} and others", name.first),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::{closed, stale};

    fn asking(host: &str) -> Verdict {
        let exchange = ExchangeFacts { host: Some(host.to_owned()), ..ExchangeFacts::default() };
        Verdict { exchange: Some(exchange), ..stale() }
    }

    struct Always(&'static str);

    impl Resolver for Always {
        fn name(&self, _addr: IpAddr) -> Option<String> {
            Some(self.0.to_owned())
        }
    }

    #[test]
    fn a_server_is_called_what_its_clients_call_it() {
        let mut heard = Heard::default();
        heard.hear(&closed());
        let newest = [Arc::new(stale())];
        assert!(heard.names(&[], &newest, None).is_empty());
        for host in ["10.0.9.2:8080", "[2001:db8::1]:80", "2001:db8::1", ":80", ""] {
            heard.hear(&asking(host));
            assert!(heard.names(&[], &newest, None).is_empty(), "{host} is no name");
        }
        heard.hear(&asking("api.internal:8080"));
        heard.hear(&asking("api.internal"));
        assert_eq!(heard.names(&[], &newest, None)[&stale().server.addr], "api.internal");
        heard.hear(&asking("www.internal"));
        assert_eq!(heard.names(&[], &newest, None)[&stale().server.addr], "api.internal and others");
    }

    #[test]
    fn what_was_heard_comes_before_what_was_looked_up() {
        let mut heard = Heard::default();
        heard.hear(&asking("api.internal"));
        let names = heard.names(&[], &[Arc::new(stale())], Some(&Always("host.example")));
        assert_eq!(names[&stale().server.addr], "api.internal");
        assert_eq!(names[&stale().client.addr], "host.example");
    }
}
