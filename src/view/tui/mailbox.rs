//! A place for one frame: the newest takes the place of one that was not fetched, and nobody waits for anybody.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Frame;

/// What the feeder and the dashboard's thread share.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    /// Locked only to move a pointer, never while anything is drawn.
    slot: Mutex<Option<Arc<Frame>>>,
    /// The dashboard is to close.
    closing: AtomicBool,
}

impl Mailbox {
    /// Puts a frame in; one that nobody fetched is thrown away after the slot is free again.
    pub(super) fn put(&self, frame: Arc<Frame>) {
        let unseen = self.slot().replace(frame);
        drop(unseen);
    }

    /// Takes the newest frame out.
    pub(super) fn take(&self) -> Option<Arc<Frame>> {
        self.slot().take()
    }

    /// Asks the dashboard to close.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// A panic elsewhere leaves a whole pointer behind.
    fn slot(&self) -> MutexGuard<'_, Option<Arc<Frame>>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
