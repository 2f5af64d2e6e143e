//! One core or several: the same records to the byte. The program reads, follows and judges in as many threads as there are
//! cores for, and in one where there is one; `taskset` gives it one. Without it this is skipped, and says so.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[path = "../benches/traffic/packets/mod.rs"]
mod packets;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use packets::Profile;

/// Enough for connections of every kind to begin and end, and for thousands to be open at a time.
const PACKETS: u64 = 60_000;

/// `taskset` and the first core that we may use, where there are others beside it.
fn on_one_core() -> Option<Command> {
    if thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        skip("there is only one core");
        return None;
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap().trim();
    let first = allowed.split([',', '-']).next().unwrap();
    let mut command = Command::new("taskset");
    command.args(["-c", first, env!("CARGO_BIN_EXE_rstwho")]);
    let answers = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !answers.is_ok_and(|status| status.success()) {
        skip("there is no taskset to run on one core with");
        return None;
    }
    let mut command = Command::new("taskset");
    command.args(["-c", first, env!("CARGO_BIN_EXE_rstwho")]);
    Some(command)
}

/// Said past the test harness, which keeps what tests print to itself.
fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

fn records(command: &mut Command, captures: &[PathBuf], more: &[&str]) -> String {
    let format = if more.contains(&"--format") { &[][..] } else { &["--format", "jsonl"] };
    let output = command.args(["replay", "--all"]).args(format).args(more).args(captures).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Plays captures on one core and on all, and gives the records of both if there are several cores.
fn assert_same(captures: &[PathBuf], more: &[&str]) -> usize {
    let Some(mut alone) = on_one_core() else { return usize::MAX };
    let one = records(&mut alone, captures, more);
    let all = records(&mut Command::new(env!("CARGO_BIN_EXE_rstwho")), captures, more);
    for (line, (one, all)) in one.lines().zip(all.lines()).enumerate() {
        assert_eq!(one, all, "line {} of {captures:?}", line + 1);
    }
    assert_eq!(one.len(), all.len(), "{captures:?}");
    one.lines().count()
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let mut captures: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "pcap")).collect();
    captures.sort();
    captures
}

fn assert_same_generated(profile: Profile, more: &[&str]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("generated.pcap");
    let mut bytes = Vec::new();
    packets::write(profile, PACKETS, &mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    assert_same(&[path], more)
}

#[test]
fn every_fixture_gives_the_same_records() {
    let captures = fixtures();
    assert!(captures.len() > 50, "the fixtures are where they were");
    for capture in &captures {
        assert!(assert_same(std::slice::from_ref(capture), &[]) >= 2, "a connection and a summary");
    }
}

#[test]
fn all_fixtures_together_give_the_same_records() {
    let captures = fixtures();
    assert!(assert_same(&captures, &[]) > captures.len());
}

#[test]
fn thousands_of_connections_at_a_time_give_the_same_records() {
    assert!(assert_same_generated(Profile::Web, &[]) > 2_000);
}

#[test]
fn a_scan_gives_the_same_records() {
    assert!(assert_same_generated(Profile::Scan, &[]) > 20_000);
}

#[test]
fn a_table_of_commas_is_the_same_too() {
    assert!(assert_same_generated(Profile::Web, &["--format", "csv", "--harm", "all"]) > 500);
}

#[test]
fn a_full_table_gives_the_same_records() {
    assert!(assert_same_generated(Profile::Scan, &["--max-flows", "1k"]) > 20_000);
}

#[test]
fn generated_traffic_is_the_same_every_time() {
    for profile in [Profile::Web, Profile::Scan, Profile::Bulk] {
        let [one, other] = [(); 2].map(|()| {
            let mut bytes = Vec::new();
            packets::write(profile, 2_000, &mut bytes).unwrap();
            bytes
        });
        assert!(one.len() > 2_000 * 70 && one == other, "{profile:?}");
    }
}
