//! Close to verdict: who ended it, how, why, what each program saw, and what to do. Pure and cold.
//!
//! `evidence` derives every fact once; `ending` says how it ended; `who` weighs who sent the RST; the rules on the shelf
//! (`rules`) each give an opinion on the cause; the most confident one wins and the others stay visible. No rule looks
//! at another's answer, and `cap` caps all of them by how much of the connection the capture holds.

mod accounts;
mod cap;
mod ending;
pub mod errors;
mod evidence;
pub mod example;
mod facts;
mod harm;
mod ladder;
mod numbers;
mod precedents;
pub mod programs;
mod report;
mod rule;
pub mod rules;
mod ruling;
mod sees;
mod stage;
mod talk;
pub mod topic;
mod who;

pub use crate::decode::{Addr, Endpoint, Flags, SkipCounts};
pub use crate::flow::{ConnState, Finality, FlowKey, History, ObservedUntil, Roles, Side};
pub use accounts::consider_all;
pub use ending::How;
pub use evidence::Evidence;
pub use harm::Harm;
pub use ladder::{Effect, Rung};
pub use precedents::Precedents;
pub use programs::{Call, Program, Sight};
pub use rule::{Case, Confidence, Rule};
pub use ruling::Ruling;
pub use stage::Stage;
pub use who::Sender;
pub use who::forgery::Doubt;

use self::accounts::Sights;
pub use crate::context::Surroundings;
use crate::flow::{Attempted, Close, Ended};
use crate::time::{Span, Timestamp};

/// One rule's opinion.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// Whose.
    pub rule: &'static Rule,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Something that was seen, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The number of its frame, as Wireshark counts; `None` where it is about the whole connection.
    pub frame: Option<u64>,
    /// What, in a clause of plain English.
    pub fact: String,
}

impl Fact {
    /// A fact about one frame.
    pub fn at(frame: u64, fact: impl Into<String>) -> Self {
        Self { frame: Some(frame), fact: fact.into() }
    }

    /// A fact about the connection.
    pub fn of_all(fact: impl Into<String>) -> Self {
        Self { frame: None, fact: fact.into() }
    }
}

/// What a call returns on Linux if it is the program's next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sees {
    /// `connect()`.
    pub connect: Option<&'static str>,
    /// `read()`.
    pub read: Option<&'static str>,
    /// `write()`.
    pub write: Option<&'static str>,
}

impl Sees {
    /// The calls that tell of the end, in the order of a connection's life.
    pub fn sights(&self) -> impl Iterator<Item = Sight> {
        let calls = [(Call::Connect, self.connect), (Call::Read, self.read), (Call::Write, self.write)];
        calls
            .into_iter()
            .filter_map(|(call, errno)| Some(Sight { call, errno: errno.filter(|errno| *errno != "ok")? }))
    }
}

/// The RST that ended a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RstFacts {
    /// The number of its frame.
    pub frame: u64,
    /// When it was captured.
    pub time: Timestamp,
    /// Its flags.
    pub flags: Flags,
    /// Sequence number as on the wire.
    pub seq: u32,
    /// Acknowledgement number as on the wire.
    pub ack: u32,
    /// Window, scaled where the scale is known.
    pub wnd: u32,
    /// TTL or hop limit.
    pub ttl: u8,
    /// IPv4 identification; `None` on IPv6.
    pub ip_id: Option<u16>,
    /// Its payload as text, or in hexadecimal where it is none.
    pub payload: Option<String>,
}

/// The exchange that was under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExchangeFacts {
    /// `http/1`, `tls`, …
    pub protocol: Option<&'static str>,
    /// HTTP method.
    pub method: Option<String>,
    /// HTTP target without its query.
    pub target: Option<String>,
    /// HTTP Host.
    pub host: Option<String>,
    /// TLS server name.
    pub sni: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Body bytes of the response that arrived; `None` where what is said is encrypted, has no bodies, or cannot be followed.
    pub response_bytes: Option<u64>,
    /// Body bytes that its head announced.
    pub response_expected: Option<u64>,
    /// TLS alert in clear.
    pub alert: Option<&'static str>,
}

