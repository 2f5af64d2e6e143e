//! How the claimed sender's own segments look, RSTs apart, which its RST is compared with.
//!
//! What it wrote itself is compared with all of them. A TTL is compared only with those that were captured at the same place and passed it in
//! the same direction: each place of several has its own, and a host that translates addresses shows a connection only before or only
//! behind itself.

use smallvec::SmallVec;

use crate::decode::{Segment, Traits};
use crate::flow::{LADDER, Look, Marks, Place, Recent, Reset, Side};

use super::{BASELINE, ID_REACH, NANOS_A_COUNT, in_reach, initial_ttl, own_before};
use crate::verdict::evidence::Evidence;

/// What Linux begins with.
pub(super) const LINUX_TTL: u8 = 64;

pub(super) struct Baseline<'a> {
    /// All of them, but for those that passed the host that captured the RST in the other direction.
    pub(super) own: SmallVec<[&'a Recent; LADDER]>,
    /// Their TTL, at each place where the RST was captured too.
    at: SmallVec<[Usual; 1]>,
}

/// One for each segment, as many as are kept.
type Ttls = SmallVec<[u8; LADDER]>;

/// What is usual at a place where the RST was captured.
struct Usual {
    /// In which capture.
    file: u16,
    /// With which TTL that came there.
    rst: u8,
    /// Those of its sender's other segments where they were captured first there.
    first: Ttls,
    /// And once more.
    again: Ttls,
    /// If there is only one, that is more than chance.
    enough: bool,
}

impl Usual {
    fn of(evidence: &Evidence<'_>, reset: &Reset, Look { place, ttl: rst }: Look) -> Self {
        let close = evidence.close;
        let here = |look: &Look| close.is_one_place(look.place, place);
        let ttls = |looks: &mut dyn Iterator<Item = Look>| looks.filter(here).map(|look| look.ttl).collect();
        let first: Ttls = ttls(&mut own_before(evidence, reset).map(Recent::look));
        let again: Ttls = ttls(&mut close.doubles.looks(reset.by));
        let server = close.side(reset.by) == Side::Server && close.is_one_place(place, Place::of(&reset.rst));
        let elsewhere = evidence.surroundings.server_ttl.filter(|_| server);
        let twice = first.is_empty() && usize::from(close.doubles.segments(reset.by)) >= BASELINE;
        let known = elsewhere.is_some_and(|ttl| first.first() == Some(&ttl));
        // They came by paths of different lengths, or each was captured at two places that nothing tells apart.
        let varies = reset.before.at(reset.by).marks.has(Marks::TTL_VARIES);
        let enough = !varies && (first.len() >= BASELINE || twice || known);
        Self { file: place.file, rst, first, again, enough }
    }

    /// The one and only.
    fn ttl(&self) -> Option<u8> {
        let ttls = if self.first.is_empty() { &self.again } else { &self.first };
        let first = *ttls.first().filter(|_| self.enough)?;
        ttls.iter().all(|&ttl| ttl == first).then_some(first)
    }

    /// Has the RST one of them?
    fn has_it(&self) -> bool {
        self.first.contains(&self.rst) || self.again.contains(&self.rst)
    }
}

/// How the RST looked at each place, the first time that it came there.
fn looks(evidence: &Evidence<'_>, reset: &Reset) -> SmallVec<[Look; 2]> {
    reset.sightings().fold(SmallVec::new(), |mut looks, seen| {
        let known = |look: &Look| evidence.close.is_one_place(look.place, seen.look.place);
        if !looks.iter().any(known) {
            looks.push(seen.look);
        }
        looks
    })
}

impl<'a> Baseline<'a> {
    pub(super) fn of(evidence: &Evidence<'a>, reset: &Reset) -> Self {
        let way = |traits: Traits| traits.has(Traits::OUTGOING);
        let other_way = |recent: &Recent| way(recent.traits) != way(reset.rst.traits);
        let here = |recent: &Recent| evidence.close.is_one_capture(recent.file, reset.rst.file);
        let fits = |recent: &&Recent| !(here(recent) && other_way(recent));
        let own = own_before(evidence, reset).filter(fits).collect();
        Self {
            own,
            at: looks(evidence, reset).into_iter().map(|look| Usual::of(evidence, reset, look)).collect(),
        }
    }

    /// The TTL of the RST and that of all its sender's other segments at a place where these differ, if it came another way.
    pub(super) fn other_ttl(&self) -> Option<(u8, u8)> {
        if self.came_as_far() {
            return None;
        }
        self.at.iter().find_map(|usual| Some((usual.rst, usual.ttl()?)))
    }

    /// The TTL of the RST and that of the one other segment that its sender sent, where that came once to the same place.
    pub(super) fn only_ttl(&self) -> Option<(u8, u8)> {
        let [usual] = &self.at[..] else { return None };
        let ([own], [ttl]) = (&self.own[..], &usual.first[..]) else { return None };
        (own.flags.syn() && usual.again.is_empty()).then_some((usual.rst, *ttl))
    }

