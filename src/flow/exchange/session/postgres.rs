//! PostgreSQL in clear (its documentation, "Frontend/Backend Protocol", version 3): which queries are answered, and why a server ends a
//! session.
//!
//! Every message has a type and a length. A query, a function call or a Sync is answered when the server says that it is ready for the
//! next one.

use crate::decode::SeqNumber;

use super::super::super::key::{Both, End};
use super::super::http::Looks;
use super::super::last_words::{self, Fatal, Saying};
use super::super::stream::Piece;
use super::ledger::Ledger;

/// Type and length; the length counts itself.
const HEADER: usize = 5;
const HEADER_LEN: u32 = 5;
const LENGTH: u32 = 4;
/// The server takes no longer message (`MaxAllocSize`).
const MAX_LEN: u32 = 1 << 30;
const LEN: usize = 4;
/// A StartupMessage has a length, but no type; then a version: 3.0, or 3.2 (PostgreSQL 18).
const VERSIONS: [[u8; 4]; 2] = [[0, 3, 0, 0], [0, 3, 0, 2]];
/// `MAX_STARTUP_PACKET_LENGTH`.
const MAX_STARTUP: u32 = 10_000;
/// The types of messages of clients, and of servers.
const ASKS: &[u8] = b"QPBEDHSCFXdcfp";
const SAYS: &[u8] = b"RKSZTtDCEN123nsIAGHWdcVv";

/// A session from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postgres {
    /// Queries, function calls and Syncs, and what belongs to them.
    pub(super) ledger: Ledger,
    /// Why the server ended the session, if it said so and nothing after it.
    pub(super) fatal: Option<Fatal>,
    phase: Phase,
    /// The latest request ended with a Sync.
    synced: bool,
    /// Where what will belong to the next query began.
    began: Option<SeqNumber>,
    sides: Both<Side>,
}

/// Whether questions and answers can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The client logs in: many a message of both, and no count of them.
    Login,
    /// They can.
    Ready,
    /// The client sends a table; until it has, the server owes nothing.
    CopyIn,
    /// A stream of both (replication).
    Streaming,
}

/// One direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// In a header: so many bytes of it are there.
    Header([u8; HEADER], usize),
    /// In the length of the first message, which has no type.
    Startup([u8; LEN], usize),
    /// In a message of which so much is left.
    Body(u32),
    /// Lost: nobody knows where messages begin.
    Blind,
}

const BETWEEN: Side = Side::Header([0; HEADER], 0);

impl Default for Side {
    fn default() -> Self {
        BETWEEN
    }
}

/// Does a session begin with these bytes of a segment, or go on with them from a place where nothing was owed?
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    is_query(bytes) || looks_like_startup(bytes) == Looks::Like
}

/// Is this a StartupMessage: a length, and a version?
pub(super) fn looks_like_startup(bytes: &[u8]) -> Looks {
    let Some((len, rest)) = bytes.split_first_chunk() else {
        let zeros = bytes.iter().take(2).all(|&byte| byte == 0);
        return if zeros { Looks::Short } else { Looks::Unlike };
    };
    let len = u32::from_be_bytes(*len);
    let begins = VERSIONS
        .iter()
        .any(|version| version.starts_with(rest.get(..LEN.min(rest.len())).unwrap_or_default()));
    match rest.len() {
        _ if !begins || !(2 * LENGTH..=MAX_STARTUP).contains(&len) => Looks::Unlike,
        0..LEN => Looks::Short,
        _ => Looks::Like,
    }
}

/// Are these whole messages of a client, the last of which asks for an answer?
#[inline]
pub(super) fn is_query(bytes: &[u8]) -> bool {
    matches!(bytes, [b'A'..=b'Z', 0, ..]) && ends_with_query(bytes)
}

fn ends_with_query(mut bytes: &[u8]) -> bool {
    loop {
        let Some((&[kind, len @ ..], rest)) = bytes.split_first_chunk::<HEADER>() else { return false };
        let body = u32::from_be_bytes(len).checked_sub(LENGTH).filter(|_| ASKS.contains(&kind));
        let Some((body, rest)) = body.and_then(|body| rest.split_at_checked(body as usize)) else {
            return false;
        };
        if rest.is_empty() {
            return kind == b'S' && body.is_empty()
                || kind == b'Q' && body.len() > 1 && body.last() == Some(&0);
        }
        bytes = rest;
    }
}

impl Postgres {
    /// One that begins with a StartupMessage.
    pub(super) fn new(client: End) -> Self {
        let mut sides = Both::default();
        *sides.at_mut(client) = Side::Startup([0; LEN], 0);
        Self { phase: Phase::Login, sides, ..Self::midway(client) }
    }

    /// One that goes on where nothing was owed.
    pub(super) fn midway(client: End) -> Self {
        Self {
            ledger: Ledger::new(client),
            fatal: None,
            phase: Phase::Ready,
            synced: false,
            began: None,
            sides: Both::default(),
        }
    }

    /// Messages of this end are missing.
    pub(super) fn is_blind(&self, by: End) -> bool {
        *self.sides.at(by) == Side::Blind
    }

    /// Can questions and answers be counted?
    pub(super) const fn is_counted(&self) -> bool {
        matches!(self.phase, Phase::Ready)
    }

