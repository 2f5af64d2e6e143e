//! HTTP/2 in clear (RFC 9113): which requests were under way, and what each side said of the connection itself.
//!
//! Frames are followed by their headers in both directions. What programs say is HEADERS and DATA; settings, pings and
//! windows are HTTP/2's own. Of heads method, target, host and status are read. Where the header of a frame is missing it is not known any
//! more which requests are under way; what is speech is, as soon as frames are recognised again.

mod frames;
mod goaway;
mod heads;
mod hpack;
mod streams;

pub(super) use frames::{begins_with_settings, kind_of, looks_like_preface};
pub use goaway::GoAway;
pub use streams::{Answer, Stream};

use crate::decode::SeqNumber;
use crate::time::Timestamp;

use super::super::key::{Both, End};
use super::http::{self, BodyLength, Http, Looks, Owed, looks_like_message};
use super::spoken::Spoken;
use super::stream::{Piece, Stamp};
use super::turns::Turns;
use frames::{Event, Frame, Frames, HEADER_LEN, Kind};
use goaway::Gathered;
use heads::Heads;
use hpack::{Head, RequestLine};
use streams::Streams;

/// The number of the first request.
const FIRST: u32 = 1;

/// An HTTP/2 connection from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http2 {
    /// The end that sends the requests.
    pub client: End,
    /// Requests that began.
    pub requests: u32,
    /// Where the latest request began.
    pub last_request_seq: SeqNumber,
    /// The last GOAWAY of each end.
    pub goaway: Both<Option<GoAway>>,
    /// When each end first said GOAWAY: whoever has said so is about to leave.
    pub leaves_at: Both<Option<Timestamp>>,
    /// Bytes of what is HTTP/2's own after everything else that end sent.
    pub trailing_control_bytes: Both<u32>,
    /// When each end last said something, and not only HTTP/2 for it.
    pub said_at: Both<Option<Timestamp>>,
    /// The request that the server gave up, be it before that was whole, as long as the server says nothing after that.
    pub aborted: Option<Aborted>,
    streams: Streams,
    /// The server gave the connection up: what it still says ends streams, and answers nothing.
    given_up: bool,
    /// What the server speaks instead of HTTP/2: nothing that it says is an answer.
    pub other: Option<Spoken>,
    /// The capture begins in the middle: requests may be under way of which nothing was seen.
    midway: bool,
    sides: Both<Side>,
}

/// A request that the server gave up (RST_STREAM), be it behind an answer: some end streams with a status of their own making when
/// they end the connection, and then reset them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aborted {
    /// As it was before.
    pub stream: Stream,
    /// When.
    pub ts: Timestamp,
    /// In which frame.
    pub frame: u64,
    /// Why, as a number, as far as it was captured.
    pub code: Option<u32>,
}

/// The server never worked on it, whatever it asks for (RFC 9113 §8.7).
const REFUSED_STREAM: u32 = 7;

impl Aborted {
    /// The name of its code, where that says more than that the stream is over.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.code.filter(|&code| code != 0).map(goaway::name_of)
    }

    /// Was it refused before anything was done about it?
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.code == Some(REFUSED_STREAM)
    }
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Side {
    frames: Frames,
    /// Where the frame that is under way begins.
    begins: SeqNumber,
    /// The frame that is under way.
    now: Option<Frame>,
    goaway: Gathered,
    heads: Heads,
    /// Frames of it may have been missed.
    missed: bool,
    /// Frames of it were recognised.
    found: bool,
}

/// Where something was said.
#[derive(Clone, Copy)]
struct At {
    by: End,
    stamp: Stamp,
    seq: SeqNumber,
}

impl Http2 {
    /// A connection whose preface comes from `client`.
    #[must_use]
    pub(super) fn new(client: End) -> Self {
        let mut sides = Both::<Side>::default();
        sides.at_mut(client).frames = Frames::behind_preface();
        Self {
            client,
            requests: 0,
            last_request_seq: SeqNumber::default(),
            goaway: Both::default(),
            leaves_at: Both::default(),
            trailing_control_bytes: Both::default(),
            said_at: Both::default(),
            aborted: None,
            streams: Streams::default(),
            given_up: false,
            other: None,
            midway: false,
            sides,
        }
    }

    /// A connection that was HTTP/1 until a request asked to go on in HTTP/2: that is the first stream.
    #[must_use]
    pub(super) fn upgraded(http: &Http) -> Self {
        let mut http2 =
            Self { requests: 1, last_request_seq: http.last_request_seq, ..Self::new(http.client) };
        http2.streams.begin(FIRST);
        http2.streams.names(FIRST, RequestLine::of(&http.request));
        if http.request.complete {
            http2.streams.asked(FIRST);
        }
        http2
    }

