//! Protocols whose messages tell how long they are, and by a number which request they belong to: one engine, which needs no more of each
//! than how its headers are read.

mod dns;
mod fastcgi;
mod mongodb;
mod side;

use smallvec::SmallVec;

use super::super::super::key::{Both, End};
use super::super::http::Looks;
use super::super::stream::Piece;
use super::ledger::Ledger;
use side::Side;

/// Requests that may be under way at once; of more it is not known what is owed.
const MAX_OPEN: usize = 64;

/// A session from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Requests that want an answer.
    pub(super) ledger: Ledger,
    wire: Wire,
    /// The numbers of those that are not answered whole.
    open: SmallVec<[u32; 4]>,
    /// The number of the one that was answered the latest.
    answered: Option<u32>,
    phase: Phase,
    sides: Both<Side>,
}

/// Which protocol it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    Dns,
    FastCgi,
    MongoDb,
}

/// What the client is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// What it asked is whole.
    Ready,
    /// More frames of a request are to come.
    Asking,
    /// The server goes on by itself: answers are no more one for one.
    Streaming,
}

/// A frame, as far as its header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    /// Bytes behind the header.
    body: u32,
    says: Says,
}

/// What is said with it, and of the request with which number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// All of a request.
    Asks(u32),
    /// The beginning of one.
    Begins(u32),
    /// The end of what began.
    Completes,
    /// The whole answer, or the end of it.
    Answers(u32),
    /// Some of it, and more is to come.
    Tells(u32),
    /// The server goes on unasked.
    Streams,
    /// Nothing that is owed.
    Aside,
}

/// Is this how a client begins to ask?
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    Wire::begun_by(bytes).is_some()
}

/// Do the first bytes of a connection look like that? Some programs send DNS's length by itself.
pub(super) fn looks_like_request(bytes: &[u8]) -> Looks {
    match Wire::begun_by(bytes) {
        Some(_) => Looks::Like,
        None if dns::is_length(bytes) => Looks::Short,
        None => Looks::Unlike,
    }
}

impl Wire {
    const ALL: [Self; 3] = [Self::Dns, Self::FastCgi, Self::MongoDb];

    fn begun_by(bytes: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|wire| match wire {
            Self::Dns => dns::begins(bytes),
            Self::FastCgi => fastcgi::begins(bytes),
            Self::MongoDb => mongodb::begins(bytes),
        })
    }

    const fn header_len(self) -> usize {
        match self {
            Self::Dns => dns::HEADER,
            Self::FastCgi => fastcgi::HEADER,
            Self::MongoDb => mongodb::HEADER,
        }
    }

    /// Reads a header of the client's; `None` if it is none.
    fn question(self, header: &[u8]) -> Option<Frame> {
        match self {
            Self::Dns => dns::question(header),
            Self::FastCgi => fastcgi::question(header),
            Self::MongoDb => mongodb::question(header),
        }
    }

    /// The same of the server's.
    fn answer(self, header: &[u8]) -> Option<Frame> {
        match self {
            Self::Dns => dns::answer(header),
            Self::FastCgi => fastcgi::answer(header),
            Self::MongoDb => mongodb::answer(header),
        }
    }
}

impl Numbered {
    /// One that begins with these bytes, or goes on with them where nothing was owed.
    pub(super) fn begun_by(client: End, bytes: &[u8]) -> Option<Self> {
        Wire::begun_by(bytes).map(|wire| Self {
            ledger: Ledger::new(client),
            wire,
            open: SmallVec::new(),
            answered: None,
            phase: Phase::Ready,
            sides: Both::default(),
        })
    }

    pub(super) const fn is_counted(&self) -> bool {
        !matches!(self.phase, Phase::Streaming)
    }

    pub(super) fn is_blind(&self, by: End) -> bool {
        self.sides.at(by).is_blind()
    }

    pub(super) fn request_unfinished(&self) -> bool {
        let side = self.sides.at(self.ledger.client);
        !side.is_blind() && (self.phase == Phase::Asking || side.is_within())
    }

