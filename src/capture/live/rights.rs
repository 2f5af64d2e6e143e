//! Whether this process may capture at all.

/// Whether this process may capture on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It has the capability that Linux asks for.
    Granted,
    /// It has not.
    Denied,
    /// Only trying tells.
    Unknown,
}

/// Whether the capability CAP_NET_RAW is in effect, which is all that Linux asks for; promiscuous mode included, since
/// a packet socket may set it for itself.
#[cfg(target_os = "linux")]
#[must_use]
pub fn access() -> Access {
    use rustix::thread::{CapabilitySet, capabilities};
    match capabilities(None) {
        Ok(sets) if sets.effective.contains(CapabilitySet::NET_RAW) => Access::Granted,
        Ok(_) => Access::Denied,
        Err(_) => Access::Unknown,
    }
}

/// Elsewhere the rights of device files decide.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn access() -> Access {
    Access::Unknown
}
