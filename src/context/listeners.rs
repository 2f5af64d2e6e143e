//! When each listener accepted connections, so that a refusal in between is not taken for a port that is closed, and when it refused them,
//! so that what ends just then is not taken for idle.

use smallvec::SmallVec;

use crate::decode::Endpoint;
use crate::flow::{Attempted, Close, LINGER, Marks, Side};
use crate::time::{Span, Timestamp};

use super::ends::{self, Company, Ends};
use super::stretches::{Stretch, Stretches};
use super::window::Window;

/// Who is accepted so soon after another is not told apart: nobody starts a program again in that time.
const JOINED: Span = Span::from_millis(10);
/// Others that are accepted no further from a refusal were so just before, or just after.
const NEAR: Span = Span::from_secs(1);
/// Who has begun to connect when a program ends is let in by its kernel for so long, as long as the listener is open.
const LET_IN: Span = Span::from_millis(250);

/// Refusals no further apart are one spell: a client that waits for a service asks again about every second.
const SPELL: Span = Span::from_secs(2);
/// So many spells are remembered of a listener: those of the time for which something waits to be judged.
const SPELLS: usize = 4;
/// What ends so long after somebody was refused ended with the program that listened: one that drains closes its listener first.
const DRAINS: Span = Span::from_secs(1);
/// And so long before: as long as whatever ends waits for its neighbours.
const AWAITED: Span = LINGER;

/// A time in which a port that had let others in refused whoever came.
#[derive(Clone, Copy, Debug)]
struct Spell {
    first: Timestamp,
    last: Timestamp,
}

impl Spell {
    fn is_about(self, end: Timestamp) -> bool {
        self.first <= end.plus(AWAITED) && end <= self.last.plus(DRAINS)
    }
}

/// A listener that was started again: its connections had ended, it refused whoever came, and let others in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    /// When it last ended a connection without having been asked to, before it refused anybody.
    pub ended: Timestamp,
    /// When it last refused somebody.
    pub refused_until: Timestamp,
}

/// When a listener accepted others, and when a connection of its own was alive; and when it refused, the latest spell last, and ended
/// connections of its own accord.
#[derive(Clone, Debug, Default)]
struct Accepts {
    accepted: Stretches,
    alive: Stretches,
    spells: SmallVec<[Spell; 1]>,
    ends: Ends,
}

impl Accepts {
    /// It accepted somebody, and left the connection later.
    fn note(&mut self, accepted: Timestamp, left: Timestamp) {
        self.accepted.note(Stretch::at(accepted), JOINED);
        self.alive.note(Stretch { first: accepted, last: left.max(accepted) }, Span::ZERO);
    }

    /// Did nobody have a connection at some time between the end of others and the next that was let in, behind this spell? A limit refuses
    /// some while others stay.
    fn restart(&self, spell: Spell) -> Option<Restart> {
        let ended = self.ends.latest_before(spell.first)?;
        let back = self.accepted.next_after(spell.last).filter(|back| back.since(spell.last) <= NEAR)?;
        let nobody_let_in = !self.accepted.any_between(spell.first.min(ended.plus(LET_IN)), back);
        let deserted = nobody_let_in && !self.alive.covers(spell.first, spell.last);
        let soon = spell.first.since(ended) <= DRAINS;
        (deserted && soon).then_some(Restart { ended, refused_until: spell.last })
    }

    fn note_refusal(&mut self, at: Timestamp) {
        if let Some(spell) = self.spells.last_mut().filter(|spell| at.since(spell.last) <= SPELL) {
            (spell.first, spell.last) = (spell.first.min(at), spell.last.max(at));
            return;
        }
        if self.spells.len() == SPELLS {
            self.spells.remove(0);
        }
        self.spells.push(Spell { first: at, last: at });
    }

