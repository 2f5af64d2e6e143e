//! Rust's hyper, which reqwest, tonic and axum wrap.

use super::events::{CUT, HUNG_UP, WRAPPER};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: Some(read("EOF")), witness: Witness::Either, event: HUNG_UP }.in_words(
        Program::Rust,
        "connection closed before message completed",
        &["connection closed before message completed", "hyper … incompletemessage"],
        "hyper (IncompleteMessage): the other side closed by FIN before a head was whole: for a client the server gave no answer, and a \
server says so of a client that left in the midst of its request.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: CUT }.in_words(
        Program::Rust,
        "error reading a body from connection",
        &["error reading a body from connection", "end of file before message length reached"],
        "hyper: the stream broke off in the midst of a body; what stands behind it says whether by FIN ('end of file', 'unexpected EOF') or \
by RST.",
    ),
    Alike { sight: None, witness: Witness::Client, event: WRAPPER }.in_words(
        Program::Rust,
        "error sending request for url",
        &["error sending request for url", "client error (sendrequest)", "client error (connect)"],
        "reqwest wraps every failure before the head of an answer in this text; what happened is in its source(): log that.",
    ),
];
