//! The tracked state of one connection, in a hot part that every segment touches and a cold part that few do.

use triomphe::Arc;

use crate::ahead::{Fetch, fetch};
use crate::decode::{IcmpError, Segment, SeqNumber};
use crate::time::{Span, Timestamp};

use super::acceptance::Acceptance;
use super::chain::Link;
use super::close::{Close, Coverage, Fin, Finality, Leg, Moment, ObservedUntil, Reset};
use super::duplicate::Doubles;
use super::exchange::{Exchange, Hearing};
use super::facts::Facts;
use super::half::{FurtherHoles, Half};
use super::history::{History, LettersSeen};
use super::key::{Both, End, FlowKey};
use super::passage::Elsewhere;
use super::place::Look;
use super::recent::{LADDER, Recent, RecentRing};
use super::roles::{self, Roles};
use super::shut::Shut;
use super::volley::Volley;
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
#[derive(Clone, Debug, Default)]
#[repr(C, align(64))]
pub(super) struct Flow {
    pub(super) halves: Both<Half>,
    pub(super) key: FlowKey,
    pub(super) unanswered: Both<u8>,
    pub(super) phase: Phase,
    pub(super) queue: Queue,
    pub(super) facts: Facts,
    pub(super) seen: LettersSeen,
    pub(super) roles: Roles,
    pub(super) client: End,
    pub(super) originator: End,
    /// Serial number of its latest segment in the ring.
    pub(super) recent: u64,
    /// Number of its latest frame.
    pub(super) last_frame: u64,
    /// How fast each side answered: the shortest time, and how often it was measured.
    pub(super) shortest: Both<Span>,
    pub(super) samples: Both<u32>,
    pub(super) hearing: Hearing,
}

const _: () = assert!(size_of::<Flow>() <= 256, "four cache lines");

impl Flow {
    /// For a connection whose first captured segment is `first`, sent by `by`.
    pub(super) fn begin(key: FlowKey, first: &Segment, by: End) -> Self {
        let client = if roles::sender_is_client(first) { by } else { by.peer() };
        let originator = if roles::zeek_flips(first) { by.peer() } else { by };
        let roles = if first.flags.opens() { Roles::Handshake } else { Roles::Guessed };
        let queue = if first.flags.syn() { Queue::Patience } else { Queue::Open };
        Self { key, queue, roles, client, originator, ..Self::default() }
    }

    /// How often both sides have repeated themselves, as one number, to see whether it changes.
    pub(super) const fn both_unanswered(&self) -> u16 {
        u16::from_ne_bytes([*self.unanswered.at(End::Low), *self.unanswered.at(End::High)])
    }

    /// The part that Zeek gives to an end.
    pub(super) fn role(&self, end: End) -> Role {
        if end == self.originator { Role::Originator } else { Role::Responder }
    }

    /// Zeek's originator and responder change places.
    pub(super) fn flip(&mut self, history: &mut History) {
        self.originator = self.originator.peer();
        self.seen.flip();
        history.flip();
    }

    /// Its latest segment.
    pub(super) fn last(&self) -> Moment {
        let by = if self.facts.has(Facts::HIGH_LAST) { End::High } else { End::Low };
        Moment { ts: self.halves.at(by).last_seen, frame: self.last_frame }
    }

    /// How fast an end answered.
    fn leg(&self, end: End) -> Option<Leg> {
        let (shortest, samples) = (*self.shortest.at(end), *self.samples.at(end));
        (samples > 0).then_some(Leg { shortest, samples })
    }

    /// When either side was last heard.
    pub(super) fn last_seen(&self) -> Timestamp {
        self.halves.at(End::Low).last_seen.max(self.halves.at(End::High).last_seen)
    }
}

