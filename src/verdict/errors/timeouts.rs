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
        &["during query (timed out)"],
        "A database's client waited for as long as it may for an answer, and closed; the server may still be working on it.",
    ),
    CLIENT.in_words(
        Program::Database,
        "Timeout reading from socket",
        &["timeout reading from socket", "query timeout"],
        "A client of Redis (or, 'query timeout', pgbouncer) waited for as long as it may for an answer, and closed; of a command that waits \
(BLPOP) that limit has to be longer than the command's own.",
    ),
    CLIENT.in_words(
        Program::Transfer,
        "communications error … timed out",
        &["communications error … timed out", "no servers could be reached"],
        "dig: the server of names did not answer in time; over TCP the connection had been made.",
    ),
    CLIENT.in_words(
        Program::Ssh,
        "Connection timed out during banner exchange",
        &["timed out during banner exchange"],
        "ssh: the connection was made, and the server did not say in time which SSH it speaks (ConnectTimeout).",
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
        &["layer6 timeout", "layer7 timeout"],
        "HAProxy's check had no answer (of TLS, or of the server's program) within its own limit (timeout check), and it closes.",
    ),
    Alike { sight: None, witness: Witness::Upstream, event: OWN_TIMEOUT }.in_words(
        Program::Proxy,
        "ERR_READ_TIMEOUT",
        &["ERR_READ_TIMEOUT"],
        "Squid had no answer from the server behind it within its own limit (read_timeout), and it closes.",
    ),
];
