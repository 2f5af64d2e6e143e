//! Ruby's net/http.

use super::events::{CONNECT_TIMEOUT, HUNG_UP, OWN_TIMEOUT};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const CLIENT: Witness = Witness::Client;

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: Some(read("EOF")), witness: CLIENT, event: HUNG_UP }.in_words(
        Program::Ruby,
        "EOFError (end of file reached)",
        &["eoferror", "end of file reached"],
        "The stream ended by FIN where an answer, or more of one, was due.",
    ),
    Alike { sight: None, witness: CLIENT, event: CONNECT_TIMEOUT }.in_words(
        Program::Ruby,
        "Net::OpenTimeout (execution expired)",
        &["net::opentimeout"],
        "No connection within the program's own limit (open_timeout, 60 s).",
    ),
    Alike { sight: None, witness: CLIENT, event: OWN_TIMEOUT }.in_words(
        Program::Ruby,
        "Net::ReadTimeout",
        &["net::readtimeout", "net::writetimeout"],
        "The program's own limit for one read (read_timeout, 60 s) ran out, and it closes the connection.",
    ),
];
