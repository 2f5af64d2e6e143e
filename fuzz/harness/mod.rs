//! What is done with bytes that may be anything, and what has to hold whatever they are. Each target is one function
//! of bytes; it panics where something does not hold.
#![allow(dead_code, unreachable_pub, reason = "each fuzz target takes its own")]
#![allow(clippy::unwrap_used, reason = "what does not hold is to panic")]
#![allow(clippy::cast_possible_truncation, reason = "bytes are taken for numbers on purpose")]

pub mod decoder;
mod files;
pub mod http;
pub mod pcap;
pub mod pcapng;
pub mod pipe;
mod play;
mod talk;
pub mod tls;
pub mod tracker;

/// A target: its name, which is its corpus's, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 7] = [
    ("decoder", decoder::run),
    ("http", http::run),
    ("pcap", pcap::run),
    ("pcapng", pcapng::run),
    ("pipe", pipe::run),
    ("tls", tls::run),
    ("tracker", tracker::run),
];
