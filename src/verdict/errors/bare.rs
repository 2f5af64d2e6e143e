//! Texts that hold another error and say little by themselves: PHP, Ruby, LDAP.

use super::events::{NO_SERVER, NOT_MADE, TLS_UNDONE, UNANSWERED, WRAPPER};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const CLIENT: Witness = Witness::Client;

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: None, witness: CLIENT, event: NO_SERVER }.in_words(
        Program::Ldap,
        "Can't contact LDAP server (-1)",
        &["can't contact ldap server", "ldap_server_down", "LDAPSocketOpenError", "LDAPSessionTerminatedByServerError"],
        "libldap says this of a refusal, of no answer, of TLS that failed, and of a server that ended, by FIN or RST, before or instead of its answer.",
    ),
    Alike { sight: None, witness: CLIENT, event: TLS_UNDONE }.in_words(
        Program::Php,
        "Unable to connect to … (Unknown error)",
        &["unable to connect to … (unknown error)", "failed to enable crypto"],
        "PHP: with ssl:// the connection was made, and TLS did not come about: no TLS on that port, an end in the handshake, a certificate.",
    ),
    Alike { sight: None, witness: CLIENT, event: NOT_MADE }.in_words(
        Program::Php,
        "fsockopen(): Unable to connect to …",
        &["fsockopen(): unable to connect", "stream_socket_client(): unable to connect"],
        "PHP could not connect; the text in brackets is the system's (Connection refused, Connection timed out), or none.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: CLIENT, event: UNANSWERED }.in_words(
        Program::Php,
        "Failed to open stream: HTTP request failed!",
        &["failed to open stream: http request failed!"],
        "PHP's file_get_contents(): the server ended before the head of its answer, by FIN or RST, or was silent for default_socket_timeout (60 s): \
PHP says the same of all. (With 'HTTP/1.1 404' and the like behind it there was an answer.)",
    ),
    Alike { sight: None, witness: CLIENT, event: WRAPPER }.in_words(
        Program::Ruby,
        "Faraday::ConnectionFailed",
        &["Faraday::ConnectionFailed", "Faraday::SSLError"],
        "Faraday wraps what its adapter met: 'end of file reached' is a FIN before the answer, 'Connection reset by peer' a RST, 'Failed to open TCP \
connection' a connection that was not made.",
    ),
    Alike { sight: None, witness: CLIENT, event: NOT_MADE }.in_words(
        Program::Ruby,
        "Failed to open TCP connection to",
        &["failed to open tcp connection to"],
        "Ruby's net/http could not connect; the text in brackets is the system's.",
    ),
    Alike { sight: None, witness: CLIENT, event: TLS_UNDONE }.in_words(
        Program::Transfer,
        "Unable to establish SSL connection.",
        &["unable to establish ssl connection"],
        "wget: TCP was connected, and TLS did not come about; a line before it may say why.",
    ),
    Alike { sight: None, witness: CLIENT, event: NOT_MADE }.in_words(
        Program::Curl,
        "Failed to connect to … Couldn't connect to server",
        &["couldn't connect to server", "could not connect to server: connection"],
        "libcurl (git, PHP): connect() failed: refused, no way, or forbidden by this host itself; curl's number beside it says little more.",
    ),
];
