//! What is worth saying about a file that was read all the same: talk for stderr, one line each.

use std::fmt;
use std::path::{Path, PathBuf};

/// Something about a file that its reader should know; none of it keeps the frames before it from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The file ends in the middle of a frame, a block or a compressed stream: its writer was killed or is still at it.
    CutTail {
        /// Which one.
        path: PathBuf,
        /// Where the unfinished part starts, in bytes of the uncompressed capture.
        at_byte: u64,
        /// Frames before it, all of them handed over.
        frames: u64,
    },
    /// Bytes that cannot be part of a capture; nothing after them can be trusted, so reading stopped there.
    Damaged {
        /// Which one.
        path: PathBuf,
        /// Where, in bytes of the uncompressed capture.
        at_byte: u64,
        /// Frames before it, all of them handed over.
        frames: u64,
        /// What is wrong with them.
        damage: Damage,
    },
    /// A whole and valid capture in which there is no frame.
    NoFrames {
        /// Which one.
        path: PathBuf,
    },
}

/// What is wrong with the bytes at which reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// A frame longer than any network's, or than the block that holds it: the bytes it claims.
    FrameLength(u32),
    /// A pcapng block with a length that none can have: the bytes it claims.
    BlockLength(u32),
    /// A pcapng block whose length is written differently at its start and at its end.
    Trailer(u32, u32),
    /// A frame of an interface that the file does not describe: the interface's index.
    NoInterface(u32),
    /// More interfaces in one section than any machine has.
    ManyInterfaces,
    /// A pcapng section header without byte-order magic or of an unknown version.
    Section,
    /// Compressed bytes that do not decompress.
    Compression,
    /// Compressed bytes that decompress to hundreds of times as many, after the first GiB.
    Bomb,
}

impl Notice {
    /// The file it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::CutTail { path, .. } | Self::Damaged { path, .. } | Self::NoFrames { path } => path,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutTail { path, at_byte, frames } => {
                write!(
                    f,
                    "{}: cut short at byte {at_byte}; read {} before it",
                    path.display(),
                    Frames(*frames)
                )
            }
            Self::Damaged { path, at_byte, frames, damage } => {
                let path = path.display();
                write!(f, "{path}: damaged at byte {at_byte} ({damage}); read {} before it", Frames(*frames))
            }
            Self::NoFrames { path } => write!(f, "{}: a capture without frames", path.display()),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrameLength(bytes) => write!(f, "a frame claims {bytes} bytes"),
            Self::BlockLength(bytes) => write!(f, "a block claims {bytes} bytes"),
            Self::Trailer(first, last) => write!(f, "a block starts as {first} bytes and ends as {last}"),
            Self::NoInterface(index) => {
                write!(f, "a frame came from interface {index}, which is not described")
            }
            Self::ManyInterfaces => f.write_str("it describes more interfaces than any machine has"),
            Self::Section => f.write_str("a section header of no known version"),
            Self::Compression => f.write_str("it does not decompress"),
            Self::Bomb => f.write_str("it decompresses to more than 250 times its size, as no capture does"),
        }
    }
}

/// A number of frames, in words.
struct Frames(u64);

impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("the 1 frame"),
            n => write!(f, "the {n} frames"),
        }
    }
}
