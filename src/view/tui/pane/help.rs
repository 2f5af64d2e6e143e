//! What the keys do, out of the table of keys, and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::super::message::KEYS;
use super::super::theme::Theme;
use super::{block, span};
use crate::view::text::row::MARKS;

/// Columns of the keys.
const KEYS_WIDTH: usize = 12;

pub(in super::super) struct Help {
    pub(in super::super) theme: Theme,
    pub(in super::super) scroll: usize,
}

impl Widget for Help {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let lines: Vec<Line<'_>> = lines(self.theme).into_iter().skip(self.scroll).collect();
        Paragraph::new(lines).block(block(self.theme, "Help")).render(area, buffer);
    }
}

pub(in super::super) fn lines(theme: Theme) -> Vec<Line<'static>> {
    let keys = KEYS.iter().map(|key| {
        Line::from(vec![
            span(format!(" {:KEYS_WIDTH$}", key.shown), Theme::title()),
            span(theme.text(key.help), Style::new()),
        ])
    });
    let marks = [
        String::new(),
        format!(" Marks: {MARKS}."),
        " RST is a reset, FIN a normal close; who is named sent it.".to_owned(),
        " A peer is an address that is not ours.".to_owned(),
    ];
    keys.chain(marks.into_iter().map(Line::raw)).collect()
}
