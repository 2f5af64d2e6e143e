//! Where a segment belongs, and when time has moved on: what has to be known of it before anybody follows it.
//!
//! The hash by which a shard finds a connection is seeded (see [`Settings::seeds`]), so that nobody can aim at one place in
//! its index. It is a sum of one number for each end, so that it is the same whoever speaks. Which shard follows it is told without a seed: what is told must be the same tomorrow. Who aims at one
//! shard finds a quarter of the table there, which is as bounded as the whole.

use std::hint::select_unpredictable;

use crate::ahead;
use crate::decode::{Addr, Endpoint, IcmpError, Pdu, Segment};
use crate::index::folded;
use crate::time::Timestamp;

use super::close::Ended;
use super::key::{End, FlowKey};
use super::places::{PLACES, Places};
use super::table::Settings;

/// Shards of a table. Fixed, so that what is told does not depend on how many threads share them.
pub const SHARDS: usize = 4;
/// Smaller tables have one: their few places are not to be divided.
const FLOWS_WORTH_SHARING: u32 = 4096;
/// Time moves on for all connections together, at the first segment after this many bits of nanoseconds (about a
/// millisecond) have passed: that is all that shards have to agree about.
const TICK_BITS: u32 = 20;
/// Or after so many arrivals, whatever their times: what waits for a tick is bounded.
const TICK_ARRIVALS: u32 = 1024;

/// Bytes that come from memory together, on most machines.
const CACHE_LINE: usize = 64;

/// The hash of connections: each end gives a number that nobody can foresee, and the two are added up. So neither has to come first.
#[derive(Clone, Copy)]
pub(super) struct Hashes([u64; 4]);

impl Hashes {
    /// Seeds that are alike or small serve as well as any.
    fn new(seeds: [u64; 4]) -> Self {
        let mut last = 0_u64;
        Self(seeds.map(|seed| {
            last = mixed(last.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ seed);
            last | 1
        }))
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is one too")]
    fn of_ends(&self, one: &Endpoint, other: &Endpoint) -> u32 {
        self.of_end(one).wrapping_add(self.of_end(other)) as u32
    }

    /// The port is not mixed with bits of the address: whoever has a network could choose both so that they cancel out.
    #[inline]
    fn of_end(&self, end: &Endpoint) -> u64 {
        let [a, b, c, d] = self.0;
        let (first, second) = halves(&end.addr);
        folded(folded(first ^ a, second ^ b) ^ c ^ u64::from(end.port), d)
    }

    pub(super) fn of(&self, key: &FlowKey) -> u32 {
        self.of_ends(&key.low, &key.high)
    }
}

/// Every bit of a number, in every bit of another (the finalizer of SplitMix64).
const fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// An address as two numbers.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "one half after the other")]
fn halves(addr: &Addr) -> (u64, u64) {
    let whole = u128::from_ne_bytes(addr.octets());
    (whole as u64, (whole >> 64) as u64)
}

/// Which connection a segment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// That of its connection's key.
    pub(super) hash: u32,
    pub(super) by: End,
    /// The number of its shard, or of its place's part of that.
    pub(super) part: u8,
}

/// What comes in, in the order of the capture.
#[derive(Clone, Copy, Debug)]
pub enum Arrival<'a> {
    /// Time has moved on for all.
    Tick(Timestamp),
    /// A segment, and as much of its payload as was captured.
    Segment(&'a Segment, &'a [u8], Address),
    /// An ICMP error about a segment.
    Icmp(&'a IcmpError, Address),
}

impl Arrival<'_> {
    /// Asks for the first bytes of payload, which lie in the cache of another core if that has read them.
    #[inline]
    pub fn fetch(&self) {
        if let Self::Segment(_, payload, _) = self {
            payload.first().into_iter().chain(payload.get(CACHE_LINE)).for_each(ahead::fetch);
        }
    }
}

/// Tells where to.
pub struct Router {
    hashes: Hashes,
    shards: usize,
    /// Where captures were made, if there are several places.
    places: Option<Box<Places>>,
    now: Timestamp,
    /// The last time that belongs to the tick under way.
    until: Timestamp,
    /// Arrivals since the last tick.
    arrived: u32,
}

