//! What happens to connections that carry several calls, or messages: HTTP/2, gRPC, WebSocket.

use super::{Event, lead, leads, stream};

pub(in crate::verdict::errors) const CALLS_ENDED: &Event = &stream(
    "the connection ends by FIN or RST while streams of it are open, and all of them fail together",
    &[
        lead(
            "no_response",
            "the server ended before the first byte of an answer: a crash, a kill, a restart",
        ),
        lead("response_cut", "an answer had begun on one of the streams: the server ended in mid-stream"),
        lead("stale_keepalive", "the server's GOAWAY and FIN crossed a new request on an idle connection"),
        lead("idle_timeout", "a long silence, and a bare RST answers the next request: a device on the way"),
        leads::STATE_LOST,
        lead("client_abort", "the first FIN or RST is the client's own: its channel was closed under a call"),
        lead("listener_closed", "several new connections that were never served are reset together: restart"),
        leads::NOT_THE_SERVERS,
    ],
);

pub(in crate::verdict::errors) const CALLS_REFUSED: &Event = &stream(
    "a GOAWAY or RST_STREAM of the server, and mostly its FIN after that",
    &[
        lead("no_response", "GOAWAY and FIN with a request under way that had no answer yet"),
        lead(
            "response_cut",
            "GOAWAY and FIN in the middle of an answer: an age limit, a shutdown without grace",
        ),
        lead("stale_keepalive", "GOAWAY and FIN of an idle connection, which the next request crossed"),
        lead("unread_data_at_close", "a RST after the FIN: the server closed with part of an upload unread"),
    ],
);

pub(in crate::verdict::errors) const OTHER_HTTP: &Event = &stream(
    "an answer arrives that is not of the protocol of the request, and then one of the two closes",
    &[
        lead(
            "no_response",
            "HTTP/1 is asked and HTTP/2's settings come, or HTTP/2 and HTTP/1: the server closes",
        ),
        lead("client_abort", "the same, and the client closes first"),
        lead("tls_alert", "the server speaks TLS, and answers plain text with an alert"),
    ],
);

pub(in crate::verdict::errors) const BROKEN_OFF: &Event = &stream(
    "a FIN or a RST arrives, and no Close frame before it",
    &[
        lead("idle_timeout", "the end comes after a silence as long as a proxy's timeout: pings help"),
        lead(
            "aborted_by_application",
            "the other program ended, or called terminate() or destroy(): a deploy, a crash",
        ),
        lead("unread_data_at_close", "a RST: it ended with messages unread"),
        lead("peer_vanished", "messages or pings are repeated and not acknowledged: host or path are gone"),
        lead("state_lost", "a bare RST answers a message: restart, failover"),
        lead("injected_reset", "the RST does not fit its host"),
    ],
);

pub(in crate::verdict::errors) const PEER_SILENT: &Event = &stream(
    "a ping, or what was sent before it, is repeated and not acknowledged",
    &[
        lead(
            "peer_vanished",
            "the client's segments are repeated and nothing comes back: host or path are gone",
        ),
        lead(
            "idle_timeout",
            "after a long silence the ping is dropped or reset: a device forgot the connection",
        ),
        lead(
            "client_abort",
            "the pings were acknowledged: the client's own timeout is too short, and it left",
        ),
    ],
);
