//! What the program itself takes. The file that tells is opened once, while files may be opened.

use std::fs::File;
use std::io;
use std::sync::OnceLock;

use crate::aggregate::Footprint;

/// Its footprint, with room for so many connections, of which so many percent are taken.
pub(super) fn of(max_flows: u32, fullness: u8) -> Footprint {
    Footprint { room: max_flows, fullness, memory: resident(), ring: None }
}

/// Bytes of memory that are in use, where the system says so (proc(5)).
fn resident() -> Option<u64> {
    static STATUS: OnceLock<Option<File>> = OnceLock::new();
    let file = STATUS.get_or_init(|| File::open("/proc/self/status").ok()).as_ref()?;
    let mut bytes = [0; 4096];
    let len = read_at_start(file, &mut bytes).ok()?;
    let status = String::from_utf8_lossy(bytes.get(..len)?);
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(unix)]
fn read_at_start(file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, 0)
}

/// There is no such file elsewhere.
#[cfg(not(unix))]
fn read_at_start(_file: &File, _bytes: &mut [u8]) -> io::Result<usize> {
    Ok(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn linux_says_how_much_memory_is_used() {
        let bytes = super::of(7, 0).memory.expect("it is said");
        assert!((1 << 20..1 << 34).contains(&bytes), "{bytes}");
    }
}
