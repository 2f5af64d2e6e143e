//! What can be captured on, which of it by default, and which addresses are ours.

use std::net::IpAddr;

use pcap::Device;

pub use super::addresses::OwnAddresses;
use super::rights::{self, Access};
use crate::capture::filter::words;
use crate::error::Error;

/// The name for all interfaces at once.
pub const ANY: &str = "any";

/// Whether frames can pass at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkState {
    /// Configured down.
    Down,
    /// Up, but without a carrier.
    Up,
    /// Up and connected.
    Running,
}

/// An interface of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// What libpcap or the system says about it, if anything.
    pub description: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its state; `any` always runs.
    pub state: LinkState,
    /// Is it the host speaking to itself?
    pub loopback: bool,
    /// Whether this process may capture on it.
    pub access: Access,
}

/// The interfaces, in the order in which the system lists them, `any` among them. What libpcap offers besides (USB,
/// D-Bus, netfilter logs) carries no IP frames and is left out.
///
/// # Errors
/// [`Error::Capture`] if the system does not tell.
pub fn list() -> Result<Vec<Interface>, Error> {
    let devices =
        Device::list().map_err(|error| Error::Capture { interface: ANY.to_owned(), why: words(error) })?;
    let access = rights::access();
    Ok(devices.into_iter().filter(is_network).map(|device| Interface::of(device, access)).collect())
}

/// The interface of the default route; else the first that is up and not loopback, the ones with a carrier before the
/// ones without.
///
/// # Errors
/// [`Error::NoInterface`] if there is none.
pub fn default_of(interfaces: &[Interface]) -> Result<&Interface, Error> {
    let named = |name: &str| interfaces.iter().find(|interface| interface.name == name);
    let routed = default_route().and_then(|name| named(&name));
    let usable = |interface: &&Interface| {
        interface.name != ANY && !interface.loopback && interface.state > LinkState::Down
    };
    let up = || interfaces.iter().filter(usable).rev().max_by_key(|interface| interface.state);
    routed.filter(usable).or_else(up).ok_or(Error::NoInterface)
}

impl Interface {
    fn of(device: Device, access: Access) -> Self {
        let state = match (device.flags.is_up(), device.flags.is_running()) {
            _ if device.name == ANY => LinkState::Running,
            (false, _) => LinkState::Down,
            (true, false) => LinkState::Up,
            (true, true) => LinkState::Running,
        };
        let mut addresses: Vec<IpAddr> = device.addresses.iter().map(|address| address.addr).collect();
        addresses.dedup();
        Self {
            description: device.desc,
            addresses,
            state,
            loopback: device.flags.is_loopback(),
            access,
            name: device.name,
        }
    }
}

/// Does the kernel know it as a network interface?
#[cfg(target_os = "linux")]
fn is_network(device: &Device) -> bool {
    device.name == ANY || std::path::Path::new("/sys/class/net").join(&device.name).exists()
}

#[cfg(not(target_os = "linux"))]
fn is_network(_device: &Device) -> bool {
    true
}

#[cfg(target_os = "linux")]
fn default_route() -> Option<String> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    v4_route(&read("/proc/net/route")).or_else(|| v6_route(&read("/proc/net/ipv6_route")))
}

#[cfg(not(target_os = "linux"))]
fn default_route() -> Option<String> {
    None
}

/// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, numbers in hexadecimal but for the metric.
#[cfg(any(target_os = "linux", test))]
fn v4_route(table: &str) -> Option<String> {
    const UP: u32 = 1;
    let routes = table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_whitespace();
        let (name, destination) = (fields.next()?, fields.next()?);
        let flags = u32::from_str_radix(fields.nth(1)?, 16).ok()?;
        let metric: u32 = fields.nth(2)?.parse().ok()?;
        let mask = fields.next()?;
        let is_default = destination == "00000000" && mask == "00000000" && flags & UP != 0;
        is_default.then(|| (metric, name.to_owned()))
    });
    routes.min_by_key(|(metric, _)| *metric).map(|(_, name)| name)
}

/// `destination length source length next-hop metric references use flags interface`, all in hexadecimal.
#[cfg(any(target_os = "linux", test))]
fn v6_route(table: &str) -> Option<String> {
    const UP: u32 = 1;
    const REJECT: u32 = 0x0200;
    let routes = table.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [destination, "00", _, _, _, metric, _, _, flags, name] = fields[..] else { return None };
        let flags = u32::from_str_radix(flags, 16).ok()?;
        let is_default = destination.bytes().all(|digit| digit == b'0') && flags & (UP | REJECT) == UP;
        is_default.then(|| (u32::from_str_radix(metric, 16).unwrap_or(u32::MAX), name.to_owned()))
    });
    routes.min_by_key(|(metric, _)| *metric).map(|(_, name)| name).filter(|name| name != "lo")
}

#[cfg(test)]
mod tests;
