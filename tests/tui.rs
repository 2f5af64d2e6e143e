//! The dashboard in a real terminal: tmux is one that can be asked what it shows. Without tmux this is skipped, and says so.

#[path = "tui/tmux.rs"]
mod tmux;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use rstwho::config::{Charset, Colour, Listing};
use rstwho::view::tui::{Dashboard, Frame, Look, Options, Phase};
use tmux::Tmux;

const CAPTURES: &str = "fixtures/port_scan/capture.pcap fixtures/node_stale_keepalive/capture.pcap \
    fixtures/injected_both_ways/client.pcap fixtures/health_check_rst/capture.pcap";

/// What the shell says after the program has ended.
const BACK: &str = "back with status";

fn start(columns: u16, lines: u16, args: &str) -> Option<Tmux> {
    let program = env!("CARGO_BIN_EXE_rstwho");
    let then =
        format!("echo before; '{program}' replay {CAPTURES} {args}; echo {BACK} $?; stty -a; exec cat");
    let tmux = Tmux::start(columns, lines, &then);
    if tmux.is_none() {
        eprintln!("skipped: there is no tmux to run the dashboard in");
    }
    tmux
}

#[test]
fn every_key_does_what_it_says() {
    let Some(tmux) = start(120, 35, "--tui --harm all") else { return };
    let first = tmux.wait_for("[1 Bad ends]");
    for said in ["port_scan", "stale_keepalive", "Worst: ", "newest first", "q quit", "we: "] {
        assert!(first.contains(said), "{said}:\n{first}");
    }
    for (keys, said) in [
        ("2", "[2 Peers]"),
        ("Enter", "filter: peer:"),
        ("Escape", "newest first (harmless ones too)"),
        ("3", "What to do about"),
        ("j", "[3 Causes]"),
        ("k", "What to do about port_scan"),
        ("Tab", "frames read"),
        ("Tab", "[1 Bad ends]"),
        ("BTab", "[4 Health]"),
        ("1", "[1 Bad ends]"),
        ("h", "Bad ends, newest first ─"),
        ("h", "harmless ones too"),
        ("Space", "FROZEN"),
        ("Space", "Space freeze"),
        ("/", "/_"),
        ("i n j e c t e d", "filter: injected"),
        ("BSpace", "filter: injecte"),
        ("Enter", "middlebox RST"),
        ("Enter", "RST of the middlebox in the"),
        ("PgDn", "Esc close"),
        ("G", "Zeek"),
        ("g", "evidence"),
        ("n", "Esc close"),
        ("p", "Esc close"),
        ("Escape", "Enter detail"),
        ("Escape", "newest first (harmless ones too)"),
        ("G", "> "),
        ("PgUp", "> "),
        ("g", "> "),
        ("Down", "> "),
        ("Up", "> "),
        ("?", "Ctrl-C"),
        ("Escape", "Enter detail"),
    ] {
        tmux.press(keys);
        tmux.wait_for(said);
    }
    tmux.press("q");
    leaves_the_terminal_clean(&tmux);
}

#[test]
fn ctrl_c_leaves_and_small_terminals_are_told() {
    let Some(tmux) = start(50, 12, "--tui") else { return };
    tmux.wait_for("needs 60 columns");
    tmux.resize(80, 24);
    tmux.wait_for("[1 Bad ends]");
    tmux.resize(60, 15);
    tmux.wait_for(" bad of ");
    tmux.press("C-c");
    tmux.resize(120, 35);
    leaves_the_terminal_clean(&tmux);
}

/// The shell is back on the screen as it was, with echo, line by line, and a cursor.
fn leaves_the_terminal_clean(tmux: &Tmux) {
    let screen = tmux.wait_for("back with status 0");
    // Shrunk meanwhile, tmux leaves some of its own history above it.
    assert!(screen.contains("before\n"), "what was there before is there again:\n{screen}");
    assert!(!screen.contains("[1 Bad ends]"), "{screen}");
    let screen = tmux.wait_for(" echo ");
    assert!(screen.contains(" icanon"), "no longer raw:\n{screen}");
    assert_eq!(tmux.ask("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
}

/// Run by the test below, in a terminal: a panic while the dashboard is open.
#[test]
#[ignore = "it panics on purpose"]
fn panicking() {
    let options = Options {
        first: Arc::new(Frame::empty("a test".to_owned(), Phase::Live)),
        colour: Colour::Used,
        charset: Charset::Unicode,
        listing: Listing::Harmful,
        look: Look::default(),
        exporter: None,
    };
    let (dashboard, feed) = Dashboard::spawn(options).expect("a terminal");
    feed.show(Arc::new(Frame::empty("a test that panics".to_owned(), Phase::Live)));
    sleep(Duration::from_secs(1));
    assert!(dashboard.wants_quit(), "this is the panic");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let this = std::env::current_exe().expect("a path");
    let this = this.display();
    let then = format!("'{this}' --ignored --exact panicking --nocapture; echo {BACK} 0; stty -a; exec cat");
    let Some(tmux) = Tmux::start(120, 60, &format!("echo before; {then}")) else {
        return eprintln!("skipped: there is no tmux to run the dashboard in");
    };
    tmux.wait_for("a test that panics");
    let screen = tmux.wait_for(BACK);
    assert!(screen.contains("this is the panic"), "its message can be read:\n{screen}");
    leaves_the_terminal_clean(&tmux);
}

#[test]
fn without_a_terminal_there_is_one_line_that_says_so() {
    let program = Command::new(env!("CARGO_BIN_EXE_rstwho"))
        .args(["replay", "fixtures/port_scan/capture.pcap", "--tui"])
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&program.stderr);
    assert_eq!((program.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("--tui needs a terminal"), "{said}");
    assert!(program.stdout.is_empty());
}
