//! Was the RST really sent by the host whose address it carries? Doubts, each a documented fact with its limits.
//!
//! No single odd field convicts. A host that demonstrably lives on after "its" RST does; otherwise several independent
//! marks of one RST have to agree. What speaks against a host is compared only with that host's own earlier segments of
//! the same class: Linux answers from a socket that does not exist with identification 0 and the default TTL whatever the
//! program had set, macOS and Windows leave timestamps out of every RST, BSD's stacks DF.

mod aim;
mod baseline;
mod fresh;
mod life;
mod numbers;
mod pace;
mod places;
mod stand_in;
pub(in crate::verdict) mod stray;
mod twin;
mod words;

use crate::decode::{Segment, SeqNumber, Traits};
use crate::flow::{Recent, Reset, Side};
use crate::time::Span;

use self::baseline::Baseline;
pub(in crate::verdict) use self::life::{UNDER_WAY, is_later, may_be_another_host, may_be_own_kernel};
pub(in crate::verdict) use self::numbers::overtaken_by;
pub(in crate::verdict) use self::pace::{accepted_slowly, is_too_soon, refused_too_soon};
pub(in crate::verdict) use self::places::{made_here, passed_first_place_only, refused_here, starts_here};
pub(in crate::verdict) use self::stand_in::ended_by_stand_in;
pub(in crate::verdict) use self::twin::answered_twice;
pub(in crate::verdict) use self::words::{is_foreign_fin, not_its_own};

use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::who::shape::acknowledges;
use crate::verdict::{Fact, How, talk};

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
/// No path has as many routers.
const LONGEST_WAY: u8 = 32;
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
    /// It rests on one measure, of a distance or a time, which chance or a program's whim may have falsified: nothing is more than possible by it
    /// alone.
    pub one_measure: bool,
}

/// Everything that speaks against the claimed sender.
#[must_use]
pub(in crate::verdict) fn doubts(evidence: &Evidence<'_>) -> Vec<Doubt> {
    let Some(reset) = evidence.reset() else { return Vec::new() };
    if evidence.how == How::Refused {
        let doubts =
            [life::accepted_after_all(evidence, reset), made_here(evidence, reset), refused_here(evidence)];
        let more = [places::never_passed(evidence, reset), refused_too_soon(evidence)];
        return doubts.into_iter().chain(more).flatten().collect();
    }
    let baseline = Baseline::of(evidence, reset);
    // One by one: there are mostly none, and in lists they would all be moved about.
    let mut doubts = Vec::new();
    doubts.extend(life::spoke_on(evidence, reset));
    doubts.extend(other_ttl(evidence, reset, &baseline));
    doubts.extend(of_device(evidence, reset, &baseline));
    doubts.extend(left_out(evidence, reset, &baseline));
    doubts.extend(fresh::of_no_listener(evidence, reset, &baseline));
    doubts.extend(fresh::of_no_live_socket(evidence, reset, &baseline));
    doubts.extend(other_ip_id(evidence, reset, &baseline));
    doubts.extend(pace::too_soon(evidence, reset));
    doubts.extend(twin::refused_as_well(evidence, reset));
    doubts.extend(places::never_passed(evidence, reset));
    doubts.extend(places::came_once(evidence, reset, &baseline));
    doubts.extend(several_aborts(evidence, reset));
    doubts.extend(aim::volley(evidence, reset).or_else(|| aim::beyond(evidence, reset, &baseline)));
    doubts.extend(both_at_once(evidence, reset));
    doubts.extend(numbers::behind(evidence, reset));
    doubts.extend(numbers::echoed(evidence, reset));
    doubts.extend(numbers::acknowledges_nothing(evidence, reset));
    doubts.extend(numbers::reflected(evidence, reset));
    doubts.extend(unprompted(evidence, reset));
    doubts.extend(odd_ack(evidence, reset, &baseline));
    doubts.extend(places::left_here(evidence, reset));
    doubts.extend(made_here(evidence, reset));
    doubts
}

