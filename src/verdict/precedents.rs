//! Attempts that were refused, not answered, or left as soon as they were, judged by precedent: a scan ends millions of connections that
//! differ in nothing that a rule looks at.
//!
//! The first of each kind goes before all the rules; the next ones of its kind are given the same conclusion. What makes a
//! kind is listed in [`Kind`], and a test over many attempts holds the two ways equal.

use crate::context::{Surroundings, Telltale};
use crate::flow::{Attempted, Look, ObservedUntil, Refusal, Side};

use super::who::forgery::{is_elsewhere, is_too_soon, starts_here};
use super::{Confidence, Finding, Ground, Harm, How, Judged, Ruling, Sender, consider};

/// Everything about an attempt that its conclusion depends on.
#[expect(clippy::struct_excessive_bools, reason = "independent facts; together they are an index")]
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// A RST refused it.
    refused: bool,
    /// It was answered, and its client left at once.
    answered: bool,
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
    /// And was being started again.
    restarted: bool,
    /// It may be one of a scan.
    scan: bool,
    /// And is, beyond doubt.
    plain: bool,
    /// It was given up, or frames were lost near it.
    doubtful: bool,
}

/// How many kinds there are: one for each set of facts.
const KINDS: usize = 1 << 11;

impl Kind {
    fn of(attempted: &Attempted, surroundings: &Surroundings) -> Self {
        let rst = attempted.rst();
        let elsewhere = |rst: &Refusal| {
            surroundings.server_ttl.is_some_and(|usual| is_elsewhere((rst.seq, rst.ttl), usual))
        };
        Self {
            refused: rst.is_some(),
            answered: attempted.was_answered(),
            odd_number: rst.is_some_and(|rst| rst.seq.0 != 0),
            other_distance: rst.is_some_and(elsewhere),
            over_loopback: attempted.refused_over_loopback(),
            left_here: surroundings.server_comes_in && refusal_look(attempted).is_some_and(starts_here),
            accepted_around: surroundings.accepted_around && rst.is_some(),
            restarted: surroundings.restart.is_some() && rst.is_some(),
            scan: surroundings.scan.is_some(),
            plain: surroundings.scan.is_some_and(|scan| scan.telltale == Telltale::Plain),
            doubtful: attempted.until() == ObservedUntil::Evicted || surroundings.lost_nearby > 0,
        }
    }