    /// Did it accept others shortly before `at`, and shortly after?
    fn around(&self, at: Timestamp) -> bool {
        let let_in = |from, to| self.accepted.any_between(from, to);
        let_in(at.minus(NEAR), at) && let_in(at, at.plus(NEAR))
    }
}

#[derive(Debug)]
pub(super) struct Listeners(Window<Endpoint, Accepts>);

impl Default for Listeners {
    fn default() -> Self {
        Self::beside(usize::MAX)
    }
}

impl Listeners {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self(Window::beside(flows))
    }

    pub(super) fn note(&mut self, close: &Close) {
        let [client, server] = [Side::Client, Side::Server].map(|side| close.half(side).marks);
        if server.has(Marks::SYN_ACK) && client.has(Marks::SYN) && client.has(Marks::ACKED) {
            let accepts = self.0.entry(close.endpoint(Side::Server), close.closed_at);
            accepts.note(close.start.ts, left_by_server(close));
            if let Some(end) = ends::unprompted(close, Side::Server).filter(|_| !ends::is_answer(close)) {
                accepts.ends.note(end);
            }
        } else if close.answers_syn() {
            self.note_refusal(close.endpoint(Side::Server), close.start.ts);
        }
    }

    /// The same of what there was no more of than an attempt.
    pub(super) fn note_attempt(&mut self, attempted: &Attempted) {
        if attempted.rst().is_some() {
            self.note_refusal(attempted.server(), attempted.start());
        }
    }

    /// A port refused somebody: of those that nobody is known to have got through to, as scans find them, nothing is kept.
    fn note_refusal(&mut self, server: Endpoint, at: Timestamp) {
        if let Some(accepts) = self.0.get_mut(&server) {
            accepts.note_refusal(at);
        }
    }

    /// Has it accepted anybody, as far back as is remembered?
    pub(super) fn is_one(&self, endpoint: Endpoint) -> bool {
        self.0.get(&endpoint).is_some()
    }

    /// Did it accept others shortly before `at`, and shortly after?
    pub(super) fn accepted_around(&self, server: Endpoint, at: Timestamp) -> bool {
        self.0.get(&server).is_some_and(|accepts| accepts.around(at))
    }

    /// From when on it refused everybody, if that was about `end` and nobody was let in between.
    pub(super) fn refused_about(&self, server: Endpoint, end: Timestamp) -> Option<Timestamp> {
        let accepts = self.0.get(&server)?;
        let Spell { first, last } = *accepts.spells.iter().find(|spell| spell.is_about(end))?;
        let whoever = !accepts.around(first) || accepts.restart(Spell { first, last }).is_some();
        let meanwhile = accepts.accepted.any_between(first.min(end.plus(LET_IN)), last.max(end));
        (whoever && !meanwhile).then_some(first)
    }

    /// Was it being started again when it refused somebody at `at`?
    pub(super) fn restart_about(&self, server: Endpoint, at: Timestamp) -> Option<Restart> {
        let accepts = self.0.get(&server)?;
        let spell = accepts.spells.iter().find(|spell| spell.first <= at && at <= spell.last)?;
        accepts.restart(*spell)
    }

    /// What else the server ended at the moment when it ended this one, in the midst of something or after a pause.
    pub(super) fn ended_with(&self, close: &Close) -> Company {
        let Some(own) = ends::end_of(close, Side::Server) else { return Company::default() };
        let accepts = self.0.get(&close.endpoint(Side::Server));
        accepts.map_or_else(Company::default, |accepts| accepts.ends.company(&own))
    }
}

/// Until when the server had it: it may have left it open when it had closed first.
fn left_by_server(close: &Close) -> Timestamp {
    let fin = close.fins.at(close.end(Side::Server)).as_ref().map(|fin| fin.ts);
    fin.or(close.reset.as_ref().map(|reset| reset.rst.ts)).unwrap_or(close.last.ts)
}

#[cfg(test)]
mod tests {
    use crate::decode::SeqNumber;

    use super::super::beginning::Beginning;
    use super::super::ends::Departure;
    use super::*;

