//! Telling about a connection before its watching has ended: at most once, by value, and without changing anything.

use crate::time::Span;

use super::super::attempt::Attempted;
use super::super::close::{Ended, Finality, ObservedUntil};
use super::super::expiry::{Due, Timer};
use super::super::index::Place;
use super::super::key::End;
use super::super::state::{self, Cold, Phase};
use super::cells::Body;
use super::{Shard, Sink, is_unanswered};

/// How long an end is left alone before it is told: a forged RST is followed by the genuine answer, a FIN by the RST to
/// what crossed it, within a round trip.
const HEELS: Span = Span::from_millis(250);
/// How long a side must have repeated itself in vain: Linux repeats a SYN after 1 s, and data sooner.
const PATIENCE: Span = Span::from_secs(3);
/// Repetitions of a SYN that count, and of anything else; one of those may be a keep-alive probe on its way.
const SYNS: u8 = 1;
const REPETITIONS: u8 = 2;

/// Whether a connection is told about as soon as it seems to have ended, and once more when that is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provisional {
    /// Once at the end.
    Withheld,
    /// At most once before, for who watches as it happens.
    Given,
}

impl Shard {
    /// Sets a timer for a connection that is followed, if anybody wants to know before the end.
    pub(super) fn expect_news(&mut self, timer: Timer, at: u32) {
        if self.settings.provisional == Provisional::Withheld {
            return;
        }
        let patience = match timer {
            // More repetitions need no timers of their own.
            Timer::Repeated if !matches!(most(self.whole.at(at)), SYNS..=REPETITIONS) => return,
            Timer::Repeated => PATIENCE,
            Timer::Ended => HEELS,
        };
        let &Cold { announced, generation, .. } = &self.cold[at as usize];
        if !announced {
            self.set_news(timer, Place::Whole(at), generation, patience);
        }
    }

    /// The same for an attempt that a RST has ended.
    pub(super) fn expect_end(&mut self, at: u32) {
        if self.settings.provisional == Provisional::Given {
            let generation = self.small.at(at).generation;
            self.set_news(Timer::Ended, Place::Small(at), generation, HEELS);
        }
    }

    fn set_news(&mut self, timer: Timer, place: Place, generation: u32, patience: Span) {
        let at = self.now.plus(patience);
        self.news.set(Due { timer, at, place, generation });
        self.note_due(at);
    }

    /// Tells about a connection that has ended, or of which one side has not been heard since the timer was set.
    pub(super) fn on_news_due(&mut self, due: Due, sink: Sink<'_>) {
        match due.place {
            Place::Small(at) => self.tell_small(at, due.generation, sink),
            Place::Whole(at) => self.tell_whole(at, due, sink),
        }
    }

    fn tell_small(&mut self, at: u32, generation: u32, sink: Sink<'_>) {
        let now = self.now;
        let Some(small) = self.small.cells.get_mut(at as usize) else { return };
        let key = small.key;
        if let Body::Attempt(attempt) = &mut small.body
            && small.generation == generation
            && attempt.is_reset()
            && !std::mem::replace(&mut attempt.announced, true)
        {
            let (attempt, until) = (attempt.clone(), ObservedUntil::Close);
            let finality = Finality::Provisional;
            sink(Ended::Attempt(Attempted { key, attempt, until, finality, closed_at: now, elsewhere: 0 }));
        }
    }

    fn tell_whole(&mut self, at: u32, due: Due, sink: Sink<'_>) {
        let (flow, cold) = (&self.whole.cells[at as usize], &mut self.cold[at as usize]);
        if cold.generation != due.generation {
            return;
        }
        let enough = if is_unanswered(&flow.halves) { SYNS } else { REPETITIONS };
        // Who is told so by ICMP gives an attempt up, and repeats nothing.
        let was_refused = cold.icmp.is_some() && flow.phase == Phase::Open && is_unanswered(&flow.halves);
        let is_news = match due.timer {
            Timer::Ended => flow.phase == Phase::Lingering || was_refused,
            Timer::Repeated => flow.phase == Phase::Open && most(flow) >= enough,
        };
        if !is_news || cold.announced {
            return;
        }
        cold.announced = true;
        sink(Ended::Whole(Box::new(state::so_far(flow, cold, &self.ring, self.now))));
    }
}

