//! Width, colour, characters and the shape of times.

use crate::config::{Canvas, Charset, Colour, Presentation};
use crate::time::Timestamp;
use crate::view::Report;
use crate::view::clock::{Date, TimeOfDay};
use crate::view::plain::{lines, one_line};

use super::worst::Kept;

/// How wide a line may be at least: what is narrower is not read but scrolled.
const NARROWEST: usize = 30;

/// What a section needs to know about the place where it is shown.
pub(super) struct Style {
    pub(super) width: usize,
    pub(super) arrow: &'static str,
    pub(super) dot: &'static str,
    /// Before the number of a section in a document.
    pub(super) paragraph: &'static str,
    colour: Colour,
    dates: Dates,
    captures: Captures,
}

/// Whether an end needs the name of its capture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Captures {
    /// The whole report is about one.
    Once,
    /// Beside every end, where there are several.
    Always,
}

/// Whether a time needs its date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dates {
    /// All frames are of one day, which is named once.
    Once,
    /// Beside every time.
    Always,
}

/// What a piece of text is, said a second time in colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Title,
    Bad,
    Doubtful,
    Quiet,
}

impl Style {
    pub(super) fn new(presentation: &Presentation, report: &Report<'_>) -> Self {
        let day = |ts: Option<Timestamp>| ts.map(|ts| Date(ts).to_string());
        let one_day = day(report.intake.first) == day(report.intake.last);
        Self {
            dates: if one_day { Dates::Once } else { Dates::Always },
            captures: if report.heading.is_some() { Captures::Once } else { Captures::Always },
            ..Self::bare(&presentation.canvas())
        }
    }

    /// For a page that is about no capture.
    pub(super) fn bare(canvas: &Canvas) -> Self {
        let (arrow, dot, paragraph) = match canvas.charset {
            Charset::Unicode => ("→", "·", "§"),
            Charset::Ascii => ("->", "-", "section "),
        };
        Self {
            width: canvas.width.max(NARROWEST),
            arrow,
            dot,
            paragraph,
            colour: canvas.colour,
            dates: Dates::Once,
            captures: Captures::Once,
        }
    }

    /// A time of the table, in UTC, to the millisecond.
    pub(super) fn time(&self, ts: Timestamp) -> String {
        match self.dates {
            Dates::Once => TimeOfDay(ts).to_string(),
            Dates::Always => format!("{} {}", Date(ts), TimeOfDay(ts)),
        }
    }

    /// The name of an end's capture, where it says something.
    pub(super) fn capture<'k>(&self, kept: &'k Kept) -> Option<&'k str> {
        kept.file.as_deref().filter(|_| self.captures == Captures::Always)
    }

    /// `text` in the colour of `ink` (the eight colours that every terminal has), if colour is used.
    pub(super) fn paint(&self, text: &str, ink: Ink) -> String {
        let code = match (self.colour, ink) {
            (Colour::Absent, _) | (_, Ink::Plain) => return text.to_owned(),
            (Colour::Used, Ink::Title) => "1",
            (Colour::Used, Ink::Bad) => "31",
            (Colour::Used, Ink::Doubtful) => "33",
            (Colour::Used, Ink::Quiet) => "2",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// `text` in lines no wider than the screen, all but the first indented by `indent`, each ended; words that are wider
    /// than a line are broken. What a terminal would obey is taken out.
    pub(super) fn wrap(&self, text: &str, indent: usize, ink: Ink) -> String {
        let room = self.width.saturating_sub(indent).max(NARROWEST / 2);
        let lines = lines(&one_line(text), room);
        lines.iter().fold(String::new(), |all, line| {
            let lead = if all.is_empty() { 0 } else { indent };
            format!("{all}{:lead$}{}\n", "", self.paint(line, ink))
        })
    }

    /// As [`Style::wrap`], with the first line indented as well.
    pub(super) fn block(&self, text: &str, indent: usize, ink: Ink) -> String {
        format!("{:indent$}{}", "", self.wrap(text, indent, ink))
    }
}
