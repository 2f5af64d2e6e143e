use super::*;
use crate::verdict::Call;
use crate::verdict::example;
use crate::verdict::rules::{RULES, find as rule};

/// What people paste, and the text that it is.
const PASTED: &[(&str, &str)] = &[
    (
        "websocket: close 1006 (abnormal closure): unexpected EOF",
        "websocket: close 1006 (abnormal closure): unexpected EOF",
    ),
    ("WebSocket closed with code 1006", "close event with code 1006"),
    (
        "websockets.exceptions.ConnectionClosedError: no close frame received or sent",
        "ConnectionClosedError: no close frame received or sent",
    ),
    ("http: TLS handshake error from 10.0.0.7:51234: EOF", "http: TLS handshake error"),
    (
        "TLS handshake error from 10.0.0.7:51234: read tcp 10.0.0.1:8443->10.0.0.7:51234: read: connection reset by peer",
        "http: TLS handshake error",
    ),
    (
        "http: TLS handshake error from [::1]:5: remote error: tls: unknown certificate",
        "http: TLS handshake error",
    ),
    ("read ECONNRESET", "read ECONNRESET"),
    (
        "Error: read ECONNRESET\n    at TCP.onStreamRead (node:internal/stream_base_commons:217:20) {\n  errno: -104,\n  code: 'ECONNRESET'",
        "read ECONNRESET",
    ),
    ("socket hang up", "socket hang up"),
    ("Error: socket hang up at connResetException { code: 'ECONNRESET' }", "socket hang up"),
    ("write EPIPE", "write EPIPE"),
    ("connect ECONNREFUSED 10.0.0.1:80", "connect ECONNREFUSED"),
    ("other side closed", "other side closed"),
    ("UND_ERR_SOCKET", "UND_ERR_SOCKET"),
    (
        "TypeError: fetch failed [cause]: SocketError: other side closed code: 'UND_ERR_SOCKET'",
        "other side closed",
    ),
    ("TypeError: terminated [cause]: SocketError: other side closed", "terminated"),
    ("terminated", "terminated"),
    ("TypeError: fetch failed", "fetch failed"),
    ("TypeError: fetch failed cause: Error: read ECONNRESET", "read ECONNRESET"),
    (
        "Get \"http://b/\": read tcp 10.0.0.1:5->10.0.0.2:80: read: connection reset by peer",
        "connection reset by peer",
    ),
    ("write tcp 10.0.0.1:5->10.0.0.2:80: write: broken pipe", "broken pipe"),
    ("unexpected EOF", "unexpected EOF"),
    ("Get \"http://b/\": EOF", "EOF"),
    ("EOF", "EOF"),
    ("dial tcp 10.0.0.2:81: connect: connection refused", "connection refused"),
    ("read tcp 10.0.0.1:5->10.0.0.2:80: i/o timeout", "i/o timeout"),
    ("dial tcp 10.0.0.2:81: i/o timeout", "dial tcp: i/o timeout"),
    ("http.client.RemoteDisconnected: Remote end closed connection without response", "RemoteDisconnected"),
    (
        "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
        "RemoteDisconnected",
    ),
    ("ConnectionResetError", "ConnectionResetError: [Errno 104] Connection reset by peer"),
    (
        "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
        "ConnectionResetError: [Errno 104] Connection reset by peer",
    ),
    ("BrokenPipeError", "BrokenPipeError: [Errno 32] Broken pipe"),
    ("IncompleteRead(3 bytes read, 7 more expected)", "IncompleteRead"),
    ("[Errno 104] Connection reset by peer", "ConnectionResetError: [Errno 104] Connection reset by peer"),
    ("[Errno 32] Broken pipe", "BrokenPipeError: [Errno 32] Broken pipe"),
    ("[Errno 111] Connection refused", "ConnectionRefusedError: [Errno 111] Connection refused"),
    ("java.net.SocketException: Connection reset", "Connection reset"),
    ("Connection reset", "Connection reset"),
    ("java.io.IOException: Broken pipe", "Broken pipe"),
    ("Broken pipe", "Broken pipe"),
    ("HTTP/1.1 header parser received no bytes", "header parser received no bytes"),
    ("java.net.SocketException: Unexpected end of file from server", "Unexpected end of file from server"),
    ("curl: (52) Empty reply from server", "(52) Empty reply from server"),
    ("(52) Empty reply", "(52) Empty reply from server"),
    ("(56) Recv failure", "(56) Recv failure: Connection reset by peer"),
    ("(18)", "(18) transfer closed with outstanding read data remaining"),
    ("(7)", "(7) Failed to connect"),
    ("curl: (35) OpenSSL/3.0.17: error:0A00010B:SSL routines::wrong version number", "wrong version number"),
    ("SSL routines:ssl3_read_bytes:tlsv13 alert certificate required", "tlsv1 alert …"),
    ("net/http: timeout awaiting response headers", "i/o timeout"),
    (
        "FATAL:  terminating connection due to idle-in-transaction timeout",
        "FATAL: terminating connection due to …",
    ),
    ("(35)", "(35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL"),
    ("(55)", "(55) Send failure: Connection reset by peer"),
    (
        "[error] 7#7: *1 upstream prematurely closed connection while reading response header from upstream, client: 10.0.0.9, server: _",
        "upstream prematurely closed connection while reading response header from upstream",
    ),
    (
        "recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 10.0.0.9",
        "recv() failed (104: Connection reset by peer) while reading response header from upstream",
    ),
    (
        "recv() failed (104",
        "recv() failed (104: Connection reset by peer) while reading response header from upstream",
    ),
    ("writev() failed", "writev() failed (104: Connection reset by peer) while sending request to upstream"),
    ("connect() failed (111", "connect() failed (111: Connection refused) while connecting to upstream"),
    (" 499 ", "499"),
    ("10.0.0.9 - - [20/Nov/2026:19:04:41 +0000] \"GET / HTTP/1.1\" 499 0 \"-\" \"curl/7.88\"", "499"),
    ("web~ app/s1 0/0/0/-1/12 502 208 - - SH-- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"", "SH--"),
    ("SH--", "SH--"),
    ("SD--", "SD--"),
    ("SC--", "SC--"),
    ("CD--", "CD--"),
    ("CH--", "CH--"),
    ("sH--", "sH--"),
    ("cR--", "cR--"),
    ("PR--", "PR--"),
    ("ECONNRESET", "ECONNRESET"),
    ("EPIPE", "EPIPE"),
    ("ETIMEDOUT", "ETIMEDOUT"),
    ("ECONNREFUSED", "ECONNREFUSED"),
    ("EHOSTUNREACH", "EHOSTUNREACH"),
    ("ECONNABORTED", "ECONNABORTED"),
    (
        "Os { code: 104, kind: ConnectionReset, message: \"Connection reset by peer\" } (os error 104)",
        "connection reset by peer",
    ),
];

/// The same of HTTP/2 and gRPC.
const CALLS: &[(&str, &str)] = &[
    ("rpc error: code = Unavailable desc = transport is closing", "transport is closing"),
    ("rpc error: code = Unavailable desc = error reading from server: EOF", "transport is closing"),
    ("status = StatusCode.UNAVAILABLE details = \"Socket closed\"", "UNAVAILABLE: Socket closed"),
    ("UNAVAILABLE: Too many pings", "too_many_pings"),
    ("GOAWAY with error code ENHANCE_YOUR_CALM and debug data equal to \"too_many_pings\"", "too_many_pings"),
    (
        "http2: server sent GOAWAY and closed the connection; LastStreamID=5, ErrCode=INTERNAL_ERROR, debug=\"\"",
        "server sent GOAWAY and closed the connection",
    ),
    ("UNAVAILABLE:GOAWAY received; Error code: 2; Debug Text: connection idle", "GOAWAY received"),
    ("io.grpc.StatusRuntimeException: UNAVAILABLE: io exception", "Network closed for unknown reason"),
    (
        "StatusRuntimeException: UNAVAILABLE: Network closed for unknown reason",
        "Network closed for unknown reason",
    ),
    ("UNAVAILABLE: keepalive watchdog timeout", "http2: client connection lost"),
    ("http2: client connection lost", "http2: client connection lost"),
    ("rpc error: code = DeadlineExceeded desc = context deadline exceeded", "DEADLINE_EXCEEDED"),
    ("StatusCode.DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"),
    ("curl: (16) Error in the HTTP2 framing layer", "(16) Error in the HTTP2 framing layer"),
    (
        "curl: (92) HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)",
        "(92) HTTP/2 stream was not closed cleanly",
    ),
    (
        "Error [ERR_HTTP2_STREAM_ERROR]: Stream closed with error code NGHTTP2_REFUSED_STREAM",
        "ERR_HTTP2_STREAM_ERROR",
    ),
    ("code: 'ERR_HTTP2_STREAM_CANCEL'", "ERR_HTTP2_STREAM_CANCEL"),
    (
        "Error: Parse Error: Expected HTTP/, RTSP/ or ICE/ { code: 'HPE_INVALID_CONSTANT' }",
        "Parse Error: Expected HTTP/",
    ),
    ("Error [ERR_HTTP2_ERROR]: Protocol error", "ERR_HTTP2_ERROR: Protocol error"),
    (
        "net/http: HTTP/1.x transport connection broken: malformed HTTP response \"\\x00\\x00\\x06\\x04\"",
        "malformed HTTP response",
    ),
    (
        "code = Unavailable desc = connection error: error reading server preface: http2: frame too large",
        "http2: frame too large",
    ),
    ("('Connection aborted.', BadStatusLine('\\x00\\x00\\x00\\x04'))", "BadStatusLine"),
    ("curl: (1) Received HTTP/0.9 when not allowed", "(1) Received HTTP/0.9 when not allowed"),
    (
        "*1 upstream sent no valid HTTP/1.0 header while reading response header from upstream",
        "upstream sent no valid HTTP/1.0 header",
    ),
];

fn found(line: &str) -> &'static str {
    find(line).unwrap_or_else(|| panic!("nothing is found in {line:?}")).text
}

