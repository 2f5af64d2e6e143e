//! The one table of keys: what a key does, where, and what help, footer and configuration call it.

use crate::config::{Named, Press};

use super::app::{Place, Screen};
use super::cursor::Step;
use super::message::Command;

/// A line of [`KEYS`].
pub(super) struct Key {
    /// What the configuration calls it; the same for every line that is bound together with others, empty where it cannot
    /// be bound to another key.
    pub(super) name: &'static str,
    /// The keys that do it, unless the user has bound others.
    pub(super) presses: &'static [Press],
    /// What they do.
    pub(super) command: Command,
    /// Where they do it.
    pub(super) places: &'static [Place],
    /// For the help.
    pub(super) help: &'static str,
    /// For the footer; empty where it needs no reminder.
    pub(super) hint: &'static str,
}

/// The keys as they are bound: those of [`KEYS`] with the user's in place of some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keymap(Vec<Vec<Press>>);

const ENDS: &[Place] = &[Place::Ends, Place::Connections];
const LISTS: &[Place] = &[Place::Ends, Place::Peers, Place::Causes, Place::Connections];
const SCREENS: &[Place] = &[Place::Ends, Place::Peers, Place::Causes, Place::Connections, Place::Health];
const WHOLE: &[Place] = &[Place::Ends, Place::Connections, Place::Detail];
const PAGES: &[Place] = &[
    Place::Ends,
    Place::Peers,
    Place::Causes,
    Place::Connections,
    Place::Health,
    Place::Detail,
    Place::Help,
];
const EVERYWHERE: &[Place] = &[
    Place::Ends,
    Place::Peers,
    Place::Causes,
    Place::Connections,
    Place::Health,
    Place::Detail,
    Place::Help,
    Place::Typing,
];
const SCREENS_OVER: &[Place] =
    &[Place::Ends, Place::Peers, Place::Causes, Place::Connections, Place::Health, Place::Detail];
const OVER: &[Place] = &[Place::Detail, Place::Help];
const TYPING: &[Place] = &[Place::Typing];

const fn c(c: char) -> Press {
    Press::Char(c)
}

const fn named(named: Named) -> Press {
    Press::Named(named)
}

/// Every key. The first line that has the key and the place counts.
pub(super) static KEYS: &[Key] = &[
    key(
        "open",
        &[named(Named::Enter)],
        Command::Open,
        ENDS,
        "everything about the selected end; the ends of a group",
        "detail",
    ),
    key(
        "open",
        &[named(Named::Enter)],
        Command::Open,
        &[Place::Peers, Place::Causes],
        "the ends of the selected peer or cause",
        "its ends",
    ),
    key("close", &[named(Named::Esc)], Command::Back, OVER, "close", "close"),
    key("next", &[c('n')], Command::NextEnd, &[Place::Detail], "detail of the next end", "next"),
    key(
        "previous",
        &[c('p')],
        Command::PreviousEnd,
        &[Place::Detail],
        "detail of the end before",
        "previous",
    ),
    key("", &[named(Named::Enter)], Command::Accept, TYPING, "keep the filter", "keep"),
    key("", &[named(Named::Esc)], Command::Back, TYPING, "drop the filter", "drop"),
    key("", &[named(Named::Backspace)], Command::Erase, TYPING, "take a character back", ""),
    key("down", &[c('j'), named(Named::Down)], Command::Move(Step::Down), PAGES, "down", ""),
    key("up", &[c('k'), named(Named::Up)], Command::Move(Step::Up), PAGES, "up", ""),
    key(
        "page-down",
        &[named(Named::PageDown), Press::Ctrl('f'), Press::Ctrl('d')],
        Command::Move(Step::PageDown),
        PAGES,
        "a page down",
        "",
    ),
    key(
        "page-up",
        &[named(Named::PageUp), Press::Ctrl('b'), Press::Ctrl('u')],
        Command::Move(Step::PageUp),
        PAGES,
        "a page up",
        "",
    ),
    key(
        "top",
        &[c('g'), named(Named::Home)],
        Command::Move(Step::First),
        PAGES,
        "to the top, and stay there as new ones come",
        "",
    ),
    key("bottom", &[c('G'), named(Named::End)], Command::Move(Step::Last), PAGES, "to the bottom", ""),
    key("filter", &[c('/')], Command::Filter, LISTS, "filter: words, or field:value (see below)", "filter"),
    key(
        "close",
        &[named(Named::Esc)],
        Command::Back,
        SCREENS,
        "back from where Enter led; drop the filter, then the groups",
        "",
    ),
    key(
        "freeze",
        &[c(' ')],
        Command::Freeze,
        SCREENS,
        "hold the lists still, or let them go on; counting goes on",
        "freeze",
    ),
    key("sort", &[c('s')], Command::Sort, LISTS, "sort by the next column", "sort"),
    key("sort-turn", &[c('S')], Command::TurnSort, LISTS, "sort the other way round", ""),
    key("group", &[c('a')], Command::Group, ENDS, "group by peer, by service, by cause, or not", "group"),
    key("harmless", &[c('h')], Command::Harmless, LISTS, "list harmless ends too, or hide them", "harmless"),
    key(
        "export",
        &[c('e')],
        Command::Export,
        WHOLE,
        "write the selected end to files: its record, its frames",
        "export",
    ),
    key(
        "copy",
        &[c('y')],
        Command::Copy,
        WHOLE,
        "copy its verdict, a line, to the terminal's clipboard",
        "copy",
    ),
    key("screen-next", &[named(Named::Tab)], Command::NextScreen, SCREENS_OVER, "the next screen", "screens"),
    key(
        "screen-previous",
        &[named(Named::BackTab)],
        Command::PreviousScreen,
        SCREENS_OVER,
        "the screen before",
        "",
    ),
    key("ends", &[c('1')], Command::Show(Screen::Ends), SCREENS_OVER, "bad ends, and their causes", ""),
    key("peers", &[c('2')], Command::Show(Screen::Peers), SCREENS_OVER, "peers", ""),
    key("causes", &[c('3')], Command::Show(Screen::Causes), SCREENS_OVER, "causes, and what to do", ""),
    key(
        "connections",
        &[c('4')],
        Command::Show(Screen::Connections),
        SCREENS_OVER,
        "all connections, with their state",
        "",
    ),
    key(
        "health",
        &[c('5')],
        Command::Show(Screen::Health),
        SCREENS_OVER,
        "health: what was received, lost, skipped",
        "",
    ),
    key("mouse", &[c('m')], Command::Mouse, PAGES, "leave the mouse to the terminal, or take it back", ""),
    key("suspend", &[Press::Ctrl('z')], Command::Suspend, EVERYWHERE, "stop, as any program; fg goes on", ""),
    key("help", &[c('?')], Command::Help, PAGES, "this help", "help"),
    key("quit", &[c('q')], Command::Quit, PAGES, "leave", "quit"),
    key("", &[Press::Ctrl('c')], Command::Quit, EVERYWHERE, "leave", ""),
];

