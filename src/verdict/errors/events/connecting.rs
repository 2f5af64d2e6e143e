//! What may happen while a program is still connecting.

use super::{Event, Lead, Scope, lead, leads};

const fn connecting(wire: &'static str, leads: &'static [Lead]) -> Event {
    Event { wire, scope: Scope::Connect, leads }
}

pub(in crate::verdict::errors) const REFUSED: &Event = &connecting(
    "the SYN is answered by a RST, or by an ICMP error",
    &[
        lead("port_closed", "a RST comes at once, from where the server's other segments come from"),
        lead(
            "refused_by_firewall",
            "the RST has another TTL than the server's own segments; on the server no SYN arrives",
        ),
        lead(
            "icmp_refused",
            "no RST at all, but an ICMP error (port unreachable); its sender is the one that refuses",
        ),
    ],
);

pub(in crate::verdict::errors) const UNREACHABLE: &Event = &connecting(
    "an ICMP error answers the SYN, or the SYN cannot even be sent",
    &[
        lead(
            "icmp_refused",
            "an ICMP error that quotes the SYN; its sender and its code say who objects and why",
        ),
        lead(
            "syn_unanswered",
            "no SYN leaves, or none is answered: the host is down, or there is no route to it",
        ),
    ],
);

pub(in crate::verdict::errors) const CONNECT_TIMEOUT: &Event = &connecting(
    "SYNs are repeated, and nothing comes back in time",
    &[
        leads::SYN_UNANSWERED,
        lead(
            "accept_queue_overflow",
            "the server repeats its SYN+ACK, or answers only now and then: it is overloaded",
        ),
        lead(
            "client_gave_up_connecting",
            "the SYN+ACK comes after the client's own timeout and is answered by a RST",
        ),
        lead("icmp_refused", "an ICMP error came, and the program went on trying"),
    ],
);

pub(in crate::verdict::errors) const TIMED_OUT: &Event = &connecting(
    "what was sent stays unanswered until the system gives up",
    &[
        lead("syn_unanswered", "it says connect, or only SYNs are seen"),
        lead(
            "peer_vanished",
            "data is repeated at growing intervals, and nothing comes back: path or host is gone",
        ),
        lead("keepalive_timeout", "probes at even intervals on an idle connection, then a RST"),
        lead(
            "accept_queue_overflow",
            "the server repeats its SYN+ACK although the client has acknowledged it",
        ),
    ],
);

pub(in crate::verdict::errors) const OWN_TIMEOUT: &Event = &connecting(
    "nothing in particular: the program's own timeout ran out, and it closes",
    &[
        lead(
            "client_abort",
            "a request, then silence, then the client's own FIN or RST: the server is slower than the timeout",
        ),
        lead("syn_unanswered", "only SYNs: the timeout ran out while connecting"),
        lead("client_gave_up_connecting", "the SYN+ACK comes too late, and a RST answers it"),
        lead("peer_vanished", "the request itself is repeated, and not even acknowledged"),
        lead("accept_queue_overflow", "the server repeats its SYN+ACK and acknowledges no data"),
    ],
);

pub(in crate::verdict::errors) const WRAPPER: &Event = &connecting(
    "anything: this text wraps another error, which is its cause",
    &[
        lead(
            "stale_keepalive",
            "cause ECONNRESET, EPIPE or 'other side closed', on a connection that had been idle",
        ),
        lead("port_closed", "cause ECONNREFUSED: a RST answers the SYN"),
        lead("no_response", "cause ECONNRESET or 'other side closed' on a fresh connection"),
        lead("syn_unanswered", "cause ETIMEDOUT or UND_ERR_CONNECT_TIMEOUT: only SYNs"),
        lead("icmp_refused", "cause EHOSTUNREACH or ENETUNREACH: an ICMP error"),
        lead("tls_alert", "cause a certificate or SSL error: an alert in the handshake"),
        lead("tls_handshake_reset", "cause ECONNRESET right after the ClientHello"),
    ],
);

pub(in crate::verdict::errors) const FORBIDDEN: &Event = &connecting(
    "no SYN leaves, since a rule of this host forbids it; over IPv6 an ICMP error may have answered it",
    &[lead(
        "icmp_refused",
        "over IPv6: an ICMP error quotes the SYN ('administratively prohibited', policy, reject route)",
    )],
);
