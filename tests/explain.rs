//! `rstwho explain` as users call it. The pages under `tests/explain/` were read and accepted; with RSTWHO_BLESS=1
//! (`make golden`) what is printed now is accepted.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use rstwho::verdict::errors;
use rstwho::verdict::rules::RULES;

struct Outcome {
    stdout: String,
    stderr: String,
    status: i32,
}

fn explain(words: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_rstwho"))
        .arg("explain")
        .args(words)
        .stdin(Stdio::null())
        .env("COLUMNS", "100")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("NO_COLOR")
        .output()
        .expect("runs");
    Outcome {
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        status: output.status.code().expect("no signal"),
    }
}

fn page(words: &[&str]) -> String {
    let outcome = explain(words);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{words:?}");
    outcome.stdout
}

fn accepted(name: &str, page: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/explain").join(name);
    if std::env::var_os("RSTWHO_BLESS").is_some() {
        std::fs::write(&path, page).expect("written");
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(page, wanted, "{name} is out of date: run `make golden`");
}

#[test]
fn the_page_of_a_cause() {
    accepted("stale_keepalive.txt", &page(&["stale_keepalive"]));
}

#[test]
fn the_page_of_an_error_text() {
    accepted("read_econnreset.txt", &page(&["read ECONNRESET"]));
}

#[test]
fn without_an_argument_all_causes_are_listed() {
    let page = page(&[]);
    for rule in RULES {
        let line = page.lines().find(|line| line.split_whitespace().next() == Some(rule.name));
        assert!(line.is_some_and(|line| line.ends_with(rule.title)), "{}", rule.name);
    }
    assert!(page.lines().last().is_some_and(|line| line.ends_with('.')), "a hint: {page}");
}

#[test]
fn every_cause_and_every_text_has_a_page() {
    for rule in RULES {
        assert!(page(&[rule.name]).starts_with(&format!("{}: {}\n", rule.name, rule.title)));
    }
    for error in errors::all() {
        let page = page(&[error.text]);
        assert!(
            page.lines()
                .next()
                .is_some_and(|line| error.text.starts_with(line.trim_end()) || line.starts_with(error.text)),
            "{page}"
        );
    }
}

#[test]
fn a_line_of_a_log_is_enough_with_or_without_quotes() {
    let line =
        "2026-11-20T19:04:41Z api[7]: read tcp 10.0.3.7:53884->10.0.9.2:8080: read: connection reset by peer";
    let page_of_line = page(&[line]);
    assert!(page_of_line.starts_with("connection reset by peer (any program)\n"), "{page_of_line}");
    assert!(page_of_line.contains("'host 10.0.9.2 and tcp port 8080'\n"), "{page_of_line}");
    assert_eq!(page(&line.split(' ').collect::<Vec<_>>()), page_of_line);
    assert_eq!(page(&["socket", "hang", "up"]), page(&["Error: socket hang up (code ECONNRESET)"]));
}

#[test]
fn what_is_unknown_is_answered_in_a_line_with_what_may_be_meant() {
    for (words, meant) in [("stale_keepalve", "'stale_keepalive'"), ("sokcet hang up", "'socket hang up'")] {
        let outcome = explain(&[words]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with(&format!("rstwho: explain '{words}': ")), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(&format!("did you mean {meant}?")), "{}", outcome.stderr);
    }
    let long = explain(&["all is well\nand the sun is out\u{1b}[2J ".repeat(99).as_str()]);
    assert_eq!((long.status, long.stderr.lines().count()), (2, 1));
    assert!(long.stderr.chars().count() < 200 && !long.stderr.contains('\u{1b}'), "{}", long.stderr);
}

#[test]
fn colour_and_ascii_are_as_asked() {
    assert!(!page(&["no_response"]).contains('\u{1b}'), "no colour into a pipe");
    assert!(page(&["no_response", "--color", "always"]).contains("\u{1b}[31m>> 6"));
    assert!(page(&["no_response", "--ascii"]).is_ascii());
}
