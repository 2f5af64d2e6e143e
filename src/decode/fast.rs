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

/// The segment in a frame of the usual shape; `None` says nothing but "not for me".
#[inline]
pub(super) fn decode<'a>(frame: &Frame<'a>) -> Option<Pdu<'a>> {
    match frame.link {
        LinkType::Ethernet => ethernet(frame),
        LinkType::LinuxSll => linux_sll(frame),
        LinkType::LinuxSll2 => linux_sll2(frame),
        LinkType::Raw => match frame.bytes.first()? >> 4 {
            4 => ipv4(frame, frame.bytes),
            6 => ipv6(frame, frame.bytes),
            _ => None,
        },
        _ => None,
    }
}

#[inline]
fn ethernet<'a>(frame: &Frame<'a>) -> Option<Pdu<'a>> {
    let mut ether_type = Ethernet2HeaderSlice::from_slice(frame.bytes).ok()?.ether_type();
    let mut rest = frame.bytes.get(14..)?;
    for _ in 0..2 {
        if !is_tag(ether_type) {
            break;
        }
        ether_type = SingleVlanHeaderSlice::from_slice(rest).ok()?.ether_type();
        rest = rest.get(4..)?;
    }
    network(frame, ether_type, rest)
}

fn is_tag(ether_type: EtherType) -> bool {
    use ether_type::{PROVIDER_BRIDGING, VLAN_DOUBLE_TAGGED_FRAME, VLAN_TAGGED_FRAME};
    matches!(ether_type, VLAN_TAGGED_FRAME | PROVIDER_BRIDGING | VLAN_DOUBLE_TAGGED_FRAME)
}

/// Protocol at the end of 16 bytes. etherparse has a slice for this header, but it refuses every kind of hardware that it
/// does not list, loopback and tunnels among them.
#[inline]
fn linux_sll<'a>(frame: &Frame<'a>) -> Option<Pdu<'a>> {
    let ([.., high, low], rest) = frame.bytes.split_first_chunk::<16>()?;
    network(frame, EtherType(u16::from_be_bytes([*high, *low])), rest)
}

/// Protocol at the start of 20 bytes; etherparse does not know this header.
#[inline]
fn linux_sll2<'a>(frame: &Frame<'a>) -> Option<Pdu<'a>> {
    let ([high, low, ..], rest) = frame.bytes.split_first_chunk::<20>()?;
    network(frame, EtherType(u16::from_be_bytes([*high, *low])), rest)
}

#[inline]
fn network<'a>(frame: &Frame<'a>, ether_type: EtherType, bytes: &'a [u8]) -> Option<Pdu<'a>> {
    match ether_type {
        ether_type::IPV4 => ipv4(frame, bytes),
        ether_type::IPV6 => ipv6(frame, bytes),
        _ => None,
    }
}

#[inline]
fn ipv4<'a>(frame: &Frame<'a>, bytes: &'a [u8]) -> Option<Pdu<'a>> {
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
    tcp(frame, &carrier, bytes.get(ip.slice().len()..)?, ip.payload_len().ok()?)
}

#[inline]
fn ipv6<'a>(frame: &Frame<'a>, bytes: &'a [u8]) -> Option<Pdu<'a>> {
    let ip = Ipv6HeaderSlice::from_slice(bytes).ok()?;
    if ip.next_header() != ip_number::TCP {
        return None;
    }
    let carrier = Carrier {
        src: Addr::v6(ip.source()),
        dst: Addr::v6(ip.destination()),
        ip_id: 0,
        ttl: ip.hop_limit(),
        traits: Traits::IPV6,
        checkable: true,
    };
    tcp(frame, &carrier, bytes.get(ip.slice().len()..)?, ip.payload_length())
}

/// `rest` is what was captured behind the IP header, padding included; `stated` is how much of it IP calls its own.
#[inline]
fn tcp<'a>(frame: &Frame<'a>, ip: &Carrier, rest: &'a [u8], stated: u16) -> Option<Pdu<'a>> {
    let (bytes, cut) = match rest.get(..usize::from(stated)) {
        Some(bytes) => (bytes, Traits::default()),
        None if frame.bytes.len() < frame.wire_len as usize => (rest, Traits::CUT),
        None => return None,
    };
    let header = TcpHeaderSlice::from_slice(bytes).ok()?;
    let mut segment = read(frame, ip, &header);
    segment.len = u32::from(stated).checked_sub(super::bytes::count(header.slice()))?;
    segment.traits.set(cut);
    if options::read(header.options(), &mut segment).is_err() {
        segment.traits.set(Traits::BAD_OPTIONS);
    }
    if ip.checkable && cut == Traits::default() {
        checksum::mark(&mut segment, bytes);
    }
    Some(Pdu::Segment(segment, bytes.get(header.slice().len()..)?))
}

#[inline]
fn read(frame: &Frame<'_>, ip: &Carrier, header: &TcpHeaderSlice<'_>) -> Segment {
    Segment {
        ts: frame.ts,
        frame: frame.number,
        file: frame.file,
        src: Endpoint { addr: ip.src, port: header.source_port() },
        dst: Endpoint { addr: ip.dst, port: header.destination_port() },
        seq: SeqNumber(header.sequence_number()),
        ack: SeqNumber(header.acknowledgment_number()),
        wnd: header.window_size(),
        // The whole byte at once; etherparse gives its bits one by one only.
        flags: Flags(header.slice().get(13).copied().unwrap_or_default()),
        ip_id: ip.ip_id,
        ttl: ip.ttl,
        traits: ip.traits,
        ..Segment::default()
    }
}
