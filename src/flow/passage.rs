//! What places tell each other of a connection that several of them saw: which segment passed only some.
//!
//! No time of one clock is compared with one of another, but for whether a capture was still going on.

use std::cmp::Ordering;

use crate::decode::{Flags, SeqNumber};
use crate::time::Timestamp;

use super::close::{Close, Fin, ObservedUntil};
use super::half::{Half, Marks};
use super::key::{Both, End};
use super::places::Recorded;
use super::recent::Recent;

/// As many segments that two places both hold are no accident.
const CORRESPOND: usize = 2;
/// Within as many bytes numbers are those of one connection, of which neither place saw the beginning.
const ONE_COUNT: u32 = 1 << 24;

/// Where a segment did not pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passage {
    /// Nobody knows of any such place.
    #[default]
    Unknown,
    /// It passed a place that is nearer to the host whose address it carries, or as near.
    Left,
    /// A place nearer to the host whose address it carries does not hold it, and nothing else there says whether it passed.
    Missing,
    /// The same, and what else passed there is not what that host does after it: it was sent behind that place.
    NeverLeft,
    /// A place nearer to whom it is for never had it: it was lost before that, or taken away.
    NeverArrived,
}

/// What other places tell of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// How many others knew it when it was handed over, or may have known it.
    pub known: u8,
    /// Of the RST that took effect.
    pub rst: Passage,
    /// Of each side's first FIN.
    pub fins: Both<Passage>,
}

/// A connection as one place saw it.
#[derive(Clone, Copy)]
struct Account<'a> {
    close: &'a Close,
    recorded: Recorded,
}

/// Takes note of what places tell each other of one connection, of which each has its own account.
pub fn compare(closes: &mut [Close], recorded: &[Recorded]) {
    let accounts = || closes.iter().zip(recorded).map(|(close, &recorded)| Account { close, recorded });
    let told = accounts().map(|own| {
        let mut elsewhere = own.close.elsewhere;
        let others = accounts().filter(|other| !std::ptr::eq(own.close, other.close));
        others.for_each(|other| own.ask(other, &mut elsewhere));
        elsewhere
    });
    let told: Vec<Elsewhere> = told.collect();
    for (close, elsewhere) in closes.iter_mut().zip(told) {
        close.elsewhere = elsewhere;
    }
}

/// Which of the accounts is made nearest to an end, where that is known of all.
#[must_use]
pub fn nearest(accounts: &[Close], end: End) -> Option<usize> {
    let nearest = |(nth, one): (usize, &Close)| {
        let mut others = accounts.iter().enumerate().filter(|(other, _)| *other != nth);
        others.all(|(_, other)| nearer(one, other, end) == Some(Ordering::Greater))
    };
    (0..accounts.len()).find(|&nth| nearest((nth, &accounts[nth])))
}

