//! Connections that go on, for who wants to see them: by value, and without changing anything.

use super::super::close::Ended;
use super::super::index::Place;
use super::super::state::{self, Phase};
use super::{Shard, Sink};

/// Places that are looked at for it: a table may be full of others.
const LOOKED_AT: usize = 10_000;

impl Shard {
    /// What is known so far of connections that have not ended, of at most `most` of them.
    pub(in super::super) fn alive(&mut self, most: usize, sink: Sink<'_>) {
        self.index.sweep();
        let whole = self.index.places().take(LOOKED_AT).filter_map(|place| match place {
            Place::Whole(at) => Some(at),
            Place::Small(_) => None,
        });
        let open = whole.filter(|&at| self.whole.at(at).phase == Phase::Open);
        for at in open.take(most) {
            let (flow, cold) = (self.whole.at(at), &self.cold[at as usize]);
            sink(Ended::Whole(Box::new(state::so_far(flow, cold, &self.ring, self.now))));
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
