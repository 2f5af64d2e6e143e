//! Stories told in scripts, by what they are about: each verdict beside the one that it must not be.

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
mod own_words;
mod program;
mod reused;
mod sender;
mod shut;
mod silence;
mod stack;
mod tls;
mod unheard;
mod unread;
