//! Streams: what has come is handed over, however little comes at once.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rstwho::capture::Source;
use rstwho::error::Error;

use super::formats::every_format;
use crate::support::compress::{gzip, gzip_flushed, zstd, zstd_flushed};
use crate::support::pcap::Pcap;
use crate::support::pcapng::Pcapng;
use crate::support::{Order, Reading, open, read, read_from, sample};

/// Gives a piece at each read, and counts the pieces it gave.
struct Pieces {
    left: VecDeque<Vec<u8>>,
    given: Arc<AtomicUsize>,
}

impl Pieces {
    fn new(pieces: impl IntoIterator<Item = Vec<u8>>) -> (Self, Arc<AtomicUsize>) {
        let given = Arc::new(AtomicUsize::new(0));
        (Self { left: pieces.into_iter().collect(), given: Arc::clone(&given) }, given)
    }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.left.front_mut() else { return Ok(0) };
        let read = piece.as_slice().read(into)?;
        piece.drain(..read);
        if piece.is_empty() {
            self.left.pop_front();
            self.given.fetch_add(1, Ordering::Relaxed);
        }
        Ok(read)
    }
}

fn bytewise(bytes: &[u8]) -> Pieces {
    Pieces::new(bytes.iter().map(|&byte| vec![byte])).0
}

#[test]
fn one_byte_at_a_time_gives_the_same_frames() {
    for (name, bytes) in every_format() {
        assert_eq!(read_from(bytewise(&bytes)).frames, sample(), "{name}");
        assert_eq!(read_from(bytewise(&gzip(&bytes))).frames, sample(), "{name} gz");
        assert_eq!(read_from(bytewise(&zstd(&bytes))).frames, sample(), "{name} zst");
    }
}

/// Each of `pieces` after the first ends with a frame: when a read returns, the frames of all pieces given are there.
#[track_caller]
fn assert_prompt(pieces: Vec<Vec<u8>>) {
    let frames = pieces.len() - 1;
    let (reader, given) = Pieces::new(pieces);
    let mut source = open(reader).unwrap();
    let mut reading = Reading::default();
    while reading.frames.len() < frames {
        source.read(&mut |batch| reading.take(batch)).unwrap();
        let given = given.load(Ordering::Relaxed);
        assert_eq!(reading.frames.len(), given.saturating_sub(1), "after {given} pieces");
    }
    assert_eq!(reading.frames, sample());
}

fn pcap_pieces() -> Vec<Vec<u8>> {
    let records = sample();
    std::iter::once(Pcap::USUAL.header())
        .chain(records.iter().map(|frame| Pcap::USUAL.record(frame)))
        .collect()
}

#[test]
fn frames_are_handed_over_as_they_come() {
    assert_prompt(pcap_pieces());
}

#[test]
fn frames_are_handed_over_as_they_come_out_of_pcapng() {
    let lengths: Vec<_> =
        (1..=10).map(|n| Pcapng::write(Order::Little, None, &sample()[..n]).len()).collect();
    let bytes = Pcapng::write(Order::Little, None, &sample());
    let header = Pcapng::new(Order::Little).bytes.len();
    let starts = std::iter::once(&header).chain(&lengths);
    let pieces = starts.zip(&lengths).map(|(&start, &end)| bytes[start..end].to_vec());
    assert_prompt(std::iter::once(bytes[..header].to_vec()).chain(pieces).collect());
}

#[test]
fn frames_are_handed_over_as_they_come_out_of_compression() {
    assert_prompt(gzip_flushed(&pcap_pieces()));
    assert_prompt(zstd_flushed(&pcap_pieces()));
}

/// Fails at its end, in one way or another.
struct Failing(io::Cursor<Vec<u8>>, io::ErrorKind);

impl Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(self.1.into()),
            read => Ok(read),
        }
    }
}

#[test]
fn an_error_of_the_system_comes_after_all_frames_before_it() {
    let bytes = Pcap::USUAL.write(&sample());
    for bytes in [bytes.clone(), gzip(&bytes), zstd(&bytes)] {
        // Even one that looks like a decompressor's.
        for kind in [io::ErrorKind::Other, io::ErrorKind::UnexpectedEof] {
            let reading = read_from(Failing(io::Cursor::new(bytes.clone()), kind));
            assert_eq!(reading.frames, sample());
            assert!(matches!(reading.error, Some(Error::Read { path, .. }) if path.as_os_str() == "test"));
            assert_eq!(reading.notices, []);
        }
    }
}

#[test]
fn an_error_of_the_system_while_opening_is_one() {
    let failing = Failing(io::Cursor::new(vec![0xd4, 0xc3]), io::ErrorKind::Other);
    assert!(matches!(open(failing), Err(Error::Read { .. })));
    let failing = Failing(io::Cursor::new(Pcap::USUAL.header()[..20].to_vec()), io::ErrorKind::Other);
    assert!(matches!(open(failing), Err(Error::Read { .. })));
}

/// Is interrupted by a signal before each read.
struct Interrupted(io::Cursor<Vec<u8>>, usize);

impl Read for Interrupted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1 % 2 == 1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(into) }
    }
}

#[test]
fn a_signal_ends_nothing() {
    let bytes = Pcap::USUAL.write(&sample());
    for bytes in [bytes.clone(), gzip(&bytes), zstd(&bytes)] {
        let reading = read_from(Interrupted(io::Cursor::new(bytes), 0));
        assert_eq!(reading.frames, sample());
        assert!(reading.error.is_none() && reading.notices.is_empty());
    }
}

#[test]
fn reading_on_after_the_end_gives_nothing() {
    let bytes = Pcap::USUAL.write(&sample());
    for bytes in [&bytes[..], &bytes[..bytes.len() - 1]] {
        let mut source = open(io::Cursor::new(bytes.to_vec())).unwrap();
        Reading::drain(&mut source);
        let said = source.notices().len();
        assert!(Reading::drain(&mut source).frames.is_empty());
        assert_eq!(source.notices().len(), said);
    }
    assert_eq!(read(&bytes).frames, sample());
}
