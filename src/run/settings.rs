//! `config.toml`: where it is, and what it says.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::config::{Background, Preferences};
use crate::error::Error;
use crate::view::tui::{self, Look};

use super::{Status, offer};

/// Where the file is looked for: `$XDG_CONFIG_HOME/rstwho/config.toml`, `~/.config` where that is not set; nowhere for who
/// has no home. (XDG Base Directory Specification: what is no absolute path counts as not set.)
fn path() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(folder.join("rstwho").join("config.toml"))
}

/// What the user prefers. No file is no trouble.
///
/// # Errors
/// [`Error::Read`] and [`Error::Config`].
pub(super) fn preferences() -> Result<Preferences, Error> {
    let Some(path) = path() else { return Ok(environed(Preferences::default())) };
    match fs::read_to_string(&path) {
        Ok(text) => checked(&text).map(environed).map_err(|why| Error::Config { path, why }),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(environed(Preferences::default()))
        }
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// The dashboard's keys and colours.
///
/// # Errors
/// None for preferences that [`preferences`] gave.
pub(super) fn look(preferences: &Preferences) -> Look {
    Look::of(preferences).unwrap_or_default()
}

fn checked(text: &str) -> Result<Preferences, String> {
    let preferences = Preferences::parse(text)?;
    Look::of(&preferences).map(|_| preferences)
}

/// COLORFGBG is what terminals say about their colours: foreground, background, numbers of the palette. 7 and 15 are
/// white.
fn environed(preferences: Preferences) -> Preferences {
    let said = env::var("COLORFGBG").unwrap_or_default();
    let white = matches!(said.rsplit(';').next(), Some("7" | "15"));
    match preferences.background {
        Background::Auto if white => Preferences { background: Background::Light, ..preferences },
        _ => preferences,
    }
}

/// Prints the file as it would be if it said what holds anyway, and where it is looked for.
pub(super) fn print() -> Result<Status, Error> {
    let place = path();
    let state = match place.as_deref().map(Path::exists) {
        Some(true) => "",
        Some(false) => " (there is none yet)",
        None => "nowhere: neither XDG_CONFIG_HOME nor HOME is set",
    };
    let place = place.map(|path| path.display().to_string()).unwrap_or_default();
    let text =
        format!("# rstwho's configuration, looked for at:\n# {place}{state}\n\n{}", tui::commented_default());
    offer::print(text.as_bytes())
}
