//! What goes wrong around a watch: signals, kills, outputs that take nothing any more. What was told stays told, and whole.
#![cfg(all(feature = "live", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "support/netns.rs"]
mod netns;
#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "watch/watching.rs"]
mod watching;

use std::collections::HashSet;
use std::fs;
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::Duration;

use netns::{NEAR, in_namespace};
use watching::{Watching, parse};

const FORMATS: [&str; 4] = ["table", "summary", "jsonl", "csv"];

/// Nobody listens there.
fn refused() {
    let error =
        TcpStream::connect_timeout(&"192.0.2.1:81".parse().unwrap(), Duration::from_secs(2)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

/// Lines that belong to `rstwho` and not to tcpdump's words.
fn errors(stderr: &str) -> Vec<&str> {
    stderr.lines().filter(|line| line.starts_with("rstwho: ")).collect()
}

in_namespace! {
    fn sighup_opens_the_output_anew_and_loses_nothing(net) {
        for format in ["jsonl", "csv"] {
            let folder = tempfile::tempdir().unwrap();
            let (file, moved) = (folder.path().join("ends"), folder.path().join("moved"));
            let watching = Watching::start(&format!("-i {NEAR} --format {format} -o {}", file.display()));
            (0..5).for_each(|_| refused());
            thread::sleep(Duration::from_millis(600));
            fs::rename(&file, &moved).unwrap();
            watching.child.signal("HUP");
            watching.until("new file", |_| file.exists());
            (0..5).for_each(|_| refused());
            let outcome = watching.stop("TERM");
            assert_eq!((outcome.status, errors(&outcome.stderr).len()), (0, 0), "{}", outcome.stderr);
            let (before, after) = (fs::read_to_string(&moved).unwrap(), fs::read_to_string(&file).unwrap());
            assert!(before.ends_with('\n') && after.ends_with('\n'));
            if format == "csv" {
                assert_eq!(before.lines().next(), after.lines().next(), "each file has its header");
            }
            let refusals = |text: &str| text.lines().filter(|line| line.contains("port_closed")).count();
            // Five were told provisionally in the first file, and all ten had their last word in the second.
            assert!(refusals(&before) == 5 && refusals(&after) >= 10, "{format}\n{before}\n{after}");
        }
        drop(net);
    }

    fn sigusr1_tells_the_totals_and_goes_on(net) {
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl"));
        refused();
        watching.until("record", |watching| !watching.lines().is_empty());
        watching.child.signal("USR1");
        watching.until("totals", |watching| watching.said().contains("harmless "));
        let said = watching.said();
        assert!(said.contains("frames 2\n") && said.contains(&format!("interface {NEAR}\n")), "{said}");
        refused();
        let outcome = watching.stop("TERM");
        assert_eq!((outcome.status, outcome.finals().len()), (0, 2));
        drop(net);
    }

    fn kill_9_loses_at_most_the_last_second(net) {
        let folder = tempfile::tempdir().unwrap();
        for format in ["jsonl", "csv", "table"] {
            let file = folder.path().join(format);
            let watching = Watching::start(&format!("-i {NEAR} --format {format} -o {}", file.display()));
            (0..20).for_each(|_| refused());
            // A provisional verdict comes a quarter of a second after the end.
            thread::sleep(Duration::from_secs(1));
            watching.child.signal("KILL");
            let text = fs::read_to_string(&file).unwrap();
            let told = text.lines().filter(|line| line.contains("port_closed")).count();
            assert!(text.ends_with('\n') && told == 20, "{format}: {told}\n{text}");
            if format == "jsonl" {
                let ids: HashSet<String> = text.lines().map(|line| parse(line)["id"].to_string()).collect();
                assert_eq!(ids.len(), 20, "each line is whole");
            }
        }
        drop(net);
    }

    fn a_disk_that_is_full_is_said_once_in_every_format(net) {
        for format in FORMATS {
            let watching = Watching::start(&format!("-i {NEAR} --format {format} -o /dev/full"));
            // On a busy machine the first may come before it listens.
            for _ in 0..6 {
                refused();
                thread::sleep(Duration::from_millis(200));
            }
            let outcome = if format == "summary" { watching.stop("TERM") } else { watching.end() };
            let errors = errors(&outcome.stderr);
            assert_eq!((outcome.status, errors.len()), (2, 1), "{format}: {}", outcome.stderr);
            assert!(errors[0].contains("cannot write /dev/full: No space left"), "{format}: {errors:?}");
        }
        drop(net);
    }

    fn a_reader_that_has_left_ends_it_quietly_in_every_format(net) {
        for format in FORMATS {
            let program = env!("CARGO_BIN_EXE_rstwho");
            let script = format!(
                "timeout 20 {program} watch -i {NEAR} --format {format} | sleep 0.6; echo ${{PIPESTATUS[0]}}"
            );
            let watching = Watching::run(Command::new("bash").args(["-c", &script]));
            for _ in 0..6 {
                refused();
                thread::sleep(Duration::from_millis(200));
            }
            let outcome = watching.end();
            let last = outcome.lines.last().map(|line| line.text.as_str());
            assert_eq!((last, outcome.stderr.as_str()), (Some("0"), ""), "{format}");
        }
        drop(net);
    }

    fn a_terminal_that_hangs_up_ends_a_watch_that_writes_a_file(net) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ends");
        // The program is started by a shell on a terminal of tmux, which is then taken away.
        let socket = format!("rstwho-faults-{}", std::process::id());
        let tmux = |args: &[&str]| Command::new("tmux").args(["-L", &socket]).args(args).output();
        if !tmux(&["-V"]).is_ok_and(|output| output.status.success()) {
            return watching::remark("skipped: needs tmux");
        }
        let program = format!(
            "exec {} watch -i {NEAR} --format jsonl -o {}", env!("CARGO_BIN_EXE_rstwho"), file.display()
        );
        assert!(tmux(&["new-session", "-d", &program]).unwrap().status.success());
        thread::sleep(Duration::from_millis(700));
        refused();
        let pid = String::from_utf8(tmux(&["list-panes", "-F", "#{pane_pid}"]).unwrap().stdout).unwrap();
        let _ = tmux(&["kill-server"]);
        let process = format!("/proc/{}", pid.trim());
        let ended = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            fs::read_to_string(format!("{process}/status")).map_or(true, |status| status.contains("zombie"))
        });
        assert!(ended, "{process} goes on");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.lines().last().is_some_and(|line| parse(line)["type"] == "summary"), "{text}");
        drop(net);
    }
}
