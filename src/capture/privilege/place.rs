//! Where a path leads that is to be written.

use std::fs;
use std::path::{Path, PathBuf};

/// The most links that a system follows (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// What a path stands for, behind all links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// What this process has open under a number: `/dev/stdout` is number 1.
    Open(u32),
    /// A file, or where one would be made.
    Path(PathBuf),
}

impl Place {
    /// Where `path` leads. Links are followed by hand: they may lead to where nothing is yet, and what is open may have no name.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let mut place = located(path);
        for _ in 0..MOST_LINKS {
            if let Some(number) = descriptor(&place) {
                return Self::Open(number);
            }
            let Ok(link) = fs::read_link(&place) else { break };
            place = located(&folder_of(&place).join(link));
        }
        Self::Path(place)
    }
}

/// The folder of a file.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The same place, in a folder that is reached by no link.
fn located(path: &Path) -> PathBuf {
    match (fs::canonicalize(folder_of(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    }
}

fn descriptor(place: &Path) -> Option<u32> {
    let is_list = |list: &str| fs::canonicalize(list).is_ok_and(|list| list == folder_of(place));
    let number = place.file_name()?.to_str()?.parse().ok()?;
    ["/proc/self/fd", "/dev/fd"].into_iter().any(is_list).then_some(number)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_also_to_where_nothing_is_yet() {
        let folder = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(real.join("there")).unwrap();
        symlink("there/../there/ends", real.join("link")).unwrap();
        symlink(real.join("link"), real.join("link to a link")).unwrap();
        symlink(real.join("circle"), real.join("circle")).unwrap();
        let at = |name: &str| Place::of(&folder.path().join(name));
        assert_eq!(at("link to a link"), Place::Path(real.join("there/ends")));
        assert_eq!(at("plain"), Place::Path(real.join("plain")));
        assert_eq!(at("circle"), Place::Path(real.join("circle")));
        assert_eq!(at("no folder/ends"), Place::Path(folder.path().join("no folder/ends")));
    }

    #[test]
    fn what_is_open_is_known_by_its_number() {
        assert_eq!(Place::of(Path::new("/dev/stdout")), Place::Open(1));
        assert_eq!(Place::of(Path::new("/dev/fd/7")), Place::Open(7));
        assert_eq!(Place::of(Path::new("/dev/null")), Place::Path(PathBuf::from("/dev/null")));
    }
}
