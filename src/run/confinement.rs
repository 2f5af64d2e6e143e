//! The step from preparing to reading packets: what could not be closed is said once.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::capture::privilege::{self, Allow, Missing, Terminal};
use crate::config::{Display, Presentation, Sandbox};
use crate::error::Error;

use super::{Status, footprint, talk};

/// What a report or a dashboard needs: nothing, or the terminal and a folder for exports.
pub(super) fn allow(presentation: &Presentation) -> Allow {
    // Opened now and kept: later it could not be.
    footprint::of(0, 0);
    match presentation.display {
        Display::Dashboard => {
            let folder = presentation.preferences.export_dir.clone();
            Allow::nothing().with_terminal(Terminal::Taken).writing(folder)
        }
        Display::Report => Allow::nothing(),
    }
}

/// Closes everything but what `allow` names, unless that is not wanted. Says what stays open, and gives it, for those
/// who look later.
pub(super) fn confine(sandbox: Sandbox, allow: &Allow, unshed: &[Missing]) -> Vec<String> {
    let unclosed = match sandbox {
        Sandbox::Absent => vec![Missing::Unwanted],
        Sandbox::Confined | Sandbox::Probed => privilege::confine(allow),
    };
    let open: Vec<String> = unshed.iter().chain(&unclosed).map(ToString::to_string).collect();
    // Who asks for it needs not be told.
    if sandbox != Sandbox::Absent {
        open.iter().for_each(talk::say);
    }
    open
}

/// What was tried, and how that ended.
type Attempt = (&'static str, Result<(), String>);

/// Tries what must not be possible any more, and says how that ended. Trouble if anything was possible but to write
/// where the output is, also of what was tried `further`.
///
/// # Errors
/// If it cannot be said.
pub(super) fn probe(output: Option<&Path>, further: Vec<Attempt>) -> Result<Status, Error> {
    let mut lines = String::new();
    let mut status = Status::Done;
    for (what, outcome) in privilege::probe(output.map(privilege::folder_of)).into_iter().chain(further) {
        let is_wanted = what.contains("output");
        if outcome.is_ok() != is_wanted {
            status = Status::Trouble;
        }
        let outcome = outcome.map_or_else(|why| format!("refused: {why}"), |()| "possible".to_owned());
        lines.extend([what, ": ", &outcome, "\n"]);
    }
    io::stdout()
        .write_all(lines.as_bytes())
        .map_err(|source| Error::Write { path: PathBuf::from("standard output"), source })?;
    Ok(status)
}
