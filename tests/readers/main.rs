//! The capture readers: every format reads back equal, nothing that a file holds can hurt, streams flow.
#![allow(clippy::unwrap_used, reason = "also outside the test functions themselves")]

#[path = "../support/mod.rs"]
mod support;

mod bombs;
mod damage;
mod encapsulation;
mod filter;
mod formats;
mod kept;
#[cfg(feature = "live")]
mod libpcap;
mod merged;
mod opening;
mod properties;
mod streams;
