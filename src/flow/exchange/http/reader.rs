//! One direction of HTTP/1, byte by byte: heads are gathered, bodies are counted (RFC 9112 §2, §6).

use std::borrow::Cow;

use memchr::memchr;

use super::BodyLength;
use super::chunked::{Chunks, Step};

/// A head is gathered up to here; nginx takes as much (`large_client_header_buffers`).
pub(super) const MAX_HEAD: usize = 8192;

/// A head that is not whole yet.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Head {
    bytes: Vec<u8>,
    /// Where the first line ends.
    first: Option<usize>,
    /// What the line that is under way holds.
    line: Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Line {
    #[default]
    Empty,
    Return,
    Text,
}

/// Where in a message one is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
enum State {
    /// Between messages.
    #[default]
    Idle,
    /// In a head.
    Head(Head),
    /// In a body of which so much is left.
    Counted(u64),
    /// In a chunked body.
    Chunked(Chunks),
    /// In a body that only the end of the connection ends.
    Endless,
    /// Lost: nobody knows where a message begins.
    Blind,
}

/// What a step read.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// Nothing to speak of.
    Nothing,
    /// A head that is not whole yet, as far as it came.
    Partial,
    /// A whole head.
    Head(Cow<'a, [u8]>),
    /// Bytes of a body.
    Body(u64),
    /// The last bytes of a body.
    Last(u64),
    /// Where messages begin is not known from here on.
    Lost(u64),
    /// What was to be a chunk is none.
    Broken(u64),
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Reader {
    state: State,
}

impl Reader {
    /// Bytes of memory that a head takes while it is not whole.
    #[inline]
    pub(super) const fn weight(&self) -> usize {
        if let State::Head(head) = &self.state { head.bytes.capacity() } else { 0 }
    }

    /// The beginning of a message of which the head is not whole yet.
    pub(super) fn begun(&self) -> &[u8] {
        if let State::Head(head) = &self.state { &head.bytes } else { &[] }
    }

    /// Reads a step of what comes next; gives how many bytes it took.
    pub(super) fn read<'a>(&mut self, bytes: &'a [u8]) -> (usize, Event<'a>) {
        match &mut self.state {
            State::Idle => {
                let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                if blank < bytes.len() {
                    self.state = State::Head(Head::default());
                }
                (blank, Event::Nothing)
            }
            State::Head(head) => {
                let (taken, event) = head.read(bytes);
                match event {
                    Event::Head(_) => self.state = State::Idle,
                    Event::Lost(_) => self.state = State::Blind,
                    _ => {}
                }
                (taken, event)
            }
            State::Chunked(chunks) => {
                let (taken, step) = chunks.read(bytes);
                if step == Step::Bad {
                    self.state = State::Endless;
                    return (bytes.len(), Event::Broken(bytes.len() as u64));
                }
                (taken, self.on_chunk(step))
            }
            State::Counted(_) | State::Endless | State::Blind => {
                let (taken, event) = self.pass(bytes.len() as u64);
                (usize::try_from(taken).unwrap_or(bytes.len()), event)
            }
        }
    }

    /// Passes over bytes that nobody saw; gives how many of them it took, at least one.
    pub(super) fn skip(&mut self, count: u64) -> (u64, Event<'static>) {
        match &mut self.state {
            State::Chunked(chunks) => match chunks.skip(count) {
                (_, Step::Bad) => (count, self.lose(count)),
                (taken, step) => (taken, self.on_chunk(step)),
            },
            State::Idle | State::Head(_) => (count, self.lose(count)),
            State::Counted(_) | State::Endless | State::Blind => self.pass(count),
        }
    }

    /// A body of this length begins, and ends at once if it has none.
    pub(super) fn expect(&mut self, length: BodyLength) -> Event<'static> {
        self.state = match length {
            BodyLength::Bytes(0) => return Event::Last(0),
            BodyLength::Bytes(length) => State::Counted(length),
            BodyLength::Chunked => State::Chunked(Chunks::default()),
            BodyLength::UntilClose => State::Endless,
            BodyLength::Unknown
            | BodyLength::Trailer
            | BodyLength::Broken
            | BodyLength::InHead
            | BodyLength::Stream
            | BodyLength::Messages => State::Blind,
        };
        Event::Nothing
    }

    /// Gives up until a message is recognised.
    pub(super) fn lose(&mut self, count: u64) -> Event<'static> {
        self.state = State::Blind;
        Event::Lost(count)
    }

    /// A message is recognised.
    pub(super) fn resume(&mut self) {
        self.state = State::Idle;
    }

    /// Is the next byte the first of a message?
    #[inline]
    pub(super) const fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    #[inline]
    pub(super) const fn is_blind(&self) -> bool {
        matches!(self.state, State::Blind)
    }

    /// Did the last chunk of a body come, but not the empty line behind it?
    pub(super) fn is_in_trailer(&self) -> bool {
        matches!(self.state, State::Chunked(Chunks::Trailer(_)))
    }

    /// The head that is under way.
    pub(super) fn head(&self) -> Option<&[u8]> {
        if let State::Head(head) = &self.state { Some(&head.bytes) } else { None }
    }

    /// Its first line, once it is whole.
    pub(super) fn first_line(&self) -> Option<&[u8]> {
        let State::Head(head) = &self.state else { return None };
        head.bytes.get(..head.first?)
    }

    /// How many of the next bytes are body for certain.
    pub(super) fn opaque(&self) -> u64 {
        match &self.state {
            State::Counted(left) => *left,
            State::Chunked(chunks) => chunks.opaque(),
            State::Endless => u64::MAX,
            State::Idle | State::Head(_) | State::Blind => 0,
        }
    }

    fn on_chunk(&mut self, step: Step) -> Event<'static> {
        match step {
            Step::Data(count) => Event::Body(count),
            Step::Frame | Step::Bad => Event::Nothing,
            Step::End => {
                self.state = State::Idle;
                Event::Last(0)
            }
        }
    }

    fn pass(&mut self, count: u64) -> (u64, Event<'static>) {
        let State::Counted(left) = &mut self.state else { return (count, Event::Body(count)) };
        let taken = count.min(*left);
        *left -= taken;
        if *left > 0 {
            return (taken, Event::Body(taken));
        }
        self.state = State::Idle;
        (taken, Event::Last(taken))
    }
}

