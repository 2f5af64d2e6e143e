//! A rule's own script as an example: what was on the wire, and what rstwho makes of it today.
//!
//! The script is played through the tracker and judged like any capture, so that an example cannot go stale.

use crate::context::Context;
use crate::decode::script::{self, Scripted};
use crate::decode::{Pdu, Segment, SeqNumber};
use crate::flow::{Close, Ended, FlowTable, ObservedUntil, Settings};
use crate::time::{Span, Timestamp};

use super::{Addr, Case, Endpoint, Flags, Rule, Side, Sight, Stage, Verdict, consider};

/// Characters of a payload's first line that are shown.
const SAID: usize = 48;

/// A script that was played.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows, in a few words.
    pub about: &'static str,
    /// What was on the wire.
    pub steps: Vec<Step>,
    /// What rstwho says.
    pub verdict: Verdict,
    /// The frame that ended the connection; `None` where silence did.
    pub fatal: Option<u64>,
}

/// One frame of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub frame: u64,
    /// When, since the first.
    pub at: Span,
    /// The name of its sender: `A` is the client, `B` the server.
    pub from: String,
    /// The name of its receiver.
    pub to: String,
    /// What it was.
    pub sent: Sent,
}

/// What a frame held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// A segment, its numbers relative to those of the first of either side.
    Segment {
        /// Its flags.
        flags: Flags,
        /// Its sequence number.
        seq: i32,
        /// Its acknowledgement number, where the flag is set.
        ack: Option<i32>,
        /// Bytes of payload.
        len: u32,
        /// Its TTL, where it is another than the sender's first.
        ttl: Option<u8>,
        /// The first line of its payload.
        says: Option<String>,
    },
    /// An ICMP error and what it says.
    Icmp(&'static str),
}

/// What a program on one side sees of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// On which side.
    pub side: Side,
    /// What its call returns.
    pub sight: Sight,
    /// In which stage.
    pub stage: Option<Stage>,
}

/// The first case that the rule wins, played.
#[must_use]
pub fn of(rule: &Rule) -> Option<Example> {
    let case = hits(rule).next()?;
    let played = script::parse(case.script).ok()?;
    let verdict = judged(&played)?;
    Some(Example { about: case.about, steps: steps(&played), fatal: fatal(&played, &verdict), verdict })
}

/// What programs see of a rule's cause, each sight once, over all cases that the rule wins.
#[must_use]
pub fn seen(rule: &Rule) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    for verdict in hits(rule).filter_map(|case| judged(&script::parse(case.script).ok()?)) {
        for (side, sees) in [(Side::Client, verdict.client_sees), (Side::Server, verdict.server_sees)] {
            for sight in sees.sights() {
                let new = Seen { side, sight, stage: verdict.stage };
                if !seen.iter().any(|old| (old.side, old.sight) == (side, sight)) {
                    seen.push(new);
                }
            }
        }
    }
    seen
}

fn hits(rule: &Rule) -> impl Iterator<Item = &'static Case> {
    rule.cases.iter().filter(|case| case.hit)
}

pub(super) fn judged(played: &[Scripted]) -> Option<Verdict> {
    let pdus: Vec<Pdu<'_>> = played.iter().map(Scripted::pdu).collect();
    conclude(&pdus)
}

/// The same of a script that has a connection of `A`.
#[cfg(test)]
pub(super) fn verdict(text: &str) -> Verdict {
    let played = script::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    judged(&played).expect("a script has a connection of A")
}

/// What it is about, and whether it hurts.
#[cfg(test)]
pub(super) fn cause(told: &Verdict) -> (Option<&'static str>, Option<super::Harm>) {
    (told.cause_name(), told.harm)
}

