//! Several captures read as one, by time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::walk::Head;
use super::{BlockSink, Drops, FileSource, Input, Notice, Position};
use crate::capture::batch::{Batch, Sink};
use crate::capture::{BATCH, Progress, Source};
use crate::decode::Frame;
use crate::error::Error;
use crate::time::{Span, Timestamp};

/// Captures merged by the time of their frames, as far as their clocks are known to go by each other, in the order in which they were
/// added where times are equal. A file whose own time goes backwards keeps its own order.
///
/// A file waits closed until the time of its first frame has come, so that a folder of a thousand rotated captures
/// needs neither a thousand descriptors nor their memory.
#[derive(Default)]
pub struct Merged {
    lanes: Vec<Lane>,
    /// The time of each lane's next frame.
    order: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// The lane that has to read on before it is known whose frame comes next.
    dry: Option<usize>,
    /// What the lanes that have ended left behind.
    ended: Ended,
}

/// One of the captures.
struct Lane {
    file: u16,
    /// How far its clock is ahead of the others', in nanoseconds.
    ahead: i64,
    size: Option<u64>,
    state: State,
}

/// A frame that was picked, and the number of its lane.
type Pick = (usize, Head);

enum State {
    /// Closed until its time comes.
    Waiting(Input),
    /// Open, with the frame that comes next, if that is known yet.
    Open(Box<FileSource>, Option<Head>),
    Ended,
}

#[derive(Default)]
struct Ended {
    notices: Vec<Notice>,
    dropped: Drops,
    frames: u64,
    bytes: u64,
}

impl Merged {
    /// Nothing to merge yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a capture, of which nothing must have been read yet, and reads its first frame.
    ///
    /// # Errors
    /// What cannot be read; the capture is left out then, and the others can still be read.
    pub fn push(&mut self, source: FileSource) -> Result<(), Error> {
        self.push_ahead(source, 0)
    }

    /// The same of one whose clock is so many nanoseconds ahead.
    ///
    /// # Errors
    /// As for [`Merged::push`].
    pub fn push_ahead(&mut self, source: FileSource, ahead: i64) -> Result<(), Error> {
        let (index, again) = (self.lanes.len(), source.again.clone());
        let (file, size) = (source.file(), source.size);
        self.lanes.push(Lane { file, ahead, size, state: State::Open(Box::new(source), None) });
        self.dry = Some(index);
        while self.dry.is_some() {
            self.read_on(index)?;
        }
        if let (Some(lane), Some(input)) = (self.lanes.get_mut(index), again) {
            lane.wait(input);
        }
        Ok(())
    }