    fn index(self) -> usize {
        let facts = [
            self.refused,
            self.answered,
            self.odd_number,
            self.other_distance,
            self.over_loopback,
            self.left_here,
            self.accepted_around,
            self.restarted,
            self.scan,
            self.plain,
            self.doubtful,
        ];
        facts.into_iter().fold(0, |index, fact| index << 1 | usize::from(fact))
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
pub struct Precedents(Box<[Option<Conclusion>]>);

impl Default for Precedents {
    fn default() -> Self {
        Self(vec![None; KINDS].into_boxed_slice())
    }
}

impl Precedents {
    /// Judges an attempt.
    pub fn judge<'c>(&mut self, attempted: &'c Attempted, surroundings: &'c Surroundings) -> Judged<'c> {
        let kind = Kind::of(attempted, surroundings).index();
        let conclude = || conclude(attempted, surroundings);
        let conclusion = match self.0.get_mut(kind).filter(|_| is_plain(attempted, surroundings)) {
            Some(precedent) => *precedent.get_or_insert_with(conclude),
            None => conclude(),
        };
        let ruling = rule(attempted, conclusion);
        Judged { ruling, ground: Ground::Attempt(attempted, surroundings) }
    }
}

/// How the RST looked that refused it.
fn refusal_look(attempted: &Attempted) -> Option<Look> {
    attempted.refusal_place().zip(attempted.rst()).map(|(place, rst)| Look { place, ttl: rst.ttl })
}

/// Is there nothing else that a rule looks at? Of one that was answered there may be.
fn is_plain(attempted: &Attempted, surroundings: &Surroundings) -> bool {
    let soon = |took| surroundings.server_leg.is_some_and(|leg| is_too_soon(took, leg));
    if attempted.refused_after().is_some_and(soon) {
        return false;
    }
    !attempted.was_answered() || attempted.left_at_once() && surroundings.learned_idle.is_none()
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
    use crate::context::{LearnedIdle, Restart, Scan};
    use crate::decode::{Endpoint, Flags, Pdu, Segment, SeqNumber, Traits};
    use crate::flow::{Ended, FlowTable, Leg, Settings};
    use crate::time::{Span, Timestamp};

    fn endpoint(last: u8, port: u16) -> Endpoint {
        Endpoint { addr: crate::decode::Addr::v4([10, 0, 0, last]), port }
    }

    /// What answers a SYN.
    #[derive(Clone, Copy, Debug)]
    enum Answer {
        None,
        Refusal,
        /// A SYN+ACK, which the client's RST refuses.
        SynAck,
    }

    fn answer() -> impl Strategy<Value = Answer> {
        prop_oneof![Just(Answer::None), Just(Answer::Refusal), Just(Answer::SynAck)]
    }

    /// Turns a RST that refuses `syn` into a SYN+ACK that differs in all that may differ, and gives the RST that refuses that.
    fn accept(syn: &Segment, answer: &mut Segment, fields: &[u32; 8]) -> Segment {
        let &[seq, tsval, wnd, id, bits, ttl, _, late] = fields;
        let short = |n: u32| u16::try_from(n & 0xffff).unwrap();
        let byte = |n: u32| u8::try_from(n & 0xff).unwrap();
        // Mostly soon, and sometimes late.
        let soon = |n: u32| Span::from_nanos((n >> 1 >> (n & 0xf)).into());
        *answer = Segment {
            ts: syn.ts.plus(soon(late)),
            seq: SeqNumber(tsval ^ seq.rotate_left(9)),
            tsval: wnd,
            tsecr: syn.tsval,
            mss: short(ttl >> 16),
            wscale: byte(seq) & 0xf,
            traits: Traits(short(bits.rotate_left(5)) & short(wnd >> 7)),
            flags: Flags(Flags::SYN.0 | Flags::ACK.0 | byte(bits >> 24) & 0xc0),
            ..*answer
        };
        Segment {
            ts: answer.ts.plus(soon(id.rotate_left(3))),
            frame: answer.frame + 2,
            src: syn.src,
            dst: syn.dst,
            seq: syn.seq.plus(1),
            wnd: short(wnd >> 3),
            ip_id: if id & 2 == 0 { 0 } else { short(tsval) },
            flags: Flags::RST,
            ttl: if id & 4 == 0 { syn.ttl } else { byte(ttl >> 16) },
            traits: Traits(short(bits.rotate_left(9)) & short(wnd >> 11)),
            ..Segment::default()
        }
    }

    /// A SYN and what answers it, with all that may differ in them, through the table.
    fn attempted(fields: &[u32; 8], answered: Answer, until: ObservedUntil, watched: Span) -> Attempted {
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
        let mut answer = Segment {
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
        let heard = match answered {
            Answer::None => vec![syn],
            Answer::Refusal => vec![syn, answer],
            Answer::SynAck => {
                let left = accept(&syn, &mut answer, fields);
                vec![syn, answer, left]
            }
        };
        let pdus: Vec<_> = heard.into_iter().map(|segment| Pdu::Segment(segment, &[])).collect();
        let (mut table, mut all) = (FlowTable::new(Settings::default()), Vec::new());
        table.observe(&pdus, &mut |ended| all.push(ended));
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
            seen in any::<[[u32; 8]; 6]>(),
            answers in prop::array::uniform6(answer()),
            scans in any::<[Option<bool>; 6]>(),
            ttls in any::<[Option<u8>; 6]>(),
            lost in any::<[bool; 6]>(),
            legs in any::<[Option<u8>; 6]>(),
            comes_in in any::<[bool; 6]>(),
            (accepted, restarted) in any::<([bool; 6], [bool; 6])>(),
            (evicted, learned) in any::<([bool; 6], [bool; 6])>(),
            watched in any::<[u8; 6]>(),
        ) {
            let mut precedents = Precedents::default();
            for at in 0..6 {
                let until = if evicted[at] { ObservedUntil::Evicted } else { ObservedUntil::Eof };
                let attempted = attempted(&seen[at], answers[at], until, Span::from_millis(10 * u64::from(watched[at])));
                let restart = Restart { ended: attempted.start(), refused_until: attempted.start() };
                let five = Span::from_secs(5);
                let idle = LearnedIdle { idle: five, fitting: 3, of: 3, range: [five; 2], alike: 3, together: 0 };
                let around = Surroundings {
                    scan: scans[at].map(|plain| {
                        let telltale = if plain { Telltale::Plain } else { Telltale::Missing };
                        Scan { targets: 30, ports: 30, telltale }
                    }),
                    server_ttl: ttls[at],
                    server_leg: legs[at].map(|ms| Leg { shortest: Span::from_millis(ms.into()), samples: 2 }),
                    server_comes_in: comes_in[at],
                    accepted_around: accepted[at],
                    restart: restarted[at].then_some(restart),
                    lost_nearby: u64::from(lost[at]),
                    learned_idle: (learned[at] && attempted.was_answered()).then_some(idle),
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
