//! What is going on now, made from a frame once when it comes, so that drawing only draws.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use ahash::RandomState;

use crate::aggregate::{Peer, Series};
use crate::config::Listing;
use crate::time::{NANOS_PER_SEC, Span};
use crate::verdict::rules::RULES;
use crate::verdict::{Addr, Rule, Verdict};
use crate::view::text::counted;

use super::filter::Filter;
use super::{Frame, Phase};

/// What is called "now".
const NOW: Span = Span::from_secs(10);

/// Ends that the news are made of: enough to know who is hit most, and few enough to be gone through for every frame.
const NEWS: usize = 5_000;
/// Peers of a cause that are told apart.
const PEERS: usize = 1_000;

/// A cause as it is listed.
#[derive(Clone, Debug)]
pub(super) struct CauseRow {
    pub(super) rule: &'static Rule,
    /// Ends, as they are listed.
    pub(super) count: u64,
    /// Of these, in the last seconds.
    pub(super) now: u64,
    /// Whether there were more in these seconds than are gone through.
    pub(super) flood: Flood,
    /// Peers among the newest ends.
    pub(super) peers: usize,
    /// Whether older ends may have more peers.
    pub(super) reach: Reach,
    /// Its bad ends of the last minutes.
    pub(super) recent: Series,
    /// What its newest end advises.
    pub(super) advice: Option<String>,
}

/// Whether there were more ends in the last seconds than are gone through for every frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flood {
    None,
    Some,
}

/// How far back the newest ends of a cause go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// They are all there are.
    All,
    /// There were more, or more peers than are told apart.
    Newest,
}

/// What the newest ends tell about a cause.
#[derive(Default)]
struct Tally<'f> {
    listed: u64,
    now: u64,
    peers: HashSet<Addr, RandomState>,
    advice: Option<&'f str>,
}

/// The causes: those of now first, then the most frequent. Where the filter is about ends, they are those of the ends that fit, as far as these are
/// kept: what others ended by, and what to do about that, would lead astray.
pub(super) fn causes(frame: &Frame, listing: Listing, filter: &Filter) -> Vec<CauseRow> {
    let mut tallies: HashMap<&str, Tally<'_>, RandomState> = HashMap::default();
    let mut flood = Flood::None;
    let of_all = !filter.is_about_ends();
    let listed = frame.newest.iter().filter(|end| listing.lists(end));
    let listed = listed.filter(|end| of_all || filter.admits_end(end, frame)).zip(0..);
    for (end, place) in listed {
        let Some(name) = end.cause_name() else { continue };
        let tally = tallies.entry(name).or_default();
        tally.listed += 1;
        tally.advice = tally.advice.or_else(|| end.advice.as_deref());
        if tally.peers.len() < PEERS {
            tally.peers.insert(frame.peer(end));
        }
        if place < NEWS && is_now(frame, end) {
            tally.now += 1;
        } else if place == NEWS && is_now(frame, end) {
            flood = Flood::Some;
        }
    }
    let fitting = |rule: &Rule| tallies.get(rule.name).map_or(0, |tally| tally.listed);
    let count = |rule| if of_all { counted_for(frame, rule, listing) } else { fitting(rule) };
    // Of all that a cause had lately nobody knows which fit.
    let recent = |row: CauseRow| if of_all { row } else { CauseRow { recent: Series::default(), ..row } };
    let mut rows: Vec<CauseRow> = RULES
        .iter()
        .map(|&rule| (rule, count(rule)))
        .filter(|&(rule, count)| count > 0 && filter.admits_cause(rule))
        .map(|(rule, count)| CauseRow { flood, ..row(frame, rule, count, tallies.get(rule.name)) })
        .map(recent)
        .collect();
    rows.sort_by_key(|row| Reverse((row.now, row.count)));
    rows
}

fn counted_for(frame: &Frame, rule: &Rule, listing: Listing) -> u64 {
    let causes = frame.counts.totals.causes.iter();
    let of_rule = causes.filter(|cause| cause.rule.name == rule.name);
    of_rule.map(|cause| if listing == Listing::Harmful { cause.harmful } else { cause.all() }).sum()
}

fn row(frame: &Frame, rule: &'static Rule, count: u64, tally: Option<&Tally<'_>>) -> CauseRow {
    let none = Tally::default();
    let tally = tally.unwrap_or(&none);
    CauseRow {
        rule,
        count,
        now: tally.now,
        flood: Flood::None,
        peers: tally.peers.len(),
        reach: if tally.listed < count || tally.peers.len() >= PEERS { Reach::Newest } else { Reach::All },
        recent: frame.counts.totals.recent(rule.name).seen_at(frame.taken),
        advice: tally.advice.map(str::to_owned),
    }
}

