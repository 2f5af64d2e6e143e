//! Capture files: pcap and pcapng, plain or compressed by gzip or zstd, as files, folders or a stream.
//!
//! The reader is our own: one `read(2)` fills a block, and the frames are handed over as slices of it. That costs a
//! fifth of libpcap's instructions a frame, and takes what libpcap refuses: mixed link types and compression. A test
//! holds it equal to libpcap where libpcap reads a file at all.
//!
//! No length in a file is trusted. What cannot be part of a capture ends the reading with a [`Notice`], and everything
//! before it has been handed over by then. Memory is bounded by one block per open file, which grows to 16 MiB and only
//! as far as a block of the capture really fills it; and by the blocks that whoever reads keeps ([`Block`]).

mod block;
mod buffer;
mod classic;
mod input;
mod interface;
mod magic;
mod merged;
mod notice;
mod order;
mod pcapng;
mod stream;
mod walk;

use std::io::{ErrorKind, Read};
use std::path::PathBuf;

pub use block::Block;
pub use input::{Input, expand, places};
pub use merged::Merged;
pub use notice::{Damage, Notice};
pub use pcapng::Drops;

use self::buffer::Buffer;
use self::magic::{Recognised, describe, describe_short, recognise};
use self::stream::{Stream, Trouble};
use self::walk::{Format, Head, Walk};
use super::batch::Batch;
use super::{Progress, Source};
use crate::decode::Frame;
use crate::error::Error;

/// What frames are handed to, and the block in which they lie.
pub type BlockSink<'s> = dyn FnMut(&Block, &[Frame<'_>]) + 's;

/// How far a reading is, in bytes as they lie on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Bytes read.
    pub bytes: u64,
    /// Bytes there are; none where that is not known, as of a pipe.
    pub of: Option<u64>,
}

/// One capture, open and being read.
pub struct FileSource {
    stream: Stream,
    buffer: Buffer,
    walk: Walk,
    name: PathBuf,
    size: Option<u64>,
    /// What to open to read the same frames once more.
    again: Option<Input>,
    notices: Vec<Notice>,
    ended: bool,
}

impl FileSource {
    /// Opens a capture and reads its header. `file` is what its frames carry as [`Frame::file`].
    ///
    /// # Errors
    /// [`Error::Read`] where the system refuses, [`Error::NotACapture`] for any other file, [`Error::LinkType`] for a
    /// classic pcap whose link type is not known.
    pub fn open(input: &Input, file: u16) -> Result<Self, Error> {
        let (reader, size) = input.open().map_err(|source| Error::Read { path: input.name(), source })?;
        let mut source = Self::from_reader(reader, input.name(), file)?;
        source.size = size;
        source.again = size.is_some().then(|| input.clone());
        Ok(source)
    }

    /// Reads a capture from anything that gives bytes; `name` is for messages. Frames are handed over as soon as
    /// `reader` has given the last of their bytes.
    ///
    /// # Errors
    /// As for [`FileSource::open`].
    pub fn from_reader(reader: Box<dyn Read + Send>, name: PathBuf, file: u16) -> Result<Self, Error> {
        let mut stream = match Stream::new(reader) {
            Ok(stream) => stream,
            Err(source) => return Err(Error::Read { path: name, source }),
        };
        let mut buffer = Buffer::new();
        match read_header(&mut stream, &mut buffer) {
            Ok(format) => {
                let walk = Walk::new(format, file);
                Ok(Self {
                    stream,
                    buffer,
                    walk,
                    name,
                    size: None,
                    again: None,
                    notices: Vec::new(),
                    ended: false,
                })
            }
            Err(refusal) => Err(refusal.about(name, &stream)),
        }
    }

