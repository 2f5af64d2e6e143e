//! HTTP/2 and gRPC: one connection carries many calls, and an end of it ends all of them.
//!
//! Texts of gRPC's C core (Python, C++, Ruby, PHP, C#), grpc-go, grpc-java, Go's net/http, Node's http2 and curl.

use super::events::{CALLS_ENDED, CALLS_REFUSED, OWN_TIMEOUT, PEER_SILENT};
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, read};

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "too_many_pings",
        program: Program::Grpc,
        patterns: &["too_many_pings", "too many pings", "enhance_your_calm"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server said GOAWAY (ENHANCE_YOUR_CALM) and closed: the client's keepalive pings come more often than \
it permits (gRPC's servers: one in five minutes, unless told otherwise). Calls that were under way fail.",
        event: CALLS_REFUSED,
    },
    ErrorText {
        text: "server sent GOAWAY and closed the connection",
        program: Program::Go,
        patterns: &["server sent goaway and closed the connection"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server announced the end (GOAWAY) and closed while a request was under way. Requests above \
LastStreamID were not worked on and may be sent again; ErrCode and debug say why.",
        event: CALLS_REFUSED,
    },
    ErrorText {
        text: "GOAWAY received",
        program: Program::Grpc,
        patterns: &["goaway received", "received goaway", "received a goaway", "ERR_HTTP2_GOAWAY_SESSION"],
        loose: &["goaway"],
        sight: None,
        witness: Witness::Client,
        meaning: "The server takes no further requests on this connection: a shutdown, an age limit, an idle limit, or an error \
that its code names. Calls above its last stream were not worked on.",
        event: CALLS_REFUSED,
    },
    ErrorText {
        text: "transport is closing",
        program: Program::Grpc,
        patterns: &["transport is closing", "error reading from server"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "In grpc-go the connection ended, by FIN, RST or the server's GOAWAY, while the call was under way \
(code = Unavailable).",
        event: CALLS_ENDED,
    },
    ErrorText {
        text: "UNAVAILABLE: Socket closed",
        program: Program::Grpc,
        patterns: &["unavailable … socket closed", "stream removed"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "In gRPC's C core the server's FIN came while the call was under way; where it was a RST, the text names that \
(recvmsg: Connection reset by peer).",
        event: CALLS_ENDED,
    },
    ErrorText {
        text: "Network closed for unknown reason",
        program: Program::Grpc,
        patterns: &["network closed for unknown reason", "unavailable: io exception"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "In grpc-java the connection ended under a call without a GOAWAY; what follows 'Caused by' says whether \
it was a FIN or a RST.",
        event: CALLS_ENDED,
    },
    ErrorText {
        text: "http2: client connection lost",
        program: Program::Go,
        patterns: &[
            "keepalive ping failed",
            "keepalive watchdog timeout",
            "keepalive failed",
            "client connection lost",
        ],
        loose: &[],
        sight: None,
        witness: Witness::Either,
        meaning: "A ping of HTTP/2 stayed unanswered, and the program gave the connection up by itself: it ended nothing on \
the wire but its own socket.",
        event: PEER_SILENT,
    },
    ErrorText {
        text: "DEADLINE_EXCEEDED",
        program: Program::Grpc,
        patterns: &["deadline_exceeded", "DeadlineExceeded"],
        loose: &["deadline exceeded"],
        sight: None,
        witness: Witness::Client,
        meaning: "The call's own deadline passed. The client gave up one stream (RST_STREAM CANCEL); the connection lives on.",
        event: OWN_TIMEOUT,
    },
    ErrorText {
        text: "(16) Error in the HTTP2 framing layer",
        program: Program::Curl,
        patterns: &["curl: (16)", "error in the http2 framing layer"],
        loose: &["=(16)", ": (16)"],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "The connection ended before an answer, or what the server speaks is no HTTP/2.",
        event: CALLS_ENDED,
    },
    ErrorText {
        text: "(92) HTTP/2 stream was not closed cleanly",
        program: Program::Curl,
        patterns: &["curl: (92)", "was not closed cleanly"],
        loose: &["=(92)", ": (92)"],
        sight: None,
        witness: Witness::Client,
        meaning: "The answer ended before its end: the server reset the stream, or the connection ended under it.",
        event: CALLS_ENDED,
    },
    ErrorText {
        text: "ERR_HTTP2_STREAM_ERROR",
        program: Program::Node,
        patterns: &[
            "ERR_HTTP2_STREAM_ERROR",
            "ERR_HTTP2_SESSION_ERROR",
            "stream closed with error code nghttp2",
        ],
        loose: &[],
        sight: None,
        witness: Witness::Either,
        meaning: "The other side gave up the stream or the session; the code at the end says why. NGHTTP2_REFUSED_STREAM: the \
request was not worked on, and may be sent again.",
        event: CALLS_REFUSED,
    },
    ErrorText {
        text: "ERR_HTTP2_STREAM_CANCEL",
        program: Program::Node,
        patterns: &["ERR_HTTP2_STREAM_CANCEL", "the pending stream has been canceled"],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "The session ended with this request still under way; what caused it stands behind.",
        event: CALLS_ENDED,
    },
];
