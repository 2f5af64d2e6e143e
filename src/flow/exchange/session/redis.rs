//! Redis in clear: which commands are answered. Every command has one reply, in order, but for a few that turn the connection into
//! something else.

use compact_str::CompactString;

use super::super::super::key::{Both, End};
use super::super::http::Looks;
use super::super::last_words;
use super::super::stream::Piece;
use super::commands;
use super::ledger::Ledger;
use super::resp::{Event, MAX_LINE, Resp};

/// What a replica says of itself.
const COPY: &str = "REPLCONF ";
/// The longest names that are looked for, and the longest numbers before them.
const MAX_NAME: usize = 20;
const MAX_DIGITS: usize = 6;

/// A session from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redis {
    /// Commands.
    pub(super) ledger: Ledger,
    /// The latest command.
    command: CompactString,
    phase: Phase,
    sides: Both<Resp>,
}

/// Whether commands and replies can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nobody knows yet whether they are commands, or a copy of some: none had a reply.
    Unproven,
    /// They can.
    Ready,
    /// One that waits is among those that are not answered.
    Waiting,
    /// Replies are no more one for one.
    Streaming,
}

/// Do these bytes begin with a command, as programs send it: a list of texts, the first of which is the name of one?
#[inline]
pub(super) fn is_command(bytes: &[u8]) -> bool {
    matches!(bytes, [b'*', b'1'..=b'9', ..]) && name_of(bytes).is_some_and(commands::is_known)
}

/// Do the first bytes of a connection look like a command? Some programs send it line by line.
pub(super) fn looks_like_command(bytes: &[u8]) -> Looks {
    if is_command(bytes) {
        return Looks::Like;
    }
    let mut lines = bytes.splitn(3, |&byte| byte == b'\n');
    let (count, len, name) = (lines.next(), lines.next(), lines.next());
    let begins = count.is_some_and(|line| is_number(b'*', line))
        && len.is_none_or(|line| line.is_empty() || is_number(b'$', line))
        && name.is_none_or(|name| name.len() <= MAX_NAME && name.iter().all(u8::is_ascii_alphabetic));
    if begins { Looks::Short } else { Looks::Unlike }
}

fn is_number(kind: u8, line: &[u8]) -> bool {
    let number = line.strip_prefix(&[kind]).map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest));
    number.is_some_and(|number| number.len() <= MAX_DIGITS && number.iter().all(u8::is_ascii_digit))
}

fn name_of(bytes: &[u8]) -> Option<&[u8]> {
    let (_, rest) = number(bytes.strip_prefix(b"*")?)?;
    let (len, rest) = number(rest.strip_prefix(b"$")?)?;
    rest.get(..len).filter(|name| name.len() <= MAX_NAME)
}

/// A number, and what is behind the end of its line.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let digits = bytes.iter().position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = bytes.split_at_checked(digits)?;
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest.strip_prefix(b"\r\n")?))
}

impl Redis {
    /// One that begins with these bytes, or goes on with them where nothing was owed.
    pub(super) fn new(client: End, bytes: &[u8]) -> Self {
        let copied = name_of(bytes).is_some_and(commands::is_copied);
        let phase = if copied { Phase::Unproven } else { Phase::Ready };
        Self { ledger: Ledger::new(client), command: CompactString::default(), phase, sides: Both::default() }
    }

    /// The latest command, in capitals; empty before the first, and where it is no word.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    pub(super) const fn is_counted(&self) -> bool {
        matches!(self.phase, Phase::Ready)
    }

    pub(super) fn is_blind(&self, by: End) -> bool {
        self.sides.at(by).is_blind()
    }

    pub(super) fn request_unfinished(&self) -> bool {
        let side = self.sides.at(self.ledger.client);
        !side.is_blind() && !side.is_between()
    }

    /// Is the server in the midst of what it tells a subscriber, or says of itself?
    pub(super) fn is_within_push(&self) -> bool {
        let said = self.sides.at(self.ledger.client.peer());
        let message = || !self.is_counted() && commands::are_told(said.words());
        said.is_within() && (said.is_push() || message())
    }

    pub(super) fn opaque(&self, by: End) -> u64 {
        self.sides.at(by).opaque()
    }

    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>) {
        if by == self.ledger.client && self.is_lost() && is_command(piece.bytes) {
            *self = Self { ledger: self.ledger.clone(), ..Self::new(by, piece.bytes) };
            self.ledger.forget();
        }
        let mut rest = *piece;
        while rest.len() > 0 {
            let (taken, event) = self.sides.at_mut(by).step(&rest);
            match event {
                Some(Event::Whole | Event::Words) if by == self.ledger.client => self.ask(),
                Some(event) if by != self.ledger.client => self.answer(event),
                _ => {}
            }
            rest = rest.behind(taken);
        }
    }

    /// A client that asks has had its answers, as a rule, and what both say next begins with a line.
    fn is_lost(&self) -> bool {
        self.phase != Phase::Streaming && (self.is_blind(End::Low) || self.is_blind(End::High))
    }

    fn ask(&mut self) {
        let said = self.sides.at(self.ledger.client);
        let name = said.words().split(' ').next().unwrap_or_default();
        if !said.has_words(commands::words_of(name)) {
            return self.sides.at_mut(self.ledger.client).lose();
        }
        if commands::streams(said.words()) {
            self.phase = Phase::Streaming;
        } else if self.phase != Phase::Streaming && commands::waits(name) {
            self.phase = Phase::Waiting;
        }
        // Nobody waits for the answer to a goodbye.
        if name == commands::GOODBYE {
            return;
        }
        let shown = name.bytes().all(|byte| byte.is_ascii_graphic());
        self.command = if shown { name.into() } else { CompactString::default() };
        self.ledger.asked(said.began);
    }

    fn answer(&mut self, event: Event) {
        let said = self.sides.at_mut(self.ledger.client.peer());
        match event {
            Event::Words => said.lose(),
            // That nobody is let in is no reply to what was asked.
            _ if said.is_push() || last_words::turns_away(said.words().as_bytes(), MAX_LINE) => return,
            // A replica tells how far it has come.
            _ if said.words().starts_with(COPY) => self.phase = Phase::Streaming,
            Event::Begun => self.ledger.answering(),
            Event::Whole => self.ledger.answered(),
        }
        if matches!(self.phase, Phase::Unproven | Phase::Waiting) && self.ledger.is_settled() {
            self.phase = Phase::Ready;
        }
    }
}
