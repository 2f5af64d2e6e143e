//! A file that records are written to for as long as the program runs: in whole records, and if wanted in several files.
//!
//! As logrotate does it: FILE is the one being written, FILE.1 the one before, up to FILE.N; then the oldest goes. Where
//! somebody else moves files away, FILE is opened anew on request, and goes on if it is still there.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::Access;

use crate::capture::privilege::folder_of;
use crate::config::Rotation;

use super::talk;

/// Bytes gathered before they are written, unless somebody wants them written.
const GATHERED: usize = 64 << 10;

/// The file. Each `write` is one record or several, and never part of one.
pub(super) struct Journal {
    path: PathBuf,
    rotation: Option<Rotation>,
    /// What every file after the first begins with; the first is begun by who writes.
    heading: Vec<u8>,
    file: File,
    /// Bytes in the file, whole records.
    size: u64,
    pending: Vec<u8>,
    /// Somebody wants it to be opened anew.
    reopening: Arc<AtomicBool>,
}

impl Journal {
    /// Begins a new file. With rotation, one that is there already is kept as the last one.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn create(
        path: &Path,
        rotation: Option<Rotation>,
        heading: Vec<u8>,
        reopening: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        if let Some(rotation) = rotation {
            // Whether the next file can be begun is to be known now, not in a week.
            rustix::fs::access(folder_of(path), Access::WRITE_OK | Access::EXEC_OK)?;
            match fs::metadata(path) {
                Ok(there) if !there.is_file() => {
                    return Err(io::Error::new(ErrorKind::InvalidInput, "only a file can be rotated"));
                }
                Ok(there) if there.len() > 0 => shift(path, rotation.keep)?,
                _ => {}
            }
        }
        let file = File::create(path)?;
        Ok(Self {
            path: path.to_path_buf(),
            rotation,
            heading,
            file,
            size: 0,
            pending: Vec::new(),
            reopening,
        })
    }

    /// Is there no room for a record of this length, and something to make room by?
    fn is_full(&self, length: usize) -> bool {
        let size = self.size + self.pending.len() as u64;
        let empty = size <= self.heading.len() as u64;
        !empty && self.rotation.is_some_and(|rotation| size + length as u64 > rotation.bytes)
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.put()?;
        shift(&self.path, self.rotation.map_or(1, |rotation| rotation.keep))?;
        self.file = File::create(&self.path)?;
        self.size = 0;
        self.pending.clone_from(&self.heading);
        Ok(())
    }

    /// Goes on at the end of what is at the path now. Where that fails, the file that is open is as good as before.
    fn reopen(&mut self) -> io::Result<()> {
        if !self.file.metadata()?.is_file() {
            return Ok(());
        }
        self.put()?;
        match File::options().append(true).create(true).open(&self.path) {
            Ok(file) => {
                self.size = file.metadata()?.len();
                self.file = file;
                if self.size == 0 {
                    self.pending.clone_from(&self.heading);
                }
            }
            Err(source) => {
                talk::say(format!("cannot open {} anew: {source}; going on as before", self.path.display()));
            }
        }
        Ok(())
    }

    /// Writes what was gathered. Where that fails, the file is cut behind the last line that went in whole.
    fn put(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        let mut written = 0;
        while let Some(rest) = pending.get(written..).filter(|rest| !rest.is_empty()) {
            match self.file.write(rest) {
                Ok(0) => return self.cut(&pending, written, ErrorKind::WriteZero.into()),
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return self.cut(&pending, written, error),
            }
        }
        self.size += written as u64;
        self.pending = pending;
        self.pending.clear();
        Ok(())
    }

    fn cut(&mut self, pending: &[u8], written: usize, error: io::Error) -> io::Result<()> {
        let went_in = pending.get(..written).unwrap_or_default();
        let whole = went_in.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        self.size += whole as u64;
        // A device has no length; nothing is lost by that.
        let _ = self.file.set_len(self.size);
        Err(error)
    }
}

impl Write for Journal {
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        if self.is_full(record.len()) {
            self.rotate()?;
        }
        self.pending.extend_from_slice(record);
        if self.pending.len() > GATHERED {
            self.put()?;
        }
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.put()?;
        if self.reopening.swap(false, Ordering::Relaxed) { self.reopen() } else { Ok(()) }
    }
}

/// FILE becomes FILE.1, FILE.1 becomes FILE.2, and what was FILE.`keep` is gone.
fn shift(path: &Path, keep: u32) -> io::Result<()> {
    for number in (1..keep).rev() {
        match fs::rename(numbered(path, number), numbered(path, number + 1)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, numbered(path, 1))
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(path: &Path, rotation: Option<Rotation>, heading: &[u8]) -> io::Result<Journal> {
        Journal::create(path, rotation, heading.to_vec(), Arc::default())
    }

    #[test]
    fn records_go_to_the_next_file_whole_and_the_oldest_file_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ends");
        let rotation = Some(Rotation { bytes: 20, keep: 2 });
        let mut journal = create(&path, rotation, b"head\n").unwrap();
        journal.write_all(b"head\n").unwrap();
        for record in
            ["one 45678\n", "two\n", "three 6789 1234\n", "a record of more than twenty\n", "five\n"]
        {
            journal.write_all(record.as_bytes()).unwrap();
            journal.flush().unwrap();
        }
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text("ends"), "head\nfive\n");
        assert_eq!(text("ends.1"), "head\na record of more than twenty\n");
        assert_eq!(text("ends.2"), "head\nthree 6789 1234\n");
        assert!(!folder.path().join("ends.3").exists());
    }

    #[test]
    fn what_an_earlier_run_wrote_is_kept_where_files_are_rotated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ends");
        fs::write(&path, "before\n").unwrap();
        drop(create(&path, Some(Rotation { bytes: 20, keep: 1 }), b"").unwrap());
        assert_eq!(fs::read_to_string(folder.path().join("ends.1")).unwrap(), "before\n");
        assert!(create(folder.path(), Some(Rotation { bytes: 20, keep: 1 }), b"").is_err());
    }

    #[test]
    fn a_file_that_was_moved_away_is_begun_anew_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("ends"), folder.path().join("moved"));
        let mut journal = create(&path, None, b"head\n").unwrap();
        let mut say = |text: &str, reopening: bool| {
            journal.write_all(text.as_bytes()).unwrap();
            journal.reopening.store(reopening, Ordering::Relaxed);
            journal.flush().unwrap();
        };
        say("head\none\n", false);
        fs::rename(&path, &moved).unwrap();
        say("two\n", true);
        say("three\n", true);
        assert_eq!(fs::read_to_string(&moved).unwrap(), "head\none\ntwo\n");
        // The second time nobody had moved it: nothing is lost, and nothing is begun.
        say("four\n", false);
        assert_eq!(fs::read_to_string(&path).unwrap(), "head\nthree\nfour\n");
    }

    #[test]
    fn a_file_that_cannot_be_opened_anew_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ends");
        let mut journal = create(&path, None, b"").unwrap();
        journal.path = folder.path().join("no folder").join("ends");
        journal.reopening.store(true, Ordering::Relaxed);
        journal.flush().unwrap();
        journal.write_all(b"five\n").unwrap();
        journal.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "five\n");
    }
}