    /// Has the client not sent the whole of a message?
    pub(super) fn request_unfinished(&self) -> bool {
        let within = matches!(self.sides.at(self.ledger.client), Side::Header(_, 1..) | Side::Body(_));
        within || self.began.is_some() && self.ledger.is_settled()
    }

    /// How many of the next bytes of `by` are of a message that matters to nobody.
    pub(super) fn opaque(&self, by: End) -> u64 {
        if let Side::Body(left) = self.sides.at(by) { (*left).into() } else { 0 }
    }

    /// Reads what comes next.
    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>) {
        if by == self.ledger.client && self.is_lost() && piece.unseen == 0 && is_query(piece.bytes) {
            self.find_again();
        }
        let mut rest = *piece;
        while rest.len() > 0 {
            let taken = self.step(by, &rest);
            rest = rest.behind(taken);
        }
    }

    fn is_lost(&self) -> bool {
        self.phase != Phase::Streaming && (self.is_blind(End::Low) || self.is_blind(End::High))
    }

    /// A client that asks has had its answers; what both say next begins with a header.
    fn find_again(&mut self) {
        (self.sides, self.began, self.phase) = (Both::default(), None, Phase::Ready);
        self.ledger.forget();
    }

    /// Reads a step; gives how many bytes it took.
    fn step(&mut self, by: End, piece: &Piece<'_>) -> u32 {
        match *self.sides.at(by) {
            Side::Blind => piece.len(),
            Side::Body(left) => {
                let taken = left.min(piece.len());
                *self.sides.at_mut(by) = body(left - taken);
                taken
            }
            Side::Startup(mut len, have) => {
                let whole = put(&mut len, have, piece).map(|whole| whole.then(|| u32::from_be_bytes(len)));
                *self.sides.at_mut(by) = match whole {
                    None => Side::Blind,
                    Some(None) => Side::Startup(len, have + 1),
                    Some(Some(len)) => body(len.saturating_sub(LENGTH)),
                };
                1
            }
            Side::Header(mut header, have) => {
                let whole = put(&mut header, have, piece);
                *self.sides.at_mut(by) = whole.map_or(Side::Blind, |_| Side::Header(header, have + 1));
                if whole == Some(true) {
                    self.begin_message(by, header, &piece.behind(1));
                }
                1
            }
        }
    }

    /// A message of `by` begins; `rest` is what comes behind its header.
    fn begin_message(&mut self, by: End, [kind, len @ ..]: [u8; HEADER], rest: &Piece<'_>) {
        let len = u32::from_be_bytes(len);
        let known = if by == self.ledger.client { ASKS } else { SAYS };
        let Some(len) = len.checked_sub(LENGTH).filter(|&len| len < MAX_LEN && known.contains(&kind)) else {
            *self.sides.at_mut(by) = Side::Blind;
            return;
        };
        *self.sides.at_mut(by) = body(len);
        if by == self.ledger.client {
            self.ask(kind, rest.seq.minus(HEADER_LEN));
        } else {
            let message = rest.bytes.get(..rest.bytes.len().min(len as usize)).unwrap_or_default();
            self.answer(kind, message, Saying::of(by, rest));
        }
    }

    fn ask(&mut self, kind: u8, seq: SeqNumber) {
        match kind {
            b'S' if self.phase == Phase::CopyIn => {}
            b'Q' | b'F' | b'S' => {
                self.synced = kind == b'S';
                self.ledger.asked(self.began.take().unwrap_or(seq));
            }
            b'c' | b'f' if self.phase == Phase::CopyIn => self.phase = Phase::Ready,
            b'P' | b'B' | b'E' | b'D' | b'C' => self.began = self.began.or(Some(seq)),
            _ => {}
        }
    }

    fn answer(&mut self, kind: u8, message: &[u8], saying: Saying) {
        let within = self.ledger.is_answering();
        let told = if matches!(kind, b'E' | b'N') { last_words::read(message, saying, within) } else { None };
        // Who is not let in has been answered.
        let logged_in = self.phase != Phase::Login;
        self.fatal = told.filter(|told| told.is_known_end() || logged_in && told.says_so());
        let ends = self.fatal.is_some();
        match kind {
            b'Z' => {
                self.phase = Phase::Ready;
                self.ledger.answered();
            }
            b'W' => self.phase = Phase::Streaming,
            b'G' => {
                self.phase = Phase::CopyIn;
                // A Sync that comes meanwhile is passed over.
                if self.synced {
                    self.ledger.forget();
                }
            }
            // Of themselves servers tell of settings, notifications and warnings.
            b'A' | b'S' | b'N' | b'K' | b'R' | b'v' => {}
            _ if ends => {}
            _ => self.ledger.answering(),
        }
    }
}

/// A message of which so much is left.
const fn body(left: u32) -> Side {
    if left == 0 { BETWEEN } else { Side::Body(left) }
}

/// Puts the next byte into its place, and tells whether that was the last one; `None` where it was not captured.
fn put(places: &mut [u8], have: usize, piece: &Piece<'_>) -> Option<bool> {
    let (byte, place) = piece.bytes.first().zip(places.get_mut(have))?;
    *place = *byte;
    Some(have + 1 == places.len())
}
