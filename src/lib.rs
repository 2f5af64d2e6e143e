//! rstwho: who ended this TCP connection, how, and why.
#![forbid(unsafe_code)]

pub mod aggregate;
pub mod capture;
pub mod cli;
pub mod config;
pub mod context;
pub mod decode;
pub mod engine;
pub mod error;
pub mod flow;
pub mod run;
pub mod time;
pub mod verdict;
pub mod view;
