//! Tunnels: what is asked about is the connection inside of them.

use super::bytes::Bytes;
use super::carrier::Carrier;
use super::full::{Layer, Step};
use super::{Skip, Traits};

/// Steps into what a transport protocol carries if that is another packet.
///
/// The first fragment of a tunnel's packet is left alone: how much of the inner packet the others hold is not in it.
pub(super) fn open<'a>(protocol: u8, ip: &Carrier, bytes: Bytes<'a>) -> Result<Step<'a>, Skip> {
    match protocol {
        4 | 41 | 47 if ip.traits.has(Traits::FRAGMENTED) => Err(Skip::Fragment),
        4 => Ok(Step::Into(Layer::Ipv4, bytes)),
        41 => Ok(Step::Into(Layer::Ipv6, bytes)),
        47 => gre(bytes),
        17 => udp(ip, bytes),
        _ => Err(Skip::NotTcp),
    }
}

/// GRE (RFC 2784, key and sequence number of RFC 2890); not version 1, which is PPTP's.
fn gre(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    const CHECKSUM: u8 = 0x80;
    const ROUTING: u8 = 0x40;
    const KEY: u8 = 0x20;
    const SEQUENCE: u8 = 0x10;
    let (&[flags, version, high, low], rest) = bytes.split::<4>()?;
    if flags & ROUTING != 0 || version & 7 != 0 {
        return Err(Skip::NotTcp);
    }
    let optional = [CHECKSUM, KEY, SEQUENCE].iter().filter(|&field| flags & field != 0).count();
    let rest = rest.behind(optional.wrapping_mul(4))?;
    match u16::from_be_bytes([high, low]) {
        // A switch's mirror port, ERSPAN type II: eight bytes, then Ethernet. Type I has neither them nor a sequence.
        0x88be if flags & SEQUENCE != 0 => Ok(Step::Into(Layer::Ethernet, rest.behind(8)?)),
        0x88be => Ok(Step::Into(Layer::Ethernet, rest)),
        ether_type => Ok(Step::Into(Layer::EtherType(ether_type), rest)),
    }
}

/// The tunnels over UDP that clouds and container networks are built of, by their ports.
fn udp<'a>(ip: &Carrier, bytes: Bytes<'a>) -> Result<Step<'a>, Skip> {
    let (header, rest) = bytes.split::<8>()?;
    match u16::from_be_bytes([header[2], header[3]]) {
        4789 | 8472 | 6081 if ip.traits.has(Traits::FRAGMENTED) => Err(Skip::Fragment),
        // 8472 is what Linux, and so flannel and Cilium, took before there was a number.
        4789 | 8472 => vxlan(rest),
        6081 => geneve(rest),
        _ => Err(Skip::NotTcp),
    }
}

/// VXLAN (RFC 7348 §5), with or without a group policy. What else may come to such a port has other fixed bits.
fn vxlan(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    match bytes.split::<8>()? {
        (&[0x08 | 0x88, _, _, _, _, _, _, 0], rest) => Ok(Step::Into(Layer::Ethernet, rest)),
        _ => Err(Skip::NotTcp),
    }
}

/// Geneve (RFC 8926 §3.4): two bits of version, six of the options' length, an Ethernet type.
fn geneve(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    match bytes.split::<8>()? {
        (&[words @ 0..=0x3f, _, high, low, _, _, _, 0], rest) => {
            let rest = rest.behind(usize::from(words).wrapping_mul(4))?;
            Ok(Step::Into(Layer::EtherType(u16::from_be_bytes([high, low])), rest))
        }
        _ => Err(Skip::NotTcp),
    }
}
