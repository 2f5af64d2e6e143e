//! iOS and macOS: `NSURLSession`.

use super::events::{OWN_TIMEOUT, REFUSED, STALE, TLS};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read};

const CLIENT: Witness = Witness::Client;

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: CLIENT, event: STALE }.in_words(
        Program::Apple,
        "The network connection was lost (-1005)",
        &["the network connection was lost", "nsurlerrorconnectionlost", "nsurlerrornetworkconnectionlost", "code=-1005"],
        "The connection ended under a request, mostly a kept-alive one that the server had closed in the meantime; a change of network \
does the same.",
    ),
    Alike { sight: None, witness: CLIENT, event: OWN_TIMEOUT }.in_words(
        Program::Apple,
        "The request timed out. (-1001)",
        &["the request timed out.", "nsurlerrortimedout", "code=-1001"],
        "The program's own timeout (60 s without news, unless set) ran out, and it closes the connection.",
    ),
    Alike { sight: Some(connect("ECONNREFUSED")), witness: CLIENT, event: REFUSED }.in_words(
        Program::Apple,
        "Could not connect to the server (-1004)",
        &["could not connect to the server", "nsurlerrorcannotconnecttohost", "code=-1004"],
        "The connection was refused, or no address of the server could be reached.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: CLIENT, event: TLS }.in_words(
        Program::Apple,
        "An SSL error has occurred (-1200)",
        &["an ssl error has occurred", "nsurlerrorsecureconnectionfailed", "code=-1200"],
        "The TLS handshake failed: the server ended it, or the two have no version or cipher in common.",
    ),
];
