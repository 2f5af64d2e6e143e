//! The bad ends, or all connections, the newest first: when, between whom, who ended it and how, in which stage, why, and
//! what was asked for.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Widget};

use crate::config::Listing;
use crate::verdict::Verdict;
use crate::view::text::{counted, row};

use super::super::Phase;
use super::super::app::{App, Screen};
use super::super::cursor::Cursor;
use super::super::frame::EndId;
use super::super::message::Command;
use super::super::sort;
use super::super::theme::Theme;
use super::table::{self, Column};
use super::when::When;
use super::{block, key_of, sentence, state_above};

/// Below this the milliseconds, and of two addresses the client's, have no room.
const ROOMY: u16 = 80;
/// Two addresses of IPv4 with their ports, as they mostly are.
const BOTH: usize = 31;
/// One of them.
const ONE: usize = 14;

pub(in super::super) struct Ends<'a>(pub(in super::super) &'a App);

impl Widget for Ends<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        let head = block(app.theme, &title(app), area);
        let inner = Block::inner(&head, area);
        head.render(area, buffer);
        let ends = app.own_ends();
        if ends.is_empty() {
            return sentence(&nothing(app), app.theme, inner, buffer);
        }
        let at = place(app);
        let (offset, page) = (at.offset(), usize::from(inner.height.saturating_sub(1)));
        let visible: Vec<&Arc<Verdict>> = ends.iter().skip(offset).take(page).collect();
        let columns = columns(app, &visible, area.width);
        table::draw(columns, Some(at.index() - offset), app.theme, inner, buffer);
    }
}

/// Where the user is in the list.
const fn place(app: &App) -> &Cursor<EndId> {
    if matches!(app.screen, Screen::Connections) { &app.at.connections } else { &app.at.ends }
}

fn title(app: &App) -> String {
    let order = app.sorting.ends.said(sort::ENDS);
    let first = if order.is_none() { ", newest first" } else { "" };
    let above = if order.is_none() && app.shown.phase == Phase::Live { place(app).offset() } else { 0 };
    let state = state_above(app, order, above);
    if app.screen != Screen::Connections {
        let what = if app.listing == Listing::Everything { "Connections" } else { "Bad ends" };
        return format!("{what}{first}{state}");
    }
    let (kept, all) = (app.shown.newest.len() as u64, app.shown.counts.totals.connections);
    let gone = all.saturating_sub(kept);
    let gone = if gone > 0 { format!(", {gone} older are not kept") } else { String::new() };
    let alive = match app.shown.alive.len() {
        0 => String::new(),
        shown => format!(", {shown} open"),
    };
    format!("Connections{first}{alive}{gone}{state}")
}

fn nothing(app: &App) -> String {
    let totals = &app.shown.counts.totals;
    if let Some(doubt) = app.filter.doubt() {
        return doubt;
    }
    match (app.filter.is_empty(), app.shown.phase, app.screen) {
        (false, ..) => none_fits(app),
        (true, Phase::Live, Screen::Connections) => "No connection has ended so far.".to_owned(),
        (true, Phase::Live, _) => "No connection has ended badly so far.".to_owned(),
        (true, Phase::Finished, Screen::Connections) => "There is no connection in it.".to_owned(),
        (true, Phase::Finished, _) if totals.connections == 0 => {
            "There is no TCP connection in it, as far as it was asked for; Health says what was left out."
                .to_owned()
        }
        (true, Phase::Finished, _) => {
            format!("No bad ends: no program was hurt in {}.", counted(totals.connections, "connection"))
        }
    }
}

/// Those that are hidden may fit: who is sent away empty-handed would look no further.
fn none_fits(app: &App) -> String {
    let newest = &app.shown.newest;
    let hidden = app.listing == Listing::Harmful && app.screen != Screen::Connections;
    let harmless = |end: &&Arc<Verdict>| hidden && Listing::WithHarmless.lists(end) && !end.is_bad_end();
    let fitting = newest.iter().filter(harmless).filter(|end| app.filter.admits_end(end, &app.shown)).count();
    match (fitting, key_of(app, Command::Harmless)) {
        (1.., Some(key)) => {
            let fitting = counted(fitting as u64, "harmless end");
            format!(
                "No bad end fits the filter. {fitting} would: {key} lists those too. Esc drops the filter."
            )
        }
        _ => format!("None of the newest {} fits the filter; Esc drops it.", newest.len()),
    }
}

fn columns(app: &App, ends: &[&Arc<Verdict>], width: u16) -> Vec<Column> {
    let theme = app.theme;
    let plain = |text: &dyn Fn(&Verdict) -> String| -> Vec<(String, Style)> {
        ends.iter().map(|end| (theme.text(&text(end)), Style::new())).collect()
    };
    let cause = |end: &Verdict| match app.screen {
        Screen::Connections if end.cause.is_none() => "-".to_owned(),
        _ => row::cause(end),
    };
    let causes = ends.iter().map(|end| (cause(end), theme.cause(end))).collect();
    let (by, when) = (plain(&row::ended_by), When::of(&app.shown));
    let request = plain(&|end| end.exchange.as_ref().and_then(|it| row::request(it, "")).unwrap_or_default());
    if width < ROOMY {
        let peer = plain(&|end| peer(app, end));
        return vec![
            Column::left("TIME", 2, when.brief_width(), plain(&|end| when.brief(end.end_time))),
            Column::left("ENDED BY", 0, 8, by),
            Column::left("CAUSE", 0, 16, causes),
            Column::left("PEER", 1, ONE, peer),
        ];
    }
    let state = plain(&|end| end.how.word().to_owned());
    let state = (app.screen == Screen::Connections).then(|| Column::left("STATE", 1, 14, state));
    let columns = [
        Column::left("TIME", 2, when.precise_width(), plain(&|end| when.precise(end.end_time))),
        Column::left("CLIENT, SERVER", 0, BOTH, plain(&|end| both(end, theme))),
        Column::left("ENDED BY", 0, 8, by),
        Column::left("STAGE", 3, 9, plain(&|end| row::stage(end).to_owned())),
        Column::left("CAUSE", 0, 15, causes),
        Column::left("REQUEST", 4, 10, request),
    ];
    let mut columns = Vec::from(columns);
    if let Some(state) = state {
        columns.insert(2, state);
    }
    columns
}

fn both(end: &Verdict, theme: Theme) -> String {
    format!("{} {} {}", end.client, theme.arrow(), end.server)
}

/// The other side of a connection, with its port.
fn peer(app: &App, end: &Verdict) -> String {
    let client = app.shown.peer(end) == end.client.addr && end.client.addr != end.server.addr;
    if client { end.client.to_string() } else { end.server.to_string() }
}
