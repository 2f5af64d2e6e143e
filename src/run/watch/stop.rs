//! What makes watching end from outside: signals, and a reader that goes away.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The status of a process that was stopped by SIGINT, as shells give it.
const IMPATIENT: i32 = 130;

/// Rings when somebody wants the program to end.
pub(super) struct Bell(Arc<AtomicBool>);

impl Bell {
    /// Listens from now on. A second signal ends the program at once: the first may be kept waiting by an output that
    /// nobody reads.
    pub(super) fn hang() -> Self {
        let rung = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Where the system refuses, the signal does what it always does.
            let _ = flag::register_conditional_shutdown(signal, IMPATIENT, Arc::clone(&rung))
                .and_then(|_| flag::register(signal, Arc::clone(&rung)));
        }
        Self(rung)
    }

    pub(super) fn has_rung(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Has the reader of standard output gone away? Asked for, since on a quiet interface nothing would be written and so
/// nothing would tell.
pub(super) fn reader_is_gone() -> bool {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let polled = rustix::event::poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
    polled.is_ok() && fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}
