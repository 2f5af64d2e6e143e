//! Was the RST really sent by the host whose address it carries? Doubts, each a documented fact with its limits.
//!
//! No single odd field convicts. A host that demonstrably lives on after "its" RST does; otherwise several independent
//! marks of one RST have to agree. What speaks against a host is compared only with that host's own earlier segments of
//! the same class: Linux answers from a socket that does not exist with identification 0 and the default TTL whatever the
//! program had set, macOS and Windows leave timestamps out of every RST, BSD's stacks DF.

mod aim;
mod life;
mod places;

use crate::decode::{Segment, Traits};
use crate::flow::{Marks, Recent, Reset, Side};
use crate::time::Span;

pub(in crate::verdict) use self::life::{is_later, may_be_own_kernel};
pub(in crate::verdict) use self::places::made_here;

use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{Fact, How};

/// Weights of doubts that together make it likely that a device sent the RST.
pub(in crate::verdict) const CONVICTS: u32 = 3;

/// Segments of a host that make a baseline.
const BASELINE: usize = 2;
/// Identifications that may lie between two segments of one socket: a super-segment takes up to this many.
const ID_REACH: u16 = 64;
/// A busy host counts a thousand a second.
const NANOS_A_COUNT: u64 = 1_000_000;
/// What Windows begins with.
const WINDOWS_TTL: u8 = 128;
/// Below this, a round trip says nothing about distance: scheduling takes as long.
const FAR: Span = Span::from_millis(5);
/// Two RSTs that are nearer in time than this, one to each side, were sent at once.
const AT_ONCE: Span = Span::from_millis(10);

/// Something about a RST that does not fit its claimed sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// What and where.
    pub fact: Fact,
    /// How much it counts.
    pub weight: u32,
    /// Alone enough: the host demonstrably did not reset.
    pub decisive: bool,
}

/// Everything that speaks against the claimed sender.
#[must_use]
pub(in crate::verdict) fn doubts(evidence: &Evidence<'_>) -> Vec<Doubt> {
    let Some(reset) = evidence.reset() else { return Vec::new() };
    if evidence.how == How::Refused {
        let doubts = [life::accepted_after_all(evidence, reset), made_here(evidence, reset)];
        return doubts.into_iter().flatten().collect();
    }
    let baseline = Baseline::of(evidence, reset);
    let of_host = [life::spoke_on(evidence, reset), other_ttl(evidence, reset, &baseline)];
    let others = [
        other_ip_id(evidence, reset, &baseline),
        too_soon(evidence, reset),
        places::came_once(evidence, reset, &baseline),
        several_aborts(evidence, reset),
        aim::volley(evidence, reset).or_else(|| aim::beyond(evidence, reset, &baseline)),
        both_at_once(evidence, reset),
        unprompted(evidence, reset),
        odd_ack(evidence, reset, &baseline),
        places::left_here(evidence, reset, &baseline),
        made_here(evidence, reset),
    ];
    let lacks = left_out(evidence, reset, &baseline);
    of_host.into_iter().flatten().chain(lacks).chain(others.into_iter().flatten()).collect()
}

/// Does the RST of a live socket carry a mark that only its host could have given it with ease: the timestamps that were
/// agreed on, or the next identification? And did it come as far as its host's other segments?
pub(in crate::verdict) fn is_authentic(evidence: &Evidence<'_>) -> bool {
    let Some(reset) = evidence.reset() else { return false };
    let baseline = Baseline::of(evidence, reset);
    let stamped = baseline.all(Traits::TIMESTAMPS) && reset.rst.traits.has(Traits::TIMESTAMPS);
    baseline.came_as_far(&reset.rst) && stamped || baseline.goes_on_in(&reset.rst)
}

/// Does the RST lack the timestamps that its host's segments carry? Linux's live socket gives them to its RST too (RFC 7323 §3.2); who
/// refuses in a host's name, or passes on a refusal (a SYN proxy), has none to give, and macOS gives none.
pub(in crate::verdict) fn lacks_timestamps(evidence: &Evidence<'_>) -> bool {
    let Some(reset) = evidence.reset() else { return false };
    let own = Baseline::of(evidence, reset).own;
    let stamped = !own.is_empty() && own.iter().all(|recent| recent.traits.has(Traits::TIMESTAMPS));
    stamped && !reset.rst.traits.has(Traits::TIMESTAMPS)
}

