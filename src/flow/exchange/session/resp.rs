//! RESP, in which Redis is asked and answers (its documentation, "Redis serialization protocol specification", versions 2 and 3): where an
//! item begins and where it ends.
//!
//! Lines tell the kind of an element, and how long it is or how many are in it. How they are nested is of no interest: every
//! element takes one place, and a list gives as many as it has.

use memchr::memchr;

use crate::decode::SeqNumber;

use super::super::stream::Piece;

/// As much of a line is kept: a kind, a number, and the line end.
pub(super) const MAX_LINE: usize = 24;
/// As much is kept of the first two words of a command: the longest names have 20 letters (`GEORADIUSBYMEMBER_RO`).
const MAX_WORDS: usize = 28;
/// Words that are kept.
const WORDS: u8 = 2;
/// Redis takes no longer string (`proto-max-bulk-len`).
const MAX_TEXT: u64 = 1 << 29;
/// More elements than a reply has.
const MAX_ELEMENTS: u64 = 1 << 32;
/// A text is followed by a line end.
const LINE_END: u64 = 2;

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Resp {
    at: At,
    /// Elements of the item that are still to come, the one that is under way included.
    left: u64,
    /// Kind of the item.
    kind: u8,
    /// Where the item began.
    pub(super) began: SeqNumber,
    words: Words,
}

/// Where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// In a line, of which so much is kept.
    Line([u8; MAX_LINE], usize),
    /// In a text of which so much is left, its line end included.
    Text(u64),
    /// Lost.
    Blind,
}

impl Default for At {
    fn default() -> Self {
        Self::Line([0; MAX_LINE], 0)
    }
}

/// The first words of an item, in capitals, each before a blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
struct Words {
    bytes: [u8; MAX_WORDS],
    len: u8,
    ended: u8,
    /// The first of which not all was captured.
    cut_in: Option<u8>,
}

impl Words {
    fn take(&mut self, bytes: &[u8]) {
        let rest = self.bytes.get_mut(usize::from(self.len)..).unwrap_or_default();
        for (place, byte) in rest.iter_mut().zip(bytes) {
            (*place, self.len) = (byte.to_ascii_uppercase(), self.len + 1);
        }
    }

    fn end(&mut self) {
        self.take(b" ");
        self.ended = self.ended.saturating_add(1);
    }

    /// What follows was not captured.
    fn cut(&mut self) {
        self.cut_in = self.cut_in.or(Some(self.ended));
        self.ended = WORDS;
    }

    fn are_all(&self) -> bool {
        self.ended >= WORDS || usize::from(self.len) == MAX_WORDS
    }
}

/// What has happened in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// An item has begun, and will go on.
    Begun,
    /// It is whole.
    Whole,
    /// It was a line of words, which only a client may say.
    Words,
}

/// What an element's line says.
enum Element {
    /// It is all of it.
    Line,
    /// A text of so many bytes follows.
    Text(u64),
    /// So many elements follow.
    List(u64),
    /// So many elements follow, which are not it, and then it.
    Attributes(u64),
}

impl Element {
    fn of(line: &[u8]) -> Option<Self> {
        let (kind, rest) = line.split_first()?;
        let number = || std::str::from_utf8(rest).ok()?.trim_ascii().parse::<i64>().ok();
        // Less than nothing is null.
        let many =
            |times| number().map(|n| u64::try_from(n).unwrap_or(0) * times).filter(|&n| n < MAX_ELEMENTS);
        Some(match kind {
            b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => Self::Line,
            b'$' | b'=' | b'!' => match u64::try_from(number()?) {
                Ok(len) => Self::Text(Some(len).filter(|&len| len <= MAX_TEXT)? + LINE_END),
                Err(_) => Self::Line,
            },
            b'*' | b'~' | b'>' => Self::List(many(1)?),
            b'%' => Self::List(many(2)?),
            b'|' => Self::Attributes(many(2)?),
            _ => return None,
        })
    }
}

impl Resp {
    /// Bytes that one would have to know are missing.
    pub(super) fn is_blind(&self) -> bool {
        self.at == At::Blind
    }

    /// Nothing is understood from here on.
    pub(super) const fn lose(&mut self) {
        self.at = At::Blind;
    }

    /// Is nothing under way?
    pub(super) fn is_between(&self) -> bool {
        self.left == 0 && matches!(self.at, At::Line(_, 0))
    }

