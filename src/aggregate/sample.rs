//! Verdicts for tests of what comes after judging: whole, made up, and whatever the rules think.

use std::net::IpAddr;

use crate::time::{Span, Timestamp};
use crate::verdict::{
    Confidence, ConnState, Effect, Endpoint, Evidence, ExchangeFacts, Fact, Finality, Finding, Flags, Harm,
    How, ObservedUntil, Roles, RstFacts, Rule, Rung, Seen, Sees, Sender, Side, Stage, Traffic, Verdict,
};

const START: Timestamp = Timestamp::from_nanos(1_795_201_481_230_112_045);

const fn rule(name: &'static str, title: &'static str) -> Rule {
    Rule { name, title, doc: "", sources: &[], judge, facts, advise, cases: &[] }
}

fn judge(_: &Evidence<'_>) -> Option<Confidence> {
    None
}

fn facts(_: &Evidence<'_>) -> Vec<Fact> {
    Vec::new()
}

fn advise(_: &Evidence<'_>) -> String {
    String::new()
}

pub(crate) static STALE: Rule =
    rule("stale_keepalive", "a request on a kept-alive connection that was closed");
pub(crate) static NO_RESPONSE: Rule = rule("no_response", "the server ended before its answer began");
pub(crate) static PORT_CLOSED: Rule = rule("port_closed", "nothing listens on that port");
pub(crate) static CLIENT_ABORT: Rule = rule("client_abort", "the client left before the answer was whole");

pub(crate) fn endpoint(ip: &str, port: u16) -> Endpoint {
    Endpoint { addr: ip.parse::<IpAddr>().expect("an address").into(), port }
}

/// A request of which nothing came back.
fn unanswered() -> ExchangeFacts {
    ExchangeFacts {
        protocol: Some("http/1"),
        method: Some("GET".into()),
        target: Some("/api/report".into()),
        host: Some("api.internal".into()),
        response_bytes: Some(0),
        ..ExchangeFacts::default()
    }
}

/// The record's example: a request on a connection that the server had closed.
pub(crate) fn stale() -> Verdict {
    let end_time = Timestamp::from_nanos(1_795_201_486_271_930_118);
    Verdict {
        client: endpoint("10.0.3.7", 53884),
        server: endpoint("10.0.9.2", 8080),
        roles: Roles::Handshake,
        originator: Side::Client,
        start: START,
        end_time,
        file: 0,
        first_frame: 1,
        how: How::FinThenReset,
        finality: Finality::Final,
        until: ObservedUntil::Close,
        fin_by: Some(Side::Server),
        rst_by: Some(Sender::Side(Side::Server)),
        rst_by_confidence: Some(Confidence::Certain),
        rst_claimed: Some(Side::Server),
        cause: Some(Finding { rule: &STALE, confidence: Confidence::Certain }),
        alternatives: vec![Finding { rule: &NO_RESPONSE, confidence: Confidence::Possible }],
        harm: Some(Harm::Harmful),
        reasons: vec!["timewait_socket", "no_socket"],
        client_sees: Sees { connect: None, read: Some("EOF"), write: Some("EPIPE") },
        server_sees: Sees::default(),
        stage: Some(Stage::Idle),
        evidence: vec![
            Fact::at(9, "the server closed (FIN) 5.00 s after its last answer"),
            Fact::of_all("the client's next request came 38 ms later"),
        ],
        advice: Some("Set the client pool's idle timeout below 5 s.".into()),
        rst: Some(RstFacts {
            frame: 12,
            time: end_time,
            flags: Flags::RST,
            seq: 4_234_535_783,
            ack: 0,
            wnd: 0,
            ttl: 63,
            ip_id: Some(0),
            payload: None,
        }),
        idle_before: Some(Span::from_millis(5003)),
        exchange: Some(unanswered()),
        conn_state: ConnState::Rstr,
        history: "ShADadfr".into(),
        client_traffic: Traffic { packets: 6, bytes: 128 },
        server_traffic: Traffic { packets: 5, bytes: 40 },
        retransmits: 0,
        rtt: Some(Span::from_nanos(410_000)),
        ignored_resets: 0,
        seen: Seen { handshake: true, both_sides: true, gaps: 0, cut: false },
        ladder: ladder(end_time),
    }
}

/// An answer, the server's FIN, the next request, the RST.
fn ladder(end_time: Timestamp) -> Vec<Rung> {
    let ago = |micros: u64| Timestamp::from_nanos(end_time.as_nanos() - micros * 1_000);
    let rung = |frame, micros, by, flags, seq, ack, len| Rung {
        frame,
        time: ago(micros),
        by,
        flags,
        seq,
        ack,
        len,
        effect: if frame == 12 { Effect::Fatal } else { Effect::Ordinary },
        left_out: 0,
    };
    let (ack, push) = (Flags::ACK, Flags::ACK.with(Flags::PSH));
    vec![
        rung(4, 5_039_900, Side::Client, push, 1, Some(1), 64),
        rung(6, 5_039_500, Side::Server, push, 1, Some(65), 40),
        rung(7, 5_039_400, Side::Client, ack, 65, Some(41), 0),
        rung(9, 38_900, Side::Server, Flags::FIN.with(ack), 41, Some(65), 0),
        rung(10, 38_800, Side::Client, ack, 65, Some(42), 0),
        rung(11, 410, Side::Client, push, 65, Some(42), 64),
        rung(12, 0, Side::Server, Flags::RST, 42, None, 0),
    ]
}

/// A connection that both sides closed.
pub(crate) fn closed() -> Verdict {
    Verdict {
        how: How::Fin,
        rst_by: None,
        rst_by_confidence: None,
        rst_claimed: None,
        cause: None,
        alternatives: Vec::new(),
        harm: None,
        reasons: Vec::new(),
        client_sees: Sees::default(),
        evidence: Vec::new(),
        advice: None,
        rst: None,
        exchange: None,
        conn_state: ConnState::Sf,
        ..stale()
    }
}

/// A connection that nobody answered the first request of.
pub(crate) fn hung_up() -> Verdict {
    let cause = Some(Finding { rule: &NO_RESPONSE, confidence: Confidence::Likely });
    Verdict { cause, harm: Some(Harm::Harmful), stage: Some(Stage::Request), ..closed() }
}

/// A SYN that a RST answered.
pub(crate) fn refused() -> Verdict {
    Verdict {
        how: How::Refused,
        fin_by: None,
        cause: Some(Finding { rule: &PORT_CLOSED, confidence: Confidence::Certain }),
        stage: Some(Stage::Syn),
        evidence: vec![Fact::at(2, "a RST answers the SYN")],
        advice: Some("Start the server, or mend the port number.".into()),
        exchange: None,
        ..stale()
    }
}

/// A client that left when it had all it wanted.
pub(crate) fn harmless() -> Verdict {
    Verdict {
        how: How::Reset,
        rst_by: Some(Sender::Side(Side::Client)),
        rst_claimed: Some(Side::Client),
        cause: Some(Finding { rule: &CLIENT_ABORT, confidence: Confidence::Likely }),
        harm: Some(Harm::Harmless),
        evidence: vec![Fact::at(7, "the client reset after a whole answer")],
        ..stale()
    }
}
