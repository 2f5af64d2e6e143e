//! Certificates that somebody does not trust, in every language's words.

use super::events::{CERTIFICATE, TLS};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

/// Nothing failed on the wire: the program itself gave up.
const REFUSED_BY_CLIENT: Alike = Alike { sight: None, witness: Witness::Client, event: CERTIFICATE };

/// The other way round: the server asks its client for one.
const REFUSED_BY_SERVER: Alike =
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: TLS };

pub(super) const TEXTS: &[ErrorText] = &[
    REFUSED_BY_SERVER.in_words(
        Program::Any,
        "peer did not return a certificate",
        &[
            "did not return a certificate",
            "didn't provide a certificate",
            "no required ssl certificate was sent",
            "certificate required",
        ],
        "The server asks each client for a certificate (mutual TLS), and this one had none: it says so in an alert, and closes. In TLS 1.3 the \
client takes the handshake for done by then, and its first read fails.",
    ),
    REFUSED_BY_CLIENT.in_words(
        Program::Node,
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        &[
            "depth_zero_self_signed_cert",
            "self_signed_cert_in_chain",
            "unable_to_verify_leaf_signature",
            "unable_to_get_issuer_cert_locally",
            "unable_to_get_issuer_cert",
            "cert_has_expired",
            "err_tls_cert_altname_invalid",
            "unable to verify the first certificate",
        ],
        "Node does not trust the server's certificate (who signed it, its dates, or its name), and closes after the handshake \
or in its midst, without an alert. The server may log ECONNRESET.",
    ),
    REFUSED_BY_CLIENT.in_words(
        Program::Go,
        "x509: certificate signed by unknown authority",
        &["x509: certificate", "x509: cannot validate certificate", "tls: failed to verify certificate"],
        "Go does not trust the other side's certificate (who signed it, its dates, or its name): it sends an alert, 'bad certificate', \
and closes. Of a server it is the client's certificate.",
    ),
    REFUSED_BY_CLIENT.in_words(
        Program::Python,
        "CERTIFICATE_VERIFY_FAILED",
        &["certificate_verify_failed", "sslcertverificationerror"],
        "Python does not trust the server's certificate (who signed it, its dates, or its name): OpenSSL sends an alert that says \
why, and the program closes.",
    ),
    REFUSED_BY_CLIENT.in_words(
        Program::Java,
        "PKIX path building failed",
        &[
            "pkix path building failed",
            "pkix path validation failed",
            "unable to find valid certification path",
            "certificateexception: no subject alternative",
        ],
        "Java does not trust the server's certificate (its trust store lacks who signed it, or the name does not match): it sends an alert, \
mostly 'certificate unknown', and closes.",
    ),
    REFUSED_BY_CLIENT.in_words(
        Program::Curl,
        "(60) SSL certificate problem",
        &["curl: (60)", "(60) ssl", "ssl certificate problem", "no alternative certificate subject name matches"],
        "curl does not trust the server's certificate (who signed it, its dates, or its name): an alert says why, and curl closes.",
    ),
    REFUSED_BY_CLIENT.in_words(
        Program::Chrome,
        "net::ERR_CERT_AUTHORITY_INVALID",
        &["err_cert_authority_invalid", "err_cert_common_name_invalid", "err_cert_date_invalid", "err_cert_revoked"],
        "The browser does not trust the server's certificate, closes, and asks its user; the first connections end without a request.",
    ),
    REFUSED_BY_CLIENT.in_words(
        Program::Any,
        "certificate verify failed",
        &[
            "certificate verify failed",
            "certificate verify error",
            "certificate verification failed",
            "self-signed certificate",
            "self signed certificate",
            "certificate has expired",
            "invalid peer certificate",
            "remote certificate is invalid",
            "unable to get local issuer certificate",
        ],
        "A TLS library does not trust the other side's certificate: who signed it, its dates, or its name. Mostly an alert says why, and \
the program closes.",
    ),
];
