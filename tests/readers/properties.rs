//! Whatever bytes a file holds: no panic, no memory beyond the cap, no frame that was not there.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rstwho::time::Timestamp;

use super::formats::every_format;
use crate::support::compress::{gzip, zstd};
use crate::support::pcap::{Pcap, Precision};
use crate::support::pcapng::{Described, Pcapng};
use crate::support::{ETHERNET, Order, OwnedFrame, RAW, Reading, open, read};

static FORMATS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(every_format);

/// Notes the most room that it is offered: the size that the reader's buffer has grown to.
struct Measuring {
    bytes: io::Cursor<Vec<u8>>,
    room: Arc<AtomicUsize>,
}

impl Read for Measuring {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.room.fetch_max(into.len(), Ordering::Relaxed);
        self.bytes.read(into)
    }
}

/// Reads bytes that may be anything; gives the most room that was offered for them.
fn survive(bytes: Vec<u8>) -> usize {
    let room = Arc::new(AtomicUsize::new(0));
    let reader = Measuring { bytes: io::Cursor::new(bytes), room: Arc::clone(&room) };
    if let Ok(mut source) = open(reader) {
        let reading = Reading::drain(&mut source);
        assert!(reading.error.is_none());
        assert!(source.notices().len() <= 1);
        let _ = source.dropped();
    }
    room.load(Ordering::Relaxed)
}

/// Twice what was read, and never less than a block.
fn fair_room(len: usize) -> usize {
    (2 * len).max(256 << 10)
}

fn any_frame() -> impl Strategy<Value = OwnedFrame> {
    let parts = (0_u32.., 0_u64..1_000_000, any::<bool>(), 0_u32..100_000, vec(any::<u8>(), 0..200));
    parts.prop_map(|(secs, micros, ethernet, wire_len, bytes)| OwnedFrame {
        ts: Timestamp::from_parts(secs.into(), micros * 1_000),
        link: if ethernet { ETHERNET } else { RAW },
        wire_len,
        bytes,
    })
}

fn any_order() -> impl Strategy<Value = Order> {
    prop_oneof![Just(Order::Little), Just(Order::Big)]
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..2_000)) {
        survive(bytes);
    }

    #[test]
    fn any_bytes_behind_a_good_start_are_survived(
        ng in any::<bool>(), rest in vec(any::<u8>(), 0..2_000), order in any_order(),
    ) {
        let pcapng = Pcapng::new(order).interface(Described::new(1));
        let header = if ng { pcapng.bytes } else { Pcap { order, ..Pcap::USUAL }.header() };
        let bytes = [header, rest].concat();
        let fair = fair_room(bytes.len());
        prop_assert!(survive(bytes) <= fair);
    }

    #[test]
    fn any_change_of_a_capture_is_survived(
        format in any::<Index>(),
        changes in vec((0..80_000_usize, prop_oneof![Just(0), Just(1), Just(0xff), any::<u8>()]), 1..20),
    ) {
        let mut bytes = format.get(&FORMATS).1.clone();
        for (at, value) in changes {
            // Most of a capture is payload: the headers of the first frames are hit more often.
            let at = if at % 2 == 0 { at % 500 } else { at % bytes.len() };
            bytes[at] = value;
        }
        let fair = fair_room(bytes.len());
        prop_assert!(survive(bytes) <= fair);
    }

    #[test]
    fn any_change_of_a_compressed_capture_is_survived(
        frames in vec(any_frame(), 0..20), changes in vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let capture = Pcapng::write(Order::Little, None, &frames);
        for mut bytes in [gzip(&capture), zstd(&capture)] {
            for &(at, value) in &changes {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            survive(bytes);
        }
    }

    #[test]
    fn any_frames_read_back_equal(frames in vec(any_frame(), 0..50), order in any_order()) {
        prop_assert_eq!(&read(&Pcapng::write(order, Some(9), &frames)).frames, &frames);
        let frames: Vec<_> = frames.into_iter().map(|frame| OwnedFrame { link: ETHERNET, ..frame }).collect();
        for precision in [Precision::Micros, Precision::Nanos, Precision::Modified] {
            prop_assert_eq!(&read(&Pcap { order, precision, link: 1 }.write(&frames)).frames, &frames);
        }
    }
}

#[test]
fn a_long_block_that_never_comes_takes_no_memory() {
    let claim = |length: u32| [0x77_u32, length].map(u32::to_le_bytes).concat();
    let bytes = [Pcapng::new(Order::Little).bytes, claim(16 << 20), vec![0; 1_000]].concat();
    assert!(survive(bytes) <= 256 << 10);
}

#[test]
fn a_bomb_of_compressed_blocks_takes_no_more_than_the_cap() {
    let file = Pcapng::new(Order::Little).block(0x77, &vec![0; (16 << 20) - 12]);
    let bomb = file.clone().block(0x77, &vec![0; (16 << 20) - 8]).bytes;
    assert_eq!(survive(file.bytes), 16 << 20);
    for packed in [gzip(&bomb), zstd(&bomb)] {
        assert_eq!(read(&packed).notices.len(), 1, "one byte beyond the longest block is damage");
    }
}