impl Router {
    /// For the shards of a table with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let hashes = Hashes::new(settings.seeds);
        Self {
            hashes,
            shards: shards_of(settings),
            places: (settings.places.count() > 1).then(|| Box::new(settings.places.clone())),
            now: Timestamp::ZERO,
            until: end_of_tick(Timestamp::ZERO),
            arrived: 0,
        }
    }

    pub(super) const fn hashes(&self) -> Hashes {
        self.hashes
    }

    /// How many shards there are.
    #[must_use]
    pub const fn shards(&self) -> usize {
        self.shards
    }

    /// The number of the shard that follows a connection.
    #[must_use]
    #[inline]
    pub fn shard(&self, address: Address) -> usize {
        let part = usize::from(address.part);
        self.places.as_ref().map_or(part, |places| part / places.count())
    }

    /// The connection of `pdu`.
    #[must_use]
    #[inline]
    pub fn address(&self, pdu: &Pdu<'_>) -> Address {
        match pdu {
            Pdu::Segment(segment, _) => self.between(&segment.src, &segment.dst, segment.file),
            Pdu::Icmp(error) => self.of_quoted(error),
        }
    }

    #[inline]
    fn between(&self, src: &Endpoint, dst: &Endpoint, capture: u16) -> Address {
        let by = FlowKey::sender(src, dst);
        let mut part = shard_of((src, dst), by, self.shards);
        if let Some(places) = &self.places {
            part = part_at(part, places, capture);
        }
        Address { hash: self.hashes.of_ends(src, dst), by, part }
    }

    #[cold]
    fn of_quoted(&self, error: &IcmpError) -> Address {
        self.between(&error.src, &error.dst, error.file)
    }

    /// `pdu`, and where to.
    #[must_use]
    #[inline]
    pub fn arrival<'a>(&self, pdu: &'a Pdu<'a>) -> Arrival<'a> {
        match pdu {
            Pdu::Segment(segment, payload) => {
                let address = self.between(&segment.src, &segment.dst, segment.file);
                Arrival::Segment(segment, payload, address)
            }
            Pdu::Icmp(error) => Arrival::Icmp(error, self.of_quoted(error)),
        }
    }

    /// Whether time moves on for all before `pdu`, and to when. Time that steps back is left alone.
    #[inline]
    pub fn tick(&mut self, pdu: &Pdu<'_>) -> Option<Timestamp> {
        if let Pdu::Segment(segment, _) = pdu {
            let mut ts = segment.ts;
            if let Some(places) = &self.places {
                ts = by_reference(places, segment);
            }
            self.now = self.now.max(ts);
        }
        self.arrived += 1;
        let ticks = self.now > self.until || self.arrived > TICK_ARRIVALS;
        if ticks {
            (self.until, self.arrived) = (end_of_tick(self.now), 0);
        }
        ticks.then_some(self.now)
    }

    /// Moves time on where no segment does it.
    pub(super) fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.until = end_of_tick(self.now);
    }

    /// The latest time that it has seen.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

/// The last time that belongs to the same tick as `now`.
const fn end_of_tick(now: Timestamp) -> Timestamp {
    Timestamp::from_nanos(now.as_nanos() | ((1 << TICK_BITS) - 1))
}

/// When a segment was captured, by the clock of the first place.
#[cold]
fn by_reference(places: &Places, segment: &Segment) -> Timestamp {
    places.reference(segment.ts, segment.file)
}

/// The part of a shard in which a place's connections are followed.
#[cold]
fn part_at(shard: u8, places: &Places, capture: u16) -> u8 {
    const { assert!(SHARDS * PLACES <= u8::MAX as usize, "parts are numbered with a byte") };
    let count = u8::try_from(places.count()).unwrap_or(1);
    shard * count + places.of(capture)
}

/// How many shards a table has.
pub(super) const fn shards_of(settings: &Settings) -> usize {
    if settings.max_flows < FLOWS_WORTH_SHARING { 1 } else { SHARDS }
}

impl Ended {
    /// The number of the shard, of so many, that has followed it.
    #[must_use]
    pub fn shard(&self, shards: usize) -> usize {
        let key = self.key();
        usize::from(shard_of((&key.low, &key.high), End::Low, shards))
    }
}

