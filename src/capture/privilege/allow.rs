//! What stays possible in confinement.

use std::path::{Path, PathBuf};

use super::place::{Place, folder_of};

/// What is still to be done after [`super::confine`]; all that is not said here fails from then on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Files, and folders whose files, may be opened and read.
    pub(super) read: Vec<PathBuf>,
    /// Folders in which files may be made, written, renamed and removed; or single files that may be written.
    pub(super) write: Vec<PathBuf>,
    pub(super) terminal: Terminal,
    pub(super) resolver: Resolver,
    /// What is open and only read from, by number.
    pub(super) only_read: Vec<i32>,
}

/// Whether a dashboard will be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Terminal {
    /// Nothing but written to.
    #[default]
    Plain,
    /// Taken over: raw mode, keys, size.
    Taken,
}

/// Whether names of addresses will be asked for, which takes sockets and the system's own configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resolver {
    /// No network at all.
    #[default]
    Absent,
    /// The system's resolver may be called, from any thread.
    Asked,
}

impl Allow {
    /// Nothing but to compute and to use what is open.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Also to open and read a file, or the files in a folder.
    #[must_use]
    pub fn reading(mut self, path: impl Into<PathBuf>) -> Self {
        self.read.push(path.into());
        self
    }

    /// Also to make, write, rename and remove files in a folder; of a file that is no regular one, only to write to it.
    #[must_use]
    pub fn writing(mut self, path: impl Into<PathBuf>) -> Self {
        self.write.push(path.into());
        self
    }

    /// Also to make an output anew: its folder may be written in, and if it is a link, that of what it leads to; a pipe, a
    /// device, and what is open already, only itself.
    #[must_use]
    pub fn writing_output(self, path: &Path) -> Self {
        let Place::Path(target) = Place::of(path) else { return self.writing(path) };
        if target.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            return self.writing(target);
        }
        let allow = self.writing(folder_of(path));
        if path.is_symlink() { allow.writing(folder_of(&target)) } else { allow }
    }

    /// Also to take a terminal over.
    #[must_use]
    pub fn with_terminal(mut self, terminal: Terminal) -> Self {
        self.terminal = terminal;
        self
    }

    /// Also to ask for names.
    #[must_use]
    pub fn with_resolver(mut self, resolver: Resolver) -> Self {
        self.resolver = resolver;
        self
    }

    /// What is open under these numbers may only be read: nothing may be sent or written there, nor may it get other numbers, under
    /// which it could. Where a resolver may be asked it can still be handed over through a socket, see `SECURITY.md`.
    #[must_use]
    pub fn only_reading(mut self, descriptors: impl IntoIterator<Item = i32>) -> Self {
        self.only_read.extend(descriptors);
        self
    }

    /// Will any file be opened yet?
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn opens_files(&self) -> bool {
        let draws = self.terminal == Terminal::Taken || self.resolver == Resolver::Asked;
        draws || !self.read.is_empty() || !self.write.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_stands_for_its_folder_and_a_device_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let allow = Allow::nothing().writing_output(&folder.path().join("ends"));
        assert_eq!(allow.write, [folder.path()]);
        assert_eq!(Allow::nothing().writing_output(Path::new("ends")).write, [Path::new(".")]);
        #[cfg(unix)]
        for itself in ["/dev/null", "/dev/stdout", "/dev/fd/7"] {
            assert_eq!(Allow::nothing().writing_output(Path::new(itself)).write, [Path::new(itself)]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stands_for_both_folders() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [here, there] = folders.each_ref().map(|folder| folder.path().canonicalize().unwrap());
        std::os::unix::fs::symlink(there.join("ends"), here.join("link")).unwrap();
        assert_eq!(Allow::nothing().writing_output(&here.join("link")).write, [here, there]);
    }

    #[test]
    fn files_are_opened_only_where_something_asks_for_it() {
        assert!(!Allow::nothing().opens_files());
        assert!(Allow::nothing().with_terminal(Terminal::Taken).opens_files());
        assert!(Allow::nothing().reading("a").opens_files() && Allow::nothing().writing("a").opens_files());
    }
}
