//! A key as it is pressed and as it is written: `j`, `G`, `Ctrl-C`, `Space`, `PgDn`.

use std::fmt;
use std::str::FromStr;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Press {
    /// A character, as it appears.
    Char(char),
    /// A letter with Ctrl held, in lower case.
    Ctrl(char),
    /// One of the keys with a name.
    Named(Named),
}

/// Keys that show no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the key of its name")]
pub enum Named {
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

const NAMES: &[(Named, &str)] = &[
    (Named::Enter, "Enter"),
    (Named::Esc, "Esc"),
    (Named::Tab, "Tab"),
    (Named::BackTab, "Shift-Tab"),
    (Named::Backspace, "Backspace"),
    (Named::Up, "Up"),
    (Named::Down, "Down"),
    (Named::PageUp, "PgUp"),
    (Named::PageDown, "PgDn"),
    (Named::Home, "Home"),
    (Named::End, "End"),
];
const SPACE: &str = "Space";
const CTRL: &str = "Ctrl-";

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Char(' ') => f.write_str(SPACE),
            Self::Char(c) => write!(f, "{c}"),
            Self::Ctrl(c) => write!(f, "{CTRL}{}", c.to_ascii_uppercase()),
            Self::Named(named) => {
                f.write_str(NAMES.iter().find(|(it, _)| it == named).map_or("?", |(_, name)| name))
            }
        }
    }
}

impl FromStr for Press {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Ok(Self::Char(c));
        }
        let named = NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
        let letter = text.get(..CTRL.len()).filter(|start| start.eq_ignore_ascii_case(CTRL));
        let letter = letter.and_then(|_| text.get(CTRL.len()..)).and_then(|rest| rest.parse::<char>().ok());
        match (named, letter) {
            (Some((named, _)), _) => Ok(Self::Named(*named)),
            (None, Some(c)) if c.is_ascii_alphabetic() => Ok(Self::Ctrl(c.to_ascii_lowercase())),
            _ if text.eq_ignore_ascii_case(SPACE) => Ok(Self::Char(' ')),
            _ => Err(format!(
                "'{text}' is no key; write a character, Space, Ctrl-X, or one of {}",
                NAMES.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        let named = NAMES.iter().map(|&(named, _)| Press::Named(named));
        let others =
            [Press::Char('j'), Press::Char('G'), Press::Char(' '), Press::Char('?'), Press::Ctrl('c')];
        for press in named.chain(others) {
            assert_eq!(press.to_string().parse(), Ok(press));
        }
        assert_eq!("ctrl-x".parse(), Ok(Press::Ctrl('x')));
        assert_eq!("pgdn".parse(), Ok(Press::Named(Named::PageDown)));
    }

    #[test]
    fn what_is_no_key_is_refused_with_what_would_be() {
        for text in ["", "jj", "Ctrl-", "Ctrl-12", "Ctrl-ä", "F1"] {
            let refused = text.parse::<Press>().unwrap_err();
            assert!(refused.contains("write a character, Space, Ctrl-X"), "{refused}");
        }
    }
}
