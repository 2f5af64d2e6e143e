//! What is seen: every output draws the same verdicts and the same counts, and computes nothing of its own.
//!
//! A view is given each verdict as it comes and a report at the end. A new output is one file and one line in [`open`].

mod clock;
mod csv;
mod jsonl;
mod plain;
mod record;
mod summary;
mod text;
pub mod tui;

pub use plain::one_line;
pub use record::Record;
pub use text::explain;

use std::io::{self, Write};

use crate::aggregate::{Intake, Snapshot};
use crate::config::{Display, Format, Listing, Presentation};
use crate::verdict::Verdict;

/// An output.
pub trait View {
    /// A connection has ended. `file` is the name of its capture where there are several.
    ///
    /// # Errors
    /// What the system says when the output cannot be written.
    fn ended(&mut self, verdict: &Verdict, file: Option<&str>) -> io::Result<()>;

    /// All connections of `report` have been shown.
    ///
    /// # Errors
    /// What the system says when the output cannot be written.
    fn report(&mut self, report: &Report<'_>) -> io::Result<()>;

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
    /// The counts.
    pub snapshot: &'a Snapshot,
    /// What became of the frames.
    pub intake: &'a Intake,
    /// What is worth knowing about the captures, a sentence each.
    pub notices: &'a [String],
}

/// The view that `presentation` asks for, writing to `out`.
#[must_use]
pub fn open<'w>(presentation: &Presentation, out: Box<dyn Write + 'w>) -> Box<dyn View + 'w> {
    if presentation.display == Display::Dashboard {
        return Box::new(tui::Replayed::new(presentation.clone()));
    }
    match presentation.format {
        Format::Jsonl => Box::new(jsonl::Jsonl::new(presentation.clone(), out)),
        Format::Csv => Box::new(csv::Csv::new(presentation.clone(), out)),
        Format::Table => Box::new(text::Text::new(presentation.clone(), out)),
        Format::Summary => Box::new(summary::Summary::new(out)),
    }
}

impl Listing {
    /// Is this connection to be listed?
    #[must_use]
    pub fn lists(self, verdict: &Verdict) -> bool {
        match self {
            Self::Harmful => verdict.is_bad_end(),
            Self::WithHarmless => verdict.cause.is_some(),
            Self::Everything => true,
        }
    }
}
