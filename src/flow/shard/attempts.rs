//! What an attempt takes note of as long as it is one, and as it becomes a connection.

use crate::decode::Segment;

use super::super::attempt::{Attempt, shaken};
use super::super::close::Coverage;
use super::super::key::End;
use super::Shard;
use super::cells::Body;
use super::room::ANSWER;

impl Shard {
    /// A RST refuses an attempt, or its client leaves one that was answered, if that is what it does.
    pub(super) fn refuse(&mut self, at: u32, segment: &Segment, by: End) -> bool {
        let Body::Attempt(attempt) = &mut self.small.at_mut(at).body else { return false };
        if !(segment.flags.rst() && (attempt.refuse(segment, by) || attempt.leave(segment, by))) {
            return false;
        }
        self.counts.segments += 1;
        // No RST had ended it before.
        self.queues.attempts.remove(&mut self.small.cells, at);
        self.enqueue_small(at, self.now);
        self.expect_end(at);
        true
    }

    /// A SYN+ACK answers an attempt, if that is what it does. Where only ends are captured, nobody knows what follows.
    pub(super) fn answer(&mut self, at: u32, segment: &Segment, by: End) -> bool {
        let Body::Attempt(attempt) = &mut self.small.at_mut(at).body else { return false };
        if self.settings.coverage == Coverage::Ends || !attempt.answer(segment, by) {
            return false;
        }
        self.counts.segments += 1;
        self.note_held(0, ANSWER);
        true
    }

    /// Is it an attempt that a SYN+ACK has answered?
    pub(super) fn is_answered(&self, at: u32) -> bool {
        matches!(&self.small.at(at).body, Body::Attempt(attempt) if attempt.is_answered())
    }

    /// Takes note of the acknowledgement that ends a handshake, if it is that and nothing else.
    pub(super) fn finish_handshake(&mut self, at: u32, segment: &Segment, by: End) -> bool {
        let (flow, cold) = (&mut self.whole.cells[at as usize], &mut self.cold[at as usize]);
        let finishes = shaken::is_finished_by(flow, segment, by);
        if finishes {
            self.counts.segments += 1;
            shaken::finish(flow, cold, &mut self.ring, segment, by);
        }
        finishes
    }

    /// Takes the attempt out of a cell, which holds nothing of it elsewhere any more.
    pub(super) fn take_attempt(&mut self, at: u32) -> Option<Attempt> {
        let Body::Attempt(attempt) = &mut self.small.at_mut(at).body else { return None };
        let attempt = attempt.take();
        if attempt.is_answered() {
            self.held -= usize::from(ANSWER);
        }
        Some(attempt)
    }
}
