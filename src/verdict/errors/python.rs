//! Python.

use super::events::{
    ABORTED, BROKEN_PIPE, CUT, HUNG_UP, OWN_TIMEOUT, REFUSED, RESET, TIMED_OUT, TLS, UNREACHABLE,
};
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read, write};

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "RemoteDisconnected",
        program: Program::Python,
        patterns: &[
            "remotedisconnected",
            "remote end closed connection without response",
            "server disconnected without sending a response",
            "serverdisconnectederror",
        ],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed by FIN before the first byte of its answer.",
        event: HUNG_UP,
    },
    ErrorText {
        text: "IncompleteRead",
        program: Program::Python,
        patterns: &[
            "incompleteread",
            "incomplete chunked read",
            "peer closed connection without sending complete message body",
            "transferencodingerror",
            "invalidchunklength",
            "invalid character in chunk size",
            "incompletereaderror",
        ],
        loose: &["response payload is not completed", "clientpayloaderror", "chunkedencodingerror"],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed by FIN before as much of the body had come as its head announced.",
        event: CUT,
    },
    ErrorText {
        text: "SSLEOFError: EOF occurred in violation of protocol",
        program: Program::Python,
        patterns: &["ssleoferror", "eof occurred in violation of protocol", "unexpected_eof_while_reading"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The other side closed by FIN where TLS goes on: mostly in the handshake.",
        event: TLS,
    },
    ErrorText {
        text: "ConnectionRefusedError: [Errno 111] Connection refused",
        program: Program::Python,
        patterns: &["connectionrefusederror", "[errno 111]"],
        loose: &[],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Client,
        meaning: "The connection was refused at once; the server's program never learned of it.",
        event: REFUSED,
    },
    ErrorText {
        text: "ConnectionResetError: [Errno 104] Connection reset by peer",
        program: Program::Python,
        patterns: &["connectionreseterror", "[errno 104]"],
        loose: &[],
        sight: Some(read("ECONNRESET")),
        witness: Witness::Either,
        meaning: "A RST had arrived on an established connection, and the next call says so, once. A refused \
upload looks the same: an early answer (413) is lost with it.",
        event: RESET,
    },
    ErrorText {
        text: "BrokenPipeError: [Errno 32] Broken pipe",
        program: Program::Python,
        patterns: &["brokenpipeerror", "[errno 32]"],
        loose: &[],
        sight: Some(write("EPIPE")),
        witness: Witness::Either,
        meaning: "The program wrote on after the other side had closed: its first write was answered by a \
RST, this one fails.",
        event: BROKEN_PIPE,
    },
    ErrorText {
        text: "TimeoutError: [Errno 110] Connection timed out",
        program: Program::Python,
        patterns: &["[errno 110]"],
        loose: &[],
        sight: Some(connect("ETIMEDOUT")),
        witness: Witness::Either,
        meaning: "The system gave up: SYNs, data or keep-alive probes stayed unanswered.",
        event: TIMED_OUT,
    },
    ErrorText {
        text: "OSError: [Errno 113] No route to host",
        program: Program::Python,
        patterns: &["[errno 113]", "[errno 101]"],
        loose: &[],
        sight: Some(connect("EHOSTUNREACH")),
        witness: Witness::Client,
        meaning: "An ICMP error answered the SYN, or nobody answers for the address on the local network.",
        event: UNREACHABLE,
    },
    ErrorText {
        text: "ConnectionAbortedError: [Errno 103]",
        program: Program::Python,
        patterns: &["connectionabortederror", "[errno 103]"],
        loose: &[],
        sight: Some(read("ECONNABORTED")),
        witness: Witness::Either,
        meaning: "The connection was given up on this host: by `ss -K`, by security software, or on Windows \
by the system itself.",
        event: ABORTED,
    },
    ErrorText {
        text: "Read timed out",
        program: Program::Python,
        patterns: &["read timed out", "readtimeout", "connecttimeout"],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "The program's own timeout ran out while it waited for the server, and it closes the \
connection.",
        event: OWN_TIMEOUT,
    },
];
