//! Where the report goes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
#[cfg(feature = "live")]
use std::sync::Arc;
#[cfg(feature = "live")]
use std::sync::atomic::AtomicBool;

use crate::capture::file::Input;
use crate::capture::privilege::Place;
#[cfg(feature = "live")]
use crate::config::Watch;
use crate::error::Error;
#[cfg(feature = "live")]
use crate::view;

#[cfg(feature = "live")]
use super::journal::Journal;

/// The number under which standard output is open.
const STDOUT: u32 = 1;
/// Bytes written at once, unless somebody waits for them.
const BUFFER: usize = 64 << 10;

/// A path that leads to standard output is standard output: to open it anew would be to begin the file behind it anew.
pub(super) fn settle(output: &mut Option<PathBuf>) {
    if output.as_deref().is_some_and(|path| Place::of(path) == Place::Open(STDOUT)) {
        *output = None;
    }
}

/// The same, where the output may be rotated.
///
/// # Errors
/// [`Error::Argument`] where standard output is to be rotated.
#[cfg(feature = "live")]
pub(super) fn settle_live(config: &mut Watch) -> Result<(), Error> {
    let typed = config.output.clone();
    settle(&mut config.output);
    match typed.filter(|_| config.output.is_none() && config.rotation.is_some()) {
        None => Ok(()),
        Some(path) => {
            let why = "this is standard output, and only a file can be rotated; name one".to_owned();
            Err(Error::Argument { argument: "-o", value: path.display().to_string(), why })
        }
    }
}

/// The name of the output in messages.
pub(super) fn name(output: Option<&Path>) -> PathBuf {
    output.map_or_else(|| PathBuf::from("standard output"), Path::to_path_buf)
}

/// Opens the output; a file is created anew.
///
/// # Errors
/// [`Error::Write`] where the system refuses.
pub(super) fn create(output: Option<&Path>) -> Result<Box<dyn Write>, Error> {
    let sink: Box<dyn Write> = match output {
        None => Box::new(io::stdout().lock()),
        Some(path) => {
            Box::new(File::create(path).map_err(|source| Error::Write { path: path.to_path_buf(), source })?)
        }
    };
    Ok(Box::new(BufWriter::with_capacity(BUFFER, sink)))
}

/// The same, for who is asked for a status beside it: a reader that leaves changes nothing about how the connections ended.
///
/// # Errors
/// [`Error::Write`] where the system refuses.
pub(super) fn create_heedless(output: Option<&Path>) -> Result<Box<dyn Write>, Error> {
    Ok(Box::new(Heedless(create(output)?)))
}

/// What goes on when its reader has left, and writes to nobody.
struct Heedless(Box<dyn Write>);

impl Heedless {
    fn heed(&mut self, written: io::Result<()>) -> io::Result<()> {
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.0 = Box::new(io::sink());
                Ok(())
            }
            written => written,
        }
    }
}

impl Write for Heedless {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write_all(bytes);
        self.heed(written).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.0.flush();
        self.heed(flushed)
    }
}

/// Opens the output of something that goes on: a file is written in whole records, rotated if that is wanted, and opened anew
/// when `reopening` says so.
///
/// # Errors
/// [`Error::Write`] where the system refuses; [`Error::WriteAs`] where it refuses `user`, whom the program has become.
#[cfg(feature = "live")]
pub(super) fn create_live(
    config: &Watch,
    user: Option<&str>,
    reopening: Arc<AtomicBool>,
) -> Result<Box<dyn Write>, Error> {
    let Some(path) = config.output.as_deref() else { return create(None) };
    let heading = view::heading(config.presentation.format);
    let journal = Journal::create(path, config.rotation, heading, reopening)
        .map_err(|source| refused(path, user, source))?;
    Ok(Box::new(journal))
}

/// Root may write nearly everywhere; whom it becomes may not, and then has to hear whose rights counted.
#[cfg(feature = "live")]
fn refused(path: &Path, user: Option<&str>, source: io::Error) -> Error {
    let path = path.to_path_buf();
    match user {
        Some(user) if source.kind() == io::ErrorKind::PermissionDenied => {
            Error::WriteAs { path, user: user.to_owned(), source }
        }
        _ => Error::Write { path, source },
    }
}

/// Refuses to write over a capture that is to be read.
///
/// # Errors
/// [`Error::Argument`] if the output is one of the inputs.
pub(super) fn spare(inputs: &[Input], output: Option<&Path>) -> Result<(), Error> {
    let Some(output) = output else { return Ok(()) };
    let Ok(target) = fs::canonicalize(output) else { return Ok(()) };
    let is_target = |input: &Input| matches!(input, Input::Path(path) if fs::canonicalize(path).is_ok_and(|path| path == target));
    if inputs.iter().any(is_target) {
        let why = "this is a capture to be read; name another file".to_owned();
        return Err(Error::Argument { argument: "-o", value: output.display().to_string(), why });
    }
    Ok(())
}
