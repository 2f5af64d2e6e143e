//! What a piece of text is, said a second time in colour; the words alone say everything.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::config::{Charset, Colour};
use crate::verdict::{Confidence, Verdict};
use crate::view::plain;

/// Styles by meaning, and the characters that the terminal can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    colour: Colour,
    charset: Charset,
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
    pub(super) const fn new(colour: Colour, charset: Charset) -> Self {
        Self { colour, charset }
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
        self.coloured(Color::Red)
    }

    /// Something that may be otherwise, or needs a look.
    pub(super) const fn doubtful(self) -> Style {
        self.coloured(Color::Yellow)
    }

    /// What to do.
    pub(super) const fn advice(self) -> Style {
        self.coloured(Color::Cyan)
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

    /// One of the eight colours that every terminal has, so that the user's own palette decides how it looks.
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
