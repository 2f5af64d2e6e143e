//! What there is to do, and who may do it: whoever is free does what comes next. No thread is kept for one kind of work, so
//! that none waits while there is any.

use std::collections::{HashMap, VecDeque};

use crate::error::Error;
use crate::flow::{Ended, TableCounts};

use super::super::scribes;
use super::Outcome;
use super::dock::Dock;
use super::follower::{Follower, Left, Sheaf};
use super::parcel::Parcel;
use super::wharf::{Load, Shipment};

/// Shipments that wait to be followed: so many that nobody waits for the one who reads.
const AHEAD: usize = 2;
/// Shipments that were read and not yet judged, which bounds the memory that they take.
const UNDER_WAY: usize = 4;
/// Bundles of what was left at the end that wait to be judged, of each follower.
const LEFT_AHEAD: usize = 2;

/// Who asks for work: the number of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hand(pub(super) usize);

impl Hand {
    /// The one who judges, and has to tell at once what there is to be told.
    pub(super) const JUDGE: Self = Self(0);
}

/// What is to be done by one alone, and what it takes.
pub(super) enum Job {
    Read(Box<Dock>, Vec<Parcel>),
    /// Follow a load, after freeing what was judged of that follower's.
    Follow(usize, Follower, Load, Sheaf, Vec<Vec<Ended>>),
    Leave(usize, Follower, Vec<Vec<Ended>>),
    /// Put the load with this number into words.
    Write(u64, scribes::Load),
}

/// What came of it.
pub(super) enum Done {
    Wrote(u64, scribes::Written),
    Read(Box<Dock>, Vec<Shipment>),
    Followed(usize, Follower, Sheaf, Option<Parcel>),
    Left(usize, Follower, Left),
}

impl Job {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Read(mut dock, empties) => {
                let shipments = dock.fetch(empties);
                Done::Read(dock, shipments)
            }
            Self::Follow(nth, mut follower, Load::Parcel(mut parcel), sheaf, spent) => {
                drop(spent);
                let sheaf = follower.follow(&parcel, sheaf);
                parcel.clear();
                Done::Followed(nth, follower, sheaf, Some(parcel))
            }
            Self::Follow(nth, mut follower, Load::End(until, now), _, spent) => {
                drop(spent);
                let sheaf = follower.end(until, now);
                Done::Followed(nth, follower, sheaf, None)
            }
            Self::Leave(nth, mut follower, spent) => {
                drop(spent);
                let left = follower.leave();
                Done::Left(nth, follower, left)
            }
            Self::Write(number, load) => Done::Wrote(number, load.write()),
        }
    }
}

/// One follower, what it has before it, and what came of it.
struct Berth {
    /// Where nobody is at work with it.
    follower: Option<Follower>,
    loads: VecDeque<Load>,
    sheaves: VecDeque<Sheaf>,
    left: VecDeque<Left>,
    /// Judged, and not yet freed: by whoever follows next, who has most likely allocated it as well. Where one thread frees what
    /// another has allocated, both wait for each other.
    spent: Vec<Vec<Ended>>,
}

/// All that there is to do.
pub(super) struct Yard {
    /// Where nobody reads, and there is something to be read.
    dock: Option<Box<Dock>>,
    berths: Vec<Berth>,
    empties: Vec<Parcel>,
    /// How many threads there are, each of which follows its share of the connections as a rule.
    hands: usize,
    /// Empty, to be filled again.
    unbound: Vec<Sheaf>,
    /// Judged, and not yet put into words; and the words.
    unwritten: VecDeque<(u64, scribes::Load)>,
    written: HashMap<u64, scribes::Written>,
    under_way: usize,
    /// What became of the pass, once nothing more is read.
    outcome: Option<Result<Outcome, Error>>,
    /// Nobody wants any of it any more.
    pub(super) stopped: bool,
}

impl Yard {
    /// For so many threads.
    pub(super) fn new(dock: Dock, followers: impl Iterator<Item = Follower>, hands: usize) -> Self {
        let berth = |follower| Berth {
            follower: Some(follower),
            loads: VecDeque::new(),
            sheaves: VecDeque::new(),
            left: VecDeque::new(),
            spent: Vec::new(),
        };
        let berths = followers.map(berth).collect();
        Self {
            dock: Some(Box::new(dock)),
            berths,
            empties: Vec::new(),
            hands,
            unbound: Vec::new(),
            unwritten: VecDeque::new(),
            written: HashMap::new(),
            under_way: 0,
            outcome: None,
            stopped: false,
        }
    }

    /// What should be done next.
    pub(super) fn job(&mut self, hand: Hand) -> Option<Job> {
        let last = self.write().or_else(|| self.read(hand));
        last.or_else(|| self.follow(hand)).or_else(|| self.leave(hand))
    }

    fn write(&mut self) -> Option<Job> {
        self.unwritten.pop_front().map(|(number, load)| Job::Write(number, load))
    }

    /// Takes what is to be put into words.
    pub(super) fn write_later(&mut self, number: u64, load: scribes::Load) {
        self.unwritten.push_back((number, load));
    }

    /// The words, if they are there.
    pub(super) fn written(&mut self, number: u64) -> Option<scribes::Written> {
        self.written.remove(&number)
    }

