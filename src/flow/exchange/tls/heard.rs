//! One piece after the other. Once the handshake is over they are records of application data, in which nothing is to be looked at:
//! most of what [`Tls::on`] asks does not concern these, so that they are taken as they come. Whatever is not surely one is left to it;
//! a property test holds the two equal.

use super::flight;
use super::records::{self, APPLICATION_DATA};
use super::{At, Cipher, End, Now, Offers, Piece, SeqNumber, Tls, Turns};

impl Tls {
    /// Reads what comes next.
    pub(in super::super) fn heard(&mut self, by: End, piece: &Piece<'_>, turns: &mut Turns<'_>) {
        let side = self.sides.at_mut(by);
        if side.now == Now::Application && side.records.lie_within(piece.len()) {
            *self.cut_record.at_mut(by) = side.records.left() > 0;
            return turns.take(by, piece.stamp, piece.seq, piece.len());
        }
        side.records.resume(piece);
        if self.takes_one(by, piece) {
            return turns.take(by, piece.stamp, piece.seq, piece.len());
        }
        let said = self.take_data(by, piece);
        if said > 0 {
            turns.take(by, piece.stamp, piece.seq, said);
        }
        if said < piece.len() {
            self.heard_each(by, &mut piece.behind(said), turns);
        }
        let side = self.sides.at(by);
        let in_data = side.now == Now::Application && side.records.left() > 0;
        *self.cut_record.at_mut(by) = in_data || side.records.in_header();
    }

    /// The same, step by step.
    #[inline(never)]
    fn heard_each(&mut self, by: End, rest: &mut Piece<'_>, turns: &mut Turns<'_>) {
        let mut at = At { by, stamp: rest.stamp, seq: rest.seq };
        while rest.len() > 0 {
            at.seq = rest.seq;
            let side = self.sides.at_mut(by);
            if !side.records.in_header() && side.records.left() == 0 {
                side.begins = rest.seq;
            }
            let event = side.records.read(rest);
            self.on(event, &at, turns);
        }
    }

    /// Takes a piece that is one record of data and nothing else, as most are that hold the end of one.
    #[inline]
    fn takes_one(&mut self, by: End, piece: &Piece<'_>) -> bool {
        let Some(record) = self.sides.at(by).records.next_of(Some(piece.bytes)) else { return false };
        let whole = records::HEADER_LEN + u32::from(record.len) == piece.len();
        if !whole
            || record.kind != APPLICATION_DATA
            || !self.only_talks(by)
            || !self.is_speech(by, record.len, piece.stamp.ack)
        {
            return false;
        }
        let side = self.sides.at_mut(by);
        (side.begins, side.now) = (piece.seq, Now::Application);
        (*self.trailing_own_bytes.at_mut(by), *self.closing.at_mut(by)) = (0, false);
        *self.cut_record.at_mut(by) = false;
        true
    }

    /// Takes records of data from the front of `piece`, as far as they surely are and as far as it goes. Gives how many bytes they are:
    /// all of them said by a program.
    fn take_data(&mut self, by: End, piece: &Piece<'_>) -> u32 {
        if !self.only_talks(by) {
            return 0;
        }
        let (len, side) = (piece.len(), self.sides.at_mut(by));
        // The record that is under way may end in it.
        let rest = if side.now == Now::Application { side.records.take_rest(len) } else { 0 };
        let mut taken = rest;
        while let Some(record) = self.sides.at(by).records.next_of(piece.bytes.get(taken as usize..))
            && record.kind == APPLICATION_DATA
            && self.is_speech(by, record.len, piece.stamp.ack)
        {
            let side = self.sides.at_mut(by);
            (side.begins, side.now) = (piece.seq.plus(taken), Now::Application);
            taken += side.records.pass(record, len - taken);
        }
        if taken > rest {
            (*self.trailing_own_bytes.at_mut(by), *self.closing.at_mut(by)) = (0, false);
        }
        taken
    }

