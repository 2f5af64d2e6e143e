//! Leads that several events have in common: the same trace on the wire, told in the same words.

use super::{Lead, lead};

pub(super) const PORT_CLOSED: Lead =
    lead("port_closed", "a RST answers the SYN at once: nothing listens there");
pub(super) const SYN_UNANSWERED: Lead =
    lead("syn_unanswered", "nothing but SYNs: a firewall drops them, the host is down, the address is wrong");
pub(super) const ICMP_REFUSED: Lead =
    lead("icmp_refused", "an ICMP error quotes the SYN; its sender and its code say who objects and why");
pub(super) const QUEUE_FULL: Lead = lead(
    "accept_queue_overflow",
    "a bare RST answers the last ACK of the handshake: the server is overloaded",
);
pub(super) const HELLO_UNHEARD: Lead =
    lead("accept_queue_overflow", "the server acknowledges not even the ClientHello: it is overloaded");
pub(super) const QUEUE_CLOSED: Lead =
    lead("listener_closed", "several connections that were never served are reset together: restart");
pub(super) const REQUESTS_UNTAKEN: Lead =
    lead("listener_closed", "several requests that nobody had taken are reset at once: restart or deploy");
pub(super) const ALERT: Lead =
    lead("tls_alert", "an alert in the handshake says which side objects, and to what");
pub(super) const CUT: Lead =
    lead("response_cut", "the answer had begun, and is shorter than its head announced");
pub(super) const CLIENT_LEFT: Lead =
    lead("client_abort", "seen by a server: the client left before it had its whole answer");
pub(super) const CLIENT_GONE: Lead =
    lead("peer_vanished", "the server's segments are repeated and not acknowledged: the client is gone");
pub(super) const NOTHING_COMES_BACK: Lead =
    lead("peer_vanished", "segments are repeated and nothing comes back: path or host is gone");
pub(super) const MTU: Lead =
    lead("peer_vanished", "the same bytes are repeated and not acknowledged: often the path's MTU");
pub(super) const STALE: Lead =
    lead("stale_keepalive", "an idle connection that the server closed as the next request came");
pub(super) const BODY_UNREAD: Lead =
    lead("unread_data_at_close", "the request had a body, and the server closed before it had read it all");
pub(super) const IDLE: Lead =
    lead("idle_timeout", "a long silence, and a bare RST answers the first segment after it");
pub(super) const IDLE_REQUEST: Lead =
    lead("idle_timeout", "no FIN, but a long silence before the request, which a bare RST answers");
pub(super) const IDLE_DEVICE: Lead =
    lead("idle_timeout", "a long silence, and a bare RST answers what is sent after it: a device on the way");
pub(super) const IDLE_OR_SILENT: Lead =
    lead("idle_timeout", "a long silence, and a bare RST or nothing answers what is sent after it");
pub(super) const STATE_LOST: Lead =
    lead("state_lost", "a bare RST in the middle of regular use, and no FIN before it: restart, failover");
pub(super) const SERVER_REPLACED: Lead =
    lead("state_lost", "no FIN and no long silence: the server was restarted or replaced");
pub(super) const WROTE_ON: Lead =
    lead("write_after_close", "the other side's FIN had come long before, and this side wrote on");
pub(super) const CLOSED_BEFORE_REQUEST: Lead =
    lead("write_after_close", "the server's FIN came before the request: nobody behind it takes any");
pub(super) const CLOSED_BEFORE_HELLO: Lead = lead(
    "write_after_close",
    "the server's FIN came before the ClientHello: it, or nobody behind a proxy, takes any",
);
pub(super) const NOT_ITS_HOSTS: Lead =
    lead("injected_reset", "the RST does not fit its host, or that host speaks on after it");
pub(super) const NOT_THE_SERVERS: Lead =
    lead("injected_reset", "the RST does not fit the server's own segments, or the server speaks on");
pub(super) const HAD_REQUEST: Lead = lead(
    "no_response",
    "the server had the request for a while: a crash, a kill, a destroyed socket, a limit of its own",
);
pub(super) const STALE_LIMIT: Lead = lead(
    "stale_keepalive",
    "kept alive and idle, and the server closed as the request came: its limit is shorter",
);
