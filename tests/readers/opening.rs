//! What is a capture and what is not, and what is said of what is not.

use std::fs;
use std::path::{Path, PathBuf};

use rstwho::capture::Source;
use rstwho::capture::file::{FileSource, Input, Notice, Position, expand};
use rstwho::error::Error;

use crate::support::compress::{gzip, zstd};
use crate::support::pcap::Pcap;
use crate::support::pcapng::{Described, Pcapng};
use crate::support::{Order, Reading, open, read, sample};

/// Why bytes are no capture.
#[track_caller]
fn why(bytes: &[u8]) -> String {
    match open(std::io::Cursor::new(bytes.to_vec())) {
        Err(Error::NotACapture { why, .. }) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it is a capture"),
    }
}

#[test]
fn what_is_no_capture_is_called_by_its_name() {
    assert_eq!(why(b""), "empty (0 bytes)");
    assert_eq!(why(b"hi"), "text");
    assert_eq!(why("{\"é\": 1}\n".as_bytes()), "text");
    assert_eq!(why(&"é".repeat(300).as_bytes()[..511]), "text");
    assert_eq!(why(b"\0\x01\x02\xff\x04"), "it starts with the bytes 00 01 02 ff");
    assert_eq!(why(b"snoop\0\0\0\0\0\0\x02"), "a snoop capture; convert it: editcap -F pcapng OLD NEW");
    assert_eq!(why(b"\xfd7zXZ\0...."), "compressed by xz; decompress it first");
    assert_eq!(why(b"\x7fELF\x02\x01\x01"), "a program");
}

#[test]
fn a_header_that_is_not_whole_is_no_capture() {
    let (pcap, pcapng) = (Pcap::USUAL.header(), Pcapng::new(Order::Big).bytes);
    assert_eq!(why(&pcap[..23]), "it ends inside the file header, after 23 bytes");
    assert_eq!(why(&pcap[..4]), "it ends inside the file header, after 4 bytes");
    assert_eq!(why(&pcapng[..27]), "it ends inside the file header, after 27 bytes");
    assert_eq!(why(&pcapng[..8]), "it ends inside the file header, after 8 bytes");
}

#[test]
fn a_header_that_contradicts_itself_is_no_capture() {
    let mut pcap = Pcap::USUAL.header();
    pcap[4] = 3;
    assert_eq!(why(&pcap), "pcap of version 3, where 2 is the last one");
    let mut pcapng = Pcapng::new(Order::Big).bytes;
    pcapng[8] = 0;
    assert_eq!(why(&pcapng), "it starts like pcapng, but a section header of no known version");
}

#[test]
fn what_is_compressed_is_looked_into() {
    assert_eq!(why(&gzip(b"some text")), "gzip, and inside: text");
    assert_eq!(why(&zstd(b"")), "zstd, and inside: empty (0 bytes)");
    assert_eq!(why(&gzip(&gzip(b"x"))), "gzip, and inside: it starts with the bytes 1f 8b 08 00");
    assert_eq!(why(&gzip(&Pcap::USUAL.header())[..12]), "its gzip data ends before the file header does");
    assert!(
        why(b"\x1f\x8b\x08\0\0\0\0\0\0\0\xff\xff\xff\xff").starts_with("its gzip data does not decompress, ")
    );
}

#[test]
fn a_link_type_that_is_not_known_is_an_error_only_if_it_is_all_there_is() {
    let usb = Pcap { link: 220, ..Pcap::USUAL }.header();
    assert!(matches!(open(std::io::Cursor::new(usb)), Err(Error::LinkType { number: 220, .. })));
    let usb = Pcapng::new(Order::Big).interface(Described::new(220)).bytes;
    assert!(open(std::io::Cursor::new(usb)).is_ok());
}

