//! How capturing goes on one interface.

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
