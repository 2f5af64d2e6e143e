//! Ends by what they have in common: how many, of late, mostly why, and when the last was.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Widget};

use crate::view::text::counted;

use super::super::Phase;
use super::super::app::{App, Screen};
use super::super::group::{Group, GroupKey};
use super::super::sort;
use super::table::{self, Column};
use super::when::When;
use super::{block, sentence, state};

/// Columns of an address with its port.
const NAME: usize = 21;

pub(in super::super) struct Groups<'a>(pub(in super::super) &'a App);

impl Widget for Groups<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let head = block(app.theme, &title(app), area);
        let inner = Block::inner(&head, area);
        head.render(area, buffer);
        if app.lists.groups.is_empty() {
            return sentence("There is nothing to group.", app.theme, inner, buffer);
        }
        let (offset, page) = (app.at.groups.offset(), usize::from(inner.height.saturating_sub(1)));
        let visible: Vec<&Group> = app.lists.groups.iter().skip(offset).take(page).collect();
        let columns = columns(app, &visible);
        table::draw(columns, Some(app.at.groups.index() - offset), app.theme, inner, buffer);
    }
}

fn title(app: &App) -> String {
    let what = if app.screen == Screen::Connections { "Connections" } else { "Bad ends" };
    let by = app.grouping.title().to_lowercase();
    let groups = counted(app.lists.groups.len() as u64, "group");
    format!("{what} by {by}, {groups}{}", state(app, app.sorting.groups.said(sort::GROUPS)))
}

fn columns(app: &App, groups: &[&Group]) -> Vec<Column> {
    let words = |text: &dyn Fn(&Group) -> String| -> Vec<(String, Style)> {
        groups.iter().map(|group| (app.theme.text(&text(group)), Style::new())).collect()
    };
    let mut columns = vec![
        Column::left(app.grouping.title(), 0, NAME, words(&|group| named(app, group.key))),
        Column::counts("ENDS", 0, groups.iter().map(|group| group.ends)),
    ];
    if app.shown.phase == Phase::Live {
        columns.push(Column::counts("LAST 10 s", 2, groups.iter().map(|group| group.now)));
    }
    if !matches!(groups, [Group { key: GroupKey::Cause(_), .. }, ..]) {
        columns.push(Column::left("MOSTLY", 1, 16, words(&|group| group.mostly.to_owned())));
    }
    let when = When::of(&app.shown);
    columns.push(Column::left("LAST", 3, when.brief_width(), words(&|group| when.brief(group.last))));
    columns
}

fn named(app: &App, key: GroupKey) -> String {
    let name = match key {
        GroupKey::Peer(addr) | GroupKey::Service(crate::verdict::Endpoint { addr, .. }) => {
            app.shown.names.get(&addr)
        }
        GroupKey::Cause(_) => None,
    };
    name.map_or(key.to_string(), |name| format!("{key} {name}"))
}
