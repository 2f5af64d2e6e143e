//! The shapes that nearly every frame has: Ethernet with up to two VLAN tags, Linux cooked (both versions) or raw IP;
//! IPv4 that is no fragment or IPv6 without extension headers; a TCP header that is there to its end. All else is
//! declined.
//!
//! etherparse's header slices are called one by one: the whole-packet slicers cost four times as many instructions, or
//! refuse frames that the snaplen cut.

use etherparse::{
    EtherType, Ethernet2HeaderSlice, Ipv4HeaderSlice, Ipv6HeaderSlice, SingleVlanHeaderSlice, TcpHeaderSlice,
    ether_type, ip_number,
};

use super::carrier::Carrier;
use super::{Addr, Endpoint, Flags, Frame, LinkType, Pdu, Segment, SeqNumber, Traits, checksum, options};

/// Puts the segment in a frame of the usual shape into `place`; `None` says nothing but "not for me".
#[inline]
pub(super) fn decode_into<'a>(frame: &Frame<'a>, place: &mut Pdu<'a>) -> Option<()> {
    let (ether_type, bytes) = match frame.link {
        LinkType::Ethernet => ethernet(frame.bytes)?,
        LinkType::LinuxSll => linux_sll(frame.bytes)?,
        LinkType::LinuxSll2 => linux_sll2(frame.bytes)?,
        LinkType::Raw => raw(frame.bytes)?,
        _ => return None,
    };
    match ether_type {
        ether_type::IPV4 => ipv4(bytes).and_then(|(ip, rest, stated)| tcp(frame, &ip, rest, stated, place)),
        ether_type::IPV6 => ipv6(bytes).and_then(|(ip, rest, stated)| tcp(frame, &ip, rest, stated, place)),
        _ => None,
    }
}

#[inline]
fn ethernet(bytes: &[u8]) -> Option<(EtherType, &[u8])> {
    let mut ether_type = Ethernet2HeaderSlice::from_slice(bytes).ok()?.ether_type();
    let mut rest = bytes.get(14..)?;
    for _ in 0..2 {
        // Most have none, and carry IPv4.
        if ether_type == ether_type::IPV4 || !is_tag(ether_type) {
            break;
        }
        ether_type = SingleVlanHeaderSlice::from_slice(rest).ok()?.ether_type();
        rest = rest.get(4..)?;
    }
    Some((ether_type, rest))
}

#[inline]
fn is_tag(ether_type: EtherType) -> bool {
    use ether_type::{PROVIDER_BRIDGING, VLAN_DOUBLE_TAGGED_FRAME, VLAN_TAGGED_FRAME};
    matches!(ether_type, VLAN_TAGGED_FRAME | PROVIDER_BRIDGING | VLAN_DOUBLE_TAGGED_FRAME)
}

/// Protocol at the end of 16 bytes. etherparse has a slice for this header, but it refuses every kind of hardware that
/// it does not list, loopback and tunnels among them.
#[inline]
fn linux_sll(bytes: &[u8]) -> Option<(EtherType, &[u8])> {
    let ([.., high, low], rest) = bytes.split_first_chunk::<16>()?;
    Some((EtherType(u16::from_be_bytes([*high, *low])), rest))
}

/// Protocol at the start of 20 bytes; etherparse does not know this header.
#[inline]
fn linux_sll2(bytes: &[u8]) -> Option<(EtherType, &[u8])> {
    let ([high, low, ..], rest) = bytes.split_first_chunk::<20>()?;
    Some((EtherType(u16::from_be_bytes([*high, *low])), rest))
}

#[inline]
fn raw(bytes: &[u8]) -> Option<(EtherType, &[u8])> {
    match bytes.first()? >> 4 {
        4 => Some((ether_type::IPV4, bytes)),
        6 => Some((ether_type::IPV6, bytes)),
        _ => None,
    }
}

/// The header, what was captured behind it (padding included), and how much of that it calls its own.
#[inline]
fn ipv4(bytes: &[u8]) -> Option<(Carrier, &[u8], u16)> {
    let ip = Ipv4HeaderSlice::from_slice(bytes).ok()?;
    if ip.protocol() != ip_number::TCP || ip.is_fragmenting_payload() {
        return None;
    }
    let carrier = Carrier {
        src: Addr::v4(ip.source()),
        dst: Addr::v4(ip.destination()),
        ip_id: ip.identification(),
        ttl: ip.ttl(),
        traits: if ip.dont_fragment() { Traits::DF } else { Traits::default() },
        checkable: true,
    };
    Some((carrier, bytes.get(ip.slice().len()..)?, ip.payload_len().ok()?))
}

#[inline]
fn ipv6(bytes: &[u8]) -> Option<(Carrier, &[u8], u16)> {
    let ip = Ipv6HeaderSlice::from_slice(bytes).ok()?;
    if ip.next_header() != ip_number::TCP {
        return None;
    }
    // Taken as wholes from the slice; etherparse puts them together byte by byte.
    let carrier = Carrier {
        src: Addr::v6(*ip.slice().get(8..)?.first_chunk()?),
        dst: Addr::v6(*ip.slice().last_chunk()?),
        ip_id: 0,
        ttl: ip.hop_limit(),
        traits: Traits::IPV6,
        checkable: true,
    };
    Some((carrier, bytes.get(ip.slice().len()..)?, ip.payload_length()))
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "a copy for each IP version: in a shared one, addresses move byte by byte"
)]
fn tcp<'a>(frame: &Frame<'a>, ip: &Carrier, rest: &'a [u8], stated: u16, place: &mut Pdu<'a>) -> Option<()> {
    let stated = usize::from(stated);
    let (bytes, cut) = match rest.get(..stated) {
        Some(bytes) => (bytes, Traits::default()),
        None => (rest, Traits::CUT),
    };
    let header = TcpHeaderSlice::from_slice(bytes).ok()?;
    let header_len = header.slice().len();
    let len = u32::try_from(stated.checked_sub(header_len)?).ok()?;
    let (listed, payload) = (bytes.get(20..header_len)?, bytes.get(header_len..)?);
    // The whole byte at once; etherparse gives its bits one by one only.
    let flags = Flags(header.slice().get(13).copied()?);
    let segment = Segment {
        ts: frame.ts,
        frame: frame.number,
        src: Endpoint { addr: ip.src, port: header.source_port() },
        dst: Endpoint { addr: ip.dst, port: header.destination_port() },
        seq: SeqNumber(header.sequence_number()),
        ack: SeqNumber(header.acknowledgment_number()),
        len,
        tsval: 0,
        tsecr: 0,
        sack_right: SeqNumber(0),
        wnd: header.window_size(),
        ip_id: ip.ip_id,
        mss: 0,
        file: frame.file,
        traits: ip.traits.with(cut),
        flags,
        ttl: ip.ttl,
        wscale: 0,
    };
    // The rest is added where it lies: else all of this would have to be kept somewhere else until it is known whether there is more.
    *place = Pdu::Segment(segment, payload);
    let Pdu::Segment(segment, _) = place else { return None };
    options::add(segment, listed);
    if cut == Traits::default() && ip.checkable && checksum::counts(flags, len) {
        checksum::mark(segment, bytes);
    }
    Some(())
}