    /// Is the handshake over, and nothing said of an end?
    fn only_talks(&self, by: End) -> bool {
        self.established && self.alert.is_none() && self.sides.at(by).suspect.is_none()
    }

    /// Is a record of data of this length what a program says, whatever came before it?
    fn is_speech(&self, by: End, len: u16, ack: Option<SeqNumber>) -> bool {
        let hidden = self.version13 == Some(true);
        let over = self.sides.at(by).cipher == Cipher::Finished;
        if self.version13.is_none() && len == flight::ALERT {
            return false;
        }
        let told = if hidden { self.flight.is_over(by == self.client, len, ack) } else { over };
        told && !(self.offers == Offers::Http2 && records::may_be_http2s_own(len, self.version13))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::super::super::stream::Stamp;
    use super::super::super::turns::Turn;
    use super::*;
    use crate::time::Timestamp;

    /// A record: who sends it, its type, how long it says to be, and how many of its bytes are captured.
    type Sent = (bool, u8, u16, u16);

    fn sent() -> impl Strategy<Value = Sent> {
        let kind =
            prop_oneof![8 => Just(23_u8), 1 => Just(21), 1 => Just(22), 1 => Just(20), 1 => any::<u8>()];
        let len = prop_oneof![Just(19_u16), Just(25), Just(33), 0_u16..80, 300_u16..320];
        (any::<bool>(), kind, len, 0_u16..90)
    }

    fn session(hello: u8) -> Tls {
        match hello {
            0 => Tls::midway(End::Low),
            1 => Tls { version13: Some(true), established: true, ..Tls::new(End::Low) },
            2 => {
                Tls { version13: Some(false), established: true, offers: Offers::Http2, ..Tls::new(End::Low) }
            }
            _ => Tls { offers: Offers::Http2, ..Tls::midway(End::Low) },
        }
    }

    /// What is known after segments that hold `records` each, read both ways.
    fn read(hello: u8, segments: &[Vec<Sent>]) -> [String; 2] {
        [false, true].map(|with_data| {
            let (mut tls, mut told, mut seqs) = (session(hello), String::new(), [1_u32, 1]);
            let (mut now, mut before, mut count): (Option<Turn>, Option<Turn>, u32) = (None, None, 0);
            for (frame, records) in (1..).zip(segments) {
                let by = if records.first().is_some_and(|record| record.0) { End::Low } else { End::High };
                let (mut bytes, mut unseen) = (Vec::new(), 0);
                for &(_, kind, len, seen) in records {
                    bytes.extend([kind, 3, 3]);
                    bytes.extend(len.to_be_bytes());
                    bytes.extend((0..len.min(seen)).map(|_| 7));
                    unseen = u32::from(len.saturating_sub(seen));
                }
                let seq = &mut seqs[by as usize];
                let ack = Some(SeqNumber(*seq / 2));
                let stamp = Stamp { ts: Timestamp::from_nanos(frame), frame, serial: frame, ack };
                let piece = Piece { stamp, seq: SeqNumber(*seq), bytes: &bytes, unseen };
                *seq = piece.end().0;
                let mut turns = Turns { now: &mut now, before: &mut before, count: &mut count };
                if with_data {
                    tls.heard(by, &piece, &mut turns);
                } else {
                    tls.sides.at_mut(by).records.resume(&piece);
                    tls.heard_each(by, &mut piece.clone(), &mut turns);
                }
                (*tls.cut_record.at_mut(End::Low), *tls.cut_record.at_mut(End::High)) = (false, false);
                let _ = writeln!(told, "{tls:?} {now:?} {before:?} {count}");
            }
            told
        })
    }

    proptest! {
        #[test]
        fn data_changes_what_any_record_would(
            hello in 0_u8..4,
            segments in proptest::collection::vec(proptest::collection::vec(sent(), 1..4), 1..12),
        ) {
            let [slow, fast] = read(hello, &segments);
            prop_assert_eq!(slow, fast);
        }
    }
}
