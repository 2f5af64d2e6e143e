//! Frames in; no protocol knowledge.

mod batch;
pub mod file;
pub mod filter;
#[cfg(feature = "live")]
pub mod live;
pub mod privilege;

use crate::decode::Frame;
use crate::error::Error;

/// The most frames that a source hands over at once: a batch whose segments and table slots fit the first-level cache.
pub const BATCH: usize = 32;

/// Whether a source has more to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Ask again.
    More,
    /// Nothing will come any more.
    End,
}

/// Where frames come from: capture files or an interface.
pub trait Source {
    /// Reads on and hands frames to `sink`, at most [`BATCH`] at a time and in order; may call it several times or not
    /// at all. The frames borrow the source's own buffer: nothing is copied.
    ///
    /// # Errors
    /// What cannot be read any further. Everything handed over before stays valid.
    fn read(&mut self, sink: &mut dyn FnMut(&[Frame<'_>])) -> Result<Progress, Error>;
}
