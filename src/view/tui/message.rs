//! What can happen.

use std::sync::Arc;

use crate::config::Press;

use super::Frame;
use super::app::{Place, Screen};
use super::cursor::Step;
use super::keys::Keymap;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Message {
    /// There is a newer moment to show.
    Frame(Arc<Frame>),
    /// The terminal has another size: columns and lines.
    Resize(u16, u16),
    /// A character of a filter.
    Type(char),
    /// A key of the table.
    Do(Command),
    /// The mouse's button went down: column and line.
    Click(u16, u16),
    /// Its wheel was turned.
    Wheel(Step),
    /// What became of something that was asked for, in a sentence.
    Said(String),
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
    /// One step back: close what is open, else drop the filter, else the groups.
    Back,
    /// Hold the lists still, or let them go on.
    Freeze,
    /// Begin to type a filter.
    Filter,
    /// Take the filter's last character away.
    Erase,
    /// Keep the filter that was typed.
    Accept,
    /// Sort by the next column.
    Sort,
    /// Sort the other way round.
    TurnSort,
    /// Group the ends by something else.
    Group,
    /// Hide harmless ends, or list them.
    Harmless,
    /// Write the selected end to files.
    Export,
    /// Copy its verdict.
    Copy,
    /// Give the mouse back, or take it.
    Mouse,
    /// Stop the program until the shell lets it go on.
    Suspend,
    /// Show what the keys do.
    Help,
}

/// What `press` means at `place`.
pub(super) fn of(press: Press, place: Place, keys: &Keymap) -> Option<Message> {
    match (keys.command(press, place), press) {
        (Some(command), _) => Some(Message::Do(command)),
        (None, Press::Char(typed)) if place == Place::Typing => Some(Message::Type(typed)),
        _ => None,
    }
}
