//! `explain`: a word, or a line of a log, to its page.

use crate::config::Explain;
use crate::error::Error;
use crate::verdict::topic::{Topic, topic};
use crate::view;

use super::{Status, offer};

/// Characters of what was typed that an answer repeats.
const REPEATED: usize = 60;

/// Prints what was asked for.
///
/// # Errors
/// [`Error::Argument`] if it is neither a cause nor holds an error text.
pub(super) fn explain(task: &Explain) -> Result<Status, Error> {
    let canvas = &task.canvas;
    let page = match &task.subject {
        None => view::explain::causes(canvas),
        Some(words) => match topic(words).map_err(|near| unknown(words, &near))? {
            Topic::Cause(rule) => view::explain::cause(rule, canvas),
            Topic::Text(error, server) => view::explain::error(error, server, canvas),
        },
    };
    offer::print(page.as_bytes())
}

fn unknown(words: &str, near: &[&str]) -> Error {
    let mut value: String = words.trim().chars().take(REPEATED).collect();
    if value.len() < words.trim().len() {
        value.push('…');
    }
    let meant = match near {
        [] => String::new(),
        near => format!("; did you mean '{}'?", near.join("' or '")),
    };
    let why = format!("neither a cause nor a known error text{meant} (rstwho explain lists the causes)");
    Error::Argument { argument: "explain", value, why }
}
