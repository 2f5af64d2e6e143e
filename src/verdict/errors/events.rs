//! What happened on the wire when programs say so, and the causes behind it, likeliest first.

mod calls;
mod connecting;
mod leads;
mod own;
mod sessions;
mod upstream;

pub(super) use calls::{BROKEN_OFF, CALLS_ENDED, CALLS_REFUSED, OTHER_HTTP, PEER_SILENT};
pub(super) use connecting::{
    CONNECT_TIMEOUT, FORBIDDEN, OWN_TIMEOUT, REFUSED, TIMED_OUT, UNREACHABLE, WRAPPER,
};
pub(super) use own::{GONE_BEFORE, NOBODY_ASKED, NONE_FREE, NOTHING_SENT, OWN_CLOSE, OWN_LIMIT, UNANSWERED};
pub(super) use sessions::{
    BROKER_LEFT, CERTIFICATE, LOST_SESSION, MAIL_LOST, MAIL_TIMEOUT, NOT_GREETED, NOT_LET_IN, NOT_LOGGED_IN,
    SAID_CLOSE, TLS_TIMEOUT, TLS_UNDONE, TOO_LONG, UNCLOSED_TLS,
};
pub(super) use upstream::{ANSWER_LOST, ENDED_ANYHOW, NO_SERVER, NOT_MADE, NOT_MADE_OR_ENDED, TARGET_FAILED};

/// Something that programs report.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// What the packets show.
    pub wire: &'static str,
    /// What a capture has to hold.
    pub scope: Scope,
    /// The causes, the likeliest first; none where no packet is behind it.
    pub leads: &'static [Lead],
}

/// A cause that may be behind an error.
#[derive(Debug, PartialEq, Eq)]
pub struct Lead {
    /// Its name in the list of rules.
    pub cause: &'static str,
    /// By what it is told from the others, in a line.
    pub tell: &'static str,
}

/// What a capture has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The attempt to connect, and ICMP errors that may answer it.
    Connect,
    /// The connection.
    Stream,
    /// Nothing: no packet tells of it.
    Nothing,
}

const fn lead(cause: &'static str, tell: &'static str) -> Lead {
    Lead { cause, tell }
}

const fn stream(wire: &'static str, leads: &'static [Lead]) -> Event {
    Event { wire, scope: Scope::Stream, leads }
}

pub(super) const RESET: &Event = &stream(
    "a RST arrives on an established connection",
    &[
        lead(
            "stale_keepalive",
            "a whole exchange, a pause, then a request that a bare RST answers: the server had closed",
        ),
        lead(
            "no_response",
            "a RST+ACK of the server after the request and before the first byte of an answer",
        ),
        lead("response_cut", "the answer had begun and is shorter than its head announced"),
        lead("client_abort", "seen by a server: the RST is the client's, and its answer was not whole"),
        lead(
            "idle_timeout",
            "silence of a minute or more, and a bare RST answers the first segment after it",
        ),
        lead(
            "unread_data_at_close",
            "the server answered early (413) or closed while the upload was still arriving",
        ),
        leads::STATE_LOST,
        lead(
            "injected_reset",
            "the RST does not fit its host (TTL, numbers), or that host speaks on after it",
        ),
        lead("tls_handshake_reset", "a ClientHello, and a RST before the handshake is over"),
        lead("tls_alert", "a TLS alert was sent just before the RST: its text is the reason"),
        leads::QUEUE_CLOSED,
        leads::QUEUE_FULL,
        lead("aborted_by_application", "a RST+ACK when nothing was owed: SO_LINGER 0, terminate(), ss -K"),
        lead("unexplained", "none of these; a capture on both hosts helps"),
    ],
);

