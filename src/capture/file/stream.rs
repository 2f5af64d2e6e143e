//! A file's bytes, uncompressed on the way: plain, gzip of one or many members, or zstd, told apart by their magic.

use std::fmt;
use std::io::{self, BufReader, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

/// Compressed bytes read at once. The uncompressed ones go straight into the block that frames are read from.
const COMPRESSED: usize = 64 << 10;
/// Bytes that tell one compression from another.
const MAGIC: usize = 4;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

/// Bytes as they lie in the file, counted.
pub(super) struct Raw {
    inner: Box<dyn Read + Send>,
    /// What was read to look at it, to be read once more.
    ahead: Vec<u8>,
    /// Bytes taken from the file.
    count: u64,
    /// Whether the last error was the file's and not a decompressor's.
    failed: bool,
}

/// What no capture is made smaller by, and what is read before that is asked. Frames that only differ in their times are
/// about 60 times as long as they are compressed; what was made to be long when it is decompressed, 1,000 times and more.
const BOMB_RATIO: u64 = 250;
const BOMB_BYTES: u64 = 1 << 30;

/// A capture's bytes. Everything streams: what is compressed takes no more memory than what is not.
pub(super) struct Stream {
    inner: Inner,
    /// Bytes given, uncompressed.
    given: u64,
}

enum Inner {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<BufReader<Raw>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<Raw>>>),
}

/// Why no more bytes come, where it isn't the end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The system says no.
    System(io::Error),
    /// The compressed stream ends before its end.
    Cut,
    /// The compressed stream is none.
    Damaged(io::Error),
    /// It decompresses to far more than any capture would.
    Bomb,
}

impl Compression {
    const fn of(magic: &[u8]) -> Option<Self> {
        match magic {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // The second is a skippable frame: pzstd starts its files with one.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some(Self::Zstd),
            _ => None,
        }
    }
}

impl Raw {
    fn new(inner: Box<dyn Read + Send>) -> Self {
        Self { inner, ahead: Vec::new(), count: 0, failed: false }
    }

    /// Looks at the first bytes without taking them; fewer than [`MAGIC`] only if there are no more.
    fn peek(&mut self) -> io::Result<&[u8]> {
        let mut ahead = Vec::with_capacity(MAGIC);
        self.by_ref().take(MAGIC as u64).read_to_end(&mut ahead)?;
        self.ahead = ahead;
        Ok(&self.ahead)
    }
}

impl Read for Raw {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.ahead.is_empty() {
            let read = self.ahead.as_slice().read(into)?;
            self.ahead.drain(..read);
            return Ok(read);
        }
        let read = self.inner.read(into);
        self.failed = read.is_err();
        self.count += read.as_ref().map_or(0, |&read| read as u64);
        read
    }
}

impl Stream {
    /// Finds out how `inner` is compressed and starts to uncompress it.
    pub(super) fn new(inner: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut raw = Raw::new(inner);
        let inner = match Compression::of(raw.peek()?) {
            None => Inner::Plain(raw),
            Some(Compression::Gzip) => Inner::Gzip(Box::new(MultiGzDecoder::new(buffered(raw)))),
            Some(Compression::Zstd) => Inner::Zstd(Box::new(zstd::Decoder::with_buffer(buffered(raw))?)),
        };
        Ok(Self { inner, given: 0 })
    }

    /// How it is compressed.
    pub(super) const fn compression(&self) -> Option<Compression> {
        match &self.inner {
            Inner::Plain(_) => None,
            Inner::Gzip(_) => Some(Compression::Gzip),
            Inner::Zstd(_) => Some(Compression::Zstd),
        }
    }

    /// Bytes taken from the file so far, as they lie in it.
    pub(super) fn consumed(&self) -> u64 {
        self.raw().count
    }

    /// Reads some bytes as soon as there are some; 0 at the end, and only there.
    pub(super) fn fill(&mut self, into: &mut [u8]) -> Result<usize, Trouble> {
        let read = match &mut self.inner {
            Inner::Plain(raw) => raw.read(into),
            Inner::Gzip(gzip) => gzip.read(into),
            Inner::Zstd(zstd) => zstd.read(into),
        };
        let read = read.map_err(|error| self.trouble(error))?;
        self.given += read as u64;
        if is_bomb(self.given, self.consumed()) { Err(Trouble::Bomb) } else { Ok(read) }
    }

    fn trouble(&self, error: io::Error) -> Trouble {
        if self.raw().failed {
            return Trouble::System(error);
        }
        if error.kind() == ErrorKind::UnexpectedEof { Trouble::Cut } else { Trouble::Damaged(error) }
    }

    fn raw(&self) -> &Raw {
        match &self.inner {
            Inner::Plain(raw) => raw,
            Inner::Gzip(gzip) => gzip.get_ref().get_ref(),
            Inner::Zstd(zstd) => zstd.get_ref().get_ref(),
        }
    }
}

const fn is_bomb(given: u64, consumed: u64) -> bool {
    given > BOMB_BYTES && given / BOMB_RATIO > consumed
}

fn buffered(raw: Raw) -> BufReader<Raw> {
    BufReader::with_capacity(COMPRESSED, raw)
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_long_and_was_short() {
        assert!(!is_bomb(BOMB_BYTES, 1), "a small file may be as monotonous as it likes");
        assert!(is_bomb(BOMB_BYTES + BOMB_RATIO, BOMB_BYTES / BOMB_RATIO));
        assert!(!is_bomb(1 << 40, 1 << 33), "a large one that compresses well");
    }
}
