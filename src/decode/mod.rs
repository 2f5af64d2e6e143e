//! Bytes to segments. Pure and total: any bytes give a [`Pdu`] or a [`Skip`], never a panic, never an error.
//!
//! What [`decode`] promises:
//! - It looks at nothing but the [`Frame`]: same frame, same answer, however the frames before it were. Fragments are
//!   therefore not put together; the first one, which holds the TCP header, stands for all.
//! - A frame that was cut, by a snaplen or whoever replayed it, gives a segment as long as its TCP header is there up to
//!   the flags ([`Traits::CUT`] says so): ports, seq, ack and flags are always as on the wire.
//! - [`Segment::len`] is what its sender's headers say; the payload beside it is what was *captured*, without padding.
//! - Addresses are those of the innermost IP header: a connection in a tunnel is the connection.
//! - Nothing is thrown away for being odd. A wrong checksum, broken options, a RST with a SYN are facts about a segment.
//!
//! `fast` reads the shapes that nearly every frame has, through etherparse's header slices, and declines all else;
//! `full` takes the rare ones. Wherever `fast` answers, the two give the same (a property test holds them to it).
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod addr;
mod bytes;
mod carrier;
mod checksum;
mod fast;
mod full;
mod icmp;
mod ip;
mod link;
mod options;
pub mod script;
mod segment;
mod seq;
mod skip;
mod tcp;
mod tunnel;

#[cfg(test)]
mod tests;

pub use addr::Addr;
pub use segment::{Endpoint, Flags, Segment, Traits};
pub use seq::SeqNumber;
pub use skip::{Skip, SkipCounts};

use crate::time::Timestamp;

/// What the first bytes of a frame are: the link types of pcap files (`LINKTYPE_…`) that carry IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum LinkType {
    /// `LINKTYPE_ETHERNET`, with VLAN tags or without.
    #[default]
    Ethernet,
    /// `LINKTYPE_RAW`, `LINKTYPE_IPV4`, `LINKTYPE_IPV6`: no link header, the version nibble tells.
    Raw,
    /// `LINKTYPE_LINUX_SLL`: Linux "cooked", as from `tcpdump -i any` of old.
    LinuxSll,
    /// `LINKTYPE_LINUX_SLL2`.
    LinuxSll2,
    /// `LINKTYPE_NULL`: BSD loopback, address family in the byte order of the capturing host.
    Null,
    /// `LINKTYPE_LOOP`: OpenBSD loopback, address family in network byte order.
    Loop,
    /// `LINKTYPE_PPP`: PPP, framed as HDLC (RFC 1662) or bare; what a dial-up or VPN interface shows on BSD and macOS.
    Ppp,
    /// `LINKTYPE_C_HDLC`: Cisco's HDLC (RFC 1547 §4.3.1), with an Ethernet type.
    CiscoHdlc,
    /// `LINKTYPE_PKTAP`: what `tcpdump -i any` and `-i pktap` write on macOS; each frame tells its own link type.
    Pktap,
    /// Something else: every frame is a [`Skip::UnknownLink`].
    Unknown(u16),
}

/// A frame as captured: borrowed bytes and what the capture says about them.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it was captured.
    pub ts: Timestamp,
    /// Its number in its capture, counted from 1 as Wireshark does.
    pub number: u64,
    /// Which of the merged captures it came from.
    pub file: u16,
    /// What its first bytes are.
    pub link: LinkType,
    /// Bytes on the wire; more than `bytes` holds where the snaplen cut it.
    pub wire_len: u32,
    /// The bytes that were captured.
    pub bytes: &'a [u8],
}

/// An ICMP error that quotes a TCP segment: a router's or host's answer to a segment it did not deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpError {
    /// When it was captured.
    pub ts: Timestamp,
    /// The number of its frame.
    pub frame: u64,
    /// Which of the merged captures it came from.
    pub file: u16,
    /// Who sent the error.
    pub from: Addr,
    /// ICMP (or ICMPv6) type.
    pub kind: u8,
    /// ICMP (or ICMPv6) code.
    pub code: u8,
    /// The sender of the quoted segment.
    pub src: Endpoint,
    /// Whom the quoted segment was for.
    pub dst: Endpoint,
    /// Sequence number of the quoted segment.
    pub seq: SeqNumber,
}