    /// What there is to say about the captures that were read to their end.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.ended.notices
    }

    /// How far they are read, all together; the whole is known only if each one's is.
    #[must_use]
    pub fn position(&self) -> Position {
        let open: u64 = self.open().map(|source| source.position().bytes).sum();
        Position { bytes: self.ended.bytes + open, of: self.lanes.iter().map(|lane| lane.size).sum() }
    }

    /// Frames read so far, in all of them; one that waits in each open capture is among them.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.ended.frames + self.open().map(FileSource::frames).sum::<u64>()
    }

    /// Frames that the captures' own statistics say were lost.
    #[must_use]
    pub fn dropped(&self) -> Drops {
        self.open().map(FileSource::dropped).fold(self.ended.dropped, Drops::plus)
    }

    fn open(&self) -> impl Iterator<Item = &FileSource> {
        self.lanes.iter().filter_map(Lane::source)
    }

    /// Lets the dry lane read on, once, and puts it back in order if that gave a frame.
    fn read_on(&mut self, index: usize) -> Result<(), Error> {
        let Some(lane) = self.lanes.get_mut(index) else { return Ok(()) };
        let outcome = lane.read_on();
        match (&outcome, &lane.state) {
            (Ok(Some(ts)), _) => self.order.push(Reverse((lane.turn(*ts), index))),
            // It is not known yet what comes next: nothing else can be handed over before.
            (Ok(None), State::Open(source, _)) if !source.ended => return Ok(()),
            _ => self.ended.take(lane),
        }
        self.dry = None;
        outcome.map(|_| ())
    }

    /// Picks the next frames, until there are enough of them or a lane runs dry; gives their number.
    fn pick(&mut self, picks: &mut [Pick; BATCH]) -> usize {
        let mut picked = 0;
        while let (Some(slot), None) = (picks.get_mut(picked), self.dry) {
            let Some(mut first) = self.order.peek_mut() else { break };
            let Reverse((_, index)) = *first;
            let Some(lane) = self.lanes.get_mut(index) else { break };
            let ahead = lane.ahead;
            let next = match &mut lane.state {
                State::Open(source, head) => {
                    picked += usize::from(head.map(|head| *slot = (index, head)).is_some());
                    *head = source.next_head();
                    *head
                }
                _ => None,
            };
            if let Some(head) = next {
                first.0.0 = turn(head.ts, ahead);
            } else {
                PeekMut::pop(first);
                self.dry = Some(index);
            }
        }
        picked
    }

    fn hand_over(&self, picks: &[Pick], sink: &mut Sink<'_>) {
        let mut batch = Batch::new(sink);
        for &(index, head) in picks {
            if let Some(source) = self.lanes.get(index).and_then(Lane::source) {
                batch.push(source.frame(head));
            }
        }
        batch.finish();
    }

    /// Hands over those together that follow each other and lie in one block.
    fn hand_over_blocks(&self, picks: &[Pick], sink: &mut BlockSink<'_>) {
        for some in picks.chunk_by(|(one, _), (next, _)| one == next) {
            let lane = some.first().and_then(|(index, _)| self.lanes.get(*index));
            if let Some(source) = lane.and_then(Lane::source) {
                self.hand_over(some, &mut |frames| sink(source.block(), frames));
            }
        }
    }

    /// As [`Source::read`], and tells in which block the frames lie: what is kept of it may be looked at later.
    ///
    /// # Errors
    /// As for [`Source::read`].
    pub fn read_blocks(&mut self, sink: &mut BlockSink<'_>) -> Result<Progress, Error> {
        self.read_on_and(|merged, picks| merged.hand_over_blocks(picks, sink))
    }

    /// Picks frames until a lane has to read on, and has them handed over.
    fn read_on_and(&mut self, mut hand_over: impl FnMut(&Self, &[Pick])) -> Result<Progress, Error> {
        if let Some(index) = self.dry {
            self.read_on(index)?;
        }
        let mut picks = [(0, Head::NONE); BATCH];
        loop {
            let picked = self.pick(&mut picks);
            hand_over(self, picks.get(..picked).unwrap_or_default());
            if picked < BATCH {
                break;
            }
        }
        let more = self.dry.is_some() || !self.order.is_empty();
        Ok(if more { Progress::More } else { Progress::End })
    }
}

impl Source for Merged {
    /// After an error the capture that it came from is left out; reading on gives the frames of the others.
    fn read(&mut self, sink: &mut dyn FnMut(&[Frame<'_>])) -> Result<Progress, Error> {
        self.read_on_and(|merged, picks| merged.hand_over(picks, sink))
    }
}

/// When a frame's turn comes that was captured at `ts` by a clock that is so many nanoseconds ahead.
const fn turn(ts: Timestamp, ahead: i64) -> Timestamp {
    let span = Span::from_nanos(ahead.unsigned_abs());
    if ahead < 0 { ts.plus(span) } else { ts.minus(span) }
}

impl Lane {
    const fn turn(&self, ts: Timestamp) -> Timestamp {
        turn(ts, self.ahead)
    }

    fn source(&self) -> Option<&FileSource> {
        match &self.state {
            State::Open(source, _) => Some(source),
            State::Waiting(_) | State::Ended => None,
        }
    }

    /// Closes the file until its time comes, if there is a frame to wait for.
    fn wait(&mut self, input: Input) {
        if matches!(self.state, State::Open(_, Some(_))) {
            self.state = State::Waiting(input);
        }
    }

    /// Opens the file if it was waiting, or else reads on once; gives the time of the next frame if that is found.
    fn read_on(&mut self) -> Result<Option<Timestamp>, Error> {
        if let State::Waiting(input) = &self.state {
            self.state = State::Open(Box::new(FileSource::open(input, self.file)?), None);
        }
        let State::Open(source, head) = &mut self.state else { return Ok(None) };
        *head = source.next_head();
        if head.is_none() && !source.ended {
            source.refill()?;
            *head = if source.ended { None } else { source.next_head() };
        }
        Ok(head.map(|head| head.ts))
    }
}

impl Ended {
    /// Takes what is left of a lane and closes it.
    fn take(&mut self, lane: &mut Lane) {
        if let State::Open(source, _) = std::mem::replace(&mut lane.state, State::Ended) {
            self.bytes += source.position().bytes;
            self.frames += source.frames();
            self.dropped = self.dropped.plus(source.dropped());
            self.notices.extend(source.notices);
        }
    }
}
