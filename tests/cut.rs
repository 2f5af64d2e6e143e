//! `rstwho replay` where outputs fail, and where captures change while they are read or go back in time.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rstwho::capture::file::{FileSource, Input};
use rstwho::capture::{Progress, Source};

const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/node_stale_keepalive/capture.pcap");
const FORMATS: [&str; 4] = ["table", "summary", "jsonl", "csv"];
const HEADER: usize = 24;
/// Far longer than it takes to write what is known.
const PATIENCE: Duration = Duration::from_secs(20);

fn replay(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rstwho"));
    command.arg("replay").args(args).stdin(Stdio::null());
    command
}

#[test]
fn a_disk_that_is_full_is_said_once_in_every_format() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    for format in FORMATS {
        let file = replay(&[CAPTURE, "--all", "--format", format, "-o", "/dev/full"]).output().unwrap();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let stdout = replay(&[CAPTURE, "--all", "--format", format]).stdout(full).output().unwrap();
        for (output, name) in [(file, "/dev/full"), (stdout, "standard output")] {
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{format}: {said}");
            assert!(said.contains(&format!("cannot write {name}: No space left")), "{format}: {said}");
        }
    }
}

#[test]
fn help_that_cannot_be_written_is_trouble_as_well() {
    for asked in [&["--help"][..], &["--version"], &["replay", "-h"]] {
        let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else { return };
        let output = Command::new(env!("CARGO_BIN_EXE_rstwho")).args(asked).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{asked:?}: {said}");
        assert!(said.contains("cannot write standard output: No space left"), "{asked:?}: {said}");
    }
}

/// The capture, and its first frame once more an hour later, by which all of its connections are over, and another hour later, by which those are
/// judged that wait for their neighbours.
fn over() -> Vec<u8> {
    let mut bytes = fs::read(CAPTURE).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let (secs, length) = (word(HEADER), word(HEADER + 8) as usize);
    let first = bytes[HEADER..HEADER + 16 + length].to_vec();
    for hours in [1, 2] {
        let mut later = first.clone();
        later[..4].copy_from_slice(&(secs + hours * 3_600).to_le_bytes());
        bytes.extend(later);
    }
    bytes
}

#[test]
fn a_full_disk_is_said_while_a_pipe_is_silent() {
    let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else { return };
    let mut command = replay(&["-", "--all", "--format", "jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(&over()).unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(20));
    }
    let waited = begun.elapsed();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(waited < PATIENCE, "it waits for frames that do not come: {said}");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot write standard output: No space left"), "{said}");
}

#[test]
fn a_reader_that_has_left_ends_it_quietly_in_every_format() {
    for format in FORMATS {
        let mut child = replay(&[CAPTURE, "--all", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), said.as_ref()), (Some(0), ""), "{format}");
    }
}

/// The frames that there are, read to the present end.
fn read_on(source: &mut FileSource) -> u64 {
    let before = source.frames();
    while source.read(&mut |_| {}).unwrap() == Progress::More {}
    source.frames() - before
}

fn frames_of(path: &Path) -> (u64, Vec<String>) {
    let mut source = FileSource::open(&Input::Path(path.to_path_buf()), 0).unwrap();
    let frames = read_on(&mut source);
    (frames, source.notices().iter().map(ToString::to_string).collect())
}

#[test]
fn a_capture_that_grows_while_it_is_read_is_read_as_far_as_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = (folder.path().join("growing.pcap"), fs::read(CAPTURE).unwrap());
    let all = frames_of(Path::new(CAPTURE)).0;
    for step in [1, 7, 40, 1_000] {
        let mut file = File::create(&path).unwrap();
        file.write_all(&bytes[..HEADER]).unwrap();
        let mut source = FileSource::open(&Input::Path(path.clone()), 0).unwrap();
        // The writer is always ahead by a little: the reader never meets the end.
        for part in bytes[HEADER..].chunks(step) {
            file.write_all(part).unwrap();
            assert_eq!(source.read(&mut |_| {}).unwrap(), Progress::More);
        }
        read_on(&mut source);
        assert_eq!((source.frames(), source.notices()), (all, &[][..]), "in steps of {step}");
    }
}