    /// Did the RST come as far as they, at one of the places where it was captured, or does nobody know?
    pub(super) fn came_as_far(&self) -> bool {
        self.has_their_ttl() || self.at.iter().all(|usual| usual.ttl().is_none())
    }

    /// Did it come with a TTL that they have there?
    pub(super) fn has_their_ttl(&self) -> bool {
        self.at.iter().any(Usual::has_it)
    }

    /// Did it come as far as they at the places of several captures, as what its host sends does?
    pub(super) fn came_their_way(&self) -> bool {
        let mut files = self.at.iter().filter(|usual| usual.has_it()).map(|usual| usual.file);
        files.next().is_some_and(|one| files.any(|other| other != one))
    }

    /// Is there nothing that its TTL compares with?
    pub(super) fn has_no_ttl(&self) -> bool {
        self.at.iter().all(|usual| usual.first.is_empty() && usual.again.is_empty())
    }

    pub(super) fn all(&self, traits: Traits) -> bool {
        self.own.len() >= BASELINE && self.own.iter().all(|recent| recent.traits.has(traits))
    }

    /// How its identifications count, if they do.
    pub(super) fn counted(&self) -> Option<Counter<'a>> {
        // Windows before 2000 counts in the other order of bytes.
        [std::convert::identity, u16::swap_bytes].into_iter().find_map(|read| Counter::of(&self.own, read))
    }

    /// Does each of several have the identification after the last, and the TTL that Linux begins with? Such is what its sockets send, each
    /// with a count of its own.
    pub(super) fn counts_by_socket(&self) -> bool {
        self.counted().is_some_and(|counter| counter.alone)
    }

    /// Does each have the identification after the last, and the TTL that Linux begins with, be there only two of them?
    pub(super) fn counts_in_a_row(&self) -> bool {
        self.counted().is_some_and(|counter| counter.in_a_row)
    }

    /// Do none of them have one, as macOS leaves it out of all that may not be fragmented (RFC 6864 §4.1)? Linux leaves it out where it has no
    /// socket yet, or none any more.
    pub(super) fn counts_nothing(&self) -> bool {
        let bare =
            |own: &&Recent| own.ip_id == 0 && own.traits.has(Traits::DF) && !own.traits.has(Traits::IPV6);
        self.own.iter().all(bare) && self.own.iter().any(|own| own.len > 0)
    }

    /// Does `rst` count on from its host's last segment, and did it come as far? Who forges cannot know the number.
    pub(super) fn goes_on_in(&self, rst: &Segment) -> bool {
        self.came_as_far() && self.counted().is_some_and(|counter| counter.is_next(rst.ip_id))
    }
}

/// Identifications of a socket that counts its own segments, as Linux does (0 on the SYN+ACK, or each one more than the last), or of a host
/// that counts all that it sends.
pub(super) struct Counter<'a> {
    pub(super) last: &'a Recent,
    /// Gives the number that was counted.
    read: fn(u16) -> u16,
    /// Nobody else has counted in between.
    in_a_row: bool,
    /// It is the socket's own, as Linux has it.
    alone: bool,
}

impl<'a> Counter<'a> {
    fn of(own: &[&'a Recent], read: fn(u16) -> u16) -> Option<Self> {
        let ids = || own.iter().filter(|recent| recent.ip_id != 0);
        let steps = || ids().zip(ids().skip(1)).map(|(a, b)| (read(a.ip_id), read(b.ip_id)));
        let zero_first = own.first().is_some_and(|first| first.flags.syn() && first.ip_id == 0);
        let enough = ids().count() >= BASELINE || (ids().count() == 1 && zero_first);
        let steady = steps().all(|(a, b)| in_reach(a, b));
        // Two in a row may be those of a host that had nothing else to say just then.
        let linux = own.iter().all(|own| initial_ttl(own.ttl) == LINUX_TTL);
        let in_a_row = linux && ids().count() >= BASELINE && steps().all(|(a, b)| b.wrapping_sub(a) == 1);
        let only = linux && zero_first && ids().count() == 1;
        let alone = only || in_a_row && (ids().count() > BASELINE || zero_first);
        ids().next_back().filter(|_| steady && enough).map(|last| Self { last, read, in_a_row, alone })
    }

    fn is_next(&self, id: u16) -> bool {
        in_reach((self.read)(self.last.ip_id), (self.read)(id))
    }

    /// May it have got to the number of `rst` by then? One that others use too goes on while this connection is quiet.
    pub(super) fn reaches(&self, rst: &Segment) -> bool {
        let others = if self.alone { 0 } else { rst.ts.since(self.last.ts).as_nanos() / NANOS_A_COUNT };
        let step = (self.read)(rst.ip_id).wrapping_sub((self.read)(self.last.ip_id));
        step >= 1 && u64::from(step) <= u64::from(ID_REACH) + others
    }
}
