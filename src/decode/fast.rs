//! The shapes that nearly every frame has: Ethernet with up to two VLAN tags, Linux cooked (both versions) or raw IP;
//! IPv4 without options that is no fragment, or IPv6 without extension headers; a TCP header that is there to its end. All else is
//! declined.
//!
//! There every field has its place, so that few looks at lengths do for all of them. (etherparse, by which `full` reads IP, looks again for each
//! header; its whole-packet slicers cost four times as many instructions, or refuse frames that the snaplen cut.)

use etherparse::{EtherType, SingleVlanHeaderSlice, ether_type};

use super::{Addr, Endpoint, Flags, Frame, LinkType, Pdu, Segment, SeqNumber, Traits, checksum, options};

/// Bytes of a TCP header without options.
const TCP: usize = 20;
/// "More fragments", and where this one belongs.
const FRAGMENT: u16 = 0x3fff;
const DONT_FRAGMENT: u16 = 0x4000;

/// What an IP header says: of its addresses, `N` bytes, only where they lie, since a checksum needs them as well.
struct Ip<'a, const N: usize> {
    src: Addr,
    dst: Addr,
    addresses: &'a [u8; N],
    ip_id: u16,
    ttl: u8,
    traits: Traits,
    /// What was captured behind the header (padding included), and how much of that it calls its own.
    rest: &'a [u8],
    stated: u16,
}

/// Puts the segment in a frame of the usual shape into `place`; `None` says nothing but "not for me".
#[inline]
pub(super) fn decode_into<'a>(frame: &Frame<'a>, place: &mut Pdu<'a>) -> Option<()> {
    if frame.link == LinkType::Ethernet {
        match frame.bytes.split_first_chunk::<14>()? {
            ([.., 0x08, 0x00], rest) => return tcp(frame, &ipv4(rest)?, place),
            ([.., 0x86, 0xdd], rest) => return tcp(frame, &ipv6(rest)?, place),
            _ => {}
        }
    }
    behind_others(frame, place)
}

/// The same behind another link header, or a tag.
#[inline(never)]
fn behind_others<'a>(frame: &Frame<'a>, place: &mut Pdu<'a>) -> Option<()> {
    let (ether_type, bytes) = match frame.link {
        LinkType::Ethernet => tagged(frame.bytes)?,
        LinkType::LinuxSll => linux_sll(frame.bytes)?,
        LinkType::LinuxSll2 => linux_sll2(frame.bytes)?,
        LinkType::Raw => raw(frame.bytes)?,
        _ => return None,
    };
    match ether_type {
        ether_type::IPV4 => tcp(frame, &ipv4(bytes)?, place),
        ether_type::IPV6 => tcp(frame, &ipv6(bytes)?, place),
        _ => None,
    }
}

#[inline]
fn tagged(bytes: &[u8]) -> Option<(EtherType, &[u8])> {
    let ([.., high, low], mut rest) = bytes.split_first_chunk::<14>()?;
    let mut ether_type = EtherType(u16::from_be_bytes([*high, *low]));
    for _ in 0..2 {
        if !is_tag(ether_type) {
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

#[inline]
fn ipv4(bytes: &[u8]) -> Option<Ip<'_, 8>> {
    let (&[version, _, l0, l1, i0, i1, f0, f1, ttl, protocol, _, _, ref addresses @ ..], rest) =
        bytes.split_first_chunk::<20>()?;
    let [stated, fragment] = [[l0, l1], [f0, f1]].map(u16::from_be_bytes);
    if (version, protocol) != (0x45, 6) || fragment & FRAGMENT != 0 {
        return None;
    }
    let &[s0, s1, s2, s3, d0, d1, d2, d3] = addresses;
    Some(Ip {
        src: Addr::v4([s0, s1, s2, s3]),
        dst: Addr::v4([d0, d1, d2, d3]),
        addresses,
        ip_id: u16::from_be_bytes([i0, i1]),
        ttl,
        traits: if fragment & DONT_FRAGMENT == 0 { Traits::default() } else { Traits::DF },
        rest,
        stated: stated.checked_sub(20)?,
    })
}

#[inline]
fn ipv6(bytes: &[u8]) -> Option<Ip<'_, 32>> {
    let (&[version, _, _, _, l0, l1, next, ttl, ref addresses @ ..], rest) =
        bytes.split_first_chunk::<40>()?;
    if (version >> 4, next) != (6, 6) {
        return None;
    }
    Some(Ip {
        src: Addr::v6(*addresses.first_chunk()?),
        dst: Addr::v6(*addresses.last_chunk()?),
        addresses,
        ip_id: 0,
        ttl,
        traits: Traits::IPV6,
        rest,
        stated: u16::from_be_bytes([l0, l1]),
    })
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "a copy for each IP version: in a shared one, addresses move byte by byte"
)]
fn tcp<'a, const N: usize>(frame: &Frame<'a>, ip: &Ip<'a, N>, place: &mut Pdu<'a>) -> Option<()> {
    let (bytes, cut) = match ip.rest.get(..usize::from(ip.stated)) {
        Some(bytes) => (bytes, Traits::default()),
        None => (ip.rest, Traits::CUT),
    };
    let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, w0, w1, ..] =
        bytes.first_chunk::<TCP>()?;
    let header_len = u16::from(offset >> 4) * 4;
    let (header, payload) = bytes.split_at_checked(header_len.into())?;
    let options = header.get(TCP..)?;
    let (flags, len) = (Flags(flags), u32::from(ip.stated - header_len));
    let segment = Segment {
        ts: frame.ts,
        frame: frame.number,
        src: Endpoint { addr: ip.src, port: u16::from_be_bytes([s0, s1]) },
        dst: Endpoint { addr: ip.dst, port: u16::from_be_bytes([d0, d1]) },
        seq: SeqNumber(u32::from_be_bytes([q0, q1, q2, q3])),
        ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
        len,
        tsval: 0,
        tsecr: 0,
        sack_right: SeqNumber(0),
        wnd: u16::from_be_bytes([w0, w1]),
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
    options::add(segment, options);
    if cut == Traits::default() && checksum::counts(flags, len) {
        checksum::mark(segment, ip.addresses, bytes);
    }
    Some(())
}
