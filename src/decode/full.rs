//! Every shape of frame that is known here, header by header and without haste: what `fast` declines ends up here.
//!
//! It reads each header by itself and shares with `fast` only what comes after them (options, checksum), so that the
//! test which holds the two equal compares two readings and not one with itself.

use super::bytes::Bytes;
use super::carrier::Carrier;
use super::{Frame, LinkType, Pdu, Skip, icmp, ip, link, tcp, tunnel};

/// How many headers may lie inside each other, VLAN tags and extension headers aside: room for four tunnels.
const MAX_LAYERS: usize = 16;

/// What the next bytes are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layer {
    /// An Ethernet header.
    Ethernet,
    /// A Linux cooked header.
    LinuxSll,
    /// A Linux cooked header, version 2.
    LinuxSll2,
    /// A BSD loopback header.
    Loopback,
    /// A PPP header, framed or bare.
    Ppp,
    /// A header of Cisco's HDLC.
    CiscoHdlc,
    /// Apple's header in front of a frame of any link type.
    Pktap,
    /// What this Ethernet type says.
    EtherType(u16),
    /// An IP header; its first nibble says of which version.
    Ip,
    /// An IPv4 header.
    Ipv4,
    /// An IPv6 header.
    Ipv6,
}

/// What a header led to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// Another header.
    Into(Layer, Bytes<'a>),
    /// A transport protocol, by its number.
    Transport(u8, Carrier, Bytes<'a>),
}

/// What a frame holds.
#[cold]
pub(super) fn decode<'a>(frame: &Frame<'a>) -> Result<Pdu<'a>, Skip> {
    let (mut layer, mut bytes) = (outermost(frame.link)?, Bytes::of(frame));
    for _ in 0..MAX_LAYERS {
        let step = match open(layer, bytes)? {
            Step::Transport(6, ip, segment) => return tcp::decode(frame, &ip, segment),
            Step::Transport(number @ (1 | 58), ip, message) => {
                return icmp::decode(frame, number, &ip, message);
            }
            Step::Transport(number, ip, rest) => tunnel::open(number, &ip, rest)?,
            step @ Step::Into(..) => step,
        };
        if let Step::Into(next, rest) = step {
            (layer, bytes) = (next, rest);
        }
    }
    Err(Skip::TooDeep)
}

pub(super) fn outermost(link: LinkType) -> Result<Layer, Skip> {
    match link {
        LinkType::Ethernet => Ok(Layer::Ethernet),
        LinkType::Raw => Ok(Layer::Ip),
        LinkType::LinuxSll => Ok(Layer::LinuxSll),
        LinkType::LinuxSll2 => Ok(Layer::LinuxSll2),
        LinkType::Null | LinkType::Loop => Ok(Layer::Loopback),
        LinkType::Ppp => Ok(Layer::Ppp),
        LinkType::CiscoHdlc => Ok(Layer::CiscoHdlc),
        LinkType::Pktap => Ok(Layer::Pktap),
        LinkType::Unknown(_) => Err(Skip::UnknownLink),
    }
}

fn open(layer: Layer, bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    match layer {
        Layer::Ethernet => link::ethernet(bytes),
        Layer::LinuxSll => link::linux_sll(bytes),
        Layer::LinuxSll2 => link::linux_sll2(bytes),
        Layer::Loopback => link::loopback(bytes),
        Layer::Ppp => link::ppp(bytes),
        Layer::CiscoHdlc => link::cisco_hdlc(bytes),
        Layer::Pktap => link::pktap(bytes),
        Layer::EtherType(number) => link::ether_type(number, bytes),
        Layer::Ip => link::either_ip(bytes),
        Layer::Ipv4 => ip::v4(bytes),
        Layer::Ipv6 => ip::v6(bytes),
    }
}
