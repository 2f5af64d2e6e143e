//! Frames and models for tests.

use std::net::IpAddr;

use ratatui::backend::TestBackend;
use ratatui::{Terminal, buffer::Buffer};

use super::*;
use crate::aggregate::sample::{closed, endpoint, harmless, hung_up, refused, stale};
use crate::aggregate::{Aggregate, Dropped, Footprint, Intake, InterfaceHealth, RingHealth};
use crate::config::{Named, Press};
use crate::decode::Skip;
use crate::time::{Span, Timestamp};
use crate::verdict::{Confidence, ExchangeFacts, Finding, Sender, Side, Verdict};
use crate::view::tui::message::of;
use crate::view::tui::screen;

const NOW: Timestamp = Timestamp::from_nanos(1_795_201_500_000_000_000);

pub(super) fn empty() -> Frame {
    Frame::empty("eth0 'port 443'".to_owned(), Phase::Live)
}

pub(super) fn at(millis_ago: u64, verdict: Verdict) -> Verdict {
    let end_time = Timestamp::from_nanos(NOW.as_nanos() - millis_ago * 1_000_000);
    let start = Timestamp::from_nanos(end_time.as_nanos() - Span::from_secs(5).as_nanos());
    Verdict { end_time, start, first_frame: 100_000 - millis_ago, ..verdict }
}

pub(super) fn between(client: (&str, u16), server: (&str, u16), verdict: Verdict) -> Verdict {
    Verdict { client: endpoint(client.0, client.1), server: endpoint(server.0, server.1), ..verdict }
}

/// A burst of one cause, and some of everything else; the oldest first.
pub(super) fn verdicts() -> Vec<Verdict> {
    let ours = "10.0.3.7";
    let doubtful = Some(Finding { confidence: Confidence::Possible, ..stale().cause.unwrap() });
    let sni =
        ExchangeFacts { protocol: Some("tls"), sni: Some("api.example".into()), ..ExchangeFacts::default() };
    let mut all = vec![
        at(95_000, between((ours, 40_000), ("2001:db8:85a3::8a2e:370:7334", 443), hung_up())),
        at(93_000, between((ours, 40_001), ("192.0.2.9", 81), refused())),
        at(91_000, between((ours, 40_002), ("192.0.2.9", 443), harmless())),
        at(80_000, between((ours, 40_003), ("192.0.2.9", 443), closed())),
    ];
    all.push(Verdict {
        rst_by: Some(Sender::Middlebox),
        rst_by_confidence: Some(Confidence::Likely),
        rst_claimed: Some(Side::Server),
        cause: doubtful,
        exchange: Some(sni),
        ..at(60_000, between((ours, 40_004), ("198.51.100.20", 443), stale()))
    });
    let burst = (0..30_u16).rev();
    all.extend(
        burst.map(|n| at(200 + 250 * u64::from(n), between((ours, 50_000 + n), ("10.0.9.2", 8080), stale()))),
    );
    all
}

pub(super) fn frame_of(verdicts: &[Verdict]) -> Frame {
    let mut aggregate = Aggregate::new(Vec::new()).with_recent_minutes();
    for verdict in verdicts {
        aggregate.count(verdict);
    }
    let newest = verdicts.iter().rev().cloned().map(Arc::new).collect();
    let mut intake = Intake {
        frames: 1_234_567,
        first: Some(Timestamp::from_nanos(NOW.as_nanos() - 100_000_000_000)),
        last: Some(NOW),
        late: 2,
        evicted: 0,
        dropped: Dropped { kernel: Some(17), interface: Some(0), us: Some(0) },
        ..Intake::default()
    };
    intake.skipped.add_many(Skip::NotTcp, 42);
    let notices = vec!["eth1 is down; it is watched again when it comes back".to_owned()];
    let ring =
        Some(RingHealth { bytes: 12_345_678, since: Timestamp::from_nanos(NOW.as_nanos() - 61_000_000_000) });
    let footprint = Footprint { room: 1_000_000, fullness: 3, memory: Some(41_234_567), ring };
    let eth0 = InterfaceHealth {
        name: "eth0".to_owned(),
        captured: 1_234_567,
        received: 1_234_584,
        dropped_by_kernel: 17,
        dropped_by_interface: 0,
    };
    let health = Health { intake, followed: 311, footprint, interfaces: vec![eth0], notices };
    let we: Vec<IpAddr> = vec!["10.0.3.7".parse().unwrap()];
    let names = [("10.0.9.2", "api.internal"), ("192.0.2.9", "db-3.example")];
    let names = names.map(|(addr, name)| (endpoint(addr, 0).addr, name.to_owned())).into();
    Frame { taken: NOW, counts: aggregate.snapshot(1000), newest, names, health, we, ..empty() }
}

pub(super) fn options() -> Options {
    Options {
        first: Arc::new(empty()),
        colour: Colour::Absent,
        charset: Charset::Unicode,
        listing: Listing::Harmful,
        look: Look::default(),
        exporter: None,
    }
}

/// A model that has seen nothing yet.
pub(super) fn fresh(size: (u16, u16)) -> App {
    App::new(options(), size)
}

/// A model with the burst.
pub(super) fn burst(size: (u16, u16)) -> App {
    let mut app = fresh(size);
    show(&mut app, &verdicts());
    app
}

pub(super) fn show(app: &mut App, verdicts: &[Verdict]) -> Effect {
    update(app, Message::Frame(Arc::new(frame_of(verdicts))))
}

pub(super) fn press(app: &mut App, press: Press) -> Effect {
    match of(press, app.place(), &app.keys) {
        Some(message) => update(app, message),
        None => Effect::Draw,
    }
}

pub(super) const fn key(c: char) -> Press {
    Press::Char(c)
}

pub(super) const ENTER: Press = Press::Named(Named::Enter);
pub(super) const ESC: Press = Press::Named(Named::Esc);
pub(super) const DOWN: Press = Press::Named(Named::Down);

pub(super) fn type_in(app: &mut App, text: &str) {
    for typed in text.chars() {
        press(app, Press::Char(typed));
    }
}

/// The screen as text, without the blanks at the ends of its lines.
pub(super) fn drawn(app: &App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.size.0, app.size.1)).unwrap();
    terminal.draw(|frame| frame.render_widget(screen::Dashboard(app), frame.area())).unwrap();
    text(terminal.backend().buffer())
}

fn text(buffer: &Buffer) -> String {
    let lines = buffer.content.chunks(usize::from(buffer.area.width).max(1));
    let lines = lines.map(|cells| cells.iter().map(ratatui::buffer::Cell::symbol).collect::<String>());
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}