impl Head {
    fn read<'a>(&mut self, bytes: &'a [u8]) -> (usize, Event<'a>) {
        let end = self.end(bytes);
        let taken = end.unwrap_or(bytes.len());
        let room = MAX_HEAD.saturating_sub(self.bytes.len());
        if taken > room {
            self.bytes.extend_from_slice(bytes.get(..room).unwrap_or_default());
            return if room == 0 {
                (bytes.len(), Event::Lost(bytes.len() as u64))
            } else {
                (room, Event::Partial)
            };
        }
        let new = bytes.get(..taken).unwrap_or_default();
        if end.is_some() && self.bytes.is_empty() {
            return (taken, Event::Head(Cow::Borrowed(new)));
        }
        self.bytes.extend_from_slice(new);
        if end.is_some() {
            (taken, Event::Head(Cow::Owned(std::mem::take(&mut self.bytes))))
        } else {
            (taken, Event::Partial)
        }
    }

    /// Where the empty line ends that ends the head.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let end = memchr(b'\n', rest);
            let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            self.line = match (self.line, line) {
                (line, []) => line,
                (Line::Empty, b"\r") => Line::Return,
                _ => Line::Text,
            };
            at += end? + 1;
            self.first.get_or_insert(self.bytes.len() + at);
            if self.line != Line::Text {
                return Some(at);
            }
            self.line = Line::Empty;
        }
        None
    }
}
