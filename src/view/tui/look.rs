//! How the dashboard looks and what its keys are, as the user likes it; and the file in which that is said.

use std::fmt::Write as _;

use crate::config::{Background, Mouse, Preferences};

use super::keys::{self, KEYS, Keymap};
use super::theme::Palette;

/// The user's preferences, checked.
#[derive(Clone, Debug)]
pub struct Look {
    pub(super) keys: Keymap,
    pub(super) palette: Palette,
    pub(super) mouse: Mouse,
}

impl Default for Look {
    fn default() -> Self {
        Self { keys: Keymap::default(), palette: Palette::on(Background::Dark), mouse: Mouse::Taken }
    }
}

impl Look {
    /// Checks what the user prefers.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn of(preferences: &Preferences) -> Result<Self, String> {
        let keys = Keymap::with(&preferences.keys).map_err(|why| format!("keys: {why}"))?;
        let mut palette = Palette::on(preferences.background);
        for (role, colour) in &preferences.colours {
            palette.set(role, colour).map_err(|why| format!("colors: {why}"))?;
        }
        Ok(Self { keys, palette, mouse: preferences.mouse })
    }
}

/// The file as it would be if everything were said that holds anyway, every line a comment.
#[must_use]
pub fn commented_default() -> String {
    let mut text =
        "# The mouse: a click selects, the wheel moves. With false, or a key, it is left to the terminal.\n\
         # mouse = true\n\n\
         # What colours have to be read on: \"dark\", \"light\", or \"auto\" to ask COLORFGBG.\n\
         # background = \"auto\"\n\n\
         # Where e writes the selected end.\n\
         # export_dir = \".\"\n\n\
         # Colours: a name (red, light-blue), a number of the palette (0 to 255), or #rrggbb.\n\
         # NO_COLOR and --color never do without.\n\
         [colors]\n"
            .to_owned();
    for (role, what, colour) in Palette::on(Background::Dark).roles() {
        let line = format!("# {role} = \"{}\"", colour.to_string().to_lowercase());
        let _ = writeln!(text, "{line:24} # {what}");
    }
    text.push_str(
        "\n# Keys: a character, Space, Ctrl-X, Enter, Esc, Tab, Shift-Tab, Backspace, Up, Down, PgUp, PgDn, Home, End;\n\
         # one, or several in brackets. What is bound here takes the place of all that is there. Ctrl-C always leaves.\n\
         [keys]\n",
    );
    for name in keys::names() {
        let Some(key) = KEYS.iter().find(|key| key.name == name) else { continue };
        let presses: Vec<String> = key.presses.iter().map(|press| format!("\"{press}\"")).collect();
        let line = format!("# {name} = [{}]", presses.join(", "));
        let _ = writeln!(text, "{line:48} # {}", key.help);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Press;

    #[test]
    fn the_file_that_is_printed_says_what_holds_anyway() {
        let text = commented_default();
        assert_eq!(Preferences::parse(&text), Ok(Preferences::default()));
        let uncomment = |line: &str| {
            line.strip_prefix("# ").filter(|line| line.contains(" = ")).unwrap_or(line).to_owned()
        };
        let said = text.lines().map(uncomment).collect::<Vec<_>>().join("\n");
        let look = Look::of(&Preferences::parse(&said).unwrap()).unwrap();
        assert_eq!((&look.keys, look.palette), (&Keymap::default(), Palette::on(Background::Dark)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |text: &str| Look::of(&Preferences::parse(text).unwrap()).unwrap_err();
        assert!(refused("[keys]\nfreez = 'f'").contains("no key is called 'freez'; there are open, close"));
        let both = refused("[keys]\nfreeze = '/'");
        assert!(
            both.contains("/ would mean two things: 'filter") && both.contains("hold the lists"),
            "{both}"
        );
        assert!(refused("[colors]\nugly = 'red'").contains("'ugly'"));
        assert!(refused("[colors]\nbad = 'rod'").contains("'rod' is no colour"));
    }

    #[test]
    fn a_key_may_be_bound_to_what_another_gave_up() {
        let look =
            Look::of(&Preferences::parse("[keys]\nfreeze = 'f'\nfilter = ['/', 'Space']").unwrap()).unwrap();
        let place = super::super::app::Place::Ends;
        let filter = look.keys.command(Press::Char(' '), place);
        assert_eq!(filter, look.keys.command(Press::Char('/'), place));
        assert_ne!(filter, look.keys.command(Press::Char('f'), place));
        assert!(look.keys.command(Press::Ctrl('c'), place).is_some());
    }
}
