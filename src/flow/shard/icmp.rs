//! ICMP errors: each is about a connection that it quotes.

use crate::decode::IcmpError;

use super::super::expiry::Timer;
use super::super::index::Place;
use super::super::key::FlowKey;
use super::cells::Body;
use super::{Address, Shard};

impl Shard {
    /// Takes note of an error about a segment of `address`.
    pub(in super::super) fn on_icmp(&mut self, error: &IcmpError, address: Address) {
        let Some(at) = self.quoted(error, address) else {
            self.counts.icmp_unknown += 1;
            return;
        };
        self.counts.icmp += 1;
        self.cold[at as usize].icmp = Some(Box::new(*error));
        self.count_held(at);
        self.expect_news(Timer::Ended, at);
    }

    /// The connection that an error is about. A quoted number that the connection never used is a forgery or about an
    /// earlier connection (RFC 5927 §4.1).
    fn quoted(&mut self, error: &IcmpError, address: Address) -> Option<u32> {
        let (key, by) = FlowKey::quoted_by(error);
        match self.find(&key, address.hash)? {
            Place::Whole(at) => {
                let half = self.whole.at(at).halves.at(by);
                error.seq.within(half.iss, half.snd_nxt).then_some(at)
            }
            Place::Small(at) => match &self.small.at(at).body {
                Body::Attempt(attempt) if attempt.used(error.seq, by) => Some(self.grow_up(at)),
                _ => None,
            },
        }
    }
}
