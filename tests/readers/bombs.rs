//! Small files that become large: memory stays as it is, and what no capture would do is stopped and said.

use std::io::{self, Read};

use rstwho::capture::file::{Damage, Notice};
use rstwho::capture::{Progress, Source};

use crate::support::compress::{gzip, zstd};
use crate::support::pcap::Pcap;
use crate::support::{OwnedFrame, open, sample};

/// Bytes of the frames that are compressed once, and then come again and again.
const PART: usize = 16 << 20;

/// A capture of the same frame again and again: as many parts of [`PART`] bytes, each compressed by itself.
fn monotonous(parts: usize, compress: fn(&[u8]) -> Vec<u8>) -> io::Cursor<Vec<u8>> {
    let frame = OwnedFrame { bytes: vec![0; 65_000], wire_len: 65_000, ..sample().remove(0) };
    let capture = Pcap::USUAL.write(&[frame]);
    let (header, record) = capture.split_at(24);
    let part = compress(&record.repeat(PART / record.len()));
    io::Cursor::new([compress(header), part.repeat(parts)].concat())
}

/// How many frames are read, and what is said at the end.
fn end_of(reader: impl Read + Send + 'static) -> (u64, Vec<Notice>) {
    let mut source = open(reader).unwrap();
    while source.read(&mut |_| {}).unwrap() == Progress::More {}
    (source.frames(), source.notices().to_vec())
}

#[test]
fn what_decompresses_to_hundreds_of_times_its_size_is_stopped() {
    let (frames, notices) = end_of(monotonous(80, zstd));
    let [Notice::Damaged { damage: Damage::Bomb, frames: said, .. }] = notices[..] else {
        panic!("{notices:?}")
    };
    assert_eq!(frames, said, "everything before it was handed over");
    assert!((16_000..17_000).contains(&frames), "{frames}");
    assert!(notices[0].to_string().contains("more than 250 times its size"), "{}", notices[0]);
}

#[test]
fn a_monotonous_capture_of_less_than_a_gibibyte_is_read_to_its_end() {
    for compress in [gzip, zstd] {
        let (frames, notices) = end_of(monotonous(4, compress));
        assert!(notices.is_empty() && frames > 1_000, "{frames} {notices:?}");
    }
}

/// A window of 2 GiB, which zstd would have to set aside before the first byte comes.
#[test]
fn a_window_larger_than_memory_should_hold_is_refused() {
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x03, 0x00, 0x00];
    let error = open(io::Cursor::new(frame.to_vec())).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("does not decompress") && error.contains("memory"), "{error}");
}
