//! Browsers.

use super::events::{CALLS_REFUSED, CONNECT_TIMEOUT, CUT, HUNG_UP, REFUSED, RESET, TIMED_OUT, TLS, WRAPPER};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read};

pub(super) const CHROME: &[ErrorText] = &[
    ErrorText {
        text: "net::ERR_CONNECTION_RESET",
        program: Program::Chrome,
        patterns: &["err_connection_reset"],
        loose: &[],
        sight: Some(read("ECONNRESET")),
        witness: Witness::Client,
        meaning: "A RST arrived, in the TLS handshake or before or in the answer.",
        event: RESET,
    },
    ErrorText {
        text: "net::ERR_EMPTY_RESPONSE",
        program: Program::Chrome,
        patterns: &["err_empty_response", "err_connection_closed"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server closed by FIN before the first byte of its answer.",
        event: HUNG_UP,
    },
    ErrorText {
        text: "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
        program: Program::Chrome,
        patterns: &["err_incomplete_chunked_encoding", "err_content_length_mismatch"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The answer broke off before its announced end.",
        event: CUT,
    },
    ErrorText {
        text: "net::ERR_CONNECTION_REFUSED",
        program: Program::Chrome,
        patterns: &["err_connection_refused"],
        loose: &[],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Client,
        meaning: "The connection was refused at once.",
        event: REFUSED,
    },
    ErrorText {
        text: "net::ERR_CONNECTION_TIMED_OUT",
        program: Program::Chrome,
        patterns: &["err_connection_timed_out"],
        loose: &[],
        sight: Some(connect("ETIMEDOUT")),
        witness: Witness::Client,
        meaning: "The SYNs stayed unanswered.",
        event: CONNECT_TIMEOUT,
    },
    ErrorText {
        text: "net::ERR_SSL_PROTOCOL_ERROR",
        program: Program::Chrome,
        patterns: &["err_ssl_protocol_error", "err_ssl_version_or_cipher_mismatch"],
        loose: &[],
        sight: Some(read("ok")),
        witness: Witness::Client,
        meaning: "The TLS handshake failed: an alert of the server's, or what answers speaks no TLS at all.",
        event: TLS,
    },
    ErrorText {
        text: "net::ERR_HTTP2_PROTOCOL_ERROR",
        program: Program::Chrome,
        patterns: &["err_http2_protocol_error", "err_http2_ping_failed", "err_http2_server_refused_stream"],
        loose: &[],
        sight: Some(read("ok")),
        witness: Witness::Client,
        meaning: "The server (or a proxy) ended a stream with RST_STREAM or the connection with GOAWAY, mostly since what is behind it broke off.",
        event: CALLS_REFUSED,
    },
    ErrorText {
        text: "net::ERR_TIMED_OUT",
        program: Program::Chrome,
        patterns: &["err_timed_out"],
        loose: &[],
        sight: Some(read("ETIMEDOUT")),
        witness: Witness::Client,
        meaning: "What was sent stayed unanswered until the system, or the browser, gave up.",
        event: TIMED_OUT,
    },
    ErrorText {
        text: "Failed to fetch",
        program: Program::Chrome,
        patterns: &[
            "typeerror: failed to fetch",
            "networkerror when attempting to fetch resource",
            "typeerror: load failed",
        ],
        loose: &["failed to fetch"],
        sight: None,
        witness: Witness::Client,
        meaning: "A page's fetch() wraps every failure in this text (Chrome, Firefox and Safari, in turn), also a denied origin (CORS); \
what happened is in the browser's network tab.",
        event: WRAPPER,
    },
];

pub(super) const FIREFOX: &[ErrorText] = &[
    Alike { sight: Some(read("ECONNRESET")), witness: Witness::Client, event: RESET }.in_words(
        Program::Firefox,
        "NS_ERROR_NET_RESET",
        &["ns_error_net_reset", "pr_connect_reset_error"],
        "A RST arrived, in the TLS handshake or before or in the answer ('The connection was reset').",
    ),
    Alike { sight: Some(read("EOF")), witness: Witness::Client, event: HUNG_UP }.in_words(
        Program::Firefox,
        "NS_ERROR_NET_EMPTY_RESPONSE",
        &["ns_error_net_empty_response"],
        "The server closed by FIN before the first byte of its answer.",
    ),
    Alike { sight: Some(read("EOF")), witness: Witness::Client, event: CUT }.in_words(
        Program::Firefox,
        "NS_ERROR_NET_PARTIAL_TRANSFER",
        &["ns_error_net_partial_transfer", "ns_error_net_interrupt"],
        "The answer broke off before its announced end ('The connection was interrupted').",
    ),
    Alike { sight: Some(read("EOF")), witness: Witness::Client, event: TLS }.in_words(
        Program::Firefox,
        "PR_END_OF_FILE_ERROR",
        &["pr_end_of_file_error"],
        "The server (or a device before it) closed by FIN in the middle of the TLS handshake.",
    ),
    Alike { sight: Some(connect("ECONNREFUSED")), witness: Witness::Client, event: REFUSED }.in_words(
        Program::Firefox,
        "NS_ERROR_CONNECTION_REFUSED",
        &["ns_error_connection_refused"],
        "The connection was refused at once ('Unable to connect').",
    ),
    Alike { sight: None, witness: Witness::Client, event: CONNECT_TIMEOUT }.in_words(
        Program::Firefox,
        "NS_ERROR_NET_TIMEOUT",
        &["ns_error_net_timeout"],
        "No answer within Firefox's connect timeout (90 s).",
    ),
];
