//! The model: what is shown of the newest frame, and where the user is in it.

use std::collections::HashSet;
use std::sync::Arc;

use crate::aggregate::Peer;
use crate::config::{Listing, Mouse};
use crate::verdict::{Addr, Verdict};

use super::cursor::Cursor;
use super::digest::{self, CauseRow, News};
use super::filter::Filter;
use super::frame::{self, EndId};
use super::group::{self, Group, GroupKey, Grouping};
use super::keys::Keymap;
use super::sort::{self, Sorting};
use super::theme::Theme;
use super::{Frame, Options, screen};

/// Everything that the panes draw.
#[derive(Debug)]
pub(super) struct App {
    /// The newest frame: counts, health and news are its.
    pub(super) latest: Arc<Frame>,
    /// The frame of the lists: the newest one, unless they are held still.
    pub(super) shown: Arc<Frame>,
    /// What is going on, in a sentence, and whom it is about.
    pub(super) news: News,
    /// What became of the last thing that was asked for, until the next key.
    pub(super) said: Option<String>,
    pub(super) pace: Pace,
    pub(super) screen: Screen,
    pub(super) mode: Mode,
    pub(super) filter: Filter,
    pub(super) listing: Listing,
    /// What `h` goes back to.
    pub(super) with_harmless: Listing,
    pub(super) grouping: Grouping,
    /// Where lists were entered from, to go back there.
    pub(super) ways: Vec<Way>,
    pub(super) sorting: Sortings,
    pub(super) lists: Lists,
    pub(super) at: Cursors,
    pub(super) keys: Keymap,
    pub(super) mouse: Mouse,
    /// Columns and lines.
    pub(super) size: (u16, u16),
    pub(super) theme: Theme,
}

/// What was seen where Enter opened a list of ends.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) screen: Screen,
    pub(super) grouping: Grouping,
    pub(super) filter: Filter,
}

/// One of the screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    /// Causes on top, bad ends below: "there it is".
    Ends,
    /// With whom.
    Peers,
    /// Why, and what to do.
    Causes,
    /// All of them, however they ended.
    Connections,
    /// How well the capture is.
    Health,
}

/// What the keys act on: one at a time.
#[derive(Clone, Debug)]
pub(super) enum Mode {
    /// The screen.
    Browse,
    /// One end, whole, whatever becomes of the list; and the first visible line.
    Detail(Arc<Verdict>, usize),
    /// The help; and the first visible line.
    Help(usize),
    /// A filter being typed; it acts at once.
    Typing,
}

/// Whether the lists go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// They show the newest frame.
    Flowing,
    /// They are held still; counting goes on.
    Frozen,
}

/// Where a key is pressed: a screen or what lies over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Ends,
    Peers,
    Causes,
    Connections,
    Health,
    Detail,
    Help,
    Typing,
}

/// What is listed, filtered.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) ends: Vec<Arc<Verdict>>,
    pub(super) connections: Vec<Arc<Verdict>>,
    /// The groups of the screen's own ends, where they are grouped.
    pub(super) groups: Vec<Group>,
    pub(super) peers: Vec<Peer>,
    pub(super) causes: Vec<CauseRow>,
}

/// Where the user is in each list.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    pub(super) ends: Cursor<EndId>,
    pub(super) connections: Cursor<EndId>,
    pub(super) groups: Cursor<GroupKey>,
    pub(super) peers: Cursor<Addr>,
    pub(super) causes: Cursor<&'static str>,
}

/// How each list is sorted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sortings {
    pub(super) ends: Sorting,
    pub(super) groups: Sorting,
    pub(super) peers: Sorting,
    pub(super) causes: Sorting,
}

impl Screen {
    /// In the order of Tab and of the digits.
    pub(super) const ALL: [Self; 5] =
        [Self::Ends, Self::Peers, Self::Causes, Self::Connections, Self::Health];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Ends => "Bad ends",
            Self::Peers => "Peers",
            Self::Causes => "Causes",
            Self::Connections => "Connections",
            Self::Health => "Health",
        }
    }
}

impl Screen {
    /// The same in as little room as there is.
    pub(super) const fn short(self) -> &'static str {
        match self {
            Self::Ends => "Ends",
            Self::Connections => "Conns",
            Self::Peers | Self::Causes | Self::Health => self.title(),
        }
    }
}

impl App {
    pub(super) fn new(options: Options, size: (u16, u16)) -> Self {
        let first = options.first;
        let with_harmless = match options.listing {
            Listing::Everything => Listing::Everything,
            Listing::Harmful | Listing::WithHarmless => Listing::WithHarmless,
        };
        let mut app = Self {
            news: digest::news(&first, None),
            said: None,
            latest: Arc::clone(&first),
            shown: first,
            pace: Pace::Flowing,
            screen: Screen::Ends,
            mode: Mode::Browse,
            filter: Filter::default(),
            listing: options.listing,
            with_harmless,
            grouping: Grouping::default(),
            ways: Vec::new(),
            sorting: Sortings::default(),
            lists: Lists::default(),
            at: Cursors::default(),
            keys: options.look.keys,
            mouse: options.look.mouse,
            size,
            theme: Theme::new(options.colour, options.charset, options.look.palette),
        };
        app.refresh();
        app
    }

