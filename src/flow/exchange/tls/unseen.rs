//! Records that the capture misses or cuts: what they were nobody can tell.

use super::flight::Class;
use super::{At, Cipher, End, Now, Side, Tls};
use crate::flow::exchange::turns::Turns;

impl Tls {
    /// Did both sides send Finished, up to TLS 1.2? That of one may be among what is missing.
    pub(super) fn both_finished(&self) -> bool {
        let sides = [End::Low, End::High].map(|end| self.sides.at(end));
        let finished = |side: &Side| side.cipher == Cipher::Finished;
        let both = sides.iter().all(|side| finished(side) || side.missed);
        self.version13 != Some(true) && both && sides.into_iter().any(finished)
    }

    /// Nobody can tell what these bytes are: after the handshake mostly data, before its end perhaps that end.
    pub(super) fn on_blind(&mut self, len: u32, at: &At, turns: &mut Turns<'_>) {
        let side = self.sides.at_mut(at.by);
        side.missed = true;
        if side.now != Now::Silent {
            side.now = Now::Other;
        }
        if let Some(message) = side.hello.give_up() {
            self.on_hello(&message, at.by);
        }
        (*self.closing.at_mut(at.by), *self.trailing_own_bytes.at_mut(at.by)) = (false, 0);
        if !self.established {
            if self.version13 == Some(true) && at.by == self.client {
                self.flight.miss_of_client();
            }
            self.established = self.flight.may_be_over() || self.both_finished();
            return;
        }
        let class = match (self.version13, at.by == self.client) {
            (Some(true), true) => self.flight.of_client_unseen(at.seq),
            (Some(true), false) => self.flight.of_server_unseen(len),
            _ => Class::Application,
        };
        match class {
            Class::SecondTicket => turns.take_back(at.by),
            Class::Application => turns.take(at.by, at.stamp, at.seq, len),
            Class::Handshake | Class::Alert => {}
        }
    }
}
