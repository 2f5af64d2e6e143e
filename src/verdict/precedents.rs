//! Attempts that were refused or not answered, judged by precedent: a scan ends millions of connections that differ in
//! nothing that a rule looks at.
//!
//! The first of each kind goes before all the rules; the next ones of its kind are given the same conclusion. What makes a
//! kind is listed in [`Kind`], and a test over many attempts holds the two ways equal.

use crate::context::Surroundings;
use crate::flow::{Attempted, ObservedUntil, Place, Refusal, Side};

use super::who::forgery::is_elsewhere;
use super::{Confidence, Finding, Ground, Harm, How, Judged, Ruling, Sender, consider};

/// Everything about an attempt that its conclusion depends on.
#[expect(clippy::struct_excessive_bools, reason = "independent facts; together they are an index")]
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// A RST refused it.
    refused: bool,
    /// That RST has a sequence number other than 0.
    odd_number: bool,
    /// It did not come as far as its host's other segments.
    other_distance: bool,
    /// It came over the capturing host's loopback interface, and its SYN had not.
    over_loopback: bool,
    /// It left the host that captured it, to which its host's other segments come.
    left_here: bool,
    /// Its port accepted others around it.
    accepted_around: bool,
    /// It is one of a scan.
    scan: bool,
    /// It was given up, or frames were lost near it.
    doubtful: bool,
}

/// How many kinds there are: one for each set of facts.
const KINDS: usize = 1 << 8;

impl Kind {
    fn of(attempted: &Attempted, surroundings: &Surroundings) -> Self {
        let rst = attempted.rst();
        let elsewhere = |rst: &Refusal| {
            surroundings.server_ttl.is_some_and(|usual| is_elsewhere((rst.seq, rst.ttl), usual))
        };
        Self {
            refused: rst.is_some(),
            odd_number: rst.is_some_and(|rst| rst.seq.0 != 0),
            other_distance: rst.is_some_and(elsewhere),
            over_loopback: attempted.refused_over_loopback(),
            left_here: surroundings.server_comes_in && attempted.refusal_place().is_some_and(Place::goes_out),
            accepted_around: surroundings.accepted_around && rst.is_some(),
            scan: surroundings.scan.is_some(),
            doubtful: attempted.until() == ObservedUntil::Evicted || surroundings.lost_nearby > 0,
        }
    }

    fn index(self) -> usize {
        let where_from = [self.other_distance, self.over_loopback, self.left_here];
        let around = [self.accepted_around, self.scan, self.doubtful];
        let facts = [self.refused, self.odd_number].into_iter().chain(where_from).chain(around);
        facts.fold(0, |index, fact| index << 1 | usize::from(fact))
    }
}

/// What is the same for all of a kind.
#[derive(Clone, Copy, Debug)]
struct Conclusion {
    how: How,
    rst_by: Option<Sender>,
    rst_by_confidence: Option<Confidence>,
    rst_claimed: Option<Side>,
    cause: Option<Finding>,
    harm: Option<Harm>,
}

/// The conclusions so far.
#[derive(Debug)]
pub struct Precedents([Option<Conclusion>; KINDS]);

impl Default for Precedents {
    fn default() -> Self {
        Self([None; KINDS])
    }
}

impl Precedents {
    /// Judges an attempt.
    pub fn judge<'c>(&mut self, attempted: &'c Attempted, surroundings: &Surroundings) -> Judged<'c> {
        let kind = Kind::of(attempted, surroundings).index();
        let conclude = || conclude(attempted, surroundings);
        let conclusion = match self.0.get_mut(kind) {
            Some(precedent) => *precedent.get_or_insert_with(conclude),
            None => conclude(),
        };
        let ruling = rule(attempted, conclusion);
        Judged { ruling, ground: Ground::Attempt(attempted, *surroundings) }
    }
}

fn conclude(attempted: &Attempted, surroundings: &Surroundings) -> Conclusion {
    let close = attempted.close();
    let Ruling { how, rst_by, rst_by_confidence, rst_claimed, cause, harm, .. } =
        consider(&close, surroundings).ruling;
    Conclusion { how, rst_by, rst_by_confidence, rst_claimed, cause, harm }
}

