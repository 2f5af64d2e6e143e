//! The record: the one schema in which a verdict leaves the program. Every key is always there; null is "not known" or
//! "did not happen". Keys are only ever added, and the number in `schema` grows when one changes its meaning.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::time::Span;
use crate::verdict::{
    Addr, Confidence, Endpoint, ExchangeFacts, Fact, Finality, Finding, Flags, Harm, History, Roles,
    RstFacts, Seen, Sees, Sender, Side, Stage, Verdict,
};

use super::clock::{Rfc3339, Seconds};

/// The version of the schema.
pub(super) const SCHEMA: u32 = 1;
/// The protocol number of TCP, for the community ID.
const TCP: u8 = 6;
/// `1:` and a SHA-1 in Base64.
const COMMUNITY_ID: usize = 2 + 28;

/// A verdict in the words and the order of the schema.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    schema: u32,
    r#type: &'static str,
    #[serde(serialize_with = "as_text")]
    id: Id,
    provisional: bool,
    start: Rfc3339,
    end_time: Rfc3339,
    duration: f64,
    file: Option<&'a str>,
    client: Host<'a>,
    server: Host<'a>,
    roles: &'static str,
    community_id: Option<CommunityId>,
    end: &'static str,
    observed_until: Option<&'static str>,
    fin_by: Option<&'static str>,
    rst_by: Option<&'static str>,
    rst_by_confidence: Option<&'static str>,
    rst_claimed: Option<&'static str>,
    cause: Option<&'static str>,
    confidence: Option<&'static str>,
    alternatives: Each<'a, Finding, Alternative>,
    harm: Option<&'static str>,
    reasons: &'a [&'static str],
    client_sees: Calls,
    server_sees: Calls,
    stage: Option<&'static str>,
    evidence: Each<'a, Fact, Evidence<'a>>,
    advice: Option<&'a str>,
    rst: Option<Rst<'a>>,
    idle_before: Option<f64>,
    exchange: Option<Exchange<'a>>,
    conn_state: &'static str,
    #[serde(serialize_with = "as_text")]
    history: &'a History,
    originator: &'static str,
    client_packets: u64,
    server_packets: u64,
    client_bytes: u64,
    server_bytes: u64,
    retransmits: u32,
    rtt: Option<f64>,
    ignored_resets: u32,
    seen: Coverage,
}

#[derive(Debug, Serialize)]
struct Host<'a> {
    #[serde(serialize_with = "as_text")]
    ip: Addr,
    port: u16,
    /// What it was called in the traffic itself: never looked up.
    name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Alternative {
    cause: &'static str,
    confidence: &'static str,
}

#[derive(Debug, Serialize)]
struct Calls {
    connect: Option<&'static str>,
    read: Option<&'static str>,
    write: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Evidence<'a> {
    frame: Option<u64>,
    fact: &'a str,
}

#[derive(Debug, Serialize)]
struct Rst<'a> {
    frame: u64,
    time: Rfc3339,
    #[serde(serialize_with = "as_text")]
    flags: Flags,
    seq: u32,
    ack: u32,
    wnd: u32,
    ttl: u8,
    ip_id: Option<u16>,
    payload: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Exchange<'a> {
    protocol: Option<&'static str>,
    method: Option<&'a str>,
    target: Option<&'a str>,
    host: Option<&'a str>,
    sni: Option<&'a str>,
    status: Option<u16>,
    response_bytes: Option<u64>,
    response_expected: Option<u64>,
    alert: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Coverage {
    handshake: bool,
    both_sides: bool,
    gaps: u32,
    cut: bool,
}

impl<'a> Record<'a> {
    /// The record of `verdict`. `file` is the name of its capture where there are several.
    #[must_use]
    pub fn of(verdict: &'a Verdict, file: Option<&'a str>) -> Self {
        let community_id = CommunityId::of(verdict);
        Self {
            schema: SCHEMA,
            r#type: "connection",
            id: Id(community_id, Seconds(verdict.start)),
            provisional: verdict.finality == Finality::Provisional,
            start: Rfc3339(verdict.start),
            end_time: Rfc3339(verdict.end_time),
            duration: verdict.end_time.since(verdict.start).as_secs_f64(),
            file,
            client: Host::of(verdict.client, None),
            server: Host::of(verdict.server, verdict.exchange.as_ref().and_then(ExchangeFacts::server_name)),
            roles: match verdict.roles {
                Roles::Handshake => "handshake",
                Roles::Guessed => "guessed",
            },
            community_id,
            end: verdict.how.word(),
            observed_until: (verdict.finality == Finality::Final).then(|| verdict.until.word()),
            fin_by: verdict.fin_by.map(Side::word),
            rst_by: verdict.rst_by.map(Sender::word),
            rst_by_confidence: verdict.rst_by_confidence.map(Confidence::word),
            rst_claimed: verdict.rst_claimed.map(Side::word),
            cause: verdict.cause_name(),
            confidence: verdict.cause.map(|finding| finding.confidence.word()),
            alternatives: Each(&verdict.alternatives, Alternative::of),
            harm: verdict.harm.map(Harm::word),
            reasons: &verdict.reasons,
            client_sees: Calls::of(verdict.client_sees),
            server_sees: Calls::of(verdict.server_sees),
            stage: verdict.stage.map(Stage::word),
            evidence: Each(&verdict.evidence, Evidence::of),
            advice: verdict.advice.as_deref(),
            rst: verdict.rst.as_ref().map(Rst::of),
            idle_before: verdict.idle_before.map(Span::as_secs_f64),
            exchange: verdict.exchange.as_ref().map(Exchange::of),
            conn_state: verdict.conn_state.word(),
            history: &verdict.history,
            originator: verdict.originator.word(),
            client_packets: verdict.client_traffic.packets,
            server_packets: verdict.server_traffic.packets,
            client_bytes: verdict.client_traffic.bytes,
            server_bytes: verdict.server_traffic.bytes,
            retransmits: verdict.retransmits,
            rtt: verdict.rtt.map(Span::as_secs_f64),
            ignored_resets: verdict.ignored_resets,
            seen: Coverage::of(verdict.seen),
        }
    }
}