pub(super) const UPSTREAM_RESET: &Event = &stream(
    "a RST of the server arrives before the first byte of its answer",
    &[
        lead(
            "stale_keepalive",
            "the connection was kept alive and idle; a bare RST answers the request at once",
        ),
        lead(
            "no_response",
            "the server had the request for a while, then RST+ACK: a crash, a kill, a destroyed socket",
        ),
        leads::BODY_UNREAD,
        lead(
            "idle_timeout",
            "no FIN, but a long silence before the request: a device on the way forgot the connection",
        ),
        leads::SERVER_REPLACED,
        leads::REQUESTS_UNTAKEN,
        lead("accept_queue_overflow", "the RST answers the handshake's last ACK: the server is overloaded"),
        leads::NOT_THE_SERVERS,
    ],
);

pub(super) const UPSTREAM_ENDED: &Event = &stream(
    "a FIN or a RST of the server arrives before the first byte of its answer",
    &[
        leads::HAD_REQUEST,
        leads::STALE_LIMIT,
        leads::BODY_UNREAD,
        leads::IDLE_REQUEST,
        leads::SERVER_REPLACED,
        leads::REQUESTS_UNTAKEN,
        leads::NOT_THE_SERVERS,
    ],
);

pub(super) const HUNG_UP: &Event = &stream(
    "a FIN of the server arrives before the head of its answer is whole",
    &[
        lead(
            "no_response",
            "the server acknowledged the request and sent FIN: a crash, a destroyed socket, a timeout of it",
        ),
        lead(
            "stale_keepalive",
            "the server's FIN crossed the request or came before it, on a connection that had been idle",
        ),
        lead(
            "response_cut",
            "some of the head had come, or, since some programs say the same of that, of the body",
        ),
        lead(
            "client_abort",
            "the first FIN or RST is the client's own: a timeout or a destroy() in its program",
        ),
        lead(
            "unread_data_at_close",
            "the request had a body; FIN, then RST, while the rest of it was still arriving",
        ),
        lead(
            "write_after_close",
            "the protocol is no HTTP: the server had closed for good, and the client wrote on",
        ),
        lead("tls_handshake_reset", "all that was said is a ClientHello"),
    ],
);

pub(super) const STALE: &Event = &stream(
    "the server ends a kept-alive connection at the time when the next request is sent",
    &[
        lead(
            "stale_keepalive",
            "the server's FIN after a pause, and the request crosses it or comes after it",
        ),
        lead(
            "idle_timeout",
            "no FIN in the capture: the request is answered by a bare RST after a long silence",
        ),
        lead("no_response", "the server acknowledged this request before it closed"),
    ],
);

pub(super) const CUT: &Event = &stream(
    "a FIN or a RST arrives in the middle of the message",
    &[
        lead("response_cut", "the server's FIN or RST, and less of the answer than its head announced"),
        lead(
            "no_response",
            "nothing but an interim answer (100, 103) had come: the answer itself had not begun",
        ),
        lead("client_abort", "the first FIN or RST is the client's (a server sees half an upload)"),
        lead("unread_data_at_close", "the server sent FIN and then RST because data was still arriving"),
        lead("idle_timeout", "a stream that was silent for long, and then a RST"),
        lead("state_lost", "a bare RST answers an ACK or data in mid-answer: restart, failover"),
        lead("injected_reset", "the RST does not fit the server's own segments, or the server sends on"),
    ],
);

pub(super) const BROKEN_PIPE: &Event = &stream(
    "the other side sent FIN, this side wrote on, and a RST answered that; the next write fails",
    &[
        leads::CLIENT_LEFT,
        lead("stale_keepalive", "seen by a client with a pool: the server had closed the idle connection"),
        lead(
            "write_after_close",
            "nothing was owed: the other side had closed for good, and this program wrote on",
        ),
        lead(
            "no_response",
            "seen by a client: the server closed with its request unanswered, and more was written",
        ),
        lead(
            "unread_data_at_close",
            "seen by an uploading client: the server answered early (413) and closed",
        ),
        lead("injected_reset", "no FIN before the RST, and the RST does not fit its host"),
    ],
);

