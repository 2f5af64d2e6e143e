//! The waist of the hourglass: everything a verdict may need of its connection, by value.

mod after;
mod ahead;
mod ended;
mod weight;

use triomphe::Arc;

pub use self::after::{After, Aftermath};
pub use self::ended::Ended;
use crate::decode::{Endpoint, Flags, IcmpError, Segment, SeqNumber};
use crate::time::{Span, Timestamp};

use super::acceptance::Acceptance;
use super::duplicate::Doubles;
use super::exchange::Exchange;
use super::half::{Half, Marks};
use super::history::History;
use super::key::{Both, End, FlowKey};
use super::passage::Elsewhere;
use super::place::{Copied, Look};
use super::recent::Recent;
use super::roles::Roles;
use super::shut::Shut;
use super::volley::Volley;
use super::zeek::ConnState;

/// One of the two programs of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Sent the first SYN.
    Client,
    /// Was connected to.
    Server,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// The word for it, in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Why the watching of a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObservedUntil {
    /// It ended, and the linger after that is over.
    Close,
    /// The capture ended.
    Eof,
    /// Nothing came for longer than any stack waits.
    Expired,
    /// The table was full and it was among the oldest.
    Evicted,
    /// The user stopped the program.
    Stopped,
}

impl ObservedUntil {
    /// The word for it in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Eof => "eof",
            Self::Expired => "expired",
            Self::Evicted => "evicted",
            Self::Stopped => "stopped",
        }
    }
}

/// Is there more to come about a connection?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Finality {
    /// It is still being watched: what follows may teach better.
    Provisional,
    /// This is the last word.
    #[default]
    Final,
}

/// Which segments are captured at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// Every one, as far as the capture holds them.
    #[default]
    Whole,
    /// Those with SYN, FIN or RST: what was said and acknowledged between is not known.
    Ends,
}

/// A moment that can be pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub ts: Timestamp,
    /// In which frame.
    pub frame: u64,
}

/// How fast a side was seen to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The shortest time.
    pub shortest: Span,
    /// How often it was measured: once may have been slow by chance.
    pub samples: u32,
}

/// A side's first FIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fin {
    /// The how manyth of all segments it is.
    pub serial: u64,
    /// When.
    pub ts: Timestamp,
    /// In which frame.
    pub frame: u64,
    /// How far its sender had received the other side: what it acknowledges.
    pub ack: SeqNumber,
    /// The sequence number after it.
    pub end: SeqNumber,
    /// Its checksum is wrong: whoever received it like that dropped it.
    pub damaged: bool,
}

impl Moment {
    /// The moment of a segment.
    #[must_use]
    pub const fn of(segment: &Segment) -> Self {
        Self { ts: segment.ts, frame: segment.frame }
    }
}

/// How many bytes of a RST's payload are kept: more than any diagnostic text that devices are known to send.
pub(super) const RST_TEXT: usize = 96;

/// A RST that may have taken effect, with the world as it was before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The how manyth of all segments it is.
    pub serial: u64,
    /// The segment.
    pub rst: Segment,
    /// Whose address it carries.
    pub by: End,
    /// What it can have done.
    pub acceptance: Acceptance,
    /// Both half-connections before it.
    pub before: Both<Half>,
    /// The segment that it answers, where it looks like an answer and one fits.
    pub prompt: Option<Recent>,
    /// What followed.
    pub after: Aftermath,
    /// Where else it was captured.
    pub copies: Vec<Copied>,
    /// Its payload, cut to 96 bytes.
    pub text: Vec<u8>,
}

/// A connection whose watching has ended, or for once what is known of it before.
#[derive(Clone, Debug)]
pub struct Close {
    /// Its two ends.
    pub key: FlowKey,
    /// Which of them is the client.
    pub client: End,
    /// How that is known.
    pub roles: Roles,
    /// Whom Zeek would call the originator.
    pub originator: End,
    /// Its first segment.
    pub start: Moment,
    /// Its last one.
    pub last: Moment,
    /// Which of the merged captures it began in.
    pub file: u16,
    /// Both half-connections at the end of the watching.
    pub halves: Both<Half>,
    /// First FIN of each side.
    pub fins: Both<Option<Fin>>,
    /// The RST that took effect, as far as can be judged.
    pub reset: Option<Box<Reset>>,
    /// RSTs before the end that had none.
    pub ignored_resets: u32,
    /// Which of its frames were captured twice.
    pub doubles: Doubles,
    /// The latest RST that had none.
    pub ignored: Option<Box<(Recent, Acceptance)>>,
    /// RSTs of either side, with effect or without, beyond all that it had sent.
    pub volley: Option<Box<Both<Volley>>>,
    /// What each side's zero windows tell, up to the other's FIN.
    pub shut: Option<Box<Both<Option<Shut>>>>,
    /// A SYN that came into it while it was alive, and that nobody answered as one.
    pub stray_syn: Option<Box<Segment>>,
    /// The last ICMP error about it.
    pub icmp: Option<Box<IcmpError>>,
    /// Zeek's summary.
    pub conn_state: ConnState,
    /// Zeek's history.
    pub history: History,
    /// What was said.
    pub exchange: Arc<Exchange>,
    /// What had been said when the first FIN came.
    pub exchange_at_fin: Option<Arc<Exchange>>,
    /// Retransmissions, FINs and probes of each side since the other last spoke.
    pub unanswered: Both<u8>,
    /// SYN to SYN+ACK to ACK: the round trip, both legs.
    pub rtt: Option<Span>,
    /// The shortest time in which each side was seen to answer: the round trip from where the capture was made.
    pub legs: Both<Option<Leg>>,
    /// How each side's SYN looked where it was captured; a TTL of 0 where it was not.
    pub opened: Both<Look>,
    /// Stretches that the capture misses.
    pub gaps: u32,
    /// The last segments, oldest first.
    pub recent: Vec<Recent>,
    /// Whether the watching has ended.
    pub finality: Finality,
    /// Which segments were captured at all.
    pub coverage: Coverage,
    /// Why the watching ended; says nothing as long as it has not.
    pub until: ObservedUntil,
    /// When it was handed over, in capture time.
    pub closed_at: Timestamp,
    /// What other places tell of it.
    pub elsewhere: Elsewhere,
}

