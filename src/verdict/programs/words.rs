//! The words themselves, by program; the first that fits counts.

use super::Call::{self, Connect, Read, Write};
use super::{Program, Side, Sight, Stage};

const REFUSED: &str = "ECONNREFUSED";
const RESET: &str = "ECONNRESET";
const PIPE: &str = "EPIPE";
const EOF: &str = "EOF";
const TIMEDOUT: &str = "ETIMEDOUT";
const NO_HOST: &str = "EHOSTUNREACH";
const NO_NET: &str = "ENETUNREACH";

/// An answer is owed, or a request has met a connection that its server took for idle.
const ASKED: &[Stage] = &[Stage::Request, Stage::Idle, Stage::Handshake];
const ANSWERED: &[Stage] = &[Stage::Response];
const OWED: &[Stage] = &[Stage::Request, Stage::Response];
const TLS: &[Stage] = &[Stage::Tls];

/// What a program says when it sees something.
pub(super) struct Word {
    call: Call,
    errno: &'static str,
    /// In which stages; in all of them if there are none.
    stages: &'static [Stage],
    side: Option<Side>,
    pub(super) text: &'static str,
}

impl Word {
    pub(super) fn fits(&self, side: Side, sight: Sight, stage: Option<Stage>) -> bool {
        let in_stage = self.stages.is_empty() || stage.is_some_and(|stage| self.stages.contains(&stage));
        let here = self.side.is_none_or(|only| only == side);
        here && in_stage && (self.call, self.errno) == (sight.call, sight.errno)
    }
}

const fn says(call: Call, errno: &'static str, text: &'static str) -> Word {
    Word { call, errno, stages: &[], side: None, text }
}

/// Of a client, or of a proxy towards its upstream.
const fn client(call: Call, errno: &'static str, stages: &'static [Stage], text: &'static str) -> Word {
    Word { call, errno, stages, side: Some(Side::Client), text }
}

/// Of a server, or of a proxy towards its client.
const fn server(call: Call, errno: &'static str, stages: &'static [Stage], text: &'static str) -> Word {
    Word { call, errno, stages, side: Some(Side::Server), text }
}

pub(super) const fn of(program: Program) -> &'static [Word] {
    match program {
        Program::Node => NODE,
        Program::Undici => UNDICI,
        Program::Go => GO,
        Program::Python => PYTHON,
        Program::Java => JAVA,
        Program::Curl => CURL,
        Program::Nginx => NGINX,
        Program::Haproxy => HAPROXY,
        Program::Wsgi
        | Program::Envoy
        | Program::Proxy
        | Program::Balancer
        | Program::Iis
        | Program::Chrome
        | Program::Firefox
        | Program::Grpc
        | Program::Database
        | Program::Broker
        | Program::Dotnet
        | Program::Ruby
        | Program::Rust
        | Program::Apple
        | Program::Ssh
        | Program::Transfer
        | Program::Erlang
        | Program::Php
        | Program::Ldap
        | Program::Tls
        | Program::Any => &[],
    }
}

const NODE: &[Word] = &[
    says(Connect, REFUSED, "connect ECONNREFUSED"),
    says(Connect, TIMEDOUT, "connect ETIMEDOUT"),
    says(Connect, NO_HOST, "connect EHOSTUNREACH"),
    says(Connect, NO_NET, "connect ENETUNREACH"),
    says(Read, RESET, "read ECONNRESET"),
    says(Read, TIMEDOUT, "read ETIMEDOUT"),
    client(Read, EOF, TLS, "Client network socket disconnected before secure TLS connection was established"),
    client(Read, EOF, ASKED, "socket hang up"),
    says(Write, PIPE, "write EPIPE"),
    says(Write, RESET, "write ECONNRESET"),
    says(Write, TIMEDOUT, "write ETIMEDOUT"),
    client(Read, EOF, ANSWERED, "aborted"),
    server(Read, EOF, OWED, "aborted"),
];

const UNDICI: &[Word] = &[
    client(Connect, REFUSED, &[], "fetch failed"),
    client(Connect, TIMEDOUT, &[], "fetch failed"),
    client(Connect, NO_HOST, &[], "fetch failed"),
    client(Connect, NO_NET, &[], "fetch failed"),
    client(Read, RESET, ANSWERED, "terminated"),
    client(Read, RESET, &[], "fetch failed"),
    client(Read, EOF, ANSWERED, "terminated"),
    client(Read, EOF, ASKED, "other side closed"),
];

const GO: &[Word] = &[
    says(Connect, REFUSED, "connect: connection refused"),
    says(Connect, TIMEDOUT, "connect: connection timed out"),
    says(Connect, NO_HOST, "connect: no route to host"),
    says(Connect, NO_NET, "connect: network is unreachable"),
    says(Read, RESET, "read: connection reset by peer"),
    says(Read, TIMEDOUT, "read: connection timed out"),
    client(Read, EOF, ASKED, "EOF"),
    client(Read, EOF, TLS, "EOF"),
    client(Read, EOF, ANSWERED, "unexpected EOF"),
    server(Read, EOF, OWED, "context canceled"),
    says(Write, PIPE, "write: broken pipe"),
    says(Write, RESET, "write: connection reset by peer"),
    says(Write, TIMEDOUT, "write: connection timed out"),
];

