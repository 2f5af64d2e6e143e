//! Cut and damaged files: everything before the damage is handed over, and nothing is believed that can't be.

use rstwho::capture::file::{Damage, Notice};
use rstwho::error::Error;

use super::formats::every_format;
use crate::support::compress::{gzip, zstd};
use crate::support::pcap::Pcap;
use crate::support::pcapng::{Described, Pcapng};
use crate::support::{Order, OwnedFrame, Reading, open, read, sample};

/// A small capture in each format, with the byte at which each of its frames ends.
fn small() -> Vec<(Vec<u8>, Vec<usize>)> {
    let frames = &sample()[..4];
    let ends =
        |write: &dyn Fn(&[OwnedFrame]) -> Vec<u8>| (1..=4).map(|n| write(&frames[..n]).len()).collect();
    let big = Pcap { order: Order::Big, ..Pcap::USUAL };
    let ng = |frames: &[OwnedFrame]| Pcapng::write(Order::Little, None, frames);
    vec![
        (Pcap::USUAL.write(frames), ends(&|frames| Pcap::USUAL.write(frames))),
        (big.write(frames), ends(&|frames| big.write(frames))),
        (ng(frames), ends(&ng)),
    ]
}

#[test]
fn a_file_cut_anywhere_gives_the_frames_before_the_cut() {
    for (bytes, ends) in small() {
        for cut in 0..bytes.len() {
            match open(std::io::Cursor::new(bytes[..cut].to_vec())) {
                Err(error) => {
                    assert!(cut < 28, "refused when cut at {cut}: {error}");
                    assert!(matches!(error, Error::NotACapture { .. }));
                }
                Ok(mut source) => {
                    let whole = ends.iter().filter(|&&end| end <= cut).count();
                    let Reading { frames, error, .. } = Reading::drain(&mut source);
                    assert_eq!(frames, sample()[..whole], "cut at {cut}");
                    assert!(error.is_none(), "cut at {cut}");
                    assert!(source.notices().len() <= 1, "cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn a_cut_is_told_with_its_place() {
    let bytes = Pcap::USUAL.write(&sample()[..2]);
    let reading = read(&bytes[..bytes.len() - 1]);
    let [notice] = &reading.notices[..] else { panic!("{:?}", reading.notices) };
    assert_eq!(notice.to_string(), "test: cut short at byte 100; read the 1 frame before it");
}

/// Frames that no compression makes smaller: a cut in the middle of the file is one in the middle of the frames.
fn noise() -> Vec<OwnedFrame> {
    let mut state = 1_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let mut frames: Vec<_> = (0..20).flat_map(|_| sample()).collect();
    frames.iter_mut().flat_map(|frame| &mut frame.bytes).for_each(|it| *it = byte());
    frames
}

#[test]
fn a_cut_of_the_compressed_stream_is_told_even_between_frames() {
    let frames = noise();
    let bytes = Pcap::USUAL.write(&frames);
    for packed in [gzip(&bytes), zstd(&bytes)] {
        for cut in [packed.len() - 2, packed.len() / 2] {
            let reading = read(&packed[..cut]);
            assert!(matches!(reading.notices[..], [Notice::CutTail { .. }]), "{:?}", reading.notices);
            assert!(reading.error.is_none());
            assert!(reading.frames.len() > 10);
            assert_eq!(reading.frames, frames[..reading.frames.len()]);
        }
    }
}

#[test]
fn damage_of_the_compressed_stream_ends_the_reading() {
    let frames: Vec<_> = (0..500).flat_map(|_| sample()).collect();
    let bytes = Pcap::USUAL.write(&frames);
    for mut packed in [gzip(&bytes), zstd(&bytes)] {
        let middle = packed.len() / 2;
        packed[middle..middle + 64].fill(0xff);
        let reading = read(&packed);
        assert!(!reading.frames.is_empty());
        assert_eq!(reading.notices.len(), 1, "{:?}", reading.notices);
        let sound = reading.frames.iter().zip(&frames).take_while(|(ours, written)| ours == written).count();
        assert!(sound > frames.len() / 4, "{sound} of {} frames before the damage", frames.len());
    }
}

/// Reads two good frames and then `rest`; gives what was said about the rest.
fn said_of(rest: &[u8]) -> Vec<Notice> {
    let good = sample()[..2].to_vec();
    let reading = read(&[&Pcap::USUAL.write(&good), rest].concat());
    assert_eq!(reading.frames, good);
    reading.notices
}

fn damage_of(notices: &[Notice]) -> Option<Damage> {
    match notices {
        [Notice::Damaged { damage, frames: 2, .. }] => Some(*damage),
        _ => None,
    }
}

#[test]
fn a_record_that_is_too_long_ends_the_reading() {
    for length in [262_145, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
        let rest = [Pcap::USUAL.record_header(&sample()[0], length), vec![1; 100]].concat();
        assert_eq!(damage_of(&said_of(&rest)), Some(Damage::FrameLength(length)));
    }
    let rest = Pcap::USUAL.record_header(&sample()[0], 262_144);
    assert!(matches!(said_of(&rest)[..], [Notice::CutTail { frames: 2, .. }]));
}

#[test]
fn records_of_no_or_one_byte_are_frames() {
    let bytes = [&Pcap::USUAL.header()[..], &Pcap::USUAL.record_header(&sample()[0], 0)].concat();
    assert!(read(&bytes).frames[0].bytes.is_empty());
    let bytes = [&Pcap::USUAL.header()[..], &Pcap::USUAL.record_header(&sample()[0], 1), &[9]].concat();
    assert_eq!(read(&bytes).frames[0].bytes, [9]);
}

/// What is said of a pcapng file in which two good frames are followed by what `add` adds.
fn said_of_ng(add: impl Fn(Pcapng) -> Pcapng) -> Vec<Notice> {
    let interface = Described::new(1);
    let good = sample()[..2].to_vec();
    let start = Pcapng::new(Order::Big).interface(interface);
    let file = good.iter().fold(start, |file, frame| file.enhanced(0, interface, frame));
    let reading = read(&add(file).enhanced(0, interface, &sample()[2]).bytes);
    assert_eq!(reading.frames, good, "{:?}", reading.notices);
    reading.notices
}

#[test]
fn a_block_of_impossible_length_ends_the_reading() {
    for length in [0, 1, 8, 11, 13, (16 << 20) + 4, 0xffff_ffff] {
        for kind in [1, 2, 3, 5, 6, 0x77] {
            let notices = said_of_ng(|file| file.false_block(kind, &[0; 40], [length, length]));
            assert_eq!(damage_of(&notices), Some(Damage::BlockLength(length)), "kind {kind}");
        }
    }
}

#[test]
fn a_block_too_short_for_its_kind_ends_the_reading() {
    for (kind, room) in [(1, 4), (2, 16), (3, 0), (5, 0), (6, 16)] {
        let notices = said_of_ng(|file| file.block(kind, &vec![0; room]));
        let length = u32::try_from(room + 12).unwrap();
        assert_eq!(damage_of(&notices), Some(Damage::BlockLength(length)), "kind {kind}");
    }
}

#[test]
fn a_block_whose_lengths_differ_ends_the_reading() {
    let notices = said_of_ng(|file| file.false_block(0x77, &[0; 8], [20, 24]));
    assert_eq!(damage_of(&notices), Some(Damage::Trailer(20, 24)));
}

#[test]
fn a_frame_larger_than_its_block_ends_the_reading() {
    for kept in [5, 0x7fff_ffff, 0xffff_ffff_u32] {
        let words = [0, 0, 0, kept, 60].map(u32::to_be_bytes).concat();
        let body = [words, vec![0; 4]].concat();
        let notices = said_of_ng(|file| file.block(6, &body));
        assert_eq!(damage_of(&notices), Some(Damage::FrameLength(kept)));
    }
}

#[test]
fn a_frame_of_no_interface_ends_the_reading() {
    let notices = said_of_ng(|file| file.enhanced(3, Described::new(1), &sample()[0]));
    assert_eq!(damage_of(&notices), Some(Damage::NoInterface(3)));
    let notices = said_of_ng(|file| file.section(Order::Little).simple(&sample()[0]));
    assert_eq!(damage_of(&notices), Some(Damage::NoInterface(0)), "interfaces end with their section");
}

#[test]
fn a_section_of_another_version_ends_the_reading() {
    let section =
        |version: u16| [&0x1a2b_3c4d_u32.to_be_bytes()[..], &version.to_be_bytes(), &[0; 10]].concat();
    assert_eq!(damage_of(&said_of_ng(|file| file.block(0x0a0d_0d0a, &section(2)))), Some(Damage::Section));
    assert_eq!(damage_of(&said_of_ng(|file| file.block(0x0a0d_0d0a, &[0; 16]))), Some(Damage::Section));
}

#[test]
fn interfaces_without_end_are_not_remembered() {
    let describe = |file, _| Pcapng::interface(file, Described::new(1));
    let file = (0..70_000).fold(Pcapng::new(Order::Little), describe);
    let reading = read(&file.bytes);
    assert!(matches!(reading.notices[..], [Notice::Damaged { damage: Damage::ManyInterfaces, .. }]));
}

#[test]
fn every_notice_is_one_line() {
    for (_, bytes) in every_format() {
        for cut in (40..bytes.len()).step_by(997) {
            for notice in read(&bytes[..cut]).notices {
                assert!(!notice.to_string().contains('\n'));
                assert_eq!(notice.path(), "test");
            }
        }
    }
}
