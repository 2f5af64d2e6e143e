//! Blocks that somebody keeps: what lies in them stays as it was read.

use std::io::Cursor;

use rstwho::capture::Progress;
use rstwho::capture::file::{Block, BlockSink, Merged};
use rstwho::error::Error;
use rstwho::time::Timestamp;

use crate::support::compress::gzip;
use crate::support::pcap::Pcap;
use crate::support::pcapng::Pcapng;
use crate::support::{ETHERNET, Order, OwnedFrame, open};

/// Frames of many lengths, some megabytes in all; each byte tells where it belongs.
fn frames() -> Vec<OwnedFrame> {
    let frame = |index: u32| OwnedFrame {
        ts: Timestamp::from_parts(index.into(), 0),
        link: ETHERNET,
        wire_len: index * 7 % 1_500,
        bytes: (0..index * 7 % 1_500).map(|at| (index * 31 + at).to_le_bytes()[0]).collect(),
    };
    (0..4_000).map(frame).collect()
}

/// A capture that has to be read a megabyte at once in its middle.
fn with_a_large_block(frames: &[OwnedFrame]) -> Vec<u8> {
    let (before, after) = frames.split_at(frames.len() / 2);
    let large = Pcapng::new(Order::Big).block(0x77, &vec![1; 1 << 20]).bytes;
    [Pcapng::write(Order::Big, None, before), large, Pcapng::write(Order::Little, None, after)].concat()
}

/// Keeps every block, and holds what lies in it to what was handed over, after all was read.
fn keep_all(read: &mut dyn FnMut(&mut BlockSink<'_>) -> Result<Progress, Error>) -> Vec<Vec<u8>> {
    let mut kept: Vec<(Block, Vec<_>)> = Vec::new();
    loop {
        let progress = read(&mut |block, frames| {
            let places = frames.iter().map(|frame| (block.place(frame.bytes), frame.bytes.to_vec()));
            kept.push((block.clone(), places.collect()));
        });
        if progress.unwrap() == Progress::End {
            break;
        }
    }
    let distinct = kept.chunk_by(|(one, _), (next, _)| one.is(next)).count();
    assert!(distinct > 5, "{distinct} blocks");
    let places = kept.iter().flat_map(|(block, places)| places.iter().map(move |place| (block, place)));
    places.for_each(|(block, (place, bytes))| assert_eq!(block.at(place), bytes));
    kept.into_iter().flat_map(|(_, places)| places).map(|(_, bytes)| bytes).collect()
}

fn bytes_of(frames: Vec<OwnedFrame>) -> Vec<Vec<u8>> {
    frames.into_iter().map(|frame| frame.bytes).collect()
}

#[test]
fn what_is_kept_of_one_capture_stays_as_it_was() {
    let pcap = Pcap::USUAL.write(&frames());
    for capture in [gzip(&pcap), pcap, with_a_large_block(&frames())] {
        let mut source = open(Cursor::new(capture)).unwrap();
        assert_eq!(keep_all(&mut |sink| source.read_blocks(sink)), bytes_of(frames()));
    }
}

#[test]
fn what_is_kept_of_merged_captures_stays_as_it_was() {
    let every_third = |first| frames().into_iter().skip(first).step_by(3).collect::<Vec<_>>();
    let mut merged = Merged::new();
    for first in 0..3 {
        merged.push(open(Cursor::new(Pcap::USUAL.write(&every_third(first)))).unwrap()).unwrap();
    }
    assert_eq!(keep_all(&mut |sink| merged.read_blocks(sink)), bytes_of(frames()));
}
