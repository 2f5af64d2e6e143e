//! What the program itself takes.

use std::fs;

use crate::aggregate::Footprint;

/// Its footprint, with room for so many connections.
pub(super) fn of(max_flows: u32) -> Footprint {
    Footprint { room: max_flows, memory: resident(), ring: None }
}

/// Bytes of memory that are in use, where the system says so (proc(5)).
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn linux_says_how_much_memory_is_used() {
        let bytes = super::of(7).memory.expect("it is said");
        assert!((1 << 20..1 << 34).contains(&bytes), "{bytes}");
    }
}
