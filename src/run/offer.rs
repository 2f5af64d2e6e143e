//! What the program says about itself: help, completions, the manual page.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli;
use crate::error::Error;

use super::{Status, talk};

/// Answers a command line that is not a task: help and the version where they were asked for, else what is wrong with it.
#[must_use]
pub fn answer(answer: &clap::Error) -> Status {
    match answer.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe has seen enough.
            let _ = answer.print();
            Status::Done
        }
        _ => {
            talk::say(in_one_line(&answer.render().to_string()));
            Status::Trouble
        }
    }
}

/// Clap says what is wrong, then gives tips, then the usage, in paragraphs; the first two are a line.
fn in_one_line(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim).filter(|line| !line.is_empty());
    let told: Vec<&str> =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information")).collect();
    let told = told.join(" ");
    format!("{} (see rstwho --help, rstwho replay --help)", told.strip_prefix("error: ").unwrap_or(&told))
}

/// Nothing was asked: says what could be.
pub(super) fn orient() -> Status {
    // Nobody may be listening.
    let _ = write!(io::stderr(), "{}", cli::command().render_help());
    Status::Trouble
}

/// Prints a completion script.
pub(super) fn completions(shell: Shell) -> Result<Status, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "rstwho", &mut script);
    print(&script)
}

/// Prints the manual page: one page, with the options of every command.
pub(super) fn manual() -> Result<Status, Error> {
    let mut page = Vec::new();
    write_manual(&mut page).map_err(unwritable)?;
    print(&page)
}

fn write_manual(page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = cli::command();
    command.build();
    Man::new(command.clone()).render(page)?;
    for part in command.get_subcommands().filter(|part| part.get_name() != "help" && !part.is_hide_set()) {
        let mut options = Vec::new();
        Man::new(part.clone()).render_options_section(&mut options)?;
        let title = format!(".SH \"OPTIONS OF {}\"", part.get_name().to_uppercase());
        page.extend_from_slice(String::from_utf8_lossy(&options).replacen(".SH OPTIONS", &title, 1).as_bytes());
    }
    Ok(())
}

fn print(text: &[u8]) -> Result<Status, Error> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(unwritable)?;
    Ok(Status::Done)
}

fn unwritable(source: io::Error) -> Error {
    Error::Write { path: PathBuf::from("standard output"), source }
}
