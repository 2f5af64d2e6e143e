//! A conclusion in words, and the parts of it that are told and not judged: the RST, the exchange, the traffic.

use std::net::IpAddr;

use crate::decode::Traits;
use crate::flow::{BodyLength, Exchange, Half, Http, Http2, Reset, Stream};

use super::ending::simultaneous;
use super::evidence::{Evidence, Talk};
use super::rule::Findings;
use super::talk::proxied;
use super::who::stack;
use super::{
    ExchangeFacts, Finding, How, RstFacts, Ruling, Sees, Side, Traffic, Verdict, facts, ladder, sees, stage,
};

/// The whole verdict, in words.
pub(super) fn tell(evidence: &Evidence<'_>, findings: &Findings, ruling: Ruling) -> Verdict {
    let close = evidence.close;
    let (cause, heard) = (ruling.cause, !evidence.is_unheard());
    let mut evidence_lines = cause.map(|finding| (finding.rule.facts)(evidence)).unwrap_or_default();
    evidence_lines.extend(cause.into_iter().flat_map(|_| facts::of_lost_fins(evidence)));
    evidence_lines.extend(cause.and_then(|_| simultaneous::fact(evidence)));
    evidence_lines.extend(facts::of_ignored(evidence));
    evidence_lines.extend(cause.and_then(|_| facts::of_losses(evidence)));
    evidence_lines.extend(cause.and_then(|_| facts::of_unheard(evidence)));
    Verdict {
        client: ruling.client,
        server: ruling.server,
        roles: close.roles,
        originator: close.side(close.originator),
        start: close.start.ts,
        end_time: ruling.end_time,
        file: close.file,
        first_frame: close.start.frame,
        how: evidence.how,
        finality: close.finality,
        until: close.until,
        fin_by: evidence.fin_by,
        rst_by: evidence.rst_by,
        rst_by_confidence: evidence.rst_by_confidence,
        rst_claimed: evidence.rst_claimed,
        cause,
        alternatives: findings.iter().skip(1).collect(),
        harm: ruling.harm,
        reasons: if heard { stack::reasons(evidence) } else { Vec::new() },
        client_sees: sees(evidence, Side::Client),
        server_sees: sees(evidence, Side::Server),
        stage: stage::stage(evidence).filter(|_| heard),
        evidence: evidence_lines,
        advice: cause.map(|finding| advice(evidence, finding)),
        rst: rst(evidence),
        idle_before: evidence.idle_before,
        exchange: exchange(evidence),
        conn_state: close.conn_state,
        history: close.history,
        client_traffic: traffic(close.half(Side::Client)),
        server_traffic: traffic(close.half(Side::Server)),
        retransmits: close.half(Side::Client).retransmits + close.half(Side::Server).retransmits,
        rtt: close.rtt,
        ignored_resets: close.ignored_resets,
        seen: evidence.seen(),
        ladder: ladder::of(evidence),
    }
}

/// What the program on one side sees; where only ends were captured, nobody knows.
pub(super) fn sees(evidence: &Evidence<'_>, side: Side) -> Sees {
    if evidence.is_unheard() { Sees::default() } else { sees::sees(evidence, side) }
}

/// What the RST says for itself goes before what is concluded, which may contradict it: only who refuses a SYN is asked for nothing else.
fn advice(evidence: &Evidence<'_>, cause: Finding) -> String {
    match facts::advice_of_text(evidence) {
        Some(said) if evidence.how != How::Refused => said,
        Some(said) => format!("{said} {}", (cause.rule.advise)(evidence)),
        None => proxied::advice(evidence).unwrap_or_default() + &(cause.rule.advise)(evidence),
    }
}

pub(super) fn traffic(half: &Half) -> Traffic {
    Traffic { packets: half.packets, bytes: half.bytes }
}