/// The hash by which Zeek, Suricata and Wireshark know the same connection (Community ID version 1, seed 0).
#[derive(Clone, Copy, Debug)]
struct CommunityId([u8; COMMUNITY_ID]);

impl CommunityId {
    fn of(verdict: &Verdict) -> Option<Self> {
        let (client, server) = (verdict.client, verdict.server);
        let (from, to) = (client.addr.ip(), server.addr.ip());
        let ports = (Some(client.port), Some(server.port));
        let text = community_id::calculate_community_id(0, from, to, ports.0, ports.1, TCP, false).ok()?;
        text.as_bytes().try_into().ok().map(Self)
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Serialize for CommunityId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

/// What no other connection is called: its community ID, and when it began.
#[derive(Debug)]
struct Id(Option<CommunityId>, Seconds);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref().map_or("", CommunityId::text))?;
        f.write_str("/")?;
        self.1.fmt(f)
    }
}

/// A list whose items are put into the words of the schema as they are written.
struct Each<'a, T, W>(&'a [T], fn(&'a T) -> W);

impl<T, W: Serialize> Serialize for Each<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

impl<T: fmt::Debug, W> fmt::Debug for Each<'_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn as_text<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl<'a> Host<'a> {
    fn of(endpoint: Endpoint, name: Option<&'a str>) -> Self {
        Self { ip: endpoint.addr, port: endpoint.port, name }
    }
}

impl Alternative {
    fn of(finding: &Finding) -> Self {
        Self { cause: finding.rule.name, confidence: finding.confidence.word() }
    }
}

impl<'a> Evidence<'a> {
    fn of(fact: &'a Fact) -> Self {
        Self { frame: fact.frame, fact: &fact.fact }
    }
}

impl Calls {
    const fn of(sees: Sees) -> Self {
        Self { connect: sees.connect, read: sees.read, write: sees.write }
    }
}

impl<'a> Rst<'a> {
    fn of(rst: &'a RstFacts) -> Self {
        Self {
            frame: rst.frame,
            time: Rfc3339(rst.time),
            flags: rst.flags,
            seq: rst.seq,
            ack: rst.ack,
            wnd: rst.wnd,
            ttl: rst.ttl,
            ip_id: rst.ip_id,
            payload: rst.payload.as_deref(),
        }
    }
}

impl<'a> Exchange<'a> {
    fn of(facts: &'a ExchangeFacts) -> Self {
        Self {
            protocol: facts.protocol,
            method: facts.method.as_deref(),
            target: facts.target.as_deref(),
            host: facts.host.as_deref(),
            sni: facts.sni.as_deref(),
            status: facts.status,
            response_bytes: facts.response_bytes,
            response_expected: facts.response_expected,
            alert: facts.alert,
        }
    }
}

impl Coverage {
    const fn of(seen: Seen) -> Self {
        Self { handshake: seen.handshake, both_sides: seen.both_sides, gaps: seen.gaps, cut: seen.cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::{closed, stale};

    #[test]
    fn the_record_is_as_documented() {
        let record = serde_json::to_string_pretty(&Record::of(&stale(), None)).unwrap();
        assert_eq!(record, include_str!("record.golden.json").trim_end());
    }

    #[test]
    fn every_key_is_there_when_nothing_happened() {
        let record = serde_json::to_value(Record::of(&closed(), Some("a.pcap"))).unwrap();
        assert_eq!(record.as_object().map(serde_json::Map::len), Some(42));
        for key in ["rst", "exchange", "cause", "harm", "advice", "rst_by", "rst_claimed"] {
            assert!(record[key].is_null(), "{key}");
        }
        assert_eq!(record["file"], "a.pcap");
        assert_eq!(record["reasons"], serde_json::json!([]));
    }
}
