//! The dashboard without a terminal: what it draws, what its keys do, and that it holds nobody up.

mod keys;
mod said;
mod scene;
mod screens;
mod ways;

use std::time::Instant;

use super::*;

#[test]
fn ten_thousand_frames_that_nobody_fetches_hold_nobody_up() {
    let feed = Feed { mailbox: Arc::new(Mailbox::default()) };
    let start = Instant::now();
    for n in 0..10_000 {
        let mut frame = scene::empty();
        frame.health.intake.frames = n;
        feed.show(Arc::new(frame));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let newest = feed.mailbox.take().map(|frame| frame.health.intake.frames);
    assert_eq!(newest, Some(9_999), "the newest wins");
    assert!(feed.mailbox.take().is_none(), "and no other was kept");
}

#[test]
fn a_dashboard_whose_thread_has_ended_wants_to_quit() {
    let mailbox = Arc::new(Mailbox::default());
    let ours = Arc::clone(&mailbox);
    let thread = thread::spawn(move || {
        while !ours.is_closing() {
            thread::yield_now();
        }
        Ok(())
    });
    let dashboard = Dashboard { mailbox, told_to_go: Arc::default(), thread: Some(thread) };
    assert!(!dashboard.wants_quit());
    assert!(dashboard.close().is_ok());
}

#[test]
fn closing_waits_no_longer_than_its_patience_for_a_terminal_that_hangs() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let _ = held.recv();
        Ok(())
    });
    let dashboard = Dashboard { mailbox: Arc::default(), told_to_go: Arc::default(), thread: Some(thread) };
    let start = Instant::now();
    assert!(dashboard.close().is_ok());
    assert!(start.elapsed() < CLOSING_PATIENCE * 3);
    drop(release);
}

#[test]
fn a_terminal_that_was_closed_ends_the_waiting() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let _ = held.recv();
        Ok(())
    });
    let told_to_go = Arc::new(AtomicBool::new(true));
    let dashboard = Dashboard { mailbox: Arc::default(), told_to_go, thread: Some(thread) };
    assert!(dashboard.wants_quit());
    let start = Instant::now();
    assert!(dashboard.wait().is_ok());
    assert!(start.elapsed() < CLOSING_PATIENCE * 3);
    drop(release);
}