/// Does the RST of a live socket carry a mark that only its host could have given it with ease: the timestamps that were
/// agreed on, or the next identification? And did it come as far as its host's other segments?
pub(in crate::verdict) fn is_authentic(evidence: &Evidence<'_>) -> bool {
    let Some(reset) = evidence.reset() else { return false };
    let baseline = Baseline::of(evidence, reset);
    let stamped = baseline.all(Traits::TIMESTAMPS) && reset.rst.traits.has(Traits::TIMESTAMPS);
    baseline.came_as_far() && stamped || baseline.goes_on_in(&reset.rst)
}

/// Has a RST without the flag a number in its place as an old Windows leaves one there, and is its host one, that sent it at the end of all that it
/// had said?
pub(in crate::verdict) fn is_old_windows(evidence: &Evidence<'_>) -> bool {
    let Some(reset) = evidence.reset() else { return false };
    let own = reset.before.at(reset.by);
    let windows = own.seen() && own.ttl == reset.rst.ttl && initial_ttl(own.ttl) == WINDOWS_TTL;
    windows && reset.rst.seq == own.snd_nxt
}

/// Do the RST's own marks speak for its host, and only circumstances against it? That a capture of the host, which went on, never held it
/// is none, if something else speaks against it too: what a host counts, who forges can have counted as well.
pub(in crate::verdict) fn is_vouched_for(evidence: &Evidence<'_>) -> bool {
    let never_left = evidence.reset().is_some_and(|reset| places::never_left(evidence, reset));
    let weight: u32 = evidence.doubts.iter().map(|doubt| doubt.weight).sum();
    is_authentic(evidence) && !(never_left && weight > CONVICTS)
}

/// Is one measure all that speaks against the host?
pub(in crate::verdict) fn rests_on_one_measure(evidence: &Evidence<'_>) -> bool {
    matches!(&evidence.doubts[..], [doubt] if doubt.one_measure)
}

/// Does the RST lack the timestamps that its host's segments carry? Linux's live socket gives them to its RST too (RFC 7323 §3.2); who
/// refuses in a host's name, or passes on a refusal (a SYN proxy), has none to give, and macOS gives none.
pub(in crate::verdict) fn lacks_timestamps(evidence: &Evidence<'_>) -> bool {
    let Some(reset) = evidence.reset() else { return false };
    let own = Baseline::of(evidence, reset).own;
    let stamped = !own.is_empty() && own.iter().all(|recent| recent.traits.has(Traits::TIMESTAMPS));
    stamped && !reset.rst.traits.has(Traits::TIMESTAMPS)
}

/// What the claimed sender had sent before, RSTs apart.
fn own_before<'a>(evidence: &Evidence<'a>, reset: &Reset) -> impl Iterator<Item = &'a Recent> {
    let (serial, by) = (reset.serial, reset.by);
    let before = evidence.close.recent.iter().take_while(move |recent| recent.serial < serial);
    before.filter(move |recent| recent.by == by && !recent.flags.rst())
}

const fn in_reach(before: u16, after: u16) -> bool {
    let step = after.wrapping_sub(before);
    step >= 1 && step <= ID_REACH
}

fn doubt(frame: u64, weight: u32, fact: String) -> Doubt {
    Doubt { fact: Fact::at(frame, fact), weight, decisive: false, one_measure: false }
}

fn claimed(evidence: &Evidence<'_>, reset: &Reset) -> Side {
    evidence.close.side(reset.by)
}

