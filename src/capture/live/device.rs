//! What Linux tells about an interface in files, which are opened before rights are given up and kept.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::interfaces::ANY;

const CLASS: &str = "/sys/class/net";
/// Frames that the interface had no room for (`struct rtnl_link_stats64`).
const MISSED: [&str; 3] = ["rx_missed_errors", "rx_fifo_errors", "rx_over_errors"];
const DISCARDED: [&str; 1] = ["rx_dropped"];

/// The files of one interface, or for `any` the counters of all network cards. Elsewhere than on Linux there are none.
pub(super) struct Device {
    missed: Vec<Losses>,
    discarded: Vec<Losses>,
    flags: Option<File>,
}

/// How an interface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Up,
    Down,
    /// It was removed.
    Gone,
    /// Nobody tells.
    Unknown,
}

/// One counter, from the moment it was opened.
struct Losses {
    file: File,
    at_start: u64,
    now: u64,
}

impl Device {
    pub(super) fn open(name: &str) -> Self {
        let names = if name == ANY { cards() } else { vec![name.to_owned()] };
        let flags = File::open(Path::new(CLASS).join(name).join("flags")).ok();
        Self { missed: open_all(&names, &MISSED), discarded: open_all(&names, &DISCARDED), flags }
    }

    /// Reads the counters once more.
    pub(super) fn refresh(&mut self) {
        self.missed.iter_mut().chain(&mut self.discarded).for_each(Losses::refresh);
    }

    pub(super) fn missed(&self) -> u64 {
        self.missed.iter().map(Losses::count).sum()
    }

    pub(super) fn discarded(&self) -> u64 {
        self.discarded.iter().map(Losses::count).sum()
    }

    /// Whether the interface is still there, under whatever name, and up.
    pub(super) fn presence(&self) -> Presence {
        const IFF_UP: u32 = 1;
        let Some(file) = &self.flags else { return Presence::Unknown };
        let Ok(text) = read(file) else { return Presence::Gone };
        match parse_flags(&text) {
            Some(flags) if flags & IFF_UP != 0 => Presence::Up,
            Some(_) => Presence::Down,
            None => Presence::Unknown,
        }
    }
}

/// Is it the host speaking to itself?
pub(super) fn is_loopback(name: &str) -> bool {
    const IFF_LOOPBACK: u32 = 8;
    let text = File::open(Path::new(CLASS).join(name).join("flags")).and_then(|file| read(&file));
    text.ok().and_then(|text| parse_flags(&text)).is_some_and(|flags| flags & IFF_LOOPBACK != 0)
}

fn parse_flags(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim().trim_start_matches("0x"), 16).ok()
}

impl Losses {
    fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let at_start = number(&file)?;
        Some(Self { file, at_start, now: at_start })
    }

    /// The file of an interface that was removed gives nothing any more; what was counted stays.
    fn refresh(&mut self) {
        self.now = number(&self.file).unwrap_or(self.now);
    }

    const fn count(&self) -> u64 {
        self.now.saturating_sub(self.at_start)
    }
}

fn open_all(names: &[String], counters: &[&str]) -> Vec<Losses> {
    let of = |name: &String| Path::new(CLASS).join(name).join("statistics");
    names
        .iter()
        .flat_map(|name| counters.iter().filter_map(move |counter| Losses::open(&of(name).join(counter))))
        .collect()
}

/// The interfaces with a device behind them. Of the others, of which a host of containers has hundreds, none has a ring
/// to overflow.
fn cards() -> Vec<String> {
    let entries = std::fs::read_dir(CLASS).into_iter().flatten().flatten();
    let real = entries.filter(|entry| entry.path().join("device").exists());
    real.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn number(file: &File) -> Option<u64> {
    read(file).ok()?.trim().parse().ok()
}

/// The whole of a file that the kernel makes up on reading; none is longer.
fn read(file: &File) -> std::io::Result<String> {
    let mut bytes = [0; 64];
    let len = file.read_at(&mut bytes, 0)?;
    Ok(String::from_utf8_lossy(bytes.get(..len).unwrap_or_default()).into_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn counters_begin_at_zero_and_an_unknown_interface_has_none() {
        let mut any = Device::open(ANY);
        assert_eq!((any.missed(), any.presence()), (0, Presence::Unknown));
        any.refresh();
        let none = Device::open("no such interface");
        assert_eq!((none.missed(), none.discarded(), none.presence()), (0, 0, Presence::Unknown));
    }

    #[test]
    fn loopback_is_there() {
        assert!(is_loopback("lo") && !is_loopback(ANY));
        assert!(matches!(Device::open("lo").presence(), Presence::Up | Presence::Down));
    }
}
