//! Exports of real captures, read again.

use std::fs;

use super::*;
use crate::capture::Progress;
use crate::capture::Source as _;
use crate::capture::file::{FileSource, Input};
use crate::engine::Engine;
use crate::flow::{ObservedUntil, Settings};

fn input(fixture: &str) -> Input {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Input::Path(root.join("fixtures").join(fixture).join("capture.pcap"))
}

/// Every frame of a capture, and all ends in it.
fn read(input: &Input) -> (Vec<Copied>, Vec<Verdict>) {
    let (mut frames, mut ends) = (Vec::new(), Vec::new());
    let mut engine = Engine::new(Settings::default());
    let mut source = FileSource::open(input, 0).unwrap();
    loop {
        let progress = source.read(&mut |batch| {
            frames.extend(batch.iter().map(Copied::of));
            engine.push(batch, &mut |judged| ends.push(judged.tell()));
        });
        if progress.unwrap() == Progress::End {
            engine.finish(ObservedUntil::Eof, &mut |judged| ends.push(judged.tell()));
            return (frames, ends);
        }
    }
}

fn files<F: Frames>(folder: &Path, frames: F) -> Files<F> {
    Files { folder: folder.to_path_buf(), frames, names: Vec::new() }
}

#[test]
fn an_end_is_written_whole_and_reads_as_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    let from = input("node_stale_keepalive");
    let (_, ends) = read(&from);
    let end = ends.iter().find(|end| end.is_bad_end()).unwrap();
    let said = files(folder.path(), Captures(vec![from])).export(end).unwrap();
    let segments = end.client_traffic.packets + end.server_traffic.packets;
    assert!(said.ends_with(&format!("with {segments} frames.")), "{said}");

    let json = folder.path().join(stem(end)).with_extension("nothing");
    assert!(!json.exists());
    let written: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()).collect();
    let of = |extension: &str| written.iter().find(|path| path.extension().is_some_and(|it| it == extension));
    let record: serde_json::Value = serde_json::from_slice(&fs::read(of("json").unwrap()).unwrap()).unwrap();
    assert_eq!(record["cause"], "stale_keepalive");
    let (frames, again) = read(&Input::Path(of("pcap").unwrap().clone()));
    assert_eq!(frames.len() as u64, segments);
    assert_eq!(again.len(), 1);
    assert_eq!(
        (again[0].cause_name(), again[0].client, again[0].end_time),
        (end.cause_name(), end.client, end.end_time)
    );
}

#[test]
fn what_is_there_already_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let from = input("node_stale_keepalive");
    let (_, ends) = read(&from);
    let files = files(folder.path(), Captures(vec![from]));
    for _ in 0..3 {
        files.export(&ends[0]).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
    let nowhere = Files { folder: folder.path().join("nowhere"), ..files };
    let refused = nowhere.export(&ends[0]).unwrap_err();
    assert!(refused.contains("nowhere; export_dir names another folder"), "{refused}");
    let here = Files { folder: ".".into(), ..nowhere }.refusal(&ErrorKind::PermissionDenied.into());
    assert!(here.contains("denied: /"), "the folder is named: {here}");
}

#[test]
fn a_capture_that_came_through_a_pipe_leaves_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let (_, ends) = read(&input("port_scan"));
    let said = files(folder.path(), Captures(vec![Input::Stdin])).export(&ends[0]).unwrap();
    assert!(said.contains("but no frames: they came through a pipe and are gone"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(feature = "live")]
#[test]
fn a_watch_gives_what_it_still_has_and_says_what_it_has_not() {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    let from = input("node_stale_keepalive");
    let (frames, ends) = read(&from);
    let end = ends.iter().find(|end| end.is_bad_end()).unwrap().clone();
    for (skipped, complete) in [(0, true), (4, false)] {
        let folder = tempfile::tempdir().unwrap();
        let counter = Arc::new(Counter::default());
        let files = files(folder.path(), Arc::clone(&counter));
        let asked = end.clone();
        let asking = thread::spawn(move || files.export(&asked).unwrap());
        let mut held = Held::default();
        for (frame, number) in frames.iter().zip(1..).skip(skipped) {
            let Copied { ts, link, wire_len, ref bytes } = *frame;
            held.keep(&[Frame { ts, number, file: 0, link, wire_len, bytes }]);
        }
        while !asking.is_finished() {
            counter.serve(&held);
            thread::sleep(Duration::from_millis(1));
        }
        let said = asking.join().unwrap();
        assert_eq!(said.contains("no longer in memory"), !complete, "{said}");
        assert!(said.contains(" frames"), "{said}");
        drop(folder);
    }
}
