//! What a piece of text is, said a second time in colour; the words alone say everything.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::config::{Background, Charset, Colour};
use crate::verdict::{Confidence, Verdict};
use crate::view::plain;

/// Styles by meaning, and the characters that the terminal can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    colour: Colour,
    charset: Charset,
    palette: Palette,
}

/// Colours by meaning. At first of the eight that every terminal has, so that its own palette decides how they look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    bad: Color,
    doubtful: Color,
    advice: Color,
}

impl Palette {
    /// Colours that can be read on it: yellow and cyan cannot be on white, nor blue on black.
    pub(super) const fn on(background: Background) -> Self {
        match background {
            Background::Auto | Background::Dark => {
                Self { bad: Color::Red, doubtful: Color::Yellow, advice: Color::Cyan }
            }
            Background::Light => Self { bad: Color::Red, doubtful: Color::Magenta, advice: Color::Blue },
        }
    }

    /// Every colour: its name, what it is for, and what it is.
    pub(super) const fn roles(&self) -> [(&'static str, &'static str, Color); 3] {
        [
            ("bad", "a bad end", self.bad),
            ("doubtful", "what may be otherwise, or needs a look", self.doubtful),
            ("advice", "what to do", self.advice),
        ]
    }

    /// Changes one of them.
    pub(super) fn set(&mut self, role: &str, colour: &str) -> Result<(), String> {
        let names = self.roles().map(|(name, ..)| name).join(", ");
        let place = match role {
            "bad" => &mut self.bad,
            "doubtful" => &mut self.doubtful,
            "advice" => &mut self.advice,
            _ => return Err(format!("nothing is called '{role}'; there are {names}")),
        };
        let what = "write a name (red, light-blue), a number from 0 to 255, or #rrggbb";
        *place = colour.parse().map_err(|_unsaid| format!("'{colour}' is no colour; {what}"))?;
        Ok(())
    }
}

/// What arrows are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shafts {
    pub(super) left: &'static str,
    pub(super) shaft: &'static str,
    pub(super) right: &'static str,
}

/// Lines of ASCII.
const ASCII_BORDER: border::Set<'_> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Theme {
    pub(super) const fn new(colour: Colour, charset: Charset, palette: Palette) -> Self {
        Self { colour, charset, palette }
    }

    /// The head of a section.
    pub(super) const fn title() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is chosen: a screen, a line.
    pub(super) const fn chosen() -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Heads of columns, hints, what need not be read.
    pub(super) const fn quiet() -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// A bad end.
    pub(super) const fn bad(self) -> Style {
        self.coloured(self.palette.bad)
    }

    /// Something that may be otherwise, or needs a look.
    pub(super) const fn doubtful(self) -> Style {
        self.coloured(self.palette.doubtful)
    }

    /// What to do.
    pub(super) const fn advice(self) -> Style {
        self.coloured(self.palette.advice)
    }

    /// The cause of an end.
    pub(super) fn cause(self, end: &Verdict) -> Style {
        match end.cause {
            Some(finding) if end.is_bad_end() && finding.confidence == Confidence::Possible => {
                self.doubtful()
            }
            Some(_) if end.is_bad_end() => self.bad(),
            _ => Style::new(),
        }
    }

    const fn coloured(self, colour: Color) -> Style {
        match self.colour {
            Colour::Used => Style::new().fg(colour),
            Colour::Absent => Style::new(),
        }
    }

    /// Text from anywhere, made harmless, in characters that the terminal can show.
    pub(super) fn text(self, text: &str) -> String {
        let text = plain::one_line(text);
        match self.charset {
            Charset::Unicode => text,
            Charset::Ascii => plain::ascii(&text),
        }
    }

    /// From the client to the server.
    pub(super) const fn arrow(self) -> &'static str {
        match self.charset {
            Charset::Unicode => "→",
            Charset::Ascii => "->",
        }
    }

    /// Heights, from nothing to full, for a row of counts.
    pub(super) const fn bars(self) -> [&'static str; 9] {
        match self.charset {
            Charset::Unicode => [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            Charset::Ascii => [" ", "_", ".", ":", "-", "=", "+", "*", "#"],
        }
    }

    /// The pieces of a long arrow.
    pub(super) const fn shafts(self) -> Shafts {
        match self.charset {
            Charset::Unicode => Shafts { left: "◀", shaft: "─", right: "▶" },
            Charset::Ascii => Shafts { left: "<", shaft: "-", right: ">" },
        }
    }

    /// Between things on one line.
    pub(super) const fn dot(self) -> &'static str {
        match self.charset {
            Charset::Unicode => "·",
            Charset::Ascii => "-",
        }
    }

    /// What stands for text that has no room.
    pub(super) const fn ellipsis(self) -> char {
        match self.charset {
            Charset::Unicode => '…',
            Charset::Ascii => '~',
        }
    }

    /// The lines around and between panes.
    pub(super) const fn border(self) -> border::Set<'static> {
        match self.charset {
            Charset::Unicode => border::PLAIN,
            Charset::Ascii => ASCII_BORDER,
        }
    }
}