impl Account<'_> {
    fn ask(self, other: Self, elsewhere: &mut Elsewhere) {
        if let Some(reset) = &self.close.reset {
            let is_same = |rst: &Recent| {
                self.is_same(other, reset.by, (reset.rst.seq, reset.rst.flags), (rst.seq, rst.flags))
            };
            let held = other.resets(reset.by).any(|rst| is_same(&rst));
            let unlisted = !held && other.has_unlisted_resets(reset.by);
            if !unlisted {
                let then = (reset.rst.ts, self.recorded);
                elsewhere.rst = elsewhere.rst.and(self.passage(other, reset.by, held, then));
            }
        }
        for end in [End::Low, End::High] {
            let Some(fin) = self.close.fins.at(end) else { continue };
            let is_same =
                |theirs: &Fin| self.is_same(other, end, (fin.end, Flags::FIN), (theirs.end, Flags::FIN));
            let held = other.close.fins.at(end).as_ref().is_some_and(is_same);
            let known = *elsewhere.fins.at(end);
            *elsewhere.fins.at_mut(end) = known.and(self.passage(other, end, held, (fin.ts, self.recorded)));
        }
    }

    /// What the other place tells of a segment of an end, which it held or not.
    fn passage(self, other: Self, by: End, held: bool, then: (Timestamp, Recorded)) -> Passage {
        let nearer_sender = nearer(other.close, self.close, by);
        if held {
            return if nearer_sender == Some(Ordering::Greater) { Passage::Left } else { Passage::Unknown };
        }
        if !other.would_have_it(then) {
            return Passage::Unknown;
        }
        match (nearer_sender, nearer(other.close, self.close, by.peer())) {
            (Some(Ordering::Greater), _) if other.belies(self, by, then) => Passage::NeverLeft,
            (Some(Ordering::Greater), _) => Passage::Missing,
            (_, Some(Ordering::Greater)) => Passage::NeverArrived,
            _ => Passage::Unknown,
        }
    }

    /// Does this place show what an end does not do that has reset or closed the connection as the other place says: did it go on, had it
    /// accepted what it is said to refuse, or was it reset itself, by what in its turn the other place does not hold?
    fn belies(self, other: Self, by: End, (ts, at): (Timestamp, Recorded)) -> bool {
        let then = self.recorded.at(ts, at);
        let mut said = self.close.recent.iter().filter(|recent| recent.by == by && !recent.flags.rst());
        let accepted = other.close.answers_syn() && self.close.halves.at(by).marks.has(Marks::SYN_ACK);
        let was_reset = self.close.reset.as_ref().is_some_and(|reset| {
            let told = (reset.rst.seq, reset.rst.flags);
            let mut theirs = other.resets(by.peer());
            reset.by == by.peer()
                && !theirs.any(|rst| self.is_same(other, reset.by, told, (rst.seq, rst.flags)))
        });
        accepted || was_reset || said.any(|recent| recent.ts > then)
    }

    /// Did this capture go on, and follow the connection, and miss nothing of it?
    fn would_have_it(self, (ts, other): (Timestamp, Recorded)) -> bool {
        let then = self.recorded.at(ts, other);
        let followed = match self.close.until {
            ObservedUntil::Close => then <= self.close.closed_at,
            ObservedUntil::Eof | ObservedUntil::Stopped => true,
            ObservedUntil::Expired | ObservedUntil::Evicted => false,
        };
        followed && then <= self.recorded.until && self.close.gaps == 0
    }

    /// Do two segments of an end, one at each place, say the same?
    fn is_same(self, other: Self, by: End, own: (SeqNumber, Flags), theirs: (SeqNumber, Flags)) -> bool {
        let (one, two) = (self.close.halves.at(by), other.close.halves.at(by));
        let both_began = one.marks.has(Marks::SYN) && two.marks.has(Marks::SYN);
        let relative = own.0.offset_from(one.iss) == theirs.0.offset_from(two.iss);
        own.1 == theirs.1 && (own.0 == theirs.0 || both_began && relative)
    }

    /// The RSTs of an end that are still known.
    fn resets(self, by: End) -> impl Iterator<Item = Recent> {
        let close = self.close;
        let reset = close.reset.as_deref();
        let after = reset.map(|reset| *reset.after.at(by)).unwrap_or_default();
        let took_effect = reset.map(|reset| Recent::of(&reset.rst, reset.by));
        let ignored = close.ignored.as_ref().map(|ignored| ignored.0);
        let recent = close.recent.iter().copied().filter(|recent| recent.flags.rst());
        let all = recent.chain(took_effect).chain(ignored).chain(after.first_reset).chain(after.reset_beyond);
        all.filter(move |rst| rst.by == by)
    }

    /// May there have been more?
    fn has_unlisted_resets(self, by: End) -> bool {
        let reset = self.close.reset.as_deref();
        let after = reset.map_or(0, |reset| reset.after.at(by).resets);
        let own = u32::from(reset.is_some_and(|reset| reset.by == by));
        let mut frames: Vec<u64> = self.resets(by).map(|rst| rst.frame).collect();
        frames.sort_unstable();
        frames.dedup();
        let ignored = self.close.ignored_resets > u32::from(self.close.ignored.is_some());
        after + own > u32::try_from(frames.len()).unwrap_or(u32::MAX) || ignored
    }
}

impl Passage {
    /// Both together: what never left a host cannot have been lost behind it.
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NeverLeft, _) | (_, Self::NeverLeft) => Self::NeverLeft,
            (Self::Missing, _) | (_, Self::Missing) => Self::Missing,
            (Self::NeverArrived, _) | (_, Self::NeverArrived) => Self::NeverArrived,
            (Self::Left, _) | (_, Self::Left) => Self::Left,
            _ => Self::Unknown,
        }
    }
}