    /// What there is to say about the file so far; complete once it is read to its end.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// How far it is read.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { bytes: self.stream.consumed(), of: self.size }
    }

    /// Frames read so far.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.walk.tally.frames
    }

    /// Frames that the capture's own statistics say were lost; only pcapng has any, and mostly at its end.
    #[must_use]
    pub fn dropped(&self) -> Drops {
        match &self.walk.format {
            Format::Classic(_) => Drops::default(),
            Format::Pcapng(blocks) => blocks.dropped(),
        }
    }

    /// As [`Source::read`], and tells in which block the frames lie: what is kept of it may be looked at later.
    ///
    /// # Errors
    /// As for [`Source::read`].
    pub fn read_blocks(&mut self, sink: &mut BlockSink<'_>) -> Result<Progress, Error> {
        if self.hand_over(sink) == 0 && !self.ended {
            self.refill()?;
            self.hand_over(sink);
        }
        Ok(self.progress())
    }

    /// Hands over the frames that lie whole in memory; gives their number.
    fn hand_over(&mut self, sink: &mut BlockSink<'_>) -> u64 {
        let (bytes, block, at) = self.buffer.walk();
        let mut sink = |frames: &[Frame<'_>]| sink(block, frames);
        let mut batch = Batch::new(&mut sink);
        self.walk.each(bytes, at, |head| batch.push(head.frame(bytes)));
        let handed = batch.finish();
        self.end_if_damaged();
        handed
    }

    /// The next frame that lies whole in memory, without reading on.
    #[inline]
    fn next_head(&mut self) -> Option<Head> {
        let (bytes, _, at) = self.buffer.walk();
        let head = self.walk.next(bytes, at);
        if head.is_none() {
            self.end_if_damaged();
        }
        head
    }

    /// The frame of a head that was found since the last [`FileSource::refill`].
    #[inline]
    fn frame(&self, head: Head) -> Frame<'_> {
        head.frame(self.buffer.filled())
    }

    /// Where the frames lie that were found since the last [`FileSource::refill`].
    const fn block(&self) -> &Block {
        self.buffer.block()
    }

    /// Reads on, once. Heads found before must not be used any more.
    fn refill(&mut self) -> Result<(), Error> {
        match self.buffer.refill(&mut self.stream) {
            Ok(0) => self.end(),
            Ok(_) => {}
            Err(Trouble::Cut) => self.end_cut(),
            Err(Trouble::Damaged(_)) => self.end_damaged(Damage::Compression),
            Err(Trouble::Bomb) => self.end_damaged(Damage::Bomb),
            // A signal came: the caller looks whether it is to go on.
            Err(Trouble::System(error)) if error.kind() == ErrorKind::Interrupted => {}
            Err(Trouble::System(source)) => {
                self.ended = true;
                return Err(Error::Read { path: self.name.clone(), source });
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        if !self.buffer.rest().is_empty() {
            self.end_cut();
        } else if self.walk.tally.frames == 0 {
            self.end_with(Notice::NoFrames { path: self.name.clone() });
        }
        self.ended = true;
    }

    fn end_cut(&mut self) {
        let (path, at_byte, frames) = self.place();
        self.end_with(Notice::CutTail { path, at_byte, frames });
    }

    fn end_if_damaged(&mut self) {
        if let (Some(damage), false) = (self.walk.tally.damage.take(), self.ended) {
            self.end_damaged(damage);
        }
    }

    fn end_damaged(&mut self, damage: Damage) {
        let (path, at_byte, frames) = self.place();
        self.end_with(Notice::Damaged { path, at_byte, frames, damage });
    }

    fn end_with(&mut self, notice: Notice) {
        self.notices.push(notice);
        self.ended = true;
    }

    fn place(&self) -> (PathBuf, u64, u64) {
        (self.name.clone(), self.buffer.position(), self.walk.tally.frames)
    }

    /// What its frames carry as [`Frame::file`].
    #[must_use]
    pub const fn file(&self) -> u16 {
        self.walk.tally.file
    }

    const fn progress(&self) -> Progress {
        if self.ended { Progress::End } else { Progress::More }
    }
}

impl Source for FileSource {
    /// Hands over what is in memory, else reads once and hands over what came; waits for nothing more.
    fn read(&mut self, sink: &mut dyn FnMut(&[Frame<'_>])) -> Result<Progress, Error> {
        self.read_blocks(&mut |_, frames| sink(frames))
    }
}

/// Why a file cannot be read as a capture.
enum Refusal {
    Trouble(Trouble),
    LinkType(u16),
    Other(String),
}

impl Refusal {
    fn about(self, path: PathBuf, stream: &Stream) -> Error {
        let compression = stream.compression().map(|it| it.to_string()).unwrap_or_default();
        let why = match self {
            Self::Trouble(Trouble::System(source)) => return Error::Read { path, source },
            Self::LinkType(number) => return Error::LinkType { path, number },
            Self::Trouble(Trouble::Cut) => format!("its {compression} data ends before the file header does"),
            Self::Trouble(Trouble::Bomb) => format!("its {compression} data is a bomb"),
            Self::Trouble(Trouble::Damaged(error)) => {
                format!("its {compression} data does not decompress, {error}")
            }
            Self::Other(why) if compression.is_empty() => why,
            Self::Other(why) => format!("{compression}, and inside: {why}"),
        };
        Error::NotACapture { path, why }
    }
}

/// Reads on until the file's header is in memory, and steps over it.
fn read_header(stream: &mut Stream, buffer: &mut Buffer) -> Result<Format, Refusal> {
    loop {
        match recognise(buffer.rest()) {
            Recognised::Capture(format, len) => {
                *buffer.walk().2 += len;
                return Ok(format);
            }
            Recognised::LinkType(number) => return Err(Refusal::LinkType(number)),
            Recognised::Not(why) => return Err(Refusal::Other(why)),
            Recognised::Other => return Err(Refusal::Other(look_closer(stream, buffer))),
            Recognised::More => {}
        }
        match buffer.refill(stream) {
            Ok(0) => return Err(Refusal::Other(describe_short(buffer.rest()))),
            Err(Trouble::System(error)) if error.kind() == ErrorKind::Interrupted => {}
            Err(trouble) => return Err(Refusal::Trouble(trouble)),
            Ok(_) => {}
        }
    }
}

/// Says what a file is instead of a capture, from more bytes than it took to see that it is none.
fn look_closer(stream: &mut Stream, buffer: &mut Buffer) -> String {
    // If that fails, the first bytes must do.
    let _ = buffer.refill(stream);
    describe(buffer.rest())
}
