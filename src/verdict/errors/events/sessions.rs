//! What happens to a session that is not of requests and answers, or before it begins.

use super::{Event, lead, stream};

pub(in crate::verdict::errors) const CERTIFICATE: &Event = &stream(
    "the client ends the handshake at the sight of the server's certificate, or right after it",
    &[
        lead("tls_alert", "the client's alert stands before the end: unknown CA, expired, bad certificate"),
        lead(
            "tls_handshake_reset",
            "no alert that can be read: the client closes as soon as it has seen the certificate",
        ),
        lead("injected_reset", "the RST does not fit the client's own segments: an inspector between them"),
    ],
);

pub(in crate::verdict::errors) const NOT_GREETED: &Event = &stream(
    "a FIN or a RST arrives before the other side has said anything",
    &[
        lead(
            "no_response",
            "the server's FIN or RST+ACK comes instead of its greeting: a limit, a ban, nobody behind a proxy",
        ),
        lead("aborted_by_application", "the client's RST, and it has said nothing: a check, a scan"),
        lead(
            "accept_queue_overflow",
            "a bare RST answers the last ACK of the handshake: the server is overloaded",
        ),
        lead("listener_closed", "several connections that were never served are reset together: restart"),
        lead("state_lost", "a bare RST answers the first words: restart, failover, a device's lost table"),
        lead("injected_reset", "the RST does not fit the server's own segments: a filter on the way"),
    ],
);

pub(in crate::verdict::errors) const LOST_SESSION: &Event = &stream(
    "the session's other side, or a device on the way, ended it or forgot it",
    &[
        lead("idle_timeout", "a long silence, and a bare RST or nothing answers what is sent after it"),
        lead("peer_vanished", "segments are repeated and nothing comes back: path or host is gone"),
        lead("keepalive_timeout", "probes at even intervals without an answer, then a RST"),
        lead("state_lost", "a bare RST in regular use, and no FIN before it: restart, failover"),
        lead("write_after_close", "the other side's FIN had come long before, and this side wrote on"),
        lead("aborted_by_application", "a RST+ACK of the server when nothing was owed: it was killed"),
        lead("injected_reset", "the RST does not fit its host, or that host speaks on after it"),
    ],
);

pub(in crate::verdict::errors) const MAIL_LOST: &Event = &stream(
    "a FIN or a RST arrives in the midst of an SMTP dialogue, without QUIT or 221",
    &[
        lead("no_response", "the server ends with a command unanswered: a filter, a limit, a crash"),
        lead("client_abort", "the client's FIN or RST before it has its answer: its own timeout"),
        lead("aborted_by_application", "a RST while nothing was owed: a check, a bot that saves the QUIT"),
        lead("idle_timeout", "the end comes after a silence as long as a server's timeout (300 s)"),
        lead("write_after_close", "the server had closed (421), and the client wrote on"),
        lead("peer_vanished", "the same bytes are repeated and not acknowledged: often the path's MTU"),
        lead("injected_reset", "the RST does not fit its host: an inspector that dislikes STARTTLS"),
    ],
);

pub(in crate::verdict::errors) const NOT_LET_IN: &Event = &stream(
    "the server says why it takes nobody in, and closes, mostly with what was asked unread",
    &[
        lead("no_response", "what the client had asked has no answer but that"),
        lead("write_after_close", "the client went on to write before it had read that"),
        lead("unread_data_at_close", "a RST, since the server had not read what the client had asked"),
    ],
);

pub(in crate::verdict::errors) const TOO_LONG: &Event = &stream(
    "the server says that it takes no more, and aborts in the midst of what the client still sends",
    &[
        lead(
            "unread_data_at_close",
            "the server's error, then its RST, with the rest of the statement unread",
        ),
        lead("write_after_close", "the server's FIN came first, and the rest met a closed socket"),
    ],
);
