//! What the program says about itself: help, completions, the manual page.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli;
use crate::error::Error;

use super::{Status, hint, talk};

/// Answers a command line that is not a task: help and the version where they were asked for, else what is wrong with it.
#[must_use]
pub fn answer(answer: &clap::Error) -> Status {
    match answer.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            answer.print().map_or_else(|source| super::fail(&unwritable(source)), |()| Status::Done)
        }
        _ => {
            talk::say(format!("{} ({})", in_one_line(&answer.render().to_string()), hint::next_step(answer)));
            Status::Trouble
        }
    }
}

/// Clap says what is wrong, then gives tips, then the usage, in paragraphs; the first two are a line.
fn in_one_line(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim).filter(|line| !line.is_empty());
    let told =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let told = told.collect::<Vec<_>>().join(" ").replace(" tip: ", "; ");
    told.strip_prefix("error: ").unwrap_or(&told).to_owned()
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
    let main = Man::new(command.clone());
    main.render_title(page)?;
    main.render_name_section(page)?;
    main.render_synopsis_section(page)?;
    main.render_description_section(page)?;
    main.render_options_section(page)?;
    for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
        write_command(page, part)?;
    }
    write_verbatim(page, "EXAMPLES", cli::EXAMPLES)?;
    write_verbatim(page, "EXIT STATUS", cli::EXIT_STATUS)
}

fn write_command(page: &mut Vec<u8>, command: &clap::Command) -> io::Result<()> {
    let mut options = Vec::new();
    Man::new(command.clone()).render_options_section(&mut options)?;
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let head = format!(".SH \"RSTWHO {}\"\n{about}.", command.get_name().to_uppercase());
    page.write_all(String::from_utf8_lossy(&options).replacen(".SH OPTIONS", &head, 1).as_bytes())?;
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    write_verbatim(page, "", &examples)
}

/// Text whose lines stay as they are. Roff reads backslashes, and dots and quotes at the start of a line.
fn write_verbatim(page: &mut Vec<u8>, title: &str, text: &str) -> io::Result<()> {
    if !title.is_empty() {
        writeln!(page, ".SH \"{title}\"")?;
    }
    writeln!(page, ".PP\n.nf")?;
    for line in text.lines() {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        writeln!(page, "{guard}{line}")?;
    }
    writeln!(page, ".fi")
}

/// Writes a text to standard output.
///
/// # Errors
/// [`Error::Write`] where the system refuses.
pub(super) fn print(text: &[u8]) -> Result<Status, Error> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(unwritable)?;
    Ok(Status::Done)
}

fn unwritable(source: io::Error) -> Error {
    Error::Write { path: PathBuf::from("standard output"), source }
}
