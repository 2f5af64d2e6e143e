//! Captured, stated and real lengths: the snaplen, padding, segmentation offload.

use super::shapes::shapes;
use super::*;

/// Where the TCP header begins in a frame that ends with the segment of all shapes.
fn tcp_at(bytes: &[u8]) -> usize {
    bytes.len() - HELLO.len() - 32
}

#[test]
fn wherever_the_snaplen_cuts_what_is_told_is_true() {
    for (name, _, link, bytes) in shapes() {
        let flags_end = tcp_at(&bytes) + 14;
        for at in 0..=bytes.len() {
            let frame = cut(link, &bytes, at);
            if at < flags_end {
                assert_eq!(read(&frame), Err(Skip::Cut), "{name} at {at}");
                continue;
            }
            let (segment, payload) = segment(&frame);
            assert_is_ours(&segment, name);
            assert_eq!(segment.len, 5, "{name} at {at}");
            assert_eq!(payload, &HELLO[..5usize.saturating_sub(bytes.len() - at)], "{name} at {at}");
            assert_eq!(segment.traits.has(Traits::CUT), at < bytes.len(), "{name} at {at}");
            assert_eq!(segment.traits.has(Traits::TIMESTAMPS), at >= flags_end + 18, "{name} at {at}");
            assert_eq!(segment.wnd, if at >= flags_end + 2 { 4096 } else { 0 }, "{name} at {at}");
            assert!(!segment.traits.has(Traits::BAD_OPTIONS), "{name} at {at}");
        }
    }
}

/// A capture that lost the original length, or was replayed: what the header says tells as much as that length would.
#[test]
fn a_frame_that_ends_early_was_cut_as_far_as_its_headers_tell() {
    for (name, _, link, bytes) in shapes() {
        let flags_end = tcp_at(&bytes) + 14;
        for at in 0..bytes.len() {
            match read(&frame(link, &bytes[..at])) {
                Ok(Pdu::Segment(segment, payload)) => {
                    assert_eq!((segment.len, segment.traits.has(Traits::CUT)), (5, true), "{name} at {at}");
                    assert!(payload.len() < 5 && at >= flags_end, "{name} at {at}");
                    assert!(!segment.traits.has(Traits::BAD_CHECKSUM), "{name} at {at}");
                }
                Err(Skip::Cut | Skip::Malformed) => assert!(at < flags_end, "{name} at {at}"),
                other => panic!("{other:?} of {name} at {at}"),
            }
        }
    }
}

#[test]
fn padding_is_no_payload() {
    for (name, _, link, mut bytes) in shapes() {
        bytes.extend_from_slice(&[0xee; 9]);
        let whole = bytes.len();
        for at in whole - 9..=whole {
            let (segment, payload) = segment(&cut(link, &bytes, at));
            assert_eq!((segment.len, payload), (5, HELLO), "{name} at {at}");
            assert!(!segment.traits.has(Traits::CUT), "{name} at {at}: nothing of the segment is missing");
        }
    }
}

#[test]
fn a_length_of_zero_is_segmentation_offload() {
    for (mut bytes, length_at) in [(v4(HELLO), 2), (v6(HELLO), 4)] {
        bytes[length_at..length_at + 2].fill(0);
        for at in [bytes.len(), bytes.len() - 2] {
            let (segment, payload) = segment(&cut(LinkType::Raw, &bytes, at));
            assert_eq!((segment.len, payload), (5, &HELLO[..5 + at - bytes.len()]));
            assert!(segment.traits.has(Traits::LENGTH_GUESSED));
            assert_eq!(segment.traits.has(Traits::CUT), at < bytes.len());
        }
    }
}

#[test]
fn a_jumbo_payload_has_the_length_of_its_frame() {
    let payload = vec![7; 70_000];
    let jumbo = [6, 0, 0xc2, 4, 0, 1, 0x11, 0x98];
    let mut bytes = [v6_around(0, &[]), jumbo.to_vec(), tcp(b""), payload.clone()].concat();
    bytes[4..6].fill(0);
    let (segment, got) = segment(&frame(LinkType::Raw, &bytes));
    assert_eq!((segment.len, got), (70_000, &payload[..]));
}

#[test]
fn a_stated_length_counts_beyond_the_frame() {
    let mut bytes = v4(HELLO);
    bytes[2..4].copy_from_slice(&1500u16.to_be_bytes());
    for at in [bytes.len(), bytes.len() - 1] {
        let cut = segment(&cut(LinkType::Raw, &bytes, at)).0;
        assert_eq!((cut.len, cut.traits.has(Traits::CUT)), (1448, true));
        assert!(!cut.traits.has(Traits::LENGTH_GUESSED));
    }
}

#[test]
fn a_wire_length_below_the_captured_one_is_not_believed() {
    let bytes = v4(HELLO);
    let frame = Frame { wire_len: 3, ..frame(LinkType::Raw, &bytes) };
    assert_eq!(segment(&frame).1, HELLO);
}

/// `tcpdump -s 54` was once the advice for "headers only"; IPv6 behind a VLAN tag has 58 bytes before TCP.
#[test]
fn a_short_snaplen_still_says_who_ended_the_connection() {
    let mut bytes = ethernet(0x8100, &[&[0, 7, 0x86, 0xdd], &v6(HELLO)[..]].concat());
    bytes[58 + 13] = Flags::RST.with(Flags::ACK).0;
    let (segment, payload) = segment(&cut(LinkType::Ethernet, &bytes, 72));
    assert!(segment.flags.rst() && payload.is_empty());
    assert_eq!((segment.src.port, segment.seq, segment.len), (40_000, SeqNumber(1000), 5));
    assert_eq!(read(&cut(LinkType::Ethernet, &bytes, 71)), Err(Skip::Cut));
}
