//! The dashboard in a real terminal: tmux is one that can be asked what it shows. Without tmux this is skipped, and says so.

#[path = "tui/tmux.rs"]
mod tmux;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

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
        skip();
    }
    tmux
}

fn skip() {
    eprintln!("skipped: there is no tmux to run the dashboard in");
}

/// Keys, one after the other, and what is on the screen then.
const KEYS: &[(&str, &str)] = &[
    ("2", "[2 Peers]"),
    ("s", "(by LAST MIN; harmless"),
    ("S", "(by LAST MIN, turned round; harmless"),
    ("s s s s s s s s s", "Addresses (as client and as server), the worst first (harmless"),
    ("Enter", "filter: peer:"),
    ("Escape", "[2 Peers]"),
    ("3", "What to do about"),
    ("j", "[3 Causes]"),
    ("k", "What to do about port_scan"),
    ("Tab", "[4 Connections]"),
    ("Tab", "frames read"),
    ("Tab", "[1 Bad ends]"),
    ("BTab", "[5 Health]"),
    ("4", "STATE"),
    ("5", "memory"),
    ("1", "[1 Bad ends]"),
    ("h", "Bad ends, newest first ─"),
    ("h", "harmless ones too"),
    ("s", "(by CLIENT; harmless"),
    ("s s s s s", "Bad ends, newest first (harmless"),
    ("a", "Bad ends by peer"),
    ("a", "Bad ends by service"),
    ("a", "Bad ends by cause"),
    ("y", "No end is selected"),
    ("Enter", "filter: cause:"),
    ("Escape", "Bad ends by cause"),
    ("Escape", "newest first (harmless ones too)"),
    ("Space", "FROZEN"),
    ("Space", "Space freeze"),
    ("m", "the terminal's again"),
    ("m", "The mouse selects"),
    ("/", "/_"),
    ("i n j e c t e d", "filter: injected"),
    ("BSpace", "filter: injecte"),
    ("Enter", "middlebox RST"),
    ("y", "Copied, if the terminal allows it"),
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
    ("?", "Backspace"),
    ("G", "Ctrl-C"),
    ("Escape", "Enter detail"),
];

#[test]
fn every_key_does_what_it_says() {
    let Some(tmux) = start(120, 35, "--tui --harm all") else { return };
    let first = tmux.wait_for("q quit");
    for said in ["port_scan", "stale_keepalive", "Worst: ", "newest first", "q quit", "we: "] {
        assert!(first.contains(said), "{said}:\n{first}");
    }
    for &(keys, said) in KEYS {
        tmux.press(keys);
        tmux.wait_for(said);
    }
    tmux.press("q");
    leaves_the_terminal_clean(&tmux);
}

#[test]
fn a_detail_shows_the_ladder_and_is_exported_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/node_stale_keepalive/capture.pcap");
    let program = env!("CARGO_BIN_EXE_rstwho");
    let script = format!(
        "cd '{}'; '{program}' replay '{}' --tui; exec cat",
        folder.path().display(),
        capture.display()
    );
    let Some(tmux) = Tmux::start(140, 50, &script) else { return skip() };
    tmux.wait_for("stale_keepalive");
    tmux.press("Enter");
    // The last line of the ladder: the terminal may show the first ones before it.
    let detail = tmux.wait_for("!!   ");
    let fatal = detail.lines().find(|line| line.contains("!!   ")).expect("the fatal segment is marked");
    assert!(fatal.contains("RST") && fatal.contains('◀'), "{fatal}");
    assert!(detail.contains("SYN seq 0") && detail.contains("SYN,ACK seq 0 ack 1"), "{detail}");
    tmux.press("e");
    tmux.wait_for(".pcap with ");
    let mut written: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    written.sort_by_key(std::fs::DirEntry::path);
    let [json, pcap] = <[_; 2]>::try_from(written).expect("two files");
    let record = std::fs::read_to_string(json.path()).expect("the record");
    assert!(record.contains("\"cause\": \"stale_keepalive\""), "{record}");
    let again = Command::new(program).args(["replay", "--format", "summary"]).arg(pcap.path()).output();
    let again = String::from_utf8(again.expect("it runs").stdout).expect("text");
    assert!(again.contains("\nconnections 1\n") && again.contains("cause.stale_keepalive 1"), "{again}");
}

