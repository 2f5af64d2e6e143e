//! Stories told in scripts, by what they are about: each verdict beside the one that it must not be.

mod answered;
mod cut;
mod database;
mod farewell_first;
mod holes;
mod http2;
mod innocent;
mod lossy;
mod merged;
mod mismatch;
mod multipath;
mod network;
mod outage;
mod own_words;
mod program;
mod refused;
mod reused;
mod sender;
mod shut;
mod silence;
mod stack;
mod tls;
mod together;
mod unheard;
mod unread;
