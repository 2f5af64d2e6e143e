//! The bytes of one direction in the order in which they were sent, each once.
//!
//! What lies behind a hole waits until the hole is filled, is acknowledged (then the capture misses it) or has lasted too
//! long. Bounded: a few stretches a direction, of which few bytes are kept, and those only while a hole is open.

use crate::decode::SeqNumber;
use crate::time::Timestamp;

/// Stretches that wait behind holes.
const MAX_HELD: usize = 4;
/// Bytes that are kept of them; of the rest only the length.
const MAX_BYTES: usize = 2048;
/// How far beyond a hole a stretch is expected; what goes on there after that shows that the hole will not be filled.
const MAX_AHEAD: i32 = 1 << 20;
/// A FIN takes one number that is no byte.
const FIN: i32 = 1;

/// Where and when bytes were captured, and what their sender had acknowledged by then. There is none for nothing: it would be told
/// as a frame and a time that no capture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) ts: Timestamp,
    pub(super) frame: u64,
    /// The how manyth of all segments it was: frames of merged captures have numbers of their own.
    pub(super) serial: u64,
    pub(super) ack: Option<SeqNumber>,
}

impl Stamp {
    /// For what is missing before a piece with this one, which showed that it is; what had been acknowledged by then nobody knows.
    const fn of_hole_before(self) -> Self {
        Self { ack: None, ..self }
    }
}

/// A stretch of one direction: first bytes that were captured, then some of which only the number is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) stamp: Stamp,
    pub(super) seq: SeqNumber,
    pub(super) bytes: &'a [u8],
    pub(super) unseen: u32,
}

impl<'a> Piece<'a> {
    /// `len` bytes from `seq` on, of which `payload` was captured.
    pub(super) fn new(stamp: Stamp, seq: SeqNumber, payload: &'a [u8], len: u32) -> Self {
        let bytes = payload.get(..len as usize).unwrap_or(payload);
        Self { stamp, seq, bytes, unseen: len - count(bytes) }
    }

    /// How many bytes it stands for.
    pub(super) const fn len(&self) -> u32 {
        count(self.bytes).saturating_add(self.unseen)
    }

    /// The number after its last.
    pub(super) const fn end(&self) -> SeqNumber {
        self.seq.plus(self.len())
    }

    /// What lies behind its first `n` bytes.
    pub(super) fn behind(&self, n: u32) -> Self {
        let mut rest = *self;
        rest.pass(n);
        rest
    }

    /// Leaves what lies behind its first `n` bytes, and gives those of them that were captured.
    #[inline]
    pub(super) fn pass(&mut self, n: u32) -> &'a [u8] {
        let n = n.min(self.len());
        let left = self.len() - n;
        let (passed, bytes) = self.bytes.split_at_checked(n as usize).unwrap_or((self.bytes, &[]));
        (self.seq, self.bytes, self.unseen) = (self.seq.plus(n), bytes, left - count(bytes));
        passed
    }

    /// Its first `n` bytes.
    fn first(&self, n: u32) -> Self {
        let n = n.min(self.len());
        Self::new(self.stamp, self.seq, self.bytes, n)
    }

    /// What lies at `seq` and beyond; `None` if nothing does.
    fn from(&self, seq: SeqNumber) -> Option<Self> {
        let old = u32::try_from(seq.offset_from(self.seq)).unwrap_or(0);
        (old < self.len()).then(|| self.behind(old))
    }
}

/// A piece that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    stamp: Stamp,
    seq: SeqNumber,
    bytes: Vec<u8>,
    unseen: u32,
}

impl Held {
    fn piece(&self) -> Piece<'_> {
        Piece { stamp: self.stamp, seq: self.seq, bytes: &self.bytes, unseen: self.unseen }
    }
}

