//! rstwho: who ended this TCP connection, how, and why.
//!
//! A packet travels one way, and the folders are its stations:
//!
//! ```text
//!            frames            segments         closes             verdicts            snapshot, records
//! capture ───────────► decode ──────────► flow ────────► verdict ────────────► aggregate ─────────────► view
//!  files, interfaces    bytes to values    the tracker      ▲  rules, evidence     peers, causes, totals    table, jsonl, csv
//!  (I/O in)             (pure)             (pure)           │  (pure)              (pure)                  (I/O out)
//!                                             └─► context ──┘
//!                                              the neighbours (pure)
//! ```
//!
//! What lies between `capture` and `view` is pure: the same bytes and time stamps give the same verdicts, with no card,
//! clock, thread or terminal. [`engine`] is that middle; [`run`] is the only place that wires it to the world.
//!
//! The import law, held by `tests/layering.rs`: [`time`] names nothing, nor do `ahead` (memory that will be needed) and
//! `index` (places by hash), which [`flow`], [`context`] and [`aggregate`] may name; [`decode`] names time; [`flow`] decode and time;
//! [`context`] flow, decode and time; [`verdict`] those and context; [`aggregate`] verdict and time; [`engine`] those;
//! [`capture`] time, error and decode's `Frame`; [`view`] aggregate, verdict, config, error and time, never flow, capture
//! or engine; [`run`] everything, and nobody names `run` but `main`.
//!
//! Where to start: [`flow::Close`] is the waist of the hourglass, everything that is known of one connection by value;
//! [`verdict::rules::RULES`] is the shelf of causes, one file each; [`verdict::Verdict`] is what every output shows.
#![forbid(unsafe_code)]

// The generator of the benchmarks, which some tests here share, knows the crate by its name.
#[cfg(test)]
extern crate self as rstwho;

pub mod aggregate;
mod ahead;
pub mod capture;
pub mod cli;
pub mod config;
pub mod context;
pub mod decode;
pub mod engine;
pub mod error;
pub mod flow;
mod index;
pub mod run;
pub mod time;
pub mod verdict;
pub mod view;
