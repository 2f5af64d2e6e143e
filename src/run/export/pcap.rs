//! A capture file, written: classic pcap with nanoseconds, which everything reads.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::decode::LinkType;
use crate::time::NANOS_PER_SEC;

use super::Copied;

/// In the byte order of who writes; readers tell it by this.
const NANOSECONDS: u32 = 0xa1b2_3c4d;
/// What tcpdump writes for "no limit".
const SNAPLEN: u32 = 262_144;

/// Writes `frames` to a new file. A pcap has one link type, that of its first frame; says how many have another and were
/// left out.
pub(super) fn write(path: &Path, frames: &[Copied]) -> io::Result<Option<String>> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let mut out = BufWriter::new(file);
    let link = frames.first().map_or(LinkType::Ethernet, |frame| frame.link);
    out.write_all(&header(link))?;
    let (same, others): (Vec<&Copied>, Vec<&Copied>) = frames.iter().partition(|frame| frame.link == link);
    for frame in same {
        out.write_all(&record(frame))?;
        out.write_all(&frame.bytes)?;
    }
    out.flush()?;
    Ok((!others.is_empty()).then(|| format!("{} of another link type were left out", others.len())))
}

fn header(link: LinkType) -> Vec<u8> {
    let version = 2 | 4 << 16;
    [NANOSECONDS, version, 0, 0, SNAPLEN, number(link)].iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn record(frame: &Copied) -> Vec<u8> {
    let nanos = frame.ts.as_nanos();
    // Seconds are 32 bits wide in the file, until 2106.
    let words =
        [nanos / NANOS_PER_SEC, nanos % NANOS_PER_SEC, frame.bytes.len() as u64, frame.wire_len.into()];
    words.iter().flat_map(|&word| u32::try_from(word).unwrap_or(u32::MAX).to_le_bytes()).collect()
}

/// The number of the link type in the header (the list of link types at tcpdump.org).
const fn number(link: LinkType) -> u32 {
    match link {
        LinkType::Null => 0,
        LinkType::Ethernet => 1,
        LinkType::Raw => 101,
        LinkType::Ppp => 9,
        LinkType::CiscoHdlc => 104,
        LinkType::Loop => 108,
        LinkType::LinuxSll => 113,
        LinkType::Pktap => 258,
        LinkType::LinuxSll2 => 276,
        LinkType::Unknown(number) => number as u32,
    }
}