#[test]
fn what_people_paste_is_found_also_inside_a_log_line() {
    for &(pasted, text) in PASTED.iter().chain(CALLS) {
        assert_eq!(found(pasted), text, "{pasted:?}");
        let logged = format!(
            "2026-11-20T19:04:41.230Z [web-7] ERROR request 8f3 to api failed: {pasted} (after 5003 ms)"
        );
        assert_eq!(found(&logged), text, "{logged:?}");
    }
}

#[test]
fn case_does_not_matter_but_where_it_is_the_message() {
    for (pasted, text) in [
        ("READ econnreset", "read ECONNRESET"),
        ("Socket Hang Up", "socket hang up"),
        ("remotedisconnected", "RemoteDisconnected"),
        ("sh--", "SH--"),
    ] {
        assert_eq!(found(pasted), text);
    }
}

#[test]
fn every_text_finds_itself() {
    for error in all() {
        assert_eq!(found(error.text), error.text);
        assert!(error.meaning.ends_with(['.', ')']) && error.meaning.len() > 20, "{}", error.text);
    }
}

#[test]
fn a_line_without_an_error_text_has_none() {
    for line in [
        "curl: (1) Protocol \"htps\" not supported or disabled in libcurl",
        "",
        "all is well",
        "listening on 0.0.0.0:8080",
        "EOFException",
        "took 1499 ms",
        "SHED load",
        "SocketException: Socket closed",
    ] {
        assert!(find(line).is_none(), "{line:?} is {:?}", find(line));
    }
}