/// Counters of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Segments.
    pub packets: u64,
    /// Payload bytes.
    pub bytes: u64,
}

/// How much of the connection the capture holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// SYN and SYN+ACK.
    pub handshake: bool,
    /// Segments of both sides.
    pub both_sides: bool,
    /// Stretches that are missing.
    pub gaps: u32,
    /// Segments were cut by the snaplen.
    pub cut: bool,
}

/// The conclusion about one connection: everything that any output shows.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Address and port of the client.
    pub client: Endpoint,
    /// Address and port of the server.
    pub server: Endpoint,
    /// How it is known who is which.
    pub roles: Roles,
    /// Whom Zeek would call the originator.
    pub originator: Side,
    /// First segment.
    pub start: Timestamp,
    /// First FIN or RST that ended it, or its last segment.
    pub end_time: Timestamp,
    /// Which of the merged captures it began in.
    pub file: u16,
    /// Number of its first frame.
    pub first_frame: u64,
    /// How it ended.
    pub how: How,
    /// Whether this is the last word.
    pub finality: Finality,
    /// Why the watching ended; says nothing as long as it has not.
    pub until: ObservedUntil,
    /// Who sent the first FIN at or before the end.
    pub fin_by: Option<Side>,
    /// Who sent the RST that took effect: the conclusion.
    pub rst_by: Option<Sender>,
    /// How sure that is.
    pub rst_by_confidence: Option<Confidence>,
    /// Whose address that RST carries.
    pub rst_claimed: Option<Side>,
    /// Why; `None` only where the end is normal or still open and no rule fires.
    pub cause: Option<Finding>,
    /// What else it could have been.
    pub alternatives: Vec<Finding>,
    /// Did a program lose something or see an error?
    pub harm: Option<Harm>,
    /// The stack's reasons that fit, likeliest first.
    pub reasons: Vec<&'static str>,
    /// What the client's calls return.
    pub client_sees: Sees,
    /// What the server's calls return.
    pub server_sees: Sees,
    /// In which stage it ended.
    pub stage: Option<Stage>,
    /// What speaks for it.
    pub evidence: Vec<Fact>,
    /// What to do, in one or two sentences.
    pub advice: Option<String>,
    /// The RST.
    pub rst: Option<RstFacts>,
    /// Silence before the end.
    pub idle_before: Option<Span>,
    /// The exchange that was under way.
    pub exchange: Option<ExchangeFacts>,
    /// Zeek's summary.
    pub conn_state: ConnState,
    /// Zeek's history.
    pub history: History,
    /// What the client sent.
    pub client_traffic: Traffic,
    /// What the server sent.
    pub server_traffic: Traffic,
    /// Segments that repeated sequence numbers, both sides.
    pub retransmits: u32,
    /// Round trip of the handshake.
    pub rtt: Option<Span>,
    /// RSTs before the end that did not take effect.
    pub ignored_resets: u32,
    /// How much of it was seen.
    pub seen: Seen,
    /// Its last segments, oldest first.
    pub ladder: Vec<Rung>,
}

impl Verdict {
    /// Something went wrong for somebody: a cause that is not harmless.
    #[must_use]
    pub fn is_bad_end(&self) -> bool {
        Ruling::from(self).is_bad_end()
    }

    /// The cause's name.
    #[must_use]
    pub fn cause_name(&self) -> Option<&'static str> {
        self.cause.map(|finding| finding.rule.name)
    }
}

/// A connection that was judged, and not yet put into words.
#[derive(Debug)]
pub struct Judged<'c> {
    /// The conclusion.
    pub ruling: Ruling,
    ground: Ground<'c>,
}

/// What the words are made of.
#[expect(
    clippy::large_enum_variant,
    reason = "it lives on the stack for as long as one connection is judged"
)]
#[derive(Debug)]
enum Ground<'c> {
    Whole(Evidence<'c>, rule::Findings, Surroundings, Option<Box<Sights>>),
    Attempt(&'c Attempted, &'c Surroundings),
}

