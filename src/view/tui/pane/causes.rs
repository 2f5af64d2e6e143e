//! The causes: in short above the bad ends, so that what is going on is seen without a key, and whole on their own screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph, Widget};

use crate::view::plain;

use super::super::Phase;
use super::super::app::App;
use super::super::digest::{CauseRow, Flood, Reach};
use super::super::sort;
use super::super::theme::Theme;
use super::table::{self, Column};
use super::{BARS, TREND, bars, block, cut, sentence, state};

/// Below these heights there is room for so many causes above the ends.
const ROOM: [(u16, u16); 3] = [(18, 1), (28, 3), (u16::MAX, 5)];
/// The title and the heads of the columns.
const AROUND: u16 = 2;
/// Lines for the advice to the first cause above the ends.
const FIRST_ADVICE: u16 = 2;
/// Before the advice, as before the lines of the table.
const MARGIN: &str = "  ";
/// Lines below the list on the causes' own screen, at least: what to do about the selected one, and the title of that.
const ADVICE: u16 = 4;
const TITLE: u16 = 1;

/// The causes in short.
pub(in super::super) struct Summary<'a>(pub(in super::super) &'a App);

/// The causes, whole.
pub(in super::super) struct Causes<'a>(pub(in super::super) &'a App);

/// Lines that the causes take above the ends. It grows with their number only, so that nothing jumps about.
pub(in super::super) fn summary_height(app: &App) -> u16 {
    let room = ROOM.iter().find(|(below, _)| app.size.1 < *below).map_or(5, |&(_, causes)| causes);
    let causes = u16::try_from(app.lists.causes.len()).unwrap_or(u16::MAX);
    causes.clamp(1, room) + AROUND + FIRST_ADVICE
}

impl Widget for Summary<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let what = if app.filter.is_about_ends() { "Causes of the ends below" } else { "Causes" };
        let head = block(app.theme, what, area);
        let inner = Block::inner(&head, area);
        head.render(area, buffer);
        let Some(first) = app.lists.causes.first() else {
            let nothing = if app.filter.is_empty() { "None so far." } else { "None that fits the filter." };
            return sentence(nothing, app.theme, inner, buffer);
        };
        let [list, advice] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(FIRST_ADVICE)]).areas(inner);
        let page = usize::from(list.height.saturating_sub(1));
        let visible: Vec<&CauseRow> = app.lists.causes.iter().take(page).collect();
        table::draw(columns(app, &visible), None, app.theme, list, buffer);
        advise(first, app.theme, advice, buffer);
    }
}

impl Widget for Causes<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let head =
            block(app.theme, &format!("Causes{}", state(app, app.sorting.causes.said(sort::CAUSES))), area);
        let inner = Block::inner(&head, area);
        head.render(area, buffer);
        let index = app.at.causes.index();
        let Some(selected) = app.lists.causes.get(index) else {
            let nothing = if app.filter.is_empty() {
                "No connection has ended for a reason worth telling."
            } else {
                "No end that is listed fits the filter; Esc drops it."
            };
            return sentence(nothing, app.theme, inner, buffer);
        };
        let height = Constraint::Length(advice_height(app, area));
        let [list, below] = Layout::vertical([Constraint::Fill(1), height]).areas(inner);
        let (offset, page) = (app.at.causes.offset(), usize::from(list.height.saturating_sub(1)));
        let visible: Vec<&CauseRow> = app.lists.causes.iter().skip(offset).take(page).collect();
        table::draw(columns(app, &visible), Some(index - offset), app.theme, list, buffer);
        let head = block(app.theme, &format!("What to do about {}", selected.rule.name), below);
        let lines: Vec<Line<'_>> = advice_lines(app, area.width).into_iter().map(Line::from).collect();
        Paragraph::new(lines).style(app.theme.advice()).block(head).render(below, buffer);
    }
}

/// What to do about the selected cause.
fn advice_lines(app: &App, width: u16) -> Vec<String> {
    let selected = app.lists.causes.get(app.at.causes.index());
    let advice =
        selected.and_then(|row| row.advice.as_deref()).unwrap_or("Its ends are too old to be listed.");
    plain::lines(&app.theme.text(advice), width.into())
}

/// Lines below the list in a pane like `area`: as many as the advice takes, but for half of it.
pub(in super::super) fn advice_height(app: &App, area: Rect) -> u16 {
    let lines = u16::try_from(advice_lines(app, area.width).len()).unwrap_or(u16::MAX);
    lines.saturating_add(TITLE).clamp(ADVICE, ADVICE.max(area.height / 2))
}

/// What to do about it, on as many lines as there are.
fn advise(row: &CauseRow, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let text = format!("{}: {}", row.rule.name, row.advice.as_deref().unwrap_or("-"));
    let room = usize::from(area.width).saturating_sub(MARGIN.len());
    let mut lines = plain::lines(&theme.text(&text), room);
    let height = usize::from(area.height);
    if lines.len() > height {
        let rest = lines.split_off(height.saturating_sub(1)).join(" ");
        lines.push(cut(&rest, room, theme));
    }
    let lines: Vec<Line<'_>> =
        lines.into_iter().map(|line| Line::styled(format!("{MARGIN}{line}"), theme.advice())).collect();
    Paragraph::new(lines).render(area, buffer);
}

fn columns(app: &App, causes: &[&CauseRow]) -> Vec<Column> {
    let theme = app.theme;
    let names = causes.iter().map(|row| (row.rule.name.to_owned(), theme.bad())).collect();
    let titles = causes.iter().map(|row| (theme.text(row.rule.title), Style::new())).collect();
    let peers = causes.iter().map(|row| (peers(row), Style::new())).collect();
    let mut columns = vec![Column::counts("COUNT", 0, causes.iter().map(|row| row.count))];
    if app.shown.phase == Phase::Live {
        let cells = causes.iter().map(|row| (now(row), Style::new())).collect();
        columns.push(Column { align: table::Align::Right, ..Column::left("LAST 10 s", 3, 4, cells) });
    }
    columns.push(Column { align: table::Align::Right, ..Column::left("PEERS", 2, 5, peers) });
    let trend = causes.iter().map(|row| (bars(&row.recent, theme), theme.bad())).collect();
    columns.push(Column::left(TREND, 4, BARS, trend));
    columns.push(Column::left("CAUSE", 0, 16, names));
    columns.push(Column::left("WHAT IT IS", 1, 20, titles));
    columns
}

/// Ends of the last seconds, or how many there were at least.
fn now(row: &CauseRow) -> String {
    match (row.now, row.flood) {
        (0, _) => "-".to_owned(),
        (now, Flood::None) => now.to_string(),
        (now, Flood::Some) => format!("{now}+"),
    }
}

/// A count of peers, or how many there are at least.
fn peers(row: &CauseRow) -> String {
    match row.reach {
        Reach::All => row.peers.to_string(),
        Reach::Newest => format!("{}+", row.peers),
    }
}
