//! The life of a connection in the table: begun, followed, handed over, remembered, forgotten.

use crate::ahead::Fetch;
use crate::decode::Skip;
use crate::time::Timestamp;

use super::super::admission::{self, Admission};
use super::super::attempt::{Attempt, Attempted};
use super::super::close::{Coverage, Ended, Finality, ObservedUntil};
use super::super::duplicate::{find_first, may_be_duplicate, note_double};
use super::super::ending::Ending;
use super::super::exchange::Hearing;
use super::super::expiry::Timer;
use super::super::facts::Facts;
use super::super::half::Marks;
use super::super::index::{Gap, Place};
use super::super::key::{End, FlowKey};
use super::super::state::{self, Cold, Flow, Phase, Queue};
use super::super::track;
use super::super::usual;
use super::cells::{Body, Grave, Small};
use super::room::{is_kept, is_rare};
use super::{Address, Heard, Shard, Sink};

impl Shard {
    /// A segment whose connection is not where it was sought.
    #[inline(never)]
    pub(super) fn on_segment(&mut self, heard: Heard<'_>, address: Address, sink: Sink<'_>) -> Option<Skip> {
        match self.find(&FlowKey::of_sender(heard.0, address.by), address.hash) {
            None => self.begin(heard, address, Gap::UNSEEN, sink),
            Some(Place::Whole(at)) => return self.on_segment_found(at, heard, address, sink),
            Some(Place::Small(at)) => return self.on_segment_of_small(at, heard, address, sink),
        }
        None
    }

    pub(super) fn on_segment_of_small(
        &mut self,
        at: u32,
        heard: Heard<'_>,
        address: Address,
        sink: Sink<'_>,
    ) -> Option<Skip> {
        if self.refuse(at, heard.0, address.by) || self.answer(at, heard.0, address.by) {
            self.make_held_room(sink);
            return None;
        }
        match &mut self.small.at_mut(at).body {
            Body::Attempt(_) => {
                self.make_whole_room(Some(at), sink);
                let at = self.grow_up(at);
                if self.finish_handshake(at, heard.0, address.by) {
                    self.make_held_room(sink);
                    return None;
                }
                return self.on_segment_found(at, heard, address, sink);
            }
            Body::Grave(grave) if grave.owns(heard.0, address.by) => {
                grave.last_seen = grave.last_seen.max(heard.0.ts);
                self.counts.late += 1;
            }
            Body::Grave(_) => {
                self.forget_small(at);
                self.begin(heard, address, Gap::UNSEEN, sink);
            }
        }
        None
    }

    /// A segment of a connection that was not where it was sought.
    #[inline(never)]
    fn on_segment_found(
        &mut self,
        at: u32,
        heard: Heard<'_>,
        address: Address,
        sink: Sink<'_>,
    ) -> Option<Skip> {
        self.on_segment_of(at, heard, address, sink)
    }