/// What is done with pieces that are in order.
pub(super) type Feed<'f> = &'f mut dyn FnMut(Piece<'_>);

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Stream {
    /// The number that comes next; `None` before the first byte.
    next: Option<SeqNumber>,
    /// The other side acknowledged up to here although the capture does not show it.
    promised: Option<SeqNumber>,
    /// What waits, in order of the numbers, without overlap; `None` where nothing does.
    #[expect(clippy::box_collection, reason = "nearly always there is none, and every exchange has two")]
    held: Option<Box<Vec<Held>>>,
}

impl Stream {
    fn held(&self) -> &[Held] {
        self.held.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Bytes of memory that what waits takes.
    #[inline]
    pub(super) fn weight(&self) -> usize {
        self.held.as_deref().map_or(0, |held| weight(held))
    }

    /// Where the direction begins, if that is known and nothing came yet.
    pub(super) fn begin(&mut self, start: Option<SeqNumber>) {
        self.next = self.next.or(start);
    }

    /// The number that comes next; `None` before the first byte.
    pub(super) const fn next(&self) -> Option<SeqNumber> {
        self.next
    }

    /// Does something wait behind a hole?
    #[inline]
    pub(super) const fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// Takes a piece that comes next where nothing waits, the usual case: it is in order as it is. What begins here begins at
    /// `start`, if that is known.
    #[inline]
    pub(super) fn goes_on(&mut self, piece: &Piece<'_>, start: Option<SeqNumber>) -> bool {
        let next = self.next.or(start).unwrap_or(piece.seq);
        if self.holds() || next != piece.seq || piece.len() == 0 {
            return false;
        }
        self.next = Some(piece.end());
        true
    }

    /// Bytes that the other side has are missing here.
    pub(super) fn misses_some(&self) -> bool {
        let missing = |end: SeqNumber| self.next.is_none_or(|next| end.offset_from(next) > FIN);
        self.promised.is_some_and(missing)
    }

    /// Takes a piece and gives on what is now in order. Of the next `opaque` bytes nobody wants to know more than their
    /// number.
    pub(super) fn push(&mut self, piece: Piece<'_>, opaque: u64, feed: Feed<'_>) {
        let mut left = Some(piece);
        while let Some(piece) = left {
            let next = *self.next.get_or_insert(piece.seq);
            let Some(new) = piece.from(next) else { return };
            let ahead = new.seq.offset_from(next);
            // Half the ring away: nobody can say on which side, and no hole leads there.
            if ahead < 0 {
                return;
            }
            if ahead == 0 {
                self.give(&new, feed);
                return self.drain(feed);
            }
            let known_lost = self.promised.is_some_and(|end| !end.before(new.seq));
            if !known_lost && self.may_hold(&new, ahead) {
                return self.hold(&new, opaque.saturating_sub(u64::from(ahead.unsigned_abs())));
            }
            match self.held().first() {
                Some(first) if first.seq.before(new.seq) => self.skip_hole(feed),
                _ => self.give_hole(&new, feed),
            }
            left = Some(new);
        }
    }

    /// The other side has everything before `ack`: a hole that it covers is one of the capture.
    pub(super) fn acknowledged(&mut self, ack: SeqNumber, feed: Feed<'_>) {
        while self.held().first().is_some_and(|first| !ack.before(first.seq)) {
            self.skip_hole(feed);
        }
    }

    /// The other side acknowledged up to `ack`, and something before it was never captured.
    pub(super) fn missed(&mut self, ack: SeqNumber, feed: Feed<'_>) {
        self.promised = Some(self.promised.map_or(ack, |end| end.furthest(ack)));
        self.acknowledged(ack, feed);
    }

    fn may_hold(&self, piece: &Piece<'_>, ahead: i32) -> bool {
        let goes_on = self.held().last().is_some_and(|last| last.piece().end() == piece.seq);
        if ahead > MAX_AHEAD {
            !goes_on && self.held().len() < MAX_HELD
        } else {
            goes_on || self.held().len() < MAX_HELD
        }
    }

    fn give(&mut self, piece: &Piece<'_>, feed: Feed<'_>) {
        self.next = Some(piece.end());
        feed(*piece);
    }

    /// What waited and is now in order.
    fn drain(&mut self, feed: Feed<'_>) {
        let Some(mut held) = self.held.take() else { return };
        while let (Some(next), Some(first)) = (self.next, held.first()) {
            if first.seq.after(next) {
                self.held = Some(held);
                return;
            }
            if let Some(new) = held.remove(0).piece().from(next) {
                self.give(&new, feed);
            }
        }
    }

    /// Gives up the first hole.
    fn skip_hole(&mut self, feed: Feed<'_>) {
        let first = self.held().first().map(|first| Piece { bytes: &[], ..first.piece() });
        if let Some(first) = first {
            self.give_hole(&first, feed);
            self.drain(feed);
        }
    }

    /// Everything before a piece is missing.
    fn give_hole(&mut self, behind: &Piece<'_>, feed: Feed<'_>) {
        let next = self.next.unwrap_or(behind.seq);
        let len = u32::try_from(behind.seq.offset_from(next)).unwrap_or(0);
        self.give(&Piece::new(behind.stamp.of_hole_before(), next, &[], len), feed);
    }

    /// Puts a piece aside, without what is there already.
    fn hold(&mut self, piece: &Piece<'_>, opaque: u64) {
        let (dull, rest) = split(piece, u32::try_from(opaque).unwrap_or(u32::MAX));
        for part in
            [dull.map(|dull| Piece { bytes: &[], unseen: dull.len(), ..dull }), rest].into_iter().flatten()
        {
            self.insert(part);
        }
    }

    fn insert(&mut self, piece: Piece<'_>) {
        let (mut left, mut at) = (Some(piece), 0);
        while let Some(piece) = left {
            let Some(there) = self.held().get(at).map(|held| (held.seq, held.piece().end())) else {
                self.insert_at(at, &piece);
                return;
            };
            if there.1.after(piece.seq) {
                let (before, behind) =
                    split(&piece, u32::try_from(there.0.offset_from(piece.seq)).unwrap_or(0));
                if let Some(before) = before {
                    at += self.insert_at(at, &before);
                }
                left = behind.and_then(|behind| behind.from(there.1));
            }
            at += 1;
        }
    }

    /// Inserts a piece that overlaps nothing; gives how many places it took, none if the one before it goes on with it.
    fn insert_at(&mut self, at: usize, piece: &Piece<'_>) -> usize {
        let full = self.held().len() >= MAX_HELD;
        let room = MAX_BYTES.saturating_sub(self.held().iter().map(|held| held.bytes.len()).sum());
        let kept = piece.bytes.get(..room.min(piece.bytes.len())).unwrap_or_default();
        let list = self.held.get_or_insert_default();
        let before = at.checked_sub(1).and_then(|before| list.get_mut(before));
        if let Some(held) = before.filter(|held| held.piece().end() == piece.seq) {
            if held.unseen == 0 {
                held.bytes.extend_from_slice(kept);
                held.unseen = piece.len() - count(kept);
                return 0;
            }
            if full || kept.is_empty() {
                held.unseen = held.unseen.saturating_add(piece.len());
                return 0;
            }
        }
        let unseen = piece.len() - count(kept);
        list.insert(at, Held { stamp: piece.stamp, seq: piece.seq, bytes: kept.to_vec(), unseen });
        1
    }
}

#[cold]
fn weight(held: &[Held]) -> usize {
    held.iter().map(|held| size_of::<Held>() + held.bytes.capacity()).sum()
}

/// The first `n` bytes and the rest, as far as there are any.
fn split<'a>(piece: &Piece<'a>, n: u32) -> (Option<Piece<'a>>, Option<Piece<'a>>) {
    let some = |part: Piece<'a>| (part.len() > 0).then_some(part);
    (some(piece.first(n)), some(piece.behind(n)))
}

/// Lengths come from packets of at most 4 GiB.
#[expect(
    clippy::cast_possible_truncation,
    reason = "no payload is longer than its segment's length, which is a u32"
)]
pub(super) const fn count(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}
