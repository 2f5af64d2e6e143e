//! `rstwho watch` on real interfaces, while real programs end connections in every way.
#![cfg(all(feature = "live", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "support/netns.rs"]
mod netns;
#[path = "watch/watching.rs"]
mod watching;

use std::collections::HashSet;
use std::fs;
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use netns::{NEAR, in_namespace};
use serde_json::Value;
use watching::{Ends, Watching, is_final, parse};

/// Nobody listens there.
const CLOSED: &str = "192.0.2.1:81";

fn refused(address: &str) {
    let error = TcpStream::connect_timeout(&address.parse().unwrap(), Duration::from_secs(2)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{address}");
}

/// The record of a kind of end over an IP version, by the port that the kind has.
fn of_kind<'r>(records: &'r [Value], port: u64, colon: &str) -> &'r Value {
    let is_it = |record: &&Value| {
        let ip = record["server"]["ip"].as_str().unwrap();
        record["server"]["port"] == port && ip.contains(colon)
    };
    let found: Vec<&Value> = records.iter().filter(is_it).collect();
    assert_eq!(found.len(), 1, "port {port} {colon}: {records:#?}");
    found[0]
}

fn told(record: &Value) -> [&str; 4] {
    ["end", "fin_by", "rst_by", "cause"].map(|key| record[key].as_str().unwrap_or("-"))
}

