//! What several places saw of one connection, brought together.

use std::collections::{HashMap, VecDeque};

use super::Sink;
use crate::flow::{self, Close, Ended, FlowKey, Places, Recorded};
use crate::verdict::{self, Judged, Surroundings};

/// Connections that may wait for other places' accounts at the same time; then the first of them is told as far as it is known.
const WAITING: usize = 8192;

/// Connections that wait until every place that knows them has told what it saw.
#[derive(Default)]
pub(super) struct Reunion {
    places: Places,
    waiting: HashMap<FlowKey, Vec<Gathered>>,
    /// Whose turn it is if there are too many; many of them were told long ago.
    order: VecDeque<(FlowKey, u64)>,
    /// How many there have been.
    begun: u64,
    /// Connections that other places know, which are over and not yet judged, by how many places they were handed over.
    announced: HashMap<FlowKey, usize>,
}

/// What is known so far of one connection, by place.
struct Gathered {
    number: u64,
    closes: Vec<Close>,
    surroundings: Vec<Surroundings>,
    recorded: Vec<(u8, Recorded)>,
}

impl Reunion {
    /// Of these places.
    pub(super) fn of(places: &Places) -> Self {
        Self { places: places.clone(), ..Self::default() }
    }

    /// A connection was handed over, and will be judged.
    pub(super) fn announce(&mut self, ended: &Ended) {
        if ended.elsewhere() > 0 {
            *self.announced.entry(*ended.key()).or_default() += 1;
        }
    }

    /// Will another place tell of a connection, that was handed over with this knowledge of other places, or has it told?
    fn is_expected(&mut self, key: &FlowKey, known: u8) -> bool {
        if known == 0 {
            return self.announced.contains_key(key) || self.waiting.contains_key(key);
        }
        if let Some(count) = self.announced.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.announced.remove(key);
            }
        }
        true
    }

    /// Takes what was judged at a place. It is told as it is where no other place can have seen that connection.
    pub(super) fn take(&mut self, judged: &Judged<'_>, sink: Sink<'_>) {
        let key = judged.key();
        if !self.is_expected(&key, judged.known_elsewhere()) {
            return sink(judged);
        }
        let place = self.places.of(judged.ruling.file);
        let at = (place, self.places.recorded(place));
        let mut close = judged.close();
        close.elsewhere.known = close.elsewhere.known.max(1);
        let (all, begun) = (self.waiting.entry(key).or_default(), self.begun);
        let place = all.iter().position(|one| one.lacks(&close, at.0)).unwrap_or_else(|| {
            all.push(Gathered::new(begun));
            all.len() - 1
        });
        let Some(gathered) = all.get_mut(place) else { return };
        let is_new = gathered.closes.is_empty();
        gathered.add(close, judged.surroundings(), at);
        if gathered.is_whole() {
            let gathered = all.swap_remove(place);
            if all.is_empty() {
                self.waiting.remove(&key);
            }
            gathered.tell(sink);
        } else if is_new {
            self.begun += 1;
            self.order.push_back((key, begun));
            self.make_room(sink);
        }
    }

    /// Nobody else will tell anything: what is known is all.
    pub(super) fn give_up_waiting(&mut self, sink: Sink<'_>) {
        while let Some(first) = self.order.pop_front() {
            self.tell(first, sink);
        }
    }

    fn make_room(&mut self, sink: Sink<'_>) {
        if self.order.len() <= 2 * WAITING {
            return;
        }
        let waiting = &self.waiting;
        let waits = |key: &FlowKey, number: u64| {
            waiting.get(key).is_some_and(|all| all.iter().any(|one| one.number == number))
        };
        self.order.retain(|(key, number)| waits(key, *number));
        while self.order.len() > WAITING {
            if let Some(first) = self.order.pop_front() {
                self.tell(first, sink);
            }
        }
    }

    fn tell(&mut self, (key, number): (FlowKey, u64), sink: Sink<'_>) {
        let Some(all) = self.waiting.get_mut(&key) else { return };
        let Some(place) = all.iter().position(|one| one.number == number) else { return };
        let gathered = all.swap_remove(place);
        if all.is_empty() {
            self.waiting.remove(&key);
        }
        gathered.tell(sink);
    }
}

impl Gathered {
    const fn new(number: u64) -> Self {
        Self { number, closes: Vec::new(), surroundings: Vec::new(), recorded: Vec::new() }
    }

    /// Is `close` what this place, which has not told anything yet, saw of the same connection?
    fn lacks(&self, close: &Close, place: u8) -> bool {
        self.recorded.iter().all(|&(other, _)| other != place)
            && self.closes.iter().any(|other| other.is_one_with(close))
    }

    fn add(&mut self, close: Close, surroundings: Surroundings, at: (u8, Recorded)) {
        // In the order of the places, whoever came first.
        let before = self.recorded.iter().take_while(|&&(place, _)| place < at.0).count();
        self.closes.insert(before, close);
        self.surroundings.insert(before, surroundings);
        self.recorded.insert(before, at);
    }

    /// Have all told what they saw that may have seen it?
    fn is_whole(&self) -> bool {
        let most = self.closes.iter().map(|close| usize::from(close.elsewhere.known)).max();
        most.is_some_and(|others| self.closes.len() > others)
    }

    fn tell(mut self, sink: Sink<'_>) {
        let recorded: Vec<Recorded> = self.recorded.iter().map(|&(_, recorded)| recorded).collect();
        flow::compare(&mut self.closes, &recorded);
        if let Some(judged) = verdict::consider_all(&self.closes, &self.surroundings) {
            sink(&judged);
        }
    }
}
