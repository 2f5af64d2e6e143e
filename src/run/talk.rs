//! Talk goes to standard error, one line at a time, and never stops the program.

use std::fmt::Display;
use std::io::Write;

/// Says one line.
pub(super) fn say(line: impl Display) {
    // Nobody may be listening; there is no better place to say so.
    let _ = writeln!(std::io::stderr(), "rstwho: {}", one_line(&line.to_string()));
}

/// File names may hold anything; a line stays one line and moves no cursor.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(one_line("a\nb\u{1b}[2Jc\u{9b}d"), "a\u{fffd}b\u{fffd}[2Jc\u{fffd}d");
    }
}
