//! Sessions of TLS that ended without its goodbye, or did not come about in time: rustls, GnuTLS, OpenSSL, Go.

use super::events::{ENDED_ANYHOW, TLS_TIMEOUT, UNCLOSED_TLS};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const UNCLOSED: Alike = Alike { sight: Some(read("EOF")), witness: Witness::Either, event: UNCLOSED_TLS };

/// The client's own limit for the handshake.
const LATE: Alike = Alike { sight: None, witness: Witness::Client, event: TLS_TIMEOUT };

pub(super) const TEXTS: &[ErrorText] = &[
    UNCLOSED.in_words(
        Program::Rust,
        "peer closed connection without sending TLS close_notify",
        &["peer closed connection without sending tls close_notify"],
        "rustls: the other side's FIN came without TLS's goodbye before it, so that nobody can tell whether all had been said. Where the \
protocol tells lengths by itself (HTTP) and all had come, it may be ignored.",
    ),
    UNCLOSED.in_words(
        Program::Tls,
        "The TLS connection was non-properly terminated.",
        &["tls connection was non-properly terminated", "non-properly terminated", "gnutls recv error (-110)"],
        "GnuTLS (-110; wget, and git and curl on Debian): the other side's FIN came without TLS's goodbye (close_notify) before it; behind \
'gnutls_handshake() failed' it came in the handshake, by FIN or RST.",
    ),
    Alike { sight: Some(read("ECONNRESET")), witness: Witness::Either, event: ENDED_ANYHOW }.in_words(
        Program::Tls,
        "Error in the pull function.",
        &["error in the pull function", "error in the push function", "gnutls recv error (-54)", "gnutls send error (-53)"],
        "GnuTLS (-54, of writing -53): the socket itself failed under TLS, mostly by a RST; the system's error is not told.",
    ),
    UNCLOSED.in_words(
        Program::Tls,
        "unexpected eof while reading",
        &["unexpected eof while reading"],
        "OpenSSL 3: the other side's FIN came without TLS's goodbye (close_notify) before it, in the handshake or later. OpenSSL 1.1 took it \
for a normal end or said SSL_ERROR_SYSCALL.",
    ),
    LATE.in_words(
        Program::Go,
        "net/http: TLS handshake timeout",
        &["tls handshake timeout"],
        "Go's client (kubectl, docker, helm): TCP was connected, and TLS was not ready within its own limit (10 s); it closes.",
    ),
    LATE.in_words(
        Program::Python,
        "The handshake operation timed out",
        &["the handshake operation timed out"],
        "Python: TCP was connected, and TLS was not ready within the program's own limit; it closes.",
    ),
];