    /// A segment of a connection that is followed. Of a usual one that says something new there is nothing to ask.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "nearly every segment comes this way, and nearly all from one place"
    )]
    pub(super) fn on_segment_of(
        &mut self,
        at: u32,
        heard: Heard<'_>,
        address: Address,
        sink: Sink<'_>,
    ) -> Option<Skip> {
        let flow = &self.whole.cells[at as usize];
        let skip = if usual::is_usual(flow, heard.0, address.by) && usual::is_news(flow, heard.0, address.by)
        {
            self.follow_usual(at, heard, address.by);
            None
        } else {
            self.on_any_segment_of(at, heard, address, sink)
        };
        self.make_held_room(sink);
        skip
    }

    #[inline]
    fn follow_usual(&mut self, at: u32, heard: Heard<'_>, by: End) {
        self.counts.segments += 1;
        let flow = &mut self.whole.cells[at as usize];
        let (unanswered, room) = (flow.both_unanswered(), flow.hearing.room());
        let letter = usual::segment(flow, &mut self.ring, heard, by, self.settings.peek);
        let (repeated, now) = (flow.both_unanswered() != unanswered, flow.hearing.room());
        if let Some((role, shown)) = letter {
            self.cold[at as usize].history.push(role, shown);
        }
        self.note_held(room, now);
        if repeated {
            self.expect_news(Timer::Repeated, at);
        }
    }

    #[inline(never)]
    fn on_any_segment_of(
        &mut self,
        at: u32,
        heard: Heard<'_>,
        address: Address,
        sink: Sink<'_>,
    ) -> Option<Skip> {
        let ((segment, _), by) = (heard, address.by);
        let (flow, cold) = (&mut self.whole.cells[at as usize], &mut self.cold[at as usize]);
        if may_be_duplicate(segment, by, flow, cold)
            && let Some(first) = find_first(segment, by, flow, cold, &self.ring)
        {
            if note_double(cold, segment, by, first) {
                self.count_held(at);
            }
            return Some(Skip::Duplicate);
        }
        if let Some(iss) = admission::offer_taken(flow, &self.ring, segment, by) {
            flow.halves.at_mut(by.peer()).began_with(iss);
        }
        match admission::admit(flow, cold, segment, by) {
            Admission::Same => self.track(at, heard, by),
            Admission::Anew => {
                flow.halves.at_mut(by).begin_anew();
                self.track(at, heard, by);
            }
            Admission::Foreign => self.counts.late += 1,
            Admission::Earlier => {
                flow.halves.at_mut(by).marks.set(Marks::EARLIER);
                self.counts.late += 1;
            }
            Admission::Stray => {
                cold.stray_syn = Some(Box::new(*segment));
                flow.facts.set(Facts::STRAY);
                self.count_held(at);
            }
            Admission::Reuse => {
                self.end_whole(at, sink);
                self.begin(heard, address, Gap::UNSEEN, sink);
            }
            Admission::Split(syn) => {
                self.end_whole(at, sink);
                self.begin((&syn, &[]), Address { by: by.peer(), ..address }, Gap::UNSEEN, sink);
                return self.on_segment(heard, address, sink);
            }
        }
        None
    }

    /// Another connection takes its place.
    fn end_whole(&mut self, at: u32, sink: Sink<'_>) {
        self.hand_over_whole(at, ObservedUntil::Close, sink);
        self.forget_whole(at);
    }

    fn track(&mut self, at: u32, heard: Heard<'_>, by: End) {
        self.counts.segments += 1;
        let (flow, cold) = (&mut self.whole.cells[at as usize], &mut self.cold[at as usize]);
        let (unanswered, room, rare) =
            (flow.both_unanswered(), flow.hearing.room(), flow.facts.has(Facts::RARE));
        let ending = track::segment(flow, cold, &mut self.ring, heard, by, self.settings.peek);
        let (repeated, now) = (flow.both_unanswered() != unanswered, flow.hearing.room());
        let counted = rare || is_rare(flow) || is_kept(flow, heard.0);
        self.note_held(room, now);
        if counted {
            self.count_held(at);
        }
        let flow = self.whole.at_mut(at);
        match ending {
            Ending::None if repeated => self.expect_news(Timer::Repeated, at),
            Ending::None => {}
            Ending::Ended => {
                flow.phase = Phase::Lingering;
                self.queue_whole(at, Queue::Lingering, self.now);
                self.expect_news(Timer::Ended, at);
            }
            Ending::Revived => {
                flow.phase = Phase::Open;
                self.queue_whole(at, Queue::Open, self.now);
            }
        }
    }

    /// A connection that is not known begins; its look-up has ended at `gap`.
    pub(super) fn begin(&mut self, heard: Heard<'_>, address: Address, gap: Gap, sink: Sink<'_>) {
        self.make_room(sink);
        self.counts.begun += 1;
        let Address { by, hash, .. } = address;
        let key = FlowKey::of_sender(heard.0, by);
        if let Some(attempt) = Attempt::begin(heard.0, by) {
            self.counts.segments += 1;
            let at = self.put_small(key, Body::Attempt(attempt));
            self.index.insert(gap, hash, Place::Small(at));
            return;
        }
        self.make_whole_room(None, sink);
        let at = self.put_whole(Flow::begin(key, heard.0, by), Cold::begin(heard.0));
        self.take_up(at, self.now);
        self.index.insert(gap, hash, Place::Whole(at));
        self.track(at, heard, by);
    }

    /// An attempt becomes a connection like any other.
    pub(super) fn grow_up(&mut self, small: u32) -> u32 {
        let since = self.small.at(small).link.since;
        self.unqueue_small(small);
        let Some(attempt) = self.take_attempt(small) else { return 0 };
        let key = self.give_back_small(small);
        // Where it will lie: it is large.
        let syn = attempt.syn(&key);
        let (flow, cold) = attempt.begun(key, &syn);
        let at = self.put_whole(flow, cold);
        let (flow, cold) = (&mut self.whole.cells[at as usize], &mut self.cold[at as usize]);
        attempt.play(&syn, (flow, cold), &mut self.ring, self.settings.peek);
        (flow.queue, flow.phase) = if attempt.is_reset() {
            (Queue::Lingering, Phase::Lingering)
        } else {
            (Queue::Patience, Phase::Open)
        };
        // A refusal that more follows is watched from then on, whoever left by himself from when he did.
        let since = match (attempt.is_answered(), attempt.is_reset()) {
            (false, _) => self.now,
            (true, true) => since,
            (true, false) => attempt.last_seen(),
        };
        self.take_up(at, since);
        self.index.relocate(self.hash(&key), Place::Small(small), Place::Whole(at));
        if attempt.is_reset() {
            self.expect_news(Timer::Ended, at);
        }
        at
    }

    #[inline]
    fn put_small(&mut self, key: FlowKey, body: Body) -> u32 {
        let before = self.small.next_free().map_or(0, |at| self.small.at(at).generation);
        let generation = before.wrapping_add(1);
        let at = self.small.put(Small { link: super::super::chain::Link::default(), body, key, generation });
        self.enqueue_small(at, self.now);
        at
    }

    /// Puts a connection into a slot.
    #[inline]
    fn put_whole(&mut self, flow: Flow, cold: Cold) -> u32 {
        let at = self.whole.put(flow);
        match self.cold.get_mut(at as usize) {
            Some(place) => *place = Cold { generation: place.generation, ..cold },
            None => self.cold.push(cold),
        }
        if let Some(next) = self.whole.next_free() {
            self.cold[next as usize].fetch();
        }
        at
    }

    /// Puts a connection into its queue, where it has waited since `since`, and counts what it holds.
    fn take_up(&mut self, at: u32, since: Timestamp) {
        let flow = &mut self.whole.cells[at as usize];
        if self.settings.coverage == Coverage::Ends {
            flow.facts.set(Facts::ENDS_ONLY);
        }
        let room = flow.hearing.room();
        self.note_held(0, room);
        if since < self.now {
            self.enqueue_grown(at, since);
        } else {
            self.enqueue_whole(at, since);
        }
        if self.cold[at as usize].reset.is_some() {
            self.count_held(at);
        }
    }

    /// Hands over an attempt as it is, or as what the tracker makes of it where it goes on.
    pub(super) fn hand_over_small(&mut self, at: u32, until: ObservedUntil, sink: Sink<'_>) {
        let key = self.small.at(at).key;
        if let Some(attempt) = self.take_attempt(at) {
            let (finality, closed_at) = (Finality::Final, self.now);
            let goes_on = attempt.is_answered() && !attempt.is_reset();
            let attempted = Attempted { key, attempt, until, finality, closed_at, elsewhere: 0 };
            sink(if goes_on { Ended::Whole(Box::new(attempted.close())) } else { Ended::Attempt(attempted) });
        }
    }

    pub(super) fn hand_over_whole(&mut self, at: u32, until: ObservedUntil, sink: Sink<'_>) {
        let (flow, cold) = (&mut self.whole.cells[at as usize], &mut self.cold[at as usize]);
        sink(Ended::Whole(Box::new(state::close(flow, cold, &self.ring, until, self.now))));
    }

    /// Remembers a connection that was handed over.
    pub(super) fn bury(&mut self, at: u32) {
        let flow = self.whole.at(at);
        let grave = Grave::of(flow);
        let key = self.take_whole(at);
        let grave = self.put_small(key, Body::Grave(grave));
        self.buried += 1;
        self.index.relocate(self.hash(&key), Place::Whole(at), Place::Small(grave));
    }

    /// The linger of an attempt that was answered is over: it is remembered, like any connection.
    pub(super) fn bury_small(&mut self, at: u32, sink: Sink<'_>) {
        let Body::Attempt(attempt) = &self.small.at(at).body else { return };
        let grave = Grave::of_attempt(attempt);
        self.unqueue_small(at);
        self.hand_over_small(at, ObservedUntil::Close, sink);
        let small = self.small.at_mut(at);
        small.body = Body::Grave(grave);
        small.generation = small.generation.wrapping_add(1);
        self.buried += 1;
        self.enqueue_small(at, self.now);
    }

    pub(super) fn forget_small(&mut self, at: u32) {
        self.buried -= usize::from(matches!(self.small.at(at).body, Body::Grave(_)));
        self.unqueue_small(at);
        self.release_small(at);
    }

    /// Forgets a small one that is in no queue.
    pub(super) fn release_small(&mut self, at: u32) {
        let key = self.give_back_small(at);
        self.index.remove(self.hash(&key), Place::Small(at));
    }

    pub(super) fn forget_whole(&mut self, at: u32) {
        let key = self.take_whole(at);
        self.index.remove(self.hash(&key), Place::Whole(at));
    }

    /// Takes a small one that is in no queue out of its cell, which is nobody's then. Gives its key.
    fn give_back_small(&mut self, at: u32) -> FlowKey {
        let key = std::mem::replace(&mut self.small.at_mut(at).key, FlowKey::NOBODY);
        self.small.give_back(at);
        key
    }

    /// Takes a connection out of its queue and its slot, which is nobody's then. Gives its key.
    fn take_whole(&mut self, at: u32) -> FlowKey {
        let queue = self.whole.at(at).queue;
        self.queues.of_whole(queue).remove(&mut self.cold, at);
        let cold = &mut self.cold[at as usize];
        let held = std::mem::take(&mut cold.room);
        cold.release();
        cold.generation = cold.generation.wrapping_add(1);
        let flow = self.whole.at_mut(at);
        self.held -= usize::from(flow.hearing.room()) + usize::from(held);
        flow.hearing = Hearing::default();
        let key = std::mem::replace(&mut flow.key, FlowKey::NOBODY);
        self.whole.give_back(at);
        key
    }
}
