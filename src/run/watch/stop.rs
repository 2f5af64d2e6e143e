//! What is said to a watch from outside: by signals, and by a reader that goes away.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::flag;

use super::super::interrupt::INTERRUPTED;

/// Rings when somebody wants something of the program.
pub(super) struct Bell {
    end: Arc<AtomicBool>,
    totals: Arc<AtomicBool>,
    /// SIGHUP came at some time.
    hangup: Arc<AtomicBool>,
    reopening: Arc<AtomicBool>,
}

impl Bell {
    /// Listens from now on. A second signal to end ends the program at once: the first may be kept waiting by an output
    /// that nobody reads.
    ///
    /// SIGHUP is heard only where a file is written, which is then opened anew; it leaves the others to the system, and to
    /// nohup.
    pub(super) fn hang(output: Option<&Path>) -> Self {
        let flag = || Arc::new(AtomicBool::new(false));
        let bell = Self { end: flag(), totals: flag(), hangup: flag(), reopening: flag() };
        for signal in [SIGINT, SIGTERM] {
            // Where the system refuses, the signal does what it always does.
            let _ = flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&bell.end))
                .and_then(|_| flag::register(signal, Arc::clone(&bell.end)));
        }
        let _ = flag::register(SIGUSR1, Arc::clone(&bell.totals));
        if output.is_some() {
            for heard in [&bell.hangup, &bell.reopening] {
                let _ = flag::register(SIGHUP, Arc::clone(heard));
            }
        }
        bell
    }

    /// Is the program to end? A terminal that hangs up says so too, by the signal that otherwise means to open files anew.
    pub(super) fn has_rung(&self) -> bool {
        self.end.load(Ordering::Relaxed)
            || (self.hangup.load(Ordering::Relaxed) && has_hung_up(&io::stderr()))
    }

    /// Does somebody want to know the totals? Asked once, it is settled.
    pub(super) fn asks_for_totals(&self) -> bool {
        self.totals.swap(false, Ordering::Relaxed)
    }

    /// Set when files are to be opened anew.
    pub(super) fn reopening(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.reopening)
    }
}

/// Has the reader of standard output gone away? Asked for, since on a quiet interface nothing would be written and so
/// nothing would tell.
pub(super) fn reader_is_gone() -> bool {
    has_hung_up(&io::stdout())
}

fn has_hung_up(stream: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(stream, PollFlags::empty())];
    let polled = rustix::event::poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
    polled.is_ok() && fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}