fn rule(attempted: &Attempted, conclusion: Conclusion) -> Ruling {
    let Conclusion { how, rst_by, rst_by_confidence, rst_claimed, cause, harm } = conclusion;
    Ruling {
        client: attempted.client(),
        server: attempted.server(),
        start: attempted.start(),
        first_frame: attempted.first_frame(),
        end_time: attempted.last_seen(),
        file: attempted.file(),
        how,
        finality: attempted.finality(),
        rst_by,
        rst_by_confidence,
        rst_claimed,
        cause,
        harm,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::context::Scan;
    use crate::decode::{Endpoint, Flags, Pdu, Segment, SeqNumber, Traits};
    use crate::flow::{Ended, FlowTable, Settings};
    use crate::time::{Span, Timestamp};

    fn endpoint(last: u8, port: u16) -> Endpoint {
        Endpoint { addr: crate::decode::Addr::v4([10, 0, 0, last]), port }
    }

    /// A SYN and perhaps a RST, with all that may differ in them, through the table.
    fn attempted(fields: &[u32; 8], rst: bool, until: ObservedUntil, watched: Span) -> Attempted {
        let &[seq, tsval, wnd, id, bits, ttl, port, late] = fields;
        let short = |n: u32| u16::try_from(n & 0xffff).unwrap();
        let byte = |n: u32| u8::try_from(n & 0xff).unwrap();
        let (src, dst) = (endpoint(1, short(port) | 1), endpoint(2, short(port >> 16) | 1));
        let traits =
            Traits(short(bits) & (Traits::IPV6.0 | Traits::DF.0 | Traits::BAD_CHECKSUM.0 | Traits::MSS.0));
        let way = |bits: u32| Traits(short(bits) & (Traits::OUTGOING.0 | Traits::LOOPBACK.0));
        let syn = Segment {
            ts: Timestamp::from_parts(100, 0),
            frame: 7,
            src,
            dst,
            seq: SeqNumber(seq),
            tsval,
            wnd: short(wnd),
            ip_id: short(id),
            traits: traits.with(way(wnd)),
            flags: Flags(Flags::SYN.0 | byte(bits >> 16) & 0xc0),
            ttl: byte(ttl),
            ..Segment::default()
        };
        let answer = Segment {
            ts: Timestamp::from_parts(100, u64::from(late)),
            frame: 9,
            src: dst,
            dst: src,
            seq: SeqNumber(if id & 1 == 0 { 0 } else { tsval }),
            ack: SeqNumber(seq).plus(1),
            wnd: short(wnd >> 16),
            ip_id: short(id >> 16),
            flags: Flags(Flags::RST.0 | Flags::ACK.0 | byte(bits >> 24) & 0x28),
            ttl: byte(ttl >> 8),
            traits: way(late),
            ..Segment::default()
        };
        let pdus = [Pdu::Segment(syn, &[]), Pdu::Segment(answer, &[])];
        let (mut table, mut all) = (FlowTable::new(Settings::default()), Vec::new());
        table.observe(&pdus[..=usize::from(rst)], &mut |ended| all.push(ended));
        table.advance(Timestamp::from_parts(100, 0).plus(watched), &mut |ended| all.push(ended));
        table.finish(until, &mut |ended| all.push(ended));
        match all.pop() {
            Some(Ended::Attempt(attempted)) if all.is_empty() => attempted,
            other => panic!("no attempt: {other:?}"),
        }
    }

    fn outcome(ruling: &Ruling) -> String {
        format!("{ruling:?}")
    }

    proptest! {
        /// Whatever sets the precedent: the generic way is asked about the one that follows it.
        #[test]
        fn a_precedent_gives_what_the_rules_give(
            seen: [[u32; 8]; 6],
            rsts: [bool; 6],
            scans: [bool; 6],
            ttls: [Option<u8>; 6],
            lost: [bool; 6],
            comes_in: [bool; 6],
            accepted: [bool; 6],
            evicted: [bool; 6],
            watched: [u8; 6],
        ) {
            let mut precedents = Precedents::default();
            for at in 0..6 {
                let until = if evicted[at] { ObservedUntil::Evicted } else { ObservedUntil::Eof };
                let attempted = attempted(&seen[at], rsts[at], until, Span::from_millis(10 * u64::from(watched[at])));
                let around = Surroundings {
                    scan: scans[at].then_some(Scan { targets: 30, ports: 30 }),
                    server_ttl: ttls[at],
                    server_comes_in: comes_in[at],
                    accepted_around: accepted[at],
                    lost_nearby: u64::from(lost[at]),
                    ..Surroundings::default()
                };
                let close = attempted.close();
                let (by_rules, by_precedent) = (consider(&close, &around), precedents.judge(&attempted, &around));
                prop_assert_eq!(outcome(&by_precedent.ruling), outcome(&by_rules.ruling));
                prop_assert_eq!(format!("{:?}", by_precedent.tell()), format!("{:?}", by_rules.tell()));
            }
        }
    }
}
