//! An end in files, as the dashboard's `e` asks for it: its record as JSON, and its frames as a pcap.

#[cfg(feature = "live")]
mod held;
mod pcap;
mod reread;
mod sought;

#[cfg(feature = "live")]
pub(super) use held::{Counter, Held};
pub(super) use reread::Captures;
pub(super) use sought::Sought;

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::decode::{Frame, LinkType};
use crate::time::Timestamp;
use crate::verdict::Verdict;
use crate::view::Record;
use crate::view::tui::Exporter;

/// Exports of the same end that can be told apart by number.
const MOST: u32 = 999;

/// A frame that was copied.
#[derive(Clone, Debug)]
pub(super) struct Copied {
    pub(super) ts: Timestamp,
    pub(super) link: LinkType,
    pub(super) wire_len: u32,
    pub(super) bytes: Vec<u8>,
}

impl Copied {
    fn of(frame: &Frame<'_>) -> Self {
        Self { ts: frame.ts, link: frame.link, wire_len: frame.wire_len, bytes: frame.bytes.to_vec() }
    }
}

/// The frames of a connection that could still be had, and what there is to say about the others.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) frames: Vec<Copied>,
    pub(super) note: Option<String>,
}

/// Where the frames of a connection can still be had.
pub(super) trait Frames: Send + Sync {
    /// Looks for them.
    ///
    /// # Errors
    /// Why there are none, in a sentence.
    fn find(&self, sought: &Sought) -> Result<Found, String>;
}

/// Writes ends into a folder.
pub(super) struct Files<F> {
    pub(super) folder: PathBuf,
    pub(super) frames: F,
    /// The captures by name, where there are several.
    pub(super) names: Vec<String>,
}

impl<F: Frames> Exporter for Files<F> {
    fn export(&self, end: &Verdict) -> Result<String, String> {
        let found = self.frames.find(&Sought::of(end));
        let (path, file) = self.begin(end).map_err(|error| self.refusal(&error))?;
        let failed = |path: &Path, error: &io::Error| format!("{}: {error}", path.display());
        self.write_record(end, file).map_err(|error| failed(&path, &error))?;
        let json = path.display();
        match found {
            Err(why) => Ok(format!("Wrote {json}, but no frames: {why}")),
            Ok(Found { frames, note }) => {
                let pcap = path.with_extension("pcap");
                let left_out = pcap::write(&pcap, &frames).map_err(|error| failed(&pcap, &error))?;
                let note = note.or(left_out).map_or(String::new(), |note| format!("; {note}"));
                Ok(format!("Wrote {json} and .pcap with {} frames{note}.", frames.len()))
            }
        }
    }
}

impl<F> Files<F> {
    /// The folder as others know it, since it may be no more than a dot; by whom rstwho has become it may not be open to writing.
    fn refusal(&self, error: &io::Error) -> String {
        let folder = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        format!("{error}: {}; export_dir names another folder (rstwho config)", folder.display())
    }

    /// A file that was not there: what somebody has kept is never written over.
    fn begin(&self, end: &Verdict) -> io::Result<(PathBuf, File)> {
        let stem = stem(end);
        let mut taken = io::Error::from(ErrorKind::AlreadyExists);
        for number in 1..=MOST {
            let number = if number == 1 { String::new() } else { format!("-{number}") };
            let path = self.folder.join(format!("{stem}{number}.json"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    fn write_record(&self, end: &Verdict, mut file: File) -> io::Result<()> {
        let name = self.names.get(usize::from(end.file)).map(String::as_str);
        serde_json::to_writer_pretty(&mut file, &Record::of(end, name))?;
        file.write_all(b"\n")
    }
}

/// `rstwho-20261120T190446Z-10.0.3.7_53884-10.0.9.2_8080`: no character that a file system or a shell minds.
fn stem(end: &Verdict) -> String {
    let nanos = i128::from(end.end_time.as_nanos());
    let instant = jiff::Timestamp::from_nanosecond(nanos).unwrap_or_default();
    let at = TimeZone::UTC.to_datetime(instant);
    let (date, time) = (at.date(), at.time());
    let date = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    let time = format!("{:02}{:02}{:02}", time.hour(), time.minute(), time.second());
    let side = |side: crate::verdict::Endpoint| format!("{}_{}", side.addr, side.port).replace(':', ".");
    format!("rstwho-{date}T{time}Z-{}-{}", side(end.client), side(end.server))
}

#[cfg(test)]
mod tests;
