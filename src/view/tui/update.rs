//! Message to model, purely: what every key does, without a terminal.

use std::sync::Arc;

use crate::config::{Listing, Mouse};
use crate::verdict::Verdict;
use crate::view::lines;

use super::Frame;
use super::app::{App, Mode, Pace, Screen, Way};
use super::cursor::{Cursor, Step, stepped};
use super::digest;
use super::filter::Filter;
use super::frame;
use super::group::Grouping;
use super::message::{Command, Message};
use super::screen::{self, Hit};
use super::sort::{self, Sorting};

/// Lines that one notch of the wheel goes.
const WHEEL: usize = 3;

/// What is to be done after a message.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    /// Draw anew.
    Draw,
    /// Leave.
    Quit,
    /// Give the terminal to the shell until it lets us go on.
    Suspend,
    /// Take the mouse, or give it back.
    Mouse(Mouse),
    /// Put a line on the clipboard.
    Copy(String),
    /// Write an end to files.
    Export(Arc<Verdict>),
}

/// Changes the model as the message says.
pub(super) fn update(app: &mut App, message: Message) -> Effect {
    if !matches!(message, Message::Frame(_) | Message::Resize(..) | Message::Said(_)) {
        app.said = None;
    }
    match message {
        Message::Frame(frame) => receive(app, frame),
        Message::Resize(columns, lines) => {
            app.size = (columns, lines);
            app.settle();
            scroll_within(app);
        }
        Message::Type(typed) => {
            let text = format!("{}{typed}", app.filter.text());
            set_filter(app, Filter::parse(&text));
        }
        Message::Click(column, line) => click(app, column, line),
        Message::Wheel(step) => (0..WHEEL).for_each(|_| go(app, step)),
        Message::Said(sentence) => app.said = Some(sentence),
        Message::Do(command) => return perform(app, command),
    }
    Effect::Draw
}

fn receive(app: &mut App, frame: Arc<Frame>) {
    app.news = digest::news(&frame, Some(&app.news));
    app.latest = Arc::clone(&frame);
    if app.pace == Pace::Flowing {
        app.shown = frame;
        app.refresh();
        refresh_detail(app);
    }
}

/// A provisional verdict gives way to its final one, also where it is looked at.
fn refresh_detail(app: &mut App) {
    if let Mode::Detail(verdict, _) = &mut app.mode {
        let id = frame::id(verdict);
        let mut known = app.shown.newest.iter().chain(&app.shown.alive);
        if let Some(revised) = known.find(|newer| frame::id(newer) == id) {
            *verdict = Arc::clone(revised);
        }
    }
    scroll_within(app);
}

fn perform(app: &mut App, command: Command) -> Effect {
    match command {
        Command::Quit => return Effect::Quit,
        Command::Suspend => return Effect::Suspend,
        Command::Mouse => return turn_mouse(app),
        Command::Copy => return with_end(app, |end| Effect::Copy(lines::line(end, ""))),
        Command::Export => return with_end(app, |end| Effect::Export(Arc::clone(end))),
        Command::Show(screen) => show(app, screen),
        Command::NextScreen => show(app, beside(app.screen, 1)),
        Command::PreviousScreen => show(app, beside(app.screen, Screen::ALL.len() - 1)),
        Command::Move(step) => go(app, step),
        Command::NextEnd => turn(app, Step::Down),
        Command::PreviousEnd => turn(app, Step::Up),
        Command::Open => open(app),
        Command::Back => back(app),
        Command::Freeze => freeze(app),
        Command::Filter => {
            // What is typed is kept wherever one goes: there is no way back to what was filtered otherwise.
            app.ways.clear();
            app.mode = Mode::Typing;
        }
        Command::Erase => {
            let text = app.filter.text();
            let shorter = text.char_indices().next_back().map_or("", |(last, _)| &text[..last]).to_owned();
            set_filter(app, Filter::parse(&shorter));
        }
        Command::Accept => app.mode = Mode::Browse,
        Command::Sort => sort(app, Sorting::next),
        Command::TurnSort => sort(app, |sorting, _| sorting.turn()),
        Command::Group => {
            app.grouping = app.grouping.next();
            app.regroup();
            app.settle();
        }
        Command::Harmless => {
            app.listing = if app.listing == Listing::Harmful { app.with_harmless } else { Listing::Harmful };
            app.refresh();
        }
        Command::Help => app.mode = Mode::Help(0),
    }
    Effect::Draw
}

