//! What a proxy or a balancer sees of the server behind it, and what texts leave open.

use super::{Event, Scope, lead, stream};

pub(in crate::verdict::errors) const NOT_MADE: &Event = &Event {
    wire: "the connection is not made; the text does not tell whether by a RST, an ICMP error or silence",
    scope: Scope::Connect,
    leads: &[
        lead("port_closed", "a RST answers the SYN at once: nothing listens there"),
        lead(
            "syn_unanswered",
            "nothing but SYNs: a firewall drops them, the host is down, the address is wrong",
        ),
        lead("refused_by_firewall", "the RST has another TTL than the server's own segments"),
        lead("icmp_refused", "an ICMP error quotes the SYN; its sender and its code say who objects and why"),
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
        lead("port_closed", "a RST answers the SYN at once: nothing listens there"),
        lead(
            "syn_unanswered",
            "nothing but SYNs: a firewall drops them, the host is down, the address is wrong",
        ),
        lead("no_response", "the server's FIN or RST+ACK answers the first request"),
        lead("tls_alert", "an alert in the handshake says which side objects, and to what"),
        lead(
            "tls_handshake_reset",
            "a FIN or a RST right after the ClientHello: no TLS on that port, a filter",
        ),
        lead("icmp_refused", "an ICMP error quotes the SYN; its sender and its code say who objects and why"),
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
        lead("response_cut", "the answer had begun, and is shorter than its head announced"),
        lead("stale_keepalive", "an idle connection that the server closed as the next request came"),
        lead("client_abort", "seen by a server: the client left before it had its whole answer"),
        lead("idle_timeout", "a long silence, and a bare RST answers the first segment after it"),
        lead(
            "state_lost",
            "a bare RST in the middle of regular use, and no FIN before it: restart, failover",
        ),
        lead("write_after_close", "the other side's FIN had come long before, and this side wrote on"),
        lead("tls_handshake_reset", "a ClientHello, and the end before the handshake is over"),
        lead("aborted_by_application", "a RST+ACK when nothing was owed: a kill, SO_LINGER 0, terminate()"),
        lead("injected_reset", "the RST does not fit its host, or that host speaks on after it"),
    ],
);

pub(in crate::verdict::errors) const ANSWER_LOST: &Event = &stream(
    "a FIN or a RST of the server arrives before its answer is whole",
    &[
        lead("no_response", "the server had the request for a while: a crash, a kill, a limit of its own"),
        lead(
            "stale_keepalive",
            "kept alive and idle, and the server closed as the request came: its limit is shorter",
        ),
        lead("response_cut", "the answer had begun, and is shorter than its head announced"),
        lead(
            "unread_data_at_close",
            "the request had a body, and the server closed before it had read it all",
        ),
        lead("idle_timeout", "no FIN, but a long silence before the request, which a bare RST answers"),
        lead("state_lost", "no FIN and no long silence: the server was restarted or replaced"),
        lead(
            "listener_closed",
            "several requests that nobody had taken are reset at once: restart or deploy",
        ),
        lead("write_after_close", "the server's FIN came before the request: nobody behind it takes any"),
        lead(
            "aborted_by_application",
            "the RST came before anything was asked: a proxy without a server, a limit",
        ),
        lead("injected_reset", "the RST does not fit the server's own segments, or the server speaks on"),
    ],
);

pub(in crate::verdict::errors) const NOT_MADE_OR_ENDED: &Event = &Event {
    wire: "the connection is not made, or a FIN or a RST of the other side ends it: the text tells none of them",
    scope: Scope::Connect,
    leads: &[
        lead("no_response", "the server ended before the first byte of its answer"),
        lead("port_closed", "a RST answers the SYN at once: nothing listens there"),
        lead(
            "syn_unanswered",
            "nothing but SYNs: a firewall drops them, the host is down, the address is wrong",
        ),
        lead("response_cut", "the answer had begun, and is shorter than was announced"),
        lead("client_abort", "the first FIN or RST is the client's own: a limit, or seen by a server"),
        lead("stale_keepalive", "an idle connection that the server closed as the next request came"),
        lead("idle_timeout", "a long silence, and a bare RST answers the first segment after it"),
        lead(
            "state_lost",
            "a bare RST in the middle of regular use, and no FIN before it: restart, failover",
        ),
        lead("write_after_close", "the other side's FIN had come long before, and this side wrote on"),
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
        lead("response_cut", "the answer had begun, and is shorter than its head announced"),
        lead("icmp_refused", "an ICMP error answers the SYN: the target's host is gone, or rejects it"),
        lead("tls_handshake_reset", "the target ends TLS's handshake: another protocol on that port"),
        lead("unread_data_at_close", "the target closed with part of the request's body unread"),
    ],
};