#[test]
fn a_capture_without_frames_is_one() {
    let empty = [
        Pcap::USUAL.header(),
        Pcapng::new(Order::Big).bytes,
        Pcapng::new(Order::Little).interface(Described::new(1)).bytes,
        gzip(&Pcap::USUAL.header()),
    ];
    for bytes in empty {
        let reading = read(&bytes);
        assert_eq!(reading.notices, [Notice::NoFrames { path: PathBuf::from("test") }]);
        assert!(reading.frames.is_empty() && reading.error.is_none());
    }
}

fn opened(path: &Path) -> Result<FileSource, Error> {
    FileSource::open(&Input::Path(path.to_owned()), 0)
}

#[test]
fn what_the_system_refuses_is_told_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing.pcap")] {
        let Err(error) = opened(&path) else { panic!("it opened") };
        assert!(matches!(&error, Error::Read { path: named, .. } if *named == path), "{error}");
    }
}

#[test]
fn the_position_is_told_in_bytes_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let bytes = gzip(&Pcap::USUAL.write(&sample()));
    fs::write(&path, &bytes).unwrap();
    let size = bytes.len() as u64;
    let mut source = opened(&path).unwrap();
    assert_eq!(source.position().of, Some(size));
    Reading::drain(&mut source);
    assert_eq!(source.position(), Position { bytes: size, of: Some(size) });
    assert_eq!(open(std::io::Cursor::new(bytes)).unwrap().position().of, None);
}

/// The names that a command line means, or the errors.
fn expanded(paths: &[&Path]) -> Vec<String> {
    let paths: Vec<_> = paths.iter().map(|&path| path.to_owned()).collect();
    let name = |result: Result<Input, Error>| {
        result.map_or_else(|error| error.to_string(), |input| input.to_string())
    };
    expand(&paths).into_iter().map(name).collect()
}

#[test]
fn folders_give_the_captures_directly_inside() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let pcap = Pcap::USUAL.write(&sample());
    for (name, bytes) in [
        ("c.bin", pcap.clone()),
        ("b.pcapng", Pcapng::write(Order::Big, None, &sample())),
        ("a.gz", gzip(&pcap)),
        ("d.zst", zstd(&pcap)),
        ("notes.pcap", b"no capture".to_vec()),
        ("text.gz", gzip(b"no capture")),
        ("empty.pcap", Vec::new()),
    ] {
        fs::write(at(name), bytes).unwrap();
    }
    fs::create_dir(at("inner")).unwrap();
    fs::write(at("inner/e.pcap"), &pcap).unwrap();
    let names = ["a.gz", "b.pcapng", "c.bin", "d.zst"].map(|name| at(name).display().to_string());
    assert_eq!(expanded(&[folder.path()]), names);
}

#[test]
fn what_fails_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let (empty, missing) = (folder.path().to_owned(), folder.path().join("missing"));
    let said = expanded(&[Path::new("-"), &empty, &missing]);
    assert_eq!(said[0], "standard input");
    assert!(said[1].starts_with("no capture files in "), "{}", said[1]);
    assert!(said[1].ends_with("not in folders below it)"), "{}", said[1]);
    assert_eq!(said[2], missing.display().to_string(), "what is missing is told when it is opened");
}

#[test]
fn too_many_captures_are_refused() {
    let paths = vec![PathBuf::from("x"); 70_000];
    let inputs = expand(&paths);
    let (read, refused): (Vec<_>, Vec<_>) = inputs.into_iter().partition(Result::is_ok);
    let [Err(why)] = &refused[..] else { panic!("one error: {refused:?}") };
    let said = format!("FILE '70000 captures': at most {} can be read at once; name fewer", read.len());
    assert_eq!(why.to_string(), said);
    assert!(expand(&paths[..read.len()]).iter().all(Result::is_ok));
}

#[test]
fn sources_can_be_told_apart_behind_their_trait() {
    let mut sources: Vec<Box<dyn Source + Send>> =
        vec![Box::new(open(std::io::Cursor::new(Pcap::USUAL.header())).unwrap())];
    assert!(sources.iter_mut().all(|source| source.read(&mut |_| ()).is_ok()));
}