/// Which of so many shards follows a connection: the upper bits of sums of products, Dietzfelbinger's way of hashing by
/// multiplication, with numbers that have no pattern (the fractions of square roots of primes). The lower end comes first, whoever
/// speaks: the two are `by` and its peer.
#[inline]
fn shard_of((src, dst): (&Endpoint, &Endpoint), by: End, shards: usize) -> u8 {
    let [sent, heard] = [src, dst].map(|end| {
        let (first, second) = halves(&end.addr);
        first.rotate_left(23) ^ second
    });
    let ports = u32::from(src.port) << 16 | u32::from(dst.port);
    // Chosen, not branched: nobody can foresee who sends the next segment.
    let is_high = by == End::High;
    let (low, high) = select_unpredictable(is_high, (heard, sent), (sent, heard));
    let ports = u64::from(select_unpredictable(is_high, ports.rotate_left(16), ports));
    let sum = low
        .wrapping_mul(0x6a09_e667_f3bc_c909)
        .wrapping_add(high.wrapping_mul(0xbb67_ae85_84ca_a73b))
        .wrapping_add(ports.wrapping_mul(0x3c6e_f372_fe94_f82b));
    let mixed = (sum ^ sum >> 29).wrapping_mul(0xa54f_f53a_5f1d_36f1);
    // As many of the upper bits as there are shards: none where there is one.
    (((mixed >> 56) * shards as u64) >> 8).to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Flags;
    use crate::flow::{FlowTable, ObservedUntil};
    use crate::time::Span;

    /// Many clients of one server, many ports of one host, and a network that is scanned.
    #[test]
    fn connections_are_shared_out_evenly() {
        let end = |addr: u32, port: u16| Endpoint { addr: Addr::v4(addr.to_be_bytes()), port };
        let of = |n: u16| {
            let wide = u32::from(n);
            [
                (end(0x0a00_0000 + wide, 40_000), end(0x0a01_0001, 443)),
                (end(0x0a00_0001, n), end(0x0a01_0001, 443)),
                (end(0x0a00_0001, 50_000), end(0xc0a8_0000 + wide, 22)),
            ]
        };
        for kind in 0..3 {
            let mut counts = [0; SHARDS];
            for n in 0..40_000 {
                let (low, high) = of(n)[kind];
                let shard = shard_of((&low, &high), End::Low, SHARDS);
                assert_eq!(shard, shard_of((&high, &low), End::High, SHARDS), "whoever speaks");
                counts[usize::from(shard)] += 1;
                assert_eq!(shard_of((&low, &high), End::Low, 1), 0);
            }
            assert!(counts.iter().all(|count| (8_500..=11_500).contains(count)), "{kind}: {counts:?}");
        }
    }

    #[test]
    fn time_ticks_once_a_millisecond_at_most_and_never_back() {
        let mut router = Router::new(&Settings::default());
        let start = Timestamp::from_parts(1_800_000_000, 0);
        let mut ticks = |after: Span| {
            router.tick(&Pdu::Segment(Segment { ts: start.plus(after), ..Segment::default() }, &[])).is_some()
        };
        assert!(ticks(Span::ZERO));
        let many = (0..1000_u64).filter(|&n| ticks(Span::from_nanos(n * 10_000))).count();
        assert!((9..=10).contains(&many), "{many} in ten milliseconds");
        assert!(!ticks(Span::ZERO) && !ticks(Span::from_millis(9)));
        assert!(ticks(Span::from_secs(1)));
    }

    #[test]
    fn where_time_stands_still_it_ticks_all_the_same() {
        let mut router = Router::new(&Settings::default());
        let ticks = (0..10 * TICK_ARRIVALS).filter(|_| {
            router
                .tick(&Pdu::Segment(Segment { ts: Timestamp::from_nanos(7), ..Segment::default() }, &[]))
                .is_some()
        });
        assert_eq!(ticks.count(), 9);
    }

    #[test]
    fn who_has_followed_a_connection_is_known_from_its_end() {
        let settings = Settings::default();
        let router = Router::new(&settings);
        let mut table = FlowTable::new(settings);
        let (server, mut seen) = (Endpoint { addr: Addr::v4([192, 0, 2, 1]), port: 80 }, [false; SHARDS]);
        for (port, flags) in (1000..1064).zip([Flags::SYN, Flags::ACK].into_iter().cycle()) {
            let src = Endpoint { addr: Addr::v4([192, 0, 2, 2]), port };
            let heard = Pdu::Segment(Segment { src, dst: server, flags, ..Segment::default() }, &[]);
            table.observe(&[heard], &mut |_| {});
            let shard = router.shard(router.address(&heard));
            table.finish(ObservedUntil::Eof, &mut |ended| assert_eq!(ended.shard(SHARDS), shard));
            seen[shard] = true;
        }
        assert_eq!(seen, [true; SHARDS]);
    }
}
