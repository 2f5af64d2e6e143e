//! ICMP errors: each is about a connection that it quotes.

use crate::decode::IcmpError;

use super::super::expiry::Timer;
use super::super::index::Place;
use super::super::key::FlowKey;
use super::FlowTable;
use super::cells::Body;

impl FlowTable {
    pub(super) fn on_icmp(&mut self, error: &IcmpError) {
        let Some(at) = self.quoted(error) else {
            self.counts.icmp_unknown += 1;
            return;
        };
        self.counts.icmp += 1;
        self.cold[at as usize].icmp = Some(Box::new(*error));
        self.expect_news(Timer::Ended, at);
    }

    /// The connection that an error is about. A quoted number that the connection never used is a forgery or about an
    /// earlier connection (RFC 5927 §4.1).
    fn quoted(&mut self, error: &IcmpError) -> Option<u32> {
        let (key, by) = FlowKey::quoted_by(error);
        match self.find(&key, self.hash(&key))? {
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