/// A live socket sends its RST with the TTL of its other segments. An answer from no socket has the host's default,
/// which differs where a program had set its own: only another distance from the same default counts, and never alone. It
/// counts more where the RST has come no way at all and its host's segments have: a path does not become that short.
fn other_ttl(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let Some((ttl, usual)) = baseline.other_ttl() else { return fresh::other_ttl(evidence, reset, baseline) };
    let same_default = initial_ttl(ttl) == initial_ttl(usual) && tells_distance(usual);
    let no_way_at_all = ttl == initial_ttl(ttl) && usual != initial_ttl(usual) && tells_distance(usual);
    let adjacent = is_adjacent(ttl, usual);
    let weight = match evidence.shape {
        _ if adjacent => CONVICTS,
        // Who passes on handshakes for a host (a load balancer) may end its connections too; where there is none nobody knows its TTL.
        Shape::Active if evidence.seen().handshake => 2,
        Shape::Active => 1,
        // What answers nothing is no host's without a socket.
        _ if unprompted(evidence, reset).is_some() => 2,
        // From nearer by than its host; a path of the same addresses and ports is the same.
        _ if same_default && ttl > usual || no_way_at_all => 2,
        // What a host without a socket sends has the default TTL, whatever its program had set.
        _ => 1,
    };
    let side = claimed(evidence, reset);
    let near = if adjacent { ": nobody has passed it on, and they have come a way" } else { "" };
    let says = format!("its TTL is {ttl}; all other segments of the {side} have {usual}{near}");
    Some(Doubt { one_measure: adjacent, ..doubt(reset.rst.frame, weight, says) })
}

/// Has nobody passed on what has that TTL, while its host's segments, with theirs, have come a way? Not where a program may have chosen theirs,
/// which gives a round number, and its host keeps the default for what it answers without a socket.
const fn is_adjacent(ttl: u8, usual: u8) -> bool {
    let way = initial_ttl(usual) - usual;
    let chosen = usual.is_multiple_of(10) || usual.is_power_of_two();
    ttl == initial_ttl(ttl) && ttl > usual && way > 0 && way < LONGEST_WAY && !chosen
}

/// Who was caught at sending RSTs in a host's name from somewhere else likely sends the others from there, too.
fn of_device(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    baseline.other_ttl().filter(|_| evidence.surroundings.of_device)?;
    let side = claimed(evidence, reset);
    let says = format!(
        "with that TTL a RST ended another connection in the {side}'s name, and the {side} spoke on there"
    );
    Some(doubt(reset.rst.frame, 1, says))
}

/// The TTL that a segment started with, as far as it can be known: systems use 64, 128 or 255 (RFC 1700, IANA).
pub(in crate::verdict) const fn initial_ttl(ttl: u8) -> u8 {
    match ttl {
        0..=64 => 64,
        65..=128 => 128,
        129.. => 255,
    }
}

/// Is that what a path has left of a default? A program gives 1 to what is not to leave its link (IP_TTL; BGP to its neighbours), while its
/// host's answer without a socket has the default all the same.
const fn tells_distance(ttl: u8) -> bool {
    ttl > 1
}

/// The server's usual TTL on other connections, where the RST that refuses this one has come another way. A host's default may be another
/// than its programs', but not where the RST has a number that no host gives it.
pub(in crate::verdict) fn other_distance(evidence: &Evidence<'_>) -> Option<u8> {
    let rst = evidence.reset().filter(|_| evidence.how == How::Refused)?.rst;
    evidence.surroundings.server_ttl.filter(|&usual| is_elsewhere((rst.seq, rst.ttl), usual))
}

/// Does something tell that a device on the way refused the SYN: from where it came, or how soon?
pub(in crate::verdict) fn is_refused_on_the_way(evidence: &Evidence<'_>) -> bool {
    let elsewhere = other_distance(evidence).is_some() || refused_here(evidence).is_some();
    elsewhere || refused_too_soon(evidence).is_some()
}

/// Does a refusal of this number and TTL come from another distance than its host, whose segments have that TTL?
pub(in crate::verdict) const fn is_elsewhere((number, ttl): (SeqNumber, u8), usual: u8) -> bool {
    let same_default = initial_ttl(usual) == initial_ttl(ttl) && tells_distance(usual);
    usual != ttl && (same_default || is_made_up(number))
}

/// A stack gives 0 to what answers a segment without ACK (RFC 9293 §3.10.7.1); devices that refuse in others' names make a number up, and so
/// do few stacks of small devices.
pub(in crate::verdict) const fn is_made_up(number: SeqNumber) -> bool {
    number.0 != 0
}

