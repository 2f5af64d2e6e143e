//! The keys that work now, the filter that is being typed, or what became of the last key.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::super::app::{App, Mode, Pace};
use super::super::keys::Key;
use super::super::message::Command;
use super::super::theme::Theme;
use super::{cut, span};

/// Help and quit stay, however narrow it is.
const KEPT: usize = 2;
/// Blanks after the last hint, which need no room.
const GAP: usize = 2;

pub(in super::super) struct Footer<'a>(pub(in super::super) &'a App);

impl Widget for Footer<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let mut line: Vec<Span<'static>> = Vec::new();
        if matches!(app.mode, Mode::Typing) {
            line.push(span(format!("/{}", app.theme.text(app.filter.text())), Theme::title()));
            line.push(span("_  ", Theme::title()));
        }
        if let Some(said) = &app.said {
            let said = cut(&app.theme.text(said), usize::from(area.width), app.theme);
            return Line::styled(said, Theme::title()).render(area, buffer);
        }
        let place = app.place();
        let keys = app.keys.lines().filter(|(key, _)| key.places.contains(&place) && !key.hint.is_empty());
        let hints = keys.filter_map(|(key, presses)| {
            let press = presses.first()?.to_string();
            Some([span(press, Theme::title()), span(format!(" {}  ", hint(key, app)), Style::new())])
        });
        let mut hints: Vec<_> = hints.collect();
        while hints.len() > KEPT && width(&hints.concat()) + width(&line) > usize::from(area.width) + GAP {
            hints.remove(hints.len() - KEPT - 1);
        }
        line.extend(hints.concat());
        Line::from(line).render(area, buffer);
    }
}

fn width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
}

/// What the key does now, where that changes.
fn hint(key: &Key, app: &App) -> &'static str {
    match (key.command, app.pace) {
        (Command::Freeze, Pace::Frozen) => "go on",
        _ => key.hint,
    }
}
