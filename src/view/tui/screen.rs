//! The layout: which pane is where at which size.
//!
//! ```text
//! ┌──────────────────────────────────────────────────────────────────────────────────────────────┐
//! │ rstwho  eth0 'port 443'  we: 10.0.9.2                                        19:04:46 UTC    │ header
//! │ [1 Bad ends] 2 Peers  3 Causes  4 Health                     41 bad ends of 1203 connections │
//! │ Now: 10.0.3.7, 41 bad ends in the last 10 s, stale_keepalive                                 │ news
//! ├─ Causes ─────────────────────────────────────────────────────────────────────────────────────┤
//! │ 41  stale_keepalive  a request on a kept-alive connection that was closed                    │ causes, in short,
//! │     do: Set the client pool's idle timeout below 5 s.                                        │ with the first's advice
//! ├─ Bad ends, newest first ───────────────────────────┬─ 10.0.3.7:53884 → 10.0.9.2:8080 ────────┤
//! │ > 19:04:46.271  10.0.3.7:53884 → 10.0.9.2:8080  …  │ stale_keepalive (certain)               │ the screen's own pane,
//! │   19:04:45.930  …                                  │ …                                       │ and beside it or over it
//! │                                                    │                                         │ the detail or the help
//! ├────────────────────────────────────────────────────┴─────────────────────────────────────────┤
//! │ Enter detail  / filter  Space freeze  h harmless  Tab screens  ? help  q quit                │ footer
//! └──────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! From 120 columns on the detail is beside the list, below that it takes the list's place; columns that have no room are
//! left out, the least needed first. Below 60×15 there is a sentence.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::app::{App, Mode, Screen};
use super::cursor::Cursor;
use super::pane::{causes, detail, ends, footer, groups, header, health, help, peers};

/// Below this nothing is worth drawing.
const LEAST: (u16, u16) = (60, 15);
/// From here on the detail is beside the list.
const WIDE: u16 = 120;
/// Lines of the header and the news, and of the footer.
const HEADER: u16 = 3;
const FOOTER: u16 = 1;
/// The title of a pane, and the heads of its columns.
const TITLE: u16 = 1;
const HEADS: u16 = 1;

/// The whole screen.
pub(super) struct Dashboard<'a>(pub(super) &'a App);

/// How many items are visible at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) ends: usize,
    pub(super) peers: usize,
    pub(super) causes: usize,
    pub(super) detail: usize,
    pub(super) help: usize,
}

/// What is under the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    /// The name of a screen.
    Tab(Screen),
    /// The line of the list with that number, visible or not.
    Line(usize),
    /// Nothing that can be chosen.
    Nothing,
}

/// Where what is.
struct Areas {
    header: Rect,
    /// The causes in short, above the ends.
    summary: Rect,
    /// The screen's own pane.
    list: Rect,
    /// The detail, beside the list or instead of it.
    detail: Rect,
    /// The whole of what is between header and footer.
    body: Rect,
    footer: Rect,
}

impl Areas {
    fn of(app: &App) -> Self {
        let (width, height) = app.size;
        let rows = [Constraint::Length(HEADER), Constraint::Fill(1), Constraint::Length(FOOTER)];
        let [header, body, footer] = Layout::vertical(rows).areas(Rect::new(0, 0, width, height));
        let open = matches!(app.mode, Mode::Detail(..));
        let halves = Layout::horizontal([Constraint::Percentage(50), Constraint::Fill(1)]);
        let (left, detail) = match (open, width >= WIDE) {
            (false, _) => (body, Rect::ZERO),
            (true, true) => halves.areas(body).into(),
            (true, false) => (Rect::ZERO, body),
        };
        let summary = if app.screen == Screen::Ends { causes::summary_height(app) } else { 0 };
        let [summary, list] =
            Layout::vertical([Constraint::Length(summary), Constraint::Fill(1)]).areas(left);
        Self { header, summary, list, detail, body, footer }
    }
}

