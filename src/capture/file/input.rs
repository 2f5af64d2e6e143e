//! Where a capture lies, and which captures a command line means.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::magic;
use super::stream::Stream;
use crate::error::Error;

/// Where a capture comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Standard input, written as `-`.
    Stdin,
    /// A file, or something that opens like one.
    Path(PathBuf),
}

/// The most captures that one run reads: a frame's `file` counts to just below.
const MAX_INPUTS: usize = u16::MAX as usize;

impl Input {
    /// The name for messages.
    #[must_use]
    pub fn name(&self) -> PathBuf {
        match self {
            Self::Stdin => PathBuf::from("standard input"),
            Self::Path(path) => path.clone(),
        }
    }

    /// Is it a file that gives the same bytes whenever it is opened?
    #[must_use]
    pub fn can_be_read_again(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::Path(path) => path.is_file(),
        }
    }

    /// Opens it; gives its size as well if it has one and can be opened again.
    pub(super) fn open(&self) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
        match self {
            Self::Stdin => Ok((Box::new(io::stdin()), None)),
            Self::Path(path) => {
                let file = File::open(path)?;
                let size = file.metadata()?;
                let size = size.is_file().then_some(size.len());
                Ok((Box::new(file), size))
            }
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name().display())
    }
}

/// The captures that the arguments of a command line mean: `-` is standard input, a folder the captures directly
/// inside, sorted by name and recognised by their first bytes; all else is itself, whatever it holds.
///
/// Each capture, or folder that gives none, has its own result, so that one that fails need not stop the others:
/// [`Error::NoCaptures`] for a folder without captures, [`Error::Read`] for what cannot be looked into.
#[must_use]
pub fn expand(paths: &[PathBuf]) -> Vec<Result<Input, Error>> {
    let mut inputs: Vec<_> = paths.iter().flat_map(|path| expand_one(path)).collect();
    if inputs.len() > MAX_INPUTS {
        let value = format!("{} captures", inputs.len());
        inputs.truncate(MAX_INPUTS);
        let why = format!("at most {MAX_INPUTS} can be read at once; name fewer");
        inputs.push(Err(Error::Argument { argument: "FILE", value, why }));
    }
    inputs
}

/// All that has to be opened to read what the arguments of a command line mean: the files and folders that they name, and what
/// the links in those folders lead to, wherever that lies. None of it is opened for that.
#[must_use]
pub fn places(paths: &[PathBuf]) -> Vec<PathBuf> {
    let named = paths.iter().filter(|path| path.as_os_str() != "-");
    named.flat_map(|path| std::iter::once(path.clone()).chain(links(path))).collect()
}

/// The links to files directly in a folder. What cannot be looked into gives an error when it is read.
fn links(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| entry.ok().map(|it| it.path()));
    paths.filter(|path| path.is_symlink() && path.is_file()).collect()
}

fn expand_one(path: &Path) -> Vec<Result<Input, Error>> {
    if path.as_os_str() == "-" {
        return vec![Ok(Input::Stdin)];
    }
    if !path.is_dir() {
        return vec![Ok(Input::Path(path.to_owned()))];
    }
    match captures(path) {
        Ok(found) if found.is_empty() => vec![Err(Error::NoCaptures { path: path.to_owned() })],
        Ok(found) => found,
        Err(source) => vec![Err(Error::Read { path: path.to_owned(), source })],
    }
}

/// The captures directly in a folder. A file that cannot be read is an error of its own: it may well be a capture.
fn captures(folder: &Path) -> io::Result<Vec<Result<Input, Error>>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    // Only what has a size: to open a pipe would be to wait for its writer.
    paths.retain(|path| path.is_file());
    paths.sort_unstable();
    Ok(paths.into_iter().filter_map(captured).collect())
}

fn captured(path: PathBuf) -> Option<Result<Input, Error>> {
    let looked = File::open(&path).and_then(|file| magic::is_capture(Stream::new(Box::new(file))?));
    match looked {
        Ok(true) => Some(Ok(Input::Path(path))),
        Ok(false) => None,
        Err(source) => Some(Err(Error::Read { path, source })),
    }
}