    /// What the next key acts on.
    pub(super) const fn place(&self) -> Place {
        match (&self.mode, self.screen) {
            (Mode::Detail(..), _) => Place::Detail,
            (Mode::Help(_), _) => Place::Help,
            (Mode::Typing, _) => Place::Typing,
            (Mode::Browse, Screen::Ends) => Place::Ends,
            (Mode::Browse, Screen::Peers) => Place::Peers,
            (Mode::Browse, Screen::Causes) => Place::Causes,
            (Mode::Browse, Screen::Connections) => Place::Connections,
            (Mode::Browse, Screen::Health) => Place::Health,
        }
    }

    /// The ends that this screen lists, grouped or not.
    pub(super) fn own_ends(&self) -> &[Arc<Verdict>] {
        match self.screen {
            Screen::Connections => &self.lists.connections,
            Screen::Ends | Screen::Peers | Screen::Causes | Screen::Health => &self.lists.ends,
        }
    }

    /// Are there groups in place of this screen's ends?
    pub(super) fn is_grouped(&self) -> bool {
        self.grouping != Grouping::Single && matches!(self.screen, Screen::Ends | Screen::Connections)
    }

    /// The selected end; what is open in the detail, if anything is.
    pub(super) fn selected_end(&self) -> Option<&Arc<Verdict>> {
        match (&self.mode, self.screen) {
            (Mode::Detail(end, _), _) => Some(end),
            _ if self.is_grouped() => None,
            (_, Screen::Connections) => self.lists.connections.get(self.at.connections.index()),
            _ => self.lists.ends.get(self.at.ends.index()),
        }
    }

    /// Makes the lists of this screen anew, each selection staying on its item. Those of the others are made when somebody
    /// looks at them: to go through all ends costs more than all else.
    pub(super) fn refresh(&mut self) {
        let (frame, filter, listing) = (&self.shown, &self.filter, self.listing);
        match self.screen {
            Screen::Ends => {
                self.lists.ends = self.fitting(|end| listing.lists(end));
                self.sorting.ends.sort(sort::ENDS, &mut self.lists.ends);
                self.lists.causes = digest::causes(frame, listing, filter);
                self.sorting.causes.sort(sort::CAUSES, &mut self.lists.causes);
            }
            Screen::Connections => self.lists.connections = self.fitting_with_alive(),
            Screen::Peers => {
                let peers = frame.counts.peers.list.iter();
                self.lists.peers = peers.filter(|peer| filter.admits_peer(peer, frame)).copied().collect();
                self.sorting.peers.sort(sort::PEERS, &mut self.lists.peers);
            }
            Screen::Causes => {
                self.lists.causes = digest::causes(frame, listing, filter);
                self.sorting.causes.sort(sort::CAUSES, &mut self.lists.causes);
            }
            Screen::Health => {}
        }
        self.regroup();
        self.settle();
    }

    /// All that are known, those that go on among them, sorted.
    fn fitting_with_alive(&self) -> Vec<Arc<Verdict>> {
        let mut ends = self.fitting(|_| true);
        let known: HashSet<EndId> = if self.shown.alive.is_empty() {
            HashSet::new()
        } else {
            self.shown.newest.iter().map(|end| frame::id(end)).collect()
        };
        let (frame, filter) = (&self.shown, &self.filter);
        let alive = frame.alive.iter().filter(|open| filter.admits_end(open, frame));
        ends.extend(alive.filter(|open| !known.contains(&frame::id(open))).cloned());
        ends.sort_by_key(|end| std::cmp::Reverse(end.end_time));
        self.sorting.ends.sort(sort::ENDS, &mut ends);
        ends
    }

    /// The ends that are wanted and that the filter admits, the newest first.
    fn fitting(&self, wanted: impl Fn(&Verdict) -> bool) -> Vec<Arc<Verdict>> {
        let (frame, filter) = (&self.shown, &self.filter);
        let admits = |end: &Verdict| filter.is_empty() || filter.admits_end(end, frame);
        let fitting = frame.newest.iter().filter(|end| wanted(end) && admits(end));
        fitting.cloned().collect()
    }

    /// Makes the groups of this screen's ends anew.
    pub(super) fn regroup(&mut self) {
        let mut groups = Vec::new();
        if self.is_grouped() {
            groups = group::of(self.grouping, &self.shown, self.own_ends());
        }
        self.sorting.groups.sort(sort::GROUPS, &mut groups);
        self.lists.groups = groups;
    }

    /// Finds the selections again after the lists or the size have changed.
    pub(super) fn settle(&mut self) {
        let page = screen::pages(self);
        let (at, lists) = (&mut self.at, &self.lists);
        at.ends.follow(lists.ends.iter().map(|end| frame::id(end)), page.ends);
        at.connections.follow(lists.connections.iter().map(|end| frame::id(end)), page.ends);
        at.groups.follow(lists.groups.iter().map(|group| group.key), page.ends);
        at.peers.follow(lists.peers.iter().map(|peer| peer.addr), page.peers);
        at.causes.follow(lists.causes.iter().map(|row| row.rule.name), page.causes);
    }

    /// Bad ends that came while the lists were held still.
    pub(super) fn unseen(&self) -> u64 {
        self.latest.counts.totals.bad_ends.saturating_sub(self.shown.counts.totals.bad_ends)
    }
}
