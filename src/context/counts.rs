//! Who counts for several addresses: one device that speaks for all of them (the NAT of an emulator, a VPN on the host, a proxy) gives its segments
//! identifications out of one count, whomever it speaks for, and one TTL. Hosts each count by themselves.

use std::collections::VecDeque;

use smallvec::SmallVec;

use crate::decode::Addr;
use crate::flow::{Close, Recent, Side};
use crate::time::{Span, Timestamp};

/// The latest segments of so many connections are remembered.
const REMEMBERED: usize = 128;
/// Between two segments that are compared lies no more time.
const NEAR: Span = Span::from_secs(2);
/// And they are no further apart in what they count: of those that count by themselves one in two thousand is as near.
const REACH: u16 = 32;
/// Other addresses that are as near by no chance.
const OTHERS: usize = 2;

type Addrs = SmallVec<[Addr; 8]>;

/// One segment of somebody.
#[derive(Clone, Copy, Debug)]
struct Counted {
    at: Timestamp,
    addr: Addr,
    id: u16,
    ttl: u8,
}

impl Counted {
    /// May both come out of one count? The later has the higher number. Of what lies further apart in time that is not known.
    fn agrees(&self, other: &Self) -> Option<bool> {
        let (earlier, later) = if self.at <= other.at { (self, other) } else { (other, self) };
        let step = later.id.wrapping_sub(earlier.id);
        let near = self.ttl == other.ttl && (1..=REACH).contains(&step);
        (later.at.since(earlier.at) <= NEAR).then_some(near)
    }
}

/// The latest segments of servers, whose client is another host.
#[derive(Debug, Default)]
pub(super) struct Counts(VecDeque<Counted>);

impl Counts {
    pub(super) fn note(&mut self, close: &Close) {
        let (addr, half) = (close.endpoint(Side::Server).addr, close.half_before(Side::Server));
        if half.ip_id == 0 {
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(Counted { at: half.last_seen, addr, id: half.ip_id, ttl: half.ttl });
    }

    /// How many other servers' addresses count as the one that reset this does, at the same time and as far away, if that is no chance.
    pub(super) fn shared(&self, close: &Close) -> Option<u32> {
        let server = close.end(Side::Server);
        close.reset.as_ref().filter(|reset| reset.by == server && !close.answers_syn())?;
        let addr = close.endpoint(Side::Server).addr;
        let own = close.recent.iter().filter(|recent| recent.by == server && recent.ip_id != 0);
        let counted = |one: &Recent| Counted { at: one.ts, addr, id: one.ip_id, ttl: one.ttl };
        let own: SmallVec<[Counted; 16]> = own.map(counted).collect();
        let others = || self.0.iter().filter(|other| other.addr != addr);
        let told =
            |other: &Counted| own.iter().filter_map(|own| own.agrees(other)).reduce(|one, any| one || any);
        // Nearly all are far off, which is told at a glance.
        let (first, last) = (own.first()?, own.last()?);
        let span = last.id.wrapping_sub(first.id).saturating_add(2 * REACH);
        let in_sight = |other: &&Counted| {
            other.ttl == last.ttl && other.id.wrapping_sub(first.id).wrapping_add(REACH) <= span
        };
        let mut agree = Addrs::new();
        for other in others().filter(in_sight).filter(|other| told(other) == Some(true)) {
            if !agree.contains(&other.addr) {
                agree.push(other.addr);
            }
        }
        if agree.len() < OTHERS {
            return None;
        }
        // Of one that has several connections each has to.
        agree.retain(|addr| {
            others().filter(|other| other.addr == *addr).all(|other| told(other) != Some(false))
        });
        u32::try_from(agree.len()).ok().filter(|_| agree.len() >= OTHERS)
    }
}

#[cfg(test)]
mod tests {
    use crate::decode::script::{self, Scripted};
    use crate::flow::{FlowTable, ObservedUntil, Settings};

    use super::*;

    #[test]
    fn who_counts_on_in_another_name_at_once_and_from_as_far_is_near() {
        let counted = |ms: u64, id: u16, ttl: u8| Counted {
            at: Timestamp::from_parts(1_800_000_000, 0).plus(Span::from_millis(ms)),
            addr: Addr::v4([10, 0, 0, 1]),
            id,
            ttl,
        };
        let one = counted(5000, u16::MAX, 64);
        let agrees = |ms, id, ttl| one.agrees(&counted(ms, id, ttl));
        assert_eq!([agrees(5010, 3, 64), agrees(4990, u16::MAX - 9, 64)], [Some(true); 2]);
        // Backwards, the same, far off, or from elsewhere; and long after.
        assert_eq!([agrees(4990, 3, 64), agrees(5010, u16::MAX, 64)], [Some(false); 2]);
        assert_eq!(
            [agrees(5010, 200, 64), agrees(5010, 3, 63), agrees(9010, 3, 64)],
            [Some(false), Some(false), None]
        );
    }

    /// Of the connection with A as its server, among those with C and D that have these identifications.
    fn shared(of_c: u32, of_d: u32, end: &str) -> Option<u32> {
        let talk = |server: char, id: u32| {
            format!(
                "B > {server} S\n{server} > B S. id {id}\nB > {server} .\nB > {server} P. len 9\n{server} > B . id {}\n",
                id + 1
            )
        };
        let text = [talk('C', of_c), talk('D', of_d), talk('A', 7000), end.to_owned()].concat();
        let (mut table, mut closes) = (FlowTable::new(Settings::default()), Vec::new());
        let played = script::parse(&text).unwrap();
        let pdus: Vec<_> = played.iter().map(Scripted::pdu).collect();
        table.observe(&pdus, &mut |one| closes.push(one.into_close()));
        table.finish(ObservedUntil::Eof, &mut |one| closes.push(one.into_close()));
        let mut counts = Counts::default();
        for close in &closes {
            counts.note(close);
        }
        let of_a = |close: &&Close| close.endpoint(Side::Server).addr == script::CLIENT.addr;
        counts.shared(closes.iter().find(of_a).unwrap())
    }

    #[test]
    fn one_count_for_several_addresses_is_one_devices() {
        assert_eq!(shared(6990, 6995, "A > B R. id 7002"), Some(2));
        // One other is chance; and who resets it is asked.
        assert_eq!(shared(6990, 600, "A > B R. id 7002"), None);
        assert_eq!(shared(6990, 6995, "B > A R. id 7002"), None);
    }
}
