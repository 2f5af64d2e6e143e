//! What several threads have followed, put together again in the one order that there is.

use std::iter::Peekable;
use std::sync::mpsc::Receiver;
use std::vec::IntoIter;

use crate::flow::{Begun, Ended};
use crate::time::Timestamp;

use super::track::{Sheaf, Yield};

/// One of the threads that is still followed up, or what it has left.
struct Source {
    yields: Receiver<Yield>,
    /// What came before anybody asked for it.
    ahead: Option<Yield>,
    left: Peekable<IntoIter<(Begun, Ended)>>,
}

/// All that the threads yield.
pub(super) struct Gathering {
    sources: Vec<Source>,
    ticked: Timestamp,
}

impl Gathering {
    pub(super) fn of(yields: Vec<Receiver<Yield>>) -> Self {
        let source = |yields| Source { yields, ahead: None, left: Vec::new().into_iter().peekable() };
        Self { sources: yields.into_iter().map(source).collect(), ticked: Timestamp::ZERO }
    }

    /// Takes the sheaves of one shipment: at each tick what the first thread has, then the second, and so on. Gives
    /// whether there may be more of them.
    pub(super) fn shipment(&mut self, sink: &mut dyn FnMut(Ended)) -> bool {
        let sheaves: Vec<Sheaf> = self.sources.iter_mut().filter_map(Source::sheaf).collect();
        let whole = sheaves.len() == self.sources.len();
        if whole {
            self.ticked = bind(sheaves, sink).unwrap_or(self.ticked);
        }
        whole
    }

    /// Is there nothing to be taken as yet?
    pub(super) fn has_to_wait(&mut self) -> bool {
        self.sources.iter_mut().any(Source::has_to_wait)
    }

    /// All that was over by this time has been taken.
    pub(super) const fn ticked(&self) -> Timestamp {
        self.ticked
    }

    /// Takes those that were left at the end, by when they began.
    pub(super) fn remainder(mut self, sink: &mut dyn FnMut(Ended)) {
        while let Some(next) = self.next_source()
            && let Some((_, ended)) = next.left.next()
        {
            sink(ended);
        }
    }

    fn next_source(&mut self) -> Option<&mut Source> {
        let with_first =
            self.sources.iter_mut().filter_map(|source| source.first().map(|begun| (begun, source)));
        with_first.min_by_key(|(begun, _)| *begun).map(|(_, source)| source)
    }
}

impl Source {
    fn has_to_wait(&mut self) -> bool {
        if self.ahead.is_none() {
            self.ahead = self.yields.try_recv().ok();
        }
        self.ahead.is_none()
    }

    fn next(&mut self) -> Option<Yield> {
        self.ahead.take().or_else(|| self.yields.recv().ok())
    }

    /// The next sheaf; what is left is kept.
    fn sheaf(&mut self) -> Option<Sheaf> {
        match self.next()? {
            Yield::Sheaf(sheaf) => Some(sheaf),
            Yield::Left(left) => {
                self.left = left.into_iter().peekable();
                None
            }
        }
    }

    /// When the next one that is left began.
    fn first(&mut self) -> Option<Begun> {
        while self.left.peek().is_none() {
            let Yield::Left(left) = self.next()? else { continue };
            self.left = left.into_iter().peekable();
        }
        self.left.peek().map(|(begun, _)| *begun)
    }
}

/// Sheaves of one shipment have the same ticks; gives the last of them.
fn bind(sheaves: Vec<Sheaf>, sink: &mut dyn FnMut(Ended)) -> Option<Timestamp> {
    let ticks = sheaves.first().map_or(0, |sheaf| sheaf.ticks.len());
    let last = sheaves.first().and_then(|sheaf| sheaf.ticks.last()).map(|&(now, _)| now);
    let mut open: Vec<_> =
        sheaves.into_iter().map(|sheaf| (sheaf.ended.into_iter(), sheaf.ticks, 0)).collect();
    for tick in 0..ticks {
        for (ended, ticks, taken) in &mut open {
            let upto = ticks.get(tick).map_or(*taken, |&(_, upto)| upto);
            ended.by_ref().take(upto - *taken).for_each(&mut *sink);
            *taken = upto;
        }
    }
    last
}
