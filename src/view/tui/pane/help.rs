//! What the keys do, out of the table of keys, and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::super::app::App;
use super::super::filter::FIELDS;
use super::super::theme::Theme;
use super::{block, more_below, span};
use crate::view::text::row::MARKS;

/// Columns of the keys.
const KEYS_WIDTH: usize = 19;

pub(in super::super) struct Help<'a> {
    pub(in super::super) app: &'a App,
    pub(in super::super) scroll: usize,
}

impl Widget for Help<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let lines: Vec<Line<'_>> = lines(self.app).into_iter().skip(self.scroll).collect();
        let title = format!("Help{}", more_below(lines.len(), area));
        Paragraph::new(lines).block(block(self.app.theme, &title, area)).render(area, buffer);
    }
}

pub(in super::super) fn lines(app: &App) -> Vec<Line<'static>> {
    let keys = app.keys.lines().map(|(key, presses)| {
        let presses: Vec<String> = presses.iter().map(ToString::to_string).collect();
        Line::from(vec![
            span(format!(" {:KEYS_WIDTH$}", presses.join(" ")), Theme::title()),
            span(app.theme.text(key.help), Style::new()),
        ])
    });
    let notes = [
        String::new(),
        " Filter: words that must all be there; these look at one thing each:".to_owned(),
        format!("   {FIELDS}"),
        "   as in peer:10.0.9.2 cause:stale side:server".to_owned(),
        String::new(),
        format!(" Marks: {MARKS}."),
        " RST is a reset, FIN a normal close; who is named sent it.".to_owned(),
        " A peer is an address that is not ours.".to_owned(),
        " Keys and colours: see rstwho config.".to_owned(),
    ];
    keys.chain(notes.into_iter().map(Line::raw)).collect()
}
