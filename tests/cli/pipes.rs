//! The program between others in a pipe.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::pcap::{CLIENT, Capture, SERVER};
use crate::place::Place;

/// Who reads one line of many and leaves; with --exit-code the status still tells what was found.
#[test]
fn a_reader_that_has_seen_enough_is_no_trouble() {
    let place = Place::new();
    let many = (0..4000).fold(Capture::new(), |capture, n| capture.reset((CLIENT.0, 20_000 + n), SERVER));
    place.write("many.pcap", &many.bytes());
    for (asked, status) in [("", 0), (" --exit-code", 1)] {
        let mut child = place
            .command(&format!("replay many.pcap --format jsonl{asked}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        let mut first = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::with_capacity(16, stdout).read_line(&mut first).expect("a line");
        assert!(first.contains("\"end\":\"reset\""));
        let output = child.wait_with_output().expect("ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), said.as_ref()), (Some(status), ""), "{asked}");
    }
}

#[test]
fn verdicts_of_a_stream_are_shown_as_they_come() {
    let place = Place::new();
    let mut child = place
        .command("replay - --format jsonl")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let (mut stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
    let (told, heard) = mpsc::channel();
    let reader = thread::spawn(move || {
        BufReader::new(stdout).lines().for_each(|line| told.send(line.expect("UTF-8")).expect("heard"));
    });
    // One linger for what follows the RST, one for what happens to the neighbours.
    let later = |capture: Capture| capture.wait_ms(6000).closed((CLIENT.0, 50_001), SERVER);
    let capture = later(later(Capture::new().reset(CLIENT, SERVER)));
    stdin.write_all(&capture.bytes()).expect("written");
    let first = heard.recv_timeout(Duration::from_secs(30));
    drop(stdin);
    assert!(first.expect("a line, although the stream is open").contains("\"end\":\"reset\""));
    assert!(child.wait().expect("ends").success());
    reader.join().expect("has read");
    assert_eq!(heard.iter().count(), 1, "the summary");
}

/// `tcpdump -w - | rstwho replay -`: the signal goes to both.
#[test]
fn the_first_ctrl_c_is_for_who_writes_into_the_pipe() {
    let place = Place::new();
    let bytes = Capture::new().reset(CLIENT, SERVER).bytes();
    for (signals, told) in [(1, true), (2, false)] {
        let mut command = place.command("replay -");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
        let mut pipe = child.stdin.take().expect("piped");
        pipe.write_all(&bytes).expect("written");
        // Long enough to have begun to read.
        thread::sleep(Duration::from_millis(500));
        for _ in 0..signals {
            let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            assert!(kill.expect("runs").success());
            thread::sleep(Duration::from_millis(200));
        }
        drop(pipe);
        let output = child.wait_with_output().expect("ends");
        let page = String::from_utf8_lossy(&output.stdout);
        assert_eq!(page.starts_with("1 bad end of 1 connection"), told, "{page}");
        assert_eq!(output.status.code(), Some(if told { 0 } else { 130 }));
    }
}

/// A capture that comes through ssh must not hold ssh's own packets: each makes others.
#[test]
fn examples_of_captures_through_ssh_have_a_filter() {
    let place = Place::new();
    for args in ["--help", "replay --help"] {
        let page = place.run(args).stdout;
        let through_ssh: Vec<_> = page.lines().filter(|line| line.contains("ssh host tcpdump")).collect();
        assert!(
            !through_ssh.is_empty() && through_ssh.iter().all(|line| line.contains("port 443")),
            "{page}"
        );
    }
}