/// How often the side that got no answer has repeated itself.
fn most(flow: &state::Flow) -> u8 {
    (*flow.unanswered.at(End::Low)).max(*flow.unanswered.at(End::High))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Pdu, script};
    use crate::flow::{Close, Finality, FlowTable, ObservedUntil, Settings};
    use crate::time::Timestamp;

    const ASKED: &str = "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A .\n";

    /// Plays a script, waits for `wait`, and ends; gives what was handed over by then, and all of it.
    fn play(text: &str, wait: Span) -> (Vec<Close>, Vec<Close>) {
        let played = script::parse(text).unwrap();
        let settings = Settings { provisional: Provisional::Given, ..Settings::default() };
        let (mut table, mut closes) = (FlowTable::new(settings), Vec::new());
        let pdus: Vec<Pdu<'_>> = played.iter().map(script::Scripted::pdu).collect();
        table.observe(&pdus, &mut |close| closes.push(close.into_close()));
        let now: Timestamp = table.now();
        table.advance(now.plus(wait), &mut |close| closes.push(close.into_close()));
        let early = closes.clone();
        table.finish(ObservedUntil::Stopped, &mut |close| closes.push(close.into_close()));
        (early, closes)
    }

    #[test]
    fn a_reset_is_told_soon_and_once_more_after_the_linger() {
        let (early, all) = play(&format!("{ASKED}B > A R."), Span::from_millis(300));
        assert_eq!((early.len(), all.len()), (1, 2));
        assert_eq!((all[0].finality, all[1].finality), (Finality::Provisional, Finality::Final));
        assert_eq!((all[0].key, all[0].start), (all[1].key, all[1].start));
        assert_eq!(all[0].reset.as_ref().unwrap().rst, all[1].reset.as_ref().unwrap().rst);
        let (early, _) = play(&format!("{ASKED}B > A R."), Span::from_millis(200));
        assert!(early.is_empty(), "what comes on its heels is awaited");
    }

    #[test]
    fn both_fins_are_an_end_and_one_is_none() {
        let (early, _) = play(&format!("{ASKED}B > A F.\nA > B F.\nB > A ."), Span::from_millis(300));
        assert_eq!(early.len(), 1);
        let (early, _) = play(&format!("{ASKED}B > A F.\nA > B ."), Span::from_secs(9));
        assert!(early.is_empty());
    }

    #[test]
    fn an_attempt_that_was_repeated_in_vain_is_told_after_a_while() {
        let (early, all) = play("A > B S\n+1 A > B again", Span::from_secs(4));
        assert_eq!((early.len(), all.len()), (1, 2), "{all:#?}");
        assert_eq!(early[0].finality, Finality::Provisional);
        assert!(play("A > B S", Span::from_secs(9)).0.is_empty(), "one SYN may still be answered");
    }

    #[test]
    fn an_attempt_that_icmp_refuses_is_told_soon() {
        let (early, all) = play("A > B S\nB > A unreachable", Span::from_millis(300));
        assert_eq!((early.len(), all.len()), (1, 2), "{all:#?}");
        let (early, _) = play(&format!("{ASKED}B > A unreachable"), Span::from_secs(9));
        assert!(early.is_empty(), "an error about a connection that lives ends nothing");
    }

    #[test]
    fn a_silence_is_told_once_and_an_answer_forestalls_it() {
        let again = "+1 A > B again\n";
        let silent = format!("A > B S\nB > A S.\nA > B .\nA > B P. len 20\n{again}{again}");
        let (early, all) = play(&format!("{silent}{again}"), Span::from_secs(4));
        assert_eq!((early.len(), all.len()), (1, 2), "{all:#?}");
        let (early, _) = play(&format!("{silent}B > A ."), Span::from_secs(9));
        assert!(early.is_empty());
    }
}
