//! Frames made here, read by both readers. Every shape carries the same segment, so that one look tells whether it was
//! found.

mod icmp;
mod lengths;
mod nesting;
mod properties;
mod shapes;

use etherparse::{PacketBuilder, TcpOptionElement};

use super::*;

/// The payload of the segment in every shape.
const HELLO: &[u8] = b"hello";
const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVER: [u8; 4] = [10, 0, 0, 2];
const CLIENT6: [u8; 16] = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const SERVER6: [u8; 16] = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
const TIMES: [TcpOptionElement; 3] =
    [TcpOptionElement::Noop, TcpOptionElement::Noop, TcpOptionElement::Timestamp(77, 88)];

/// An IPv4 packet: 20 bytes of IP, 32 of TCP, the payload.
fn v4(payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv4(CLIENT, SERVER, 61).tcp(40_000, 443, 1000, 4096);
    let mut bytes = Vec::new();
    builder.ack(2000).psh().options(&TIMES).unwrap().write(&mut bytes, payload).unwrap();
    bytes
}

/// The same over IPv6, with 40 bytes of IP.
fn v6(payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv6(CLIENT6, SERVER6, 61).tcp(40_000, 443, 1000, 4096);
    let mut bytes = Vec::new();
    builder.ack(2000).psh().options(&TIMES).unwrap().write(&mut bytes, payload).unwrap();
    bytes
}

/// The TCP header and payload of [`v4`] alone.
fn tcp(payload: &[u8]) -> Vec<u8> {
    v4(payload).split_off(20)
}

/// An IPv4 packet around any body; its checksum is left at zero, nobody looks at it.
fn v4_around(protocol: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(20 + body.len()).unwrap().to_be_bytes();
    let head = [0x45, 0, high, low, 0x12, 0x34, 0, 0, 61, protocol, 0, 0];
    [&head[..], &CLIENT, &SERVER, body].concat()
}

/// An IPv6 packet around any body.
fn v6_around(next: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[0x60, 0, 0, 0, high, low, next, 61][..], &CLIENT6, &SERVER6, body].concat()
}

/// Two addresses and an Ethernet type.
fn ethernet(ether_type: u16, body: &[u8]) -> Vec<u8> {
    [&[2; 12][..], &ether_type.to_be_bytes(), body].concat()
}

fn frame(link: LinkType, bytes: &[u8]) -> Frame<'_> {
    cut(link, bytes, bytes.len())
}

/// The frame as a snaplen of `at` leaves it.
fn cut(link: LinkType, bytes: &[u8], at: usize) -> Frame<'_> {
    let wire_len = u32::try_from(bytes.len()).unwrap();
    Frame { ts: Timestamp::from_nanos(5), number: 7, file: 2, link, wire_len, bytes: &bytes[..at] }
}

/// Decodes, and holds the two readers to each other while at it.
fn read<'a>(frame: &Frame<'a>) -> Result<Pdu<'a>, Skip> {
    let (fast, full) = readings(frame);
    if let Some(fast) = fast {
        assert_eq!(full, Ok(fast), "fast and full differ on {frame:02x?}");
    }
    assert_eq!(decode(frame), full);
    full
}

/// The segment in a frame that has one.
fn segment<'a>(frame: &Frame<'a>) -> (Segment, &'a [u8]) {
    match read(frame) {
        Ok(Pdu::Segment(segment, payload)) => (segment, payload),
        other => panic!("no segment but {other:?} in {frame:02x?}"),
    }
}

/// Is it the segment that all shapes carry, as far as the first 14 bytes of its header tell?
fn assert_is_ours(segment: &Segment, shape: &str) {
    assert_eq!((segment.src.port, segment.dst.port), (40_000, 443), "{shape}");
    assert_eq!((segment.seq, segment.ack), (SeqNumber(1000), SeqNumber(2000)), "{shape}");
    assert_eq!(segment.flags, Flags::ACK.with(Flags::PSH), "{shape}");
    assert_eq!(segment.ttl, 61, "{shape}");
    let addr = if segment.traits.has(Traits::IPV6) { Addr::v6(CLIENT6) } else { Addr::v4(CLIENT) };
    assert_eq!(segment.src.addr, addr, "{shape}");
}
