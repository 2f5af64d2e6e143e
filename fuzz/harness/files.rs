//! Reading bytes as a file, and what every file reader promises.

use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use rstwho::capture::file::FileSource;
use rstwho::capture::{BATCH, Progress, Source};

/// Gives a few bytes at a time, as a pipe may.
struct Trickle(Cursor<Vec<u8>>, usize);

impl Read for Trickle {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = into.len().min(self.1);
        self.0.read(&mut into[..len])
    }
}

/// A frame as it was handed over: time, number, link type, length on the wire, bytes.
type Seen = (u64, u64, String, u32, Vec<u8>);

/// Reads a file whole and in small parts: the frames, and what is said about the file, are the same. Of damaged compressed
/// data, how much comes out before the damage is found depends on the parts; what comes is the same.
pub fn read_both_ways(bytes: &[u8]) {
    let whole = read(bytes, usize::MAX);
    let parts = read(bytes, 1 + bytes.len() % 61);
    if !is_compressed(bytes) {
        assert_eq!(whole, parts, "how a file comes in makes a difference");
    } else if let (Some((whole, _)), Some((parts, _))) = (whole, parts) {
        assert!(whole.iter().zip(&parts).all(|(a, b)| a == b), "how a file comes in makes a difference");
    }
}

fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
        || matches!(bytes, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

fn read(bytes: &[u8], step: usize) -> Option<(Vec<Seen>, Vec<String>)> {
    let reader = Trickle(Cursor::new(bytes.to_vec()), step);
    let mut source = FileSource::from_reader(Box::new(reader), PathBuf::from("fuzz"), 0).ok()?;
    let mut seen: Vec<Seen> = Vec::new();
    loop {
        let progress = source.read(&mut |frames| {
            assert!((1..=BATCH).contains(&frames.len()));
            seen.extend(frames.iter().map(|frame| {
                let link = format!("{:?}", frame.link);
                (frame.ts.as_nanos(), frame.number, link, frame.wire_len, frame.bytes.to_vec())
            }));
        });
        if progress.expect("nothing but the system gives errors") == Progress::End {
            break;
        }
    }
    // Some blocks of pcapng have a number and no frame.
    assert!(seen.is_sorted_by(|(_, before, ..), (_, after, ..)| before < after), "numbers count");
    assert!(seen.last().is_none_or(|(_, last, ..)| *last <= source.frames()), "up to the frames there are");
    assert!(seen.len() as u64 <= source.frames());
    assert!(source.notices().len() <= 1, "one thing ends a file");
    Some((seen, source.notices().iter().map(ToString::to_string).collect()))
}
