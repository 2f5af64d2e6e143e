//! Balancers and networks of others before a server: AWS, Google, Azure, Heroku, Cloudflare, by their documentation.

use super::events::{
    ANSWER_LOST, CERTIFICATE, CLIENT_LEFT, NOBODY_ASKED, NOT_MADE, OWN_TIMEOUT, REFUSED, TARGET_FAILED,
    TIMED_OUT, TLS, UNREACHABLE,
};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read};

const LOST: Alike =
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Upstream, event: ANSWER_LOST };
const WAITED: Alike = Alike { sight: None, witness: Witness::Upstream, event: OWN_TIMEOUT };
const LEFT: Alike =
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Downstream, event: CLIENT_LEFT };
const UNMADE: Alike = Alike { sight: None, witness: Witness::Upstream, event: NOT_MADE };
const UNASKED: Alike = Alike { sight: None, witness: Witness::Upstream, event: NOBODY_ASKED };

/// A status that a balancer of AWS made itself: in its access log no target's status stands behind it; a target group does.
macro_rules! elb {
    ($status:literal) => {
        &[
            concat!($status, " - … targetgroup/"),
            concat!("elb_status_code ", $status),
            concat!("elb_status_code=", $status),
            concat!("elb_status_code\":", $status),
            concat!("elb_status_code\": ", $status),
            concat!("elb_status_code\":\"", $status),
            concat!("elb_status_code\": \"", $status),
            concat!("httpcode_elb_", $status, "_count"),
            concat!("elb ", $status),
            concat!("alb ", $status),
            concat!("alb http ", $status),
            concat!("awselb … ", $status),
            concat!($status, " … awselb"),
        ]
    };
}

/// A status that only Cloudflare has, and what its page says beside it.
macro_rules! cloudflare {
    ($status:literal, $says:literal) => {
        &[
            concat!("cloudflare … ", $status),
            concat!($status, " … cloudflare"),
            concat!($status, ": ", $says),
            concat!($status, " ", $says),
            concat!("error code: ", $status),
            concat!("error code ", $status),
            concat!("error ", $status),
            concat!("http ", $status),
            concat!("status ", $status),
            concat!("status code ", $status),
            concat!("status: ", $status),
            concat!("http/1.1\" ", $status),
            concat!("http/2.0\" ", $status),
        ]
    };
}

