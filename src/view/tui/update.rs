//! Message to model, purely: what every key does, without a terminal.

use std::sync::Arc;

use crate::config::Listing;

use super::Frame;
use super::app::{App, Mode, Pace, Screen};
use super::cursor::{Step, stepped};
use super::digest;
use super::filter::Filter;
use super::frame;
use super::message::{Command, Message};
use super::screen;

/// What is to be done after a message; the later ones include the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// The screen is still right.
    Nothing,
    /// Draw anew.
    Draw,
    /// Leave.
    Quit,
}

/// Changes the model as the message says.
pub(super) fn update(app: &mut App, message: Message) -> Effect {
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
        Message::Do(Command::Quit) => return Effect::Quit,
        Message::Do(command) => perform(app, command),
    }
    Effect::Draw
}

fn receive(app: &mut App, frame: Arc<Frame>) {
    app.news = digest::news(&frame);
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
        if let Some(revised) = app.shown.newest.iter().find(|newer| frame::id(newer) == id) {
            *verdict = Arc::clone(revised);
        }
    }
    scroll_within(app);
}

fn perform(app: &mut App, command: Command) {
    match command {
        Command::Show(screen) => show(app, screen),
        Command::NextScreen => show(app, beside(app.screen, 1)),
        Command::PreviousScreen => show(app, beside(app.screen, Screen::ALL.len() - 1)),
        Command::Move(step) => go(app, step),
        Command::NextEnd => turn(app, Step::Down),
        Command::PreviousEnd => turn(app, Step::Up),
        Command::Open => open(app),
        Command::Back => back(app),
        Command::Freeze => freeze(app),
        Command::Filter => app.mode = Mode::Typing,
        Command::Erase => {
            let text = app.filter.text();
            let shorter = text.char_indices().next_back().map_or("", |(last, _)| &text[..last]).to_owned();
            set_filter(app, Filter::parse(&shorter));
        }
        Command::Accept => app.mode = Mode::Browse,
        Command::Harmless => {
            app.listing = if app.listing == Listing::Harmful { app.with_harmless } else { Listing::Harmful };
            app.refresh();
        }
        Command::Help => app.mode = Mode::Help(0),
        Command::Quit => {}
    }
}

fn show(app: &mut App, screen: Screen) {
    app.screen = screen;
    app.settle();
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
    let (at, lists) = (&mut app.at, &app.lists);
    match app.screen {
        Screen::Ends => {
            at.ends
                .step(step, lists.ends.len(), page.ends, |at| lists.ends.get(at).map(|end| frame::id(end)));
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

/// To another end without closing the detail.
fn turn(app: &mut App, step: Step) {
    select(app, step);
    open_end(app);
}

fn open(app: &mut App) {
    let filter = match app.screen {
        Screen::Ends => return open_end(app),
        Screen::Peers => app.lists.peers.get(app.at.peers.index()).map(|peer| format!("peer:{}", peer.addr)),
        Screen::Causes => {
            app.lists.causes.get(app.at.causes.index()).map(|row| format!("cause:{}", row.rule.name))
        }
        Screen::Health => None,
    };
    if let Some(filter) = filter {
        app.screen = Screen::Ends;
        set_filter(app, Filter::parse(&filter));
    }
}

/// The detail stays on its end, and so does the selection below it.
fn open_end(app: &mut App) {
    let Some(verdict) = app.selected_end().cloned() else { return };
    app.at.ends.choose(frame::id(&verdict));
    app.mode = Mode::Detail(verdict, 0);
    app.settle();
}

fn back(app: &mut App) {
    match std::mem::replace(&mut app.mode, Mode::Browse) {
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