/// What a frame holds that concerns a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pdu<'a> {
    /// A segment, and as much of its payload as was captured.
    Segment(Segment, &'a [u8]),
    /// An ICMP error about a segment.
    Icmp(IcmpError),
}

impl Pdu<'_> {
    /// An empty segment of nobody: what stands in a place that nothing was put into yet.
    pub const NOTHING: Self = Self::Segment(Segment::NOTHING, &[]);
}

/// What a frame says about a TCP connection, or why it says nothing.
///
/// # Errors
/// A [`Skip`] for a frame that holds no segment that could be read, and no ICMP error about one.
#[inline]
pub fn decode<'a>(frame: &Frame<'a>) -> Result<Pdu<'a>, Skip> {
    let mut pdu = Pdu::NOTHING;
    decode_into(frame, &mut pdu).map(|()| pdu)
}

/// The same, put into `place`, which stays as it is where there is an error: what is said of a frame takes two cache lines, which are
/// not to be copied for each.
///
/// # Errors
/// As for [`decode`].
#[inline]
pub fn decode_into<'a>(frame: &Frame<'a>, place: &mut Pdu<'a>) -> Result<(), Skip> {
    match fast::decode_into(frame, place) {
        Some(()) => {}
        None => *place = full::decode(frame)?,
    }
    mark(frame, place);
    Ok(())
}

/// Adds what the outermost header tells.
#[inline]
fn mark(frame: &Frame<'_>, pdu: &mut Pdu<'_>) {
    // Only cooked headers tell.
    if !matches!(frame.link, LinkType::LinuxSll | LinkType::LinuxSll2) {
        return;
    }
    let Pdu::Segment(segment, _) = pdu else { return };
    if is_outgoing(frame) {
        segment.traits.set(Traits::OUTGOING);
    }
    if is_loopback(frame) {
        segment.traits.set(Traits::LOOPBACK);
    }
}

/// Does the header of a cooked capture say so (LINUX_SLL and LINUX_SLL2 at tcpdump.org: packet type 4)?
#[inline]
fn is_outgoing(frame: &Frame<'_>) -> bool {
    const SENT_BY_US: u8 = 4;
    match frame.link {
        LinkType::LinuxSll => frame.bytes.starts_with(&[0, SENT_BY_US]),
        LinkType::LinuxSll2 => frame.bytes.get(10) == Some(&SENT_BY_US),
        _ => false,
    }
}

/// Did it pass Linux's loopback interface: hardware type 772 in a cooked header (`ARPHRD_LOOPBACK` of `if_arp.h`)? The Ethernet addresses of
/// zeros that it has otherwise are also those of captures that somebody made up or made anonymous.
#[inline]
fn is_loopback(frame: &Frame<'_>) -> bool {
    const ARPHRD_LOOPBACK: [u8; 2] = 772_u16.to_be_bytes();
    match frame.link {
        LinkType::LinuxSll => frame.bytes.get(2..4) == Some(&ARPHRD_LOOPBACK),
        LinkType::LinuxSll2 => frame.bytes.get(8..10) == Some(&ARPHRD_LOOPBACK),
        _ => false,
    }
}

/// What the two readers say of a frame, for those who hold them to each other: fuzzing, from outside of this package.
///
/// # Errors
/// Of the second, as for [`decode`].
#[doc(hidden)]
pub fn readings<'a>(frame: &Frame<'a>) -> (Option<Pdu<'a>>, Result<Pdu<'a>, Skip>) {
    let marked = |mut pdu: Pdu<'a>| {
        mark(frame, &mut pdu);
        pdu
    };
    let mut pdu = Pdu::NOTHING;
    (fast::decode_into(frame, &mut pdu).map(|()| marked(pdu)), full::decode(frame).map(marked))
}

impl LinkType {
    /// From the number in a capture file's header (the list of link types at tcpdump.org).
    #[must_use]
    pub const fn from_pcap(number: u16) -> Self {
        match number {
            0 => Self::Null,
            1 => Self::Ethernet,
            9 => Self::Ppp,
            // 12 and 14 are what BSD systems wrote for raw IP before 101 was agreed on.
            12 | 14 | 101 | 228 | 229 => Self::Raw,
            104 => Self::CiscoHdlc,
            108 => Self::Loop,
            113 => Self::LinuxSll,
            // 149, one of those that are left to users, is what macOS itself writes.
            149 | 258 => Self::Pktap,
            276 => Self::LinuxSll2,
            other => Self::Unknown(other),
        }
    }
}