    /// A connection that is recognised in the middle, by a head.
    #[must_use]
    pub(super) fn midway(client: End) -> Self {
        let mut http2 = Self { midway: true, ..Self::new(client) };
        for end in [End::Low, End::High] {
            http2.sides.at_mut(end).frames = Frames::lost();
        }
        http2
    }

    /// Frames of this end are missing.
    #[must_use]
    pub fn is_blind(&self, by: End) -> bool {
        self.sides.at(by).missed
    }

    /// Requests that are under way, in the order in which they began.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        self.streams.open()
    }

    /// The request that is told of: one whose answer has begun, or else the oldest without one.
    #[must_use]
    pub fn foremost(&self) -> Option<&Stream> {
        let with = |answer| self.streams().iter().find(move |stream| stream.answer == answer);
        with(Answer::Begun).or_else(|| with(Answer::None))
    }

    /// The same, or else the one that the server gave up.
    #[must_use]
    pub fn told(&self) -> Option<&Stream> {
        self.foremost().or_else(|| Some(&self.aborted.as_ref()?.stream))
    }

    /// The last request that was over, answer and all.
    #[must_use]
    pub fn answered(&self) -> Option<&Stream> {
        self.streams.closed()
    }

    /// What the server owes, as far as the bytes that were read tell.
    #[must_use]
    pub fn owed(&self) -> Owed {
        if self.is_blind(End::Low) || self.is_blind(End::High) || self.streams.overflowed() {
            return Owed::Unknown;
        }
        match self.foremost().map(|stream| stream.answer) {
            Some(Answer::Begun) => Owed::Rest(BodyLength::Stream),
            Some(Answer::None) => Owed::Answer,
            Some(Answer::Whole) | None if self.midway => Owed::Unknown,
            Some(Answer::Whole) | None => Owed::Nothing,
        }
    }

    /// A request that has its answer is still being sent, or one that has none yet.
    #[must_use]
    pub fn request_unfinished(&self) -> bool {
        let unfinished = |stream: &Stream| !stream.asked && stream.answer != Answer::Begun;
        !self.is_blind(self.client) && self.streams().iter().any(unfinished)
    }

    /// Is an end in the midst of a frame of data, whose bytes are not heard one by one?
    #[must_use]
    pub fn is_within_data(&self) -> bool {
        [End::Low, End::High].into_iter().any(|end| self.opaque(end) > 0)
    }

    /// How many of the next bytes of `by` are data for certain.
    pub(super) fn opaque(&self, by: End) -> u64 {
        let side = self.sides.at(by);
        let data = side.now.is_some_and(|frame| frame.kind == Kind::Data);
        if data { u64::from(side.frames.left()) } else { 0 }
    }

    /// Reads what comes next.
    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>, turns: &mut Turns<'_>) {
        if by != self.client && self.is_other(by, piece) {
            let at = At { by, stamp: piece.stamp, seq: piece.seq };
            return self.say(at, piece.seq, piece.len(), turns);
        }
        self.sides.at_mut(by).frames.resume(piece);
        let mut rest = *piece;
        while rest.len() > 0 {
            let at = At { by, stamp: piece.stamp, seq: rest.seq };
            let side = self.sides.at_mut(by);
            if side.frames.is_between() {
                side.begins = rest.seq;
            }
            let event;
            (event, rest) = side.frames.read(&rest);
            self.on(event, at, turns);
        }
    }

    /// Bytes of memory that it takes.
    pub(super) fn weight(&self) -> usize {
        let heads = |by| self.sides.at(by).heads.weight();
        heads(End::Low) + heads(End::High) + self.streams.weight()
    }

    /// The server's first bytes tell.
    fn is_other(&mut self, server: End, piece: &Piece<'_>) -> bool {
        let side = self.sides.at(server);
        let first = !side.found && !side.missed && !self.midway && side.frames.is_between();
        if first && !frames::may_begin_with_one(piece.bytes) {
            let http1 = looks_like_message(piece.bytes, http::Kind::Response) == Looks::Like;
            self.other = Some(if http1 { Spoken::Http1 } else { Spoken::NoHttp });
        }
        self.other.is_some()
    }

    fn on(&mut self, event: Event<'_>, at: At, turns: &mut Turns<'_>) {
        match event {
            Event::Partial => return,
            Event::Begins(frame) => self.on_frame(frame, at, turns),
            Event::Body(bytes, len) => self.on_body(bytes, len, at, turns),
            Event::Blind(len) => return self.on_blind(len, at, turns),
        }
        let side = self.sides.at_mut(at.by);
        if side.frames.left() == 0
            && let Some(frame) = side.now.take()
        {
            self.on_end(frame, at);
        }
    }

    fn on_frame(&mut self, frame: Frame, at: At, turns: &mut Turns<'_>) {
        let side = self.sides.at_mut(at.by);
        let begins = side.begins;
        (side.now, side.found) = (Some(frame), true);
        side.heads.begin(frame);
        let trailing = self.trailing_control_bytes.at_mut(at.by);
        let answers_nothing = self.given_up && at.by != self.client;
        if frame.is_speech() && !answers_nothing {
            *trailing = 0;
            self.aborted.take_if(|_| at.by != self.client);
            self.say(at, begins, HEADER_LEN, turns);
        } else {
            *trailing = trailing.saturating_add(HEADER_LEN);
            self.sides.at_mut(at.by).goaway.begin();
        }
        if frame.kind == Kind::Headers {
            self.on_head(frame, at.by, begins);
        }
    }

    fn on_head(&mut self, frame: Frame, by: End, begins: SeqNumber) {
        if by != self.client {
            self.on_answer(frame.stream, 0);
        } else if self.streams.begin(frame.stream) {
            self.requests = self.requests.saturating_add(1);
            self.last_request_seq = begins;
        }
    }

    fn on_body(&mut self, bytes: &[u8], len: u32, at: At, turns: &mut Turns<'_>) {
        let side = self.sides.at_mut(at.by);
        let Some(frame) = side.now else { return };
        if !frame.is_speech() || self.given_up && at.by != self.client {
            let trailing = self.trailing_control_bytes.at_mut(at.by);
            *trailing = trailing.saturating_add(len);
            if matches!(frame.kind, Kind::GoAway | Kind::ResetStream) {
                side.goaway.take(bytes);
            }
            return;
        }
        match frame.kind {
            Kind::Headers | Kind::Continuation => side.heads.take(bytes, len),
            Kind::Data if at.by != self.client => self.on_answer(frame.stream, len),
            _ => {}
        }
        self.say(at, at.seq, len, turns);
    }

    fn on_answer(&mut self, stream: u32, body: u32) {
        match (self.given_up, self.midway) {
            (true, _) => {}
            (false, true) => self.streams.answers_early(stream, body.into()),
            (false, false) => self.streams.answers(stream, body.into()),
        }
    }

    fn on_reset(&mut self, stream: u32, at: At) {
        let code = self.sides.at(at.by).goaway.code();
        let given_up = self.streams.reset(stream).filter(|_| at.by != self.client);
        // Some say once more why, when more of a request comes that they gave up.
        if let Some(aborted) = self.aborted.as_mut().filter(|aborted| aborted.stream.id == stream) {
            aborted.code = aborted.code.max(code);
        }
        self.aborted = given_up
            .map(|stream| Aborted { stream, ts: at.stamp.ts, frame: at.stamp.frame, code })
            .or(self.aborted.take());
    }

    /// Nobody can tell what these bytes are: mostly somebody says something.
    fn on_blind(&mut self, len: u32, at: At, turns: &mut Turns<'_>) {
        let side = self.sides.at_mut(at.by);
        // What came before the first frame that is recognised in the middle is as unknown as what was before the capture.
        side.missed |= side.found || !self.midway;
        side.now = None;
        side.heads.lose();
        *self.trailing_control_bytes.at_mut(at.by) = 0;
        self.say(at, at.seq, len, turns);
    }

    fn say(&mut self, at: At, from: SeqNumber, len: u32, turns: &mut Turns<'_>) {
        *self.said_at.at_mut(at.by) = Some(at.stamp.ts);
        turns.take(at.by, at.stamp, from, len);
    }

    /// A frame has come whole.
    fn on_end(&mut self, frame: Frame, at: At) {
        let from_client = at.by == self.client;
        if frame.kind == Kind::GoAway {
            let said = self.sides.at_mut(at.by).goaway.read(at.stamp);
            self.given_up |= !from_client && said.as_ref().is_some_and(GoAway::is_error);
            self.leaves_at.at_mut(at.by).get_or_insert(at.stamp.ts);
            *self.goaway.at_mut(at.by) = said;
        }
        if self.given_up && !from_client {
            return;
        }
        match frame.kind {
            Kind::ResetStream => self.on_reset(frame.stream, at),
            Kind::Headers | Kind::Continuation => self.on_head_end(frame, at.by),
            _ => {}
        }
        if frame.ends_stream() {
            self.on_stream_end(frame.stream, at.by);
        }
    }

    fn on_stream_end(&mut self, stream: u32, by: End) {
        if by == self.client { self.streams.asked(stream) } else { self.streams.answered(stream) }
    }

    fn on_head_end(&mut self, frame: Frame, by: End) {
        let Some(Head { line, status }) = self.sides.at_mut(by).heads.end(frame) else { return };
        if by == self.client {
            self.streams.names(frame.stream, line);
        } else {
            self.streams.has_status(frame.stream, status);
        }
    }
}