#[test]
fn every_lead_is_a_cause_and_is_named_once() {
    for error in all() {
        let leads = error.event.leads;
        assert!(!leads.is_empty() && !error.event.wire.is_empty(), "{}", error.text);
        for (index, lead) in leads.iter().enumerate() {
            assert!(rule(lead.cause).is_some(), "{}: {}", error.text, lead.cause);
            assert!(leads[index + 1..].iter().all(|other| other.cause != lead.cause), "{}", error.text);
            assert!((20..=110).contains(&lead.tell.chars().count()), "{}: {}", lead.cause, lead.tell);
        }
    }
}

#[test]
fn every_cause_is_behind_some_text_or_known_to_be_invisible() {
    for rule in RULES {
        let visible = all().any(|error| error.event.leads.iter().any(|lead| lead.cause == rule.name));
        let invisible = INVISIBLE.iter().any(|(cause, _)| *cause == rule.name);
        assert!(visible != invisible, "{}", rule.name);
    }
}

/// What `explain CAUSE` says that programs saw has to lead back to that cause.
#[test]
fn what_a_program_says_leads_back_to_the_cause() {
    for rule in RULES.iter().filter(|rule| INVISIBLE.iter().all(|(cause, _)| *cause != rule.name)) {
        let seen = example::seen(rule);
        let mut back = seen.is_empty();
        for seen in seen {
            for &program in Program::SPEAKING {
                let Some(text) = program.says(seen.side, seen.sight, seen.stage) else { continue };
                let error = find(text).unwrap_or_else(|| panic!("{text} is not known"));
                assert_eq!(error.program, program, "{text} is {}", error.text);
                back |= error.event.leads.iter().any(|lead| lead.cause == rule.name);
            }
        }
        assert!(back, "{}: {:?}", rule.name, example::seen(rule));
    }
}

#[test]
fn sides_fit_their_witnesses() {
    for error in all() {
        let proxied = matches!(error.witness, Witness::Upstream | Witness::Downstream);
        assert!(!proxied || matches!(error.program, Program::Nginx | Program::Haproxy | Program::Envoy));
        let of_connect = error.sight.is_some_and(|sight| sight.call == Call::Connect);
        assert!(
            !of_connect || matches!(error.witness, Witness::Client | Witness::Upstream | Witness::Either)
        );
    }
}
