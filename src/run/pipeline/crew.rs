//! The threads that share a yard, and the one among them that judges.

use std::panic;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::flow::Ended;

use super::super::scribes::{Bureau, Load, Written};
use super::follower::{Left, Sheaf};
use super::yard::{Hand, Job, Yard};

/// The threads. When it is dropped, those that are still at work stop after what they are doing.
pub(super) struct Crew {
    shared: Arc<Shared>,
    others: Vec<JoinHandle<()>>,
}

struct Shared {
    yard: Mutex<Yard>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Yard> {
        self.yard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'y>(&self, yard: MutexGuard<'y, Yard>) -> MutexGuard<'y, Yard> {
        self.changed.wait(yard).unwrap_or_else(PoisonError::into_inner)
    }

    fn work_on(&self, yard: MutexGuard<'_, Yard>, job: Job) {
        drop(yard);
        let done = job.run();
        self.lock().put(done);
        self.changed.notify_all();
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn work(&self, hand: Hand) {
        let _alarm = Alarm(self);
        loop {
            let mut yard = self.lock();
            if yard.stopped {
                return;
            }
            match yard.job(hand) {
                Some(job) => self.work_on(yard, job),
                None => drop(self.wait(yard)),
            }
        }
    }
}

/// If one of them panics, nobody waits for what will not come.
struct Alarm<'s>(&'s Shared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

impl Bureau for Arc<Shared> {
    fn give(&self, number: u64, load: Load) {
        self.lock().write_later(number, load);
        self.changed.notify_all();
    }

    fn done(&self, number: u64) -> Option<Written> {
        self.lock().written(number)
    }

    fn wait_for(&self, number: u64) -> Written {
        loop {
            let mut yard = self.lock();
            if let Some(written) = yard.written(number) {
                return written;
            }
            assert!(!yard.stopped, "another thread has panicked");
            match yard.job(Hand::JUDGE) {
                Some(job) => self.work_on(yard, job),
                None => drop(self.wait(yard)),
            }
        }
    }
}

impl Crew {
    /// This thread, which judges, and so many others.
    pub(super) fn new(yard: Yard, others: usize) -> Self {
        let shared = Arc::new(Shared { yard: Mutex::new(yard), changed: Condvar::new() });
        let other = |shared: Arc<Shared>, hand| thread::spawn(move || shared.work(hand));
        let others = (1..=others).map(|number| other(Arc::clone(&shared), Hand(number))).collect();
        Self { shared, others }
    }

    /// What came of the next shipment, and `None` after the last. Meanwhile this thread works like the others; before it
    /// waits, because there is nothing to do, it is `idle` once.
    pub(super) fn shipment<E>(
        &self,
        mut idle: impl FnMut() -> Result<(), E>,
    ) -> Result<Option<Vec<Sheaf>>, E> {
        let mut has_idled = false;
        loop {
            let mut yard = self.shared.lock();
            let shipment = yard.shipment();
            if shipment.is_some() || yard.is_read() || yard.stopped {
                self.shared.changed.notify_all();
                return Ok(shipment);
            }
            if let Some(job) = yard.job(Hand::JUDGE) {
                self.shared.work_on(yard, job);
            } else if has_idled {
                drop(self.shared.wait(yard));
            } else {
                drop(yard);
                idle()?;
                has_idled = true;
            }
        }
    }

    /// The next of what the `nth` follower had left at the end; empty after the last.
    pub(super) fn left(&self, nth: usize) -> Left {
        loop {
            let mut yard = self.shared.lock();
            if let Some(left) = yard.left(nth).filter(|left| !left.is_empty()) {
                self.shared.changed.notify_all();
                return left;
            }
            if yard.is_empty(nth) || yard.stopped {
                return Left::new();
            }
            match yard.job(Hand::JUDGE) {
                Some(job) => self.shared.work_on(yard, job),
                None => drop(self.shared.wait(yard)),
            }
        }
    }

    /// Where this thread may have verdicts put into words, by itself or another.
    pub(super) fn bureau(&self) -> impl Bureau + use<> {
        Arc::clone(&self.shared)
    }

    /// Takes sheaves that are to be filled again.
    pub(super) fn take_back(&self, sheaves: Vec<Sheaf>) {
        self.shared.lock().take_back(sheaves);
    }

    /// Has what was judged freed by whoever follows next.
    pub(super) fn free(&self, spent: Vec<Ended>) {
        let followers = self.followers();
        if spent.is_empty() {
            return;
        }
        let mut shares: Vec<Vec<Ended>> = (0..followers).map(|_| Vec::new()).collect();
        for ended in spent {
            shares[ended.shard(followers)].push(ended);
        }
        self.shared.lock().free_later(shares);
    }

    /// How many followers there are.
    pub(super) fn followers(&self) -> usize {
        self.shared.lock().berths()
    }

    /// Lets all go, and gives the yard as they have left it. A panic of one is this thread's.
    pub(super) fn dismiss(mut self) -> Option<Yard> {
        self.shared.stop();
        for other in self.others.drain(..) {
            other.join().unwrap_or_else(|cause| panic::resume_unwind(cause));
        }
        let shared = Arc::clone(&self.shared);
        drop(self);
        Arc::into_inner(shared)?.yard.into_inner().ok()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.stop();
    }
}
