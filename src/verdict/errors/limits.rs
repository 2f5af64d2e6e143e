//! Servers that take no more: too long, too many, too old, or not what they speak.

use super::events::{
    ABORTED, CALLS_REFUSED, CLIENT_LEFT, HUNG_UP, NOT_LET_IN, OTHER_HTTP, TOO_LONG, TURNED_AWAY,
};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read, write};

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: None, witness: Witness::Server, event: TOO_LONG }.in_words(
        Program::Any,
        "request body too large",
        &["request body too large", "intended to send too large body", "payload too large", "request entity too large"],
        "The server takes no body as long as that: it says 413, and closes with the rest of it unread. A client that still sends may see only a reset.",
    ),
    Alike { sight: Some(read("this text, then EOF")), witness: Witness::Client, event: NOT_LET_IN }.in_words(
        Program::Broker,
        "maximum connections exceeded",
        &["maximum connections exceeded", "connection limit exceeded", "max_client_conn", "no more connections allowed"],
        "A broker or pooler (NATS, RabbitMQ, pgbouncer) takes nobody else in: it says so and closes.",
    ),
    Alike { sight: None, witness: Witness::Server, event: HUNG_UP }.in_words(
        Program::Wsgi,
        "WORKER TIMEOUT",
        &["WORKER TIMEOUT", "worker (pid … was sent sigkill"],
        "gunicorn killed a worker that had not been heard for its timeout (30 s): the request that it was working on ends without an answer.",
    ),
    Alike { sight: Some(write("EPIPE")), witness: Witness::Server, event: CLIENT_LEFT }.in_words(
        Program::Wsgi,
        "SIGPIPE: writing to a closed pipe/socket/fd",
        &[
            "sigpipe: writing to a closed pipe/socket/fd",
            "uwsgi_response_write_headers_do()",
            "uwsgi_response_writev_headers_and_body_do()",
            "uwsgi_response_write_body_do()",
            "oserror: write error",
        ],
        "uWSGI: its client, mostly the proxy before it, had ended the connection before the answer was written: look for that proxy's own timeout.",
    ),
    Alike { sight: None, witness: Witness::Server, event: HUNG_UP }.in_words(
        Program::Wsgi,
        "HARAKIRI ON WORKER",
        &["HARAKIRI ON WORKER", "HARAKIRI triggered by worker", "HARAKIRI: graceful termination attempt"],
        "uWSGI killed a worker that had worked on a request for longer than harakiri allows: that request ends without an answer.",
    ),
    Alike { sight: Some(read("ok")), witness: Witness::Client, event: CALLS_REFUSED }.in_words(
        Program::Grpc,
        "max connection age",
        &["max connection age", "\"max_age\"", "connection idle timeout … goaway"],
        "A server of HTTP/2 or gRPC ends connections of a certain age by a GOAWAY, on purpose: what has no answer by the end of its grace is lost.",
    ),
    Alike { sight: Some(read("ok")), witness: Witness::Either, event: OTHER_HTTP }.in_words(
        Program::Any,
        "plain HTTP to an HTTPS port",
        &[
            "plain http to an https port",
            "plain http request … to https port",
            "plain http request was sent to https port",
            "server gave http response to https client",
            "client sent an http request to an https server",
            "err_ssl_http_request",
            "ssl routines::http request",
            "bad client magic byte string",
            "bogus greeting",
        ],
        "One of the two speaks TLS (or HTTP/2) and the other does not: the wrong port, or http:// for https://.",
    ),
    Alike { sight: None, witness: Witness::Server, event: TURNED_AWAY }.in_words(
        Program::Proxy,
        "broken header while reading PROXY protocol",
        &["while reading proxy protocol", "proxy protocol header"],
        "This side expects each connection to begin with the PROXY protocol's line, and it did not (or the other way round): it closes at once.",
    ),
    Alike { sight: None, witness: Witness::Client, event: ABORTED }.in_words(
        Program::Curl,
        "CONNECT tunnel failed, response …",
        &["connect tunnel failed", "received http code … from proxy after connect"],
        "curl: the proxy answered CONNECT with a refusal (403 its rules, 407 who are you, 502 to 504 it could not reach the host), and curl \
closed without reading its page, by RST as a rule: the status says what to do.",
    ),
];
