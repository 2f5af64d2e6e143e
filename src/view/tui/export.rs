//! The selected end in files. Whoever knows where its frames are writes them; here is who asks, without waiting.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::verdict::Verdict;

use super::message::Message;

/// Writes ends to files: the record, and the frames as far as they can still be had.
pub trait Exporter: Send + Sync {
    /// Writes one, and says in a sentence what was written and what is missing. It may take its time.
    ///
    /// # Errors
    /// Why nothing was written, in a sentence.
    fn export(&self, end: &Verdict) -> Result<String, String>;
}

/// Where exports are asked for, one at a time.
pub(super) struct Desk {
    exporter: Option<Arc<dyn Exporter>>,
    pending: Option<Receiver<String>>,
}

impl Desk {
    pub(super) const fn new(exporter: Option<Arc<dyn Exporter>>) -> Self {
        Self { exporter, pending: None }
    }

    /// Begins an export, and says so.
    pub(super) fn export(&mut self, end: Arc<Verdict>) -> String {
        let Some(exporter) = self.exporter.clone() else {
            return "There is nothing to export from.".to_owned();
        };
        if self.pending.is_some() {
            return "The last export is still being written.".to_owned();
        }
        let (tell, told) = channel();
        let work = move || {
            let outcome = exporter.export(&end);
            // Nobody may wait for it any more.
            let _ = tell.send(outcome.unwrap_or_else(|why| format!("Not exported: {why}")));
        };
        match thread::Builder::new().name("export".to_owned()).spawn(work) {
            Ok(_) => {
                self.pending = Some(told);
                "Exporting ...".to_owned()
            }
            Err(error) => format!("Not exported: {error}"),
        }
    }

    /// What became of it, once it is done.
    pub(super) fn told(&mut self) -> Option<Message> {
        let told = self.pending.as_ref()?.try_recv().ok()?;
        self.pending = None;
        Some(Message::Said(told))
    }
}
