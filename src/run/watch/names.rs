//! Names of addresses, looked up by a helper that holds up nobody: what it does not know yet is asked again later.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use crate::capture::live;
use crate::time::{Span, Timestamp};
use crate::verdict::Ruling;
use crate::view::tui::Resolver;

/// Addresses that wait to be looked up.
const WAITING: usize = 64;
/// Answers that are kept; then all are forgotten, and those that are still shown are asked again.
const KEPT: usize = 10_000;
/// Lookups that are remembered, to know their traffic by.
const REMEMBERED: usize = 256;
/// How long after a lookup its connection may still be closing.
const AFTERWARDS: Span = Span::from_secs(2);
/// Where name servers listen.
const DNS: u16 = 53;

/// What is known of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Awaited,
    Named(String),
    Nameless,
}

/// From when to when a lookup went on.
type Lookup = (Timestamp, Timestamp);

/// The helper, from outside.
pub(super) struct Names {
    shared: Arc<Shared>,
    ask: SyncSender<IpAddr>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<IpAddr, Answer>>,
    lookups: Mutex<VecDeque<Lookup>>,
}

/// Asks the system: files, name servers, whatever it is set up to ask.
fn look_up(addr: IpAddr) -> Option<String> {
    let name = dns_lookup::lookup_addr(&addr).ok()?;
    // Without a name the system gives the address back.
    let name = name.trim_end_matches('.').to_owned();
    (name.parse::<IpAddr>().is_err() && !name.is_empty()).then_some(name)
}

impl Names {
    /// Starts the helper.
    ///
    /// # Errors
    /// What the system says when there can be no thread.
    pub(super) fn start() -> io::Result<Arc<Self>> {
        Self::asking(look_up)
    }

    fn asking(look_up: fn(IpAddr) -> Option<String>) -> io::Result<Arc<Self>> {
        let shared = Arc::new(Shared::default());
        let (ask, asked) = sync_channel(WAITING);
        let ours = Arc::clone(&shared);
        // It ends when nobody can ask any more; nobody waits for it, as the system may take its time.
        thread::Builder::new().name("names".to_owned()).spawn(move || ours.serve(&asked, look_up))?;
        Ok(Arc::new(Self { shared, ask }))
    }

    /// Is this the traffic of a lookup of ours? Answers that are too long for UDP come over TCP.
    pub(super) fn made(&self, end: &Ruling) -> bool {
        if end.server.port != DNS {
            return false;
        }
        let lookups = locked(&self.shared.lookups);
        lookups.iter().any(|&(begun, ended)| end.start >= begun && end.start <= ended.plus(AFTERWARDS))
    }
}

impl Resolver for Names {
    fn name(&self, addr: IpAddr) -> Option<String> {
        let mut answers = locked(&self.shared.answers);
        match answers.get(&addr) {
            Some(Answer::Named(name)) => return Some(name.clone()),
            Some(Answer::Awaited | Answer::Nameless) => return None,
            None => {}
        }
        if self.ask.try_send(addr).is_ok() {
            if answers.len() >= KEPT {
                answers.clear();
            }
            answers.insert(addr, Answer::Awaited);
        }
        None
    }
}

impl Shared {
    fn serve(&self, asked: &Receiver<IpAddr>, look_up: fn(IpAddr) -> Option<String>) {
        while let Ok(addr) = asked.recv() {
            self.begin(live::now());
            let name = look_up(addr);
            self.end(live::now());
            let answer = name.map_or(Answer::Nameless, Answer::Named);
            locked(&self.answers).insert(addr, answer);
        }
    }

    /// As long as it goes on, its end is not known.
    fn begin(&self, now: Timestamp) {
        let mut lookups = locked(&self.lookups);
        if lookups.len() >= REMEMBERED {
            lookups.pop_front();
        }
        lookups.push_back((now, Timestamp::from_nanos(u64::MAX / 2)));
    }

    fn end(&self, now: Timestamp) {
        if let Some(last) = locked(&self.lookups).back_mut() {
            last.1 = now;
        }
    }
}

/// A panic elsewhere leaves whole answers behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::aggregate::sample::{endpoint, stale};
    use crate::verdict::Verdict;

    fn slowly(addr: IpAddr) -> Option<String> {
        thread::sleep(Duration::from_millis(50));
        (!addr.is_loopback()).then(|| format!("host-{addr}"))
    }

    fn numbered(number: u32) -> IpAddr {
        std::net::Ipv4Addr::from(0x0a00_0000 + number).into()
    }

    fn until(what: impl Fn() -> bool) {
        let begun = Instant::now();
        while !what() {
            assert!(begun.elapsed() < Duration::from_secs(10), "it never comes");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn asking_never_waits_and_the_answer_is_there_later() {
        let names = Names::asking(slowly).unwrap();
        let begun = Instant::now();
        for number in 0..10_000 {
            assert_eq!(names.name(numbered(number)), None);
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        assert!(locked(&names.shared.answers).len() <= WAITING + 2, "what does not fit is not noted");
        until(|| names.name(numbered(0)) == Some("host-10.0.0.0".to_owned()));
    }

    #[test]
    fn a_nameless_address_is_asked_for_once() {
        let names = Names::asking(slowly).unwrap();
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        assert_eq!(names.name(loopback), None);
        until(|| locked(&names.shared.answers).get(&loopback) == Some(&Answer::Nameless));
        assert_eq!(names.name(loopback), None);
    }

    #[test]
    fn the_traffic_of_a_lookup_is_known_and_no_other() {
        let names = Names::asking(slowly).unwrap();
        let now = live::now();
        let to_dns_at = |start| Verdict { server: endpoint("192.0.2.53", DNS), start, ..stale() };
        assert!(!names.made(&Ruling::from(&to_dns_at(now))), "nobody has asked");
        names.name(numbered(1));
        until(|| names.name(numbered(1)).is_some());
        // However busy the machine is, this lies behind the question.
        let to_dns = to_dns_at(live::now());
        assert!(names.made(&Ruling::from(&to_dns)));
        assert!(
            !names.made(&Ruling::from(&Verdict { server: endpoint("192.0.2.53", 443), ..to_dns.clone() }))
        );
        let before = Verdict { start: Timestamp::from_nanos(now.as_nanos() - 1_000_000_000), ..to_dns };
        assert!(!names.made(&Ruling::from(&before)));
    }
}