/// How the claimed sender's own segments look, RSTs apart, where they passed the host that captured them in the same direction: one that
/// translates addresses shows a connection only before or only behind itself.
struct Baseline<'a> {
    own: Vec<&'a Recent>,
    /// The TTL of the same host on other connections.
    elsewhere: Option<u8>,
    /// Its segments came by paths of different lengths, or each was captured at two places.
    ttl_varies: bool,
    /// That of its frames where they were captured the second time.
    of_doubles: Option<u8>,
}

impl<'a> Baseline<'a> {
    fn of(evidence: &Evidence<'a>, reset: &Reset) -> Self {
        let way = |traits: Traits| traits.has(Traits::OUTGOING);
        let same_way = |recent: &&Recent| way(recent.traits) == way(reset.rst.traits);
        let own = own_before(evidence, reset).filter(same_way).collect();
        let server = evidence.close.side(reset.by) == Side::Server;
        Self {
            own,
            elsewhere: evidence.surroundings.server_ttl.filter(|_| server),
            ttl_varies: reset.before.at(reset.by).marks.has(Marks::TTL_VARIES),
            of_doubles: *evidence.close.doubles.ttl.at(reset.by),
        }
    }

    /// The TTL of all of them, where it is one and the same.
    fn ttl(&self) -> Option<u8> {
        let first = self.own.first().filter(|_| !self.ttl_varies)?.ttl;
        if self.own.len() < BASELINE && self.elsewhere != Some(first) {
            return None;
        }
        self.own.iter().all(|recent| recent.ttl == first).then_some(first)
    }

    /// Did `rst` come as far as they, at one of the places where the capture was made?
    fn came_as_far(&self, rst: &Segment) -> bool {
        self.of_doubles == Some(rst.ttl) || self.ttl().is_none_or(|usual| usual == rst.ttl)
    }

    fn all(&self, traits: Traits) -> bool {
        self.own.len() >= BASELINE && self.own.iter().all(|recent| recent.traits.has(traits))
    }

    /// How its identifications count, if they do.
    fn counted(&self) -> Option<Counter<'a>> {
        // Windows before 2000 counts in the other order of bytes.
        [std::convert::identity, u16::swap_bytes].into_iter().find_map(|read| Counter::of(&self.own, read))
    }

    /// Does `rst` count on from its host's last segment, and did it come as far? Who forges cannot know the number.
    fn goes_on_in(&self, rst: &Segment) -> bool {
        self.came_as_far(rst) && self.counted().is_some_and(|counter| counter.is_next(rst.ip_id))
    }
}

/// What the claimed sender had sent before, RSTs apart.
fn own_before<'a>(evidence: &Evidence<'a>, reset: &Reset) -> impl Iterator<Item = &'a Recent> {
    let (serial, by) = (reset.serial, reset.by);
    let before = evidence.close.recent.iter().take_while(move |recent| recent.serial < serial);
    before.filter(move |recent| recent.by == by && !recent.flags.rst())
}

/// Identifications of a socket that counts its own segments, as Linux does (0 on the SYN+ACK, or each one more than the last), or of a host
/// that counts all that it sends.
struct Counter<'a> {
    last: &'a Recent,
    /// Gives the number that was counted.
    read: fn(u16) -> u16,
    /// Nobody else counts in between.
    alone: bool,
}

