//! Two lines and the news: what is watched, who "we" are, the screens, the counts.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::view::clock::{Date, TimeOfDay};
use crate::view::text::counted;

use super::super::Phase;
use super::super::app::{App, Screen};
use super::super::theme::Theme;
use super::{cut, span, spread};

/// Characters of the clock, and of what stands before the source.
const RESERVED: usize = 32;
/// Below this the counts have no room for words.
const ROOMY: u16 = 80;

pub(in super::super) struct Header<'a>(pub(in super::super) &'a App);

impl Widget for Header<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let [first, second, third] = Layout::vertical([Constraint::Length(1); 3]).areas(area);
        spread(watched(app, first.width), span(clock(app), Theme::quiet()), first, buffer);
        spread(screens(app), span(counts(app, second.width), Style::new()), second, buffer);
        let news = cut(&app.theme.text(&app.news), usize::from(third.width), app.theme);
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
        Phase::Finished => format!("read to its end {} {}", app.theme.dot(), Date(frame.taken)),
    }
}

fn screens(app: &App) -> Vec<Span<'static>> {
    let each = Screen::ALL.iter().zip(1..).flat_map(|(&screen, digit)| {
        let text = format!("{digit} {}", screen.title());
        // Brackets say it where no style does.
        let (text, style) = if screen == app.screen {
            (format!("[{text}]"), Theme::chosen())
        } else {
            (format!(" {text} "), Style::new())
        };
        [span(text, style), span(" ", Style::new())]
    });
    each.collect()
}

fn counts(app: &App, width: u16) -> String {
    let totals = &app.latest.counts.totals;
    if width < ROOMY {
        return format!("{} bad of {}", totals.bad_ends, totals.connections);
    }
    format!("{} of {}", counted(totals.bad_ends, "bad end"), counted(totals.connections, "connection"))
}
