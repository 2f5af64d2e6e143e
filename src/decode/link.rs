//! Link headers, down to an IP header.

use super::bytes::Bytes;
use super::full::{Layer, Step, outermost};
use super::{LinkType, Skip};

/// VLAN tags, or MPLS labels, on one frame.
const MAX_TAGS: usize = 8;

/// Ethernet II, or IEEE 802.3 where the type is a length.
pub(super) fn ethernet(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (header, rest) = bytes.split::<14>()?;
    Ok(Step::Into(Layer::EtherType(u16::from_be_bytes([header[12], header[13]])), rest))
}

/// Packet type, hardware type, address length, address, protocol.
pub(super) fn linux_sll(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (header, rest) = bytes.split::<16>()?;
    Ok(Step::Into(Layer::EtherType(u16::from_be_bytes([header[14], header[15]])), rest))
}

/// Protocol, reserved, interface, hardware type, packet type, address length, address.
pub(super) fn linux_sll2(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (header, rest) = bytes.split::<20>()?;
    Ok(Step::Into(Layer::EtherType(u16::from_be_bytes([header[0], header[1]])), rest))
}

/// An address family of the capturing host in its byte order, which a file does not tell; the numbers are small, so
/// that a wrong order cannot be mistaken for a right one.
pub(super) fn loopback(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (family, rest) = bytes.split::<4>()?;
    match u32::from_be_bytes(*family).min(u32::from_le_bytes(*family)) {
        2 => Ok(Step::Into(Layer::Ipv4, rest)),
        // Linux; NetBSD and OpenBSD; FreeBSD; macOS.
        10 | 24 | 28 | 30 => Ok(Step::Into(Layer::Ipv6, rest)),
        _ => Err(Skip::NotIp),
    }
}

/// Whatever an Ethernet type announces.
pub(super) fn ether_type(number: u16, bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    match number {
        0x0800 => Ok(Step::Into(Layer::Ipv4, bytes)),
        0x86dd => Ok(Step::Into(Layer::Ipv6, bytes)),
        0x8100 | 0x88a8 | 0x9100 => vlan(bytes),
        0x8847 | 0x8848 => mpls(bytes),
        0x8864 => pppoe(bytes),
        0x8909 => cisco_metadata(bytes),
        // Ethernet inside of GRE or Geneve.
        0x6558 => Ok(Step::Into(Layer::Ethernet, bytes)),
        0..0x0600 => snap(bytes),
        _ => Err(Skip::NotIp),
    }
}

/// By the first nibble.
pub(super) fn either_ip(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    match bytes.first::<1>()?[0] >> 4 {
        4 => Ok(Step::Into(Layer::Ipv4, bytes)),
        6 => Ok(Step::Into(Layer::Ipv6, bytes)),
        _ => Err(Skip::NotIp),
    }
}

/// The first tag's type has been read; each tag ends with the type of what follows it.
fn vlan(mut bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    for _ in 0..MAX_TAGS {
        let (tag, rest) = bytes.split::<4>()?;
        match u16::from_be_bytes([tag[2], tag[3]]) {
            0x8100 | 0x88a8 | 0x9100 => bytes = rest,
            other => return Ok(Step::Into(Layer::EtherType(other), rest)),
        }
    }
    Err(Skip::TooDeep)
}

/// Labels up to the one marked as the last (RFC 3032 §2.1). None of them tells what follows.
fn mpls(mut bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    for _ in 0..MAX_TAGS {
        let (label, rest) = bytes.split::<4>()?;
        if label[2] & 1 == 1 {
            return Ok(Step::Into(Layer::Ip, rest));
        }
        bytes = rest;
    }
    Err(Skip::TooDeep)
}

/// Cisco's metadata (TrustSec): version, and how many options of four bytes follow, as the security group that the frame belongs to; then
/// the Ethernet type of what was tagged.
fn cisco_metadata(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (&[_, options], rest) = bytes.split::<2>()?;
    let (number, rest) = rest.behind(4 * usize::from(options))?.split::<2>()?;
    Ok(Step::Into(Layer::EtherType(u16::from_be_bytes(*number)), rest))
}

/// A PPPoE session (RFC 2516 §4): version, code, session, length; then the PPP protocol.
fn pppoe(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (header, rest) = bytes.split::<8>()?;
    if header[1] != 0 {
        return Err(Skip::NotIp);
    }
    ppp_protocol(u16::from_be_bytes([header[6], header[7]]), rest)
}

/// Address and control (RFC 1662 §3.1), which may have been left out; then a protocol, of one byte where that is odd (RFC 1661 §2, §6.5).
pub(super) fn ppp(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let bytes = match bytes.first::<2>()? {
        [0xff, 3] => bytes.behind(2)?,
        _ => bytes,
    };
    match bytes.split::<1>()? {
        (&[short], rest) if short & 1 == 1 => ppp_protocol(short.into(), rest),
        _ => {
            let (protocol, rest) = bytes.split::<2>()?;
            ppp_protocol(u16::from_be_bytes(*protocol), rest)
        }
    }
}

fn ppp_protocol(number: u16, bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    match number {
        0x0021 => Ok(Step::Into(Layer::Ipv4, bytes)),
        0x0057 => Ok(Step::Into(Layer::Ipv6, bytes)),
        0x0281 => mpls(bytes),
        _ => Err(Skip::NotIp),
    }
}

/// Address, control, Ethernet type.
pub(super) fn cisco_hdlc(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (header, rest) = bytes.split::<4>()?;
    Ok(Step::Into(Layer::EtherType(u16::from_be_bytes([header[2], header[3]])), rest))
}

/// Its own length, the kind of record, and the frame's link type, in the order of bytes of today's processors; then what nobody needs here
/// (the interface, the process: the list of link types at tcpdump.org).
pub(super) fn pktap(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    const PACKET: u32 = 1;
    let word = |at| bytes.behind(at)?.first::<4>().map(|word| u32::from_le_bytes(*word));
    let (length, kind, link) = (word(0)? as usize, word(4)?, u16::try_from(word(8)?).unwrap_or(u16::MAX));
    if length < size_of::<[u32; 3]>() {
        return Err(Skip::Malformed);
    }
    if kind != PACKET {
        return Err(Skip::NotIp);
    }
    Ok(Step::Into(outermost(LinkType::from_pcap(link))?, bytes.behind(length)?))
}

/// IEEE 802.2 LLC with SNAP, which ends in an Ethernet type (RFC 1042).
fn snap(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    match bytes.split::<8>()? {
        (&[0xaa, 0xaa, 3, 0, 0, 0, high, low], rest) => {
            Ok(Step::Into(Layer::EtherType(u16::from_be_bytes([high, low])), rest))
        }
        _ => Err(Skip::NotIp),
    }
}
