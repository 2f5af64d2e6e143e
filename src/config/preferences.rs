//! What the user prefers, out of `config.toml`: keys, colours, the mouse, where exports go.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::Press;

/// Everything that the file can say about the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Whose the mouse is at first.
    pub mouse: Mouse,
    /// What colours have to be read on.
    pub background: Background,
    /// Where exports are written.
    pub export_dir: PathBuf,
    /// Colours by what they mean, as they were written.
    pub colours: Vec<(String, String)>,
    /// Keys by what they do.
    pub keys: Vec<(String, Vec<Press>)>,
}

/// Whose the mouse is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The dashboard's: a click selects, the wheel moves.
    Taken,
    /// The terminal's: it marks and copies text.
    Left,
}

/// What colours have to be read on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    /// Whatever the environment says (COLORFGBG); dark if it says nothing.
    #[default]
    Auto,
    /// Light letters on dark.
    Dark,
    /// Dark letters on light.
    Light,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            mouse: Mouse::Taken,
            background: Background::Auto,
            export_dir: PathBuf::from("."),
            colours: Vec::new(),
            keys: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mouse: Option<bool>,
    background: Option<Background>,
    export_dir: Option<PathBuf>,
    #[serde(default)]
    colors: BTreeMap<String, String>,
    #[serde(default)]
    keys: BTreeMap<String, OneOrMore>,
}

/// `"x"`, or `["x", "Ctrl-X"]`.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Preferences {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// What is wrong, and in which line where that is known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| told(text, &error))?;
        let keys = file.keys.into_iter().map(|(name, keys)| Ok((presses(&name, keys)?, name)));
        let keys: Result<Vec<_>, String> = keys.collect();
        let default = Self::default();
        Ok(Self {
            mouse: if file.mouse.unwrap_or(true) { Mouse::Taken } else { Mouse::Left },
            background: file.background.unwrap_or_default(),
            export_dir: file.export_dir.unwrap_or(default.export_dir),
            colours: file.colors.into_iter().collect(),
            keys: keys?.into_iter().map(|(presses, name)| (name, presses)).collect(),
        })
    }
}

fn presses(name: &str, keys: OneOrMore) -> Result<Vec<Press>, String> {
    let keys = match keys {
        OneOrMore::One(key) => vec![key],
        OneOrMore::More(keys) => keys,
    };
    keys.iter().map(|key| key.parse().map_err(|why| format!("keys.{name}: {why}"))).collect()
}

/// The parser's words in one line, with the line that they are about.
fn told(text: &str, error: &toml::de::Error) -> String {
    let words = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {words}", before.matches('\n').count() + 1),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_what_it_is_without_a_file() {
        assert_eq!(Preferences::parse(""), Ok(Preferences::default()));
        assert_eq!(Preferences::parse("# mouse = false\n[keys]\n[colors]\n"), Ok(Preferences::default()));
    }

    #[test]
    fn keys_colours_and_the_rest_are_read() {
        let text = "mouse = false\nbackground = 'light'\nexport_dir = '/srv/ends'\n\
                    [colors]\nbad = 'magenta'\n[keys]\nfreeze = 'f'\nquit = ['Q', 'Ctrl-X']\n";
        let read = Preferences::parse(text).unwrap();
        assert_eq!((read.mouse, read.background), (Mouse::Left, Background::Light));
        assert_eq!(read.export_dir, PathBuf::from("/srv/ends"));
        assert_eq!(read.colours, [("bad".to_owned(), "magenta".to_owned())]);
        let quit = ("quit".to_owned(), vec![Press::Char('Q'), Press::Ctrl('x')]);
        assert_eq!(read.keys, [("freeze".to_owned(), vec![Press::Char('f')]), quit]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let refused = |text: &str| Preferences::parse(text).unwrap_err();
        assert!(
            refused("\nmoose = true").starts_with("line 2: unknown field `moose`"),
            "{}",
            refused("\nmoose = 1")
        );
        assert!(refused("mouse = 'no'").starts_with("line 1: "), "{}", refused("mouse = 'no'"));
        assert!(refused("[keys]\nquit = 'F1'").starts_with("keys.quit: 'F1' is no key"));
        assert!(!refused("mouse = \n[").contains('\n'));
    }
}