    /// Is the middle of an item under way?
    pub(super) fn is_within(&self) -> bool {
        self.left > 0 && !self.is_blind()
    }

    /// Is what is under way no reply, but something that the server says of itself?
    pub(super) const fn is_push(&self) -> bool {
        self.kind == b'>'
    }

    /// The first words of the item, or what its last line says, in capitals.
    pub(super) fn words(&self) -> &str {
        let kept = self.words.bytes.get(..usize::from(self.words.len)).unwrap_or_default();
        std::str::from_utf8(kept).unwrap_or_default()
    }

    /// Were so many of the first words captured to their ends?
    pub(super) fn has_words(&self, wanted: u8) -> bool {
        self.words.cut_in.is_none_or(|cut| cut >= wanted)
    }

    /// How many of the next bytes matter to nobody.
    pub(super) fn opaque(&self) -> u64 {
        match self.at {
            At::Text(left) if self.words.are_all() => left,
            _ => 0,
        }
    }

    /// Reads a step; gives how many bytes it took, and what has happened.
    pub(super) fn step(&mut self, piece: &Piece<'_>) -> (u32, Option<Event>) {
        match self.at {
            At::Blind => (piece.len(), None),
            At::Text(left) => {
                let taken = u32::try_from(left).unwrap_or(u32::MAX).min(piece.len());
                self.take_text(left, piece);
                let left = left - u64::from(taken);
                if left > 0 {
                    self.at = At::Text(left);
                    return (taken, None);
                }
                self.words.end();
                (taken, self.end_element())
            }
            At::Line(mut line, have) => {
                if self.left == 0 && have == 0 {
                    (self.began, self.words) = (piece.seq, Words::default());
                }
                let end = memchr(b'\n', piece.bytes);
                let said = piece.bytes.get(..end.unwrap_or(piece.bytes.len())).unwrap_or_default();
                let have = keep(&mut line, have, said);
                self.at = At::Line(line, have);
                if end.is_some() {
                    let told = self.end_line(line.get(..have).unwrap_or_default());
                    return (u32::try_from(said.len() + 1).unwrap_or(u32::MAX), told);
                }
                if piece.unseen > 0 {
                    self.at = At::Blind;
                }
                (piece.len(), None)
            }
        }
    }

    /// Of a text only the first words of a command matter.
    fn take_text(&mut self, left: u64, piece: &Piece<'_>) {
        if !self.words.are_all() {
            let said = usize::try_from(left.saturating_sub(LINE_END)).unwrap_or(usize::MAX);
            self.words.take(piece.bytes.get(..said.min(piece.bytes.len())).unwrap_or_default());
            if piece.bytes.len() < said && piece.unseen > 0 {
                self.words.cut();
            }
        }
    }

    fn end_line(&mut self, line: &[u8]) -> Option<Event> {
        self.at = At::default();
        let begins = self.left == 0;
        let Some(element) = Element::of(line) else {
            return self.end_other_line(line);
        };
        if begins {
            (self.left, self.kind) = (1, line.first().copied().unwrap_or_default());
        }
        match element {
            Element::Line => {
                self.words.take(line);
                return self.end_element();
            }
            Element::Text(left) => self.at = At::Text(left),
            Element::List(0) => return self.end_element(),
            Element::List(count) => self.left = (self.left - 1).saturating_add(count),
            Element::Attributes(count) => self.left = self.left.saturating_add(count),
        }
        begins.then_some(Event::Begun)
    }

    /// A line of words is a command too; an empty one is nothing.
    fn end_other_line(&mut self, line: &[u8]) -> Option<Event> {
        let words = line.trim_ascii();
        if words.is_empty() && self.left == 0 {
            return None;
        }
        if self.left > 0 || !words.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
            self.at = At::Blind;
            return None;
        }
        self.words.take(words);
        self.words.end();
        Some(Event::Words)
    }

    fn end_element(&mut self) -> Option<Event> {
        self.at = At::default();
        self.left = self.left.saturating_sub(1);
        (self.left == 0).then_some(Event::Whole)
    }
}

/// Keeps what there is place for; gives how much is kept.
fn keep(line: &mut [u8; MAX_LINE], have: usize, said: &[u8]) -> usize {
    let places = line.get_mut(have..).unwrap_or_default();
    let kept = places.len().min(said.len());
    for (place, byte) in places.iter_mut().zip(said) {
        *place = *byte;
    }
    have + kept
}