    pub(super) fn opaque(&self, by: End) -> u64 {
        self.sides.at(by).opaque()
    }

    pub(super) const fn latest(&self) -> &'static str {
        match self.wire {
            Wire::Dns => "the DNS query",
            Wire::FastCgi => "the FastCGI request",
            Wire::MongoDb => "the command",
        }
    }

    pub(super) const fn missing(&self) -> &'static str {
        match self.wire {
            Wire::Dns => ", not the whole message",
            Wire::FastCgi => ", no FCGI_END_REQUEST",
            Wire::MongoDb => ", not the whole reply",
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self.wire {
            Wire::Dns => "dns",
            Wire::FastCgi => "fastcgi",
            Wire::MongoDb => "mongodb",
        }
    }

    /// Is it with a database, where what is asked belongs to a transaction?
    pub(super) fn is_with_database(&self) -> bool {
        self.wire == Wire::MongoDb
    }

    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>) {
        if by == self.ledger.client {
            self.find_again(piece);
        }
        let mut rest = *piece;
        while rest.len() > 0 {
            let taken = if by == self.ledger.client { self.ask(&rest) } else { self.answer(&rest) };
            rest = rest.behind(taken);
        }
    }

    /// A client that asks has had its answers, as a rule.
    fn find_again(&mut self, piece: &Piece<'_>) {
        let is_lost = self.is_blind(End::Low) || self.is_blind(End::High);
        if is_lost && Wire::begun_by(piece.bytes) == Some(self.wire) {
            self.open.clear();
            self.ledger.forget();
            (self.answered, self.phase, self.sides) = (None, Phase::Ready, Both::default());
        }
    }

    /// Reads a step of the client's; gives how many bytes it took.
    fn ask(&mut self, piece: &Piece<'_>) -> u32 {
        let (wire, side) = (self.wire, self.sides.at_mut(self.ledger.client));
        let (taken, frame) = side.step(piece, wire.header_len(), |header| wire.question(header));
        match frame.map(|frame| frame.says) {
            Some(Says::Asks(number)) => self.open(number, Phase::Ready),
            Some(Says::Begins(number)) => self.open(number, Phase::Asking),
            Some(Says::Completes) => self.phase = Phase::Ready,
            _ => {}
        }
        taken
    }

    fn open(&mut self, number: u32, phase: Phase) {
        let side = self.sides.at_mut(self.ledger.client);
        if self.open.len() == MAX_OPEN {
            return side.lose();
        }
        self.ledger.asked(side.began);
        self.open.push(number);
        self.phase = phase;
    }

    /// Reads a step of the server's; gives how many bytes it took.
    fn answer(&mut self, piece: &Piece<'_>) -> u32 {
        let (wire, side) = (self.wire, self.sides.at_mut(self.ledger.client.peer()));
        let (taken, ended) = side.step(piece, wire.header_len(), |header| wire.answer(header));
        let under_way = side.frame();
        if side.is_within_header() {
            self.ledger.answering();
        }
        match ended.or(under_way).map(|frame| frame.says) {
            Some(Says::Answers(number) | Says::Tells(number)) => self.go_on(number),
            Some(Says::Streams) => self.phase = Phase::Streaming,
            _ => {}
        }
        if let Some(Frame { says: Says::Answers(number), .. }) = ended {
            self.close(number);
        }
        taken
    }

    /// Some of the answer came. An answer may have several messages, as that to a transfer of a zone in DNS, of which none says whether
    /// it is the last.
    fn go_on(&mut self, number: u32) {
        if !self.open.contains(&number) {
            if self.answered != Some(number) {
                // Nobody asked that, as far as is known: what is owed is not known either.
                return self.sides.at_mut(self.ledger.client).lose();
            }
            self.ledger.resumed();
            self.open.push(number);
        }
        self.ledger.answering();
    }

    fn close(&mut self, number: u32) {
        if let Some(at) = self.open.iter().position(|open| *open == number) {
            self.open.remove(at);
            self.ledger.answered();
            self.answered = Some(number);
        }
    }
}