/// The verdict on the connection of `A`; the last one, where it has several.
pub(super) fn conclude(pdus: &[Pdu<'_>]) -> Option<Verdict> {
    let (mut closes, mut context) = (Vec::new(), Context::default());
    let mut table = FlowTable::new(Settings::default());
    table.observe(pdus, &mut |ended| closes.push(ended));
    table.finish(ObservedUntil::Eof, &mut |ended| closes.push(ended));
    for ended in &closes {
        context.note(ended);
    }
    let closes: Vec<Close> = closes.into_iter().map(Ended::into_close).collect();
    let of_a = |close: &&Close| close.endpoint(Side::Client).addr == script::CLIENT.addr;
    let close = closes.iter().rev().find(of_a)?;
    Some(consider(close, &context.around(close)).tell())
}

/// The RST, or the first FIN, or the ICMP error that ended it.
fn fatal(played: &[Scripted], verdict: &Verdict) -> Option<u64> {
    if let Some(rst) = &verdict.rst {
        return Some(rst.frame);
    }
    let closer = verdict.fin_by.map(|side| match side {
        Side::Client => verdict.client,
        Side::Server => verdict.server,
    });
    played.iter().find_map(|scripted| match scripted {
        Scripted::Segment(segment, _) => {
            (segment.flags.fin() && closer == Some(segment.src)).then_some(segment.frame)
        }
        Scripted::Icmp(error) => Some(error.frame),
    })
}

fn steps(played: &[Scripted]) -> Vec<Step> {
    let segments: Vec<&Segment> = played.iter().filter_map(segment).collect();
    let start = segments.first().map_or(Timestamp::ZERO, |segment| segment.ts);
    played.iter().map(|scripted| step(scripted, &segments, start)).collect()
}

fn segment(scripted: &Scripted) -> Option<&Segment> {
    match scripted {
        Scripted::Segment(segment, _) => Some(segment),
        Scripted::Icmp(_) => None,
    }
}

fn step(scripted: &Scripted, segments: &[&Segment], start: Timestamp) -> Step {
    match scripted {
        Scripted::Segment(segment, payload) => Step {
            frame: segment.frame,
            at: segment.ts.since(start),
            from: script::name_of(segment.src),
            to: script::name_of(segment.dst),
            sent: sent(segment, payload, segments),
        },
        // It quotes what was sent: source and destination are those of the segment that it answers.
        Scripted::Icmp(error) => Step {
            frame: error.frame,
            at: error.ts.since(start),
            from: script::name_of(error.dst),
            to: script::name_of(error.src),
            sent: Sent::Icmp(error.says()),
        },
    }
}

fn sent(segment: &Segment, payload: &[u8], segments: &[&Segment]) -> Sent {
    let seq = segment.seq.offset_from(base(segment.src, segment.dst, segments));
    let ack = segment.ack.offset_from(base(segment.dst, segment.src, segments));
    let usual = usual_ttl(segment.src.addr, segments);
    Sent::Segment {
        flags: segment.flags,
        seq,
        ack: segment.flags.ack().then_some(ack),
        len: segment.len,
        ttl: (usual != Some(segment.ttl)).then_some(segment.ttl),
        says: says(payload),
    }
}

/// What a side's numbers are counted from: its SYN, or else its first segment, as Wireshark does it.
fn base(from: Endpoint, to: Endpoint, segments: &[&Segment]) -> SeqNumber {
    let mut own = segments.iter().filter(|segment| (segment.src, segment.dst) == (from, to));
    let first = own.clone().next();
    own.find(|segment| segment.flags.syn()).or(first).map_or(SeqNumber(0), |segment| segment.seq)
}

fn usual_ttl(from: Addr, segments: &[&Segment]) -> Option<u8> {
    segments.iter().find(|segment| segment.src.addr == from).map(|segment| segment.ttl)
}

/// The first line of a payload, or what kind of TLS record it is (RFC 8446 §5.1).
fn says(payload: &[u8]) -> Option<String> {
    let record = match payload {
        [] => return None,
        [0x16, 0x03, _, _, _, 0x01, ..] => "TLS ClientHello",
        [0x16, 0x03, ..] => "TLS handshake",
        [0x15, 0x03, ..] => "TLS alert",
        [0x17, 0x03, ..] => "TLS data",
        _ => return first_line(payload),
    };
    Some(record.to_owned())
}

fn first_line(payload: &[u8]) -> Option<String> {
    let line = payload.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let readable = !line.is_empty() && line.iter().all(|byte| matches!(byte, b' '..=b'~'));
    readable.then(|| String::from_utf8_lossy(line).chars().take(SAID).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::rules::{RULES, find};

    #[test]
    fn every_rule_has_an_example_with_its_own_verdict() {
        for rule in RULES {
            let example = of(rule).unwrap();
            assert_eq!(example.verdict.cause_name(), Some(rule.name));
            assert!(!example.steps.is_empty() && !example.about.is_empty(), "{}", rule.name);
            let silent = example.verdict.rst.is_none() && example.verdict.fin_by.is_none();
            let frames: Vec<u64> = example.steps.iter().map(|step| step.frame).collect();
            match example.fatal {
                Some(frame) => assert!(frames.contains(&frame), "{}", rule.name),
                None => assert!(silent, "{}: what ended it is not marked", rule.name),
            }
        }
    }

    #[test]
    fn numbers_count_from_the_first_of_each_side() {
        let example = of(find("stale_keepalive").unwrap()).unwrap();
        let request = &example.steps[8];
        let Sent::Segment { seq, ack, len, says, .. } = &request.sent else { panic!("{request:?}") };
        assert_eq!((*seq, *ack, *len, says.as_deref()), (29, Some(42), 28, Some("GET /2 HTTP/1.1")));
        assert_eq!((request.from.as_str(), request.to.as_str()), ("A", "B"));
        assert_eq!((request.frame, example.fatal), (9, Some(10)));
    }

    #[test]
    fn payload_is_told_in_a_line() {
        assert_eq!(says(b"GET / HTTP/1.1\r\nHost: b\r\n").as_deref(), Some("GET / HTTP/1.1"));
        assert_eq!(says(&[0x15, 3, 3, 0, 2, 2, 0x30]).as_deref(), Some("TLS alert"));
        assert_eq!(says(&[1, 2, 3]), None);
        assert_eq!(says(b"\r\n"), None);
    }
}
