//! What is seen: every output draws the same verdicts and the same counts, and computes nothing of its own.
//!
//! A view is given each verdict as it comes and a report at the end. A new output is one file and one line in [`open`].

mod clock;
mod csv;
mod json;
mod jsonl;
mod ledger;
mod lines;
mod plain;
mod record;
mod summary;
mod text;
pub mod tui;

pub use clock::Rfc3339;
pub use plain::one_line;
pub use record::Record;
pub use text::explain;

use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;

use crate::aggregate::{Footprint, Intake, InterfaceHealth, Snapshot};
use crate::config::{Format, Listing, Presentation};
use crate::time::Timestamp;
use crate::verdict::{ExchangeFacts, Ruling, Verdict};

/// Puts a verdict into the bytes that a view writes for it, in any thread and any order; they are handed to [`View::put`].
pub type Scribe = Arc<dyn Fn(&Verdict, Option<&str>, &mut Vec<u8>) -> io::Result<()> + Send + Sync>;

/// An output.
pub trait View {
    /// Is it to be told about a connection that was judged so? Asked once about each; words cost more than all else, and are
    /// made only where it wants them.
    fn wants(&mut self, ruling: &Ruling) -> bool;

    /// A connection that it wants has ended, or seems to have (see [`crate::verdict::Finality`]). `file` is the name of its capture where there are several.
    ///
    /// # Errors
    /// What the system says when the output cannot be written.
    fn ended(&mut self, verdict: &Verdict, file: Option<&str>) -> io::Result<()>;

    /// Who writes for it what [`View::ended`] would, where that needs nothing of what was told before: only where nothing is told
    /// provisionally.
    fn scribe(&self) -> Option<Scribe> {
        None
    }

    /// Takes what its scribe has written, in the order of the verdicts.
    ///
    /// # Errors
    /// What the system says when the output cannot be written; a view without a scribe takes nothing.
    fn put(&mut self, _written: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// All connections of `report` have been shown.
    ///
    /// # Errors
    /// What the system says when the output cannot be written.
    fn report(&mut self, report: &Report<'_>) -> io::Result<()>;

    /// Does what it tells of the counts say with whom the connections were? Counting that takes as much as judging what a scan
    /// leaves, and is not done for nobody.
    fn tells_peers(&self) -> bool {
        true
    }

    /// Does it draw the counts while they change? Asked ten times a second at least while interfaces are watched, so that it
    /// can keep its own pace; whoever only writes records does not.
    fn wants_counts(&self) -> bool {
        false
    }

    /// The counts as they are, where [`View::wants_counts`] asks for them. Must not wait: frames are coming in.
    ///
    /// # Errors
    /// What the system says when the output cannot be written.
    fn counts(&mut self, _report: &Report<'_>) -> io::Result<()> {
        Ok(())
    }

    /// Is the terminal its own, so that nobody else may write there?
    fn owns_terminal(&self) -> bool {
        false
    }

    /// Has its reader asked to leave?
    fn wants_quit(&self) -> bool {
        false
    }

    /// Makes visible what was written so far.
    ///
    /// # Errors
    /// What the system says when the output cannot be written.
    fn flush(&mut self) -> io::Result<()>;
}

/// What there is to say about one run over one or several captures.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// A name for this report where it is one of several.
    pub heading: Option<&'a str>,
    /// The captures that were read, by name.
    pub files: &'a [String],
    /// The interfaces that were watched.
    pub interfaces: &'a [InterfaceHealth],
    /// When it was taken, by the capture's clock: it goes on where no frame comes.
    pub now: Timestamp,
    /// The counts.
    pub snapshot: &'a Snapshot,
    /// Our own addresses, where interfaces are watched and nobody said who "we" are.
    pub we: &'a [IpAddr],
    /// Connections that are being followed.
    pub followed: usize,
    /// What is known so far of some that go on, where somebody looks at them.
    pub alive: &'a [Arc<Verdict>],
    /// What the program itself takes.
    pub footprint: Footprint,
    /// What became of the frames.
    pub intake: &'a Intake,
    /// What is worth knowing about the captures, a sentence each.
    pub notices: &'a [String],
}

/// The view that `presentation` asks for, writing to `out`.
#[must_use]
pub fn open<'w>(presentation: &Presentation, out: Box<dyn Write + 'w>) -> Box<dyn View + 'w> {
    match presentation.format {
        Format::Jsonl => Box::new(jsonl::Jsonl::new(presentation.clone(), out)),
        Format::Csv => Box::new(csv::Csv::new(presentation.clone(), out)),
        Format::Table => Box::new(text::Text::new(presentation.clone(), out)),
        Format::Summary => Box::new(summary::Summary::new(out)),
    }
}

/// The same for what is watched as it happens: where nothing can be sorted, since more may come, a line at a time.
#[must_use]
pub fn open_live<'w>(presentation: &Presentation, out: Box<dyn Write + 'w>) -> Box<dyn View + 'w> {
    match presentation.format {
        Format::Table => Box::new(lines::Lines::new(presentation.clone(), out)),
        Format::Jsonl | Format::Csv | Format::Summary => open(presentation, out),
    }
}

/// The dashboard, on the terminal. It is told more by [`View::counts`].
#[must_use]
pub fn open_dashboard(presentation: &Presentation, tools: tui::Tools, course: tui::Course) -> Box<dyn View> {
    Box::new(tui::Feeder::new(presentation.clone(), tools, course))
}

/// The totals, one `key value` a line.
///
/// # Errors
/// None: memory can be written.
pub fn totals(report: &Report<'_>) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    summary::Summary::new(Box::new(&mut text)).report(report)?;
    Ok(text)
}

/// What a file must begin with that goes on where another ended.
#[must_use]
pub fn heading(format: Format) -> Vec<u8> {
    match format {
        Format::Csv => csv::heading(),
        Format::Table | Format::Jsonl | Format::Summary => Vec::new(),
    }
}

/// `GET /api/report api.internal`, `TLS api.internal`: what was asked for, as far as it is known.
fn request_of(verdict: &Verdict) -> Option<String> {
    let ExchangeFacts { method, target, host, sni, .. } = verdict.exchange.as_ref()?;
    let parts: Vec<&str> = [method, target, host].into_iter().filter_map(|part| part.as_deref()).collect();
    let request = (method.is_some() || target.is_some()).then(|| parts.join(" "));
    request.or_else(|| sni.as_ref().map(|name| format!("TLS {name}")))
}

impl Listing {
    /// Is this connection to be listed?
    #[must_use]
    pub fn lists(self, verdict: &Verdict) -> bool {
        self.admits(&Ruling::from(verdict))
    }

    /// Is a connection that was judged so to be listed?
    #[must_use]
    pub fn admits(self, ruling: &Ruling) -> bool {
        match self {
            Self::Harmful => ruling.is_bad_end(),
            Self::WithHarmless => ruling.cause.is_some(),
            Self::Everything => true,
        }
    }
}

#[cfg(test)]
mod tests;
