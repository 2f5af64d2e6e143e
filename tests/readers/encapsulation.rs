//! The test support's own link layers, held to what the specifications say.

use crate::support::encapsulate::{Layer, encapsulate};
use crate::support::pcap::Pcap;
use crate::support::{ETHERNET, OwnedFrame, read};
use rstwho::time::Timestamp;

fn frame(kind: [u8; 2]) -> OwnedFrame {
    let bytes = [&[1; 6][..], &[2; 6], &kind, b"packet"].concat();
    OwnedFrame { ts: Timestamp::ZERO, link: ETHERNET, wire_len: 40, bytes }
}

#[track_caller]
fn assert_head(kind: [u8; 2], layer: Layer, link: u16, head: &[u8]) {
    let there = encapsulate(&frame(kind), layer).unwrap();
    assert_eq!(there.bytes, [head, b"packet"].concat(), "{layer:?}");
    assert_eq!(usize::try_from(there.wire_len).unwrap(), 26 + head.len(), "{layer:?}");
    assert_eq!(there.link, link, "{layer:?}");
}

#[test]
fn heads_are_as_specified() {
    let v4 = [8, 0];
    assert_head(v4, Layer::Raw, 101, &[]);
    assert_head(v4, Layer::Null, 0, &[2, 0, 0, 0]);
    assert_head([0x86, 0xdd], Layer::Null, 0, &[30, 0, 0, 0]);
    assert_head(v4, Layer::NullBig, 0, &[0, 0, 0, 2]);
    assert_head(v4, Layer::Loop, 108, &[0, 0, 0, 2]);
    assert_head(v4, Layer::Sll, 113, &[0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 8, 0]);
    assert_head(v4, Layer::Sll2, 276, &[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0]);
}

#[test]
fn tags_go_before_the_type_and_are_shed() {
    let tagged = encapsulate(&frame([8, 0]), Layer::QinQ).unwrap();
    assert_eq!(tagged.bytes[12..22], [0x88, 0xa8, 0, 7, 0x81, 0, 0, 42, 8, 0]);
    assert_eq!(encapsulate(&tagged, Layer::Raw).unwrap().bytes, b"packet");
}

#[test]
fn what_is_not_ip_needs_a_link_layer() {
    let arp = frame([8, 6]);
    let carried = Layer::ALL.map(|layer| encapsulate(&arp, layer).is_some());
    assert_eq!(carried, [true, true, false, false, false, false, true, true]);
}

#[test]
fn every_layer_is_written_and_read() {
    for layer in Layer::ALL {
        let there = encapsulate(&frame([8, 0]), layer).unwrap();
        let bytes = Pcap { link: there.link.into(), ..Pcap::USUAL }.write(std::slice::from_ref(&there));
        assert_eq!(read(&bytes).frames, [there], "{layer:?}");
    }
}
