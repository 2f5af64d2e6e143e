//! How to capture.

use std::time::Duration;

/// Bytes kept of each frame. Whole frames of an Ethernet, so that heads of HTTP messages and the end of a chunked body
/// are in them, but not the 64 KiB that GRO and TSO make of many: those would fill the ring and be copied for nothing.
/// Against 512 bytes it costs nothing that could be measured (100 ns a frame of 790 bytes, either way).
pub const DEFAULT_SNAPLEN: u32 = 2048;
/// The kernel's ring for each interface: 30 ms of 10 Gbit/s in whole frames, ten times as much in acknowledgements,
/// while this process waits for a processor. The 2 MiB that libpcap takes by itself are lost on within 4 ms.
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

/// Which segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Coverage {
    /// Every one.
    #[default]
    Whole,
    /// Those with SYN, FIN or RST, for hosts that are too busy to have each one looked at.
    Ends,
}

/// What to capture, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names of interfaces; [`super::interfaces::ANY`] is all of them at once.
    pub interfaces: Vec<String>,
    /// A pcap-filter expression, for which frames with VLAN tags count as if they had none. ICMP errors pass besides, as
    /// routers send them about connections that the expression names by their ports.
    pub filter: Option<String>,
    /// Bytes kept of each frame.
    pub snaplen: u32,
    /// Size of each interface's ring in the kernel: what may come in while this process does not run.
    pub buffer_bytes: u32,
    /// Whose frames.
    pub reception: Reception,
    /// Which segments.
    pub coverage: Coverage,
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
            coverage: Coverage::Whole,
        }
    }
}