/// Is the place of one account nearer to an end than that of the other? By the TTL of what that says, of which routers take some, or by the
/// way that both sides' segments took between the two places, or else by how fast it answers there; if both hold what it says at all, and not
/// what somebody says in its name (a SYN proxy).
fn nearer(one: &Close, other: &Close, end: End) -> Option<Ordering> {
    if !one.hears_as_much(other, end) {
        return None;
    }
    let ttl = |close: &Close| usual_ttl(close, end);
    let by_ttl = ttl(one).zip(ttl(other)).map(|(one, other)| one.cmp(&other));
    let by_way = || {
        let [own, back] = [end, end.peer()].map(|by| took(one, other, by));
        own.zip(back).map(|(own, back)| own.cmp(&back))
    };
    let by_answers = || {
        let leg = |close: &Close| close.legs.at(end).map(|leg| leg.shortest);
        leg(other).zip(leg(one)).map(|(other, one)| other.cmp(&one))
    };
    let told = |order: Option<Ordering>| order.filter(|order| order.is_ne());
    told(by_ttl).or_else(|| told(by_way())).or_else(|| told(by_answers()))
}

/// How much later than at one place the latest of what an end says was captured at the other, by clocks that may differ.
fn took(one: &Close, other: &Close, by: End) -> Option<i64> {
    let told =
        |recent: &Recent| (recent.seq, recent.ack, recent.len, recent.flags, recent.ip_id, recent.tsval);
    let said = one.recent.iter().rev().filter(|recent| recent.by == by);
    let nanos = |recent: &Recent| i64::try_from(recent.ts.as_nanos()).unwrap_or(i64::MAX);
    let later = said.filter_map(|own| {
        let there = other.recent.iter().rev().find(|there| there.by == by && told(there) == told(own))?;
        Some(nanos(there).saturating_sub(nanos(own)))
    });
    // What waited on the way took longer than the way.
    later.min()
}

/// The TTL that most of what an end says has.
fn usual_ttl(close: &Close, end: End) -> Option<u8> {
    let half = close.halves.at(end);
    if !half.seen() {
        return None;
    }
    if !half.marks.has(Marks::TTL_VARIES) {
        return Some(half.ttl);
    }
    let said = || close.recent.iter().filter(|recent| recent.by == end && !recent.flags.rst());
    let often = |ttl: u8| said().filter(|recent| recent.ttl == ttl).count();
    said().map(|recent| recent.ttl).max_by_key(|&ttl| often(ttl))
}

impl Close {
    /// Are the two, which have the same ends, what two places saw of one connection? A device may have given it other numbers; a proxy that
    /// keeps addresses makes two connections of one.
    #[must_use]
    pub fn is_one_with(&self, other: &Self) -> bool {
        let ends = [End::Low, End::High];
        let counts = ends.map(|end| self.counts_alike(other, end));
        let corresponding = || ends.map(|end| self.corresponding(other, end)).iter().sum::<usize>();
        counts.contains(&Some(true)) || corresponding() >= CORRESPOND || self.is_same_reset(other)
    }

    /// Is there nothing but a RST, and the other is the same?
    fn is_same_reset(&self, other: &Self) -> bool {
        let told = |close: &Self| {
            let reset = close.reset.as_deref().filter(|reset| reset.before == Both::default())?;
            Some((reset.by, reset.rst.seq, reset.rst.ack, reset.rst.flags))
        };
        told(self).is_some() && told(self) == told(other)
    }

    /// Does the other hold what an end says here too, as far as numbers tell, or else the latest segments?
    fn hears_as_much(&self, other: &Self, end: End) -> bool {
        self.counts_alike(other, end) == Some(true) || self.corresponding(other, end) > 0
    }

    /// Does an end count alike in both? Where both hold its SYN, its first number tells.
    fn counts_alike(&self, other: &Self, end: End) -> Option<bool> {
        let (one, two) = (self.halves.at(end), other.halves.at(end));
        let began = |half: &Half| half.marks.has(Marks::SYN);
        match (began(one), began(two)) {
            (true, true) => Some(one.iss == two.iss),
            _ if self.says_anything(end) && other.says_anything(end) => {
                Some(one.snd_nxt.offset_from(two.snd_nxt).unsigned_abs() < ONE_COUNT)
            }
            _ => None,
        }
    }

    /// Was anything captured of an end but RSTs?
    fn says_anything(&self, end: End) -> bool {
        self.halves.at(end).has_data()
            || self.recent.iter().any(|recent| recent.by == end && !recent.flags.rst())
    }

