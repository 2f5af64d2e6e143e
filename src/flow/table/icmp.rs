//! ICMP errors: each is about a connection that it quotes.

use crate::decode::IcmpError;

use super::super::expiry::Timer;
use super::super::key::FlowKey;
use super::super::state::Phase;
use super::FlowTable;

impl FlowTable {
    pub(super) fn on_icmp(&mut self, error: &IcmpError) {
        let (key, by) = FlowKey::quoted_by(error);
        let Some(&slot) = self.index.get(&key) else {
            self.counts.icmp_unknown += 1;
            return;
        };
        let flow = self.flow(slot);
        // A quoted number that the connection never used is a forgery or about an earlier connection (RFC 5927 §4.1).
        let half = flow.halves.at(by);
        if flow.phase == Phase::Closed || !error.seq.within(half.iss, half.snd_nxt) {
            self.counts.icmp_unknown += 1;
            return;
        }
        self.counts.icmp += 1;
        self.cold[slot as usize].icmp = Some(Box::new(*error));
        self.expect_news(Timer::Ended, slot);
    }
}
