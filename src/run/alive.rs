//! Connections that go on, looked at now and then for the dashboard.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::Engine;
use crate::verdict::{How, Verdict};

/// Between two looks: who captures has better things to do.
const PAUSE: Duration = Duration::from_secs(1);
/// Connections that are shown.
const SHOWN: usize = 500;

/// What was seen at the last look.
#[derive(Default)]
pub(super) struct Alive {
    seen: Vec<Arc<Verdict>>,
    next: Option<Instant>,
}

impl Alive {
    /// Looks again, if it is time to.
    pub(super) fn look(&mut self, engine: &mut Engine) -> &[Arc<Verdict>] {
        let now = Instant::now();
        if self.next.is_none_or(|next| now >= next) {
            self.next = Some(now + PAUSE);
            self.seen.clear();
            let seen = &mut self.seen;
            engine.alive(SHOWN, &mut |judged| {
                // Of one that seems to have ended there is news of its own.
                if judged.ruling.how == How::Open {
                    seen.push(Arc::new(judged.tell()));
                }
            });
        }
        &self.seen
    }
}