/// Both halves, the key, and what comes behind it.
impl Fetch for Flow {
    #[inline]
    fn fetch(&self) {
        let (low, high) = (self.halves.at(End::Low), self.halves.at(End::High));
        fetch(&low.packets);
        fetch(&high.packets);
        fetch(&self.key.high.port);
        fetch(&self.recent);
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
    /// Of them those that were none, because what was missing came after all: Zeek has counted them.
    pub(super) filled: u32,
    /// Those since SND.NXT was `gaps_at`, of which that may still turn out.
    pub(super) early: u32,
    pub(super) gaps_at: SeqNumber,
    /// When the last of them was found.
    pub(super) gaps_since: Timestamp,
    pub(super) bad_checksums: u32,
}

impl Letters {
    /// Stretches that the capture misses.
    pub(super) const fn missing(&self) -> u32 {
        self.gaps.saturating_sub(self.filled)
    }
}

/// The rest.
#[derive(Clone, Debug)]
pub(super) struct Cold {
    pub(super) start: Moment,
    pub(super) file: u16,
    /// Changes when the slot is given to another connection, so that old timers find out.
    pub(super) generation: u32,
    pub(super) history: History,
    pub(super) letters: Both<Letters>,
    /// Behind the first one of each side, which is in the half.
    pub(super) holes: FurtherHoles,
    pub(super) syn: Timestamp,
    pub(super) rtt: Option<Span>,
    /// How each side's SYN looked.
    pub(super) opened: Both<Look>,
    pub(super) fins: Both<Option<Fin>>,
    pub(super) reset: Option<Box<Reset>>,
    pub(super) ignored_resets: u32,
    pub(super) doubles: Doubles,
    pub(super) ignored: Option<Box<(Recent, Acceptance)>>,
    pub(super) volley: Option<Box<Both<Volley>>>,
    pub(super) shut: Option<Box<Both<Option<Shut>>>>,
    pub(super) icmp: Option<Box<IcmpError>>,
    pub(super) stray_syn: Option<Box<Segment>>,
    /// The same one as that of the flow, as long as nothing is said after the FIN.
    pub(super) exchange_at_fin: Option<Arc<Exchange>>,
    /// The same at the RST that is recorded, which may turn out to have had no effect.
    pub(super) exchange_at_reset: Option<Arc<Exchange>>,
    /// It was told about before its watching had ended.
    pub(super) announced: bool,
    /// An end told by its numbers of more than SYN, FIN and RST, when nothing else had been captured.
    pub(super) only_ends: bool,
    /// What it holds elsewhere, in attempts, as it was counted last.
    pub(super) room: u16,
    pub(super) link: Link,
}

impl Cold {
    /// For a connection whose first captured segment is `first`.
    pub(super) fn begin(first: &Segment) -> Self {
        let mut history = History::default();
        if roles::zeek_flips(first) {
            history.flip();
        }
        Self {
            start: Moment::of(first),
            file: first.file,
            generation: 0,
            history,
            letters: Both::default(),
            holes: FurtherHoles::default(),
            syn: Timestamp::ZERO,
            rtt: None,
            opened: Both::default(),
            fins: Both::default(),
            reset: None,
            ignored_resets: 0,
            doubles: Doubles::default(),
            ignored: None,
            volley: None,
            shut: None,
            icmp: None,
            stray_syn: None,
            exchange_at_fin: None,
            exchange_at_reset: None,
            announced: false,
            only_ends: false,
            room: 0,
            link: Link::default(),
        }
    }

    /// Bytes of memory that it holds elsewhere, with those of exchanges that `hearing` does not count.
    pub(super) fn weight(&self, hearing: &Hearing) -> usize {
        let Self { reset, ignored, volley, shut, icmp, stray_syn, holes, doubles, .. } = self;
        let of_ignored = ignored.as_deref().map_or(0, size_of_val)
            + volley.as_deref().map_or(0, size_of_val)
            + shut.as_deref().map_or(0, size_of_val);
        let of_stray = icmp.as_deref().map_or(0, size_of_val) + stray_syn.as_deref().map_or(0, size_of_val);
        let of_reset = reset.as_deref().map_or(0, Reset::weight);
        let copies = [self.exchange_at_fin.as_ref(), self.exchange_at_reset.as_ref()];
        of_reset + of_ignored + of_stray + holes.weight() + doubles.weight() + hearing.uncounted(copies)
    }

    /// Gives back what it holds elsewhere.
    pub(super) fn release(&mut self) {
        (self.reset, self.icmp, self.stray_syn, self.shut) = (None, None, None, None);
        (self.holes, self.volley, self.doubles) = (FurtherHoles::default(), None, Doubles::default());
        (self.ignored, self.exchange_at_fin, self.exchange_at_reset) = (None, None, None);
    }

