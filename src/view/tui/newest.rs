//! The newest ends, as many as can be scrolled through: what a feeder keeps for [`Frame::newest`](super::Frame::newest).

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::time::Timestamp;
use crate::verdict::{Ruling, Verdict};

use super::frame::{EndId, id, id_of};

/// Ends that are kept; beyond it the oldest go, and are counted only.
const KEPT: usize = 10_000;
/// Of those that ended well, fewer will do: they must not push out what somebody looks for.
const KEPT_WELL: usize = 5_000;

/// The newest ends, those that have a cause and those that have none.
#[derive(Debug)]
pub struct Newest {
    caused: Kept,
    well: Kept,
}

/// A bounded list of ends in which a final verdict takes the place of its provisional one.
#[derive(Debug)]
struct Kept {
    most: usize,
    ends: VecDeque<Arc<Verdict>>,
    /// At which number of all that ever came each end is.
    numbers: HashMap<EndId, usize>,
    /// The number of the oldest that is kept.
    oldest: usize,
}

impl Default for Newest {
    fn default() -> Self {
        Self { caused: Kept::most(KEPT), well: Kept::most(KEPT_WELL) }
    }
}

impl Newest {
    /// Takes an end in, or a better verdict on one that is there.
    pub fn offer(&mut self, end: Arc<Verdict>) {
        let id = id(&end);
        // A final verdict may find that nothing went wrong after all, and the other way round.
        let (kept, other) = match end.cause {
            Some(_) => (&mut self.caused, &mut self.well),
            None => (&mut self.well, &mut self.caused),
        };
        if other.replace(id, &end) {
            return;
        }
        if !kept.replace(id, &end) {
            kept.push(id, end);
        }
    }

    /// Is an earlier verdict on this connection kept?
    #[must_use]
    pub fn knows(&self, ruling: &Ruling) -> bool {
        let id = id_of(ruling);
        self.caused.numbers.contains_key(&id) || self.well.numbers.contains_key(&id)
    }

    /// Would it be kept? The last word on an end that is older than all that are kept comes too late.
    #[must_use]
    pub fn takes(&self, ruling: &Ruling) -> bool {
        let kept = if ruling.cause.is_some() { &self.caused } else { &self.well };
        kept.has_room_at(ruling.end_time) || self.knows(ruling)
    }

    /// What is kept, the newest end first.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Verdict>> {
        let kept = [&self.caused, &self.well].into_iter().flat_map(|kept| kept.ends.iter().rev());
        let mut list: Vec<Arc<Verdict>> = kept.cloned().collect();
        list.sort_by_key(|end| std::cmp::Reverse(end.end_time));
        list
    }
}

impl Kept {
    fn most(most: usize) -> Self {
        Self { most, ends: VecDeque::new(), numbers: HashMap::new(), oldest: 0 }
    }

    /// Puts it in the place of an earlier verdict on the same end, if there is one.
    fn replace(&mut self, id: EndId, end: &Arc<Verdict>) -> bool {
        let known = self.numbers.get(&id).and_then(|number| self.ends.get_mut(number - self.oldest));
        let known = known.map(|place| place.clone_from(end));
        known.is_some()
    }

    fn has_room_at(&self, end_time: Timestamp) -> bool {
        self.ends.len() < self.most || self.ends.front().is_none_or(|oldest| end_time >= oldest.end_time)
    }

    fn push(&mut self, id: EndId, end: Arc<Verdict>) {
        if !self.has_room_at(end.end_time) {
            return;
        }
        if self.ends.len() >= self.most
            && let Some(oldest) = self.ends.pop_front()
        {
            self.numbers.remove(&self::id(&oldest));
            self.oldest += 1;
        }
        self.numbers.insert(id, self.oldest + self.ends.len());
        self.ends.push_back(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::stale;

    fn numbered(first_frame: u64, end_nanos: u64) -> Arc<Verdict> {
        let end_time = Timestamp::from_nanos(end_nanos);
        Arc::new(Verdict { end_time, first_frame, ..stale() })
    }

    #[test]
    fn a_final_verdict_takes_the_place_of_its_provisional_one() {
        let mut newest = Newest::default();
        for (frame, time) in [(1, 10), (2, 30), (3, 20), (1, 15)] {
            newest.offer(numbered(frame, time));
        }
        let list: Vec<_> =
            newest.list().iter().map(|end| (end.first_frame, end.end_time.as_nanos())).collect();
        assert_eq!(list, [(2, 30), (3, 20), (1, 15)]);
    }

    #[test]
    fn a_last_word_that_comes_too_late_pushes_out_nothing_newer() {
        let mut newest = Newest::default();
        for frame in 0..KEPT as u64 {
            newest.offer(numbered(frame, 1_000_000 + frame));
        }
        let late = numbered(999_999, 5);
        assert!(!newest.takes(&Ruling::from(&*late)));
        newest.offer(late);
        assert!(newest.list().iter().all(|end| end.first_frame < KEPT as u64));
        assert!(newest.takes(&Ruling::from(&*numbered(7, 5))), "a better word on what is there");
    }

    #[test]
    fn what_ended_well_pushes_out_nothing_that_did_not() {
        let mut newest = Newest::default();
        newest.offer(numbered(1, 1));
        for frame in 0..KEPT_WELL as u64 + 9 {
            let well = Verdict { cause: None, ..(*numbered(10 + frame, 10 + frame)).clone() };
            newest.offer(Arc::new(well));
        }
        let list = newest.list();
        assert_eq!(list.len(), KEPT_WELL + 1);
        assert!(list.iter().any(|end| end.first_frame == 1));
        let revised = Verdict { cause: None, ..(*numbered(1, 1)).clone() };
        newest.offer(Arc::new(revised));
        assert_eq!(newest.list().len(), KEPT_WELL + 1, "a better verdict takes its place");
    }

    #[test]
    fn the_oldest_go_and_a_late_verdict_on_one_of_them_is_a_new_end() {
        let mut newest = Newest::default();
        for frame in 0..KEPT as u64 + 5 {
            newest.offer(numbered(frame, frame));
        }
        newest.offer(numbered(KEPT as u64 + 4, 1_000_000));
        assert_eq!((newest.caused.ends.len(), newest.caused.numbers.len()), (KEPT, KEPT));
        newest.offer(numbered(0, 1_000_001));
        let list = newest.list();
        assert_eq!((list.len(), list[0].first_frame, list[1].first_frame), (KEPT, 0, KEPT as u64 + 4));
        assert_eq!(newest.caused.numbers.len(), KEPT);
    }
}
