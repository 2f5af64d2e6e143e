//! The dashboard: what ends connections now, on a terminal, in a thread of its own.
//!
//! ```text
//! feeder ── Arc<Frame> ──► mailbox (one slot, the newest wins) ──► Message ──► update ──► App ──► panes ──► terminal
//!                                                  keys ── KEYS ──────┘
//! ```
//!
//! Whoever captures is never held up: a frame is put into the slot and forgotten, and a terminal that has stalled holds up
//! nobody but this thread. `update` is pure, and the panes only draw; only `terminal` knows that
//! there is a terminal.

mod app;
mod cursor;
mod digest;
mod export;
mod feeder;
mod filter;
mod frame;
mod group;
mod keys;
mod look;
mod mailbox;
mod message;
mod names;
mod newest;
mod pane;
mod screen;
mod sketch;
mod sort;
mod terminal;
mod theme;
mod update;

pub use export::Exporter;
pub(super) use feeder::Feeder;
pub use feeder::{Course, Tools};
pub use frame::{Frame, Health, Names, Phase};
pub use look::{Look, commented_default};
pub use names::Resolver;
pub use newest::Newest;
pub use sketch::Sketch;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::config::{Charset, Colour, Listing};

use self::app::App;
use self::mailbox::Mailbox;
use self::message::Message;
use self::terminal::{Input, Screen};
use self::update::{Effect, update};

/// Between two draws: at most fifteen a second.
const DRAW_INTERVAL: Duration = Duration::from_millis(67);
/// Between two looks whether the user has left.
const WAITING: Duration = Duration::from_millis(20);
/// How long closing waits for a terminal that takes nothing any more.
const CLOSING_PATIENCE: Duration = Duration::from_secs(2);

/// How the dashboard is to look.
#[derive(Clone)]
pub struct Options {
    /// What is shown at first: [`Frame::empty`] where nothing is known yet.
    pub first: Arc<Frame>,
    /// Colour as an extra.
    pub colour: Colour,
    /// Which characters can be shown.
    pub charset: Charset,
    /// Which ends are listed at first.
    pub listing: Listing,
    /// Keys and colours.
    pub look: Look,
    /// What writes an end to files; nobody where that cannot be done.
    pub exporter: Option<Arc<dyn Exporter>>,
}

/// The running dashboard. Dropped or closed, it gives the terminal back.
#[derive(Debug)]
pub struct Dashboard {
    mailbox: Arc<Mailbox>,
    /// The system wants the program to end.
    told_to_go: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Where frames go in. It can be cloned and sent to any thread.
#[derive(Clone, Debug)]
pub struct Feed {
    mailbox: Arc<Mailbox>,
}

impl Feed {
    /// Shows a frame in place of the last one. Never waits: what was not drawn yet is passed over.
    pub fn show(&self, frame: Arc<Frame>) {
        self.mailbox.put(frame);
    }
}

impl Dashboard {
    /// Takes the terminal over and starts drawing.
    ///
    /// # Errors
    /// What the system says when standard output cannot be taken over.
    pub fn spawn(options: Options) -> io::Result<(Self, Feed)> {
        let screen = Screen::take()?;
        let mailbox = Arc::new(Mailbox::default());
        let feed = Feed { mailbox: Arc::clone(&mailbox) };
        let ours = Arc::clone(&mailbox);
        let told_to_go = screen.told_to_go();
        let thread =
            thread::Builder::new().name("dashboard".to_owned()).spawn(move || run(screen, options, &ours))?;
        Ok((Self { mailbox, told_to_go, thread: Some(thread) }, feed))
    }

    /// Has the user left, or the terminal gone?
    #[must_use]
    pub fn wants_quit(&self) -> bool {
        self.told_to_go.load(Ordering::Relaxed) || self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until the user leaves. Whoever reads keys never comes back from a terminal that was closed; the system tells
    /// that by a signal.
    ///
    /// # Errors
    /// What the system says when the terminal fails.
    pub fn wait(mut self) -> io::Result<()> {
        while !self.wants_quit() {
            thread::sleep(WAITING);
        }
        self.end()
    }

    /// Closes it and gives the terminal back.
    ///
    /// # Errors
    /// What the system says when the terminal has failed.
    pub fn close(mut self) -> io::Result<()> {
        self.end()
    }

    /// A terminal that takes nothing any more is left to itself.
    fn end(&mut self) -> io::Result<()> {
        self.mailbox.close();
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let deadline = Instant::now() + CLOSING_PATIENCE;
        while !thread.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        if thread.is_finished() { outcome(thread) } else { Ok(()) }
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        // Who drops it has no use for what the terminal says.
        let _ = self.end();
    }
}

fn outcome(thread: JoinHandle<io::Result<()>>) -> io::Result<()> {
    thread.join().unwrap_or_else(|_| Err(io::Error::other("the dashboard has panicked")))
}

/// The loop: events and frames to messages, messages to the model, the model to the terminal.
fn run(mut screen: Screen, options: Options, mailbox: &Mailbox) -> io::Result<()> {
    let mut desk = export::Desk::new(options.exporter.clone());
    let mut app = App::new(options, screen.size()?);
    Screen::take_mouse(app.mouse)?;
    let (mut stale, mut next_draw) = (Stale::Yes, Instant::now());
    while !mailbox.is_closing() && screen.is_ours() {
        let now = Instant::now();
        if stale == Stale::Yes && now >= next_draw {
            screen.draw(&app)?;
            stale = Stale::No;
            next_draw = Instant::now() + DRAW_INTERVAL;
        }
        let patience = match stale {
            Stale::Yes => next_draw.saturating_duration_since(now),
            Stale::No => DRAW_INTERVAL,
        };
        let pressed = message_of(Screen::wait(patience)?, &app);
        for message in pressed.into_iter().chain(desk.told()).chain(mailbox.take().map(Message::Frame)) {
            stale = Stale::Yes;
            match update(&mut app, message) {
                Effect::Draw => {}
                Effect::Quit => return Ok(()),
                Effect::Suspend => {
                    let (columns, lines) = screen.suspend(app.mouse)?;
                    update(&mut app, Message::Resize(columns, lines));
                }
                Effect::Mouse(mouse) => Screen::take_mouse(mouse)?,
                Effect::Copy(line) => {
                    Screen::copy(&line)?;
                    app.said = Some(format!("Copied, if the terminal allows it (OSC 52): {line}"));
                }
                Effect::Export(end) => app.said = Some(desk.export(end)),
            }
        }
    }
    Ok(())
}

/// Whether the screen shows something that is no longer so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stale {
    Yes,
    No,
}

fn message_of(input: Input, app: &App) -> Option<Message> {
    match input {
        Input::Press(press) => message::of(press, app.place(), &app.keys),
        Input::Resize(columns, lines) => Some(Message::Resize(columns, lines)),
        Input::Click(column, line) => Some(Message::Click(column, line)),
        Input::Wheel(step) => Some(Message::Wheel(step)),
        Input::Nothing => None,
    }
}

#[cfg(test)]
mod tests;
