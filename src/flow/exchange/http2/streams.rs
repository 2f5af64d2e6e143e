//! The requests of an HTTP/2 connection that are under way, each on a stream of its own (RFC 9113 §5.1).

use super::hpack::RequestLine;

/// Streams of which it is remembered what was said; servers allow about as many (nginx 128, Node 100).
const MAX: usize = 128;
/// Bytes of what they ask for that are kept of all together: a reference of a few bytes may stand for a long name.
const MAX_NAMES: usize = 8192;

/// A request that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its number: odd, and higher than those of all requests before it.
    pub id: u32,
    /// The request was sent whole.
    pub asked: bool,
    /// What came of its answer.
    pub answer: Answer,
    /// Bytes of the answer's body so far, padding included.
    pub body: u64,
    /// What it asks for, where that could be read.
    pub line: Option<Box<RequestLine>>,
    /// The status of the answer; 0 where there is none yet or it could not be read.
    pub status: u16,
}

impl Stream {
    /// A request of which nothing is known but its number.
    const fn new(id: u32) -> Self {
        Self { id, asked: false, answer: Answer::None, body: 0, line: None, status: 0 }
    }
}

/// What came of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    None,
    /// It has begun.
    Begun,
    /// All of it, while the client is still sending.
    Whole,
}

/// Those that are not over.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Streams {
    /// In the order in which they began.
    open: Vec<Stream>,
    /// The last that was over.
    closed: Option<Stream>,
    /// The highest number so far.
    last: u32,
    /// Some are not remembered.
    overflowed: bool,
}

impl Streams {
    /// Bytes of memory that they take.
    pub(super) fn weight(&self) -> usize {
        let names =
            |stream: &Stream| stream.line.as_ref().map_or(0, |line| size_of::<RequestLine>() + line.len());
        self.open.capacity() * size_of::<Stream>() + self.open.iter().map(names).sum::<usize>()
    }

    /// A frame of the client: gives whether it begins a request.
    pub(super) fn begin(&mut self, id: u32) -> bool {
        if id <= self.last || id.is_multiple_of(2) {
            return false;
        }
        self.last = id;
        if self.open.len() == MAX {
            self.overflowed = true;
        } else {
            self.open.push(Stream::new(id));
        }
        true
    }

    /// The client has said all of a request.
    pub(super) fn asked(&mut self, id: u32) {
        self.change(id, |stream| stream.asked = true);
    }

    /// More of an answer came to a request that may have begun before the capture.
    pub(super) fn answers_early(&mut self, id: u32, body: u64) {
        let known = self.open.iter().any(|stream| stream.id == id);
        if !known && self.open.len() < MAX && !id.is_multiple_of(2) {
            self.last = self.last.max(id);
            self.open.push(Stream { asked: true, answer: Answer::Begun, ..Stream::new(id) });
        }
        self.answers(id, body);
    }

    /// More of an answer came.
    pub(super) fn answers(&mut self, id: u32, body: u64) {
        self.change(id, |stream| {
            stream.answer = Answer::Begun;
            stream.body += body;
        });
    }

    /// What a request asks for. What else its client says of it later are trailers.
    pub(super) fn names(&mut self, id: u32, line: RequestLine) {
        let kept: usize =
            self.open.iter().filter_map(|stream| stream.line.as_ref()).map(|line| line.len()).sum();
        if kept + line.len() > MAX_NAMES {
            return;
        }
        self.change(id, |stream| {
            stream.line.get_or_insert_with(|| Box::new(line));
        });
    }

    /// An answer has this status: of one that is not final the real one is still to come (RFC 9110 §15.2).
    pub(super) fn has_status(&mut self, id: u32, status: u16) {
        self.change(id, |stream| match status {
            100..200 if stream.body == 0 && stream.status == 0 => stream.answer = Answer::None,
            _ if stream.status == 0 => stream.status = status,
            _ => {}
        });
    }

    /// An answer is whole.
    pub(super) fn answered(&mut self, id: u32) {
        self.change(id, |stream| stream.answer = Answer::Whole);
    }

    /// One side gave a stream up, or refused it: gives it, be it that it was just over.
    pub(super) fn reset(&mut self, id: u32) -> Option<Stream> {
        let open = self.open.iter().position(|stream| stream.id == id).map(|at| self.open.remove(at));
        open.or_else(|| self.closed.take_if(|closed| closed.id == id))
    }

    fn change(&mut self, id: u32, change: impl FnOnce(&mut Stream)) {
        let Some(at) = self.open.iter().position(|stream| stream.id == id) else { return };
        let Some(stream) = self.open.get_mut(at) else { return };
        change(stream);
        if stream.asked && stream.answer == Answer::Whole {
            self.closed = Some(self.open.remove(at));
        }
    }

    /// The last one that was over, as long as its end was not taken back.
    pub(super) const fn closed(&self) -> Option<&Stream> {
        self.closed.as_ref()
    }

    /// Those that are remembered.
    pub(super) fn open(&self) -> &[Stream] {
        &self.open
    }

    /// Are there any that are not remembered?
    pub(super) const fn overflowed(&self) -> bool {
        self.overflowed
    }
}
