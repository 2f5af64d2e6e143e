//! How far a long reading is, on a terminal that shows nothing else: a percentage, redrawn now and then, gone at the end.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

use crate::capture::file::Position;
use crate::config::{Format, Replay};

/// Readings that are over sooner need no meter; nor does anybody read faster.
const INTERVAL: Duration = Duration::from_millis(300);

/// A percentage on standard error.
pub(super) struct Meter {
    /// When it is drawn next; never where nobody would see it.
    next: Option<Instant>,
    drawn: Drawn,
}

/// Whether there is something to wipe off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Nothing,
    Line,
}

impl Meter {
    /// A meter, if standard error is a terminal on which nothing else appears meanwhile.
    pub(super) fn of(config: &Replay) -> Self {
        let streams = matches!(config.presentation.format, Format::Jsonl | Format::Csv);
        let disturbs = streams && config.output.is_none() && stdout().is_terminal();
        // A dashboard has the terminal while it is played.
        let disturbs = disturbs || config.speed.is_some();
        let next = (stderr().is_terminal() && !disturbs).then(|| Instant::now() + INTERVAL);
        Self { next, drawn: Drawn::Nothing }
    }

    /// A meter that nobody sees.
    #[cfg(all(test, feature = "live"))]
    pub(super) const fn silent() -> Self {
        Self { next: None, drawn: Drawn::Nothing }
    }

    /// Shows how far the reading is, if it is time to.
    pub(super) fn show(&mut self, position: impl FnOnce() -> Position) {
        let now = Instant::now();
        let (Some(next), true) = (self.next, self.next.is_some_and(|next| now >= next)) else { return };
        self.next = Some(next.max(now) + INTERVAL);
        let Position { bytes, of } = position();
        let line = match of {
            Some(of) if of > 0 => format!("{:3} % of {} MB", bytes.min(of) * 100 / of, of / 1_000_000),
            _ => format!("{} MB", bytes / 1_000_000),
        };
        let _ = write!(stderr(), "\rreading: {line}\x1b[K");
        self.drawn = Drawn::Line;
    }

    /// Wipes off what another thread may have drawn.
    pub(super) fn wipe_any() {
        if stderr().is_terminal() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }

    /// Wipes it off.
    pub(super) fn wipe(&mut self) {
        if self.drawn == Drawn::Line {
            let _ = write!(stderr(), "\r\x1b[K");
            self.drawn = Drawn::Nothing;
        }
    }
}
