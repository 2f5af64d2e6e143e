//! Frames of a capture on their way to the dashboard, each at its time.

use std::io;

use crate::config::Replay;
use crate::decode::Frame;
use crate::time::Timestamp;
use crate::view::Report;

use super::alive::Alive;
use super::footprint;
use super::pace::Pace;
use super::pass::Pass;

/// Hands frames on when they are due.
pub(super) struct Player<'a> {
    pace: Pace,
    config: &'a Replay,
    files: &'a [String],
    alive: Alive,
}

impl<'a> Player<'a> {
    pub(super) fn new(config: &'a Replay, files: &'a [String], speed: f64) -> Self {
        Self { pace: Pace::new(speed), config, files, alive: Alive::default() }
    }

    /// Takes frames as they are read; comes back when the last of them was due.
    pub(super) fn take(&mut self, mut frames: &[Frame<'_>], pass: &mut Pass<'_, '_>) {
        while let (Some(first), false) =
            (frames.first(), pass.desk.has_failed() || pass.desk.view.wants_quit())
        {
            let (due, later) = frames.split_at(self.pace.due(frames));
            pass.take(due);
            let now = self.pace.now(first.ts);
            if let Some(reached) = Pace::reached(now, due, later) {
                pass.advance(reached);
            }
            if pass.desk.view.wants_counts() {
                let shown = self.show(pass, now);
                pass.desk.note(shown);
            }
            if !later.is_empty() {
                Pace::rest();
            }
            frames = later;
        }
    }

    fn show(&mut self, pass: &mut Pass<'_, '_>, now: Timestamp) -> io::Result<()> {
        let intake = pass.intake();
        let snapshot = pass.desk.aggregate.snapshot(self.config.presentation.top);
        let report = Report {
            heading: None,
            files: self.files,
            interfaces: &[],
            now,
            snapshot: &snapshot,
            we: &[],
            followed: pass.engine.counts().followed,
            alive: self.alive.look(&mut pass.engine),
            footprint: footprint::of(self.config.max_flows, pass.engine.counts().fullness),
            intake: &intake,
            notices: &[],
        };
        pass.desk.view.counts(&report)
    }
}
