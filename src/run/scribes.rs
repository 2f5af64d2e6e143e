//! Threads that put into words and bytes what was judged, a few connections at a time. What they write is put together again
//! in the order of the judgements.

use std::collections::VecDeque;
use std::io;
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::verdict::Dossier;
use crate::view::{Scribe, View};

/// Connections that one of them takes at once: so many that handing them over costs nothing beside their words.
const TOGETHER: usize = 64;
/// Such loads that each of them may have before it.
const LOADS: usize = 2;

/// The threads.
pub(super) struct Scribes {
    threads: Vec<Thread>,
    /// What waits to be handed out.
    waiting: Vec<Dossier>,
    /// Whose turn it is.
    next: usize,
    /// Who has something to give back, in order.
    under_way: VecDeque<usize>,
}

/// One of them.
struct Thread {
    dossiers: Option<SyncSender<Vec<Dossier>>>,
    written: Receiver<io::Result<Vec<u8>>>,
    handle: Option<JoinHandle<()>>,
}

impl Scribes {
    /// So many threads that write for a view. `names` are those of the captures, where there are several.
    pub(super) fn new(scribe: &Scribe, names: &[String], threads: usize) -> Self {
        let names: Arc<[String]> = names.into();
        let threads = (0..threads.max(1)).map(|_| Thread::begin(Arc::clone(scribe), Arc::clone(&names)));
        Self {
            threads: threads.collect(),
            waiting: Vec::with_capacity(TOGETHER),
            next: 0,
            under_way: VecDeque::new(),
        }
    }

    /// Takes a dossier; what was written meanwhile of earlier ones may go to the view.
    pub(super) fn take(&mut self, dossier: Dossier, view: &mut dyn View) -> io::Result<()> {
        self.waiting.push(dossier);
        if self.waiting.len() < TOGETHER { Ok(()) } else { self.hand_out(view) }
    }

    /// Waits until all that was taken is written.
    pub(super) fn catch_up(&mut self, view: &mut dyn View) -> io::Result<()> {
        if !self.waiting.is_empty() {
            self.hand_out(view)?;
        }
        while !self.under_way.is_empty() {
            self.collect(view)?;
        }
        Ok(())
    }

    fn hand_out(&mut self, view: &mut dyn View) -> io::Result<()> {
        if self.under_way.len() == LOADS * self.threads.len() {
            self.collect(view)?;
        }
        let load = std::mem::replace(&mut self.waiting, Vec::with_capacity(TOGETHER));
        let whose = self.next;
        self.next = (whose + 1) % self.threads.len();
        self.under_way.push_back(whose);
        self.threads[whose].give(load);
        Ok(())
    }

    /// Waits for the oldest load.
    fn collect(&mut self, view: &mut dyn View) -> io::Result<()> {
        let Some(whose) = self.under_way.pop_front() else { return Ok(()) };
        view.put(&self.threads[whose].written()?)
    }
}

impl Thread {
    fn begin(scribe: Scribe, names: Arc<[String]>) -> Self {
        let (dossiers, loads) = sync_channel::<Vec<Dossier>>(LOADS);
        let (writing, written) = sync_channel(LOADS);
        let handle = thread::spawn(move || {
            for load in loads {
                if writing.send(write(&load, &scribe, &names)).is_err() {
                    return;
                }
            }
        });
        Self { dossiers: Some(dossiers), written, handle: Some(handle) }
    }

    fn give(&self, load: Vec<Dossier>) {
        if let Some(dossiers) = &self.dossiers {
            // One that has panicked is found out when its work is wanted.
            let _ = dossiers.send(load);
        }
    }

    /// What it has written next. A panic of its own is this thread's.
    fn written(&mut self) -> io::Result<Vec<u8>> {
        self.written.recv().unwrap_or_else(|_gone| {
            self.dossiers = None;
            match self.handle.take().map(JoinHandle::join) {
                Some(Err(cause)) => panic::resume_unwind(cause),
                _ => Err(io::ErrorKind::BrokenPipe.into()),
            }
        })
    }
}

fn write(load: &[Dossier], scribe: &Scribe, names: &[String]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for dossier in load {
        let name = names.get(usize::from(dossier.file())).map(String::as_str);
        scribe(&dossier.tell(), name, &mut out)?;
    }
    Ok(out)
}
