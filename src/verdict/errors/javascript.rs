//! Node and its fetch.

use super::events::{
    BROKEN_PIPE, CLIENT_LEFT, CONNECT_TIMEOUT, CUT, FORBIDDEN, HUNG_UP, NOTHING_SENT, OWN_CLOSE, OWN_TIMEOUT,
    REFUSED, RESET, TIMED_OUT, TLS, UNREACHABLE, UPLOAD, WRAPPER,
};
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read, write};

pub(super) const UNDICI: &[ErrorText] = &[
    ErrorText {
        text: "terminated",
        program: Program::Undici,
        patterns: &["typeerror: terminated"],
        loose: &["=terminated", ": terminated"],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "fetch() had the head of the answer, and its body broke off. The cause beside it tells how: \
'other side closed' is a FIN, ECONNRESET a RST.",
        event: CUT,
    },
    ErrorText {
        text: "UND_ERR_CONNECT_TIMEOUT",
        program: Program::Undici,
        patterns: &["und_err_connect_timeout", "connect timeout error"],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "No connection within undici's connect timeout (10 s).",
        event: CONNECT_TIMEOUT,
    },
    ErrorText {
        text: "UND_ERR_HEADERS_TIMEOUT",
        program: Program::Undici,
        patterns: &[
            "und_err_headers_timeout",
            "und_err_body_timeout",
            "headers timeout error",
            "body timeout error",
        ],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "undici's own timeout for the head or between parts of the body (300 s each) ran out, and it \
closed the connection.",
        event: OWN_TIMEOUT,
    },
    ErrorText {
        text: "other side closed",
        program: Program::Undici,
        patterns: &["other side closed"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The cause of a 'fetch failed' (code UND_ERR_SOCKET): the server closed by FIN before its \
answer.",
        event: HUNG_UP,
    },
    ErrorText {
        text: "UND_ERR_SOCKET",
        program: Program::Undici,
        patterns: &["und_err_socket"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "undici's socket ended under a request; mostly 'other side closed', which is the server's \
FIN before its answer.",
        event: HUNG_UP,
    },
];

pub(super) const NODE: &[ErrorText] = &[
    ErrorText {
        text: "Client network socket disconnected before secure TLS connection was established",
        program: Program::Node,
        patterns: &["client network socket disconnected"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "The server (or a device before it) closed by FIN in the middle of the TLS handshake. The \
code ECONNRESET beside it is Node's own.",
        event: TLS,
    },
    ErrorText {
        text: "socket hang up",
        program: Program::Node,
        patterns: &["socket hang up"],
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Client,
        meaning: "Node's HTTP client lost the connection before the head of an answer, by the server's FIN, \
not by a RST; or the program itself destroyed the request. The code ECONNRESET beside it is Node's own.",
        event: HUNG_UP,
    },
    ErrorText {
        text: "read ECONNRESET",
        program: Program::Node,
        patterns: &["read econnreset"],
        loose: &[],
        sight: Some(read("ECONNRESET")),
        witness: Witness::Either,
        meaning: "A RST had arrived on an established connection, and the next read says so, once. (A FIN \
would be 'socket hang up' instead, with the same code ECONNRESET.)",
        event: RESET,
    },
    ErrorText {
        text: "write ECONNRESET",
        program: Program::Node,
        patterns: &["write econnreset"],
        loose: &[],
        sight: Some(write("ECONNRESET")),
        witness: Witness::Either,
        meaning: "A RST had arrived on an established connection, and a write met it first.",
        event: UPLOAD,
    },
    ErrorText {
        text: "write EPIPE",
        program: Program::Node,
        patterns: &["write epipe"],
        loose: &[],
        sight: Some(write("EPIPE")),
        witness: Witness::Either,
        meaning: "The program wrote on after the other side had closed: its first write was answered by a \
RST, this one fails. A read would have given the end of the stream, never ECONNRESET.",
        event: BROKEN_PIPE,
    },
    ErrorText {
        text: "connect ECONNREFUSED",
        program: Program::Node,
        patterns: &["connect econnrefused"],
        loose: &[],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Client,
        meaning: "The connection was refused at once; the server's program never learned of it.",
        event: REFUSED,
    },
    ErrorText {
        text: "connect ETIMEDOUT",
        program: Program::Node,
        patterns: &["connect etimedout"],
        loose: &[],
        sight: Some(connect("ETIMEDOUT")),
        witness: Witness::Client,
        meaning: "The SYN and its repetitions stayed unanswered until the system (or Node's own limit for one \
address) gave up.",
        event: CONNECT_TIMEOUT,
    },
    ErrorText {
        text: "connect EHOSTUNREACH",
        program: Program::Node,
        patterns: &["connect ehostunreach", "connect enetunreach"],
        loose: &[],
        sight: Some(connect("EHOSTUNREACH")),
        witness: Witness::Client,
        meaning: "An ICMP error answered the SYN, or nobody answers for the address on the local network.",
        event: UNREACHABLE,
    },
    ErrorText {
        text: "connect EADDRNOTAVAIL",
        program: Program::Node,
        patterns: &["connect eaddrnotavail"],
        loose: &[],
        sight: Some(connect("EADDRNOTAVAIL")),
        witness: Witness::Client,
        meaning: "No SYN could be sent: all local ports towards that server are taken, mostly by connections in TIME-WAIT \
(an agent with keepAlive needs far fewer), or this host has no address of that kind (IPv6).",
        event: NOTHING_SENT,
    },
    ErrorText {
        text: "connect EACCES",
        program: Program::Node,
        patterns: &["connect eacces", "connect eperm"],
        loose: &[],
        sight: Some(connect("EACCES")),
        witness: Witness::Client,
        meaning: "This host forbids the connection by itself: a route of type prohibit, SELinux, a sandbox. Over IPv6 an ICMP \
error 'administratively prohibited' gives the same.",
        event: FORBIDDEN,
    },
    ErrorText {
        text: "AggregateError [ETIMEDOUT]",
        program: Program::Node,
        patterns: &["AggregateError [ETIMEDOUT]", "internalConnectMultiple … ETIMEDOUT"],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "Node tried each address of the server, 250 ms each (autoSelectFamilyAttemptTimeout), and none answered in that time: \
the server may just be farther away. The codes of the single attempts are in its `errors`.",
        event: CONNECT_TIMEOUT,
    },
    ErrorText {
        text: "AggregateError [ECONNREFUSED]",
        program: Program::Node,
        patterns: &["AggregateError [ECONNREFUSED]", "internalConnectMultiple … ECONNREFUSED"],
        loose: &[],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Client,
        meaning: "Node tried each address of the server (localhost is ::1 and 127.0.0.1), and each refused. The codes of the \
single attempts are in its `errors`.",
        event: REFUSED,
    },
    ErrorText {
        text: "This socket has been ended by the other party",
        program: Program::Node,
        patterns: &["this socket has been ended by the other party"],
        loose: &[],
        sight: Some(write("EPIPE")),
        witness: Witness::Either,
        meaning: "The other side's FIN had come, and the program wrote on. The code EPIPE beside it is Node's own: nothing was sent.",
        event: BROKEN_PIPE,
    },
    ErrorText {
        text: "ERR_STREAM_DESTROYED",
        program: Program::Node,
        patterns: &[
            "ERR_STREAM_DESTROYED",
            "ERR_STREAM_WRITE_AFTER_END",
            "ERR_SOCKET_CLOSED",
            "cannot call write after a stream was destroyed",
            "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
        ],
        loose: &["write after end"],
        sight: None,
        witness: Witness::Either,
        meaning: "The program wrote into a connection that it had ended or destroyed itself, or that an earlier error had ended; \
no packet tells of this call. Look for what ended it.",
        event: OWN_CLOSE,
    },
    ErrorText {
        text: "read ETIMEDOUT",
        program: Program::Node,
        patterns: &["read etimedout", "write etimedout"],
        loose: &[],
        sight: Some(read("ETIMEDOUT")),
        witness: Witness::Either,
        meaning: "The system gave the connection up: its repetitions or its keep-alive probes stayed \
unanswered.",
        event: TIMED_OUT,
    },
    ErrorText {
        text: "request aborted",
        program: Program::Node,
        patterns: &["request aborted", "badrequesterror: request aborted"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Server,
        meaning: "The client left while the server was still reading the body of its request (Express's body \
parser says so).",
        event: CLIENT_LEFT,
    },
    ErrorText {
        text: "aborted",
        program: Program::Node,
        patterns: &[
            "error: aborted",
            "err_stream_premature_close",
            "premature close",
            "hpe_invalid_chunk_size",
            "hpe_invalid_eof_state",
        ],
        loose: &["=aborted", ": aborted"],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Either,
        meaning: "A message broke off: for a client its answer had begun and is not whole, for a server its \
client left. The code ECONNRESET beside it is Node's own; FIN and RST give the same.",
        event: CUT,
    },
    ErrorText {
        text: "fetch failed",
        program: Program::Undici,
        patterns: &["fetch failed"],
        loose: &[],
        sight: None,
        witness: Witness::Client,
        meaning: "Node's fetch() wraps every failure before the head of an answer in this text; what happened \
is in its `cause` (err.cause.code): log that.",
        event: WRAPPER,
    },
];
