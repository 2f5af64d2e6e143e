//! What Apache, Varnish, Squid and Traefik log of the servers behind them and of their clients.
//!
//! Measured with Apache 2.4, Varnish 7.1 and Squid 5.7 before servers that end in every way.

use super::events::{ANSWER_LOST, CLIENT_LEFT, CUT, NOT_MADE, OWN_TIMEOUT, REFUSED, UPLOAD, UPSTREAM_ENDED};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read, write};

const EITHER: Option<super::Sight> = Some(read("EOF or ECONNRESET"));
const WAITED: Alike = Alike { sight: None, witness: Witness::Upstream, event: OWN_TIMEOUT };
const ENDED: Alike = Alike { sight: EITHER, witness: Witness::Upstream, event: UPSTREAM_ENDED };
const BROKEN: Alike = Alike { sight: EITHER, witness: Witness::Upstream, event: CUT };
const REJECTED: Alike =
    Alike { sight: Some(connect("ECONNREFUSED")), witness: Witness::Upstream, event: REFUSED };

pub(super) const TEXTS: &[ErrorText] = &[
    WAITED.in_words(
        Program::Proxy,
        "(70007)The timeout specified has expired",
        &["(70007)the timeout specified has expired", "the timeout specified has expired"],
        "Apache gave up waiting (ProxyTimeout, Timeout): the server behind it said nothing in that time.",
    ),
    ENDED.in_words(
        Program::Proxy,
        "error reading status line from remote server",
        &["error reading status line from remote server", "ah01102"],
        "Apache's mod_proxy (AH01102): the server behind it ended before the first byte of its answer: with '(104)' before it by RST, with \
'(20014)' or '(70014)End of file found' by FIN. It answers 502.",
    ),
    BROKEN.in_words(
        Program::Proxy,
        "AH01110: error reading response",
        &["ah01110", "error reading response"],
        "Apache's mod_proxy: the server behind it ended in the middle of its answer. With '(104)' beside it by RST, else by FIN; its client gets what had come.",
    ),
    REJECTED.in_words(
        Program::Proxy,
        "(111)Connection refused: AH00957: attempt to connect to … failed",
        &["(111)connection refused: ah00957", "(111)connection refused … attempt to connect to"],
        "Apache's SYN to the server behind it was refused; it answers 503, and asks that server no more for `retry` seconds (60).",
    ),
    Alike { sight: None, witness: Witness::Upstream, event: NOT_MADE }.in_words(
        Program::Proxy,
        "AH01114: HTTP: failed to make connection to backend",
        &["ah01114", "ah01079", "failed to make connection to backend"],
        "Apache could not connect to the server behind it, and answers 503; the line before it (AH00957) says with which error.",
    ),
    Alike { sight: Some(write("ECONNRESET")), witness: Witness::Upstream, event: UPLOAD }.in_words(
        Program::Proxy,
        "AH01084: pass request body failed to",
        &["ah01084", "ah01097", "pass request body failed to"],
        "Apache was still sending the request's body when the server behind it ended: by RST with '(104)'; with '(20014)' the TLS handshake \
had failed. It answers 502 or 500.",
    ),
    ENDED.in_words(
        Program::Proxy,
        "AH01075: Error dispatching request to",
        &["ah01075", "ah01067", "failed to read fastcgi header"],
        "Apache's mod_proxy_fcgi: the FastCGI server (php-fpm) ended before the head of its answer, with '(104)' by RST, with '(70014)' by FIN: \
a crash, max_children, request_terminate_timeout. It answers 503.",
    ),
    ENDED.in_words(
        Program::Proxy,
        "AH00898: Error reading from remote server returned by",
        &["error reading from remote server returned by"],
        "What Apache tells its client (502): the server behind it ended before its answer, or did not answer in time; AH01102 in the line before \
it says which.",
    ),
    WAITED.in_words(
        Program::Proxy,
        "FetchError first byte timeout",
        &["fetcherror … first byte timeout", "fetcherror … between bytes timeout"],
        "Varnish waited for the server's first byte, or for the next one, as long as it may (first_byte_timeout, between_bytes_timeout: 60 s), and \
closes.",
    ),
    BROKEN.in_words(
        Program::Proxy,
        "FetchError straight insufficient bytes",
        &["straight insufficient bytes", "chunked insufficient bytes", "straight read_error", "chunked read err"],
        "Varnish: the server behind it ended in the middle of its answer, by FIN, or by RST where 'Connection reset by peer' stands beside it.",
    ),
    REJECTED.in_words(
        Program::Proxy,
        "FetchError backend … fail errno 111 (Connection refused)",
        &["fail errno 111"],
        "Varnish's SYN to the server behind it was refused; it answers 503.",
    ),
    ENDED.in_words(
        Program::Proxy,
        "FetchError HTC eof",
        &["htc eof", "http first read error", "backend fetch failed"],
        "Varnish: the server behind it ended before the head of its answer was whole, by FIN or RST: it tells both alike. 'Backend fetch failed' \
is what its client gets (503), of any failure.",
    ),
    ENDED.in_words(
        Program::Proxy,
        "'502 Bad Gateway' caused by: EOF",
        &["502 bad gateway … caused by: eof", "502 bad gateway … caused by: unexpected eof"],
        "Traefik: the server behind it closed by FIN before the head of its answer; a RST or a refusal is named in Go's words behind 'caused by'.",
    ),
    ENDED.in_words(
        Program::Proxy,
        "ERR_ZERO_SIZE_OBJECT",
        &["ERR_ZERO_SIZE_OBJECT"],
        "Squid: the server behind it closed by FIN, and not one byte of its answer had come; it answers 502.",
    ),
    Alike { sight: Some(read("ECONNRESET")), witness: Witness::Upstream, event: ANSWER_LOST }.in_words(
        Program::Proxy,
        "ERR_READ_ERROR",
        &["ERR_READ_ERROR"],
        "Squid: reading from the server behind it failed; the number behind it is the errno (104: a RST). It answers 502.",
    ),
    Alike { sight: Some(write("EPIPE or ECONNRESET")), witness: Witness::Upstream, event: UPLOAD }.in_words(
        Program::Proxy,
        "ERR_WRITE_ERROR",
        &["ERR_WRITE_ERROR"],
        "Squid: writing to the server behind it failed, since that had ended the connection; it answers 502.",
    ),
    Alike { sight: None, witness: Witness::Upstream, event: NOT_MADE }.in_words(
        Program::Proxy,
        "ERR_CONNECT_FAIL",
        &["ERR_CONNECT_FAIL"],
        "Squid could not connect to the server; the number behind it is the errno (111 refused, 110 no answer, 113 no way). It answers 503.",
    ),
    Alike { sight: EITHER, witness: Witness::Downstream, event: CLIENT_LEFT }.in_words(
        Program::Proxy,
        "TCP_MISS_ABORTED",
        &["TCP_MISS_ABORTED", "TCP_HIT_ABORTED", "TCP_REFRESH_UNMODIFIED_ABORTED", "TCP_REFRESH_MODIFIED_ABORTED", "TCP_MEM_HIT_ABORTED", "NONE_ABORTED"],
        "Squid's client ended its connection before it had its whole answer; the status is 000 where none had begun.",
    ),
];
