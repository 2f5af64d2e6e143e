//! Programs that were answered in something else than what they speak: HTTP/2 where HTTP/1 was asked, the other way round, or no TLS.

use super::events::{OTHER_HTTP, TLS};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

/// A program that speaks HTTP/1, or gRPC or HTTP/2, with a server that does not.
const MISUNDERSTOOD: Alike = Alike { sight: Some(read("ok")), witness: Witness::Client, event: OTHER_HTTP };

pub(super) const TEXTS: &[ErrorText] = &[
    MISUNDERSTOOD.in_words(
        Program::Node,
        "Parse Error: Expected HTTP/",
        &["HPE_INVALID_CONSTANT", "parse error: expected http"],
        "The first bytes of the answer are no HTTP/1: the server speaks HTTP/2, TLS or something else on that port.",
    ),
    MISUNDERSTOOD.in_words(
        Program::Node,
        "ERR_HTTP2_ERROR: Protocol error",
        &["ERR_HTTP2_ERROR"],
        "What came is no HTTP/2: mostly a server that answers in HTTP/1.",
    ),
    MISUNDERSTOOD.in_words(
        Program::Go,
        "malformed HTTP response",
        &["malformed http response", "malformed http status code", "malformed http version"],
        "The first bytes of the answer, which the text quotes, are no HTTP/1: \\x00\\x00 and \\x04 are an HTTP/2 server's settings, \
\\x15\\x03 is a TLS alert.",
    ),
    MISUNDERSTOOD.in_words(
        Program::Grpc,
        "http2: frame too large",
        &[
            "http2: frame too large",
            "looked like an http/1.1 header",
            "trying to connect an http1.x server",
            "first received frame was not settings",
        ],
        "What answers speaks no HTTP/2: HTTP/1 (another port, a proxy on the way; grpc-java quotes 48 54 54 50), or TLS, of which the \
client uses none (15 03 is its alert).",
    ),
    MISUNDERSTOOD.in_words(
        Program::Python,
        "BadStatusLine",
        &["BadStatusLine"],
        "The first line of the answer, which the text quotes, is no HTTP/1. Where it quotes nothing, the server closed without a word.",
    ),
    MISUNDERSTOOD.in_words(
        Program::Curl,
        "(1) Received HTTP/0.9 when not allowed",
        &["received http/0.9 when not allowed"],
        "The first bytes of the answer are no HTTP/1: the server speaks HTTP/2 or something else on that port.",
    ),
    ErrorText {
        witness: Witness::Upstream,
        ..MISUNDERSTOOD.in_words(
            Program::Nginx,
            "upstream sent no valid HTTP/1.0 header",
            &["upstream sent no valid http/1.0 header"],
            "The upstream's answer is no HTTP/1: a gRPC or HTTP/2 server behind proxy_pass (grpc_pass speaks HTTP/2), or TLS behind http://.",
        )
    },
    ErrorText {
        text: "wrong version number",
        program: Program::Curl,
        patterns: &[
            "wrong version number",
            "ssl routines…packet length too long",
            "first record does not look like a tls handshake",
        ],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "What came back is no TLS: the port speaks in clear (HTTP, SMTP, SSH), or a proxy on the way \
answered in clear. OpenSSL's words; Go's are 'first record does not look like a TLS handshake'.",
        event: TLS,
    },
];
