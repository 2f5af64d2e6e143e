//! The totals, one `key value` a line, for grep, awk and eyes.

use std::io::{self, Write};

use crate::verdict::{How, Ruling, Verdict};

use super::clock::Rfc3339;
use super::{Report, View, one_line};

/// Totals only.
pub(super) struct Summary<'w> {
    out: Box<dyn Write + 'w>,
}

impl<'w> Summary<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        Self { out }
    }

    fn line(&mut self, key: &str, value: impl std::fmt::Display) -> io::Result<()> {
        // A name may hold anything, also what looks like the next line.
        self.out.write_all(format!("{key} {}\n", one_line(&value.to_string())).as_bytes())
    }
}

impl View for Summary<'_> {
    fn wants(&mut self, _ruling: &Ruling) -> bool {
        false
    }

    fn ended(&mut self, _verdict: &Verdict, _file: Option<&str>) -> io::Result<()> {
        Ok(())
    }

    fn tells_peers(&self) -> bool {
        false
    }

    fn report(&mut self, report: &Report<'_>) -> io::Result<()> {
        let (intake, totals) = (report.intake, &report.snapshot.totals);
        for file in report.files {
            self.line("file", file)?;
        }
        for health in report.interfaces {
            self.line("interface", &health.name)?;
        }
        if let (Some(first), Some(last)) = (intake.first, intake.last) {
            self.line("start", Rfc3339(first))?;
            self.line("end_time", Rfc3339(last))?;
        }
        self.line("frames", intake.frames)?;
        for (skip, frames) in intake.skipped.nonzero() {
            self.line(&format!("skipped.{}", skip.token()), frames)?;
        }
        let dropped = report.intake.dropped;
        let by = [("kernel", dropped.kernel), ("interface", dropped.interface), ("us", dropped.us)];
        for (who, frames) in by {
            frames.map_or(Ok(()), |frames| self.line(&format!("dropped.{who}"), frames))?;
        }
        self.line("late_segments", intake.late)?;
        self.line("evicted", intake.evicted)?;
        self.line("connections", totals.connections)?;
        for &how in How::ALL {
            self.line(&format!("end.{}", how.word()), totals.ended(how))?;
        }
        for cause in &totals.causes {
            self.line(&format!("cause.{}", cause.rule.name), cause.all())?;
        }
        self.line("rst_by.client", totals.resets.client)?;
        self.line("rst_by.server", totals.resets.server)?;
        self.line("rst_by.middlebox", totals.resets.middlebox)?;
        self.line("bad_ends", totals.bad_ends)?;
        self.line("harmful", totals.harmful)?;
        self.line("harmless", totals.harmless)?;
        for notice in report.notices {
            self.line("notice", notice)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
