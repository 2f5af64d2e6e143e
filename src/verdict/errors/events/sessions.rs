//! What happens to a session that is not of requests and answers, or before it begins.

use super::{Event, lead, leads, stream};

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
        leads::QUEUE_FULL,
        leads::QUEUE_CLOSED,
        lead("state_lost", "a bare RST answers the first words: restart, failover, a device's lost table"),
        lead("injected_reset", "the RST does not fit the server's own segments: a filter on the way"),
    ],
);

pub(in crate::verdict::errors) const LOST_SESSION: &Event = &stream(
    "the session's other side, or a device on the way, ended it or forgot it",
    &[
        leads::IDLE_OR_SILENT,
        leads::NOTHING_COMES_BACK,
        lead("keepalive_timeout", "probes at even intervals without an answer, then a RST"),
        leads::STATE_LOST,
        leads::WROTE_ON,
        lead("aborted_by_application", "a RST+ACK of the server when nothing was owed: it was killed"),
        leads::NOT_ITS_HOSTS,
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
        leads::MTU,
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

pub(in crate::verdict::errors) const MAIL_TIMEOUT: &Event = &stream(
    "one side says nothing for as long as the other waits (300 s as a rule), which then says 421 and closes",
    &[
        lead(
            "client_abort",
            "the command or the answer had been acknowledged: the other program hung, and one left",
        ),
        leads::MTU,
        leads::IDLE_DEVICE,
        lead("write_after_close", "the server's 421 and FIN had come, and the client wrote on"),
    ],
);

pub(in crate::verdict::errors) const UNCLOSED_TLS: &Event = &stream(
    "a FIN arrives, and TLS's own goodbye (close_notify) did not come before it",
    &[
        lead("no_response", "nothing of the answer had come: the server's program died or was told to end"),
        lead("response_cut", "some of the answer had come: compare its length with what was announced"),
        leads::STALE,
        lead("tls_handshake_reset", "the handshake was not over yet"),
        lead(
            "write_after_close",
            "all was answered, and the client wrote on; or the FIN came before the ClientHello",
        ),
    ],
);

pub(in crate::verdict::errors) const TLS_TIMEOUT: &Event = &stream(
    "the connection is made, TLS's handshake does not come to its end in time, and the client closes",
    &[
        lead(
            "client_abort",
            "the ClientHello is acknowledged and not answered: the server is busy, or hangs",
        ),
        lead(
            "peer_vanished",
            "segments as long as the certificate are repeated in vain: the path's MTU, a filter",
        ),
        leads::HELLO_UNHEARD,
        lead("tls_handshake_reset", "an end of the server's comes in the same moment"),
    ],
);

pub(in crate::verdict::errors) const NOT_LOGGED_IN: &Event = &stream(
    "a FIN or a RST of the server arrives during TLS's handshake or the login",
    &[
        lead(
            "tls_handshake_reset",
            "right after the ClientHello: no TLS on that port, or a filter on the way",
        ),
        lead("no_response", "the login stays without an answer: the server does not like what it was told"),
        leads::ALERT,
        lead(
            "unread_data_at_close",
            "a RST, since the server closed with what was said unread: another protocol",
        ),
        lead("injected_reset", "the RST does not fit the server's own segments: a filter that knows TLS"),
    ],
);

pub(in crate::verdict::errors) const BROKER_LEFT: &Event = &stream(
    "a FIN or a RST of the broker, or of a device on the way, arrives without the protocol's own goodbye",
    &[
        lead(
            "no_response",
            "right after the first message, before its answer: a login, a limit, TLS on a plain port",
        ),
        lead(
            "aborted_by_application",
            "a RST+ACK when nothing was owed: a second client of the same name, missed keepalives, a restart",
        ),
        leads::IDLE_OR_SILENT,
        leads::NOTHING_COMES_BACK,
        leads::STATE_LOST,
        lead("write_after_close", "the broker's FIN had come before, and this side wrote on"),
        leads::NOT_ITS_HOSTS,
    ],
);

pub(in crate::verdict::errors) const SAID_CLOSE: &Event = &stream(
    "a Close frame that says so, then FIN: the end that WebSocket wants",
    &[
        lead("write_after_close", "messages were still sent behind the Close frame, and met a closed socket"),
        lead("aborted_by_application", "a RST right behind the Close frame: the program ended with it"),
    ],
);

pub(in crate::verdict::errors) const TLS_UNDONE: &Event = &stream(
    "TLS's handshake does not come to its end: a FIN, a RST, an alert, or the client's own limit",
    &[
        lead("tls_alert", "an alert says which side objects, mostly the client to the server's certificate"),
        lead(
            "tls_handshake_reset",
            "a FIN or a RST of the server after the ClientHello: no TLS on that port, a filter",
        ),
        lead("client_abort", "the ClientHello stays without an answer, and the client leaves: its own limit"),
        leads::CLOSED_BEFORE_HELLO,
        lead("aborted_by_application", "the RST came before anything was said"),
        leads::HELLO_UNHEARD,
    ],
);
