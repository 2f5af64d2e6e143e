//! The program as users call it: arguments in, output and exit status out.

#[path = "cli/pcap.rs"]
mod pcap;
#[path = "cli/pipes.rs"]
mod pipes;
#[path = "cli/place.rs"]
mod place;

use std::fs;

use pcap::{CLIENT, Capture, SERVER};
use place::{Place, ends, json_lines, run};

#[test]
fn the_table_lists_what_ended_badly() {
    let place = Place::mixed();
    let page = place.run("replay mixed.pcap");
    assert_eq!((page.status, page.stderr.as_str()), (0, ""));
    assert!(page.stdout.starts_with("2 bad ends of 3 connections (times are UTC)\n"), "{}", page.stdout);
    assert!(page.stdout.contains("10.0.3.7:50002 → 10.0.9.2:8080"), "{}", page.stdout);
    assert!(page.stdout.contains("GET /"), "{}", page.stdout);
    assert!(page.stdout.contains("3 connections: 1 reset, 1 refused, 1 closed (FIN)\n"), "{}", page.stdout);
    assert!(!page.stdout.contains('\u{1b}'), "no colour into a pipe");
    let page = place.run("replay mixed.pcap --all");
    assert!(page.stdout.starts_with("3 connections (times are UTC)\n"), "{}", page.stdout);
}

#[test]
fn json_lines_end_with_a_summary() {
    let place = Place::mixed();
    let records = place.records("replay mixed.pcap --format jsonl");
    assert_eq!(ends(&records), ["reset", "refused"]);
    let summary = records.last().unwrap();
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["frames"], 16);
    assert_eq!(summary["connections"]["total"], 3);
    assert_eq!(summary["connections"]["by_end"]["fin"], 1);
    assert_eq!((&summary["bad_ends"], &summary["harmful"]), (&2.into(), &2.into()));
    assert_eq!(summary["we"], "10.0.3.7");
    assert_eq!(summary["peers"].as_array().map(Vec::len), Some(2));
    let named = place.records("replay mixed.pcap --format jsonl --local 10.0.9.0/24,192.0.2.1");
    assert_eq!(named.last().unwrap()["we"], "10.0.9.0/24,192.0.2.1");
    let all = place.records("replay mixed.pcap --format jsonl --all");
    assert_eq!(ends(&all).len(), 3);
    assert!(all[..3].iter().all(|record| record["file"].is_null()));
}

#[test]
fn dash_r_is_replay() {
    let place = Place::mixed();
    for args in ["--format jsonl --all", "--top 1", ""] {
        let (short, long) =
            (place.run(&format!("-r mixed.pcap {args}")), place.run(&format!("replay mixed.pcap {args}")));
        assert_eq!((short.stdout, short.stderr, short.status), (long.stdout, long.stderr, 0));
    }
}

#[test]
fn csv_has_a_header_and_a_row_each() {
    let place = Place::mixed();
    let text = place.run("replay mixed.pcap --format csv --all").stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|key| key == name).expect("a column");
    let rows: Vec<_> = reader.records().map(|row| row.expect("as many fields as columns")).collect();
    assert_eq!(rows.len(), 3);
    let mut ends: Vec<_> = rows.iter().map(|row| &row[column("end")]).collect();
    ends.sort_unstable();
    assert_eq!(ends, ["fin", "refused", "reset"]);
    assert_eq!(&rows[0][column("server.ip")], "10.0.9.2");
    let refused = rows.iter().find(|row| &row[column("end")] == "refused").expect("there");
    assert_eq!(&refused[column("rst.flags")], "RA");
}

#[test]
fn csv_of_nothing_is_a_header() {
    let place = Place::new();
    place.write("closed.pcap", &Capture::new().closed(CLIENT, SERVER).bytes());
    let outcome = place.run("replay closed.pcap --format csv");
    assert_eq!(outcome.stdout.lines().count(), 1);
}

