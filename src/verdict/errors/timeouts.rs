//! Time-outs of a program's own, which no packet tells of: it gives up, and closes.

use super::events::{OWN_TIMEOUT, SLOW_CLIENT};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::Program;

const CLIENT: Alike = Alike { sight: None, witness: Witness::Client, event: OWN_TIMEOUT };

pub(super) const TEXTS: &[ErrorText] = &[
    CLIENT.in_words(
        Program::Curl,
        "Operation timed out after … milliseconds",
        &["operation timed out after"],
        "libcurl (also PHP's and git's): its own limit for the whole transfer ran out, and it closes. How many bytes had come stands behind it.",
    ),
    CLIENT.in_words(
        Program::Node,
        "timeout of … ms exceeded",
        &["timeout of … exceeded", "timeout awaiting '", "ERR_CANCELED", "AbortError", "TimeoutError: The operation was aborted"],
        "axios, got and fetch(): the program's own limit ran out (or it aborted the request itself), and it closes the connection.",
    ),
    CLIENT.in_words(
        Program::Database,
        "Lost connection to MySQL server during query (timed out)",
        &["during query (timed out)", "timeout reading from socket", "read timed out on socket", "query timeout"],
        "A database's client waited for as long as it may for an answer, and closed; the server may still be working on it.",
    ),
    CLIENT.in_words(
        Program::Transfer,
        "communications error … timed out",
        &["communications error … timed out", "no servers could be reached", "connection timed out during banner exchange"],
        "dig and ssh: the connection was made, and nothing was said on it in time.",
    ),
    Alike { sight: None, witness: Witness::Downstream, event: SLOW_CLIENT }.in_words(
        Program::Nginx,
        "client timed out (110: Connection timed out)",
        &["client timed out"],
        "nginx's own limit for a client (client_header_timeout, client_body_timeout, keepalive_timeout, send_timeout) ran out, and nginx \
closes; no packet was lost.",
    ),
    Alike { sight: None, witness: Witness::Upstream, event: OWN_TIMEOUT }.in_words(
        Program::Haproxy,
        "Layer7 timeout",
        &["layer6 timeout", "layer7 timeout", "ERR_READ_TIMEOUT"],
        "A proxy's check (HAProxy) or request (Squid) had no answer from the server behind it within its own limit, and it closes.",
    ),
];
