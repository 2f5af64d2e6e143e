//! What a process may do, as `/proc/PID/status` tells it.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A child that is killed when it is forgotten.
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Kept {
    /// Waits until it is so.
    pub(crate) fn until(&self, is_so: impl Fn(&Held) -> bool) {
        let begun = Instant::now();
        while !is_so(&Held::of(self.0.id())) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", Held::of(self.0.id()));
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The rights of one thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Real, effective, saved, of the file system.
    pub(crate) uids: Vec<u32>,
    pub(crate) gids: Vec<u32>,
    pub(crate) groups: usize,
    pub(crate) inheritable: u64,
    pub(crate) permitted: u64,
    pub(crate) effective: u64,
    pub(crate) bounding: u64,
    pub(crate) ambient: u64,
    pub(crate) no_new_privs: bool,
    /// seccomp with a program.
    pub(crate) filters: bool,
}

impl Held {
    pub(crate) fn of(pid: u32) -> Self {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap())
    }

    /// Those of every thread.
    pub(crate) fn of_each_thread(pid: u32) -> Vec<Self> {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let status = threads.map(|thread| fs::read_to_string(thread.unwrap().path().join("status")).unwrap());
        status.map(|status| Self::parse(&status)).collect()
    }

    fn parse(status: &str) -> Self {
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.unwrap_or_else(|| panic!("no {name} in {status}")).trim()
        };
        let set = |name: &str| u64::from_str_radix(field(name), 16).unwrap();
        let ids = |name: &str| field(name).split_whitespace().map(|id| id.parse().unwrap()).collect();
        Self {
            uids: ids("Uid"),
            gids: ids("Gid"),
            groups: field("Groups").split_whitespace().count(),
            inheritable: set("CapInh"),
            permitted: set("CapPrm"),
            effective: set("CapEff"),
            bounding: set("CapBnd"),
            ambient: set("CapAmb"),
            no_new_privs: field("NoNewPrivs") == "1",
            filters: field("Seccomp") == "2",
        }
    }

    /// No capability in any set that counts.
    pub(crate) fn has_no_capabilities(&self) -> bool {
        [self.inheritable, self.permitted, self.effective, self.ambient] == [0; 4]
    }
}

pub(crate) fn is_root() -> bool {
    Held::of(std::process::id()).uids[1] == 0
}

/// Not through `eprintln!`, which the test harness keeps to itself where a test passes.
pub(crate) fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

pub(crate) fn rstwho(args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rstwho"));
    command.args(args.split_whitespace()).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Everything that was tried has failed, but for what is in `possible`; where the kernel can do that.
pub(crate) fn assert_refused(output: &Output, possible: &[&str]) {
    let (tried, said) = (text(&output.stdout), text(&output.stderr));
    // A kernel that cannot says so, and then there is nothing to test.
    if said.contains("not confined") {
        return skip(&said);
    }
    let lines: Vec<(&str, &str)> = tried.lines().filter_map(|line| line.split_once(": ")).collect();
    assert!(lines.len() >= 16, "{tried}{said}");
    for (what, outcome) in lines {
        let wanted = if possible.contains(&what) { "possible" } else { "refused: " };
        assert!(outcome.starts_with(wanted), "{what}: {outcome}");
    }
    assert!(output.status.success(), "{said}");
}