pub(super) const TEXTS: &[ErrorText] = &[
    LEFT.in_words(
        Program::Balancer,
        "ELB 460",
        elb!("460"),
        "AWS's balancer: the client ended its connection before the balancer had an answer for it: a timeout of the client's that is shorter \
than the target's work.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Upstream, event: TARGET_FAILED }.in_words(
        Program::Balancer,
        "ELB 502",
        elb!("502"),
        "AWS's balancer made this 502 itself ('-' stands for the target's status): the target refused the connection, ended it by FIN or RST \
with a request under way, or answered what is no HTTP. Its keep-alive limit has to be longer than the balancer's idle timeout (60 s).",
    ),
    UNASKED.in_words(
        Program::Balancer,
        "ELB 503",
        elb!("503"),
        "AWS's balancer made this 503 itself: the target group has no target that it could ask. What its checks met tells more.",
    ),
    WAITED.in_words(
        Program::Balancer,
        "ELB 504",
        elb!("504"),
        "AWS's balancer made this 504 itself: no connection to the target within 10 s (a security group, an overloaded host), or no answer \
within its idle timeout (60 s unless set), and it closes.",
    ),
    LOST.in_words(
        Program::Balancer,
        "backend_connection_closed_before_data_sent_to_client",
        &["backend_connection_closed_before_data_sent_to_client", "backend_connection_closed_after_partial_response_sent"],
        "Google's balancer: the backend ended the connection before, or in the midst of, its answer. Its keep-alive limit has to be longer than \
the balancer's 600 s.",
    ),
    UNMADE.in_words(
        Program::Balancer,
        "failed_to_connect_to_backend",
        &["failed_to_connect_to_backend"],
        "Google's balancer could not connect to the backend: refused, or no answer (firewall rules have to let the balancer's ranges in).",
    ),
    WAITED.in_words(
        Program::Balancer,
        "backend_timeout",
        &["statusdetails … backend_timeout", "backend_timeout"],
        "Google's balancer had no answer within the backend service's timeout (30 s unless set), and it closes; of WebSocket it is the whole \
connection's limit.",
    ),
    LEFT.in_words(
        Program::Balancer,
        "client_disconnected_before_any_response",
        &["client_disconnected_before_any_response", "client_disconnected_after_partial_response"],
        "Google's balancer: the client ended its connection before it had its answer, or in the midst of it.",
    ),
    LOST.in_words(
        Program::Balancer,
        "ERRORINFO_UPSTREAM_CLOSED_CONNECTION",
        &["ERRORINFO_UPSTREAM_CLOSED_CONNECTION"],
        "Azure's Application Gateway: the server behind it ended the connection before the request was done with.",
    ),
    WAITED.in_words(
        Program::Balancer,
        "ERRORINFO_UPSTREAM_TIMED_OUT",
        &["ERRORINFO_UPSTREAM_TIMED_OUT"],
        "Azure's Application Gateway: no connection to the server behind it, or no answer, within its request timeout.",
    ),
    UNASKED.in_words(
        Program::Balancer,
        "ERRORINFO_UPSTREAM_NO_LIVE",
        &["ERRORINFO_UPSTREAM_NO_LIVE"],
        "Azure's Application Gateway: no server behind it has passed its probes, so that none is asked.",
    ),
    WAITED.in_words(
        Program::Balancer,
        "code=H12",
        &["code=H12", "Error H12"],
        "Heroku's router: the dyno had not begun its answer within 30 s. The router ends the request; the dyno goes on working on it.",
    ),
    LOST.in_words(
        Program::Balancer,
        "code=H13",
        &["code=H13", "Error H13", "code=H18 … sock=backend", "sock=backend … code=H18"],
        "Heroku's router: the dyno ended the connection before its answer (H13), or in the midst of it (H18).",
    ),
    LEFT.in_words(
        Program::Balancer,
        "code=H27",
        &["code=H27", "Error H27", "code=H18 … sock=client", "sock=client … code=H18"],
        "Heroku's router: the client ended its connection before it had its whole answer.",
    ),
    UNMADE.in_words(
        Program::Balancer,
        "code=H19",
        &["code=H19", "Error H19", "code=H21", "Error H21"],
        "Heroku's router could not connect to the dyno: no answer within 5 s (H19), or it refused (H21).",
    ),
    LOST.in_words(
        Program::Balancer,
        "Cloudflare error 520",
        cloudflare!("520", "web server is returning an unknown error"),
        "Cloudflare: the origin accepted the connection, and then reset it, closed without an answer, or sent what is no answer. Look for an \
origin whose keep-alive limit is below Cloudflare's (900 s).",
    ),
    Alike { sight: Some(connect("ECONNREFUSED")), witness: Witness::Upstream, event: REFUSED }.in_words(
        Program::Balancer,
        "Cloudflare error 521",
        cloudflare!("521", "web server is down"),
        "Cloudflare: the origin refused the connection: its program is down, or a firewall there rejects Cloudflare's addresses.",
    ),
    Alike { sight: None, witness: Witness::Upstream, event: TIMED_OUT }.in_words(
        Program::Balancer,
        "Cloudflare error 522",
        cloudflare!("522", "connection timed out"),
        "Cloudflare: the origin did not answer the SYN in time, or was connected and then did not acknowledge the request: a firewall that drops, \
an overloaded host.",
    ),
    Alike { sight: Some(connect("EHOSTUNREACH")), witness: Witness::Upstream, event: UNREACHABLE }.in_words(
        Program::Balancer,
        "Cloudflare error 523",
        cloudflare!("523", "origin is unreachable"),
        "Cloudflare: there is no way to the origin's address: mostly a name that points to an old one.",
    ),
    WAITED.in_words(
        Program::Balancer,
        "Cloudflare error 524",
        cloudflare!("524", "a timeout occurred"),
        "Cloudflare: the origin took the request and acknowledged it, and had no answer in time (100 s unless set otherwise); Cloudflare closes.",
    ),
    Alike { sight: None, witness: Witness::Upstream, event: TLS }.in_words(
        Program::Balancer,
        "Cloudflare error 525",
        cloudflare!("525", "ssl handshake failed"),
        "Cloudflare: the TLS handshake with the origin failed: an alert, an end in its midst, no TLS on that port, or no cipher in common.",
    ),
    Alike { sight: None, witness: Witness::Upstream, event: CERTIFICATE }.in_words(
        Program::Balancer,
        "Cloudflare error 526",
        cloudflare!("526", "invalid ssl certificate"),
        "Cloudflare does not trust the origin's certificate (Full, strict): expired, self-signed, or of another name.",
    ),
];