impl<'a> Counter<'a> {
    fn of(own: &[&'a Recent], read: fn(u16) -> u16) -> Option<Self> {
        let ids = || own.iter().filter(|recent| recent.ip_id != 0);
        let steps = || ids().zip(ids().skip(1)).map(|(a, b)| (read(a.ip_id), read(b.ip_id)));
        let zero_first = own.first().is_some_and(|first| first.flags.syn() && first.ip_id == 0);
        let enough = ids().count() >= BASELINE || (ids().count() == 1 && zero_first);
        let steady = steps().all(|(a, b)| in_reach(a, b));
        let alone = steps().all(|(a, b)| b.wrapping_sub(a) == 1);
        ids().next_back().filter(|_| steady && enough).map(|last| Self { last, read, alone })
    }

    fn is_next(&self, id: u16) -> bool {
        in_reach((self.read)(self.last.ip_id), (self.read)(id))
    }

    /// May it have got to the number of `rst` by then? One that others use too goes on while this connection is quiet.
    fn reaches(&self, rst: &Segment) -> bool {
        let others = if self.alone { 0 } else { rst.ts.since(self.last.ts).as_nanos() / NANOS_A_COUNT };
        let step = (self.read)(rst.ip_id).wrapping_sub((self.read)(self.last.ip_id));
        step >= 1 && u64::from(step) <= u64::from(ID_REACH) + others
    }
}

const fn in_reach(before: u16, after: u16) -> bool {
    let step = after.wrapping_sub(before);
    step >= 1 && step <= ID_REACH
}

fn doubt(frame: u64, weight: u32, fact: String) -> Doubt {
    Doubt { fact: Fact::at(frame, fact), weight, decisive: false }
}

fn claimed(evidence: &Evidence<'_>, reset: &Reset) -> Side {
    evidence.close.side(reset.by)
}

/// A live socket sends its RST with the TTL of its other segments. An answer from no socket has the host's default,
/// which differs where a program had set its own: only another distance from the same default counts, and never alone. It
/// counts more where the RST has come no way at all and its host's segments have: a path does not become that short.
fn other_ttl(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let usual = baseline.ttl().filter(|_| !baseline.came_as_far(&reset.rst))?;
    let ttl = reset.rst.ttl;
    let same_default = initial_ttl(ttl) == initial_ttl(usual);
    let weight = match evidence.shape {
        // Who passes on handshakes for a host (a load balancer) may end its connections too; where there is none nobody knows its TTL.
        Shape::Active if evidence.seen().handshake => 2,
        Shape::Active => 1,
        // From nearer by than its host; a path of the same addresses and ports is the same.
        _ if same_default && ttl > usual => 2,
        // What a host without a socket sends has the default TTL, whatever its program had set.
        _ => 1,
    };
    let side = claimed(evidence, reset);
    Some(doubt(
        reset.rst.frame,
        weight,
        format!("its TTL is {ttl}; all other segments of the {side} have {usual}"),
    ))
}

/// The TTL that a segment started with, as far as it can be known: systems use 64, 128 or 255 (RFC 1700, IANA).
pub(in crate::verdict) const fn initial_ttl(ttl: u8) -> u8 {
    match ttl {
        0..=64 => 64,
        65..=128 => 128,
        129.. => 255,
    }
}

/// The server's usual TTL on other connections, where the RST that refuses this one has come another way.
pub(in crate::verdict) fn other_distance(evidence: &Evidence<'_>) -> Option<u8> {
    let ttl = evidence.reset().filter(|_| evidence.how == How::Refused)?.rst.ttl;
    evidence.surroundings.server_ttl.filter(|&usual| usual != ttl && initial_ttl(usual) == initial_ttl(ttl))
}

/// What the RST lacks of that which its host's segments have. One thing a stack of its own may leave out by habit, if the RST goes on in its
/// host's count.
fn left_out(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Vec<Doubt> {
    let lacks = [no_timestamps(evidence, reset, baseline), no_df(evidence, reset, baseline)];
    let lacks: Vec<Doubt> = lacks.into_iter().flatten().collect();
    if lacks.len() == 1 && baseline.goes_on_in(&reset.rst) { Vec::new() } else { lacks }
}

/// RFC 7323 §3.2: timestamps in every segment once negotiated. Linux keeps to it in the RST of a live socket; Windows and macOS do not.
fn no_timestamps(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let missing = evidence.shape == Shape::Active
        && baseline.all(Traits::TIMESTAMPS)
        && !reset.rst.traits.has(Traits::TIMESTAMPS);
    let side = claimed(evidence, reset);
    missing.then(|| {
        doubt(reset.rst.frame, 1, format!("it has no timestamps, as all other segments of the {side} have"))
    })
}

fn other_ip_id(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let Segment { frame, ip_id, .. } = reset.rst;
    if evidence.shape != Shape::Active || reset.rst.traits.has(Traits::IPV6) {
        return None;
    }
    let counter = baseline.counted().filter(|counter| !counter.reaches(&reset.rst))?;
    let (side, last) = (claimed(evidence, reset), counter.last.ip_id);
    let says = format!("its IP identification is {ip_id:#06x}; the {side} was counting on from {last:#06x}");
    Some(doubt(frame, 1, says))
}

/// Linux sets DF on all of them. Stacks that build a RST anew, as BSD's `tcp_respond` does, leave it out.
fn no_df(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let v4 = !reset.rst.traits.has(Traits::IPV6);
    let missing = v4 && baseline.all(Traits::DF) && !reset.rst.traits.has(Traits::DF);
    let side = claimed(evidence, reset);
    missing.then(|| {
        doubt(reset.rst.frame, 1, format!("it may be fragmented; all other segments of the {side} may not"))
    })
}

/// It answers or acknowledges something that cannot have reached the host yet: whoever sent it is nearer.
fn too_soon(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let leg = (*evidence.close.legs.at(reset.by))?;
    let cause =
        reset.prompt.map_or_else(|| acknowledged(evidence, reset), |_| earliest_prompt(evidence, reset))?;
    let took = reset.rst.ts.since(cause.ts);
    let far = leg.shortest;
    let weight = match () {
        // A clock that steps back measures nothing.
        () if reset.rst.ts < cause.ts => return None,
        () if far < FAR || took.times(5) >= far.times(4) => return None,
        () if took.times(2) >= far => 1,
        // Measured more than once, a distance is no accident; nothing crosses a quarter of it and comes back. But only a kernel
        // answers at once, as in a handshake: what a program acknowledges with its answers takes as long as those.
        () if took.times(4) < far && leg.samples > 1 && evidence.close.handshake_seen() => CONVICTS,
        () => 2,
    };
    let side = claimed(evidence, reset);
    let says = format!("it responds to frame {} after {took}; the {side} is {far} away", cause.frame);
    Some(doubt(reset.rst.frame, weight, says))
}

/// The first segment that the RST may answer: several carry the same acknowledgement. `None` where that one may be among
/// those that are not kept any more.
fn earliest_prompt(evidence: &Evidence<'_>, reset: &Reset) -> Option<Recent> {
    let fits = |recent: &Recent| recent.ack == reset.rst.seq;
    let kept = &evidence.close.recent;
    let all_kept = kept.first().is_some_and(|oldest| oldest.is_at(evidence.close.start));
    let mut before = kept.iter().filter(|recent| recent.by != reset.by && recent.serial < reset.serial);
    match before.clone().position(fits) {
        Some(0) | None if !all_kept => None,
        Some(at) => before.nth(at).copied(),
        None => reset.prompt,
    }
}

/// The segment of the other side that the RST is the first to acknowledge.
fn acknowledged(evidence: &Evidence<'_>, reset: &Reset) -> Option<Recent> {
    let known = reset.before.at(reset.by).rcv_nxt;
    let from_other = |recent: &&Recent| {
        recent.by != reset.by && recent.seq_end() == reset.rst.ack && recent.serial < reset.serial
    };
    let news = reset.rst.flags.ack() && reset.rst.ack.after(known);
    evidence.close.recent.iter().find(from_other).copied().filter(|_| news)
}

/// After the RST of a live socket the socket is gone; whatever comes then is answered by a plain RST.
fn several_aborts(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let after = reset.after.at(reset.by);
    let again = reset.rst.flags.ack() && after.reset_acks > 0;
    let side = claimed(evidence, reset);
    let frame = after.first_reset?.frame;
    again.then(|| {
        doubt(
            frame,
            2,
            format!("{} RST+ACKs from the {side}; a host can send only one", after.reset_acks + 1),
        )
    })
}

/// A host that was reset does not reset in its turn. Two that give up at the same moment, each before it knew of the
/// other, can: within a round trip that is only odd.
fn both_at_once(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let back = reset.after.at(reset.by.peer()).first_reset.filter(|back| back.flags.ack())?;
    let apart = back.ts.since(reset.rst.ts);
    let weight = if evidence.close.rtt.is_some_and(|rtt| apart < rtt) { 1 } else { 2 };
    let side = claimed(evidence, reset).peer();
    let says = format!("{apart} later a RST+ACK comes in the {side}'s name too");
    (apart <= AT_ONCE && evidence.shape == Shape::Active).then(|| doubt(back.frame, weight, says))
}

/// A plain RST is an answer (RFC 9293 §3.5.2); one that answers nothing was not sent by a stack that follows it.
fn unprompted(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let seen = evidence.seen();
    let bare = evidence.shape == Shape::Reply && reset.prompt.is_none();
    let complete = seen.both_sides && seen.handshake && seen.gaps == 0;
    (bare && complete)
        .then(|| doubt(reset.rst.frame, 1, "it answers no segment that was captured".to_owned()))
}

/// Linux leaves 0 there. What Windows leaves is no oddity ([`Shape`]), nor is anything where the host's own count goes on.
fn odd_ack(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let Segment { flags, seq, ack, .. } = reset.rst;
    let own = reset.before.at(reset.by);
    let ttl = if own.seen() { own.ttl } else { reset.rst.ttl };
    let windows = initial_ttl(ttl) == WINDOWS_TTL && (ack == seq || evidence.shape == Shape::Active);
    let odd = !flags.ack() && ack.0 != 0 && !windows && !baseline.goes_on_in(&reset.rst);
    odd.then(|| doubt(reset.rst.frame, 1, "it has an acknowledgement number but no ACK flag".to_owned()))
}
