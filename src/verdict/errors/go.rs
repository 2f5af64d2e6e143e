//! Go, and the texts of the C library, which Go writes in lower case.

use super::events::{
    BROKEN_PIPE, CLIENT_LEFT, CONNECT_TIMEOUT, CUT, HUNG_UP, OWN_CLOSE, OWN_TIMEOUT, REFUSED, RESET, STALE,
    TIMED_OUT, TLS, UNREACHABLE, UPLOAD,
};
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read, write};

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "http: server closed idle connection",
        program: Program::Go,
        patterns: &["server closed idle connection"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "Go's pool sent a request into a kept-alive connection just as the server closed it. Go \
repeats idempotent requests by itself; this one it could not.",
        event: STALE,
    },
    ErrorText {
        text: "use of closed network connection",
        program: Program::Go,
        patterns: &["use of closed network connection", "use of closed connection", "net.errclosed"],
        loose: &[],
        sight: None,
        witness: Witness::Either,
        meaning: "This program itself had closed the connection (or its listener: a shutdown), and another goroutine still read or \
wrote; no packet tells of that. Look for what closed it: a cancelled context, a timeout, an earlier error.",
        event: OWN_CLOSE,
    },
    ErrorText {
        text: "http: TLS handshake error",
        program: Program::Go,
        patterns: &["tls handshake error"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Server,
        meaning: "Of Go's server: the TLS handshake with a client failed. 'EOF' behind it is that client's FIN, 'connection \
reset by peer' a RST, 'remote error' an alert of the client's, whose text follows: often one that does not trust the certificate, or a check.",
        event: TLS,
    },
    ErrorText {
        text: "remote error: tls",
        program: Program::Go,
        patterns: &["remote error: tls", "tls: handshake failure", "tls: bad certificate"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Either,
        meaning: "The other side ended the TLS handshake with an alert, whose text follows.",
        event: TLS,
    },
    ErrorText {
        text: "write: connection reset by peer",
        program: Program::Go,
        patterns: &["write: connection reset by peer"],
        loose: &[],
        sight: Some(write("ECONNRESET")),
        witness: Witness::Either,
        meaning: "A RST arrived while the program was still writing. An early answer of the server (413) is \
lost with it.",
        event: UPLOAD,
    },
    ErrorText {
        text: "connection reset by peer",
        program: Program::Any,
        patterns: &["connection reset by peer"],
        loose: &[],
        sight: Some(read("ECONNRESET")),
        witness: Witness::Either,
        meaning: "A RST had arrived on an established connection, and the next read says so. (The C library's \
text: other programs print the same.)",
        event: RESET,
    },
    ErrorText {
        text: "broken pipe",
        program: Program::Any,
        patterns: &["broken pipe"],
        loose: &[],
        sight: Some(write("EPIPE")),
        witness: Witness::Either,
        meaning: "The program wrote on after the other side had closed: its first write was answered by a \
RST, this one fails. (The C library's text: other programs print the same.)",
        event: BROKEN_PIPE,
    },
    ErrorText {
        text: "unexpected EOF",
        program: Program::Go,
        patterns: &["unexpected eof", "invalid byte in chunk length"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Either,
        meaning: "The stream ended by FIN in the middle of a message: for a client less of the answer came \
than was announced, for a server its client left.",
        event: CUT,
    },
    ErrorText {
        text: "malformed MIME header",
        program: Program::Go,
        patterns: &["malformed mime header"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "The answer broke off in its head, by FIN or RST: Go reports the half line and hides the \
reset.",
        event: CUT,
    },
    ErrorText {
        text: "context canceled",
        program: Program::Go,
        patterns: &["context canceled"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Server,
        meaning: "A server's (or reverse proxy's) request was given up because its client left; a client says \
the same of a request that its own program cancelled.",
        event: CLIENT_LEFT,
    },
    ErrorText {
        text: "dial tcp: i/o timeout",
        program: Program::Go,
        patterns: &["dial tcp … i/o timeout"],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "No answer to the SYN within the dialer's timeout.",
        event: CONNECT_TIMEOUT,
    },
    ErrorText {
        text: "i/o timeout",
        program: Program::Go,
        patterns: &[
            "i/o timeout",
            "context deadline exceeded",
            "client.timeout exceeded",
            "timeout awaiting response headers",
        ],
        loose: &[],
        sight: None,
        witness: Witness::Either,
        meaning: "The program's own deadline ran out; no packet says so. Behind 'dial' it was still \
connecting, behind 'read' the other side was slower than the deadline.",
        event: OWN_TIMEOUT,
    },
    ErrorText {
        text: "connection refused",
        program: Program::Any,
        patterns: &["connection refused"],
        loose: &[],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Client,
        meaning: "The connection was refused at once; the server's program never learned of it. (The C \
library's text: other programs print the same.)",
        event: REFUSED,
    },
    ErrorText {
        text: "connection timed out",
        program: Program::Any,
        patterns: &["connection timed out"],
        loose: &[],
        sight: Some(read("ETIMEDOUT")),
        witness: Witness::Either,
        meaning: "The system gave up: SYNs, data or keep-alive probes stayed unanswered. (The C library's \
text: other programs print the same.)",
        event: TIMED_OUT,
    },
    ErrorText {
        text: "no route to host",
        program: Program::Any,
        patterns: &["no route to host", "network is unreachable"],
        loose: &[],
        sight: Some(connect("EHOSTUNREACH")),
        witness: Witness::Client,
        meaning: "An ICMP error answered the SYN, or nobody answers for the address on the local network. \
(The C library's text: other programs print the same.)",
        event: UNREACHABLE,
    },
    ErrorText {
        text: "EOF",
        program: Program::Go,
        patterns: &["\": eof"],
        loose: &["EOF", "=eof", ": eof"],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed by FIN, and not one byte of the answer had come.",
        event: HUNG_UP,
    },
];
