//! Live interfaces in the dashboard: it is fed while they are watched, until the user leaves or the watching ends.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::Presentation;
use crate::time::Timestamp;
use crate::verdict::{Ruling, Verdict};
use crate::view::{Report, View};

use super::{Dashboard, Feed, Frame, Health, Newest, Options, Phase};

/// How often it is fed: faster than an eye follows figures, and cheap.
const PACE: Duration = Duration::from_millis(200);

/// The dashboard, and what it was last told.
pub(in super::super) struct Watched {
    presentation: Presentation,
    newest: Newest,
    screen: Option<(Dashboard, Feed)>,
    fed: Option<Instant>,
}

impl Watched {
    pub(in super::super) fn new(presentation: Presentation) -> Self {
        Self { presentation, newest: Newest::default(), screen: None, fed: None }
    }

    fn frame(&self, report: &Report<'_>) -> Frame {
        Frame {
            taken: report.intake.last.unwrap_or(Timestamp::ZERO),
            counts: report.snapshot.clone(),
            newest: self.newest.list(),
            health: Health {
                intake: *report.intake,
                followed: report.followed as u64,
                notices: report.notices.to_vec(),
            },
            we: report.we.to_vec(),
            source: source(report),
            phase: Phase::Live,
        }
    }

    fn open(&self, first: Frame) -> io::Result<(Dashboard, Feed)> {
        Dashboard::spawn(Options {
            first: Arc::new(first),
            colour: self.presentation.colour,
            charset: self.presentation.charset,
            listing: self.presentation.listing,
        })
    }
}

impl View for Watched {
    /// Harmless ends are kept as well: a key lists them.
    fn wants(&mut self, ruling: &Ruling) -> bool {
        ruling.cause.is_some() || self.presentation.listing.admits(ruling)
    }

    fn ended(&mut self, verdict: &Verdict, _file: Option<&str>) -> io::Result<()> {
        self.newest.offer(Arc::new(verdict.clone()));
        Ok(())
    }

    fn wants_counts(&self) -> bool {
        self.fed.is_none_or(|fed| fed.elapsed() >= PACE)
    }

    fn counts(&mut self, report: &Report<'_>) -> io::Result<()> {
        self.fed = Some(Instant::now());
        let frame = self.frame(report);
        match &self.screen {
            Some((_, feed)) => feed.show(Arc::new(frame)),
            None => self.screen = Some(self.open(frame)?),
        }
        Ok(())
    }

    fn owns_terminal(&self) -> bool {
        true
    }

    fn wants_quit(&self) -> bool {
        self.screen.as_ref().is_some_and(|(dashboard, _)| dashboard.wants_quit())
    }

    /// Leaves the screen as it was, so that what is said last stays on it.
    fn report(&mut self, _report: &Report<'_>) -> io::Result<()> {
        self.screen.take().map_or(Ok(()), |(dashboard, _)| dashboard.close())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn source(report: &Report<'_>) -> String {
    let names: Vec<&str> = report.interfaces.iter().map(|interface| interface.name.as_str()).collect();
    names.join(", ")
}
