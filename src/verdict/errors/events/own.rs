//! What this side did itself, or did not even begin.

use super::{Event, Scope, lead, leads, stream};

pub(in crate::verdict::errors) const OWN_CLOSE: &Event = &stream(
    "this side's own FIN or RST goes first; what it reads or writes after that fails without a packet",
    &[
        lead(
            "client_abort",
            "seen by a client: it closed while its request had no whole answer: a limit, a cancel",
        ),
        lead(
            "no_response",
            "seen by a server: it closed with a request unanswered: a shutdown without grace",
        ),
        lead("response_cut", "seen by a server: it closed in the middle of its own answer"),
        lead(
            "write_after_close",
            "the other side's data comes after this side's close, and a RST answers it",
        ),
        lead(
            "aborted_by_application",
            "a RST+ACK of this side when nothing was owed: SO_LINGER 0, destroy()",
        ),
    ],
);

pub(in crate::verdict::errors) const OWN_LIMIT: &Event = &stream(
    "the client says nothing for as long as the server waits, and the server closes",
    &[
        lead("stale_keepalive", "an idle connection, and the client's next request meets the server's close"),
        lead("client_abort", "the client left by FIN or RST in the middle of its request"),
        leads::CLIENT_GONE,
        lead("unread_data_at_close", "the rest of a slow upload came behind the server's close: a RST"),
    ],
);

pub(in crate::verdict::errors) const GONE_BEFORE: &Event = &Event {
    wire: "the connection had ended, or was never made, before this was asked for: nothing is sent",
    scope: Scope::Connect,
    leads: &[
        leads::IDLE_DEVICE,
        leads::STATE_LOST,
        lead("no_response", "the server ended while something was asked: a crash, a limit, a kill"),
        lead(
            "aborted_by_application",
            "a RST+ACK of the server when nothing was owed: it drops what is idle",
        ),
        lead("port_closed", "each attempt to connect again is refused by a RST: the server is not back"),
        lead("syn_unanswered", "each attempt to connect again is a SYN without an answer"),
        lead(
            "client_abort",
            "the program's own FIN came first, with something unanswered: quit(), disconnect()",
        ),
    ],
};

/// What no packet tells of.
const fn unseen(wire: &'static str) -> Event {
    Event { wire, scope: Scope::Nothing, leads: &[] }
}

pub(in crate::verdict::errors) const NOTHING_SENT: &Event =
    &unseen("nothing: the system refuses before a SYN is sent");

pub(in crate::verdict::errors) const NOBODY_ASKED: &Event =
    &unseen("nothing: the proxy or balancer connects to nobody for this request");

pub(in crate::verdict::errors) const NONE_FREE: &Event =
    &unseen("nothing: the program's own pool has no connection to give");

pub(in crate::verdict::errors) const UNANSWERED: &Event = &stream(
    "a FIN or a RST of the server arrives before its answer, or the program's own limit ran out: it tells all alike",
    &[
        lead("no_response", "the server's FIN or RST+ACK after the request, and no answer"),
        lead("client_abort", "silence, then the client's own FIN: the server is slower than the limit"),
        lead("response_cut", "some of the answer's head had come"),
        lead("stale_keepalive", "an idle connection that the server closed as the request came"),
        leads::BODY_UNREAD,
        leads::CLOSED_BEFORE_REQUEST,
        leads::NOT_THE_SERVERS,
    ],
);