    /// A program that is started again ends all that it has before it refuses anybody; where a limit refuses, others stay.
    #[test]
    fn a_port_that_was_started_again_had_nobody_left() {
        let server = Endpoint { addr: crate::decode::Addr::v4([10, 0, 0, 2]), port: 80 };
        let at = |tenths: u64| Timestamp::from_parts(1_800_000_000, 0).plus(Span::from_millis(100 * tenths));
        let started_again = |alive: &[(u64, u64)], ended: &[u64], refused: &[u64]| {
            let mut listeners = Listeners::default();
            let accepts = listeners.0.entry(server, at(0));
            for &(from, to) in alive {
                accepts.note(at(from), at(to));
            }
            for &tenths in ended {
                let began = Beginning { at: at(tenths), numbers: [SeqNumber(0); 2] };
                accepts.ends.note(Departure { at: at(tenths), pause: Span::from_millis(300), began });
            }
            for &tenths in refused {
                accepts.note_refusal(at(tenths));
            }
            listeners.restart_about(server, at(refused[0])).map(|restart| restart.ended.since(at(0)))
        };
        let (before, after) = ((20, 51), (60, 90));
        assert_eq!(started_again(&[before, after], &[51], &[52, 56]), Some(Span::from_millis(5100)));
        assert_eq!(
            started_again(&[before, (10, 49), after], &[49, 51], &[52]),
            Some(Span::from_millis(5100))
        );
        // In no time, wherever the clock's seconds begin.
        assert_eq!(started_again(&[before, (53, 90)], &[51], &[52]), Some(Span::from_millis(5100)));
        // Another stays, or is let in; or nobody was ended, or long before, or nobody is let in afterwards.
        assert_eq!(started_again(&[before, after, (1, 70)], &[51], &[52, 56]), None);
        assert_eq!(started_again(&[before, after, (53, 54)], &[51], &[52, 56]), None);
        assert_eq!(started_again(&[before, after], &[], &[52, 56]), None);
        assert_eq!(started_again(&[(1, 20), after], &[20], &[52, 56]), None);
        assert_eq!(started_again(&[before, (80, 90)], &[51], &[52, 56]), None);
    }

    /// A limit of connections refuses some and lets others in.
    #[test]
    fn a_port_refuses_whoever_comes_only_where_nobody_is_let_in_meanwhile() {
        let server = Endpoint { addr: crate::decode::Addr::v4([10, 0, 0, 2]), port: 80 };
        let at = |tenths: u64| Timestamp::from_parts(1_800_000_000, 0).plus(Span::from_millis(100 * tenths));
        let from = |accepted: &[u64], refused: &[u64], end: u64| {
            let mut listeners = Listeners::default();
            for &tenths in accepted {
                listeners.0.entry(server, at(tenths)).note(at(tenths), at(tenths));
            }
            for &tenths in refused {
                listeners.note_refusal(server, at(tenths));
            }
            listeners.refused_about(server, at(end)).map(|from| from.since(at(0)))
        };
        let tenths = |tenths: u64| Some(Span::from_millis(100 * tenths));
        assert_eq!(from(&[0, 50], &[53, 60, 75], 51), tenths(53));
        // One that drains, and one that is back later.
        assert_eq!(from(&[0], &[20, 35, 50], 40), tenths(20));
        assert_eq!(from(&[0, 90], &[53, 60], 51), tenths(53));
        assert_eq!(from(&[0], &[53, 130], 95), tenths(130));
        // Of those between whom others were let in, of others at other times, and of a port of which nothing else is known.
        assert_eq!(from(&[48, 58], &[53], 51), None);
        assert_eq!(from(&[0, 70], &[53, 65, 80], 51), None);
        assert_eq!(from(&[0, 70], &[90], 51), None);
        assert_eq!(from(&[0], &[102], 51), None);
        assert_eq!(from(&[], &[53], 51), None);
    }
}
