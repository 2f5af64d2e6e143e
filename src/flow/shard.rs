//! One shard of the table: all connections whose key falls to it, followed segment by segment. Shards know nothing of each
//! other, so that each can be followed by a thread of its own; what they hand over is put in order by [`super::shards`].

mod alive;
mod attempts;
mod cells;
mod icmp;
mod life;
mod news;
mod room;
mod waiting;

use crate::ahead::Fetch;
use crate::decode::{Segment, Skip};
use crate::time::{Span, Timestamp};

use super::chain::Chain;
use super::close::ObservedUntil;
use super::exchange::Exchange;
use super::expiry::Expiry;
use super::facts::Facts;
use super::half::Marks;
use super::index::{Gap, Index, Place};
use super::key::{Both, End, FlowKey};
use super::recent::RecentRing;
use super::router::{Address, Hashes};
use super::state::{Cold, Flow, Phase};
use super::table::{GRAVE, LINGER, Settings, Sink, TableCounts};
use super::usual;
use cells::{Body, Pool, Small};
pub use news::Provisional;
use waiting::Queues;

/// How long after its last SYN an unanswered attempt is given up: the longest pause between two of them is 64 s
/// (`tcp_syn_retries` 6).
const ATTEMPT: Span = Span::from_secs(75);

/// A segment and as much of its payload as was captured.
type Heard<'a> = (&'a Segment, &'a [u8]);

/// Some of the connections that are followed.
pub(super) struct Shard {
    settings: Settings,
    hashes: Hashes,
    index: Index,
    small: Pool<Small>,
    whole: Pool<Flow>,
    /// Of the whole ones, what few segments touch.
    cold: Vec<Cold>,
    queues: Queues,
    news: Expiry,
    /// Connections that were handed over and are remembered.
    buried: usize,
    /// What connections hold elsewhere, in attempts: what exchanges take beyond what every one does, and what few have.
    held: usize,
    /// That has become more, and nobody has given way for it yet.
    grown: bool,
    /// Before this nothing runs out.
    due: Timestamp,
    ring: RecentRing,
    now: Timestamp,
    counts: TableCounts,
}

impl Shard {
    /// An empty one, for as many connections and recent segments as `settings` say of this shard alone; memory is taken as
    /// connections come.
    pub(super) fn new(settings: Settings, hashes: Hashes, recent: u32) -> Self {
        let most = settings.max_flows as usize;
        let most_whole = room::most_whole(most);
        Self {
            hashes,
            index: Index::default(),
            small: Pool::with_room(most),
            whole: Pool::with_room(most_whole),
            cold: cells::with_room(most_whole),
            queues: Queues::default(),
            news: Expiry::default(),
            buried: 0,
            held: 0,
            grown: false,
            due: Timestamp::from_nanos(u64::MAX),
            ring: RecentRing::new(recent),
            now: Timestamp::ZERO,
            counts: TableCounts::default(),
            settings,
        }
    }

    /// Takes note of a segment; connections that it ends go to `sink`. Its connection is at `place` if it is that one's at all,
    /// whatever was done since that was found out, and there is none if its look-up would still end at `gap`. Tells if it was the same frame once more.
    #[inline]
    pub(super) fn take(
        &mut self,
        heard: Heard<'_>,
        address: Address,
        (place, gap): (Option<Place>, &Gap),
        sink: Sink<'_>,
    ) -> Option<Skip> {
        self.now = self.now.max(heard.0.ts);
        match place {
            Some(Place::Whole(at)) if self.whole.at(at).key.is_of(heard.0, address.by) => {
                self.on_segment_of(at, heard, address, sink)
            }
            Some(Place::Small(at)) if self.small.at(at).key.is_of(heard.0, address.by) => {
                self.on_segment_of_small(at, heard, address, sink)
            }
            None if self.index.ends_at(*gap) => {
                self.begin(heard, address, *gap, sink);
                None
            }
            _ => self.on_segment(heard, address, sink),
        }
    }

    /// Asks for the memory in which the look-up of a segment will begin.
    #[inline]
    pub(super) fn fetch_index(&self, hash: u32) {
        self.index.fetch(hash);
    }

    /// Where the connection of a segment is, in all likelihood. Asks for every cache line of it that a segment touches.
    #[inline]
    pub(super) fn fetch_first(&self, hash: u32, gap: &mut Gap) -> Option<Place> {
        let place = self.index.peek(hash, gap)?;
        self.fetch(place);
        Some(place)
    }

    /// Asks for what else `segment`, sent by `by`, will touch: the cold part, and the latest segment. Tells whether it may end the
    /// connection, in all likelihood, and gives the exchange if that is touched.
    #[inline]
    pub(super) fn fetch_rest(&self, place: Place, segment: &Segment, by: End) -> (bool, Option<&Exchange>) {
        let Place::Whole(at) = place else { return (segment.flags.rst(), None) };
        let flow = self.whole.at(at);
        let mut may_end = false;
        if usual::needs_cold(flow, segment, by) {
            may_end = self.fetch_cold(at, flow, segment, by);
        } else if usual::needs_history(flow, segment, by) {
            self.cold[at as usize].history.fetch();
        }
        (may_end, flow.hearing.needs(by, segment))
    }

