//! The ends in columns. Addresses that are wider than their column get a line of their own, and all else stays in place.

use super::grid::{Align, Cell, Column, Grid};
use super::row;
use super::style::Style;
use super::worst::Kept;

/// The least room for addresses: two of IPv4 in a private network, of which most fit.
const LEAST_ROOM: usize = 30;

/// A title line, and each end as a text of one to three lines.
pub(super) struct Columns {
    pub(super) head: String,
    pub(super) ends: Vec<String>,
}

/// Where the addresses' column is.
const ADDRESSES: usize = 1;

impl Columns {
    /// Lays the ends out; `None` where the screen is too narrow for it.
    pub(super) fn of(kept: &[&Kept], style: &Style) -> Option<Self> {
        let left = |title| Column { title, align: Align::Left };
        let columns = ["TIME", "CLIENT, SERVER", "ENDED BY", "STAGE", "CAUSE"].map(left);
        let without = kept.iter().map(|kept| row(kept, style, Cell::plain("")).to_vec()).collect();
        let taken = Grid::new(columns.to_vec(), without).width() - columns[ADDRESSES].title.len();
        let room = style.width.checked_sub(taken).filter(|&room| room >= LEAST_ROOM)?;
        let rows: Vec<Vec<Vec<Cell>>> = kept.iter().map(|kept| rows(kept, style, room)).collect();
        let heights: Vec<usize> = rows.iter().map(Vec::len).collect();
        let (head, lines) = Grid::new(columns.to_vec(), rows.concat()).lines(style);
        let mut lines = lines.into_iter();
        Some(Self {
            head,
            ends: heights.iter().map(|&height| lines.by_ref().take(height).collect()).collect(),
        })
    }
}

/// All cells of an end, with what goes into the addresses' column.
fn row(kept: &Kept, style: &Style, addresses: Cell) -> [Cell; 5] {
    let verdict = &kept.verdict;
    [
        Cell::plain(style.time(verdict.end_time)),
        addresses,
        Cell::plain(row::ended_by(verdict)),
        Cell::plain(row::stage(verdict)),
        Cell { ink: row::ink(verdict), ..Cell::plain(row::cause(verdict)) },
    ]
}

/// The rows of an end: addresses that fit beside the rest, or the rest below them.
fn rows(kept: &Kept, style: &Style, room: usize) -> Vec<Vec<Cell>> {
    let client = kept.verdict.client.to_string();
    let server = format!("{} {}", style.arrow, kept.verdict.server);
    let both = format!("{client} {server}");
    let [time, _, rest @ ..] = row(kept, style, Cell::plain(""));
    let full = |time: Cell, addresses: Cell| [vec![time, addresses], rest.to_vec()].concat();
    if both.chars().count() <= room {
        return vec![full(time, Cell::plain(both))];
    }
    if time.text.chars().count() + 2 + both.chars().count() <= style.width {
        return vec![vec![time, Cell::spilling(both)], full(Cell::plain(""), Cell::plain(""))];
    }
    let first = vec![time, Cell::spilling(client)];
    if server.chars().count() <= room {
        return vec![first, full(Cell::plain(""), Cell::plain(server))];
    }
    vec![first, vec![Cell::plain(""), Cell::spilling(server)], full(Cell::plain(""), Cell::plain(""))]
}
