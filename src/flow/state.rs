//! The tracked state of one connection, in a hot part that every segment touches and a cold part that few do.

use crate::decode::{IcmpError, Segment};
use crate::time::{Span, Timestamp};

use super::acceptance::Acceptance;
use super::chain::Link;
use super::close::{Close, Fin, Finality, Leg, Moment, ObservedUntil, Reset};
use super::exchange::Exchange;
use super::half::Half;
use super::history::History;
use super::key::{Both, End, FlowKey};
use super::recent::{LADDER, Recent, RecentRing};
use super::roles::{self, Roles};
use super::zeek::{self, Background, Role};

/// Where a connection stands with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Phase {
    /// Being followed.
    #[default]
    Open,
    /// Ended; what follows is watched for a while.
    Lingering,
}

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Queue {
    /// An answer to its SYN.
    Patience,
    /// The end of its linger.
    Lingering,
    /// Nothing.
    #[default]
    Open,
}

/// What every segment touches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flow {
    pub(super) halves: Both<Half>,
    pub(super) key: FlowKey,
    pub(super) link: Link,
    /// Changes when the slot is given to another connection, so that old timers find out.
    pub(super) generation: u32,
    pub(super) phase: Phase,
    pub(super) queue: Queue,
    pub(super) unanswered: Both<u8>,
    /// Serial number of its latest segment in the ring.
    pub(super) recent: u64,
}

const _: () = assert!(size_of::<Flow>() <= 256, "four cache lines");

impl Flow {
    /// When either side was last heard.
    pub(super) fn last_seen(&self) -> Timestamp {
        self.halves.at(End::Low).last_seen.max(self.halves.at(End::High).last_seen)
    }
}

/// What Zeek remembers of a side for the history.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Letters {
    pub(super) last_syn: u32,
    pub(super) last_fin: u32,
    pub(super) last_rst: u32,
    pub(super) retransmits: u32,
    pub(super) zero_windows: u32,
    pub(super) gaps: u32,
    pub(super) bad_checksums: u32,
}

/// The rest.
#[derive(Clone, Debug)]
pub(super) struct Cold {
    pub(super) start: Moment,
    pub(super) last: Moment,
    pub(super) file: u16,
    pub(super) roles: Roles,
    pub(super) client: End,
    pub(super) originator: End,
    pub(super) history: History,
    pub(super) letters: Both<Letters>,
    pub(super) syn: Option<Timestamp>,
    pub(super) rtt: Option<Span>,
    pub(super) fins: Both<Option<Fin>>,
    pub(super) legs: Both<Option<Leg>>,
    pub(super) reset: Option<Box<Reset>>,
    pub(super) ignored_resets: u32,
    pub(super) ignored: Option<(Recent, Acceptance)>,
    pub(super) icmp: Option<Box<IcmpError>>,
    pub(super) stray_syn: Option<Box<Segment>>,
    pub(super) exchange: Option<Box<Exchange>>,
    pub(super) exchange_at_fin: Option<Box<Exchange>>,
    /// It was told about before its watching had ended.
    pub(super) announced: bool,
    /// Frames of it came twice, so that even those that carry no identification are to be compared.
    pub(super) duplicated: bool,
}

impl Cold {
    /// For a connection whose first captured segment is `first`, sent by `by`.
    pub(super) fn begin(first: &Segment, by: End) -> Self {
        let client = if roles::sender_is_client(first) { by } else { by.peer() };
        let flips = roles::zeek_flips(first);
        let mut history = History::default();
        if flips {
            history.flip();
        }
        Self {
            start: Moment::of(first),
            last: Moment::of(first),
            file: first.file,
            roles: if first.flags.syn() { Roles::Handshake } else { Roles::Guessed },
            client,
            originator: if flips { by.peer() } else { by },
            history,
            letters: Both::default(),
            syn: None,
            rtt: None,
            fins: Both::default(),
            legs: Both::default(),
            reset: None,
            ignored_resets: 0,
            ignored: None,
            icmp: None,
            stray_syn: None,
            exchange: None,
            exchange_at_fin: None,
            announced: false,
            duplicated: false,
        }
    }

    /// Gives back what it holds elsewhere.
    pub(super) fn release(&mut self) {
        (self.reset, self.icmp, self.stray_syn) = (None, None, None);
        (self.exchange, self.exchange_at_fin) = (None, None);
    }

    /// A RST answered its SYN.
    pub(super) fn is_refused(&self) -> bool {
        self.reset.as_ref().is_some_and(|reset| reset.acceptance == Acceptance::AnswersSyn)
    }

    /// The part that Zeek gives to an end.
    pub(super) fn role(&self, end: End) -> Role {
        if end == self.originator { Role::Originator } else { Role::Responder }
    }

    /// Zeek's originator and responder change places.
    pub(super) fn flip(&mut self) {
        self.originator = self.originator.peer();
        self.history.flip();
    }
}

/// Hands a connection over, by value.
pub(super) fn close(
    flow: &Flow,
    cold: &mut Cold,
    ring: &RecentRing,
    until: ObservedUntil,
    closed_at: Timestamp,
) -> Close {
    let (orig, resp) = (flow.halves.at(cold.originator), flow.halves.at(cold.originator.peer()));
    let history = cold.history.to_string();
    let background = Background { history: &history, no_payload: orig.bytes == 0 && resp.bytes == 0 };
    let mut recent: Vec<Recent> = ring.back_from(flow.recent).take(LADDER).copied().collect();
    recent.reverse();
    Close {
        key: flow.key,
        client: cold.client,
        roles: cold.roles,
        originator: cold.originator,
        start: cold.start,
        last: cold.last,
        file: cold.file,
        halves: flow.halves,
        fins: cold.fins,
        reset: cold.reset.take().map(|reset| *reset),
        ignored_resets: cold.ignored_resets,
        ignored: cold.ignored,
        stray_syn: cold.stray_syn.as_deref().map(|syn| Recent::of(syn, FlowKey::of(syn).1)),
        icmp: cold.icmp.take().map(|icmp| *icmp),
        conn_state: zeek::conn_state(orig.zeek, resp.zeek, background),
        history: cold.history,
        exchange: cold.exchange.take().map(|exchange| *exchange).unwrap_or_default(),
        exchange_at_fin: cold.exchange_at_fin.take().map(|exchange| *exchange),
        unanswered: flow.unanswered,
        rtt: cold.rtt,
        legs: cold.legs,
        gaps: cold.letters.at(End::Low).gaps + cold.letters.at(End::High).gaps,
        recent,
        finality: Finality::Final,
        until,
        closed_at,
    }
}

/// What is known of a connection that is still being watched.
pub(super) fn so_far(flow: &Flow, cold: &Cold, ring: &RecentRing, now: Timestamp) -> Close {
    let close = close(flow, &mut cold.clone(), ring, ObservedUntil::Close, now);
    Close { finality: Finality::Provisional, ..close }
}
