//! The panes: each draws the model into its rectangle, and changes nothing.

pub(super) mod causes;
pub(super) mod detail;
pub(super) mod ends;
pub(super) mod footer;
pub(super) mod groups;
pub(super) mod header;
pub(super) mod health;
pub(super) mod help;
mod ladder;
pub(super) mod peers;
mod table;
mod when;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Widget, Wrap};

use super::app::{App, Pace, Screen};
use super::cursor::Step;
use super::message::Command;
use super::theme::Theme;
use crate::aggregate::{SERIES_COUNTS, Series};
use crate::config::Listing;
use crate::view::text::counted;

/// What a mark of doubt is made of, see [`MARKS`](crate::view::text::row::MARKS).
const DOUBT: char = '?';

/// Blanks beside a title, and the border beside that.
const MARGINS: usize = 3;

/// A pane's head: a line with its title in it, and a mark where there is no room for all of that.
fn block(theme: Theme, title: &str, area: Rect) -> Block<'static> {
    let room = usize::from(area.width).saturating_sub(MARGINS);
    let title = Line::styled(format!(" {} ", cut(&theme.text(title), room, theme)), Theme::title());
    Block::new().borders(Borders::TOP).border_set(theme.border()).border_style(Theme::quiet()).title(title)
}

/// What a title says of lines for which there is no room below it.
fn more_below(lines: usize, area: Rect) -> String {
    match lines.saturating_sub(usize::from(area.height.saturating_sub(1))) {
        0 => String::new(),
        below => format!(", {} below", counted(below as u64, "more line")),
    }
}

/// A pane with nothing in it but a sentence that says so.
fn sentence(text: &str, theme: Theme, area: Rect, buffer: &mut Buffer) {
    Paragraph::new(theme.text(text)).style(Theme::quiet()).wrap(Wrap { trim: true }).render(area, buffer);
}

/// What else there is to know about a list: how it is sorted, its filter, and whether it stands still.
fn state(app: &App, sorted: Option<String>) -> String {
    state_above(app, sorted, 0)
}

/// The same of a list of which so many newer lines stand above the first that is visible.
fn state_above(app: &App, sorted: Option<String>, above: usize) -> String {
    let filter = (!app.filter.is_empty()).then(|| format!("filter: {}", app.filter.text().trim()));
    let harmless = (app.listing != Listing::Harmful && app.screen != Screen::Connections)
        .then(|| "harmless ones too".to_owned());
    let frozen = (app.pace == Pace::Frozen).then(|| match app.unseen() {
        0 => "FROZEN".to_owned(),
        more => format!("FROZEN, {} since", counted(more, "more bad end")),
    });
    let above = (above > 0).then(|| format!("{above} newer above{}", way_up(app)));
    // What is cut at the end is what the user has typed.
    let parts: Vec<String> = [frozen, above, sorted, harmless, filter].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
}

/// The key that goes there, unless the user has bound none.
fn way_up(app: &App) -> String {
    key_of(app, Command::Move(Step::First)).map_or(String::new(), |key| format!(", {key} goes there"))
}

/// The key that does something, as it is bound.
fn key_of(app: &App, command: Command) -> Option<String> {
    let mut bound = app.keys.lines().filter(|(key, _)| key.command == command);
    bound.find_map(|(_, presses)| presses.first()).map(ToString::to_string)
}

/// `left` and `right` at the two ends of a line; where there is no room for both, `left` is cut.
fn spread(left: Vec<Span<'static>>, right: Span<'static>, area: Rect, buffer: &mut Buffer) {
    let width = u16::try_from(right.width()).unwrap_or(area.width).min(area.width);
    let rest = Rect { width: area.width.saturating_sub(width + 2), ..area };
    Line::from(left).render(rest, buffer);
    Line::from(right).render(Rect { x: area.right() - width, width, ..area }, buffer);
}

/// `text` in at most `room` characters.
fn cut(text: &str, room: usize, theme: Theme) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{kept}{}", theme.ellipsis())
}

/// The same of a cell of a list, which keeps its mark of doubt: without it what is only possible would look certain.
fn cut_cell(text: &str, room: usize, theme: Theme) -> String {
    let (words, mark) = text.split_at(text.trim_end_matches(DOUBT).len());
    if mark.is_empty() || mark.len() >= room {
        return cut(text, room, theme);
    }
    format!("{}{mark}", cut(words, room - mark.len(), theme))
}

/// Bars of a row of counts, each of two.
const BARS: usize = SERIES_COUNTS / 2;
/// Above such a row: one bar for every twenty seconds.
const TREND: &str = "LAST 5 MIN";

/// A row of counts as a row of bars, each as high as its share of the highest.
fn bars(series: &Series, theme: Theme) -> String {
    let shapes = theme.bars();
    let sums: Vec<u32> =
        series.counts().chunks(2).map(|pair| pair.iter().copied().map(u32::from).sum()).collect();
    let highest = sums.iter().copied().max().unwrap_or(0).max(1);
    let steps = u32::try_from(shapes.len() - 1).unwrap_or(1);
    let height = |sum: u32| usize::try_from((sum * steps).div_ceil(highest)).unwrap_or(0);
    let drawn: String = sums.iter().map(|&sum| shapes[height(sum).min(shapes.len() - 1)]).collect();
    drawn.trim_end().to_owned()
}

/// A piece of text in a style.
fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}