in_namespace! {
    fn each_kind_of_end_is_told_right_over_both_versions_of_ip(net) {
        let ends = Ends::serve(&net.far_prefix());
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl --all"));
        ends.call("fin hang_up cut stale client_abort refused", "192.0.2.1 2001:db8::1");
        thread::sleep(Duration::from_millis(500));
        let outcome = watching.stop("TERM");
        let finals = outcome.finals();
        assert_eq!(finals.len(), 12, "{finals:#?}");
        for colon in [".", ":"] {
            for (port, wanted) in [
                (9000, ["fin", "client", "-", "-"]),
                (9001, ["fin", "server", "-", "no_response"]),
                (9002, ["reset", "-", "server", "response_cut"]),
                (9003, ["fin_then_reset", "server", "server", "stale_keepalive"]),
                (9004, ["reset", "-", "client", "client_abort"]),
                (9005, ["refused", "-", "server", "port_closed"]),
            ] {
                let record = of_kind(&finals, port, colon);
                assert_eq!(told(record), wanted, "{record:#}");
            }
        }
        let summary = outcome.records().pop().unwrap();
        assert_eq!(summary["type"], "summary");
        assert_eq!(summary["dropped"], serde_json::json!({"kernel": 0, "interface": 0, "us": 0}));
        assert_eq!((&summary["interfaces"][0]["name"], &summary["connections"]["total"]), (&NEAR.into(), &12.into()));
        let peers: Vec<_> = summary["peers"].as_array().unwrap().iter().map(|peer| peer["ip"].as_str().unwrap()).collect();
        assert!(peers.contains(&"192.0.2.1") && !peers.contains(&"192.0.2.2"), "{peers:?}");
        let we: Vec<&str> = summary["we"].as_str().unwrap().split(',').collect();
        assert!(we.contains(&"192.0.2.2") && !we.contains(&"192.0.2.1"), "{we:?}");
        assert_eq!(outcome.status, 0);
        let closing: Vec<&str> = outcome.stderr.lines().collect();
        let captured: u64 = closing[0].strip_suffix(" packets captured").unwrap().parse().unwrap();
        let received: u64 = closing[1].strip_suffix(" packets received by filter").unwrap().parse().unwrap();
        assert!(captured > 60 && received >= captured, "{}", outcome.stderr);
        assert_eq!(closing[2..], ["0 packets dropped by kernel"]);
    }

    fn in_passing_ends_are_told_over_both_versions_of_ip_and_causes_are_not_guessed(net) {
        let ends = Ends::serve(&net.far_prefix());
        let watching = Watching::start(&format!("-i {NEAR} --light --format jsonl --all"));
        ends.call("fin hang_up cut stale client_abort refused", "192.0.2.1 2001:db8::1");
        thread::sleep(Duration::from_millis(500));
        let outcome = watching.stop("TERM");
        let finals = outcome.finals();
        assert_eq!(finals.len(), 12, "{finals:#?}");
        for colon in [".", ":"] {
            for (port, wanted) in [
                (9000, ["fin", "client", "-", "-"]),
                (9001, ["fin", "server", "-", "-"]),
                (9002, ["reset", "-", "server", "unexplained"]),
                (9003, ["fin_then_reset", "server", "server", "unexplained"]),
                (9004, ["reset", "-", "client", "unexplained"]),
                (9005, ["refused", "-", "server", "port_closed"]),
            ] {
                let record = of_kind(&finals, port, colon);
                assert_eq!(told(record), wanted, "{record:#}");
                let attempt = record["end"] == "refused";
                assert_eq!(record["harm"].is_null(), !attempt, "{record:#}");
                assert!(attempt || record["cause"].is_null() || record["confidence"] == "possible", "{record:#}");
            }
        }
        assert!(outcome.stderr.contains("only SYN, FIN and RST"), "{}", outcome.stderr);
        let captured = outcome.stderr.lines().find_map(|line| line.strip_suffix(" packets captured"));
        let captured: u64 = captured.unwrap().parse().unwrap();
        assert!((24..=70).contains(&captured), "data and acknowledgements stay below: {captured}");
    }

    fn a_reset_on_a_silent_interface_is_told_within_a_second_and_again_after_the_linger(net) {
        let ends = Ends::serve(&net.far_prefix());
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl"));
        for round in 1..=3 {
            ends.call("cut", "192.0.2.1");
            watching.until("provisional record", |watching| watching.lines().len() >= round);
            thread::sleep(Duration::from_millis(170));
        }
        for line in watching.lines() {
            let record = parse(&line.text);
            assert_eq!((&record["provisional"], &record["cause"]), (&true.into(), &"response_cut".into()));
            assert!(record["observed_until"].is_null());
            let seconds: f64 = record["id"].as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap();
            let end = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds + record["duration"].as_f64().unwrap());
            let late = line.at.duration_since(end).unwrap();
            watching::remark(&format!("a provisional record came after {late:?}"));
            assert!(late < Duration::from_secs(1), "{late:?}");
        }
        watching.until("final record", |watching| watching.lines().len() >= 6);
        let outcome = watching.stop("INT");
        let records = outcome.records();
        assert_eq!(outcome.status, 0);
        let ids = |provisional: bool| {
            let of = records.iter().filter(|record| record["provisional"] == provisional);
            of.map(|record| record["id"].as_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(ids(true), ids(false));
        assert_eq!(records.len(), 7);
    }

    fn silence_is_told_while_it_lasts(net) {
        net.ip(&format!("neigh replace 192.0.2.1 lladdr 02:00:00:00:00:99 nud permanent dev {NEAR}"));
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl"));
        let attempt = thread::spawn(|| TcpStream::connect_timeout(&CLOSED.parse().unwrap(), Duration::from_secs(6)));
        watching.until("provisional record", |watching| !watching.lines().is_empty());
        let record = parse(&watching.lines()[0].text);
        assert_eq!((&record["end"], &record["provisional"]), (&"unanswered".into(), &true.into()));
        assert_eq!(record["cause"], "syn_unanswered");
        let outcome = watching.stop("TERM");
        assert_eq!(outcome.finals().len(), 1);
        drop(attempt);
    }

    fn two_hundred_connections_are_told_once_each_on_any(net) {
        let ends = Ends::serve(&net.far_prefix());
        let near = Ends::serve(&[]);
        let watching = Watching::start("-i any --format jsonl --all");
        let kinds = "fin hang_up cut client_abort quick ".repeat(10);
        ends.call(kinds.trim(), "192.0.2.1 2001:db8::1");
        near.call(kinds.trim(), "127.0.0.1 ::1");
        thread::sleep(Duration::from_millis(300));
        let outcome = watching.stop("TERM");
        let finals = outcome.finals();
        let ids: HashSet<&str> = finals.iter().map(|record| record["id"].as_str().unwrap()).collect();
        assert_eq!((finals.len(), ids.len()), (200, 200), "{}", outcome.stderr);
        for (port, end) in [(9000, "fin"), (9001, "fin"), (9002, "reset"), (9004, "reset"), (9006, "reset")] {
            let of = finals.iter().filter(|record| record["server"]["port"] == port && record["end"] == end);
            assert_eq!(of.count(), 40, "{port} {end}");
        }
    }

    fn without_a_terminal_there_is_a_line_for_each_bad_end(net) {
        let ends = Ends::serve(&net.far_prefix());
        let watching = Watching::start(&format!("-i {NEAR} -i lo port 81 or port 9001 or port 9000"));
        ends.call("fin hang_up", "192.0.2.1");
        refused(CLOSED);
        refused("127.0.0.1:81");
        watching.until("three lines", |watching| watching.lines().len() >= 3);
        let outcome = watching.stop("INT");
        let lines: Vec<String> = outcome.lines.iter().map(|line| line.text.clone()).collect();
        assert_eq!(lines.len(), 3, "{lines:#?}");
        let has = |words: &str| lines.iter().any(|line| line.contains(words));
        assert!(has(" > 192.0.2.1:9001 fin by server, request: no_response "), "{lines:#?}");
        assert!(has(" > 192.0.2.1:81 refused by server (likely), syn: port_closed (likely); a RST"), "{lines:#?}");
        assert!(has(" > 127.0.0.1:81 refused "), "{lines:#?}");
    }

    fn rotation_splits_and_loses_no_record(net) {
        let folder = tempfile::tempdir().unwrap();
        for (format, rows_of) in [("jsonl", json_rows as fn(&str) -> Vec<String>), ("csv", csv_rows)] {
            let file = folder.path().join(format!("ends.{format}"));
            let watching = Watching::start(&format!(
                "-i {NEAR} --format {format} -o {} --rotate 10k --keep 1000", file.display()
            ));
            (0..60).for_each(|_| refused(CLOSED));
            assert_eq!(watching.stop("TERM").status, 0);
            let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.retain(|path| path.to_string_lossy().contains(&format!(".{format}")));
            assert!(files.len() > 3, "{files:?}");
            let sizes = files.iter().map(|file| fs::metadata(file).unwrap().len());
            assert!(sizes.max().unwrap() <= 10_000);
            let rows: Vec<String> = files.iter().flat_map(|file| rows_of(&fs::read_to_string(file).unwrap())).collect();
            let ids: HashSet<&String> = rows.iter().collect();
            assert_eq!((rows.len(), ids.len()), (60, 60), "{format}");
        }
        drop(net);
    }

    fn what_the_kernel_drops_is_counted_and_makes_verdicts_less_sure(net) {
        let ends = Ends::serve(&net.far_prefix());
        let watching = Watching::start(&format!("-i {NEAR} -B 512 --format jsonl"));
        watching.child.signal("STOP");
        (0..5000).for_each(|_| refused(CLOSED));
        watching.child.signal("CONT");
        watching.until("records", |watching| !watching.lines().is_empty());
        ends.call("hang_up", "192.0.2.1");
        // The loss may be known only after the provisional verdict, but not after the last word.
        thread::sleep(Duration::from_millis(300));
        let outcome = watching.stop("TERM");
        let finals = outcome.finals();
        let record = finals.iter().find(|record| record["cause"] == "no_response").unwrap();
        assert_eq!(record["confidence"], "likely", "{record:#}");
        let facts = record["evidence"].as_array().unwrap();
        let is_said = |fact: &Value| {
            let fact = fact["fact"].as_str().unwrap();
            fact.starts_with("the kernel dropped ") && fact.ends_with(" near the end")
        };
        assert!(facts.iter().any(is_said), "{facts:#?}");
        let dropped = outcome.records().pop().unwrap()["dropped"]["kernel"].as_u64().unwrap();
        assert!(dropped > 1000, "{dropped}");
        assert!(outcome.stderr.ends_with(&format!("{dropped} packets dropped by kernel\n")), "{}", outcome.stderr);
    }

    fn an_interface_may_come_and_go(net) {
        net.ip("link add gone0 type veth peer name gone1");
        net.ip("link set gone0 up");
        let watching = Watching::start("-i gone0 --format jsonl");
        net.ip("link set gone0 down");
        watching.until("notice", |watching| watching.said().contains("gone0: the interface is down"));
        net.ip("link set gone0 up");
        watching.until("notice", |watching| watching.said().contains("gone0: the interface is up again"));
        net.ip("link del gone0");
        let outcome = watching.end();
        assert_eq!(outcome.status, 2, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("rstwho: gone0: the interface is gone"), "{}", outcome.stderr);
        let summary = outcome.records().pop().unwrap();
        assert_eq!(summary["notices"].as_array().map(Vec::len), Some(3), "{summary:#}");
    }

    fn a_reader_that_goes_away_ends_it_quietly(net) {
        let mut command = Command::new("bash");
        let program = env!("CARGO_BIN_EXE_rstwho");
        command.args(["-c", &format!("timeout 20 {program} watch -i {NEAR} --format jsonl | head -n1; echo ${{PIPESTATUS[0]}}")]);
        let watching = Watching::run(&mut command);
        refused(CLOSED);
        let outcome = watching.end();
        assert_eq!(outcome.lines.last().map(|line| line.text.as_str()), Some("0"), "{}", outcome.stderr);
        assert_eq!(outcome.stderr, "");
        drop(net);
    }

    fn a_full_disk_is_said_and_leaves_whole_lines(net) {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"]).arg(folder.path()).status();
        if !mounted.is_ok_and(|status| status.success()) {
            return watching::remark("skipped: cannot mount a small tmpfs");
        }
        let file = folder.path().join("ends");
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl -o {}", file.display()));
        (0..40).for_each(|_| refused(CLOSED));
        let outcome = watching.end();
        let text = fs::read_to_string(&file).unwrap();
        Command::new("umount").arg(folder.path()).status().unwrap();
        assert_eq!(outcome.status, 2);
        let errors: Vec<&str> = outcome.stderr.lines().filter(|line| line.starts_with("rstwho: ")).collect();
        assert_eq!(errors.len(), 1, "{}", outcome.stderr);
        assert!(errors[0].contains("cannot write") && errors[0].contains("No space left"), "{errors:?}");
        assert!(text.ends_with('\n') && text.len() > 8_000, "{}", text.len());
        assert!(text.lines().all(|line| parse(line)["type"] == "connection"));
        drop(net);
    }

    fn one_capability_is_enough_and_none_is_said(net) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("rstwho");
        fs::copy(env!("CARGO_BIN_EXE_rstwho"), &program).unwrap();
        assert!(Command::new("chmod").args(["-R", "755"]).arg(folder.path()).status().unwrap().success());
        let as_nobody = |capabilities: &str| {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
            for set in ["--inh-caps", "--ambient-caps", "--bounding-set"] {
                command.arg(format!("{set}={capabilities}"));
            }
            command.arg(&program).args(["watch", "-i", NEAR, "-c", "2", "--exit-code", "--format", "jsonl"]);
            command
        };
        let watching = Watching::run(&mut as_nobody("-all,+net_raw"));
        refused(CLOSED);
        let outcome = watching.end();
        assert_eq!((outcome.status, outcome.finals().len()), (1, 1), "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with("2 packets captured\n"), "{}", outcome.stderr);
        let outcome = Watching::run(&mut as_nobody("-all")).end();
        assert_eq!((outcome.status, outcome.stderr.lines().count()), (2, 1), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("setcap cap_net_raw+ep"), "{}", outcome.stderr);
        drop(net);
    }
}

fn json_rows(text: &str) -> Vec<String> {
    let records = text.lines().map(parse).filter(is_final);
    records.map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

fn csv_rows(text: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).expect("a header in each file");
    let (id, provisional) = (at("id"), at("provisional"));
    let rows = reader.records().map(Result::unwrap).filter(|row| &row[provisional] == "false");
    rows.map(|row| row[id].to_owned()).collect()
}

#[test]
fn an_unknown_interface_is_answered_with_the_known_ones() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_rstwho")).args(["watch", "-i", "no-such-if"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(
        said.contains("there is no interface 'no-such-if'; there are: ") && said.contains("lo"),
        "{said}"
    );
}

#[test]
fn interfaces_are_listed_for_anybody() {
    for args in [&["interfaces"][..], &["-D"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_rstwho")).args(args).output().unwrap();
        let table = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && table.starts_with("NAME "), "{table}");
        assert!(table.lines().any(|line| line.starts_with("lo ")) && table.contains("\nany "), "{table}");
    }
}
