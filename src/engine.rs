//! The pure middle of the pipeline: frames in, verdicts out. No clock, no thread, no file.

use std::collections::VecDeque;

use crate::context::Context;
use crate::decode::{self, Frame, Pdu, Skip, SkipCounts};
use crate::flow::{Ended, Finality, FlowTable, LINGER, ObservedUntil, Settings, TOGETHER, TableCounts};
use crate::time::Timestamp;
use crate::verdict::{self, Judged, Precedents};

/// Connections that may wait for their neighbours at the same time; under a flood the oldest are judged early, when
/// there are neighbours enough.
const HELD: usize = 4096;

/// What went through the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineCounts {
    /// Frames pushed.
    pub frames: u64,
    /// Frames that were no segment, by kind.
    pub skipped: SkipCounts,
    /// What the table did.
    pub table: TableCounts,
    /// Connections followed at this moment.
    pub followed: usize,
    /// How much of the room for them is taken, in percent.
    pub fullness: u8,
}

/// Where verdicts go.
pub type Sink<'s> = &'s mut dyn FnMut(&Judged<'_>);

/// Decodes, tracks and judges.
pub struct Engine {
    table: FlowTable,
    bench: Bench,
    frames: u64,
    skipped: SkipCounts,
}

impl Engine {
    /// An engine that has seen nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            bench: Bench::beside(settings.max_flows),
            table: FlowTable::new(settings),
            frames: 0,
            skipped: SkipCounts::default(),
        }
    }

    /// Takes frames in the order of the capture; verdicts of connections that are over go to `sink`.
    pub fn push(&mut self, frames: &[Frame<'_>], sink: Sink<'_>) {
        self.frames += frames.len() as u64;
        let mut pdus = [Pdu::NOTHING; TOGETHER];
        for some in frames.chunks(TOGETHER) {
            let mut read = 0;
            for frame in some {
                match decode::decode_into(frame, &mut pdus[read]) {
                    Ok(()) => read += 1,
                    Err(skip) => self.skipped.add(skip),
                }
            }
            let bench = &mut self.bench;
            let duplicates = self.table.observe(&pdus[..read], &mut |ended| bench.seat(ended, sink));
            self.skipped.add_many(Skip::Duplicate, duplicates);
        }
        self.bench.judge_until(self.table.ticked(), sink);
    }

    /// Counts a frame that the caller left out.
    pub fn skip(&mut self, skip: Skip) {
        self.frames += 1;
        self.skipped.add(skip);
    }

    /// Moves time on where no frame does it.
    pub fn advance(&mut self, now: Timestamp, sink: Sink<'_>) {
        let bench = &mut self.bench;
        self.table.advance(now, &mut |ended| bench.seat(ended, sink));
        self.bench.judge_until(now, sink);
    }

    /// Takes note of frames that the capture lost, found out at `at`: verdicts near it are no longer certain.
    pub fn note_loss(&mut self, at: Timestamp, frames: u64) {
        self.bench.context.note_loss(at, frames);
    }

    /// Judges everything that is left.
    pub fn finish(&mut self, until: ObservedUntil, sink: Sink<'_>) {
        let bench = &mut self.bench;
        self.table.finish(until, &mut |ended| bench.seat(ended, sink));
        self.bench.judge_all(sink);
    }

    /// What can be said by now of connections that go on, of at most `most` of them. Nothing is changed by it.
    pub fn alive(&mut self, most: usize, sink: Sink<'_>) {
        let bench = &mut self.bench;
        self.table.alive(most, &mut |ended| bench.judge(&ended, sink));
    }

    /// What went through so far.
    #[must_use]
    pub fn counts(&self) -> EngineCounts {
        EngineCounts {
            frames: self.frames,
            skipped: self.skipped,
            table: self.table.counts(),
            followed: self.table.len(),
            fullness: self.table.fullness(),
        }
    }
}

/// Connections that are over and wait until their neighbours can be asked: causes that need a group (scan, restart) show
/// only in what happens to others within a linger.
#[derive(Default)]
pub struct Bench {
    context: Context,
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
    /// Beside a table of so many connections at most.
    #[must_use]
    pub fn beside(max_flows: u32) -> Self {
        Self { context: Context::beside(max_flows), ..Self::default() }
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
        self.context.fetch_to_note(arrived.iter());
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
        self.context.tell_roles(&mut ended);
        if ended.finality() == Finality::Provisional {
            return self.judge(&ended, sink);
        }
        self.judge_due(ended.closed_at(), sink);
        self.context.note(&ended);
        if !verdict::may_be_one_of_many(&ended) && !ended.has_guessed_roles() {
            self.judge(&ended, sink);
            return self.dispose_of(ended);
        }
        self.held.push_back(ended);
        if self.held.len() > HELD {
            self.judge_first(sink);
        }
    }

    /// Judges those whose wait is over at `now`.
    pub fn judge_until(&mut self, now: Timestamp, sink: Sink<'_>) {
        self.settle(sink);
        self.judge_due(now, sink);
    }

    fn judge_due(&mut self, now: Timestamp, sink: Sink<'_>) {
        while self.held.front().is_some_and(|ended| ended.closed_at().plus(LINGER) < now) {
            self.judge_first(sink);
        }
    }

    /// Judges all that are left.
    pub fn judge_all(&mut self, sink: Sink<'_>) {
        self.settle(sink);
        while !self.held.is_empty() {
            self.judge_first(sink);
        }
    }

    fn judge_first(&mut self, sink: Sink<'_>) {
        if self.ahead == 0 {
            self.look_ahead();
        }
        self.ahead = self.ahead.saturating_sub(1);
        // Where it lies: it need not be taken out for that.
        if let Some(ended) = self.held.front_mut() {
            self.context.tell_roles(ended);
            judge(&self.context, &mut self.precedents, ended, sink);
        }
        if let Some(ended) = self.held.pop_front() {
            self.dispose_of(ended);
        }
    }

    /// Reads what the next ones will be judged by.
    fn look_ahead(&mut self) {
        let next = || self.held.iter().take(TOGETHER);
        next().for_each(Ended::fetch);
        self.context.fetch_to_judge(next());
        next().for_each(Ended::fetch_held);
        next().for_each(Ended::fetch_said);
        self.ahead = TOGETHER.min(self.held.len());
    }

    fn dispose_of(&mut self, ended: Ended) {
        if let (Some(spent), Ended::Whole(_)) = (&mut self.spent, &ended) {
            spent.push(ended);
        }
    }

    fn judge(&mut self, ended: &Ended, sink: Sink<'_>) {
        judge(&self.context, &mut self.precedents, ended, sink);
    }
}

fn judge(context: &Context, precedents: &mut Precedents, ended: &Ended, sink: Sink<'_>) {
    match ended {
        Ended::Attempt(attempted) => {
            let around = context.around_attempt(attempted);
            sink(&precedents.judge(attempted, &around));
        }
        Ended::Whole(close) => sink(&verdict::consider(close, &context.around(close))),
    }
}
