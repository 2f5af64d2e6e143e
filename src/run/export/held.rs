//! The newest frames of a watch, in a bounded number of bytes, so that those of an end can still be written to a file.
//!
//! They belong to the thread that captures. Who wants some leaves a note at the counter and waits there; the capturing
//! thread looks at it once a tick and never waits.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::decode::{Frame, LinkType};
use crate::time::Timestamp;

use super::{Copied, Found, Frames, Sought};

/// Bytes of one piece of the ring, and its pieces.
const PIECE: usize = 1 << 20;
const PIECES: usize = 32;
/// What the note of a frame takes, about.
const HEAD: usize = 48;
/// How long one waits at the counter.
const PATIENCE: Duration = Duration::from_secs(5);

/// The ring.
#[derive(Default)]
pub(in super::super) struct Held {
    /// The newest last.
    pieces: VecDeque<Piece>,
}

/// Frames one behind the other.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    heads: Vec<Head>,
}

/// What is known of a frame besides its bytes.
struct Head {
    ts: Timestamp,
    number: u64,
    file: u16,
    link: LinkType,
    wire_len: u32,
    end: usize,
}

impl Held {
    /// Copies frames in; the oldest go.
    pub(in super::super) fn keep(&mut self, frames: &[Frame<'_>]) {
        for frame in frames {
            if self.pieces.back().is_none_or(|piece| !piece.has_room_for(frame.bytes.len())) {
                self.begin_piece();
            }
            if let Some(piece) = self.pieces.back_mut() {
                piece.push(frame);
            }
        }
    }

    fn begin_piece(&mut self) {
        let mut piece = if self.pieces.len() < PIECES { None } else { self.pieces.pop_front() };
        if let Some(piece) = &mut piece {
            piece.bytes.clear();
            piece.heads.clear();
        }
        self.pieces.push_back(piece.unwrap_or_default());
    }

    /// The time of the oldest frame.
    pub(in super::super) fn since(&self) -> Option<Timestamp> {
        self.pieces.front()?.heads.first().map(|head| head.ts)
    }

    /// Bytes that it takes.
    pub(in super::super) fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| (piece.bytes.len() + piece.heads.len() * HEAD) as u64).sum()
    }

    fn find(&self, sought: &Sought) -> Found {
        let sought = sought.of_any_number();
        let frames = self.pieces.iter().flat_map(Piece::frames);
        let frames: Vec<Copied> =
            frames.filter(|frame| sought.takes(frame)).map(|frame| Copied::of(&frame)).collect();
        let gone = self.since().is_none_or(|oldest| oldest > sought.since);
        let note =
            gone.then(|| format!("of {} segments; the older ones are no longer in memory", sought.segments));
        Found { frames, note }
    }
}

impl Piece {
    const fn has_room_for(&self, bytes: usize) -> bool {
        self.bytes.len() + bytes + self.heads.len() * HEAD <= PIECE
    }

    fn push(&mut self, frame: &Frame<'_>) {
        self.bytes.extend_from_slice(frame.bytes);
        let &Frame { ts, number, file, link, wire_len, .. } = frame;
        self.heads.push(Head { ts, number, file, link, wire_len, end: self.bytes.len() });
    }

    fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        let mut start = 0;
        self.heads.iter().map(move |head| {
            let bytes = self.bytes.get(start..head.end).unwrap_or_default();
            start = head.end;
            let &Head { ts, number, file, link, wire_len, .. } = head;
            Frame { ts, number, file, link, wire_len, bytes }
        })
    }
}

/// Where frames are asked for.
#[derive(Default)]
pub(in super::super) struct Counter(Mutex<Option<(Sought, Sender<Found>)>>);

impl Counter {
    fn ask(&self, sought: &Sought) -> Receiver<Found> {
        let (give, take) = channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((*sought, give));
        take
    }

    /// Gives what was asked for, if anything was.
    pub(in super::super) fn serve(&self, held: &Held) {
        let Ok(asked) = self.0.try_lock().map(|mut note| note.take()) else { return };
        if let Some((sought, give)) = asked {
            // Who asked may have lost patience.
            let _ = give.send(held.find(&sought));
        }
    }
}

impl Frames for std::sync::Arc<Counter> {
    fn find(&self, sought: &Sought) -> Result<Found, String> {
        let found = self.ask(sought).recv_timeout(PATIENCE);
        found.map_err(|_timeout| "capturing is too busy or over".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_the_oldest_go() {
        let mut held = Held::default();
        let bytes = [7; 1500];
        for number in 0..60_000 {
            let ts = Timestamp::from_nanos(number);
            held.keep(&[Frame {
                ts,
                number,
                file: 0,
                link: LinkType::Ethernet,
                wire_len: 1500,
                bytes: &bytes,
            }]);
        }
        assert!(held.bytes() <= (PIECE * PIECES) as u64, "{}", held.bytes());
        assert!(held.bytes() > (PIECE * (PIECES - 2)) as u64, "{}", held.bytes());
        let kept: Vec<u64> = held.pieces.iter().flat_map(Piece::frames).map(|frame| frame.number).collect();
        assert_eq!(kept.last(), Some(&59_999));
        assert!(kept.is_sorted() && kept[0] > 30_000);
        assert_eq!(held.since(), Some(Timestamp::from_nanos(kept[0])));
        assert!(held.pieces.iter().flat_map(Piece::frames).all(|frame| frame.bytes == bytes));
    }
}
