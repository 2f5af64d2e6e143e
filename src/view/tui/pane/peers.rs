//! The peers, the worst first: how their connections ended, and mostly why.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Widget};

use crate::aggregate::{Ours, Peer, PeerCounts};

use super::super::app::App;
use super::super::sort;
use super::table::{self, Align, Column};
use super::when::When;
use super::{BARS, TREND, bars, block, sentence, state};

pub(in super::super) struct Peers<'a>(pub(in super::super) &'a App);

/// A column of counts: its title, how soon it is left out, and what it counts.
type Kind = (&'static str, u8, fn(&PeerCounts) -> u64);

/// Everything that can become of a connection with a peer.
const KINDS: &[Kind] = &[
    ("RST BY IT", 1, |counts| counts.resets),
    (BY_US, 2, |counts| counts.resets_by_us),
    ("BY MIDDLEBOX", 8, |counts| counts.resets_by_middlebox),
    ("HUNG UP", 5, |counts| counts.hung_up),
    ("REFUSED", 6, |counts| counts.refused),
    ("UNANSWERED", 9, |counts| counts.unanswered),
    ("SILENT", 9, |counts| counts.silent),
    ("CUT", 10, |counts| counts.closed_badly),
    ("CLOSED", 7, |counts| counts.closed),
    ("OPEN", 11, |counts| counts.open),
];
const BY_US: &str = "BY US";
/// Columns of any IPv4 address.
const LEAST: usize = 15;
/// Columns of a name that is worth having.
const NAME: usize = 18;
/// The same where nobody knows who "we" are.
const BY_OTHER: &str = "BY OTHER";

impl Widget for Peers<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let head = block(app.theme, &title(app), area);
        let inner = Block::inner(&head, area);
        head.render(area, buffer);
        if app.lists.peers.is_empty() {
            let why = if app.filter.is_empty() {
                "No connection has ended so far."
            } else {
                "No peer fits the filter; Esc drops it."
            };
            return sentence(why, app.theme, inner, buffer);
        }
        let (offset, page) = (app.at.peers.offset(), usize::from(inner.height.saturating_sub(1)));
        let visible: Vec<&Peer> = app.lists.peers.iter().skip(offset).take(page).collect();
        let columns = columns(app, &visible, inner.width);
        table::draw(columns, Some(app.at.peers.index() - offset), app.theme, inner, buffer);
    }
}

fn title(app: &App) -> String {
    let peers = &app.shown.counts.peers;
    let what = match peers.ours {
        Ours::Unknown if app.shown.we.is_empty() => "Addresses (as client and as server), the worst first",
        _ => "Peers, the worst first",
    };
    let hidden = peers.known.saturating_sub(peers.list.len());
    let more = if hidden > 0 { format!(", and {hidden} more") } else { String::new() };
    format!("{what}{more}{}", state(app, app.sorting.peers.said(sort::PEERS)))
}

fn columns(app: &App, peers: &[&Peer], width: u16) -> Vec<Column> {
    let words = |text: &dyn Fn(&Peer) -> String| -> Vec<(String, Style)> {
        peers.iter().map(|peer| (text(peer), Style::new())).collect()
    };
    let recent = |peer: &Peer| peer.recent.seen_at(app.shown.taken);
    let unknown = app.shown.counts.peers.ours == Ours::Unknown && app.shown.we.is_empty();
    let causes = peers.iter().map(|peer| {
        let style = if peer.counts.bad_ends > 0 { app.theme.bad() } else { Style::new() };
        (peer.worst_cause.map_or("-", |rule| rule.name).to_owned(), style)
    });
    let addresses = words(&|peer| peer.addr.to_string());
    let longest = addresses.iter().map(|(addr, _)| addr.len()).max().unwrap_or(0);
    let mut columns = vec![
        Column::left("PEER", 0, longest.clamp(LEAST, usize::from(width / 3)), addresses),
        Column { least: 5, ..Column::counts("CONNS", 5, peers.iter().map(|peer| peer.counts.connections)) },
        Column { align: Align::Right, ..Column::left("BAD", 0, 4, words(&bad)) },
        Column::counts("LAST MIN", 2, peers.iter().map(|peer| recent(peer).last_minute())),
        Column::left("MOSTLY", 0, 17, causes.collect()),
    ];
    let names = words(&|peer| app.theme.text(app.shown.names.get(&peer.addr).map_or("", String::as_str)));
    if names.iter().any(|(name, _)| !name.is_empty()) {
        columns.insert(1, Column::left("NAME", 3, NAME, names));
    }
    columns.extend(KINDS.iter().map(|&(title, rank, count)| {
        let title = if title == BY_US && unknown { BY_OTHER } else { title };
        Column::counts(title, rank, peers.iter().map(move |peer| count(&peer.counts)))
    }));
    let trend = peers.iter().map(|peer| (bars(&recent(peer), app.theme), app.theme.bad())).collect();
    columns.push(Column::left(TREND, 4, BARS, trend));
    let when = When::of(&app.shown);
    columns.push(Column::left("LAST SEEN", 4, when.brief_width(), words(&|peer| when.brief(peer.last_seen))));
    columns
}

/// Bad ends, and how many there may have been before there was room to count them.
fn bad(peer: &Peer) -> String {
    match peer.missed {
        0 if peer.counts.bad_ends == 0 => "-".to_owned(),
        0 => peer.counts.bad_ends.to_string(),
        missed => format!("{} (+{missed}?)", peer.counts.bad_ends),
    }
}