fn turn_mouse(app: &mut App) -> Effect {
    app.mouse = match app.mouse {
        Mouse::Taken => Mouse::Left,
        Mouse::Left => Mouse::Taken,
    };
    app.said = Some(match app.mouse {
        Mouse::Taken => "The mouse selects lines, and its wheel moves.".to_owned(),
        Mouse::Left => "The mouse is the terminal's again: it marks and copies text.".to_owned(),
    });
    Effect::Mouse(app.mouse)
}

/// Does something with the selected end, if there is one.
fn with_end(app: &mut App, what: impl Fn(&Arc<Verdict>) -> Effect) -> Effect {
    if let Some(end) = app.selected_end() {
        return what(end);
    }
    let why = if app.is_grouped() { "; Enter lists those of a group." } else { "." };
    app.said = Some(format!("No end is selected{why}"));
    Effect::Draw
}

/// Changes how the list of this screen is sorted.
fn sort(app: &mut App, change: impl Fn(&mut Sorting, usize)) {
    let (grouped, sorting) = (app.is_grouped(), &mut app.sorting);
    match app.screen {
        Screen::Ends | Screen::Connections if grouped => change(&mut sorting.groups, sort::GROUPS.len()),
        Screen::Ends | Screen::Connections => change(&mut sorting.ends, sort::ENDS.len()),
        Screen::Peers => change(&mut sorting.peers, sort::PEERS.len()),
        Screen::Causes => change(&mut sorting.causes, sort::CAUSES.len()),
        Screen::Health => {}
    }
    app.refresh();
}

/// A line of the list, or one of the screens' names.
fn click(app: &mut App, column: u16, line: u16) {
    match screen::hit(app, column, line) {
        Hit::Tab(screen) => show(app, screen),
        Hit::Line(index) => select_line(app, index),
        Hit::Nothing => {}
    }
}

fn show(app: &mut App, screen: Screen) {
    app.mode = Mode::Browse;
    app.ways.clear();
    app.screen = screen;
    app.refresh();
}

fn beside(screen: Screen, steps: usize) -> Screen {
    let at = Screen::ALL.iter().position(|&other| other == screen).unwrap_or(0);
    Screen::ALL[(at + steps) % Screen::ALL.len()]
}

fn go(app: &mut App, step: Step) {
    let (page, last) = (screen::pages(app), screen::last_scroll(app));
    match &mut app.mode {
        Mode::Detail(_, scroll) => *scroll = stepped(*scroll, step, last, page.detail),
        Mode::Help(scroll) => *scroll = stepped(*scroll, step, last, page.help),
        Mode::Browse | Mode::Typing => select(app, step),
    }
}

fn select(app: &mut App, step: Step) {
    let page = screen::pages(app);
    let grouped = app.is_grouped();
    let (at, lists) = (&mut app.at, &app.lists);
    let end = |ends: &[Arc<Verdict>], at: usize| ends.get(at).map(|end| frame::id(end));
    match app.screen {
        Screen::Ends | Screen::Connections if grouped => {
            let key = |at: usize| lists.groups.get(at).map(|group| group.key);
            at.groups.step(step, lists.groups.len(), page.ends, key);
        }
        Screen::Ends => at.ends.step(step, lists.ends.len(), page.ends, |at| end(&lists.ends, at)),
        Screen::Connections => {
            let ends = &lists.connections;
            at.connections.step(step, ends.len(), page.ends, |at| end(ends, at));
        }
        Screen::Peers => {
            at.peers
                .step(step, lists.peers.len(), page.peers, |at| lists.peers.get(at).map(|peer| peer.addr));
        }
        Screen::Causes => {
            let name = |at: usize| lists.causes.get(at).map(|row| row.rule.name);
            at.causes.step(step, lists.causes.len(), page.causes, name);
        }
        Screen::Health => {}
    }
}

