//! Columns of text, as wide as their widest cell.

use super::style::{Ink, Style};

/// Spaces between columns.
const GAP: usize = 2;

/// A column's title and side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) align: Align,
}

/// To which side a column's cells go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A piece of text and what it is.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) ink: Ink,
    pub(super) extent: Extent,
}

/// Whether a column is as wide as this cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// At least.
    Counted,
    /// No: it is the last of its row and may go on to the right.
    Spilling,
}

/// Rows of cells under titles.
pub(super) struct Grid {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ink: Ink::Plain, extent: Extent::Counted }
    }

    /// The last of its row, wider than its column.
    pub(super) fn spilling(text: impl Into<String>) -> Self {
        Self { extent: Extent::Spilling, ..Self::plain(text) }
    }

    /// A count, with a dash for none: a column of zeros hides the ones that matter.
    pub(super) fn count(count: u64) -> Self {
        match count {
            0 => Self { ink: Ink::Quiet, ..Self::plain("-") },
            count => Self::plain(count.to_string()),
        }
    }
}

impl Grid {
    pub(super) fn new(columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Self {
        Self { columns, rows }
    }

    /// How wide it is.
    pub(super) fn width(&self) -> usize {
        self.widths().iter().sum::<usize>() + GAP * self.columns.len().saturating_sub(1)
    }

    /// The titles and the rows, a line each.
    pub(super) fn lines(&self, style: &Style) -> (String, Vec<String>) {
        let widths = self.widths();
        let titles = self.columns.iter().map(|column| Cell { ink: Ink::Quiet, ..Cell::plain(column.title) });
        let head = self.line(&titles.collect::<Vec<_>>(), &widths, style);
        (head, self.rows.iter().map(|row| self.line(row, &widths, style)).collect())
    }

    fn line(&self, row: &[Cell], widths: &[usize], style: &Style) -> String {
        let mut line = String::new();
        let mut owed = 0;
        for ((cell, column), width) in row.iter().zip(&self.columns).zip(widths) {
            let spare = width.saturating_sub(cell.text.chars().count());
            let (before, after) = if column.align == Align::Right { (spare, 0) } else { (0, spare) };
            // Spaces are owed until something follows them: a line has none at its end.
            let lead = owed + before;
            if cell.text.is_empty() {
                owed = lead + after + GAP;
                continue;
            }
            line = format!("{line}{:lead$}{}", "", style.paint(&cell.text, cell.ink));
            owed = after + GAP;
        }
        line + "\n"
    }

    fn widths(&self) -> Vec<usize> {
        let width = |index: usize, column: &Column| {
            let cells = self
                .rows
                .iter()
                .filter_map(|row| row.get(index))
                .filter(|cell| cell.extent == Extent::Counted);
            let cells = cells.map(|cell| cell.text.chars().count());
            cells.chain([column.title.chars().count()]).max().unwrap_or(0)
        };
        self.columns.iter().enumerate().map(|(index, column)| width(index, column)).collect()
    }
}