/// How many items are visible at once, at the size that the terminal has.
pub(super) fn pages(app: &App) -> Pages {
    let areas = Areas::of(app);
    let rows = |area: Rect, taken: u16| usize::from(area.height.saturating_sub(taken));
    Pages {
        ends: rows(areas.list, TITLE + HEADS),
        peers: rows(areas.list, TITLE + HEADS),
        causes: rows(areas.list, TITLE + HEADS + causes::advice_height(app, areas.list)),
        detail: rows(areas.detail, TITLE),
        help: rows(areas.body, TITLE),
    }
}

/// The selected line of this screen's list; `None` where it has none.
pub(super) fn selected(app: &App) -> Option<usize> {
    cursor(app).map(|(index, _)| index)
}

/// The selected line and the first visible one.
fn cursor(app: &App) -> Option<(usize, usize)> {
    fn of<K: PartialEq>(cursor: &Cursor<K>) -> (usize, usize) {
        (cursor.index(), cursor.offset())
    }
    match app.screen {
        Screen::Ends | Screen::Connections if app.is_grouped() => Some(of(&app.at.groups)),
        Screen::Ends => Some(of(&app.at.ends)),
        Screen::Connections => Some(of(&app.at.connections)),
        Screen::Peers => Some(of(&app.at.peers)),
        Screen::Causes => Some(of(&app.at.causes)),
        Screen::Health => None,
    }
}

/// What is at that column and line.
pub(super) fn hit(app: &App, column: u16, line: u16) -> Hit {
    let areas = Areas::of(app);
    if line == areas.header.y + header::TABS {
        return header::tab_at(app, column).map_or(Hit::Nothing, Hit::Tab);
    }
    let (list, pages) = (areas.list, pages(app));
    let page = match app.screen {
        Screen::Causes => pages.causes,
        _ => pages.ends,
    };
    let row = line.checked_sub(list.y + TITLE + HEADS).map(usize::from).filter(|&row| row < page);
    let inside = list.contains(Position { x: column, y: line }) && !matches!(app.mode, Mode::Help(_));
    match (row, cursor(app)) {
        (Some(row), Some((_, offset))) if inside => Hit::Line(offset + row),
        _ => Hit::Nothing,
    }
}

/// The last line to which what is open can be scrolled.
pub(super) fn last_scroll(app: &App) -> usize {
    let (areas, pages) = (Areas::of(app), pages(app));
    match &app.mode {
        Mode::Detail(end, _) => {
            detail::lines(end, app.theme, areas.detail.width).len().saturating_sub(pages.detail)
        }
        Mode::Help(_) => help::lines(app).len().saturating_sub(pages.help),
        Mode::Browse | Mode::Typing => 0,
    }
}

impl Widget for Dashboard<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        if area.width < LEAST.0 || area.height < LEAST.1 {
            return too_small(area, buffer);
        }
        let areas = Areas::of(app);
        header::Header(app).render(areas.header.intersection(area), buffer);
        footer::Footer(app).render(areas.footer.intersection(area), buffer);
        match &app.mode {
            Mode::Help(scroll) => {
                return help::Help { app, scroll: *scroll }.render(areas.body.intersection(area), buffer);
            }
            Mode::Detail(end, scroll) => {
                let detail = detail::Detail { end, theme: app.theme, scroll: *scroll };
                detail.render(areas.detail.intersection(area), buffer);
            }
            Mode::Browse | Mode::Typing => {}
        }
        if areas.list.is_empty() {
            return;
        }
        let list = areas.list.intersection(area);
        match app.screen {
            Screen::Ends | Screen::Connections => {
                if app.screen == Screen::Ends {
                    causes::Summary(app).render(areas.summary.intersection(area), buffer);
                }
                if app.is_grouped() {
                    groups::Groups(app).render(list, buffer);
                } else {
                    ends::Ends(app).render(list, buffer);
                }
            }
            Screen::Peers => peers::Peers(app).render(list, buffer),
            Screen::Causes => causes::Causes(app).render(list, buffer),
            Screen::Health => health::Health(app).render(list, buffer),
        }
    }
}

fn too_small(area: Rect, buffer: &mut Buffer) {
    let (columns, lines) = LEAST;
    let sentence = format!(
        "rstwho goes on counting, but needs {columns} columns and {lines} lines to show it; here are {} and {}. q quits.",
        area.width, area.height
    );
    Paragraph::new(Line::raw(sentence)).wrap(Wrap { trim: true }).render(area, buffer);
}