impl Close {
    /// Which side an end is.
    #[must_use]
    pub fn side(&self, end: End) -> Side {
        if end == self.client { Side::Client } else { Side::Server }
    }

    /// Which end a side is.
    #[must_use]
    pub const fn end(&self, side: Side) -> End {
        match side {
            Side::Client => self.client,
            Side::Server => self.client.peer(),
        }
    }

    /// Address and port of a side.
    #[must_use]
    pub const fn endpoint(&self, side: Side) -> Endpoint {
        self.key.at(self.end(side))
    }

    /// How long the server had been silent when its host no longer knew the connection: a bare RST answers data, and the server
    /// had spoken and not said goodbye.
    #[must_use]
    pub fn silence_before_forgotten(&self) -> Option<Span> {
        let reset = self.reset.as_ref().filter(|reset| self.side(reset.by) == Side::Server)?;
        let prompt = reset.prompt.filter(|prompt| prompt.len > 0 && !reset.rst.flags.ack())?;
        let server = reset.before.at(reset.by);
        // What is repeated until somebody refuses it was said when it was first sent.
        let same = |own: &&Recent| (own.by, own.seq) == (prompt.by, prompt.seq) && own.len > 0;
        let said = self.recent.iter().find(same).map_or(prompt.ts, |first| first.ts);
        (server.has_data() && !server.has_fin()).then(|| said.since(server.last_seen))
    }

    /// When a side ended it: by the first FIN, or by a RST before which nobody had closed, other than of the SYN.
    #[must_use]
    pub fn ended_by(&self, side: Side) -> Option<Timestamp> {
        let end = self.end(side);
        match (self.fins.at(end), self.fins.at(end.peer())) {
            (Some(own), None) => Some(own.ts),
            (Some(own), Some(other)) => (own.serial < other.serial).then_some(own.ts),
            (None, Some(_)) => None,
            (None, None) => {
                let reset = self.reset.as_ref().filter(|reset| reset.by == end && !self.answers_syn());
                reset.map(|reset| reset.rst.ts)
            }
        }
    }

    /// A side's half-connection at the end of the watching.
    #[must_use]
    pub const fn half(&self, side: Side) -> &Half {
        self.halves.at(self.end(side))
    }

    /// A side's half-connection before the RST, or at the end if there was none.
    #[must_use]
    pub fn half_before(&self, side: Side) -> &Half {
        let end = self.end(side);
        self.reset.as_ref().map_or_else(|| self.halves.at(end), |reset| reset.before.at(end))
    }

    /// The initial sequence numbers of the client and of the server. Each side chooses its own by chance, so that both tell the connection from all
    /// others, under whatever addresses it was captured.
    #[must_use]
    pub fn initial_numbers(&self) -> [SeqNumber; 2] {
        [Side::Client, Side::Server].map(|side| self.half(side).iss)
    }

    /// Were segments of both sides captured?
    #[must_use]
    pub const fn both_seen(&self) -> bool {
        self.half(Side::Client).seen() && self.half(Side::Server).seen()
    }

    /// Was the three-way handshake captured, as far as SYN and SYN+ACK?
    #[must_use]
    pub const fn handshake_seen(&self) -> bool {
        self.half(Side::Client).marks.has(Marks::SYN) && self.half(Side::Server).marks.has(Marks::SYN)
    }

    /// Was the client's SYN captured?
    #[must_use]
    pub const fn handshake_began(&self) -> bool {
        self.half(Side::Client).marks.has(Marks::SYN)
    }

    /// Does it begin with neither SYN nor ACK? No stack sends that, and scanners do (nmap's FIN, NULL and Xmas scans): who listens says
    /// nothing, and all others answer with a RST (RFC 9293 §3.10.7).
    #[must_use]
    pub fn is_probe(&self) -> bool {
        let begins = |first: &&Recent| first.is_at(self.start) && first.by == self.client;
        let kernels = Flags::SYN.with(Flags::ACK).with(Flags::RST);
        let odd = self
            .recent
            .first()
            .filter(begins)
            .is_some_and(|first| first.len == 0 && !first.flags.has(kernels));
        odd && !self.half(Side::Server).has_data()
    }

    /// Did nobody say anything to the client's SYNs, not even a RST?
    #[must_use]
    pub fn asks_in_vain(&self) -> bool {
        let (client, server) = (self.half(Side::Client).marks, self.half(Side::Server));
        let only_syn = client.has(Marks::SYN) && !client.has(Marks::SYN_ACK) && !client.has(Marks::ACKED);
        only_syn && self.reset.is_none() && !server.seen()
    }

    /// Did a RST answer the SYN?
    #[must_use]
    pub fn answers_syn(&self) -> bool {
        self.reset.as_ref().is_some_and(|reset| reset.acceptance == Acceptance::AnswersSyn)
    }
}
