//! However many threads follow: the same verdicts in the same order.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::*;
use crate::aggregate::Aggregate;
use crate::capture::Progress;
use crate::capture::file::{FileSource, Input, Merged};
use crate::engine::Engine;
use crate::flow::ObservedUntil;
use crate::run::pass::Pass;
use crate::verdict::{Ruling, Verdict};
use crate::view::{Report, View};

#[path = "../../../benches/traffic/packets/mod.rs"]
mod packets;

/// Writes down all that it is told.
#[derive(Default)]
struct Notes(Rc<RefCell<Vec<String>>>);

impl View for Notes {
    fn wants(&mut self, _ruling: &Ruling) -> bool {
        true
    }

    fn ended(&mut self, verdict: &Verdict, _file: Option<&str>) -> io::Result<()> {
        self.0.borrow_mut().push(format!("{verdict:?}"));
        Ok(())
    }

    fn report(&mut self, _report: &Report<'_>) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(captures: &[PathBuf]) -> Reader {
    let mut merged = Merged::new();
    for (capture, file) in captures.iter().zip(0..) {
        merged.push(FileSource::open(&Input::Path(capture.clone()), file).unwrap()).unwrap();
    }
    Reader::Several(Box::new(merged))
}

/// What is told of captures with so many others, or with one engine in this thread where there are none.
fn told(captures: &[PathBuf], others: Option<usize>, settings: &Settings) -> (Vec<String>, u64) {
    let notes = Notes::default();
    let lines = Rc::clone(&notes.0);
    let mut view = notes;
    let mut desk = Desk::new(Aggregate::new(Vec::new()), &mut view, &[]);
    let (mut reader, mut gate) = (open(captures), Gate::counting(None));
    let intake = if let Some(others) = others {
        follow((reader, gate, Meter::silent()), settings, others, &mut desk).ok().unwrap().tally.intake
    } else {
        let mut pass = Pass::new(&mut gate, Engine::new(settings.clone()), &mut desk);
        while reader.read(&mut |frames| pass.take(frames)).unwrap() == Progress::More {}
        pass.finish(ObservedUntil::Eof).ok().unwrap();
        pass.intake()
    };
    let told = std::mem::take(&mut *lines.borrow_mut());
    (told, intake.late)
}

fn assert_same(captures: &[PathBuf], settings: &Settings) -> usize {
    let one = told(captures, None, settings);
    for others in [1, 2, 4] {
        let several = told(captures, Some(others), settings);
        for (line, (one, other)) in one.0.iter().zip(&several.0).enumerate() {
            assert_eq!(one, other, "{others} others, number {line}");
        }
        assert_eq!((one.0.len(), one.1), (several.0.len(), several.1), "{others} others");
    }
    one.0.len()
}

fn generated(profile: packets::Profile, test: impl FnOnce(&[PathBuf])) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("generated.pcap");
    let mut bytes = Vec::new();
    packets::write(profile, 40_000, &mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    test(&[path]);
}

#[test]
fn traffic_of_many_connections_is_told_the_same() {
    generated(packets::Profile::Web, |capture| {
        assert!(assert_same(capture, &Settings::default()) > 1_500);
    });
}

#[test]
fn a_scan_is_told_the_same_and_so_are_those_that_gave_way() {
    generated(packets::Profile::Scan, |capture| {
        for max_flows in [1_000, 5_000, 1_000_000] {
            assert!(assert_same(capture, &Settings { max_flows, ..Settings::default() }) > 10_000);
        }
    });
}

#[test]
fn what_seeds_the_hash_says_is_not_told() {
    generated(packets::Profile::Web, |capture| {
        let [one, other] =
            [[1, 2, 3, 4], [9, 9, 9, 9]].map(|seeds| Settings { seeds, ..Settings::default() });
        assert_eq!(told(capture, Some(2), &one), told(capture, None, &other));
    });
}

#[test]
fn all_fixtures_together_are_told_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path().join("capture.pcap"));
    let mut captures: Vec<PathBuf> = folders.filter(|path| path.exists()).collect();
    captures.sort();
    assert!(captures.len() > 50);
    assert!(assert_same(&captures, &Settings::default()) > captures.len());
}
