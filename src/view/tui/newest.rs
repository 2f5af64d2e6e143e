//! The newest ends, as many as can be scrolled through: what a feeder keeps for [`Frame::newest`](super::Frame::newest).

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::verdict::Verdict;

use super::frame::{EndId, id};

/// Ends that are kept; beyond it the oldest go, and are counted only.
const KEPT: usize = 20_000;

/// A bounded list of ends in which a final verdict takes the place of its provisional one.
#[derive(Debug, Default)]
pub struct Newest {
    ends: VecDeque<Arc<Verdict>>,
    /// At which number of all that ever came each end is.
    numbers: HashMap<EndId, usize>,
    /// The number of the oldest that is kept.
    oldest: usize,
}

impl Newest {
    /// Takes an end in, or a better verdict on one that is there.
    pub fn offer(&mut self, end: Arc<Verdict>) {
        let id = id(&end);
        let known = self.numbers.get(&id).and_then(|number| self.ends.get_mut(number - self.oldest));
        if let Some(place) = known {
            *place = end;
            return;
        }
        if self.ends.len() >= KEPT
            && let Some(oldest) = self.ends.pop_front()
        {
            self.numbers.remove(&self::id(&oldest));
            self.oldest += 1;
        }
        self.numbers.insert(id, self.oldest + self.ends.len());
        self.ends.push_back(end);
    }

    /// What is kept, the newest end first.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Verdict>> {
        let mut list: Vec<Arc<Verdict>> = self.ends.iter().rev().cloned().collect();
        list.sort_by_key(|end| std::cmp::Reverse(end.end_time));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::stale;

    fn numbered(first_frame: u64, end_nanos: u64) -> Arc<Verdict> {
        let end_time = crate::time::Timestamp::from_nanos(end_nanos);
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
    fn the_oldest_go_and_a_late_verdict_on_one_of_them_is_a_new_end() {
        let mut newest = Newest::default();
        for frame in 0..KEPT as u64 + 5 {
            newest.offer(numbered(frame, frame));
        }
        newest.offer(numbered(KEPT as u64 + 4, 1_000_000));
        assert_eq!((newest.ends.len(), newest.numbers.len()), (KEPT, KEPT));
        newest.offer(numbered(0, 1_000_001));
        let list = newest.list();
        assert_eq!((list.len(), list[0].first_frame, list[1].first_frame), (KEPT, 0, KEPT as u64 + 4));
        assert_eq!(newest.numbers.len(), KEPT);
    }
}
