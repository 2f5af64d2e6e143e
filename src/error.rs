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
    #[error(
        "no capture files in {path} (looked for pcap and pcapng, also .gz and .zst; not in folders below it)"
    )]
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
    /// A configuration that cannot be.
    #[error("{path}: {why} (rstwho config prints what can be said there)")]
    Config {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A filter in a program built without libpcap.
    #[error("--filter needs libpcap, and this rstwho was built without it (cargo build --features live)")]
    NoFilter,
    /// Watching in a program built without libpcap.
    #[error(
        "{command} needs libpcap, and this rstwho was built without it (cargo build --features live); replay works"
    )]
    NoLive {
        /// What was asked for.
        command: &'static str,
    },
    /// The system does not let this process capture.
    #[error(
        "capturing on {interface} needs the capability CAP_NET_RAW, which this process does not have: \
         sudo setcap cap_net_raw+ep $(command -v rstwho), or run it with sudo"
    )]
    NoPermission {
        /// Where it was to capture.
        interface: String,
    },
    /// The system does not let this process give up its rights.
    #[error("cannot drop privileges: {why}; start rstwho as another user, or allow capset in its container")]
    Privileges {
        /// What the system says.
        why: String,
    },
    /// The output cannot be written by the user that the program has become.
    #[error(
        "cannot write {path} as {user}, whom rstwho becomes once the interfaces are open: {source}; \
         choose another folder, or --user NAME (root may be named)"
    )]
    WriteAs {
        /// Where to.
        path: PathBuf,
        /// Who, in words.
        user: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// An interface that there is not.
    #[error("there is no interface '{name}'; there are: {known} (rstwho interfaces tells more)")]
    UnknownInterface {
        /// What was asked for.
        name: String,
        /// Those that there are, with commas between.
        known: String,
    },
    /// No interface was named, and none offers itself.
    #[error(
        "no interface but loopback is up: name one, as in 'rstwho watch -i lo' (rstwho interfaces lists them)"
    )]
    NoInterface,
    /// An interface that is configured down.
    #[error("interface {name} is down: sudo ip link set {name} up")]
    InterfaceDown {
        /// Which one.
        name: String,
    },
    /// An interface whose frames begin with something that is not known here.
    #[error(
        "{interface}: frames of link type {number} are not known here; \
         capture on an Ethernet, raw IP, loopback or 'any' interface"
    )]
    LiveLinkType {
        /// Which one.
        interface: String,
        /// The link type's number in libpcap.
        number: i32,
    },
    /// Capturing failed in a way that has no variant of its own.
    #[error("cannot capture on {interface}: {why}")]
    Capture {
        /// Where.
        interface: String,
        /// What libpcap or the system says.
        why: String,
    },
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
    /// The dashboard, and nothing to show it on.
    #[error("--tui needs a terminal, and standard output is none (without it there is a report)")]
    NoTerminal,
    /// The output cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}
