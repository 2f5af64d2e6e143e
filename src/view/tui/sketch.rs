//! The dashboard without a terminal: what it would draw, for measurements.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::config::Press;

use super::app::App;
use super::message::{self, Message};
use super::screen;
use super::update::update;
use super::{Frame, Options};

/// A dashboard of some size that is drawn into memory.
pub struct Sketch {
    app: App,
    buffer: Buffer,
}

impl Sketch {
    /// A dashboard of so many columns and lines.
    #[must_use]
    pub fn new(options: Options, columns: u16, lines: u16) -> Self {
        let area = Rect::new(0, 0, columns, lines);
        Self { app: App::new(options, (columns, lines)), buffer: Buffer::empty(area) }
    }

    /// Presses a key.
    pub fn press(&mut self, press: Press) {
        if let Some(message) = message::of(press, self.app.place(), &self.app.keys) {
            update(&mut self.app, message);
        }
    }

    /// Takes in a newer moment, as the dashboard's thread does.
    pub fn show(&mut self, frame: Arc<Frame>) {
        update(&mut self.app, Message::Frame(frame));
    }

    /// Draws everything, and gives it line by line.
    pub fn draw(&mut self) -> Vec<String> {
        self.buffer.reset();
        screen::Dashboard(&self.app).render(self.buffer.area, &mut self.buffer);
        let cells = self.buffer.content.chunks(usize::from(self.buffer.area.width).max(1));
        cells.map(|line| line.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
    }
}
