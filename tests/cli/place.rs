//! A place to run the program in, as users do.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::pcap::{CLIENT, Capture, SERVER};

/// A folder with captures, and the program to run in it.
pub(crate) struct Place(TempDir);

pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// With `mixed.pcap`: one connection that was closed, one that was reset, one that was refused.
    pub(crate) fn mixed() -> Self {
        let place = Self::new();
        let capture = Capture::new()
            .closed((CLIENT.0, 50_001), SERVER)
            .reset((CLIENT.0, 50_002), SERVER)
            .wait_ms(500)
            .refused((CLIENT.0, 50_003), ([10, 0, 9, 3], 81));
        place.write("mixed.pcap", &capture.bytes());
        place
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("written");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rstwho"));
        command.args(args.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        for name in ["LC_ALL", "LC_CTYPE", "NO_COLOR", "COLUMNS", "TERM"] {
            command.env_remove(name);
        }
        command.env("LANG", "C.UTF-8");
        command
    }

    pub(crate) fn run(&self, args: &str) -> Outcome {
        run(&mut self.command(args))
    }

    pub(crate) fn records(&self, args: &str) -> Vec<Value> {
        let outcome = self.run(args);
        assert_eq!(outcome.stderr, "", "{args}");
        json_lines(&outcome.stdout)
    }
}

pub(crate) fn run(command: &mut Command) -> Outcome {
    let output = command.output().expect("runs");
    Outcome {
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        status: output.status.code().expect("no signal"),
    }
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

pub(crate) fn ends(records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record["end"].as_str()).collect()
}
