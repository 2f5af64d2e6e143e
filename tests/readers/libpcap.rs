//! Our reader gives what libpcap gives, wherever libpcap reads a file at all.

use std::fs;
use std::path::{Path, PathBuf};

use pcap::{Capture, Offline, Precision};
use rstwho::capture::file::{FileSource, Input};
use rstwho::time::Timestamp;

use super::formats::every_format;
use crate::support::{OwnedFrame, Reading};

/// The frames of a file as libpcap reads them; their link type is left at 0.
fn by_libpcap(path: &Path) -> Vec<OwnedFrame> {
    let mut capture: Capture<Offline> = Capture::from_file_with_precision(path, Precision::Nano).unwrap();
    let mut frames = Vec::new();
    while let Ok(packet) = capture.next_packet() {
        let time = packet.header.ts;
        let [secs, nanos] = [time.tv_sec, time.tv_usec].map(|part| u64::try_from(part).unwrap());
        let (ts, wire_len) = (Timestamp::from_parts(secs, nanos), packet.header.len);
        frames.push(OwnedFrame { ts, link: 0, wire_len, bytes: packet.data.to_vec() });
    }
    frames
}

fn by_us(path: &Path) -> Vec<OwnedFrame> {
    let mut source = FileSource::open(&Input::Path(path.to_owned()), 0).unwrap();
    let reading = Reading::drain(&mut source);
    assert!(reading.error.is_none(), "{}", path.display());
    reading.frames.into_iter().map(|frame| OwnedFrame { link: 0, ..frame }).collect()
}

#[track_caller]
fn assert_equal(path: &Path) {
    let (ours, theirs) = (by_us(path), by_libpcap(path));
    assert_eq!(ours.len(), theirs.len(), "{}", path.display());
    for (index, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert_eq!(ours, theirs, "{}, frame {}", path.display(), index + 1);
    }
}

/// The captures below a folder.
fn captures(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let is_capture = |path: &PathBuf| path.extension().is_some_and(|it| it == "pcap" || it == "pcapng");
    files.into_iter().filter(is_capture).chain(folders.iter().flat_map(|folder| captures(folder))).collect()
}

#[test]
fn fixtures_read_as_by_libpcap() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for path in captures(&fixtures) {
        assert_equal(&path);
    }
}

#[test]
fn every_format_reads_as_by_libpcap() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in every_format() {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_equal(&path);
    }
}

#[test]
fn cut_files_read_as_by_libpcap() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in every_format() {
        for cut in [bytes.len() - 1, bytes.len() - 80, bytes.len() / 2, 1_000] {
            let path = folder.path().join(format!("{name} {cut}"));
            fs::write(&path, &bytes[..cut]).unwrap();
            assert_equal(&path);
        }
    }
}
