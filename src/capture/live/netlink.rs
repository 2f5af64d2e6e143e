//! The kernel's own list of addresses (rtnetlink(7)), through one socket that is kept open: later, none may be opened.

use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use super::interfaces::ANY;

const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// A request for all there are.
const NLM_F_REQUEST_DUMP: u16 = 0x301;
/// The address itself; of a point-to-point link, that of the other end.
const IFA_ADDRESS: u16 = 1;
/// Our own address on a point-to-point link, and for IPv4 on any.
const IFA_LOCAL: u16 = 2;
/// `struct nlmsghdr`, `struct ifaddrmsg`, `struct rtattr`.
const HEADER: usize = 16;
const ADDRESS: usize = 8;
const ATTRIBUTE: usize = 4;
/// The kernel fills less than this at once.
const ANSWER: usize = 64 << 10;

/// The socket, and whose addresses are asked for.
#[derive(Debug)]
pub(super) struct Addresses {
    socket: OwnedFd,
    /// Numbers of interfaces; all, if there is none.
    interfaces: Option<Vec<u32>>,
    /// Tells an answer from one that came too late for the request before.
    asked: u32,
}

impl Addresses {
    pub(super) fn open(names: &[String]) -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        // Without a protocol it is NETLINK_ROUTE, whose number is 0.
        let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 0))?;
        let number = |name: &String| rustix::net::netdevice::name_to_index(&socket, name);
        let interfaces = if names.iter().any(|name| name == ANY) {
            None
        } else {
            Some(names.iter().map(number).collect::<Result<_, _>>()?)
        };
        Ok(Self { socket, interfaces, asked: 0 })
    }

    /// The addresses as they are.
    ///
    /// # Errors
    /// What the system says, or that its answer could not be read.
    pub(super) fn ask(&mut self) -> io::Result<Vec<IpAddr>> {
        self.asked = self.asked.wrapping_add(1);
        rustix::net::send(&self.socket, &request(self.asked), SendFlags::empty())?;
        let (mut addresses, mut buffer) = (Vec::new(), vec![0; ANSWER]);
        loop {
            let (_, len) = rustix::net::recv(&self.socket, buffer.as_mut_slice(), RecvFlags::empty())?;
            let mut bytes = buffer.get(..len).unwrap_or_default();
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            while let Some((message, rest)) = Message::first(bytes) {
                bytes = rest;
                match message.kind {
                    _ if message.number != self.asked => {}
                    NLMSG_DONE => return Ok(addresses),
                    NLMSG_ERROR => return Err(io::ErrorKind::InvalidData.into()),
                    RTM_NEWADDR => addresses.extend(address(message.body, self.interfaces.as_deref())),
                    _ => {}
                }
            }
        }
    }
}

struct Message<'a> {
    kind: u16,
    number: u32,
    body: &'a [u8],
}

impl<'a> Message<'a> {
    /// The first one, and what is behind it.
    fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let len = u32_at(bytes, 0)? as usize;
        let body = bytes.get(HEADER..len)?;
        let message = Self { kind: u16_at(bytes, 4)?, number: u32_at(bytes, 8)?, body };
        Some((message, bytes.get(len.next_multiple_of(4)..).unwrap_or_default()))
    }
}

fn request(number: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + ADDRESS);
    bytes.extend(24u32.to_ne_bytes());
    bytes.extend(RTM_GETADDR.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST_DUMP.to_ne_bytes());
    bytes.extend(number.to_ne_bytes());
    bytes.resize(HEADER + ADDRESS, 0);
    bytes
}

/// The address that a message tells, if it is of one of these interfaces.
fn address(body: &[u8], interfaces: Option<&[u32]>) -> Option<IpAddr> {
    let interface = u32_at(body, 4)?;
    if interfaces.is_some_and(|known| !known.contains(&interface)) {
        return None;
    }
    let mut attributes = body.get(ADDRESS..)?;
    let (mut address, mut local) = (None, None);
    while let Some(len) = u16_at(attributes, 0).map(usize::from) {
        let Some(value) = attributes.get(ATTRIBUTE..len) else { break };
        match u16_at(attributes, 2)? {
            IFA_ADDRESS => address = ip(value),
            IFA_LOCAL => local = ip(value),
            _ => {}
        }
        attributes = attributes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    local.or(address)
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|word| u16::from_ne_bytes(*word))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_at_home() {
        let home = IpAddr::from([127, 0, 0, 1]);
        for name in ["lo", ANY] {
            let mut addresses = Addresses::open(&[name.to_owned()]).unwrap();
            for _ in 0..3 {
                assert!(addresses.ask().unwrap().contains(&home), "{name}");
            }
        }
        assert!(Addresses::open(&["no such interface".to_owned()]).is_err());
    }

    #[test]
    fn our_end_of_a_link_is_ours_and_other_interfaces_are_not() {
        let attribute =
            |kind: u16, last: u8| [&8u16.to_ne_bytes()[..], &kind.to_ne_bytes(), &[10, 0, 0, last]].concat();
        let body = [&[2, 32, 0, 0][..], &7u32.to_ne_bytes(), &attribute(1, 2), &attribute(2, 1)].concat();
        assert_eq!(address(&body, None), Some(IpAddr::from([10, 0, 0, 1])));
        assert_eq!(address(&body, Some(&[6, 8])), None);
        for cut in 0..body.len() {
            let _ = address(&body[..cut], Some(&[7]));
        }
        assert!(Message::first(&[9, 0, 0, 0]).is_none() && Message::first(&[]).is_none());
    }
}
