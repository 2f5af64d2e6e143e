//! .NET's `HttpClient` and sockets.

use super::events::{ANSWER_LOST, CUT, OWN_TIMEOUT, RESET, STALE, TLS, WRAPPER};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const CLIENT: Witness = Witness::Client;

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: CLIENT, event: STALE }.in_words(
        Program::Dotnet,
        "A connection that was expected to be kept alive was closed by the server",
        &["expected to be kept alive was closed by the server"],
        "The request went into a kept-alive connection just as the server closed it.",
    ),
    Alike { sight: Some(read("EOF")), witness: CLIENT, event: CUT }.in_words(
        Program::Dotnet,
        "The response ended prematurely, with at least … additional bytes expected",
        &["response ended prematurely, with at least"],
        "The server closed by FIN before as much of the body had come as its head announced.",
    ),
    Alike { sight: Some(read("EOF")), witness: CLIENT, event: ANSWER_LOST }.in_words(
        Program::Dotnet,
        "The response ended prematurely.",
        &["response ended prematurely", "ResponseEnded"],
        "The server closed by FIN before the head of its answer was whole, or in the midst of a body that is sent in chunks (.NET says the same).",
    ),
    Alike { sight: Some(read("ECONNRESET")), witness: Witness::Either, event: RESET }.in_words(
        Program::Dotnet,
        "Unable to read data from the transport connection",
        &["unable to read data from the transport connection", "error while copying content to a stream"],
        "A RST had arrived on an established connection; 'forcibly closed by the remote host' and 'Connection reset by peer' are its names \
on Windows and Linux.",
    ),
    Alike { sight: None, witness: CLIENT, event: OWN_TIMEOUT }.in_words(
        Program::Dotnet,
        "The request was canceled due to the configured HttpClient.Timeout",
        &["configured HttpClient.Timeout", "taskcanceledexception"],
        "The program's own timeout (100 s unless set) ran out, and it closes the connection.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: CLIENT, event: TLS }.in_words(
        Program::Dotnet,
        "The SSL connection could not be established",
        &["the ssl connection could not be established", "received an unexpected EOF or 0 bytes from the transport stream"],
        "The TLS handshake failed; the exception within says whether the other side ended it or the certificate was not trusted.",
    ),
    Alike { sight: None, witness: CLIENT, event: WRAPPER }.in_words(
        Program::Dotnet,
        "An error occurred while sending the request",
        &["an error occurred while sending the request"],
        "HttpRequestException wraps every failure before the head of an answer in this text; what happened is in its InnerException.",
    ),
];
