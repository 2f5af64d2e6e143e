//! What a proxy or a balancer sees of the server behind it, and what texts leave open.

use super::{Event, Scope, lead, leads, stream};

pub(in crate::verdict::errors) const NOT_MADE: &Event = &Event {
    wire: "the connection is not made; the text does not tell whether by a RST, an ICMP error or silence",
    scope: Scope::Connect,
    leads: &[
        leads::PORT_CLOSED,
        leads::SYN_UNANSWERED,
        lead("refused_by_firewall", "the RST has another TTL than the server's own segments"),
        leads::ICMP_REFUSED,
        lead("accept_queue_overflow", "the server repeats its SYN+ACK, or answers only now and then"),
        lead(
            "client_gave_up_connecting",
            "the SYN+ACK comes after the program's own limit; a RST answers it",
        ),
        lead("aborted_by_application", "connected, and a RST at once: a proxy without a server, a limit"),
    ],
};

pub(in crate::verdict::errors) const NO_SERVER: &Event = &Event {
    wire: "the connection is not made, or ends before the server has said anything: the text tells neither",
    scope: Scope::Connect,
    leads: &[
        leads::PORT_CLOSED,
        leads::SYN_UNANSWERED,
        lead("no_response", "the server's FIN or RST+ACK answers the first request"),
        leads::ALERT,
        lead(
            "tls_handshake_reset",
            "a FIN or a RST right after the ClientHello: no TLS on that port, a filter",
        ),
        leads::ICMP_REFUSED,
        lead(
            "idle_timeout",
            "a connection from a pool: a long silence, and a bare RST answers the next request",
        ),
    ],
};

pub(in crate::verdict::errors) const ENDED_ANYHOW: &Event = &stream(
    "a FIN or a RST of the other side arrives; the text does not tell which",
    &[
        lead("no_response", "seen by a client: the server ended before the first byte of its answer"),
        leads::CUT,
        leads::STALE,
        leads::CLIENT_LEFT,
        leads::IDLE,
        leads::STATE_LOST,
        leads::WROTE_ON,
        lead("tls_handshake_reset", "a ClientHello, and the end before the handshake is over"),
        lead("aborted_by_application", "a RST+ACK when nothing was owed: a kill, SO_LINGER 0, terminate()"),
        leads::NOT_ITS_HOSTS,
    ],
);

pub(in crate::verdict::errors) const ANSWER_LOST: &Event = &stream(
    "a FIN or a RST of the server arrives before its answer is whole",
    &[
        leads::HAD_REQUEST,
        leads::STALE_LIMIT,
        leads::CUT,
        leads::BODY_UNREAD,
        leads::IDLE_REQUEST,
        leads::SERVER_REPLACED,
        leads::REQUESTS_UNTAKEN,
        leads::CLOSED_BEFORE_REQUEST,
        lead(
            "aborted_by_application",
            "the RST came before anything was asked: a proxy without a server, a limit",
        ),
        leads::NOT_THE_SERVERS,
    ],
);

pub(in crate::verdict::errors) const NOT_MADE_OR_ENDED: &Event = &Event {
    wire: "the connection is not made, or a FIN or a RST of the other side ends it: the text tells none of them",
    scope: Scope::Connect,
    leads: &[
        lead("no_response", "the server ended before the first byte of its answer"),
        leads::PORT_CLOSED,
        leads::SYN_UNANSWERED,
        lead("response_cut", "the answer had begun, and is shorter than was announced"),
        lead("client_abort", "the first FIN or RST is the client's own: a limit, or seen by a server"),
        leads::STALE,
        leads::IDLE,
        leads::STATE_LOST,
        leads::WROTE_ON,
        lead("aborted_by_application", "a RST+ACK when nothing was owed: a kill, SO_LINGER 0, a limit"),
    ],
};

pub(in crate::verdict::errors) const TARGET_FAILED: &Event = &Event {
    wire: "the server behind the balancer refuses the SYN, or ends before its answer is whole",
    scope: Scope::Connect,
    leads: &[
        lead(
            "stale_keepalive",
            "the target's FIN after a pause crosses the request: its limit is the shorter one",
        ),
        lead("no_response", "the target had the request and ended by FIN or RST: a crash, a kill, a limit"),
        lead("port_closed", "a RST answers the SYN: the target's program is down or restarts"),
        leads::CUT,
        lead("icmp_refused", "an ICMP error answers the SYN: the target's host is gone, or rejects it"),
        lead("tls_handshake_reset", "the target ends TLS's handshake: another protocol on that port"),
        lead("unread_data_at_close", "the target closed with part of the request's body unread"),
    ],
};
