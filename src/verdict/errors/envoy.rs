//! Envoy, and Istio's proxies: its sentences, and the flags of its access log.
//!
//! Flags by Envoy's own list (stream_info/utility.h); several are joined by commas, in that list's order.

use super::events::{
    ANSWER_LOST, CALLS_REFUSED, CLIENT_LEFT, NO_SERVER, NOBODY_ASKED, OTHER_HTTP, OWN_CLOSE, OWN_TIMEOUT,
    REFUSED, TURNED_AWAY, UPSTREAM_ENDED,
};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read};

/// Where a flag stands: behind its field's name in a log of JSON or of text, behind the status in Envoy's own format, or beside
/// the name of the program. Alone it would be any word of two letters.
macro_rules! flag {
    ($($flag:literal),+) => {
        &[$(
            concat!("response_flags ", $flag),
            concat!("response_flags\":\"", $flag),
            concat!("response_flags\": \"", $flag),
            concat!("response_flags=", $flag),
            concat!("response_flags: ", $flag),
            concat!("response flag ", $flag),
            concat!("response flags ", $flag),
            concat!("envoy ", $flag),
            concat!("Envoy ", $flag),
            concat!("HTTP/1.1\" 503 ", $flag),
            concat!("HTTP/2\" 503 ", $flag),
            concat!("HTTP/1.1\" 504 ", $flag),
            concat!("HTTP/2\" 504 ", $flag),
            concat!("HTTP/1.1\" 502 ", $flag),
            concat!("HTTP/2\" 502 ", $flag),
            concat!("HTTP/1.1\" 408 ", $flag),
            concat!("HTTP/2\" 408 ", $flag),
            concat!("HTTP/1.1\" 400 ", $flag),
            concat!("HTTP/2\" 400 ", $flag),
            concat!("HTTP/1.1\" 200 ", $flag),
            concat!("HTTP/2\" 200 ", $flag),
            concat!("HTTP/1.1\" 0 ", $flag),
            concat!("HTTP/2\" 0 ", $flag),
            concat!("- - -\" 0 ", $flag),
        )+]
    };
}

/// What a flag of Envoy's about the server behind it stands for, without a call that failed.
const fn upstream(event: &'static super::Event) -> Alike {
    Alike { sight: None, witness: Witness::Upstream, event }
}

const fn downstream(event: &'static super::Event) -> Alike {
    Alike { sight: None, witness: Witness::Downstream, event }
}

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "upstream connect error … remote connection failure",
        program: Program::Envoy,
        patterns: &["reset reason: connection failure", "remote connection failure"],
        loose: &[],
        sight: Some(connect("ECONNREFUSED")),
        witness: Witness::Upstream,
        meaning: "Envoy could not connect to the server behind it (response flag UF); it answers 503.",
        event: REFUSED,
    },
    upstream(NOBODY_ASKED).in_words(
        Program::Envoy,
        "no healthy upstream",
        &["no healthy upstream", "no_healthy_upstream"],
        "Envoy connects to nobody, since no server is in its list or all have failed their checks (response flag UH); it answers 503. What \
the checks met is in /clusters of its admin port.",
    ),
    ErrorText {
        text: "upstream connect error or disconnect/reset before headers",
        program: Program::Envoy,
        patterns: &[
            "upstream connect error or disconnect/reset before headers",
            "upstream_reset_before_response_started",
        ],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Upstream,
        meaning: "The server behind Envoy ended before the head of its answer (response flag UC); 'connection \
termination' is a FIN or a RST. Envoy answers 503.",
        event: UPSTREAM_ENDED,
    },
    upstream(NOBODY_ASKED).in_words(
        Program::Envoy,
        "response_flags UH",
        flag!("UH", "UO", "NR", "NC"),
        "Envoy itself turned the request away and connected to nobody: no healthy server (UH), a limit of its own (UO, the circuit breaker), \
no route (NR) or no such cluster (NC).",
    ),
    upstream(OWN_TIMEOUT).in_words(
        Program::Envoy,
        "response_flags UT",
        flag!("UT", "DT", "UMSDR"),
        "The server behind Envoy had not answered within the route's timeout (UT, 15 s unless set; 504), or what was asked lasted longer than \
it may (DT, UMSDR). Envoy itself gives up: on the wire it is the client that left.",
    ),
    upstream(OWN_CLOSE).in_words(
        Program::Envoy,
        "response_flags LR",
        flag!("LR"),
        "Envoy itself reset the stream to the server behind it (LocalReset): a timeout of a single try, a limit, its own shutdown.",
    ),
    upstream(CALLS_REFUSED).in_words(
        Program::Envoy,
        "response_flags UR",
        flag!("UR"),
        "The server behind Envoy reset the stream (UpstreamRemoteReset), in HTTP/2 by RST_STREAM: the connection may well live on.",
    ),
    upstream(NO_SERVER).in_words(
        Program::Envoy,
        "response_flags UF",
        flag!("UF"),
        "Envoy could not connect to the server behind it (UpstreamConnectionFailure): refused, no answer in time, or TLS that failed \
(a sidecar without mutual TLS). With URX beside it all repetitions had failed too. It answers 503.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Upstream, event: ANSWER_LOST }.in_words(
        Program::Envoy,
        "response_flags UC",
        flag!("UC"),
        "The server behind Envoy ended the connection, by FIN or RST, before its answer was whole (UpstreamConnectionTermination); with 503 \
before its head, with 200 in its midst.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Downstream, event: CLIENT_LEFT }.in_words(
        Program::Envoy,
        "response_flags DC",
        flag!("DC", "DR"),
        "The client of Envoy ended the connection before it had its whole answer (DownstreamConnectionTermination; DR: it reset the stream); \
the status is 0 where no answer had begun.",
    ),
    upstream(NO_SERVER).in_words(
        Program::Envoy,
        "response_flags URX",
        flag!("URX"),
        "Envoy tried again as often as it may, and the last try failed too (UpstreamRetryLimitExceeded; of TCP: connecting); the flag beside \
it, or an earlier line, says how.",
    ),
    downstream(OWN_TIMEOUT).in_words(
        Program::Envoy,
        "response_flags SI",
        flag!("SI"),
        "Nothing was said on a stream for stream_idle_timeout (5 min unless set), and Envoy ended it: 408 or 504 where no answer had begun.",
    ),
    downstream(TURNED_AWAY).in_words(
        Program::Envoy,
        "response_flags DPE",
        flag!("DPE"),
        "What Envoy's client sent is not the protocol that Envoy expects (DownstreamProtocolError): TLS or HTTP/2 on a port for HTTP/1, a \
malformed request. Envoy answers 400 or nothing, and closes.",
    ),
    upstream(OTHER_HTTP).in_words(
        Program::Envoy,
        "response_flags UPE",
        flag!("UPE"),
        "What the server behind Envoy answered is not the protocol that Envoy expects (UpstreamProtocolError): HTTP/1 for HTTP/2 or the other \
way round, TLS, a malformed head.",
    ),
];