#[test]
fn a_capture_that_is_cut_while_it_is_read_is_read_as_far_as_it_goes_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = (folder.path().join("cut.pcap"), fs::read(CAPTURE).unwrap());
    // Longer than a block, so that the end is not in memory when it goes away.
    let records = bytes[HEADER..].repeat(1 + (1 << 20) / bytes.len());
    fs::write(&path, [&bytes[..HEADER], &records].concat()).unwrap();
    let whole = frames_of(&path).0;
    for length in [300_001, 900_001] {
        fs::write(&path, [&bytes[..HEADER], &records].concat()).unwrap();
        let mut source = FileSource::open(&Input::Path(path.clone()), 0).unwrap();
        assert_eq!(source.read(&mut |_| {}).unwrap(), Progress::More);
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        read_on(&mut source);
        let notices: Vec<String> = source.notices().iter().map(ToString::to_string).collect();
        assert!(source.frames() < whole && source.frames() > 1_000, "{}", source.frames());
        assert_eq!(notices.len(), 1);
        assert!(notices[0].contains("cut short at byte "), "{notices:?}");
    }
}

/// The same capture three times, each an hour before the last, as after a clock that was set back.
#[test]
fn time_that_goes_back_loses_no_connection_and_is_no_trouble() {
    let bytes = fs::read(CAPTURE).unwrap();
    let shifted = |hours: u32, port: u8| {
        let mut records = bytes[HEADER..].to_vec();
        let mut at = 0;
        while at < records.len() {
            let word = |at: usize| u32::from_le_bytes(records[at..at + 4].try_into().unwrap());
            let (secs, length) = (word(at) - hours * 3_600, word(at + 8) as usize);
            records[at..at + 4].copy_from_slice(&secs.to_le_bytes());
            // Another client each time: the last byte of its address, wherever it is in the frame.
            let address = records[at + 16..at + 16 + length].windows(4).position(|it| it == [10, 20, 1, 2]);
            records[at + 16 + address.unwrap() + 3] = port;
            at += 16 + length;
        }
        records
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("back.pcap");
    fs::write(&path, [&bytes[..HEADER], &shifted(0, 2), &shifted(1, 3), &shifted(2, 4)].concat()).unwrap();
    let output = replay(&[path.to_str().unwrap(), "--all", "--format", "jsonl"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let causes = text.lines().filter(|line| line.contains("\"cause\":\"stale_keepalive\"")).count();
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(causes, 3, "{text}");
}

/// A capture with every frame cut to `at` bytes, which says how long they were, or not.
fn cut_frames(bytes: &[u8], at: usize, lengths: Lengths) -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let (mut out, mut next) = (bytes[..HEADER].to_vec(), HEADER);
    while next < bytes.len() {
        let kept = word(next + 8) as usize;
        let cut = u32::try_from(kept.min(at)).unwrap();
        let wire = if lengths == Lengths::Lost { cut } else { word(next + 12) };
        out.extend_from_slice(&bytes[next..next + 8]);
        out.extend([cut, wire].map(u32::to_le_bytes).concat());
        out.extend_from_slice(&bytes[next + 16..next + 16 + cut as usize]);
        next += 16 + kept;
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    Kept,
    Lost,
}

/// Some programs write the length to which they cut a frame as the one that it had, and a cut capture that is replayed has
/// no other: the headers tell the rest.
#[test]
fn a_cut_capture_that_lost_the_lengths_is_told_as_one_that_kept_them() {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let mut compared = 0;
    for fixture in fs::read_dir(fixtures).unwrap() {
        let path = fixture.unwrap().path().join("capture.pcap");
        let Ok(bytes) = fs::read(&path) else { continue };
        let name = path.display();
        let told = [Lengths::Kept, Lengths::Lost].map(|lengths| {
            let path = folder.path().join("cut.pcap");
            fs::write(&path, cut_frames(&bytes, 80, lengths)).unwrap();
            let output = replay(&[path.to_str().unwrap(), "--all", "--format", "jsonl"]).output().unwrap();
            assert!(output.status.success() && !output.stdout.is_empty(), "{name}");
            String::from_utf8(output.stdout).unwrap()
        });
        assert_eq!(told[0], told[1], "{name}");
        compared += 1;
    }
    assert!(compared > 90, "{compared}");
}