const PYTHON: &[Word] = &[
    says(Connect, REFUSED, "ConnectionRefusedError: [Errno 111] Connection refused"),
    says(Connect, TIMEDOUT, "TimeoutError: [Errno 110] Connection timed out"),
    says(Connect, NO_HOST, "OSError: [Errno 113] No route to host"),
    says(Connect, NO_NET, "OSError: [Errno 101] Network is unreachable"),
    says(Read, RESET, "ConnectionResetError: [Errno 104] Connection reset by peer"),
    says(Read, TIMEDOUT, "TimeoutError: [Errno 110] Connection timed out"),
    client(Read, EOF, ASKED, "RemoteDisconnected"),
    client(Read, EOF, ANSWERED, "IncompleteRead"),
    client(Read, EOF, TLS, "SSLEOFError: EOF occurred in violation of protocol"),
    says(Write, PIPE, "BrokenPipeError: [Errno 32] Broken pipe"),
    says(Write, RESET, "ConnectionResetError: [Errno 104] Connection reset by peer"),
    says(Write, TIMEDOUT, "TimeoutError: [Errno 110] Connection timed out"),
];

const JAVA: &[Word] = &[
    says(Connect, REFUSED, "ConnectException: Connection refused"),
    says(Connect, TIMEDOUT, "ConnectException: Connection timed out"),
    says(Connect, NO_HOST, "NoRouteToHostException: No route to host"),
    says(Connect, NO_NET, "ConnectException: Network is unreachable"),
    says(Read, RESET, "SocketException: Connection reset"),
    says(Read, TIMEDOUT, "SocketException: Connection timed out"),
    client(Read, EOF, ASKED, "Unexpected end of file from server"),
    client(Read, EOF, ANSWERED, "Premature EOF"),
    client(Read, EOF, TLS, "Remote host terminated the handshake"),
    says(Write, PIPE, "IOException: Broken pipe"),
    says(Write, RESET, "SocketException: Connection reset"),
    says(Write, TIMEDOUT, "SocketException: Connection timed out"),
];

const CURL: &[Word] = &[
    client(Connect, REFUSED, &[], "(7) Failed to connect"),
    client(Connect, TIMEDOUT, &[], "(28) Failed to connect"),
    client(Connect, NO_HOST, &[], "(7) Failed to connect"),
    client(Connect, NO_NET, &[], "(7) Failed to connect"),
    client(Read, RESET, TLS, "(35) Recv failure: Connection reset by peer"),
    client(Read, RESET, &[], "(56) Recv failure: Connection reset by peer"),
    client(Read, EOF, ASKED, "(52) Empty reply from server"),
    client(Read, EOF, ANSWERED, "(18) transfer closed with outstanding read data remaining"),
    client(Read, EOF, TLS, "(35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL"),
    client(Write, RESET, &[], "(55) Send failure: Connection reset by peer"),
    client(Write, PIPE, &[], "(55) Send failure: Broken pipe"),
];

const NGINX: &[Word] = &[
    client(Connect, REFUSED, &[], "connect() failed (111: Connection refused) while connecting to upstream"),
    client(
        Connect,
        TIMEDOUT,
        &[],
        "upstream timed out (110: Connection timed out) while connecting to upstream",
    ),
    client(Connect, NO_HOST, &[], "connect() failed (113: No route to host) while connecting to upstream"),
    client(Read, RESET, ANSWERED, "readv() failed (104: Connection reset by peer) while reading upstream"),
    client(
        Read,
        RESET,
        ASKED,
        "recv() failed (104: Connection reset by peer) while reading response header from upstream",
    ),
    client(
        Read,
        EOF,
        ASKED,
        "upstream prematurely closed connection while reading response header from upstream",
    ),
    client(Read, EOF, ANSWERED, "upstream prematurely closed connection while reading upstream"),
    client(
        Write,
        RESET,
        ASKED,
        "writev() failed (104: Connection reset by peer) while sending request to upstream",
    ),
    client(Write, PIPE, ASKED, "writev() failed (32: Broken pipe) while sending request to upstream"),
    server(Read, RESET, OWED, "499"),
    server(Read, EOF, OWED, "499"),
];

const HAPROXY: &[Word] = &[
    client(Connect, REFUSED, &[], "SC--"),
    client(Connect, TIMEDOUT, &[], "sC--"),
    client(Connect, NO_HOST, &[], "SC--"),
    client(Read, RESET, ANSWERED, "SD--"),
    client(Read, RESET, ASKED, "SH--"),
    client(Read, EOF, ANSWERED, "SD--"),
    client(Read, EOF, ASKED, "SH--"),
    server(Read, RESET, &[Stage::Request], "CH--"),
    server(Read, EOF, &[Stage::Request], "CH--"),
    server(Read, RESET, ANSWERED, "CD--"),
    server(Read, EOF, ANSWERED, "CD--"),
];
