//! How well the capture itself is: nothing is lost in silence.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::aggregate::{Footprint, Intake, InterfaceHealth};
use crate::view::clock::{Date, TimeOfDay};

use super::super::Frame;
use super::super::app::App;
use super::super::theme::Theme;
use super::{block, span};

/// Columns of the words before the figures.
const LABEL: usize = 26;

pub(in super::super) struct Health<'a>(pub(in super::super) &'a App);

impl Widget for Health<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let app = self.0;
        // Counting goes on while the lists are held still.
        let lines = lines(&app.latest, app.theme);
        Paragraph::new(lines)
            .wrap(Wrap { trim: false })
            .block(block(app.theme, "Health", area))
            .render(area, buffer);
    }
}

fn lines(frame: &Frame, theme: Theme) -> Vec<Line<'static>> {
    let (intake, peers) = (&frame.health.intake, &frame.counts.peers);
    let mut lines = vec![
        line("frames read", &intake.frames.to_string(), Style::new()),
        line("from", &intake.first.map_or("-".to_owned(), moment), Style::new()),
        line("to", &intake.last.map_or("-".to_owned(), moment), Style::new()),
        dropped("dropped by the kernel", intake.dropped.kernel, theme),
        dropped("dropped by the interface", intake.dropped.interface, theme),
        dropped("dropped by rstwho", intake.dropped.us, theme),
        line("connections followed", &followed(frame), Style::new()),
        loss("connections given up", intake.evicted, "too many at once, see --max-flows", theme),
        loss("late segments", intake.late, "their connection had been told already", theme),
        loss("peers given up", peers.forgotten, "more than can be counted", theme),
    ];
    lines.extend(footprint(&frame.health.footprint));
    lines.extend(frame.health.interfaces.iter().map(|health| interface(health, theme)));
    lines.extend(skipped(intake));
    let notices = frame.health.notices.iter();
    lines.extend(
        notices.map(|notice| Line::styled(format!(" note: {}", theme.text(notice)), theme.doubtful())),
    );
    lines
}

/// How full the table is.
fn followed(frame: &Frame) -> String {
    let (followed, Footprint { room, fullness, .. }) = (frame.health.followed, frame.health.footprint);
    if room == 0 { followed.to_string() } else { format!("{followed}, {fullness} % of the room for {room}") }
}

/// What the program itself takes.
fn footprint(footprint: &Footprint) -> Vec<Line<'static>> {
    let megabytes = |bytes: u64| format!("{} MB", bytes.div_ceil(1_000_000));
    let memory = footprint.memory.map(|bytes| line("memory", &megabytes(bytes), Style::new()));
    let ring = footprint.ring.map(|ring| {
        let text = format!("{}, back to {} UTC", megabytes(ring.bytes), TimeOfDay(ring.since));
        line("frames kept for export", &text, Style::new())
    });
    [memory, ring].into_iter().flatten().collect()
}

/// One interface's own frames and losses.
fn interface(health: &InterfaceHealth, theme: Theme) -> Line<'static> {
    let lost = health.dropped_by_kernel + health.dropped_by_interface;
    let text = format!("{} captured, {} received, {lost} lost", health.captured, health.received);
    let style = if lost > 0 { theme.bad() } else { Style::new() };
    line(&theme.text(&health.name), &text, style)
}

fn moment(time: crate::time::Timestamp) -> String {
    format!("{} {} UTC", Date(time), TimeOfDay(time))
}

/// A count that nobody gives is not zero.
fn dropped(label: &str, count: Option<u64>, theme: Theme) -> Line<'static> {
    match count {
        None => line(label, "not said", Theme::quiet()),
        Some(0) => line(label, "0", Style::new()),
        Some(frames) => line(label, &format!("{frames}  (verdicts near a loss are less sure)"), theme.bad()),
    }
}

fn loss(label: &str, count: u64, why: &str, theme: Theme) -> Line<'static> {
    match count {
        0 => line(label, "0", Style::new()),
        _ => line(label, &format!("{count}  ({why})"), theme.doubtful()),
    }
}

fn skipped(intake: &Intake) -> Vec<Line<'static>> {
    let total = line("frames of no connection", &intake.skipped.total().to_string(), Style::new());
    let kinds = intake.skipped.nonzero();
    let kinds = kinds.map(|(skip, frames)| line("", &format!("{frames} {skip}"), Theme::quiet()));
    std::iter::once(total).chain(kinds).collect()
}

fn line(label: &str, value: &str, style: Style) -> Line<'static> {
    Line::from(vec![span(format!(" {label:LABEL$}"), Theme::quiet()), span(value, style)])
}
