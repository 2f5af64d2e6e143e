//! The terminal: taken over, given back whatever happens, and its events in our own words.

use std::io::{self, BufWriter, Stdout, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    self, DisableMouseCapture, EnableMouseCapture, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
    MouseButton, MouseEvent, MouseEventKind,
};
use crossterm::{cursor, execute, queue, terminal};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::config::{Mouse, Named, Press};

use super::app::App;
use super::cursor::Step;
use super::screen::Dashboard;

/// The terminal is ours: there is something to give back.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// The panic hook is installed once, on top of the one that was there.
static HOOK: Once = Once::new();

/// Bytes that a drawing may take before a part of it is written. Five thousand cells, each with a colour of its own,
/// take less; standard output itself holds 1 KiB, and a terminal that is asked in between shows half of a drawing.
const DRAWING: usize = 128 * 1024;

/// The terminal in our hands. It is given back on drop, or before a panic's message is written.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    /// Somebody wants the program to end.
    told_to_go: Arc<AtomicBool>,
}

/// What happened at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A key.
    Press(Press),
    /// The terminal has another size: columns and lines.
    Resize(u16, u16),
    /// The mouse's button went down: column and line.
    Click(u16, u16),
    /// Its wheel was turned by a notch.
    Wheel(Step),
    /// Something that means nothing here, or nothing at all.
    Nothing,
}

impl Screen {
    /// Takes the terminal over: raw mode and the alternate screen.
    pub(super) fn take() -> io::Result<Self> {
        HOOK.call_once(chain_panic_hook);
        let output = BufWriter::with_capacity(DRAWING, io::stdout());
        let terminal = Terminal::new(CrosstermBackend::new(output))?;
        // From here on a failure gives back what was taken.
        let mut screen = Self { terminal, told_to_go: listen() };
        screen.enter()?;
        Ok(screen)
    }

    /// Becomes true when somebody wants the program to end.
    pub(super) fn told_to_go(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.told_to_go)
    }

    fn enter(&mut self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::Release);
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)?;
        self.terminal.clear()
    }

    /// Takes the mouse, or leaves it to the user for marking and copying.
    pub(super) fn take_mouse(mouse: Mouse) -> io::Result<()> {
        match mouse {
            Mouse::Taken => execute!(io::stdout(), EnableMouseCapture),
            Mouse::Left => execute!(io::stdout(), DisableMouseCapture),
        }
    }

    /// Gives the terminal to the shell, as Ctrl-Z does, and takes it again when the shell says so; gives its size then.
    pub(super) fn suspend(&mut self, mouse: Mouse) -> io::Result<(u16, u16)> {
        give_back();
        stop()?;
        self.enter()?;
        Self::take_mouse(mouse)?;
        self.size()
    }

    /// Puts a line on the terminal's clipboard, if it has one and allows it.
    pub(super) fn copy(line: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(line))
    }

    /// Columns and lines.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws the model, in one piece: a terminal that knows how (private mode 2026) shows nothing before its end.
    pub(super) fn draw(&mut self, app: &App) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), terminal::BeginSynchronizedUpdate)?;
        self.terminal.draw(|screen| screen.render_widget(Dashboard(app), screen.area()))?;
        execute!(self.terminal.backend_mut(), terminal::EndSynchronizedUpdate)
    }

    /// Is the terminal still ours? A panic in another thread has given it back, and a signal asks for it.
    pub(super) fn is_ours(&self) -> bool {
        TAKEN.load(Ordering::Acquire) && !self.told_to_go.load(Ordering::Relaxed)
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
            Event::Mouse(mouse) => turned_or_clicked(mouse),
            _ => Input::Nothing,
        })
    }
}

/// Listens for the signals by which a program is told to end. Where the system refuses, they do what they always do.
fn listen() -> Arc<AtomicBool> {
    let told = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let _ = signal_hook::flag::register(signal, Arc::clone(&told));
    }
    told
}

/// Stops this process as the terminal's own Ctrl-Z would; returns when it goes on.
fn stop() -> io::Result<()> {
    #[cfg(unix)]
    signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
    Ok(())
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, once; what cannot be undone is not worth a second failure.
fn give_back() {
    if TAKEN.swap(false, Ordering::AcqRel) {
        let _ = execute!(io::stdout(), DisableMouseCapture, terminal::LeaveAlternateScreen, cursor::Show);
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

fn turned_or_clicked(mouse: MouseEvent) -> Input {
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => Input::Click(mouse.column, mouse.row),
        MouseEventKind::ScrollUp => Input::Wheel(Step::Up),
        MouseEventKind::ScrollDown => Input::Wheel(Step::Down),
        _ => Input::Nothing,
    }
}

fn press(key: KeyEvent) -> Option<Press> {
    let held = key.modifiers.contains(KeyModifiers::CONTROL);
    let named = match key.code {
        KeyCode::Char(c) if held => return Some(Press::Ctrl(c.to_ascii_lowercase())),
        KeyCode::Char(c) => return Some(Press::Char(c)),
        KeyCode::Enter => Named::Enter,
        KeyCode::Esc => Named::Esc,
        KeyCode::Tab => Named::Tab,
        KeyCode::BackTab => Named::BackTab,
        KeyCode::Backspace => Named::Backspace,
        KeyCode::Up => Named::Up,
        KeyCode::Down => Named::Down,
        KeyCode::PageUp => Named::PageUp,
        KeyCode::PageDown => Named::PageDown,
        KeyCode::Home => Named::Home,
        KeyCode::End => Named::End,
        _ => return None,
    };
    Some(Press::Named(named))
}