impl Judged<'_> {
    /// Puts it into words: what speaks for it, what to do, and everything that a record shows.
    #[must_use]
    pub fn tell(&self) -> Verdict {
        match &self.ground {
            Ground::Whole(evidence, findings, _, sights) => {
                let told = report::tell(evidence, findings, self.ruling);
                match sights.as_deref() {
                    Some(&Sights { client_sees, server_sees, .. }) => {
                        Verdict { client_sees, server_sees, ..told }
                    }
                    None => told,
                }
            }
            Ground::Attempt(attempted, surroundings) => consider(&attempted.close(), surroundings).tell(),
        }
    }

    /// The same by value, to be put into words elsewhere.
    #[must_use]
    pub fn dossier(&self) -> Dossier {
        match &self.ground {
            Ground::Whole(evidence, _, surroundings, sights) => {
                let ended = Ended::Whole(Box::new(evidence.close.clone()));
                Dossier { ended, surroundings: *surroundings, sights: sights.clone() }
            }
            Ground::Attempt(attempted, surroundings) => {
                let ended = Ended::Attempt((*attempted).clone());
                Dossier { ended, surroundings: **surroundings, sights: None }
            }
        }
    }

    /// The two ends of the connection.
    #[must_use]
    pub const fn key(&self) -> FlowKey {
        match &self.ground {
            Ground::Whole(evidence, ..) => evidence.close.key,
            Ground::Attempt(attempted, _) => attempted.key,
        }
    }

    /// How many other places know it, or may know it.
    #[must_use]
    pub const fn known_elsewhere(&self) -> u8 {
        match &self.ground {
            Ground::Whole(evidence, ..) => evidence.close.elsewhere.known,
            Ground::Attempt(attempted, _) => attempted.elsewhere,
        }
    }

    /// What was judged, by value.
    #[must_use]
    pub fn close(&self) -> Close {
        match &self.ground {
            Ground::Whole(evidence, ..) => evidence.close.clone(),
            Ground::Attempt(attempted, _) => attempted.close(),
        }
    }

    /// What its neighbours told.
    #[must_use]
    pub const fn surroundings(&self) -> Surroundings {
        match &self.ground {
            Ground::Whole(_, _, surroundings, _) => *surroundings,
            Ground::Attempt(_, surroundings) => **surroundings,
        }
    }
}

/// A connection that was judged, and all that its judgement rests on.
#[derive(Clone, Debug)]
pub struct Dossier {
    ended: Ended,
    surroundings: Surroundings,
    sights: Option<Box<Sights>>,
}

impl Dossier {
    /// The same verdict as [`Judged::tell`] gives.
    #[must_use]
    pub fn tell(&self) -> Verdict {
        match &self.ended {
            Ended::Whole(close) => {
                let judged = consider(close, &self.surroundings);
                match &self.sights {
                    Some(sights) => judged.seeing((**sights).clone()).tell(),
                    None => judged.tell(),
                }
            }
            Ended::Attempt(attempted) => consider(&attempted.close(), &self.surroundings).tell(),
        }
    }

    /// Which of the merged captures it came from.
    #[must_use]
    pub fn file(&self) -> u16 {
        self.ended.file()
    }
}

/// Judges a connection by all the rules.
#[must_use]
pub fn consider<'c>(close: &'c Close, surroundings: &Surroundings) -> Judged<'c> {
    let evidence = Evidence::of(close, surroundings);
    let findings = rule::rank(&evidence);
    let ruling = rule::rule(&evidence, findings.first());
    Judged { ruling, ground: Ground::Whole(evidence, findings, *surroundings, None) }
}

/// Could its cause lie in what happened to others about the same time? Then its judgement is worth a linger's wait.
#[must_use]
pub fn may_be_one_of_many(ended: &Ended) -> bool {
    let Ended::Whole(close) = ended else { return true };
    let unsaid = !close.half(Side::Server).has_data();
    let reset_or_unanswered = close.reset.is_some() || !close.half(Side::Server).seen();
    // Where an idle connection was forgotten, it matters whether others were, which were in use.
    let idle = close.silence_before_forgotten().is_some_and(|silence| silence >= evidence::BRIEFEST_IDLE);
    unsaid && reset_or_unanswered || idle || ending::together::may_be_one_of_many(close)
}

#[cfg(test)]
mod tests;
