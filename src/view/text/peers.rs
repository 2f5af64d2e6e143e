//! The peers, the worst first.

use crate::aggregate::{Ours, Peer, PeerCounts, Peers};
use crate::config::Listing;

use super::counted;
use super::grid::{Align, Cell, Column, Grid};
use super::style::{Ink, Style};

/// A column of counts, and the same in words.
struct Kind {
    title: &'static str,
    words: &'static str,
    count: fn(&PeerCounts) -> u64,
}

/// Everything that can become of a connection with a peer. "By us" is "by the other" where it is not known who we are.
const KINDS: &[Kind] = &[
    Kind { title: "RST BY IT", words: "reset by it", count: |counts| counts.resets },
    Kind { title: BY_US, words: "reset by us", count: |counts| counts.resets_by_us },
    Kind { title: "BY MIDDLEBOX", words: "reset by a middlebox", count: |counts| counts.resets_by_middlebox },
    Kind { title: "REFUSED", words: "refused", count: |counts| counts.refused },
    Kind { title: "UNANSWERED", words: "unanswered", count: |counts| counts.unanswered },
    Kind { title: "SILENT", words: "fallen silent", count: |counts| counts.silent },
    Kind { title: "HUNG UP", words: "hung up without an answer", count: |counts| counts.hung_up },
    Kind { title: "CUT", words: "closed too early", count: |counts| counts.closed_badly },
    Kind { title: "CLOSED", words: "closed", count: |counts| counts.closed },
    Kind { title: "OPEN", words: "open", count: |counts| counts.open },
];
const BY_US: &str = "BY US";

/// Whether there is room for when a peer was last heard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LastSeen {
    Shown,
    Hidden,
}

pub(super) fn section(peers: &Peers, listing: Listing, style: &Style) -> Option<String> {
    let shown: Vec<&Peer> = peers.list.iter().filter(|peer| is_shown(peer, listing)).collect();
    if shown.is_empty() {
        return None;
    }
    let mut section = style.wrap(&title(peers.ours), 2, Ink::Title);
    section.push_str(&body(&shown, peers.ours, style));
    for note in notes(peers, shown.len()) {
        section.push_str(&style.wrap(&note, 4, Ink::Quiet));
    }
    Some(section)
}

fn title(ours: Ours) -> String {
    match ours {
        Ours::Named => "Peers (addresses outside of --local)".to_owned(),
        Ours::Shared(addr) => format!("Peers of {addr} (which nearly all connections share)"),
        Ours::Unknown => "Addresses (as client and as server)".to_owned(),
    }
}

fn notes(peers: &Peers, shown: usize) -> impl Iterator<Item = String> {
    let hidden = if shown == peers.list.len() { peers.known - shown } else { 0 };
    let unknown = peers.ours == Ours::Unknown;
    [
        (hidden > 0).then(|| format!("... and {hidden} more (--top N shows more)")),
        (peers.forgotten > 0).then(|| {
            let forgotten = peers.forgotten;
            format!("... and {forgotten} times an address was given up, there being more than can be counted")
        }),
        unknown.then(|| "Which of them are yours is not known; --local CIDR says it.".to_owned()),
    ]
    .into_iter()
    .flatten()
}

const fn is_shown(peer: &Peer, listing: Listing) -> bool {
    match listing {
        Listing::Harmful => peer.counts.bad_ends > 0,
        Listing::WithHarmless => peer.counts.bad_ends + peer.counts.harmless > 0,
        Listing::Everything => true,
    }
}

fn body(peers: &[&Peer], ours: Ours, style: &Style) -> String {
    let kinds: Vec<&Kind> =
        KINDS.iter().filter(|kind| peers.iter().any(|peer| (kind.count)(&peer.counts) > 0)).collect();
    let grids = [LastSeen::Shown, LastSeen::Hidden].map(|last_seen| {
        let rows = peers.iter().map(|peer| row(peer, &kinds, last_seen, style)).collect();
        Grid::new(columns(&kinds, ours, last_seen), rows)
    });
    match grids.iter().find(|grid| grid.width() <= style.width) {
        None => peers.iter().map(|peer| sentence(peer, ours, style)).collect(),
        Some(grid) => {
            let (head, lines) = grid.lines(style);
            head + &lines.concat()
        }
    }
}

fn columns(kinds: &[&Kind], ours: Ours, last_seen: LastSeen) -> Vec<Column> {
    let right = |title| Column { title, align: Align::Right };
    let left = |title| Column { title, align: Align::Left };
    let mut columns = vec![left("PEER"), right("CONNS"), right("BAD")];
    columns.extend(kinds.iter().map(|kind| match (kind.title, ours) {
        (BY_US, Ours::Unknown) => right("BY OTHER"),
        (title, _) => right(title),
    }));
    columns.push(left("MOSTLY"));
    columns.extend((last_seen == LastSeen::Shown).then(|| left("LAST SEEN")));
    columns
}

fn row(peer: &Peer, kinds: &[&Kind], last_seen: LastSeen, style: &Style) -> Vec<Cell> {
    let mut row = vec![
        Cell::plain(peer.addr.to_string()),
        Cell::plain(connections(peer)),
        Cell::count(peer.counts.bad_ends),
    ];
    row.extend(kinds.iter().map(|kind| Cell::count((kind.count)(&peer.counts))));
    row.push(Cell::plain(mostly(peer)));
    row.extend((last_seen == LastSeen::Shown).then(|| Cell::plain(style.time(peer.last_seen))));
    row
}

/// The number of connections, with what may be missing.
fn connections(peer: &Peer) -> String {
    match peer.missed {
        0 => peer.counts.connections.to_string(),
        missed => format!("{} (+{missed}?)", peer.counts.connections),
    }
}

fn mostly(peer: &Peer) -> &'static str {
    peer.worst_cause.map_or("-", |rule| rule.name)
}

/// A peer where there is no room for columns.
fn sentence(peer: &Peer, ours: Ours, style: &Style) -> String {
    let told = KINDS.iter().filter(|kind| (kind.count)(&peer.counts) > 0).map(|kind| {
        let words =
            if kind.title == BY_US && ours == Ours::Unknown { "reset by the other side" } else { kind.words };
        format!("{} {words}", (kind.count)(&peer.counts))
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let missed = if peer.missed > 0 { format!(" (up to {} more)", peer.missed) } else { String::new() };
    let text = format!(
        "{}: {}{missed}, {} bad: {told}; mostly {}; last seen {}",
        peer.addr,
        counted(peer.counts.connections, "connection"),
        peer.counts.bad_ends,
        mostly(peer),
        style.time(peer.last_seen),
    );
    style.wrap(&text, 2, Ink::Plain)
}
