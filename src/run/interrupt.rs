//! Ctrl-C goes to all of a pipe: who captures ends by it, and what was written by then is still to be read and told.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::capture::file::Input;

/// The status of a process that was stopped by SIGINT, as shells give it.
pub(super) const INTERRUPTED: i32 = 130;

/// Where something comes through a pipe, which ends when its writer does, the first SIGINT is the writer's; a second one ends the program at once.
pub(super) fn leave_first_to_writer(inputs: &[Input]) {
    if !inputs.iter().any(is_piped) {
        return;
    }
    let heard = Arc::new(AtomicBool::new(false));
    // Where the system refuses, the signal does what it always does.
    let _ = flag::register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&heard))
        .and_then(|_| flag::register(SIGINT, heard));
}

/// Whoever reads a whole file waits for nobody.
fn is_piped(input: &Input) -> bool {
    let is_file = |file: File| file.metadata().is_ok_and(|metadata| metadata.is_file());
    match input {
        Input::Stdin => !io::stdin().as_fd().try_clone_to_owned().is_ok_and(|fd| is_file(File::from(fd))),
        Input::Path(_) => !input.can_be_read_again(),
    }
}
