//! How to capture.

use std::time::Duration;

/// Bytes kept of each frame.
pub const DEFAULT_SNAPLEN: u32 = 2048;
/// The kernel's ring for each interface.
pub const DEFAULT_BUFFER_BYTES: u32 = 16 << 20;
/// How long [`super::LiveSource::poll`] should wait at most, for lingers to end and lines to appear by the clock.
pub const TICK: Duration = Duration::from_millis(100);

/// Whose frames an interface is to hand up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reception {
    /// Those for this host, and those that it sends.
    #[default]
    Own,
    /// All that come by, as on a mirror port. `any` has no such mode.
    Promiscuous,
}

/// What to capture, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names of interfaces; [`super::interfaces::ANY`] is all of them at once.
    pub interfaces: Vec<String>,
    /// A pcap-filter expression; see [`super::kernel_filter`] for what it is put together with.
    pub filter: Option<String>,
    /// Bytes kept of each frame. They are copied twice, by the kernel into the ring and out of it, and GRO hands up
    /// frames of 64 KiB; but the peeks want HTTP heads whole, and those of responses take a kilobyte or more.
    pub snaplen: u32,
    /// Size of each interface's ring in the kernel: what may come in while this process does not run.
    pub buffer_bytes: u32,
    /// Whose frames.
    pub reception: Reception,
}

impl Options {
    /// Everything by default on these interfaces.
    #[must_use]
    pub const fn on(interfaces: Vec<String>) -> Self {
        Self {
            interfaces,
            filter: None,
            snaplen: DEFAULT_SNAPLEN,
            buffer_bytes: DEFAULT_BUFFER_BYTES,
            reception: Reception::Own,
        }
    }
}
