//! Each screen at each size, as text in `golden/`; `RSTWHO_BLESS=1 cargo test` writes them anew.

use std::fs;
use std::path::Path;

use super::scene::{DOWN, ENTER, burst, drawn, fresh, key, press, type_in};
use super::*;
use crate::config::Press;
use crate::time::Timestamp;

const SIZES: [(u16, u16); 4] = [(140, 40), (120, 35), (80, 24), (60, 15)];
const SCREENS: [(&str, &[Press]); 8] = [
    ("ends", &[]),
    ("peers", &[Press::Char('2')]),
    ("causes", &[Press::Char('3')]),
    ("connections", &[Press::Char('4')]),
    ("health", &[Press::Char('5')]),
    ("groups", &[Press::Char('a')]),
    ("detail", &[ENTER]),
    ("help", &[Press::Char('?')]),
];

/// Compares, or writes.
fn check(name: &str, app: &App) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/view/tui/golden").join(format!("{name}.txt"));
    let now = drawn(app);
    if std::env::var_os("RSTWHO_BLESS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(now, expected, "{name}: RSTWHO_BLESS=1 cargo test writes it anew");
}

#[test]
fn every_screen_at_every_size() {
    for size in SIZES {
        for (name, keys) in SCREENS {
            let mut app = burst(size);
            for &key in keys {
                press(&mut app, key);
            }
            check(&format!("{name}-{}x{}", size.0, size.1), &app);
        }
    }
}

#[test]
fn nothing_yet_is_said_on_every_screen() {
    for (name, keys) in &SCREENS[..6] {
        let mut app = fresh((80, 24));
        for &key in *keys {
            press(&mut app, key);
        }
        check(&format!("{name}-empty"), &app);
    }
}

#[test]
fn a_terminal_that_is_too_small_gets_a_sentence() {
    check("too-small", &burst((50, 10)));
    for size in [(1, 1), (0, 0), (59, 40), (200, 14), (3, 100)] {
        drawn(&burst(size));
    }
}

#[test]
fn ascii_alone_is_enough() {
    let mut app = App::new(Options { charset: Charset::Ascii, ..scene::options() }, (120, 35));
    scene::show(&mut app, &scene::verdicts());
    for key in [DOWN, ENTER] {
        press(&mut app, key);
    }
    let page = drawn(&app);
    assert!(page.is_ascii(), "{page}");
    check("ascii", &app);
}

#[test]
fn the_state_of_a_list_is_said_beside_it() {
    let mut app = burst((120, 35));
    press(&mut app, Press::Char('h'));
    press(&mut app, Press::Char('/'));
    type_in(&mut app, "peer:192.0.2.9");
    check("filter", &app);
    press(&mut app, ENTER);
    press(&mut app, Press::Char(' '));
    let more: Vec<_> = scene::verdicts().into_iter().chain(scene::verdicts()).collect();
    scene::show(&mut app, &more);
    check("frozen", &app);
}

#[test]
fn the_cause_of_a_burst_and_its_peer_are_seen_without_a_key() {
    for size in SIZES {
        let page = drawn(&burst(size));
        assert!(page.contains("10.0.9.2: 30 bad ends in 10 s, stale_keepalive"), "{page}");
        assert!(page.contains("Set the client pool's idle timeout below"), "{page}");
        assert!(page.contains("we: 10.0.3.7"), "{page}");
    }
}

/// That a list stands still is not to be lost behind what somebody typed, and what is lost is marked.
#[test]
fn a_title_that_has_no_room_is_cut_with_a_mark() {
    let mut app = burst((80, 24));
    press(&mut app, key(' '));
    press(&mut app, key('/'));
    type_in(&mut app, "service:10.0.9.2:8080 cause:stale_keepalive peer:10.0.9.2 api");
    let page = drawn(&app);
    assert!(page.contains(" Bad ends, newest first (FROZEN; filter: service:10.0.9.2:8080"), "{page}");
    assert!(page.contains("… ─"), "{page}");
}

/// A capture over midnight: the times of a list are of two days.
#[test]
fn lists_tell_the_day_where_there_are_several() {
    let brief = "11-20";
    for size in [(60, 24), (80, 24), (140, 40)] {
        let mut frame = scene::frame_of(&scene::verdicts());
        frame.health.intake.first = Some(Timestamp::from_nanos(1_795_130_000_000_000_000));
        let mut app = fresh(size);
        update(&mut app, Message::Frame(Arc::new(frame)));
        let page = drawn(&app);
        assert!(page.contains(&format!("> {brief} 19:0")), "{page}");
        press(&mut app, key('a'));
        assert!(drawn(&app).contains(&format!("{brief} 19:0")) || size.0 < 80, "{}", drawn(&app));
        assert!(!drawn(&burst(size)).contains(brief));
    }
}

#[test]
fn text_from_the_wire_commands_no_terminal() {
    let mut verdict = scene::verdicts().pop().unwrap();
    if let Some(exchange) = &mut verdict.exchange {
        exchange.target = Some("/\u{1b}[2J\u{202e}evil".into());
    }
    let mut app = fresh((140, 40));
    scene::show(&mut app, &[verdict]);
    press(&mut app, ENTER);
    let page = drawn(&app);
    assert!(page.contains("evil") && !page.contains(['\u{1b}', '\u{202e}']), "{page}");
}