/// Why an end came, or how it ended.
pub(super) fn why(end: &Verdict) -> &'static str {
    end.cause_name().unwrap_or_else(|| end.how.word())
}

/// Nothing is now in a capture that was read to its end.
pub(super) fn is_now(frame: &Frame, end: &Verdict) -> bool {
    frame.phase == Phase::Live && frame.taken.since(end.end_time) <= NOW
}

/// The news in a sentence, and whom it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    pub(super) sentence: String,
    subject: Option<Subject>,
}

/// A peer, and what happens with it.
type Subject = (Addr, &'static str);

/// Who is hit most now, and by what; of a capture, who was hit most. What was the news `before` stays it until another is
/// hit clearly more, so that it can be read.
pub(super) fn news(frame: &Frame, before: Option<&News>) -> News {
    match frame.phase {
        Phase::Finished => News { sentence: of_all(frame), subject: None },
        Phase::Live => of_now(frame, before.and_then(|news| news.subject)),
    }
}

fn of_all(frame: &Frame) -> String {
    let totals = &frame.counts.totals;
    let Some(worst) = worst(frame) else {
        if totals.connections == 0 {
            return "There is no TCP connection to report on.".to_owned();
        }
        return format!("No program was hurt in {}.", counted(totals.connections, "connection"));
    };
    let (bad, all) = (worst.counts.bad_ends, counted(worst.counts.connections, "connection"));
    let mostly = worst.worst_cause.map_or(String::new(), |rule| format!(", mostly {}", rule.name));
    format!("Worst: {}, {bad} of {all} ended badly{mostly}{}", worst.addr, name_behind(frame, worst.addr))
}

/// The name of an address, if it has one, behind what is said of it: names are long, and where there is no room it is they that are cut.
fn name_behind(frame: &Frame, addr: Addr) -> String {
    frame.names.get(&addr).map_or(String::new(), |name| format!(" [{name}]"))
}

/// Who was hit most. Where nobody knows who "we" are both ends of every connection are listed: of two that share all of theirs the one that
/// reset them comes first.
fn worst(frame: &Frame) -> Option<&Peer> {
    let list = &frame.counts.peers.list;
    let most = list.first().map(|peer| peer.counts.bad_ends).filter(|&bad| bad > 0)?;
    let equal = list.iter().take_while(|peer| peer.counts.bad_ends == most);
    equal.min_by_key(|peer| Reverse(peer.counts.resets))
}

fn of_now(frame: &Frame, before: Option<Subject>) -> News {
    let mut counts: HashMap<Subject, u64, RandomState> = HashMap::default();
    let mut now = frame.newest.iter().take_while(|end| is_now(frame, end)).filter(|end| end.is_bad_end());
    for end in now.by_ref().take(NEWS) {
        *counts.entry((frame.peer(end), why(end))).or_default() += 1;
    }
    let at_least = if now.next().is_some() { "at least " } else { "" };
    let worst = counts.iter().max_by_key(|&(subject, count)| (count, subject));
    let Some((&worst, &most)) = worst else {
        return News { sentence: quiet(frame), subject: None };
    };
    let count_of = |subject: &Subject| counts.get(subject).copied().unwrap_or(0);
    let subject = before.filter(|subject| count_of(subject) * 3 >= most * 2).unwrap_or(worst);
    let (count, (addr, cause)) = (count_of(&subject), subject);
    let all: u64 = counts.iter().filter(|((of, _), _)| *of == addr).map(|(_, count)| count).sum();
    let (bad, these) =
        (counted(all, "bad end"), if count < all { format!("{count} of them ") } else { String::new() });
    let seconds = NOW.as_nanos() / NANOS_PER_SEC;
    let name = name_behind(frame, addr);
    let sentence = format!("{addr}: {at_least}{bad} in {seconds} s, {these}{cause}{name}");
    News { sentence, subject: Some(subject) }
}

fn quiet(frame: &Frame) -> String {
    if frame.health.intake.frames == 0 {
        // An interface that is down, for one, is said there.
        let why = frame.health.notices.last().map(|notice| format!(" {notice}"));
        return format!("Waiting for the first frame.{}", why.unwrap_or_default());
    }
    match frame.newest.iter().find(|end| end.is_bad_end()) {
        Some(last) => format!("No bad end for {}.", frame.taken.since(last.end_time)),
        None => "No bad end so far.".to_owned(),
    }
}
