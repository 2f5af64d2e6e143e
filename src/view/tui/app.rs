//! The model: what is shown of the newest frame, and where the user is in it.

use std::sync::Arc;

use crate::aggregate::Peer;
use crate::config::Listing;
use crate::verdict::{Addr, Verdict};

use super::cursor::Cursor;
use super::digest::{self, CauseRow};
use super::filter::Filter;
use super::frame::{self, EndId};
use super::theme::Theme;
use super::{Frame, Options, screen};

/// Everything that the panes draw.
#[derive(Debug)]
pub(super) struct App {
    /// The newest frame: counts, health and news are its.
    pub(super) latest: Arc<Frame>,
    /// The frame of the lists: the newest one, unless they are held still.
    pub(super) shown: Arc<Frame>,
    /// What is going on, in a sentence.
    pub(super) news: String,
    pub(super) pace: Pace,
    pub(super) screen: Screen,
    pub(super) mode: Mode,
    pub(super) filter: Filter,
    pub(super) listing: Listing,
    /// What `h` goes back to.
    pub(super) with_harmless: Listing,
    pub(super) lists: Lists,
    pub(super) at: Cursors,
    /// Columns and lines.
    pub(super) size: (u16, u16),
    pub(super) theme: Theme,
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
    Health,
    Detail,
    Help,
    Typing,
}

/// What is listed, filtered.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) ends: Vec<Arc<Verdict>>,
    pub(super) peers: Vec<Peer>,
    pub(super) causes: Vec<CauseRow>,
}

/// Where the user is in each list.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    pub(super) ends: Cursor<EndId>,
    pub(super) peers: Cursor<Addr>,
    pub(super) causes: Cursor<&'static str>,
}

impl Screen {
    /// In the order of Tab and of the digits.
    pub(super) const ALL: [Self; 4] = [Self::Ends, Self::Peers, Self::Causes, Self::Health];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Ends => "Bad ends",
            Self::Peers => "Peers",
            Self::Causes => "Causes",
            Self::Health => "Health",
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
            news: digest::news(&first),
            latest: Arc::clone(&first),
            shown: first,
            pace: Pace::Flowing,
            screen: Screen::Ends,
            mode: Mode::Browse,
            filter: Filter::default(),
            listing: options.listing,
            with_harmless,
            lists: Lists::default(),
            at: Cursors::default(),
            size,
            theme: Theme::new(options.colour, options.charset),
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
            (Mode::Browse, Screen::Health) => Place::Health,
        }
    }

    /// The selected end.
    pub(super) fn selected_end(&self) -> Option<&Arc<Verdict>> {
        self.lists.ends.get(self.at.ends.index())
    }

    /// Makes the lists anew, each selection staying on its item.
    pub(super) fn refresh(&mut self) {
        let (frame, filter, listing) = (&self.shown, &self.filter, self.listing);
        let ends = frame.newest.iter().filter(|end| listing.lists(end) && filter.admits_end(end));
        let peers = frame.counts.peers.list.iter().filter(|peer| filter.admits_peer(peer));
        self.lists = Lists {
            ends: ends.cloned().collect(),
            peers: peers.copied().collect(),
            causes: digest::causes(frame, listing, filter),
        };
        self.settle();
    }

    /// Finds the selections again after the lists or the size have changed.
    pub(super) fn settle(&mut self) {
        let page = screen::pages(self);
        self.at.ends.follow(self.lists.ends.iter().map(|end| frame::id(end)), page.ends);
        self.at.peers.follow(self.lists.peers.iter().map(|peer| peer.addr), page.peers);
        self.at.causes.follow(self.lists.causes.iter().map(|row| row.rule.name), page.causes);
    }

    /// Bad ends that came while the lists were held still.
    pub(super) fn unseen(&self) -> u64 {
        self.latest.counts.totals.bad_ends.saturating_sub(self.shown.counts.totals.bad_ends)
    }
}
