//! The only place that wires parts together: captures and interfaces to the engine, the engine to the counts and the view.

mod alive;
mod confinement;
mod explain;
mod export;
mod footprint;
mod gate;
mod hint;
#[cfg(feature = "live")]
mod interfaces;
mod interrupt;
#[cfg(feature = "live")]
mod journal;
mod meter;
mod offer;
mod output;
mod pace;
mod pass;
mod pipeline;
mod player;
mod reader;
mod replay;
mod scribes;
mod settings;
mod surroundings;
mod survey;
mod talk;
mod translated;
#[cfg(feature = "live")]
mod watch;

pub use offer::answer;
pub use surroundings::surroundings;

use std::hash::{BuildHasher, RandomState};
use std::io::ErrorKind;
use std::process::ExitCode;

use crate::capture::privilege;
use crate::config::{Display, Presentation, Task, VerdictStatus};
use crate::error::Error;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is done.
    Done,
    /// All is done, and an end hurt somebody.
    Harmful,
    /// Something could not be done; it was said.
    Trouble,
}

impl Status {
    /// Of a run that nothing stopped, whichever it was. What is not known to have hurt anybody is nothing to fail a script for.
    fn of(shown: VerdictStatus, troubles: u64, harmful: u64) -> Self {
        match (troubles, harmful, shown) {
            (1.., ..) => Self::Trouble,
            (0, 1.., VerdictStatus::Shown) => Self::Harmful,
            _ => Self::Done,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Done => Self::SUCCESS,
            Status::Harmful => Self::from(1),
            Status::Trouble => Self::from(2),
        }
    }
}

/// Does what was asked.
///
/// # Errors
/// What stopped it. What could be done is done, and written, by then.
pub fn run(task: Task) -> Result<Status, Error> {
    privilege::return_lent()?;
    match task {
        Task::Orientation => Ok(offer::orient()),
        Task::Replay(mut replay) => {
            prefer(&mut replay.presentation)?;
            output::settle(&mut replay.output);
            replay::replay(&replay)
        }
        #[cfg(feature = "live")]
        Task::Watch(mut config) => {
            prefer(&mut config.presentation)?;
            output::settle_live(&mut config)?;
            watch::watch(&config)
        }
        #[cfg(feature = "live")]
        Task::Interfaces => interfaces::print(),
        #[cfg(not(feature = "live"))]
        Task::Watch(_) => Err(Error::NoLive { command: "watch" }),
        #[cfg(not(feature = "live"))]
        Task::Interfaces => Err(Error::NoLive { command: "interfaces" }),
        Task::Explain(task) => explain::explain(&task),
        Task::Config => settings::print(),
        Task::Completions(shell) => offer::completions(shell),
        Task::Man => offer::manual(),
    }
}

/// Only the dashboard asks what the user prefers: reports are the same for everybody.
fn prefer(presentation: &mut Presentation) -> Result<(), Error> {
    if presentation.display == Display::Dashboard {
        presentation.preferences = settings::preferences()?;
    }
    Ok(())
}

/// Seeds that the system chooses: who sends packets, or makes up a capture, must not know where in the table they meet. What
/// is told does not depend on them.
fn seeds() -> [u64; 4] {
    let random = RandomState::new();
    [1, 2, 3, 4].map(|number: u64| random.hash_one(number))
}

/// Says what stopped the program. A reader that has seen enough and closed its pipe is no trouble at all.
#[must_use]
pub fn fail(error: &Error) -> Status {
    match error {
        Error::Write { source, .. } if source.kind() == ErrorKind::BrokenPipe => Status::Done,
        error => {
            talk::say(error);
            Status::Trouble
        }
    }
}
