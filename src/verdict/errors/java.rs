//! Java.

use super::events::{
    BROKEN_PIPE, CONNECT_TIMEOUT, CUT, HUNG_UP, OWN_TIMEOUT, REFUSED, RESET, TIMED_OUT, TLS, UNREACHABLE,
};
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read, write};

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "header parser received no bytes",
        program: Program::Java,
        patterns: &["header parser received no bytes"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "Java's HttpClient: the server ended the connection before the first byte of its answer, by \
FIN or by RST.",
        event: HUNG_UP,
    },
    ErrorText {
        text: "Unexpected end of file from server",
        program: Program::Java,
        patterns: &[
            "unexpected end of file from server",
            "nohttpresponseexception",
            "unexpected end of stream on",
            "connection prematurely closed before response",
            "the target server failed to respond",
        ],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed by FIN before the first byte of its answer (HttpURLConnection; Apache's \
HttpClient says NoHttpResponseException).",
        event: HUNG_UP,
    },
    ErrorText {
        text: "Premature EOF",
        program: Program::Java,
        patterns: &[
            "premature eof",
            "premature end of content-length",
            "premature end of chunk",
            "fixed content-length",
            "connection prematurely closed during response",
        ],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed by FIN before as much of the body had come as its head announced. \
HttpURLConnection may say nothing at all: compare the length.",
        event: CUT,
    },
    ErrorText {
        text: "Remote host terminated the handshake",
        program: Program::Java,
        patterns: &["remote host terminated the handshake", "remote host closed connection during handshake"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The other side ended the connection in the middle of the TLS handshake.",
        event: TLS,
    },
    ErrorText {
        text: "ConnectException: Connection refused",
        program: Program::Java,
        patterns: &["connectexception: connection refused"],
        loose: &[],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Client,
        meaning: "The connection was refused at once; the server's program never learned of it.",
        event: REFUSED,
    },
    ErrorText {
        text: "ConnectException: Connection timed out",
        program: Program::Java,
        patterns: &["connectexception: connection timed out", "connect timed out"],
        loose: &[],
        sight: Some(connect("ETIMEDOUT")),
        witness: Witness::Client,
        meaning: "The SYN and its repetitions stayed unanswered until the system, or the program's own \
timeout, gave up.",
        event: CONNECT_TIMEOUT,
    },
    ErrorText {
        text: "NoRouteToHostException: No route to host",
        program: Program::Java,
        patterns: &["noroutetohostexception", "connectexception: network is unreachable"],
        loose: &[],
        sight: Some(connect("EHOSTUNREACH")),
        witness: Witness::Client,
        meaning: "An ICMP error answered the SYN, or nobody answers for the address on the local network.",
        event: UNREACHABLE,
    },
    ErrorText {
        text: "SocketException: Connection timed out",
        program: Program::Java,
        patterns: &["socketexception: connection timed out"],
        loose: &[],
        sight: Some(read("ETIMEDOUT")),
        witness: Witness::Either,
        meaning: "The system gave up: data or keep-alive probes stayed unanswered.",
        event: TIMED_OUT,
    },
    ErrorText {
        text: "SocketTimeoutException",
        program: Program::Java,
        patterns: &["sockettimeoutexception", "httptimeoutexception"],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "The program's own timeout ran out while it waited for the server, and it closes the \
connection.",
        event: OWN_TIMEOUT,
    },
    ErrorText {
        text: "Connection reset",
        program: Program::Java,
        patterns: &["socketexception: connection reset", "ioexception: connection reset by peer"],
        loose: &["connection reset"],
        sight: Some(read("ECONNRESET")),
        witness: Witness::Either,
        meaning: "A RST had arrived on an established connection, and the next read or write says so.",
        event: RESET,
    },
    ErrorText {
        text: "IOException: Broken pipe",
        program: Program::Java,
        patterns: &["socketexception: broken pipe", "ioexception: broken pipe"],
        loose: &[],
        sight: Some(write("EPIPE")),
        witness: Witness::Either,
        meaning: "The program wrote on after the other side had closed: its first write was answered by a \
RST, this one fails.",
        event: BROKEN_PIPE,
    },
];
