//! Connections that are over, until they are judged: causes that need a group (scan, restart) show only in what happens to others within a
//! linger. What neighbours tell is told by those of the same place; what several places saw of one connection is told together.

use std::collections::VecDeque;

use super::Sink;
use super::reunion::Reunion;
use crate::context::Context;
use crate::flow::{Ended, Finality, LINGER, Places, Settings, TOGETHER};
use crate::time::Timestamp;
use crate::verdict::{self, Judged, Precedents};

/// Connections that may wait for their neighbours at the same time; under a flood the oldest are judged early, when
/// there are neighbours enough.
const HELD: usize = 4096;

/// Connections that are over and wait until their neighbours can be asked.
#[derive(Default)]
pub struct Bench {
    /// Of each place.
    contexts: Vec<Context>,
    places: Places,
    /// Where there are several.
    reunion: Option<Reunion>,
    precedents: Precedents,
    /// Handed over, and not yet taken note of.
    arrived: Vec<Ended>,
    held: VecDeque<Ended>,
    /// How many of the held ones, from the first on, were read ahead of time.
    ahead: usize,
    /// Judged, for somebody else to free.
    spent: Option<Vec<Ended>>,
}

impl Bench {
    /// Beside a table with these settings.
    #[must_use]
    pub fn beside(settings: &Settings) -> Self {
        let places = settings.places.clone();
        let share = settings.max_flows / u32::try_from(places.count()).unwrap_or(1);
        let contexts = (0..places.count()).map(|_| Context::beside(share)).collect();
        let reunion = (places.count() > 1).then(|| Reunion::of(&places));
        Self { contexts, places, reunion, ..Self::default() }
    }

    /// Which of the contexts is that of a connection.
    #[inline]
    fn place_of(&self, ended: &Ended) -> usize {
        if self.reunion.is_none() { 0 } else { usize::from(self.places.of(ended.file())) }
    }

    /// When a connection was handed over, by the clock of the first place.
    fn closed_at(&self, ended: &Ended) -> Timestamp {
        if self.reunion.is_none() {
            ended.closed_at()
        } else {
            self.places.reference(ended.closed_at(), ended.file())
        }
    }

    /// Keeps what was judged until [`Bench::take_spent`]: where another thread has allocated it, freeing it makes both wait.
    #[must_use]
    pub fn keeping_spent(self) -> Self {
        Self { spent: Some(Vec::new()), ..self }
    }

    /// What was judged since.
    pub fn take_spent(&mut self) -> Vec<Ended> {
        self.spent.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Takes a connection that was handed over. Some are taken note of together, so that the misses of what is known of
    /// their hosts are waited for at once.
    pub fn seat(&mut self, ended: Ended, sink: Sink<'_>) {
        self.arrived.push(ended);
        if self.arrived.len() == TOGETHER {
            self.settle(sink);
        }
    }

    fn settle(&mut self, sink: Sink<'_>) {
        let mut arrived = std::mem::take(&mut self.arrived);
        arrived.iter().for_each(Ended::fetch);
        for (place, context) in self.contexts.iter().enumerate() {
            context.fetch_to_note(arrived.iter().filter(|ended| self.place_of(ended) == place));
        }
        arrived.iter().for_each(Ended::fetch_held);
        arrived.iter().for_each(Ended::fetch_said);
        for ended in arrived.drain(..) {
            self.note(ended, sink);
        }
        self.arrived = arrived;
    }

    /// Takes note of a connection; those whose wait is over by then are judged first, so that the order of hand-over alone
    /// decides what a verdict may know, whatever the batches.
    fn note(&mut self, mut ended: Ended, sink: Sink<'_>) {
        let place = self.place_of(&ended);
        self.contexts[place].tell_roles(&mut ended);
        if ended.finality() == Finality::Provisional {
            return self.judge(&ended, sink);
        }
        self.judge_due(self.closed_at(&ended), sink);
        self.contexts[place].note(&ended);
        if let Some(reunion) = &mut self.reunion {
            reunion.announce(&ended);
        }
        if !verdict::may_be_one_of_many(&ended) && !ended.has_guessed_roles() {
            self.judge(&ended, sink);
            return self.dispose_of(ended);
        }
        self.held.push_back(ended);
        if self.held.len() > HELD {
            self.judge_first(sink);
        }
    }

    /// Takes note of frames that the capture lost, found out at `at`.
    pub(super) fn note_loss(&mut self, at: Timestamp, frames: u64) {
        self.contexts.iter_mut().for_each(|context| context.note_loss(at, frames));
    }

    /// Judges those whose wait is over at `now`.
    pub fn judge_until(&mut self, now: Timestamp, sink: Sink<'_>) {
        self.settle(sink);
        self.judge_due(now, sink);
    }

    fn judge_due(&mut self, now: Timestamp, sink: Sink<'_>) {
        while self.held.front().is_some_and(|ended| self.closed_at(ended).plus(LINGER) < now) {
            self.judge_first(sink);
        }
    }

    /// Judges all that are left.
    pub fn judge_all(&mut self, sink: Sink<'_>) {
        self.settle(sink);
        while !self.held.is_empty() {
            self.judge_first(sink);
        }
        if let Some(reunion) = &mut self.reunion {
            reunion.give_up_waiting(sink);
        }
    }

    fn judge_first(&mut self, sink: Sink<'_>) {
        if self.ahead == 0 {
            self.look_ahead();
        }
        self.ahead = self.ahead.saturating_sub(1);
        // Where it lies: it need not be taken out for that.
        let place = self.held.front().map_or(0, |ended| self.place_of(ended));
        if let Some(ended) = self.held.front_mut() {
            let context = &self.contexts[place];
            context.tell_roles(ended);
            judge(context, (&mut self.precedents, &mut self.reunion), ended, sink);
        }
        if let Some(ended) = self.held.pop_front() {
            self.dispose_of(ended);
        }
    }

    /// Reads what the next ones will be judged by.
    fn look_ahead(&mut self) {
        let next = || self.held.iter().take(TOGETHER);
        next().for_each(Ended::fetch);
        for (place, context) in self.contexts.iter().enumerate() {
            context.fetch_to_judge(next().filter(|ended| self.place_of(ended) == place));
        }
        next().for_each(Ended::fetch_held);
        next().for_each(Ended::fetch_said);
        self.ahead = TOGETHER.min(self.held.len());
    }

    fn dispose_of(&mut self, ended: Ended) {
        if let (Some(spent), Ended::Whole(_)) = (&mut self.spent, &ended) {
            spent.push(ended);
        }
    }

    /// Judges a connection by what is known by now.
    pub(super) fn judge(&mut self, ended: &Ended, sink: Sink<'_>) {
        let context = &self.contexts[self.place_of(ended)];
        judge(context, (&mut self.precedents, &mut self.reunion), ended, sink);
    }
}

/// What is judged of one place is told, unless others may have seen it too.
fn judge(
    context: &Context,
    (precedents, reunion): (&mut Precedents, &mut Option<Reunion>),
    ended: &Ended,
    sink: Sink<'_>,
) {
    match ended {
        Ended::Attempt(attempted) => {
            let around = context.around_attempt(attempted);
            tell(&precedents.judge(attempted, &around), reunion, sink);
        }
        Ended::Whole(close) => tell(&verdict::consider(close, &context.around(close)), reunion, sink),
    }
}

#[inline]
fn tell(judged: &Judged<'_>, reunion: &mut Option<Reunion>, sink: Sink<'_>) {
    match reunion {
        None => sink(judged),
        Some(reunion) => reunion.take(judged, sink),
    }
}
