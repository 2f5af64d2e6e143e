//! How each host's own segments look from each place of the capture, and how soon they come, over all of its connections.

use smallvec::SmallVec;

use crate::decode::Addr;
use crate::flow::{Close, Half, Leg, Look, Place, Recent, Side};
use crate::time::{Span, Timestamp};

use super::window::{Hashed, Window};

const NANOS_A_MICRO: u64 = 1_000;

/// Segments that are too few to tell what is usual.
const FEW: u64 = 2;

/// A host's segments at one place, RSTs apart.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usual {
    ttl: u8,
    connections: u32,
    varies: bool,
    /// How often it was measured how fast it answers, and the shortest time, in microseconds: a longer one than fits in is none.
    measured: u16,
    soonest: u32,
}

impl Usual {
    /// It answered so fast on one connection.
    fn measure(&mut self, leg: Leg) {
        let Ok(micros) = u32::try_from(leg.shortest.as_nanos() / NANOS_A_MICRO) else { return };
        self.soonest = if self.measured == 0 { micros } else { micros.min(self.soonest) };
        self.measured = self.measured.saturating_add(u16::try_from(leg.samples).unwrap_or(u16::MAX));
    }
}

#[derive(Debug, Default)]
pub(super) struct Hosts {
    known: Window<(Addr, Place), Usual>,
    /// Merged captures hold the same frames, so that they were made at several places.
    several: bool,
}

impl Hosts {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self { known: Window::beside(flows), several: false }
    }

    pub(super) fn note(&mut self, close: &Close) {
        self.several |= close.doubles.are_of_several_places();
        for side in [Side::Client, Side::Server] {
            let host = close.endpoint(side).addr;
            let first = latest_look(close, side);
            if let Some(first) = first {
                let usual = self.note_look(host, first, close.closed_at);
                // What a program acknowledges with its answers takes as long as those; hands are shaken by kernels.
                let measured = close.handshake_seen() && first.place.file == close.file;
                let leg = close.legs.at(close.end(side)).filter(|_| measured);
                if let Some((usual, leg)) = usual.zip(leg) {
                    usual.measure(leg);
                }
            }
            // Where nothing tells the two sides of a router apart, what comes first counts.
            let apart = |look: &Look| first.is_none_or(|first| self.at(first.place) != self.at(look.place));
            let again: SmallVec<[Look; 4]> = close.doubles.looks(close.end(side)).filter(apart).collect();
            for look in again {
                self.note_look(host, look, close.closed_at);
            }
        }
    }

    /// A place, as far as captures are told apart.
    const fn at(&self, place: Place) -> Place {
        if self.several { place } else { place.of_any_capture() }
    }

    /// A host's segments of one connection looked like this.
    pub(super) fn note_look(
        &mut self,
        host: Addr,
        Look { place, ttl }: Look,
        now: Timestamp,
    ) -> Option<&mut Usual> {
        if ttl == 0 {
            return None;
        }
        let at = self.at(place);
        let usual = self.known.entry((host, at), now);
        usual.varies |= usual.connections > 0 && usual.ttl != ttl;
        usual.ttl = ttl;
        usual.connections += 1;
        Some(usual)
    }

    /// How fast a host answers at a place, as far as that is known.
    pub(super) fn leg(&self, host: Addr, place: Place) -> Option<Leg> {
        let usual = self.known.get(&(host, self.at(place))).filter(|usual| usual.measured > 0)?;
        Some(Leg {
            shortest: Span::from_nanos(u64::from(usual.soonest) * NANOS_A_MICRO),
            samples: usual.measured.into(),
        })
    }

    /// The same of the server, where a RST in its name was captured.
    pub(super) fn server_leg(&self, close: &Close) -> Option<Leg> {
        let server = close.end(Side::Server);
        let reset = close.reset.as_ref().filter(|reset| reset.by == server)?;
        self.leg(close.key.at(server).addr, Place::of(&reset.rst))
    }

    /// Asks for the memory in which the look-up of a host will begin, as it looks where most do; `None` where it lies in the cache by itself.
    #[inline]
    pub(super) fn fetch(&self, host: Addr, file: u16) -> Option<Hashed> {
        let place = self.at(Place::of_capture(file));
        (!self.known.is_near()).then(|| self.known.fetch(&(host, place)))
    }

    /// Asks for what it will find there.
    #[inline]
    pub(super) fn fetch_found(&self, host: Hashed) {
        self.known.fetch_found(host);
    }

    /// The TTL of the server's segments on other connections, where the RST was captured, or what it does not answer. Only of use where a RST is
    /// to be compared, and this connection shows little else of the server.
    pub(super) fn server_ttl(&self, close: &Close) -> Option<u8> {
        if close.asks_in_vain() {
            return self.ttl_where_asked(close);
        }
        let reset = close.reset.as_ref()?;
        let server = close.half_before(Side::Server);
        if spoke(server) && server.packets > FEW {
            return None;
        }
        let place = self.at(Place::of(&reset.rst));
        let again = close.doubles.looks(close.end(Side::Server));
        let own = latest_look(close, Side::Server).into_iter().chain(again);
        let others = own.filter(|look| self.at(look.place) == place).count();
        let usual = self.known.get(&(close.endpoint(Side::Server).addr, place))?;
        (!usual.varies && usual.connections as usize > others).then_some(usual.ttl)
    }

    /// The same where SYNs were captured that it does not answer: what it sends goes out there, if that is known apart.
    fn ttl_where_asked(&self, close: &Close) -> Option<u8> {
        let asked = latest_look(close, Side::Client)?.place;
        let server = close.endpoint(Side::Server).addr;
        [asked, asked.the_other_way()].into_iter().find_map(|place| self.usual_ttl(server, place))
    }

    /// The TTL of a host's segments at a place, where it is always the same.
    pub(super) fn usual_ttl(&self, host: Addr, place: Place) -> Option<u8> {
        let usual = self.known.get(&(host, self.at(place)))?;
        (!usual.varies && usual.connections > 0).then_some(usual.ttl)
    }

    /// The same of the server, where a RST refused what it had said nothing to.
    pub(super) fn server_comes_in(&self, close: &Close) -> bool {
        let server = close.endpoint(Side::Server).addr;
        let refusal = close
            .reset
            .as_ref()
            .filter(|_| close.answers_syn() && latest_look(close, Side::Server).is_none());
        refusal.is_some_and(|reset| self.comes_in_where(server, Place::of(&reset.rst)))
    }

    /// Does what a host sends come in to the host that something in its name has left? Then it is another one.
    pub(super) fn comes_in_where(&self, host: Addr, left: Place) -> bool {
        left.goes_out() && self.known.get(&(host, self.at(Place::of_capture(left.file)))).is_some()
    }
}

/// How the latest segment of a side looked that was no RST and came before one, as far as segments are kept.
fn latest_look(close: &Close, side: Side) -> Option<Look> {
    let by = close.end(side);
    let before = |serial: u64| close.reset.as_ref().is_none_or(|reset| serial < reset.serial);
    let own = |recent: &&Recent| recent.by == by && !recent.flags.rst() && before(recent.serial);
    close.recent.iter().rev().find(own).map(Recent::look)
}

/// It sent something else than a RST.
fn spoke(half: &Half) -> bool {
    half.ttl != 0
}