    /// A RST answered its SYN.
    pub(super) fn is_refused(&self) -> bool {
        self.reset.as_ref().is_some_and(|reset| reset.acceptance == Acceptance::AnswersSyn)
    }
}

/// Whether anything but SYN, FIN and RST is captured of it. What talks after all was not hidden by a filter.
pub(super) fn coverage(flow: &Flow, cold: &Cold) -> Coverage {
    let found = cold.only_ends && !flow.seen.tells_talk();
    if flow.facts.has(Facts::ENDS_ONLY) || found { Coverage::Ends } else { Coverage::Whole }
}

/// What a segment other than a usual one touches.
impl Fetch for Cold {
    #[inline]
    fn fetch(&self) {
        fetch(&self.letters.at(End::High).last_syn);
        fetch(self.fins.at(End::Low));
        fetch(self.fins.at(End::High));
        fetch(&self.history);
        fetch(&self.start.frame);
        fetch(&self.reset);
        fetch(&self.link);
        fetch(&self.ignored_resets);
        fetch(&self.shut);
    }
}

/// What a connection holds elsewhere, and why that is told.
struct Held {
    finality: Finality,
    until: ObservedUntil,
    reset: Option<Box<Reset>>,
    icmp: Option<Box<IcmpError>>,
    exchange: Option<Arc<Exchange>>,
    exchange_at_fin: Option<Arc<Exchange>>,
}

/// Hands a connection over, by value; what it holds elsewhere is taken from it.
#[inline]
pub(super) fn close(
    flow: &mut Flow,
    cold: &mut Cold,
    ring: &RecentRing,
    until: ObservedUntil,
    closed_at: Timestamp,
) -> Close {
    let at_end = flow.hearing.take(&flow.halves, flow.recent);
    let held = Held {
        exchange: if cold.reset.is_some() { cold.exchange_at_reset.take() } else { at_end },
        reset: cold.reset.take(),
        icmp: cold.icmp.take(),
        exchange_at_fin: cold.exchange_at_fin.take(),
        finality: Finality::Final,
        until,
    };
    tell(flow, cold, ring, held, closed_at)
}

/// What is known of a connection that is still being watched.
pub(super) fn so_far(flow: &Flow, cold: &Cold, ring: &RecentRing, now: Timestamp) -> Close {
    let so_far = flow.hearing.clone().take(&flow.halves, flow.recent);
    let held = Held {
        exchange: if cold.reset.is_some() { cold.exchange_at_reset.clone() } else { so_far },
        reset: cold.reset.clone(),
        icmp: cold.icmp.clone(),
        exchange_at_fin: cold.exchange_at_fin.clone(),
        finality: Finality::Provisional,
        until: ObservedUntil::Close,
    };
    tell(flow, cold, ring, held, now)
}

#[inline]
fn tell(flow: &Flow, cold: &Cold, ring: &RecentRing, held: Held, closed_at: Timestamp) -> Close {
    let (orig, resp) = (flow.halves.at(flow.originator), flow.halves.at(flow.originator.peer()));
    let background =
        Background { history: cold.history.letters(), no_payload: orig.bytes == 0 && resp.bytes == 0 };
    let heard = usize::try_from(orig.packets.saturating_add(resp.packets)).unwrap_or(LADDER);
    let recent = ring.ladder(flow.recent, held.reset.as_ref().map(|reset| reset.serial), heard);
    let exchange = held.exchange.unwrap_or_else(Exchange::nothing);
    Close {
        key: flow.key,
        client: exchange.client().filter(|_| flow.roles == Roles::Guessed).unwrap_or(flow.client),
        roles: flow.roles,
        originator: flow.originator,
        start: cold.start,
        last: flow.last(),
        file: cold.file,
        halves: flow.halves,
        fins: cold.fins,
        reset: held.reset,
        ignored_resets: cold.ignored_resets,
        doubles: cold.doubles.clone(),
        ignored: cold.ignored.clone(),
        volley: cold.volley.clone(),
        shut: cold.shut.clone(),
        stray_syn: cold.stray_syn.clone(),
        icmp: held.icmp,
        conn_state: zeek::conn_state(orig.zeek, resp.zeek, background),
        history: cold.history,
        exchange,
        exchange_at_fin: held.exchange_at_fin,
        unanswered: flow.unanswered,
        rtt: cold.rtt,
        legs: Both::from_fn(|end| flow.leg(end)),
        opened: cold.opened,
        gaps: cold.letters.at(End::Low).missing() + cold.letters.at(End::High).missing(),
        recent,
        finality: held.finality,
        coverage: coverage(flow, cold),
        until: held.until,
        closed_at,
        elsewhere: Elsewhere::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::asked::leaves_no_gap;

    /// Fields are asked for one by one, and the compiler orders them as it likes.
    #[test]
    fn every_line_that_a_segment_touches_is_asked_for() {
        assert!(leaves_no_gap(&Flow::default(), Flow::fetch));
        assert!(leaves_no_gap(&Cold::begin(&Segment::default()), Cold::fetch));
    }
}
