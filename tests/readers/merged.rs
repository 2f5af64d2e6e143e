//! Several captures as one.

use std::fs;
use std::path::Path;

use rstwho::capture::file::{FileSource, Input, Merged, Notice, Position};
use rstwho::error::Error;
use rstwho::time::Timestamp;

use crate::support::compress::gzip;
use crate::support::pcap::Pcap;
use crate::support::pcapng::Pcapng;
use crate::support::{ETHERNET, Order, OwnedFrame, Reading};

/// Frames at these seconds; each tells its time in its bytes, so that a mix-up of buffers shows.
fn frames_at(seconds: impl IntoIterator<Item = u32>) -> Vec<OwnedFrame> {
    let frame = |second: u32| OwnedFrame {
        ts: Timestamp::from_parts(second.into(), 0),
        link: ETHERNET,
        wire_len: 60,
        bytes: second.to_le_bytes().repeat(15),
    };
    seconds.into_iter().map(frame).collect()
}

fn write(folder: &Path, name: &str, bytes: Vec<u8>) -> Input {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    Input::Path(path)
}

fn merged(inputs: &[Input]) -> (Merged, Reading) {
    let mut merged = Merged::new();
    for (file, input) in (0..).zip(inputs) {
        merged.push(FileSource::open(input, file).unwrap()).unwrap();
    }
    let mut reading = Reading::drain(&mut merged);
    reading.notices = merged.notices().to_vec();
    (merged, reading)
}

fn merged_files(files: &[Vec<u8>]) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    let input = |(index, bytes): (usize, &Vec<u8>)| write(folder.path(), &index.to_string(), bytes.clone());
    merged(&files.iter().enumerate().map(input).collect::<Vec<_>>()).1
}

fn seconds(reading: &Reading) -> Vec<u64> {
    reading.frames.iter().map(|frame| frame.ts.as_nanos() / 1_000_000_000).collect()
}

#[test]
fn frames_are_merged_by_time() {
    let files = [
        Pcap::USUAL.write(&frames_at((0..30_000).step_by(3))),
        gzip(&Pcap::USUAL.write(&frames_at((1..30_000).step_by(3)))),
        Pcapng::write(Order::Big, Some(9), &frames_at((2..30_000).step_by(3))),
    ];
    let reading = merged_files(&files);
    assert_eq!(reading.frames, frames_at(0..30_000));
    assert!((0..30_000).all(|at| usize::from(reading.files[at]) == at % 3));
    assert!(
        (0..30_000).all(|at| reading.numbers[at] == at as u64 / 3 + 1),
        "numbers are those in their file"
    );
    assert_eq!(reading.notices, []);
}

#[test]
fn equal_times_keep_the_order_of_the_files() {
    let file = Pcap::USUAL.write(&frames_at([1, 1, 2]));
    let reading = merged_files(&[file.clone(), file]);
    assert_eq!(seconds(&reading), [1, 1, 1, 1, 2, 2]);
    assert_eq!(reading.files, [0, 0, 1, 1, 0, 1]);
}

#[test]
fn time_that_goes_back_keeps_the_order_of_its_file() {
    let first = Pcap::USUAL.write(&frames_at([5, 1, 9]));
    let second = Pcap::USUAL.write(&frames_at([2, 6]));
    assert_eq!(seconds(&merged_files(&[first, second])), [2, 5, 1, 6, 9]);
}

#[test]
fn more_files_than_can_be_open_are_merged_if_their_times_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    // The names are in another order than the times.
    let files = |index: u32| {
        let start = (index * 7_919) % 3_000 * 10;
        write(folder.path(), &format!("{index:04}"), Pcap::USUAL.write(&frames_at(start..start + 10)))
    };
    let inputs: Vec<_> = (0..3_000).map(files).collect();
    let (merged, reading) = merged(&inputs);
    assert_eq!(reading.frames, frames_at(0..30_000));
    let size = 3_000 * (24 + 10 * 76);
    assert_eq!(merged.position(), Position { bytes: size, of: Some(size) });
    assert_eq!(merged.frames(), 30_000);
}

#[test]
fn notices_of_all_files_are_kept() {
    let mut cut = Pcap::USUAL.write(&frames_at([3, 4]));
    cut.pop();
    let reading = merged_files(&[Pcap::USUAL.header(), cut, Pcap::USUAL.write(&frames_at([1, 2, 9]))]);
    assert_eq!(seconds(&reading), [1, 2, 3, 9]);
    assert!(matches!(reading.notices[..], [Notice::NoFrames { .. }, Notice::CutTail { frames: 1, .. }]));
}

/// Gives its bytes, then an error.
struct Failing(std::io::Cursor<Vec<u8>>);

impl std::io::Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(std::io::Error::other("the disk is gone")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_file_that_fails_leaves_the_others() {
    let mut merged = Merged::new();
    let sources: [Box<dyn std::io::Read + Send>; 2] = [
        Box::new(Failing(std::io::Cursor::new(Pcap::USUAL.write(&frames_at([1, 3]))))),
        Box::new(std::io::Cursor::new(Pcap::USUAL.write(&frames_at([2, 4, 5])))),
    ];
    for (file, reader) in (0..).zip(sources) {
        merged.push(FileSource::from_reader(reader, "test".into(), file).unwrap()).unwrap();
    }
    let first = Reading::drain(&mut merged);
    assert_eq!(seconds(&first), [1, 2, 3]);
    assert!(matches!(first.error, Some(Error::Read { .. })));
    let second = Reading::drain(&mut merged);
    assert_eq!(seconds(&second), [4, 5]);
    assert!(second.error.is_none());
}

#[test]
fn a_file_that_fails_at_its_first_frame_is_left_out() {
    let mut merged = Merged::new();
    let failing = Failing(std::io::Cursor::new(Pcap::USUAL.header()));
    let source = FileSource::from_reader(Box::new(failing), "test".into(), 0).unwrap();
    assert!(merged.push(source).is_err());
    assert!(Reading::drain(&mut merged).error.is_none());
}

#[test]
fn nothing_merged_is_the_end() {
    assert!(Reading::drain(&mut Merged::new()).frames.is_empty());
}
