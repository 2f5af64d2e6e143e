//! A list in columns: as wide as what is in them; where there is no room, the least needed are left out.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Cell, HighlightSpacing, Row, StatefulWidget, Table, TableState};

use super::super::theme::Theme;
use super::cut_cell;

/// Blanks between columns.
const GAP: usize = 2;
/// Before each line: whether it is selected.
const MARK: &str = "> ";

/// On which side the text of a column ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A column of the lines that are visible.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) align: Align,
    /// The higher, the sooner it is left out; 0 stays.
    pub(super) rank: u8,
    /// The least width that is worth having.
    pub(super) least: usize,
    /// What is in it, line by line.
    pub(super) cells: Vec<(String, Style)>,
}

impl Column {
    /// A column of words.
    pub(super) fn left(title: &'static str, rank: u8, least: usize, cells: Vec<(String, Style)>) -> Self {
        Self { title, align: Align::Left, rank, least, cells }
    }

    /// A column of counts, of which zero is not worth a digit.
    pub(super) fn counts(title: &'static str, rank: u8, counts: impl Iterator<Item = u64>) -> Self {
        let text = |count: u64| if count == 0 { "-".to_owned() } else { count.to_string() };
        let cells = counts.map(|count| (text(count), Style::new())).collect();
        Self { title, align: Align::Right, rank, least: 4, cells }
    }

    /// As wide as its widest cell.
    fn natural(&self) -> usize {
        let widest = self.cells.iter().map(|(text, _)| text.chars().count()).max();
        widest.unwrap_or(0).max(self.title.len())
    }

    fn line(&self, text: &str, style: Style, room: usize, theme: Theme) -> Line<'static> {
        let line = Line::styled(cut_cell(text, room, theme), style);
        match self.align {
            Align::Left => line,
            Align::Right => line.right_aligned(),
        }
    }
}

/// The columns that fit, and how wide each is.
fn fit(mut columns: Vec<Column>, width: usize) -> Vec<(Column, usize)> {
    let least = |columns: &[Column]| {
        let wide: usize = columns.iter().map(|column| column.least.max(column.title.len())).sum();
        wide + GAP * columns.len().saturating_sub(1)
    };
    columns.retain(|column| column.rank == 0 || column.cells.iter().any(|(text, _)| !text.is_empty()));
    while least(&columns) > width {
        let optional = columns.iter().enumerate().filter(|(_, column)| column.rank > 0);
        let Some((index, _)) = optional.max_by_key(|(_, column)| column.rank) else { break };
        columns.remove(index);
    }
    let mut spare = width.saturating_sub(least(&columns));
    let widen = |column: Column| {
        let least = column.least.max(column.title.len());
        let more = column.natural().saturating_sub(least).min(spare);
        spare -= more;
        (column, least + more)
    };
    columns.into_iter().map(widen).collect()
}

/// Draws the columns, one line of them marked as selected.
pub(super) fn draw(
    columns: Vec<Column>,
    selected: Option<usize>,
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let fitting = fit(columns, usize::from(area.width).saturating_sub(MARK.len()));
    let heads = fitting
        .iter()
        .map(|(column, room)| Cell::from(column.line(column.title, Theme::quiet(), *room, theme)));
    let length = fitting.first().map_or(0, |(column, _)| column.cells.len());
    let rows = (0..length).map(|index| {
        Row::new(fitting.iter().filter_map(|(column, room)| {
            let (text, style) = column.cells.get(index)?;
            Some(Cell::from(column.line(text, *style, *room, theme)))
        }))
    });
    let widths = fitting.iter().map(|(_, room)| Constraint::Length(u16::try_from(*room).unwrap_or(u16::MAX)));
    let table = Table::new(rows.collect::<Vec<_>>(), widths.collect::<Vec<_>>())
        .header(Row::new(heads.collect::<Vec<_>>()))
        .column_spacing(u16::try_from(GAP).unwrap_or(1))
        .row_highlight_style(Theme::chosen())
        .highlight_symbol(MARK)
        .highlight_spacing(HighlightSpacing::Always);
    let mut state = TableState::new().with_selected(selected);
    StatefulWidget::render(table, area, buffer, &mut state);
}
