//! Every format gives back the frames that were written.

use rstwho::capture::file::{Drops, Notice};
use rstwho::time::Timestamp;

use crate::support::compress::{gzip, gzip_members, zstd, zstd_frames};
use crate::support::pcap::{Pcap, Precision};
use crate::support::pcapng::{Described, Pcapng};
use crate::support::{Order, RAW, Reading, open, read, relabel, sample};

/// `if_tsresol` for units of 2^-20 s.
const BINARY_20: u8 = 0x80 + 20;

/// The sample in every format that holds it whole, with what to call it.
pub(crate) fn every_format() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for order in [Order::Little, Order::Big] {
        for precision in [Precision::Micros, Precision::Nanos, Precision::Modified] {
            let pcap = Pcap { order, precision, link: 1 };
            files.push((format!("{pcap:?}"), pcap.write(&sample())));
        }
        for tsresol in [None, Some(6), Some(9), Some(BINARY_20)] {
            files.push((format!("pcapng {order:?} {tsresol:?}"), Pcapng::write(order, tsresol, &sample())));
        }
    }
    files
}

#[track_caller]
fn assert_sample(name: &str, bytes: &[u8]) {
    let Reading { frames, notices, error, .. } = read(bytes);
    assert_eq!(frames, sample(), "{name}");
    assert_eq!(notices, [], "{name}");
    assert!(error.is_none(), "{name}");
}

#[test]
fn every_format_reads_back_equal() {
    for (name, bytes) in every_format() {
        assert_sample(&name, &bytes);
    }
}

#[test]
fn every_format_reads_back_equal_from_under_compression() {
    for (name, bytes) in every_format() {
        assert_sample(&format!("{name} gz"), &gzip(&bytes));
        assert_sample(&format!("{name} gz members"), &gzip_members(&bytes, 1_000));
        assert_sample(&format!("{name} zst"), &zstd(&bytes));
        assert_sample(&format!("{name} zst frames"), &zstd_frames(&bytes, 1_000));
    }
}

#[test]
fn frames_are_numbered_from_one() {
    assert_eq!(read(&Pcap::USUAL.write(&sample())).numbers, (1..=10).collect::<Vec<_>>());
}

#[test]
fn a_checksum_length_beside_the_link_type_is_no_link_type() {
    assert_sample("FCS bits", &Pcap { link: 0x2400_0001, ..Pcap::USUAL }.write(&sample()));
    let big = Pcap { link: 0x2400_0001, order: Order::Big, ..Pcap::USUAL };
    assert_sample("FCS bits", &big.write(&sample()));
}

#[test]
fn sections_may_differ_in_byte_order() {
    let (first, second) = (sample(), sample());
    let bytes =
        [Pcapng::write(Order::Big, Some(9), &first), Pcapng::write(Order::Little, None, &second)].concat();
    let reading = read(&bytes);
    assert_eq!(reading.frames, [first, second].concat());
    assert_eq!(reading.numbers, (1..=20).collect::<Vec<_>>(), "numbers count on from section to section");
}

#[test]
fn interfaces_may_differ_in_link_type() {
    let mut frames = sample();
    for frame in frames.iter_mut().step_by(2) {
        frame.link = RAW;
    }
    let unknown = relabel(&frames[..1], 147);
    frames.extend(unknown);
    assert_eq!(read(&Pcapng::write(Order::Little, None, &frames)).frames, frames);
}

#[test]
fn interfaces_may_differ_in_their_clocks() {
    let clocks = [
        (None, None),
        (Some(9), Some(-3_600)),
        (Some(BINARY_20), Some(7_200)),
        (Some(12), Some(1_699_999_990)),
    ];
    let interfaces = clocks.map(|(tsresol, tsoffset)| Described { tsresol, tsoffset, ..Described::new(1) });
    let mut file = interfaces.into_iter().fold(Pcapng::new(Order::Little), Pcapng::interface);
    for (index, frame) in sample().iter().enumerate() {
        let index = index % interfaces.len();
        file = file.enhanced(u32::try_from(index).unwrap(), interfaces[index], frame);
    }
    assert_sample("clocks", &file.bytes);
}

#[test]
fn old_packet_blocks_are_read() {
    for order in [Order::Little, Order::Big] {
        let interface = Described::new(1);
        let start = Pcapng::new(order).interface(interface);
        let file = sample().iter().fold(start, |file, frame| file.old_packet(0, interface, frame));
        assert_sample("old packet blocks", &file.bytes);
    }
}

#[test]
fn simple_packets_have_no_time_and_are_cut_by_the_snaplen() {
    let start = Pcapng::new(Order::Big).interface(Described { snaplen: 62, ..Described::new(1) });
    let file = sample().iter().fold(start, Pcapng::simple);
    let mut expected = sample();
    for frame in &mut expected {
        frame.ts = Timestamp::ZERO;
        frame.bytes.truncate(62);
    }
    assert_eq!(read(&file.bytes).frames, expected);
}

#[test]
fn a_snaplen_of_zero_is_none() {
    let start = Pcapng::new(Order::Little).interface(Described { snaplen: 0, ..Described::new(1) });
    let frames = read(&start.simple(&sample()[0]).bytes).frames;
    assert_eq!(frames[0].bytes, sample()[0].bytes);
}

#[test]
fn other_blocks_are_skipped_but_counted_where_wireshark_counts() {
    let interface = Described::new(1);
    let mut file = Pcapng::new(Order::Little).interface(interface);
    for kind in [4, 5, 10, 0x77, 9, 0x0bad, 0x4000_0bad, 0x204, 0x8000_0001] {
        file = file.block(kind, &vec![0; 300_000]).enhanced(0, interface, &sample()[1]);
    }
    let reading = read(&file.bytes);
    assert_eq!(reading.numbers, [1, 2, 3, 4, 6, 8, 10, 12, 13], "as tshark 4.0 numbers them");
    assert_eq!(reading.notices, []);
}

#[test]
fn statistics_tell_what_was_dropped() {
    let section = |file: Pcapng, lost: u64| {
        let file = file.interface(Described::new(1)).interface(Described::new(1));
        // The counts go on from the capture's start: the last one counts.
        file.statistics(0, 1, 1).statistics(0, lost, 2).statistics(1, 10, 20).statistics(7, 1_000, 1_000)
    };
    let file = section(section(Pcapng::new(Order::Little), 3).section(Order::Big), 4);
    let mut source = open(std::io::Cursor::new(file.bytes)).unwrap();
    Reading::drain(&mut source);
    assert_eq!(source.dropped(), Drops { interface: 3 + 10 + 4 + 10, system: 2 + 20 + 2 + 20 });
    assert!(matches!(source.notices(), [Notice::NoFrames { .. }]));
}

#[test]
fn frames_longer_than_a_block_are_read() {
    let mut frames = sample();
    for frame in &mut frames {
        frame.bytes.resize(262_144, 7);
        frame.wire_len = 262_144;
    }
    assert_eq!(read(&Pcap::USUAL.write(&frames)).frames, frames);
    assert_eq!(read(&Pcapng::write(Order::Big, None, &frames)).frames, frames);
}

#[test]
fn many_frames_cross_many_blocks() {
    let frames: Vec<_> = (0..2_000).flat_map(|_| sample()[..6].to_vec()).collect();
    let reading = read(&Pcap::USUAL.write(&frames));
    assert_eq!(reading.frames, frames);
    assert_eq!(reading.numbers.last(), Some(&12_000));
}
