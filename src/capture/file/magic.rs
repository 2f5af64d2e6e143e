//! What a file is, by its first bytes and never by its name.

use std::io;

use super::classic::{self, Header, Records};
use super::pcapng::{Blocks, SECTION};
use super::stream::{Stream, Trouble};
use super::walk::{Format, Step};

/// What the first bytes of a file make of it.
pub(super) enum Recognised {
    /// A capture, and the bytes of its header.
    Capture(Format, usize),
    /// A capture whose header ends beyond these bytes; or nothing yet.
    More,
    /// A classic capture of frames that nothing here can read.
    LinkType(u16),
    /// Almost a capture, and why not quite.
    Not(String),
    /// Another file altogether.
    Other,
}

/// Other files that people mistake for captures: their first bytes, and what to say of them.
const OTHERS: &[(&[u8], &str)] = &[
    (b"snoop\0\0\0", "a snoop capture; convert it: editcap -F pcapng OLD NEW"),
    (b"RTSS", "a Network Monitor capture; convert it: editcap -F pcapng OLD NEW"),
    (b"GMBU", "a Network Monitor capture; convert it: editcap -F pcapng OLD NEW"),
    (b"\xfd7zXZ\0", "compressed by xz; decompress it first"),
    (b"BZh", "compressed by bzip2; decompress it first"),
    (b"\x04\x22\x4d\x18", "compressed by lz4; decompress it first"),
    (b"PK\x03\x04", "a ZIP archive; unpack it first"),
    (b"\x7fELF", "a program"),
];

/// Reads `bytes`, the start of a file, as a capture's header.
pub(super) fn recognise(bytes: &[u8]) -> Recognised {
    match Records::header(bytes) {
        Header::Good(records) => Recognised::Capture(Format::Classic(records), classic::HEADER),
        Header::LinkType(number) => Recognised::LinkType(number),
        Header::Version(major) => {
            Recognised::Not(format!("pcap of version {major}, where 2 is the last one"))
        }
        Header::Short => Recognised::More,
        Header::Other if bytes.len() < SECTION.len() => Recognised::More,
        Header::Other if bytes.starts_with(&SECTION) => section(bytes),
        Header::Other => Recognised::Other,
    }
}

fn section(bytes: &[u8]) -> Recognised {
    let mut blocks = Blocks::new();
    match blocks.step(bytes) {
        Step::Pass(len) => Recognised::Capture(Format::Pcapng(blocks), len),
        Step::Damaged(damage) => Recognised::Not(format!("it starts like pcapng, but {damage}")),
        _ => Recognised::More,
    }
}

/// Says why a file of which `bytes` is all there is no capture, although no byte speaks against it.
pub(super) fn describe_short(bytes: &[u8]) -> String {
    let starts_well = bytes.starts_with(&SECTION)
        || bytes.first_chunk().is_some_and(|&word| classic::magic(word).is_some());
    match bytes.len() {
        0 => "empty (0 bytes)".to_owned(),
        len if starts_well => format!("it ends inside the file header, after {len} bytes"),
        _ => describe(bytes),
    }
}

/// Whether `stream` starts as a capture does, as far as four bytes can tell.
pub(super) fn is_capture(mut stream: Stream) -> io::Result<bool> {
    let (mut magic, mut len) = ([0; 4], 0);
    while let Some(room) = magic.get_mut(len..).filter(|room| !room.is_empty()) {
        match stream.fill(room) {
            Ok(0) | Err(Trouble::Cut | Trouble::Damaged(_) | Trouble::Bomb) => return Ok(false),
            Ok(read) => len += read,
            Err(Trouble::System(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(Trouble::System(error)) => return Err(error),
        }
    }
    Ok(magic == SECTION || classic::magic(magic).is_some())
}

/// Says what a file is instead of a capture, by its first bytes.
pub(super) fn describe(bytes: &[u8]) -> String {
    let known = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic));
    match known {
        Some((_, what)) => (*what).to_owned(),
        None if is_text(bytes) => "text".to_owned(),
        None => {
            let start: Vec<_> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!("it starts with the bytes {}", start.join(" "))
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.get(..512).unwrap_or(bytes);
    // A character may be cut at the end of what is looked at.
    let printable = |text: &str| text.chars().all(|c| !c.is_control() || c.is_whitespace());
    match std::str::from_utf8(start) {
        Ok(text) => printable(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(start.get(..error.valid_up_to()).unwrap_or_default()).is_ok_and(printable)
        }
        Err(_) => false,
    }
}
