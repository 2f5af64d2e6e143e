//! curl and libcurl.

use super::events::{CONNECT_TIMEOUT, CUT, HUNG_UP, OWN_TIMEOUT, REFUSED, RESET, TLS, UPLOAD};
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read, write};

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "(52) Empty reply from server",
        program: Program::Curl,
        patterns: &["curl: (52)", "(52) empty reply", "empty reply from server"],
        loose: &["(52)"],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed the connection by FIN before the first byte of its answer.",
        event: HUNG_UP,
    },
    ErrorText {
        text: "(18) transfer closed with outstanding read data remaining",
        program: Program::Curl,
        patterns: &["curl: (18)", "(18) transfer closed", "transfer closed with"],
        loose: &["(18)"],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed by FIN before as much of the body had come as its head announced.",
        event: CUT,
    },
    ErrorText {
        text: "tlsv1 alert …",
        program: Program::Curl,
        patterns: &[
            "tlsv1 alert",
            "tlsv13 alert",
            "sslv3 alert",
            "ssl alert number",
            "err_ssl_tlsv1_alert_unknown_ca",
        ],
        loose: &[],
        sight: None,
        witness: Witness::Either,
        meaning: "The other side ended TLS with an alert, whose text follows: 'certificate required' wants a \
certificate of the client, 'unknown ca' does not trust one. OpenSSL's words.",
        event: TLS,
    },
    ErrorText {
        text: "(35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL",
        program: Program::Curl,
        patterns: &[
            "curl: (35)",
            "(35) openssl",
            "(35) recv failure",
            "(35) tls connect error",
            "ssl_error_syscall",
            "ssl routines … unexpected message",
        ],
        loose: &["(35)"],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "The TLS handshake did not come to its end: an alert, a RST ('Recv failure: Connection reset \
by peer') or a FIN ('unexpected eof', SSL_ERROR_SYSCALL).",
        event: TLS,
    },
    ErrorText {
        text: "(7) Failed to connect",
        program: Program::Curl,
        patterns: &["curl: (7)", "(7) failed to connect", "(7) couldn't connect"],
        loose: &["(7)"],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Client,
        meaning: "connect() failed at once: refused by a RST ('Connection refused'), or by an ICMP error ('No \
route to host').",
        event: REFUSED,
    },
    ErrorText {
        text: "(28) Failed to connect",
        program: Program::Curl,
        patterns: &["(28) failed to connect", "(28) connection timed out", "(28) connection timeout"],
        loose: &[],
        sight: Some(connect("ETIMEDOUT")),
        witness: Witness::Client,
        meaning: "No answer to the SYN before curl's or the system's timeout.",
        event: CONNECT_TIMEOUT,
    },
    ErrorText {
        text: "(28) Operation timed out",
        program: Program::Curl,
        patterns: &["curl: (28)", "(28) operation timed out", "(28) operation too slow"],
        loose: &["(28)"],
        sight: None,
        witness: Witness::Client,
        meaning: "curl's own --max-time ran out, and curl closed the connection.",
        event: OWN_TIMEOUT,
    },
    ErrorText {
        text: "(55) Send failure: Connection reset by peer",
        program: Program::Curl,
        patterns: &["curl: (55)", "(55) send failure", "(55) send()"],
        loose: &["(55)"],
        sight: Some(write("ECONNRESET")),
        witness: Witness::Client,
        meaning: "The server ended the connection while curl was still sending: by RST, or with 'Broken pipe' \
by FIN and RST.",
        event: UPLOAD,
    },
    ErrorText {
        text: "(56) Recv failure: Connection reset by peer",
        program: Program::Curl,
        patterns: &["(56) recv failure", "curl: (56)"],
        loose: &["(56)"],
        sight: Some(read("ECONNRESET")),
        witness: Witness::Client,
        meaning: "A RST arrived after the request was sent: before the answer, or in the middle of it.",
        event: RESET,
    },
];
