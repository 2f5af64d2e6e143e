//! Parse, run, exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use rstwho::config::Task;
use rstwho::{cli, run};

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(answer) => return run::answer(&answer).into(),
    };
    let status = Task::of(cli, &run::surroundings()).and_then(run::run);
    status.unwrap_or_else(|error| run::fail(&error)).into()
}