pub(super) const UPLOAD: &Event = &stream(
    "a RST arrives while this side is still sending",
    &[
        lead(
            "unread_data_at_close",
            "the server closed with part of the upload unread, often after an early answer (413)",
        ),
        lead("stale_keepalive", "the request met a kept-alive connection that the server had closed"),
        lead("no_response", "the server reset while the request was arriving, and gave no answer"),
        lead("client_abort", "seen by a server: the client reset while its answer was being sent"),
        lead("state_lost", "a bare RST, and no FIN before it: restart, failover"),
        lead("injected_reset", "the RST does not fit its host: an inspector that dislikes what is uploaded"),
    ],
);

pub(super) const CLIENT_LEFT: &Event = &stream(
    "the first FIN or RST is the client's, and it was owed an answer",
    &[
        lead(
            "client_abort",
            "a request without its whole answer: a user who left, or a timeout of the client's",
        ),
        lead("aborted_by_application", "nothing was asked, or all was answered: a health check, SO_LINGER 0"),
        lead("unread_data_at_close", "the client reset because it closed with part of the answer unread"),
        lead("injected_reset", "the RST has the client's address and does not fit the client's own segments"),
    ],
);

pub(super) const SLOW_CLIENT: &Event = &stream(
    "the client does not go on, and the server closes",
    &[
        leads::CLIENT_GONE,
        lead(
            "stale_keepalive",
            "the client's next request meets the connection that was closed in the meantime",
        ),
        lead("client_abort", "the client left by FIN or RST in the middle of its exchange"),
    ],
);

pub(super) const TURNED_AWAY: &Event = &stream(
    "a FIN or RST of the proxy, and no answer",
    &[
        lead("no_response", "a request, and the proxy ends without an answer: a rule of its configuration"),
        lead("unread_data_at_close", "the proxy closed while the request was still arriving"),
    ],
);

pub(super) const TLS: &Event = &stream(
    "the connection ends before the TLS handshake is over",
    &[
        lead("tls_alert", "an alert record before the end says why, and which side objects"),
        lead(
            "tls_handshake_reset",
            "no alert: a RST or FIN after the ClientHello; try another server name or network",
        ),
        lead(
            "injected_reset",
            "the RST does not fit the server's own segments: a filter that reads server names",
        ),
        lead("accept_queue_overflow", "the server acknowledges not even the ClientHello"),
        leads::CLOSED_BEFORE_HELLO,
        lead(
            "aborted_by_application",
            "the RST came before anything was said: an application, a proxy without a server",
        ),
    ],
);

pub(super) const ABORTED: &Event = &stream(
    "this host itself gives the connection up, or it was reset before it was accepted",
    &[
        lead(
            "aborted_by_application",
            "a RST+ACK of this host when nothing was owed: ss -K, a security product",
        ),
        lead("client_abort", "accept(): the client reset the connection while it waited in the queue"),
        lead("client_gave_up_connecting", "the client reset the handshake itself"),
        lead("peer_vanished", "on Windows: repetitions stay unanswered until the host gives up"),
    ],
);

pub(super) const POOL: &Event = &stream(
    "the server's FIN or a RST arrives on a connection from a pool",
    &[
        lead(
            "idle_timeout",
            "a long silence, and a bare RST answers the first query after it: a firewall on the way",
        ),
        lead("state_lost", "a bare RST in regular use: the server was restarted or failed over"),
        lead("stale_keepalive", "the server's FIN after a pause, and the query came after it"),
        lead(
            "no_response",
            "the server ended while the query was running: crash, out of memory, an administrator",
        ),
        lead("write_after_close", "the server had closed for good long before, and the pool wrote on"),
        lead(
            "aborted_by_application",
            "a RST+ACK of the server when nothing was owed: it had missed heartbeats, or drops what is idle",
        ),
        lead("injected_reset", "the RST does not fit the server's own segments"),
    ],
);
