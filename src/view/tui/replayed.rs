//! A capture in the dashboard: it is read to its end, then its final state is shown until the user leaves.

use std::io;
use std::sync::Arc;

use crate::config::Presentation;
use crate::time::Timestamp;
use crate::verdict::{Ruling, Verdict};
use crate::view::{Report, View};

use super::{Dashboard, Frame, Health, Newest, Options, Phase};

/// Keeps the newest ends, and shows them at the end.
pub(in super::super) struct Replayed {
    presentation: Presentation,
    newest: Newest,
}

impl Replayed {
    pub(in super::super) fn new(presentation: Presentation) -> Self {
        Self { presentation, newest: Newest::default() }
    }

    fn frame(&self, report: &Report<'_>) -> Frame {
        Frame {
            taken: report.intake.last.unwrap_or(Timestamp::ZERO),
            counts: report.snapshot.clone(),
            newest: self.newest.list(),
            health: Health { intake: *report.intake, followed: 0, notices: report.notices.to_vec() },
            we: Vec::new(),
            source: source(report.files),
            phase: Phase::Finished,
        }
    }
}

impl View for Replayed {
    /// Harmless ends are kept as well: a key lists them.
    fn wants(&mut self, ruling: &Ruling) -> bool {
        ruling.cause.is_some() || self.presentation.listing.admits(ruling)
    }

    fn ended(&mut self, verdict: &Verdict, _file: Option<&str>) -> io::Result<()> {
        self.newest.offer(Arc::new(verdict.clone()));
        Ok(())
    }

    fn report(&mut self, report: &Report<'_>) -> io::Result<()> {
        let options = Options {
            first: Arc::new(self.frame(report)),
            colour: self.presentation.colour,
            charset: self.presentation.charset,
            listing: self.presentation.listing,
        };
        let (dashboard, _) = Dashboard::spawn(options)?;
        dashboard.wait()
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn source(files: &[String]) -> String {
    match files {
        [file] => file.clone(),
        files => format!("{} captures", files.len()),
    }
}
