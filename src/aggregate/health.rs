//! How capturing goes on one interface, and what the program itself takes.

use crate::time::Timestamp;

/// Frames of one interface since capturing began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceHealth {
    /// Its name.
    pub name: String,
    /// Taken out of the kernel's buffer.
    pub captured: u64,
    /// Let through by the filter in the kernel, those that were dropped included.
    pub received: u64,
    /// Lost because the kernel's buffer was full.
    pub dropped_by_kernel: u64,
    /// Lost by the interface before the kernel saw them.
    pub dropped_by_interface: u64,
}

/// What the program takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Connections that can be followed at the same time (`--max-flows`).
    pub room: u32,
    /// How much of that room is taken, in percent: one that is followed takes more of it than an attempt.
    pub fullness: u8,
    /// Bytes of memory, where the system says so.
    pub memory: Option<u64>,
    /// The newest frames, where they are kept.
    pub ring: Option<RingHealth>,
}

/// The newest frames, kept for exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingHealth {
    /// Bytes of memory that they take.
    pub bytes: u64,
    /// The time of the oldest.
    pub since: Timestamp,
}
