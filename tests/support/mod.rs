//! What several tests share: frames that own their bytes, captures written in every format, other link layers.
#![allow(dead_code, unreachable_pub, reason = "each test crate takes what it needs")]
#![allow(clippy::unwrap_used, reason = "what cannot be prepared fails the test")]
#![allow(clippy::cast_possible_truncation, reason = "numbers are taken apart on purpose")]

pub mod compress;
pub mod encapsulate;
pub mod pcap;
pub mod pcapng;

use std::io::Read;
use std::path::PathBuf;

use rstwho::capture::file::{FileSource, Notice};
use rstwho::capture::{BATCH, Progress, Source};
use rstwho::decode::Frame;
use rstwho::error::Error;
use rstwho::time::Timestamp;

/// `LINKTYPE_ETHERNET`.
pub const ETHERNET: u16 = 1;
/// `LINKTYPE_RAW`.
pub const RAW: u16 = 101;
/// `LINKTYPE_LINUX_SLL`.
pub const SLL: u16 = 113;
/// `LINKTYPE_LINUX_SLL2`.
pub const SLL2: u16 = 276;

/// A frame with its own bytes; `link` is a pcap link type's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedFrame {
    pub ts: Timestamp,
    pub link: u16,
    pub wire_len: u32,
    pub bytes: Vec<u8>,
}

/// The order of a file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
}

/// What a source gave.
#[derive(Debug, Default)]
pub struct Reading {
    pub frames: Vec<OwnedFrame>,
    pub numbers: Vec<u64>,
    pub files: Vec<u16>,
    pub notices: Vec<Notice>,
    pub error: Option<Error>,
}

impl OwnedFrame {
    /// `None` for a frame whose link type is not told apart from another's by its number.
    pub fn of(frame: &Frame<'_>, link: u16) -> Self {
        Self { ts: frame.ts, link, wire_len: frame.wire_len, bytes: frame.bytes.to_vec() }
    }
}

impl Order {
    pub fn u16(self, number: u16) -> [u8; 2] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    pub fn u32(self, number: u32) -> [u8; 4] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    pub fn u64(self, number: u64) -> [u8; 8] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }
}

impl Reading {
    /// Reads on until the end or an error, and holds the source to what every source promises.
    pub fn drain(source: &mut impl Source) -> Self {
        let mut reading = Self::default();
        loop {
            match source.read(&mut |frames| reading.take(frames)) {
                Ok(Progress::More) => {}
                Ok(Progress::End) => return reading,
                Err(error) => return Self { error: Some(error), ..reading },
            }
        }
    }

    pub fn take(&mut self, frames: &[Frame<'_>]) {
        assert!((1..=BATCH).contains(&frames.len()), "a batch of {}", frames.len());
        self.frames.extend(frames.iter().map(|frame| OwnedFrame::of(frame, number_of(frame))));
        self.numbers.extend(frames.iter().map(|frame| frame.number));
        self.files.extend(frames.iter().map(|frame| frame.file));
    }
}

/// A link type's number; of those that mean the same, the one that the tests use.
fn number_of(frame: &Frame<'_>) -> u16 {
    use rstwho::decode::LinkType;
    match frame.link {
        LinkType::Null => 0,
        LinkType::Ethernet => ETHERNET,
        LinkType::Raw => RAW,
        LinkType::Ppp => 9,
        LinkType::CiscoHdlc => 104,
        LinkType::Loop => 108,
        LinkType::LinuxSll => SLL,
        LinkType::Pktap => 258,
        LinkType::LinuxSll2 => SLL2,
        LinkType::Unknown(number) => number,
    }
}

/// Opens bytes as a capture named `test`.
pub fn open(reader: impl Read + Send + 'static) -> Result<FileSource, Error> {
    FileSource::from_reader(Box::new(reader), PathBuf::from("test"), 0)
}

/// Reads bytes that must start like a capture.
pub fn read(bytes: &[u8]) -> Reading {
    read_from(std::io::Cursor::new(bytes.to_vec()))
}

/// Reads a capture from anything.
pub fn read_from(reader: impl Read + Send + 'static) -> Reading {
    let mut source = open(reader).expect("a capture");
    let reading = Reading::drain(&mut source);
    assert_eq!(reading.numbers.last().copied().unwrap_or(0), source.frames(), "numbers count frames");
    Reading { notices: source.notices().to_vec(), ..reading }
}

/// Some Ethernet frames of many lengths, one of them cut by the snaplen and one empty; their times are multiples of
/// 1/64 s, which every resolution can tell.
pub fn sample() -> Vec<OwnedFrame> {
    let lengths = [60, 61, 62, 63, 64, 1_514, 0, 54, 65_535, 66];
    let frame = |(index, length): (usize, usize)| OwnedFrame {
        ts: Timestamp::from_parts(1_700_000_000 + index as u64, index as u64 * 15_625_000),
        link: ETHERNET,
        wire_len: u32::try_from(length).unwrap() + if index == 5 { 100 } else { 0 },
        bytes: (0..length).map(|byte| (byte * 7 + index) as u8).collect(),
    };
    lengths.into_iter().enumerate().map(|(index, length)| frame((index, length))).collect()
}

/// The same frames with another link type's number (and the same bytes).
pub fn relabel(frames: &[OwnedFrame], link: u16) -> Vec<OwnedFrame> {
    frames.iter().map(|frame| OwnedFrame { link, ..frame.clone() }).collect()
}
