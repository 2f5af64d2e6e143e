//! The terminal: taken over, given back whatever happens, and its events in our own words.

use std::io::{self, Stdout, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, terminal};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::app::App;
use super::message::Press;
use super::screen::Dashboard;

/// The terminal is ours: there is something to give back.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// The panic hook is installed once, on top of the one that was there.
static HOOK: Once = Once::new();

/// The terminal in our hands. It is given back on drop, or before a panic's message is written.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

/// What happened at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A key.
    Press(Press),
    /// The terminal has another size: columns and lines.
    Resize(u16, u16),
    /// Something that means nothing here, or nothing at all.
    Nothing,
}

impl Screen {
    /// Takes the terminal over: raw mode and the alternate screen. The mouse stays the user's, for marking and copying.
    pub(super) fn take() -> io::Result<Self> {
        HOOK.call_once(chain_panic_hook);
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::Release);
        // From here on a failure gives back what was taken.
        let mut screen = Self { terminal };
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)?;
        screen.terminal.clear()?;
        Ok(screen)
    }

    /// Columns and lines.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws the model.
    pub(super) fn draw(&mut self, app: &App) -> io::Result<()> {
        self.terminal.draw(|screen| screen.render_widget(Dashboard(app), screen.area()))?;
        Ok(())
    }

    /// Is the terminal still ours? A panic in another thread has given it back.
    pub(super) fn is_ours() -> bool {
        TAKEN.load(Ordering::Acquire)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, once; what cannot be undone is not worth a second failure.
fn give_back() {
    if TAKEN.swap(false, Ordering::AcqRel) {
        let _ = execute!(io::stdout(), terminal::LeaveAlternateScreen, cursor::Show);
        let _ = terminal::disable_raw_mode();
        let _ = io::stdout().flush();
    }
}

/// The terminal first, then whoever wants to write about the panic.
fn chain_panic_hook() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        give_back();
        before(info);
    }));
}

/// Waits for an event, no longer than `patience`.
pub(super) fn wait(patience: Duration) -> io::Result<Input> {
    if !event::poll(patience)? {
        return Ok(Input::Nothing);
    }
    Ok(match event::read()? {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            press(key).map_or(Input::Nothing, Input::Press)
        }
        Event::Resize(columns, lines) => Input::Resize(columns, lines),
        _ => Input::Nothing,
    })
}

fn press(key: KeyEvent) -> Option<Press> {
    let held = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char(c) if held => Press::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Press::Char(c),
        KeyCode::Enter => Press::Enter,
        KeyCode::Esc => Press::Esc,
        KeyCode::Tab => Press::Tab,
        KeyCode::BackTab => Press::BackTab,
        KeyCode::Backspace => Press::Backspace,
        KeyCode::Up => Press::Up,
        KeyCode::Down => Press::Down,
        KeyCode::PageUp => Press::PageUp,
        KeyCode::PageDown => Press::PageDown,
        KeyCode::Home => Press::Home,
        KeyCode::End => Press::End,
        _ => return None,
    })
}