#[test]
fn the_summary_is_keys_and_values() {
    let place = Place::mixed();
    let text = place.run("replay mixed.pcap --format summary").stdout;
    for line in
        ["file mixed.pcap", "frames 16", "connections 3", "end.reset 1", "rst_by.server 2", "bad_ends 2"]
    {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}

#[test]
fn the_exit_status_tells_of_a_bad_end_only_if_asked() {
    let place = Place::mixed();
    place.write("closed.pcap", &Capture::new().closed(CLIENT, SERVER).bytes());
    assert_eq!(place.run("replay mixed.pcap").status, 0);
    assert_eq!(place.run("replay mixed.pcap --exit-code").status, 1);
    assert_eq!(place.run("replay closed.pcap --exit-code").status, 0);
    assert_eq!(place.run("replay mixed.pcap missing.pcap --exit-code").status, 2);
    assert_eq!(place.run("replay closed.pcap mixed.pcap --exit-code --separate").status, 1);
}

/// A bad end of which nobody knows whether it hurt anybody is listed, and fails no script.
#[test]
fn the_exit_status_tells_only_of_what_is_known_to_have_hurt_somebody() {
    let unknown = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/one_way_reset/capture.pcap");
    let records = Place::new().records(&format!("replay {unknown} --format jsonl"));
    assert!(records[0]["harm"].is_null() && records[1]["bad_ends"] == 1, "{records:?}");
    assert_eq!(Place::new().run(&format!("replay {unknown} --exit-code")).status, 0);
}

#[test]
fn a_capture_that_cannot_be_read_does_not_keep_the_others() {
    let place = Place::mixed();
    place.write("notes.txt", b"no capture at all\n");
    place.write("empty.pcap", b"");
    let whole = place.run("replay mixed.pcap --format jsonl --all");
    for (bad, words) in [
        ("missing.pcap", "cannot read missing.pcap: No such file"),
        ("notes.txt", "notes.txt is not a capture file: "),
        ("empty.pcap", "empty.pcap is not a capture file: "),
    ] {
        let outcome = place.run(&format!("replay {bad} mixed.pcap --format jsonl --all"));
        assert_eq!(outcome.status, 2, "{bad}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with(&format!("rstwho: {words}")), "{}", outcome.stderr);
        assert_eq!(ends(&json_lines(&outcome.stdout)), ends(&json_lines(&whole.stdout)));
        let alone = place.run(&format!("replay {bad}"));
        assert_eq!((alone.status, alone.stdout.as_str()), (2, ""), "{bad}");
    }
}

#[test]
fn a_capture_without_frames_or_cut_short_is_said_and_no_trouble() {
    let place = Place::mixed();
    place.write("none.pcap", &Capture::new().bytes());
    let outcome = place.run("replay none.pcap");
    assert_eq!(outcome.status, 0);
    assert!(outcome.stdout.starts_with("There is no TCP connection to report on.\n"), "{}", outcome.stdout);
    assert_eq!(outcome.stderr, "rstwho: none.pcap: a capture without frames\n");
    let bytes = fs::read(place.path("mixed.pcap")).unwrap();
    place.write("cut.pcap", &bytes[..bytes.len() - 3]);
    let outcome = place.run("replay cut.pcap --format jsonl --all");
    assert_eq!(outcome.status, 0);
    assert!(outcome.stderr.contains("cut short"), "{}", outcome.stderr);
    assert!(
        json_lines(&outcome.stdout).last().unwrap()["notices"][0].as_str().unwrap().contains("cut short")
    );
}

#[test]
fn several_captures_are_merged_or_separate() {
    let place = Place::mixed();
    place.write("other.pcap", &Capture::new().wait_ms(10).reset((CLIENT.0, 51_000), SERVER).bytes());
    let merged = place.records("replay mixed.pcap other.pcap --format jsonl --all");
    assert_eq!(merged.iter().filter(|record| record["type"] == "summary").count(), 1);
    assert_eq!(merged.iter().filter(|record| record["file"] == "other.pcap").count(), 1);
    assert_eq!(merged.iter().filter(|record| record["file"] == "mixed.pcap").count(), 3);
    assert_eq!(merged.last().unwrap()["frames"], 21);
    let separate = place.records("replay mixed.pcap other.pcap --format jsonl --all --separate");
    let kinds: Vec<_> = separate.iter().map(|record| record["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["connection", "connection", "connection", "summary", "connection", "summary"]);
    assert_eq!(separate[5]["files"][0], "other.pcap");
    assert_eq!(separate[5]["frames"], 5);
    let page = place.run("replay mixed.pcap other.pcap --separate").stdout;
    assert!(page.starts_with("mixed.pcap\n\n2 bad ends of 3 connections"), "{page}");
    assert!(page.contains("\nother.pcap\n\n1 bad end of 1 connection "), "{page}");
}

/// Both hosts captured, and a device between gives the client another address.
#[test]
fn connections_that_were_captured_behind_address_translation_too_are_said_to_be_counted_twice() {
    let place = Place::new();
    let capture = |client: [u8; 4]| Capture::new().reset((client, 50_001), SERVER).bytes();
    place.write("c.pcap", &capture([10, 1, 0, 2]));
    place.write("s.pcap", &capture([10, 9, 0, 1]));
    let page = place.run("replay c.pcap s.pcap");
    let words = page.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("note: 1 connection is another of these, captured again behind"), "{words}");
    assert!(page.stderr.contains("10.1.0.2:50001 > 10.0.9.2:8080 is 10.9.0.1:50001"), "{}", page.stderr);
    let summary = place.run("replay c.pcap s.pcap --format summary").stdout;
    assert!(
        summary.contains("\nconnections 2\n") && summary.contains("\nnotice 1 connection is another"),
        "{summary}"
    );
    assert!(!place.run("replay c.pcap s.pcap --separate").stdout.contains("translation"));
}

#[test]
fn frames_may_be_chosen_by_filter_and_time_and_number() {
    let place = Place::mixed();
    let frames = |args: &str| {
        let records = place.records(&format!("replay mixed.pcap --format jsonl --all {args}"));
        let summary = records.last().unwrap();
        (
            ends(&records).len(),
            summary["skipped"]["filtered"].as_u64().unwrap_or(0),
            summary["frames"].as_u64(),
        )
    };
    assert_eq!(frames(""), (3, 0, Some(16)));
    assert_eq!(frames("--until 19:04:41.3"), (2, 2, Some(16)));
    assert_eq!(frames("--since 2026-11-20T19:04:41.3Z"), (1, 14, Some(16)));
    assert_eq!(frames("--since 1795201481.3 --until 19:05:00"), (1, 14, Some(16)));
    assert_eq!(frames("-c 9"), (1, 0, Some(9)));
    let stopped = place.records("replay mixed.pcap --format jsonl --all -c 11");
    assert_eq!(stopped[1]["observed_until"], "stopped");
    if cfg!(feature = "live") {
        let mut command = place.command("replay mixed.pcap --format jsonl --all --filter");
        let records = json_lines(&run(command.arg("port 81")).stdout);
        assert_eq!((ends(&records), records[1]["skipped"]["filtered"].as_u64()), (vec!["refused"], Some(14)));
    }
}

/// Local time is asked for where UTC is meant, or the two are exchanged.
#[test]
fn times_that_leave_nothing_are_told_beside_those_of_the_capture() {
    let place = Place::mixed();
    for (args, asked) in [
        ("--since 20:04:41", "no frame is from 2026-11-20T20:04:41"),
        (
            "--since 19:05 --until 19:04",
            "no frame is from 2026-11-20T19:05:00.000000000Z to 2026-11-21T19:04:00",
        ),
        ("--until 18:00", "no frame is before 2026-11-20T18:00:00"),
    ] {
        let outcome = place.run(&format!("replay mixed.pcap {args}"));
        let (said, page) = (outcome.stderr, outcome.stdout);
        assert!(
            said.contains(asked) && said.contains("the capture is from 2026-11-20T19:04:41"),
            "{args}: {said}"
        );
        assert!(page.contains("note: no frame is ") && outcome.status == 0, "{page}");
    }
    assert_eq!(place.run("replay mixed.pcap --since 19:04:41.3").stderr, "");
    let exchanged = place.run("replay mixed.pcap --since 19:04:41.3 --until 19:04").stderr;
    assert!(
        exchanged
            .contains("--until is before --since, and was taken for the next day's: 2026-11-21T19:04:00"),
        "{exchanged}"
    );
}

#[test]
fn wrong_arguments_are_told_in_a_line() {
    let place = Place::mixed();
    for (args, words) in [
        ("replay mixed.pcap --since yesterday", "--since 'yesterday': not a time; write "),
        ("replay mixed.pcap --since 20 --until 10", "--until '10': "),
        ("replay mixed.pcap --local 10.0.0.0/99", "--local '10.0.0.0/99': "),
        ("replay mixed.pcap --max-flows none", "--max-flows 'none': "),
        (
            "replay mixed.pcap --format yaml",
            "invalid value 'yaml' for '--format <FORMAT>' [possible values: table",
        ),
        ("replay mixed.pcap --nonsense", "unexpected argument '--nonsense' found"),
        ("replay", "the following required arguments were not provided: <FILE>..."),
        ("mixed.pcap", "unrecognized subcommand 'mixed.pcap' (to read it: rstwho replay mixed.pcap)"),
        (
            "-r mixed.pcap port 80",
            "the subcommand 'port' cannot be used with '-r <FILE>' (for some of its frames: rstwho replay mixed.pcap --filter 'port 80')",
        ),
        ("-i eth0 port 443", "unexpected argument '-i' found (to watch it: rstwho watch -i eth0 'port 443')"),
        ("-D -r mixed.pcap", "the argument '-D' cannot be used with one or more of the other"),
        ("-D --format jsonl", "the argument '-D' cannot be used with one or more of the other"),
        ("--since 10", "the following required arguments were not provided: -r <FILE>"),
        ("--tui", "the following required arguments were not provided: -r <FILE>"),
        ("replay mixed.pcap -o mixed.pcap", "-o 'mixed.pcap': this is a capture to be read"),
        ("replay mixed.pcap -o no/such/folder", "cannot write no/such/folder: No such file"),
    ] {
        let outcome = place.run(args);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{args}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with(&format!("rstwho: {words}")), "{args}: {}", outcome.stderr);
    }
    if cfg!(feature = "live") {
        let outcome = place.run("watch -o /dev/stdout --rotate 1M");
        let said =
            "rstwho: -o '/dev/stdout': this is standard output, and only a file can be rotated; name one\n";
        assert_eq!((outcome.status, outcome.stderr.as_str()), (2, said));
        let outcome = place.run("replay mixed.pcap --filter )(");
        assert_eq!(outcome.status, 2);
        assert!(outcome.stderr.starts_with("rstwho: bad filter ')(': "), "{}", outcome.stderr);
    }
}

#[test]
fn output_goes_to_a_file_if_asked_and_nothing_is_overwritten_for_nothing() {
    let place = Place::mixed();
    let to_file = place.run("replay mixed.pcap --format jsonl -o out.jsonl");
    assert_eq!((to_file.status, to_file.stdout.as_str()), (0, ""));
    let written = fs::read_to_string(place.path("out.jsonl")).unwrap();
    assert_eq!(written, place.run("replay mixed.pcap --format jsonl").stdout);
    assert_eq!(place.run("replay missing.pcap -o out.jsonl").status, 2);
    assert_eq!(fs::read_to_string(place.path("out.jsonl")).unwrap(), written);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_in_a_line() {
    let place = Place::mixed();
    for format in ["table", "summary", "jsonl", "csv"] {
        let outcome = place.run(&format!("replay mixed.pcap --format {format} -o /dev/full"));
        assert_eq!(outcome.status, 2);
        assert_eq!(outcome.stderr, "rstwho: cannot write /dev/full: No space left on device (os error 28)\n");
    }
}

#[test]
fn help_is_given_where_it_is_asked_for_and_where_nothing_was() {
    let place = Place::new();
    let bare = place.run("");
    assert_eq!((bare.status, bare.stdout.as_str()), (2, ""));
    assert!(bare.stderr.contains("rstwho replay trace.pcap"), "{}", bare.stderr);
    for args in ["--help", "replay --help"] {
        let help = place.run(args);
        assert_eq!((help.status, help.stderr.as_str()), (0, ""));
        assert!(help.stdout.contains("Examples:") && help.stdout.contains("Exit status:"), "{}", help.stdout);
        assert!(help.stdout.lines().all(|line| line.chars().count() <= 110), "{args}");
    }
    assert!(place.run("completions --help").stdout.contains("Examples:"));
    assert_eq!(place.run("--version").stdout, format!("rstwho {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_and_the_manual_know_the_options() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.run(&format!("completions {shell}"));
        assert_eq!(script.status, 0);
        assert!(script.stdout.contains("max-flows"), "{shell}");
    }
    let page = place.run("man");
    assert_eq!(page.status, 0);
    for words in [".TH rstwho 1", "RSTWHO REPLAY", "max\\-flows", "EXIT STATUS", "EXAMPLES"] {
        assert!(page.stdout.contains(words), "{words}");
    }
}

#[test]
fn colour_is_the_users_choice() {
    let place = Place::mixed();
    let coloured = |args: &str, no_color: &str| {
        let outcome = run(place.command(args).env("NO_COLOR", no_color));
        outcome.stdout.contains('\u{1b}')
    };
    assert!(!coloured("replay mixed.pcap", ""));
    assert!(coloured("replay mixed.pcap --color always", ""));
    assert!(coloured("replay mixed.pcap --color always", "1"), "what is typed goes before what is set");
    assert!(!coloured("replay mixed.pcap --color never", ""));
}

#[test]
fn the_table_fits_the_width_and_the_characters() {
    let place = Place::mixed();
    for columns in ["40", "60", "79", "80", "132"] {
        let page = run(place.command("replay mixed.pcap").env("COLUMNS", columns)).stdout;
        let widest = page.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest <= columns.parse().unwrap(), "{columns}: {widest}\n{page}");
    }
    assert!(place.run("replay mixed.pcap --ascii").stdout.is_ascii());
    assert!(run(place.command("replay mixed.pcap").env("LANG", "C")).stdout.is_ascii());
    assert!(run(place.command("replay mixed.pcap").env("LC_ALL", "POSIX")).stdout.is_ascii());
}