const fn key(
    name: &'static str,
    presses: &'static [Press],
    command: Command,
    places: &'static [Place],
    help: &'static str,
    hint: &'static str,
) -> Key {
    Key { name, presses, command, places, help, hint }
}

impl Default for Keymap {
    fn default() -> Self {
        Self(KEYS.iter().map(|key| key.presses.to_vec()).collect())
    }
}

impl Keymap {
    /// The table with the user's keys in place of some.
    ///
    /// # Errors
    /// What is wrong: a name that no line has, or a key that would mean two things in one place.
    pub(super) fn with(bound: &[(String, Vec<Press>)]) -> Result<Self, String> {
        let mut keymap = Self::default();
        for (name, presses) in bound {
            let lines: Vec<usize> = (0..KEYS.len()).filter(|&line| KEYS[line].name == name).collect();
            if lines.is_empty() || name.is_empty() {
                let names = names().collect::<Vec<_>>().join(", ");
                return Err(format!("no key is called '{name}'; there are {names}"));
            }
            for line in lines {
                keymap.0[line].clone_from(presses);
            }
        }
        keymap.collision().map_or(Ok(keymap), Err)
    }

    /// Two meanings of one key in one place.
    fn collision(&self) -> Option<String> {
        let lines = || KEYS.iter().zip(&self.0).enumerate();
        lines().find_map(|(index, (key, presses))| {
            lines().skip(index + 1).find_map(|(_, (other, others))| {
                let both = key.places.iter().any(|place| other.places.contains(place));
                let press = presses.iter().find(|press| both && others.contains(press))?;
                Some(format!("{press} would mean two things: '{}' and '{}'", key.help, other.help))
            })
        })
    }

    /// What `press` does at `place`.
    pub(super) fn command(&self, press: Press, place: Place) -> Option<Command> {
        let known = KEYS.iter().zip(&self.0);
        let mut known =
            known.filter(|(key, presses)| key.places.contains(&place) && presses.contains(&press));
        known.next().map(|(key, _)| key.command)
    }

    /// The lines of the table, each with its keys.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'static Key, &[Press])> {
        KEYS.iter().zip(self.0.iter().map(Vec::as_slice))
    }
}

/// What can be bound, each once, in the order of the table.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let first = |line: usize| KEYS[..line].iter().all(|before| before.name != KEYS[line].name);
    (0..KEYS.len())
        .filter(move |&line| !KEYS[line].name.is_empty() && first(line))
        .map(|line| KEYS[line].name)
}
