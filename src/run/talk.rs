//! Talk goes to standard error, one line at a time, and never stops the program.

use std::fmt::Display;
use std::io::Write;

use crate::view::one_line;

/// Says one line.
pub(super) fn say(line: impl Display) {
    // Nobody may be listening; there is no better place to say so.
    let _ = writeln!(std::io::stderr(), "rstwho: {}", one_line(&line.to_string()));
}