/// The RST that took effect, as it was on the wire.
pub(super) fn rst(evidence: &Evidence<'_>) -> Option<RstFacts> {
    let reset = evidence.reset()?;
    let rst = &reset.rst;
    let (sender, receiver) = (reset.before.at(reset.by), reset.before.at(reset.by.peer()));
    Some(RstFacts {
        frame: rst.frame,
        time: rst.ts,
        flags: rst.flags,
        seq: rst.seq.0,
        ack: rst.ack.0,
        wnd: sender.scaled_wnd(rst, receiver),
        ttl: rst.ttl,
        ip_id: (!rst.traits.has(Traits::IPV6)).then_some(rst.ip_id),
        payload: rst_text(reset),
    })
}

/// Devices that explain themselves do it in ASCII (RFC 9293 §3.5.3 allows any text).
pub(super) fn rst_text(reset: &Reset) -> Option<String> {
    if reset.text.is_empty() {
        return None;
    }
    let printable = reset.text.iter().all(|&byte| byte.is_ascii_graphic() || byte == b' ');
    Some(if printable {
        String::from_utf8_lossy(&reset.text).into_owned()
    } else {
        reset.text.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    })
}

/// What was cut: what was being said at the first FIN, or at the RST, or else the request that came when nothing was owed any more.
fn cut<'a>(evidence: &Evidence<'a>) -> (&'a Exchange, Option<&'a Stream>) {
    let (open, at_close): (_, &Exchange) = (evidence.exchange, &evidence.close.exchange);
    if evidence.talk == Talk::Complete && at_close.requests() > open.requests() {
        return (at_close, at_close.http2().and_then(Http2::foremost));
    }
    (open, evidence.stream().or_else(|| open.http2()?.answered()))
}

/// What was being said; `None` where nothing is recognised.
pub(super) fn exchange(evidence: &Evidence<'_>) -> Option<ExchangeFacts> {
    let (exchange, stream) = cut(evidence);
    let protocol = exchange.protocol_name()?;
    let mut facts = ExchangeFacts { protocol: Some(protocol), ..ExchangeFacts::default() };
    if let Some(http) = exchange.http() {
        facts.take_http(http);
        facts.response_bytes = body_bytes(http);
    }
    if let Some(upgraded) = exchange.upgraded() {
        facts.take_http(&upgraded.http);
    }
    if let Some(stream) = stream {
        facts.take_stream(stream);
        // Frames of it may be among those that are missing.
        let read = exchange.http2().is_none_or(|http2| !exchange.is_blind(http2.client.peer()));
        facts.response_bytes = Some(stream.body).filter(|_| read);
    }
    facts.sni = exchange.tls().and_then(|tls| tls.sni.clone());
    facts.alert = exchange.tls().and_then(|tls| tls.alert).map(|alert| alert.name());
    Some(facts)
}

/// How much of the body of an answer came, where heads are told from bodies.
fn body_bytes(http: &Http) -> Option<u64> {
    match &http.response {
        Some(response) => Some(response.body).filter(|_| response.length != BodyLength::Unknown),
        None => (!http.is_blind(http.client.peer()) && http.other.is_none()).then_some(0),
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl ExchangeFacts {
    fn take_http(&mut self, http: &Http) {
        self.method = filled(&http.request.method);
        self.target = filled(&http.request.target);
        self.host = http.request.host.as_ref().map(ToString::to_string);
        if let Some(response) = &http.response {
            self.status = (response.status != 0).then_some(response.status);
            self.response_expected = match response.length {
                BodyLength::Bytes(length) => Some(length),
                _ => None,
            };
        }
    }

    fn take_stream(&mut self, stream: &Stream) {
        self.status = (stream.status != 0).then_some(stream.status);
        if let Some(line) = &stream.line {
            self.method = filled(&line.method);
            self.target = filled(&line.target);
            self.host = line.host.as_ref().map(ToString::to_string);
        }
    }

    /// The name by which the client called the server: SNI, or Host without its port. An address is none.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        let name = self.sni.as_deref().or(self.host.as_deref())?;
        let host = match name.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => name,
        };
        let is_addr = |text: &str| text.parse::<IpAddr>().is_ok();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        (!bare.is_empty() && !is_addr(bare) && !is_addr(name)).then_some(host)
    }
}
