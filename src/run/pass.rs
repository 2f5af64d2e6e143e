//! One pass over frames: through the gate into the engine, and the verdicts on to the counts and the view.

use std::io;

use crate::aggregate::{Aggregate, Intake};
use crate::decode::{Frame, Skip};
use crate::engine::Engine;
use crate::error::Error;
use crate::flow::ObservedUntil;
use crate::time::Timestamp;
use crate::verdict::{Finality, Judged, Ruling};
use crate::view::View;

use super::gate::{Gate, Passage};
use super::scribes::{Bureau, Scribes};

/// What stops a pass.
pub(super) enum Stop {
    /// The view cannot write.
    Output(io::Error),
    /// Anything else.
    Other(Error),
}

/// A pass under way.
pub(super) struct Pass<'d, 'v> {
    pub(super) gate: &'d mut Gate,
    pub(super) engine: Engine,
    pub(super) desk: &'d mut Desk<'v>,
    pub(super) intake: Intake,
    stop: Option<Stop>,
}

/// Where verdicts land.
pub(super) struct Desk<'a> {
    pub(super) aggregate: Aggregate,
    pub(super) view: &'a mut dyn View,
    /// Names to show beside the verdicts; none where there is only one capture.
    pub(super) names: &'a [String],
    /// Tells what we ourselves have caused, which is not counted.
    pub(super) own_traffic: Option<OwnTraffic>,
    /// Who writes for the view, where there are cores for it.
    scribes: Option<Scribes>,
    failed: Option<io::Error>,
}

/// Have we caused this connection?
pub(super) type OwnTraffic = Box<dyn Fn(&Ruling) -> bool>;

impl<'d, 'v> Pass<'d, 'v> {
    pub(super) fn new(gate: &'d mut Gate, engine: Engine, desk: &'d mut Desk<'v>) -> Self {
        Self { gate, engine, desk, intake: Intake::default(), stop: None }
    }

    /// Takes frames as a source hands them over.
    pub(super) fn take(&mut self, frames: &[Frame<'_>]) {
        if self.stop.is_some() || self.desk.failed.is_some() {
            return;
        }
        if self.gate.is_open() {
            self.push(frames);
        } else if let Err(error) = self.sift(frames) {
            self.stop = Some(Stop::Other(error));
        }
    }

    fn sift(&mut self, frames: &[Frame<'_>]) -> Result<(), Error> {
        let mut through = Vec::with_capacity(frames.len());
        for frame in frames {
            match self.gate.pass(frame)? {
                Passage::Through => through.push(*frame),
                Passage::Aside => self.engine.skip(Skip::Filtered),
                Passage::Over => break,
            }
        }
        self.push(&through);
        Ok(())
    }

    fn push(&mut self, frames: &[Frame<'_>]) {
        for frame in frames {
            self.intake.saw(frame.ts);
        }
        let desk = &mut *self.desk;
        self.engine.push(frames, &mut |judged| desk.take(judged));
    }

    /// Moves time on where no frame does it.
    pub(super) fn advance(&mut self, now: Timestamp) {
        let desk = &mut *self.desk;
        self.engine.advance(now, &mut |judged| desk.take(judged));
    }

    /// Judges what is left.
    pub(super) fn finish(&mut self, until: ObservedUntil) -> Result<(), Stop> {
        let desk = &mut *self.desk;
        self.engine.finish(until, &mut |judged| desk.take(judged));
        self.check()
    }

    /// Tells what went wrong since the last check, and makes visible what did not.
    pub(super) fn check(&mut self) -> Result<(), Stop> {
        if let Some(stop) = self.stop.take() {
            return Err(stop);
        }
        self.desk.check()
    }

    /// What became of the frames.
    pub(super) fn intake(&self) -> Intake {
        let counts = self.engine.counts();
        Intake {
            frames: counts.frames,
            skipped: counts.skipped,
            late: counts.table.late,
            evicted: counts.table.evicted,
            ..self.intake
        }
    }
}

impl<'a> Desk<'a> {
    /// Tells what went wrong since the last check, and makes visible what did not.
    pub(super) fn check(&mut self) -> Result<(), Stop> {
        if let Some(error) = self.failed.take() {
            return Err(Stop::Output(error));
        }
        self.view.flush().map_err(Stop::Output)
    }

    /// Notes whether the view could show what it was given beside verdicts.
    pub(super) fn note(&mut self, shown: io::Result<()>) {
        self.failed = self.failed.take().or(shown.err());
    }

    /// Is there nobody any more who takes what is found?
    pub(super) const fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    pub(super) fn new(aggregate: Aggregate, view: &'a mut dyn View, names: &'a [String]) -> Self {
        Self { aggregate, view, names, own_traffic: None, scribes: None, failed: None }
    }

    /// Has verdicts put into words at a bureau where so many can write, if the view lets others write.
    pub(super) fn open_bureau(&mut self, bureau: impl Bureau + 'static, hands: usize) {
        let scribes = |scribe| Scribes::new(Box::new(bureau), hands, scribe, self.names);
        self.scribes = self.view.scribe().map(scribes);
    }

    /// From now on the view writes itself.
    pub(super) fn close_bureau(&mut self) {
        self.scribes = None;
    }

    /// Waits until all that was wanted is written.
    pub(super) fn catch_up(&mut self) -> Result<(), Stop> {
        match &mut self.scribes {
            Some(scribes) => scribes.catch_up(self.view).map_err(Stop::Output),
            None => Ok(()),
        }
    }

    /// Counts a connection that was judged, and tells the view if that wants to know.
    pub(super) fn take(&mut self, judged: &Judged<'_>) {
        if self.failed.is_some() || self.own_traffic.as_ref().is_some_and(|is_own| is_own(&judged.ruling)) {
            return;
        }
        // What is told provisionally is told once more, and counted then.
        let ruling = &judged.ruling;
        if ruling.finality == Finality::Final {
            self.aggregate.count_ruling(ruling);
            if let Some(numbers) = judged.numbers() {
                self.aggregate.note_numbers(ruling, numbers);
            }
        }
        // Words are made only where somebody reads them.
        if self.view.wants(ruling) {
            let name = self.names.get(usize::from(ruling.file)).map(String::as_str);
            self.failed = match &mut self.scribes {
                Some(scribes) => scribes.take(judged.dossier(), self.view),
                None => self.view.ended(&judged.tell(), name),
            }
            .err();
        }
    }
}
