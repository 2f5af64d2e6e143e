//! What can happen, and the one table of keys: what a key does, where, and what help and footer say about it.

use std::sync::Arc;

use super::Frame;
use super::app::{Place, Screen};
use super::cursor::Step;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Message {
    /// There is a newer moment to show.
    Frame(Arc<Frame>),
    /// The terminal has another size: columns and lines.
    Resize(u16, u16),
    /// A character of a filter.
    Type(char),
    /// A key of [`KEYS`].
    Do(Command),
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Leave.
    Quit,
    /// Go to a screen.
    Show(Screen),
    /// Go to the next screen.
    NextScreen,
    /// Go to the one before.
    PreviousScreen,
    /// Move the selection, or scroll.
    Move(Step),
    /// In the detail: the next end of the list.
    NextEnd,
    /// The one before.
    PreviousEnd,
    /// Look closer at the selection.
    Open,
    /// One step back: close what is open, else drop the filter.
    Back,
    /// Hold the lists still, or let them go on.
    Freeze,
    /// Begin to type a filter.
    Filter,
    /// Take the filter's last character away.
    Erase,
    /// Keep the filter that was typed.
    Accept,
    /// Hide harmless ends, or list them.
    Harmless,
    /// Show what the keys do.
    Help,
}

/// A key as it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    Char(char),
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

/// A line of [`KEYS`].
pub(super) struct Key {
    /// The keys that do it.
    pub(super) presses: &'static [Press],
    /// The same as they are shown.
    pub(super) shown: &'static str,
    /// What they do.
    pub(super) command: Command,
    /// Where they do it.
    pub(super) places: &'static [Place],
    /// For the help.
    pub(super) help: &'static str,
    /// For the footer; empty where it needs no reminder.
    pub(super) hint: &'static str,
}

const LISTS: &[Place] = &[Place::Ends, Place::Peers, Place::Causes];
const SCREENS: &[Place] = &[Place::Ends, Place::Peers, Place::Causes, Place::Health];
const PAGES: &[Place] =
    &[Place::Ends, Place::Peers, Place::Causes, Place::Health, Place::Detail, Place::Help];
const EVERYWHERE: &[Place] =
    &[Place::Ends, Place::Peers, Place::Causes, Place::Health, Place::Detail, Place::Help, Place::Typing];

/// Every key. The first line that has the key and the place counts.
pub(super) static KEYS: &[Key] = &[
    key(
        &[Press::Enter],
        "Enter",
        Command::Open,
        &[Place::Ends],
        "everything about the selected end",
        "detail",
    ),
    key(
        &[Press::Enter],
        "Enter",
        Command::Open,
        &[Place::Peers, Place::Causes],
        "the ends of the selected peer or cause",
        "its ends",
    ),
    key(&[Press::Esc], "Esc", Command::Back, &[Place::Detail, Place::Help], "close", "close"),
    key(&[Press::Char('n')], "n", Command::NextEnd, &[Place::Detail], "detail of the next end", "next"),
    key(
        &[Press::Char('p')],
        "p",
        Command::PreviousEnd,
        &[Place::Detail],
        "detail of the end before",
        "previous",
    ),
    key(&[Press::Enter], "Enter", Command::Accept, &[Place::Typing], "keep the filter", "keep"),
    key(&[Press::Esc], "Esc", Command::Back, &[Place::Typing], "drop the filter", "drop"),
    key(&[Press::Backspace], "Backspace", Command::Erase, &[Place::Typing], "take a character back", ""),
    key(&[Press::Char('j'), Press::Down], "j Down", Command::Move(Step::Down), PAGES, "down", ""),
    key(&[Press::Char('k'), Press::Up], "k Up", Command::Move(Step::Up), PAGES, "up", ""),
    key(
        &[Press::PageDown, Press::Ctrl('f'), Press::Ctrl('d')],
        "PgDn",
        Command::Move(Step::PageDown),
        PAGES,
        "a page down",
        "",
    ),
    key(
        &[Press::PageUp, Press::Ctrl('b'), Press::Ctrl('u')],
        "PgUp",
        Command::Move(Step::PageUp),
        PAGES,
        "a page up",
        "",
    ),
    key(
        &[Press::Char('g'), Press::Home],
        "g Home",
        Command::Move(Step::First),
        PAGES,
        "to the top, and stay there as new ones come",
        "",
    ),
    key(&[Press::Char('G'), Press::End], "G End", Command::Move(Step::Last), PAGES, "to the bottom", ""),
    key(
        &[Press::Char('/')],
        "/",
        Command::Filter,
        LISTS,
        "filter: words, or peer: port: cause: side: harm: with a value",
        "filter",
    ),
    key(&[Press::Esc], "Esc", Command::Back, SCREENS, "drop the filter", ""),
    key(
        &[Press::Char(' ')],
        "Space",
        Command::Freeze,
        SCREENS,
        "hold the lists still, or let them go on; counting goes on",
        "freeze",
    ),
    key(
        &[Press::Char('h')],
        "h",
        Command::Harmless,
        LISTS,
        "list harmless ends too, or hide them",
        "harmless",
    ),
    key(&[Press::Tab], "Tab", Command::NextScreen, SCREENS, "the next screen", "screens"),
    key(&[Press::BackTab], "Shift-Tab", Command::PreviousScreen, SCREENS, "the screen before", ""),
    key(&[Press::Char('1')], "1", Command::Show(Screen::Ends), SCREENS, "bad ends, and their causes", ""),
    key(&[Press::Char('2')], "2", Command::Show(Screen::Peers), SCREENS, "peers", ""),
    key(&[Press::Char('3')], "3", Command::Show(Screen::Causes), SCREENS, "causes, and what to do", ""),
    key(
        &[Press::Char('4')],
        "4",
        Command::Show(Screen::Health),
        SCREENS,
        "health: what was received, lost, skipped",
        "",
    ),
    key(&[Press::Char('?')], "?", Command::Help, PAGES, "this help", "help"),
    key(&[Press::Char('q')], "q", Command::Quit, PAGES, "leave", "quit"),
    key(&[Press::Ctrl('c')], "Ctrl-C", Command::Quit, EVERYWHERE, "leave", ""),
];

const fn key(
    presses: &'static [Press],
    shown: &'static str,
    command: Command,
    places: &'static [Place],
    help: &'static str,
    hint: &'static str,
) -> Key {
    Key { presses, shown, command, places, help, hint }
}

/// What `press` means at `place`.
pub(super) fn of(press: Press, place: Place) -> Option<Message> {
    let known = KEYS.iter().find(|key| key.places.contains(&place) && key.presses.contains(&press));
    match (known, press) {
        (Some(key), _) => Some(Message::Do(key.command)),
        (None, Press::Char(typed)) if place == Place::Typing => Some(Message::Type(typed)),
        _ => None,
    }
}
