//! Connections that go on, for who wants to see them: by value, and without changing anything.

use super::super::attempt::Attempted;
use super::super::close::{Close, Ended, Finality, ObservedUntil};
use super::super::index::Place;
use super::super::state::{self, Phase};
use super::cells::{Body, Small};
use super::{Shard, Sink};

/// Places that are looked at for it: a table may be full of others.
const LOOKED_AT: usize = 10_000;

impl Shard {
    /// What is known so far of connections that have not ended, of at most `most` of them.
    pub(in super::super) fn alive(&mut self, most: usize, sink: Sink<'_>) {
        self.index.sweep();
        let open = self.index.places().take(LOOKED_AT).filter_map(|place| self.so_far(place));
        open.take(most).for_each(|close| sink(Ended::Whole(Box::new(close))));
    }

    /// What is known so far of the connection at a place, if it goes on.
    fn so_far(&self, place: Place) -> Option<Close> {
        match place {
            Place::Whole(at) => {
                let (flow, cold) = (self.whole.at(at), &self.cold[at as usize]);
                (flow.phase == Phase::Open).then(|| state::so_far(flow, cold, &self.ring, self.now))
            }
            Place::Small(at) => {
                let Small { body: Body::Attempt(attempt), key, .. } = self.small.at(at) else { return None };
                let (until, finality, closed_at) = (ObservedUntil::Close, Finality::Provisional, self.now);
                let open = attempt.is_answered() && !attempt.is_reset();
                let so_far = |attempt| {
                    Attempted { key: *key, attempt, until, finality, closed_at, elsewhere: 0 }.close()
                };
                open.then(|| so_far(attempt.clone()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::decode::{Pdu, script};
    use crate::flow::{FlowTable, ObservedUntil, Settings};

    const OPEN: &str = "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A .\n";

    #[test]
    fn what_goes_on_is_shown_as_often_as_one_likes_and_what_has_ended_is_not() {
        let rest = "B > A P. len 10\nA > B R.\n";
        for (text, expected) in [(OPEN.to_owned(), 1), (format!("{OPEN}{rest}"), 0)] {
            let played = script::parse(&text).unwrap();
            let pdus: Vec<Pdu<'_>> = played.iter().map(script::Scripted::pdu).collect();
            let mut table = FlowTable::new(Settings::default());
            table.observe(&pdus, &mut |_| {});
            for most in [0, 7, 7] {
                let mut shown = Vec::new();
                table.alive(most, &mut |ended| shown.push(ended.into_close()));
                assert_eq!(shown.len(), expected.min(most), "{text}");
                assert!(shown.iter().all(|close| close.recent.len() == 5));
            }
            let mut left = 0;
            table.finish(ObservedUntil::Eof, &mut |_| left += 1);
            assert_eq!(left, 1, "nothing was taken away");
        }
    }
}
