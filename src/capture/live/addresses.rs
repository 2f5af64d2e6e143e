//! Which addresses are ours, and which become so.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::interfaces::{ANY, Interface, list};
#[cfg(target_os = "linux")]
use super::netlink::Addresses;
use crate::error::Error;

/// How long own addresses are believed: a DHCP lease or a new container changes them.
const REFRESH: Duration = Duration::from_secs(5);

/// Who "we" are: the addresses that the captured interfaces have or had since it began.
#[derive(Debug)]
pub struct OwnAddresses {
    /// The socket by which the kernel is asked again, opened while sockets may be opened; without it, libpcap is.
    #[cfg(target_os = "linux")]
    kernel: Option<Addresses>,
    interfaces: Vec<String>,
    addresses: Vec<IpAddr>,
    refreshed: Instant,
}

impl OwnAddresses {
    /// The addresses of these interfaces; of all, if `any` is among them.
    ///
    /// # Errors
    /// As for [`list`].
    pub fn of(interfaces: Vec<String>) -> Result<Self, Error> {
        let addresses = addresses_of(&interfaces, &list()?);
        Ok(Self {
            #[cfg(target_os = "linux")]
            kernel: Addresses::open(&interfaces).ok(),
            interfaces,
            addresses,
            refreshed: Instant::now(),
        })
    }

    /// The addresses, sorted.
    #[must_use]
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }

    /// Looks again if that was some seconds ago; gives them if they have changed. An address that went away stays ours,
    /// as connections that it ended are still being told about, and counted among ours. One that is asked for in vain keeps
    /// what is known.
    pub fn refresh(&mut self) -> Option<&[IpAddr]> {
        if self.refreshed.elapsed() < REFRESH {
            return None;
        }
        self.refreshed = Instant::now();
        let now = self.ask()?;
        let known = self.addresses.len();
        self.addresses.extend(now);
        self.addresses.sort_unstable();
        self.addresses.dedup();
        (self.addresses.len() != known).then_some(&*self.addresses)
    }

    fn ask(&mut self) -> Option<Vec<IpAddr>> {
        #[cfg(target_os = "linux")]
        if let Some(kernel) = &mut self.kernel {
            return kernel.ask().ok();
        }
        Some(addresses_of(&self.interfaces, &list().ok()?))
    }
}

pub(super) fn addresses_of(names: &[String], interfaces: &[Interface]) -> Vec<IpAddr> {
    let all = names.iter().any(|name| name == ANY);
    let chosen = interfaces.iter().filter(|interface| all || names.contains(&interface.name));
    let mut addresses: Vec<IpAddr> =
        chosen.flat_map(|interface| interface.addresses.iter().copied()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}