/// Goes to a line of the list that is visible.
fn select_line(app: &mut App, line: usize) {
    let Some(here) = screen::selected(app) else { return };
    let (step, steps) = if line < here { (Step::Up, here - line) } else { (Step::Down, line - here) };
    (0..steps).for_each(|_| select(app, step));
}

/// To another end without closing the detail.
fn turn(app: &mut App, step: Step) {
    let mode = std::mem::replace(&mut app.mode, Mode::Browse);
    select(app, step);
    open_end(app);
    if matches!(app.mode, Mode::Browse) {
        app.mode = mode;
    }
}

fn open(app: &mut App) {
    let filter = match app.screen {
        Screen::Ends | Screen::Connections if app.is_grouped() => {
            let group = app.lists.groups.get(app.at.groups.index());
            let filter = group.map(|group| format!("{} {}", app.filter.text(), group.key.filter()));
            filter.map(|filter| filter.trim().to_owned())
        }
        Screen::Ends | Screen::Connections => return open_end(app),
        Screen::Peers => app.lists.peers.get(app.at.peers.index()).map(|peer| format!("peer:{}", peer.addr)),
        Screen::Causes => {
            app.lists.causes.get(app.at.causes.index()).map(|row| format!("cause:{}", row.rule.name))
        }
        Screen::Health => None,
    };
    if let Some(filter) = filter {
        app.ways.push(Way { screen: app.screen, grouping: app.grouping, filter: app.filter.clone() });
        if app.is_grouped() {
            app.grouping = Grouping::Single;
        }
        // Whoever opens a list begins with the newest, whatever was looked at before.
        if app.screen == Screen::Connections {
            app.at.connections = Cursor::default();
        } else {
            (app.screen, app.at.ends) = (Screen::Ends, Cursor::default());
        }
        set_filter(app, Filter::parse(&filter));
    }
}

/// The detail stays on its end, and so does the selection below it.
fn open_end(app: &mut App) {
    let Some(verdict) = app.selected_end().cloned() else { return };
    match app.screen {
        Screen::Connections => app.at.connections.choose(frame::id(&verdict)),
        _ => app.at.ends.choose(frame::id(&verdict)),
    }
    app.mode = Mode::Detail(verdict, 0);
    app.settle();
}

fn back(app: &mut App) {
    match std::mem::replace(&mut app.mode, Mode::Browse) {
        Mode::Browse if !app.ways.is_empty() => {
            if let Some(Way { screen, grouping, filter }) = app.ways.pop() {
                (app.screen, app.grouping) = (screen, grouping);
                set_filter(app, filter);
            }
        }
        Mode::Browse if app.filter.is_empty() && app.is_grouped() => {
            app.grouping = Grouping::Single;
            app.refresh();
        }
        Mode::Browse | Mode::Typing => set_filter(app, Filter::default()),
        Mode::Detail(..) | Mode::Help(_) => app.settle(),
    }
}

fn freeze(app: &mut App) {
    app.pace = match app.pace {
        Pace::Flowing => Pace::Frozen,
        Pace::Frozen => Pace::Flowing,
    };
    if app.pace == Pace::Flowing {
        receive(app, Arc::clone(&app.latest));
    }
}

fn set_filter(app: &mut App, filter: Filter) {
    app.filter = filter;
    app.refresh();
}

/// What is scrolled may have become shorter.
fn scroll_within(app: &mut App) {
    let last = screen::last_scroll(app);
    if let Mode::Detail(_, scroll) | Mode::Help(scroll) = &mut app.mode {
        *scroll = (*scroll).min(last);
    }
}