#[test]
fn a_stopped_dashboard_gives_the_terminal_back_and_goes_on_with_fg() {
    let program = env!("CARGO_BIN_EXE_rstwho");
    let Some(tmux) = Tmux::start(100, 30, "exec bash --norc --noprofile -i") else { return skip() };
    tmux.wait_for("bash-");
    tmux.type_line(&format!(
        "'{program}' replay fixtures/port_scan/capture.pcap --tui --harm all; echo {BACK} $?"
    ));
    tmux.wait_for("[1 Bad ends]");
    tmux.press("C-z");
    tmux.wait_for("Stopped");
    assert_eq!(tmux.ask("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
    tmux.type_line("fg");
    tmux.wait_for("[1 Bad ends]");
    assert_eq!(tmux.ask("#{alternate_on} #{mouse_any_flag}"), "1 1");
    tmux.press("2");
    tmux.wait_for("[2 Peers]");
    tmux.signal_the_program("TERM");
    tmux.wait_for(BACK);
    assert_eq!(tmux.ask("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
}

#[test]
fn a_terminal_that_is_closed_leaves_no_program_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let pid = folder.path().join("pid");
    let program = env!("CARGO_BIN_EXE_rstwho");
    let script = format!(
        "echo $$ > '{}'; exec '{program}' replay fixtures/port_scan/capture.pcap --tui --harm all",
        pid.display()
    );
    let Some(tmux) = Tmux::start(100, 30, &script) else { return skip() };
    tmux.wait_for("q quit");
    drop(tmux);
    let pid = std::fs::read_to_string(pid).expect("it was written");
    let process = Path::new("/proc").join(pid.trim());
    let begun = Instant::now();
    // What has ended and was not fetched by its parent has no memory any more.
    let lives = || std::fs::read_to_string(process.join("status")).is_ok_and(|it| it.contains("VmRSS"));
    while lives() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{} lives on", process.display());
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_click_selects_and_the_clipboard_gets_the_line() {
    let Some(tmux) = start(120, 35, "--tui --harm all") else { return };
    tmux.set("set-clipboard", "on");
    // While it is still being read, lines come above.
    tmux.wait_for("read to its end");
    let is_scan = |line: &str| line.contains("port_scan") && line.contains('→');
    let row = tmux.until("a scan is listed", |page| page.lines().position(is_scan));
    tmux.click(20, row + 1);
    let row = tmux.until("the line that was clicked is selected", |page| {
        page.lines().nth(row).filter(|line| line.starts_with('>')).map(str::to_owned)
    });
    tmux.press("y");
    tmux.wait_for("Copied");
    let client = row.split_whitespace().nth(2).expect("a client").to_owned();
    let copied = tmux.until("the line is on the clipboard", |_| {
        Some(tmux.clipboard()).filter(|copied| copied.contains("port_scan"))
    });
    assert!(copied.contains(&client), "{copied}");
}

#[test]
fn a_capture_is_played_at_its_own_pace() {
    let Some(tmux) = start(120, 35, "--tui --speed 10") else { return };
    let begun = Instant::now();
    tmux.wait_for("captures, played");
    tmux.wait_for(": 1 bad end in 10 s, stale_keepalive");
    // It came twenty seconds after the first frame.
    assert!(begun.elapsed() > Duration::from_secs(1), "{:?}", begun.elapsed());
    tmux.press("q");
    leaves_the_terminal_clean(&tmux);
    assert!(begun.elapsed() < Duration::from_secs(9), "who leaves does not wait for the end of 100 seconds");
    let Some(tmux) = start(120, 35, "--tui --speed 1000") else { return };
    tmux.wait_for("read to its end");
    tmux.wait_for("2 bad ends of 45 connections");
    tmux.press("q");
    leaves_the_terminal_clean(&tmux);
}

#[test]
fn keys_and_colours_are_what_the_user_says() {
    let home = tempfile::tempdir().expect("a folder");
    let program = env!("CARGO_BIN_EXE_rstwho");
    let config = |args: &[&str]| {
        let output =
            Command::new(program).args(args).env("XDG_CONFIG_HOME", home.path()).output().expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"), output.stderr)
    };
    let (_, printed, _) = config(&["config"]);
    let path = home.path().join("rstwho/config.toml");
    assert!(printed.contains(&format!("# {} (there is none yet)", path.display())), "{printed}");
    std::fs::create_dir(path.parent().expect("a folder")).expect("it is made");
    std::fs::write(&path, printed).expect("it is written");
    std::fs::write(&path, "mouse = false\n[keys]\nhelp = 'F'\nquit = ['Q', 'Ctrl-X']\n")
        .expect("it is written");
    let script = format!(
        "XDG_CONFIG_HOME='{}' '{program}' replay fixtures/port_scan/capture.pcap --tui; echo {BACK} $?; exec cat",
        home.path().display()
    );
    let Some(tmux) = Tmux::start(120, 35, &script) else { return skip() };
    tmux.wait_for("F help  Q quit");
    assert_eq!(tmux.ask("#{mouse_any_flag}"), "0");
    tmux.press("q");
    tmux.press("F");
    tmux.press("G");
    tmux.wait_for("Q Ctrl-X");
    tmux.press("Q");
    tmux.wait_for("back with status 0");
}

#[test]
fn a_configuration_that_cannot_be_is_told_in_one_line() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join("rstwho")).expect("it is made");
    std::fs::write(home.path().join("rstwho/config.toml"), "[keys]\nquit = 'j'\n").expect("it is written");
    let script = format!(
        "XDG_CONFIG_HOME='{}' '{}' replay fixtures/port_scan/capture.pcap --tui; echo {BACK} $?; exec cat",
        home.path().display(),
        env!("CARGO_BIN_EXE_rstwho")
    );
    let Some(tmux) = Tmux::start(200, 35, &script) else { return skip() };
    let page = tmux.wait_for("back with status 2");
    assert!(page.contains("config.toml: keys: j would mean two things: 'down' and 'leave'"), "{page}");
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

/// A capture waits closed until the one before it has been read.
#[test]
fn a_capture_that_goes_away_while_others_are_played_is_said_and_they_are_played_on() {
    let folder = tempfile::tempdir().expect("a folder");
    // In the order of their times.
    for (capture, name) in CAPTURES.split_whitespace().zip(["a", "b", "d", "c"]) {
        std::fs::copy(capture, folder.path().join(name)).expect("copied");
    }
    let (inside, program) = (folder.path().display(), env!("CARGO_BIN_EXE_rstwho"));
    let script = format!("'{program}' replay {inside}/[abcd] --tui --speed 20; echo {BACK} $?; exec cat");
    let Some(tmux) = Tmux::start(150, 30, &script) else { return skip() };
    tmux.wait_for("captures, played");
    std::fs::remove_file(folder.path().join("c")).expect("removed");
    tmux.wait_for("read to its end");
    tmux.wait_for("of 42 connections");
    tmux.press("5");
    tmux.wait_for("note: cannot read");
    tmux.press("q");
    let screen = tmux.wait_for(&format!("{BACK} 2"));
    assert!(screen.contains("/c: No such file"), "{screen}");
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, args) in [("INT", "--tui"), ("TERM", "--tui"), ("INT", "--tui --speed 0.01")] {
        let Some(tmux) = start(100, 30, args) else { return };
        tmux.wait_for("[1 Bad ends]");
        tmux.signal_the_program(signal);
        leaves_the_terminal_clean(&tmux);
    }
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
        return skip();
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
