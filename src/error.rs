//! Everything that can stop the program: one variant for each thing a user can act on, in one line.

use std::path::PathBuf;

/// What went wrong, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be opened or read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that is no capture.
    #[error(
        "{path} is not a capture file: {why} (pcap and pcapng are read, plain or compressed by gzip or zstd)"
    )]
    NotACapture {
        /// Which one.
        path: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// A file whose frames have a link type that is not known, so that nothing in it can be read.
    #[error(
        "{path}: link type {number} is not known here; capture on an Ethernet, raw IP, loopback or 'any' interface"
    )]
    LinkType {
        /// Which one.
        path: PathBuf,
        /// The number in the file's header.
        number: u16,
    },
    /// A folder without captures.
    #[error("no capture files in {path} (looked for pcap and pcapng, also .gz and .zst)")]
    NoCaptures {
        /// Which one.
        path: PathBuf,
    },
    /// A filter that libpcap cannot compile.
    #[error(
        "bad filter '{expression}': {why} (the syntax is pcap-filter's, e.g. 'host 10.0.3.7 and port 443')"
    )]
    Filter {
        /// What was asked.
        expression: String,
        /// What libpcap says.
        why: String,
    },
    /// A filter in a program built without libpcap.
    #[error("--filter needs libpcap, and this rstwho was built without it (cargo build --features live)")]
    NoFilter,
    /// An argument that means nothing.
    #[error("{argument} '{value}': {why}")]
    Argument {
        /// Which one.
        argument: &'static str,
        /// What was typed.
        value: String,
        /// What is wrong with it and what would be right.
        why: String,
    },
    /// The output cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}