    /// How many of the latest segments of an end are in both, whatever their numbers.
    fn corresponding(&self, other: &Self, end: End) -> usize {
        let told = |recent: &Recent| (recent.by, recent.len, recent.flags, recent.ip_id, recent.tsval);
        let identified = self.recent.iter().filter(|recent| recent.by == end && recent.ip_id != 0);
        identified.filter(|own| other.recent.iter().any(|theirs| told(own) == told(theirs))).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::script::{self, Scripted};
    use crate::flow::{Ended, FlowTable, Settings};

    /// What a place saw whose TTLs are `near` of what A says and `far` of what B says.
    fn account(text: &str, (near, far): (u8, u8)) -> Close {
        let ttl = |line: &str| if line.contains("A >") { near } else { far };
        let lines: Vec<String> = text.lines().map(|line| format!("{line} ttl {}\n", ttl(line))).collect();
        let text = lines.concat();
        let played = script::parse(&text).unwrap();
        let pdus: Vec<_> = played.iter().map(Scripted::pdu).collect();
        let (mut table, mut closes) = (FlowTable::new(Settings::default()), Vec::new());
        table.observe(&pdus, &mut |ended| closes.push(Ended::into_close(ended)));
        table.finish(ObservedUntil::Eof, &mut |ended| closes.push(ended.into_close()));
        closes.remove(0)
    }

    const TALK: &str = "A > B S seq 1000 id 1\n+0.01 B > A S. seq 5000 ack 1001 id 0\nA > B . seq 1001 ack 5001 id 2\n\
A > B P. seq 1001 ack 5001 len 9 id 3\n+0.01 B > A P. seq 5001 ack 1010 len 9 id 12\n";
    const RST: &str = "+0.001 B > A R. seq 5010 ack 1010 id 13\n";

    /// The passages of the RST that the client's place holds, where the server's went on until so long after the epoch.
    fn told(client: &str, server: &str, until: u64) -> (Passage, Passage) {
        let mut closes = [account(client, (64, 63)), account(server, (63, 64))];
        let recorded = Recorded { ahead: 0, until: Timestamp::from_parts(until, 0) };
        compare(&mut closes, &[recorded; 2]);
        let [client, server] = closes;
        (client.elsewhere.rst, server.elsewhere.rst)
    }

    #[test]
    fn what_passed_one_place_only_was_sent_behind_the_other_or_lost() {
        let (both, talk, late) = (format!("{TALK}{RST}"), TALK, 4_000_000_000);
        let went_on = format!("{TALK}+0.1 B > A P. seq 5010 ack 1010 len 9 id 13\n");
        assert_eq!(told(&both, &went_on, late), (Passage::NeverLeft, Passage::Unknown));
        // It may have been missed there.
        assert_eq!(told(&both, talk, late), (Passage::Missing, Passage::Unknown));
        assert_eq!(told(talk, &both, late), (Passage::Unknown, Passage::NeverArrived));
        assert_eq!(told(&both, &both, late), (Passage::Left, Passage::Unknown));
        // A capture that had ended says nothing.
        assert_eq!(told(&both, talk, 1), (Passage::Unknown, Passage::Unknown));
    }

    #[test]
    fn a_place_is_nearer_by_its_ttls_or_by_the_way_between() {
        let both = [account(TALK, (64, 63)), account(TALK, (63, 64))];
        let client = both[0].client;
        assert_eq!((nearest(&both, client), nearest(&both, client.peer())), (Some(0), Some(1)));
        assert_eq!(nearest(&both[..1], client.peer()), Some(0));
        // The same TTL at both: what the client says is a moment later at the server, and the other way round.
        let at_server = TALK.replace("+0.01 ", "+0.001 ");
        let both = [account(TALK, (64, 64)), account(&at_server, (64, 64))];
        assert_eq!(nearest(&both, client.peer()), Some(1));
    }

    #[test]
    fn two_connections_between_the_same_ends_are_not_one() {
        let one = account(TALK, (64, 63));
        let numbers = |text: &str| {
            text.replace("seq 1", "seq 7")
                .replace("ack 1", "ack 7")
                .replace("seq 5", "seq 8")
                .replace("ack 5", "ack 8")
        };
        assert!(one.is_one_with(&account(&numbers(TALK), (63, 64))), "renumbered");
        assert!(!one.is_one_with(&account(&numbers(TALK).replace("id ", "id 4"), (63, 64))), "proxied");
        let reset = account("A > B R seq 7", (64, 63));
        assert!(reset.is_one_with(&account("A > B R seq 7", (63, 64))));
        assert!(!reset.is_one_with(&account("A > B R seq 8", (63, 64))));
    }
}