    /// The cold part, and the latest segment if what comes may be the same or be prompted by it. What ends a connection needs the cold
    /// part.
    fn fetch_cold(&self, at: u32, flow: &Flow, segment: &Segment, by: End) -> bool {
        self.cold[at as usize].fetch();
        if segment.flags.rst() || usual::is_said_before(flow, segment, by) {
            self.ring.fetch(flow.recent);
        }
        segment.flags.rst() || flow.facts.has(Facts::FIN)
    }

    /// Asks for those that wait beside a connection: it will wait elsewhere.
    #[inline]
    pub(super) fn fetch_neighbours(&self, place: Place) {
        match place {
            Place::Small(at) => Chain::fetch_neighbours(&self.small.cells, at),
            Place::Whole(at) => Chain::fetch_neighbours(&self.cold, at),
        }
    }

    /// Asks for every cache line that a segment of this connection touches.
    #[inline]
    pub(super) fn fetch(&self, place: Place) {
        match place {
            Place::Small(at) => self.small.at(at).fetch(),
            Place::Whole(at) => self.whole.at(at).fetch(),
        }
    }

    /// Asks for every cache line of a connection that will be handed over soon.
    pub(super) fn fetch_all(&self, place: Place) {
        self.fetch(place);
        if let Place::Whole(at) = place {
            self.cold[at as usize].fetch();
        }
    }

    /// Asks for what was said on it, and for its latest segment. It should be there by itself already.
    pub(super) fn fetch_said(&self, place: Place) {
        let Place::Whole(at) = place else { return };
        let flow = self.whole.at(at);
        self.ring.fetch(flow.recent);
        if let Some(exchange) = flow.hearing.exchange() {
            exchange.fetch();
        }
    }

    fn hash(&self, key: &FlowKey) -> u32 {
        self.hashes.of(key)
    }

    fn find(&self, key: &FlowKey, hash: u32) -> Option<Place> {
        self.index.find(hash, |place| match place {
            Place::Small(at) => self.small.at(at).key == *key,
            Place::Whole(at) => self.whole.at(at).key == *key,
        })
    }

    /// Is the connection between two ends followed, or remembered?
    pub(super) fn knows(&self, key: &FlowKey) -> bool {
        self.find(key, self.hash(key)).is_some()
    }

    /// Moves time on, and hands over those whose time has come. Capture time that steps back is left alone: nothing expires
    /// by it.
    pub(super) fn advance(&mut self, now: Timestamp, sink: Sink<'_>) {
        self.now = self.now.max(now);
        if self.due < self.now {
            self.expire(sink);
        }
    }

    /// Hands over a connection that is left.
    pub(super) fn hand_over(&mut self, place: Place, until: ObservedUntil, sink: Sink<'_>) {
        match place {
            Place::Small(at) => {
                let ended = matches!(&self.small.at(at).body, Body::Attempt(attempt) if attempt.is_reset());
                self.hand_over_small(at, if ended { ObservedUntil::Close } else { until }, sink);
            }
            Place::Whole(at) => {
                let ended = self.whole.at(at).phase == Phase::Lingering;
                self.hand_over_whole(at, if ended { ObservedUntil::Close } else { until }, sink);
            }
        }
    }

    /// Gives those that are not over to `sink`, and when they began; as they lie in memory. Nothing can be found any more: this
    /// is the end, and there may be a million, for whose order the room of the index is needed.
    pub(super) fn leave(&mut self, mut sink: impl FnMut(Timestamp, Place)) {
        self.index = Index::default();
        let small = self.small.taken(|small| small.key != FlowKey::NOBODY).map(Place::Small);
        let whole = self.whole.taken(|flow| flow.key != FlowKey::NOBODY).map(Place::Whole);
        for place in small.chain(whole) {
            if let Some((ts, ..)) = self.begun(place) {
                sink(ts, place);
            }
        }
    }

    /// When a connection began, and where; `None` if it is over.
    pub(super) fn begun(&self, place: Place) -> Option<(Timestamp, u16, u64)> {
        match place {
            Place::Small(at) => match &self.small.at(at).body {
                Body::Attempt(attempt) => Some(attempt.start()),
                Body::Grave(_) => None,
            },
            Place::Whole(at) => {
                let cold = &self.cold[at as usize];
                Some((cold.start.ts, cold.file, cold.start.frame))
            }
        }
    }

    pub(super) fn key_of(&self, place: Place) -> FlowKey {
        match place {
            Place::Small(at) => self.small.at(at).key,
            Place::Whole(at) => self.whole.at(at).key,
        }
    }

    /// The latest time that it has seen.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Connections that are followed now, those that linger included.
    pub(super) fn len(&self) -> usize {
        self.index.len() - self.buried
    }

    /// What it has done so far.
    pub(super) const fn counts(&self) -> TableCounts {
        self.counts
    }
}

/// Only one side has spoken, and only SYNs.
fn is_unanswered(halves: &Both<super::half::Half>) -> bool {
    let (low, high) = (halves.at(End::Low), halves.at(End::High));
    low.seen() != high.seen() && !low.marks.has(Marks::ACKED) && !high.marks.has(Marks::ACKED)
}