    /// Takes sheaves that are to be filled again.
    pub(super) fn take_back(&mut self, sheaves: Vec<Sheaf>) {
        if self.outcome.is_none() {
            self.unbound.extend(sheaves);
        }
    }

    /// Takes what was judged, of each follower.
    pub(super) fn free_later(&mut self, spent: Vec<Vec<Ended>>) {
        for (berth, spent) in self.berths.iter_mut().zip(spent) {
            berth.spent.push(spent);
        }
    }

    fn read(&mut self, hand: Hand) -> Option<Job> {
        let waiting: usize = self.berths.iter().map(|berth| berth.loads.len()).sum();
        if waiting >= AHEAD * self.berths.len() || self.under_way >= UNDER_WAY {
            return None;
        }
        let dock = self.dock.take_if(|dock| hand != Hand::JUDGE || !dock.may_wait())?;
        Some(Job::Read(dock, std::mem::take(&mut self.empties)))
    }

    /// Of those that a thread follows as a rule the one that has the most before it, which is the furthest behind; of others
    /// only where there is nothing else to do, since what they need is in another core's cache.
    fn follow(&mut self, hand: Hand) -> Option<Job> {
        let hands = self.hands;
        let ready = |berth: &Berth| berth.follower.is_some() && !berth.loads.is_empty();
        let ready = self.berths.iter_mut().enumerate().filter(|(_, berth)| ready(berth));
        let is_own = |nth: usize| Hand(nth % hands) == hand;
        let (nth, berth) = ready.max_by_key(|(nth, berth)| (is_own(*nth), berth.loads.len()))?;
        let load = berth.loads.pop_front()?;
        let sheaf = self.unbound.pop().unwrap_or_default();
        Some(Job::Follow(nth, berth.follower.take()?, load, sheaf, std::mem::take(&mut berth.spent)))
    }

    fn leave(&mut self, hand: Hand) -> Option<Job> {
        let hands = self.hands;
        let is_leaving = |berth: &Berth| berth.follower.as_ref().is_some_and(Follower::is_leaving);
        let leaving = self.berths.iter_mut().enumerate().filter(|(_, berth)| is_leaving(berth));
        let wanting = leaving.filter(|(_, berth)| berth.left.len() < LEFT_AHEAD);
        let (nth, berth) =
            wanting.min_by_key(|(nth, berth)| (Hand(nth % hands) != hand, berth.left.len()))?;
        Some(Job::Leave(nth, berth.follower.take()?, std::mem::take(&mut berth.spent)))
    }

    /// Takes what came of a job.
    pub(super) fn put(&mut self, done: Done) {
        match done {
            Done::Wrote(number, written) => {
                self.written.insert(number, written);
            }
            Done::Read(dock, shipments) => {
                for shipment in shipments {
                    self.unload(shipment);
                }
                if dock.is_over() {
                    self.outcome = Some(dock.leave());
                    (self.empties, self.unbound) = (Vec::new(), Vec::new());
                } else {
                    self.dock = Some(dock);
                }
            }
            Done::Followed(nth, follower, sheaf, empty) => {
                self.empties.extend(empty.filter(|_| self.outcome.is_none()));
                self.berths[nth].follower = Some(follower);
                self.berths[nth].sheaves.push_back(sheaf);
            }
            Done::Left(nth, follower, left) => {
                self.berths[nth].follower = Some(follower);
                self.berths[nth].left.push_back(left);
            }
        }
    }

    fn unload(&mut self, shipment: Shipment) {
        self.under_way += 1;
        for (berth, load) in self.berths.iter_mut().zip(shipment) {
            berth.loads.push_back(load);
        }
    }

    /// What came of a whole shipment, the oldest first.
    pub(super) fn shipment(&mut self) -> Option<Vec<Sheaf>> {
        if self.berths.iter().any(|berth| berth.sheaves.is_empty()) {
            return None;
        }
        self.under_way = self.under_way.saturating_sub(1);
        Some(self.berths.iter_mut().filter_map(|berth| berth.sheaves.pop_front()).collect())
    }

    /// Has what came of all shipments been taken, and will there be no more?
    pub(super) const fn is_read(&self) -> bool {
        self.outcome.is_some() && self.under_way == 0
    }

    /// Some of what the `nth` had left at the end.
    pub(super) fn left(&mut self, nth: usize) -> Option<Left> {
        self.berths[nth].left.pop_front()
    }

    /// Has it nothing left to give?
    pub(super) fn is_empty(&self, nth: usize) -> bool {
        let Berth { follower, left, .. } = &self.berths[nth];
        left.is_empty() && follower.as_ref().is_some_and(|follower| !follower.is_leaving())
    }

    pub(super) const fn berths(&self) -> usize {
        self.berths.len()
    }

    /// What became of the pass, and of each follower's share of it.
    pub(super) fn into_outcome(
        self,
    ) -> (Option<Result<Outcome, Error>>, impl Iterator<Item = (u64, TableCounts)>) {
        let followers = self.berths.into_iter().filter_map(|berth| berth.follower);
        (self.outcome, followers.map(|follower| follower.counts()))
    }
}
