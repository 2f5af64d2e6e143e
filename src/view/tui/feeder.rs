//! What stands between the verdicts and the dashboard: it keeps the newest, and feeds the screen at its own pace.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::Presentation;
use crate::verdict::{Finality, Ruling, Verdict};
use crate::view::{Report, View};

use super::names::{Heard, Resolver};
use super::{Dashboard, Exporter, Feed, Frame, Health, Look, Newest, Options, Phase};

/// How often it is fed: faster than an eye follows figures, and cheap.
const PACE: Duration = Duration::from_millis(200);
/// Of the time between two frames, the share that making one may take: whoever captures has better things to do.
const SHARE: u32 = 20;

/// Normal ends between two frames that are put into words.
const WELL: u32 = 1_000;

/// What the dashboard needs of the world, besides verdicts.
#[derive(Clone, Default)]
pub struct Tools {
    /// Keys and colours.
    pub look: Look,
    /// What writes an end to files.
    pub exporter: Option<Arc<dyn Exporter>>,
    /// What looks names up.
    pub resolver: Option<Arc<dyn Resolver>>,
}

/// How verdicts come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// All at once: they are shown when the last is there.
    Whole,
    /// As they came when the capture was made; what is shown last stays until the user leaves.
    Played,
    /// As it happens.
    Live,
}

/// The dashboard, and what it was last told.
pub(in super::super) struct Feeder {
    presentation: Presentation,
    tools: Tools,
    course: Course,
    newest: Newest,
    heard: Heard,
    screen: Option<(Dashboard, Feed)>,
    /// Normal ends since the last frame.
    well: u32,
    /// When it wants the next frame.
    next: Option<Instant>,
}

impl Feeder {
    pub(in super::super) fn new(presentation: Presentation, tools: Tools, course: Course) -> Self {
        let (newest, heard) = (Newest::default(), Heard::default());
        Self { presentation, tools, course, newest, heard, screen: None, well: 0, next: None }
    }

    fn frame(&self, report: &Report<'_>, phase: Phase) -> Frame {
        let newest = self.newest.list();
        let mut counts = report.snapshot.clone();
        let pending = newest.iter().filter(|end| end.finality == Finality::Provisional);
        counts.count_pending(pending.map(|end| Ruling::from(&**end)));
        Frame {
            taken: report.now,
            names: self.heard.names(&counts.peers.list, &newest, self.tools.resolver.as_deref()),
            counts,
            newest,
            alive: report.alive.to_vec(),
            health: Health {
                intake: *report.intake,
                followed: report.followed as u64,
                footprint: report.footprint,
                interfaces: report.interfaces.to_vec(),
                notices: report.notices.to_vec(),
            },
            we: report.we.to_vec(),
            source: self.source(report),
            phase,
        }
    }

    fn source(&self, report: &Report<'_>) -> String {
        let names: Vec<&str> = report.interfaces.iter().map(|interface| interface.name.as_str()).collect();
        let name = match (names.as_slice(), report.files) {
            ([], [file]) => file.clone(),
            ([], files) => format!("{} captures", files.len()),
            (names, _) => names.join(", "),
        };
        if self.course == Course::Played { format!("{name}, played") } else { name }
    }

    fn show(&mut self, frame: Frame) -> io::Result<()> {
        match &self.screen {
            Some((_, feed)) => feed.show(Arc::new(frame)),
            None => self.screen = Some(self.open(frame)?),
        }
        Ok(())
    }

    fn open(&self, first: Frame) -> io::Result<(Dashboard, Feed)> {
        Dashboard::spawn(Options {
            first: Arc::new(first),
            colour: self.presentation.colour,
            charset: self.presentation.charset,
            listing: self.presentation.listing,
            look: self.tools.look.clone(),
            exporter: self.tools.exporter.clone(),
        })
    }
}

impl View for Feeder {
    /// Every end has a place, but of a flood of normal ones nobody reads all: words cost more than all else.
    fn wants(&mut self, ruling: &Ruling) -> bool {
        let takes = self.newest.takes(ruling);
        if ruling.cause.is_some() || self.newest.knows(ruling) {
            return takes;
        }
        let wanted = takes && (self.course == Course::Whole || self.well < WELL);
        self.well += u32::from(wanted);
        wanted
    }

    fn ended(&mut self, verdict: &Verdict, _file: Option<&str>) -> io::Result<()> {
        self.heard.hear(verdict);
        self.newest.offer(Arc::new(verdict.clone()));
        Ok(())
    }

    fn wants_counts(&self) -> bool {
        self.course != Course::Whole && self.next.is_none_or(|next| Instant::now() >= next)
    }

    fn counts(&mut self, report: &Report<'_>) -> io::Result<()> {
        let begun = Instant::now();
        self.well = 0;
        let frame = self.frame(report, Phase::Live);
        self.show(frame)?;
        self.next = Some(Instant::now() + PACE.max(begun.elapsed() * SHARE));
        Ok(())
    }

    fn owns_terminal(&self) -> bool {
        self.course != Course::Whole
    }

    fn wants_quit(&self) -> bool {
        self.screen.as_ref().is_some_and(|(dashboard, _)| dashboard.wants_quit())
    }

    /// Live, it leaves the screen as it was, so that what is said last stays on it; a capture is looked at.
    fn report(&mut self, report: &Report<'_>) -> io::Result<()> {
        if self.course != Course::Live {
            let frame = self.frame(report, Phase::Finished);
            self.show(frame)?;
        }
        match (self.screen.take(), self.course) {
            (None, _) => Ok(()),
            (Some((dashboard, _)), Course::Live) => dashboard.close(),
            (Some((dashboard, _)), Course::Whole | Course::Played) => dashboard.wait(),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