/// What the RST lacks of that which its host's segments have. One thing a stack of its own may leave out by habit, if the RST goes on in its
/// host's count; but not the timestamps where the host counts as Linux does, which leaves them out of no socket's RST.
fn left_out(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Vec<Doubt> {
    let mut lacks = Vec::new();
    lacks.extend(no_timestamps(evidence, reset, baseline));
    lacks.extend(no_df(evidence, reset, baseline));
    let by_habit = !(baseline.counts_by_socket() && no_timestamps(evidence, reset, baseline).is_some());
    if lacks.len() == 1 && by_habit && baseline.goes_on_in(&reset.rst) { Vec::new() } else { lacks }
}

/// RFC 7323 §3.2: timestamps in every segment once negotiated. Linux keeps to it in the RST of a live socket; Windows and macOS do not, which
/// its identifications tell from Linux.
fn no_timestamps(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let missing = evidence.shape == Shape::Active
        && baseline.all(Traits::TIMESTAMPS)
        && !reset.rst.traits.has(Traits::TIMESTAMPS)
        && !(reset.rst.ip_id == 0 && baseline.counts_nothing());
    let side = claimed(evidence, reset);
    // Linux's live socket neither leaves them out nor leaves its count; nor does a count that others use get to none.
    let left = baseline.counts_by_socket() && !baseline.goes_on_in(&reset.rst);
    let uncounted = baseline.counts_in_a_row() && reset.rst.ip_id == 0;
    let weight = 1 + u32::from(left || uncounted);
    let says = format!("it has no timestamps, as all other segments of the {side} have");
    missing.then(|| doubt(reset.rst.frame, weight, says))
}

fn other_ip_id(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let Segment { frame, ip_id, .. } = reset.rst;
    if evidence.shape != Shape::Active || reset.rst.traits.has(Traits::IPV6) {
        return None;
    }
    let counter = baseline.counted().filter(|counter| !counter.reaches(&reset.rst))?;
    // Who shook hands for it counts what it sends itself.
    if ended_by_stand_in(evidence).is_some() {
        return None;
    }
    let side = claimed(evidence, reset);
    // Who speaks for others as well counts those segments too.
    if side == Side::Server && evidence.surroundings.counts_with.is_some() {
        return None;
    }
    let last = counter.last.ip_id;
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

/// A plain RST is an answer (RFC 9293 §3.5.2); one that answers nothing was not sent by a stack that follows it. What it answers may have
/// swapped places with it (two clocks, two queues of one card), but not where nothing was said around it.
fn unprompted(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let seen = evidence.seen();
    let next = reset.after.at(reset.by.peer()).first;
    let next = next.filter(|next| next.ts.since(reset.rst.ts) <= AT_ONCE);
    let alone = talk::is_quiet(evidence) && next.is_none();
    let swapped = next.is_some_and(|next| next.ack == reset.rst.seq);
    let bare = evidence.shape == Shape::Reply && reset.prompt.is_none();
    let complete = seen.both_sides && seen.handshake && seen.gaps == 0;
    (bare && complete && !swapped).then(|| {
        doubt(reset.rst.frame, 1 + u32::from(alone), "it answers no segment that was captured".to_owned())
    })
}

/// Linux leaves 0 there. What Windows leaves is no oddity ([`Shape`]), nor is anything where the host's own count goes on.
fn odd_ack(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let Segment { flags, seq, ack, .. } = reset.rst;
    let own = reset.before.at(reset.by);
    let ttl = if own.seen() { own.ttl } else { reset.rst.ttl };
    let windows = initial_ttl(ttl) == WINDOWS_TTL && (ack == seq || evidence.shape == Shape::Active);
    let odd = !flags.ack() && ack.0 != 0 && !windows && !baseline.goes_on_in(&reset.rst);
    // Nothing that was ever said, where Linux would say nothing.
    let weight = 1 + u32::from(baseline.counts_by_socket() && !acknowledges(reset));
    odd.then(|| doubt(reset.rst.frame, weight, "it has an acknowledgement number but no ACK flag".to_owned()))
}
