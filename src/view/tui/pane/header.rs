//! Two lines and the news: what is watched, who "we" are, the screens, the counts.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::time::Timestamp;
use crate::view::clock::{Date, TimeOfDay};
use crate::view::text::counted;

use super::super::Phase;
use super::super::app::{App, Screen};
use super::super::theme::Theme;
use super::{cut, span, spread};

/// Characters of the clock, and of what stands before the source.
const RESERVED: usize = 32;
/// Below this the counts have no room for words.
const ROOMY: u16 = 100;
/// Below this the screens' names have none.
const WORDS: u16 = 75;

/// The line with the screens' names.
pub(in super::super) const TABS: u16 = 1;

pub(in super::super) struct Header<'a>(pub(in super::super) &'a App);

impl Widget for Header<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let [first, second, third] = Layout::vertical([Constraint::Length(1); 3]).areas(area);
        spread(watched(app, first.width), span(clock(app), Theme::quiet()), first, buffer);
        spread(screens(app), span(counts(app, second.width), Style::new()), second, buffer);
        let news = cut(&app.theme.text(&app.news.sentence), usize::from(third.width), app.theme);
        let style = if app.latest.counts.totals.bad_ends > 0 { app.theme.bad() } else { Style::new() };
        Span::styled(news, style.patch(Theme::title())).render(third, buffer);
    }
}

fn watched(app: &App, width: u16) -> Vec<Span<'static>> {
    let frame = &app.latest;
    let we = frame.we();
    let room = usize::from(width).saturating_sub(RESERVED + we.chars().count()).max(12);
    let source = cut(&app.theme.text(&frame.source), room, app.theme);
    vec![
        span("rstwho", Theme::title()),
        span(format!("  {source}  "), Style::new()),
        span("we: ", Theme::quiet()),
        span(app.theme.text(&we), Style::new()),
    ]
}

fn clock(app: &App) -> String {
    let frame = &app.latest;
    if frame.health.intake.frames == 0 {
        return String::new();
    }
    match frame.phase {
        Phase::Live => {
            let time = TimeOfDay(frame.taken).to_string();
            format!("{} UTC", time.get(..8).unwrap_or(&time))
        }
        Phase::Finished if frame.taken == Timestamp::ZERO => "read to its end".to_owned(),
        Phase::Finished => format!("read to its end {} {}", app.theme.dot(), Date(frame.taken)),
    }
}

fn screens(app: &App) -> Vec<Span<'static>> {
    let each = tabs(app).map(|(screen, text)| {
        let style = if screen == app.screen { Theme::chosen() } else { Style::new() };
        [span(text, style), span(gap(app), Style::new())]
    });
    each.flatten().collect()
}

/// The screens and how they are called. Brackets say which it is where no style does; where there is no room for all the
/// words, only the screen's own is there.
fn tabs(app: &App) -> impl Iterator<Item = (Screen, String)> {
    Screen::ALL.iter().zip(1..).map(|(&screen, digit)| {
        let title = if app.size.0 < WORDS { screen.short() } else { screen.title() };
        let (open, close) = if screen == app.screen { ('[', ']') } else { (' ', ' ') };
        (screen, format!("{open}{digit} {title}{close}"))
    })
}

/// Between two of them.
fn gap(app: &App) -> &'static str {
    if app.size.0 < WORDS { "" } else { " " }
}

/// Whose name is at that column.
pub(in super::super) fn tab_at(app: &App, column: u16) -> Option<Screen> {
    let mut end = 0;
    let found = tabs(app).find(|(_, text)| {
        end += text.chars().count() + gap(app).len();
        usize::from(column) < end
    });
    found.map(|(screen, _)| screen)
}

fn counts(app: &App, width: u16) -> String {
    let totals = &app.latest.counts.totals;
    if width < ROOMY {
        return format!("{} bad of {}", totals.bad_ends, totals.connections);
    }
    format!("{} of {}", counted(totals.bad_ends, "bad end"), counted(totals.connections, "connection"))
}
