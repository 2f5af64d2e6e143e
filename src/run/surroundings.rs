//! What the program finds around it: terminal, locale, NO_COLOR.

use std::env;
use std::io::IsTerminal;

use crate::config::{Charset, Colour, Screen, Surroundings};

/// Asks the environment and the terminal.
#[must_use]
pub fn surroundings() -> Surroundings {
    let terminal = if std::io::stdout().is_terminal() { Screen::Terminal } else { Screen::Elsewhere };
    // One that knows no cursor has no room for a dashboard: it gets lines.
    let stdout = if is_dumb() { Screen::Elsewhere } else { terminal };
    Surroundings { stdout, colour: colour(), charset: charset(), width: width(terminal) }
}

fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// See no-color.org: set to anything but nothing.
fn colour() -> Colour {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if refused || is_dumb() { Colour::Absent } else { Colour::Used }
}

/// The first of these that is set decides (POSIX, "Internationalization Variables").
fn charset() -> Charset {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let unicode = cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8");
    if unicode { Charset::Unicode } else { Charset::Ascii }
}

fn width(stdout: Screen) -> Option<usize> {
    let said =
        env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    said.or_else(|| match stdout {
        Screen::Terminal => {
            crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns)).filter(|&it| it > 0)
        }
        Screen::Elsewhere => None,
    })
}
