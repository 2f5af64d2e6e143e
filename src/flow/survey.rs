//! Which captures were made at different places: those that hold the same frames, at other times.
//!
//! Files that a capture was cut into hold no frame twice, and neither do those of its two directions. What identifies a frame are its ends
//! and what its sender's IP and timestamps count; its numbers may have been changed on the way. Where its ends have been, by a device that
//! translates addresses, the numbers of a handshake identify it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};

use crate::decode::{Endpoint, Flags, Segment, Traits};
use crate::time::{Span, Timestamp};

use super::places::{PLACES, Places, Recorded};

/// Frames that are remembered, about.
const REMEMBERED: usize = 1 << 16;
/// Captures that may hold a frame, of those that are remembered.
const HOLDERS: usize = PLACES;
/// As many frames that two captures both hold are no accident.
const IN_BOTH: usize = 2;
/// Captures that do not overlap were made one after the other, unless one in so many frames of the smaller one is in both: then a clock is
/// wrong.
const OF_SMALLER: usize = 10;
/// Several queues of a card are not in order.
const OVERLAP: Span = Span::from_millis(10);
/// Nobody connects twice from one port so soon: two SYNs are one, or those of two connections that a proxy made of one.
const SAME_SYN: Span = Span::from_secs(3);
/// Differences between clocks that are kept of two captures.
const SAMPLES: usize = 256;
/// Pairs of captures that hold the same frames, of which that is known: more than anybody makes.
const PAIRS: usize = 4096;

/// What is known so far.
pub struct Survey {
    slots: Vec<Slot>,
    handshakes: Vec<Option<Handshake>>,
    captures: BTreeMap<u16, Extent>,
    /// By how much the second of two captures is ahead, for frames that both hold.
    met: BTreeMap<(u16, u16), Met>,
}

/// A frame, and where it was captured of late.
#[derive(Clone, Copy, Default)]
struct Slot {
    mark: u64,
    held: [(u16, Timestamp); HOLDERS],
    count: u8,
}

/// A SYN+ACK and where it was captured first.
#[derive(Clone, Copy)]
struct Handshake {
    numbers: (u32, u32),
    ends: (Endpoint, Endpoint),
    file: u16,
    ts: Timestamp,
}

#[derive(Clone, Copy)]
struct Extent {
    first: Timestamp,
    last: Timestamp,
    frames: usize,
}

#[derive(Clone, Default)]
struct Met {
    count: usize,
    /// Of handshakes with the same numbers under other addresses.
    translated: usize,
    ahead: Vec<i64>,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            slots: vec![Slot::default(); REMEMBERED],
            handshakes: vec![None; REMEMBERED],
            captures: BTreeMap::new(),
            met: BTreeMap::new(),
        }
    }
}

impl Survey {
    /// Takes note of a segment; they may come in any order.
    pub fn note(&mut self, segment: &Segment) {
        let &Segment { file, ts, .. } = segment;
        let extent = self.captures.entry(file).or_insert(Extent { first: ts, last: ts, frames: 0 });
        *extent =
            Extent { first: extent.first.min(ts), last: extent.last.max(ts), frames: extent.frames + 1 };
        self.note_handshake(segment);
        let mark = mark(segment);
        let Some(slot) = usize::try_from(mark).ok().and_then(|at| self.slots.get_mut(at % REMEMBERED)) else {
            return;
        };
        if slot.mark != mark {
            *slot = Slot { mark, ..Slot::default() };
        }
        for &(other, then) in slot.held.iter().take(usize::from(slot.count)) {
            if other != file && then != ts && may_be_one(segment, then) {
                let (met, ahead) = meet(&mut self.met, (other, then), (file, ts));
                if let Some(met) = met {
                    met.count += 1;
                    met.note(ahead);
                }
            }
        }
        slot.keep(file, ts);
    }

    /// A SYN+ACK under other addresses in another capture: each side chose its number by chance, so that it is the same one.
    fn note_handshake(&mut self, segment: &Segment) {
        let &Segment { file, ts, seq, ack, src, dst, flags, .. } = segment;
        if !flags.syn() || !flags.ack() {
            return;
        }
        let new = Handshake { numbers: (seq.0, ack.0), ends: (src, dst), file, ts };
        let hash = seeded().hash_one(new.numbers);
        let at = usize::try_from(hash).unwrap_or_default() % REMEMBERED;
        let Some(slot) = self.handshakes.get_mut(at) else { return };
        let Some(first) = slot.filter(|first| first.numbers == new.numbers) else {
            *slot = Some(new);
            return;
        };
        let addresses = |(one, other): (Endpoint, Endpoint)| (one.addr, other.addr);
        if first.file != file && addresses(first.ends) != addresses(new.ends) {
            let (met, ahead) = meet(&mut self.met, (first.file, first.ts), (file, ts));
            if let Some(met) = met {
                met.translated += 1;
                met.note(ahead);
            }
        }
    }

    /// What follows from it.
    #[must_use]
    pub fn places(&self) -> Places {
        let most = self.captures.keys().last().map_or(0, |&last| usize::from(last) + 1);
        let mut of_capture: Vec<u8> = vec![0; most];
        let mut before: Vec<Vec<u16>> = vec![Vec::new(); most];
        for &(one, other) in self.met.keys().filter(|(one, other)| self.are_apart(*one, *other)) {
            before[usize::from(other)].push(one);
        }
        let last = u8::try_from(PLACES - 1).unwrap_or(0);
        for (capture, others) in before.iter().enumerate() {
            let taken = |place: u8| others.iter().any(|&other| of_capture[usize::from(other)] == place);
            of_capture[capture] = (0..last).find(|&place| !taken(place)).unwrap_or(last);
        }
        let count = of_capture.iter().max().map_or(1, |most| most + 1);
        let spans = (0..count).map(|place| self.recorded(place, &of_capture)).collect();
        Places::new(of_capture, spans)
    }

    fn are_apart(&self, one: u16, other: u16) -> bool {
        let Some(met) = self.met.get(&(one.min(other), one.max(other))) else { return false };
        let Some((one, other)) = self.captures.get(&one).zip(self.captures.get(&other)) else { return false };
        let overlap = one.last.min(other.last).since(one.first.max(other.first)) > OVERLAP;
        let enough = if overlap { 0 } else { one.frames.min(other.frames) / OF_SMALLER };
        // What comes later may be of a program that always counts from the same numbers.
        met.count >= enough.max(IN_BOTH) || overlap && met.translated > 0
    }

    /// When a place was recorded, and how its clock goes by that of the first.
    fn recorded(&self, place: u8, of_capture: &[u8]) -> Recorded {
        let at = |capture: u16| of_capture.get(usize::from(capture)).copied();
        let here = self.captures.iter().filter(|(capture, _)| at(**capture) == Some(place));
        let until = here.map(|(_, extent)| extent.last).max().unwrap_or(Timestamp::ZERO);
        let mut ahead: Vec<i64> = Vec::new();
        for (&(one, other), met) in &self.met {
            match (at(one), at(other)) {
                (Some(0), Some(there)) if there == place && place != 0 => ahead.extend(&met.ahead),
                (Some(there), Some(0)) if there == place && place != 0 => {
                    ahead.extend(met.ahead.iter().map(|ahead| -ahead));
                }
                _ => {}
            }
        }
        ahead.sort_unstable();
        Recorded { ahead: ahead.get(ahead.len() / 2).copied().unwrap_or(0), until }
    }
}

impl Slot {
    /// One capture more, or the same one again; where there are too many, the first is forgotten.
    fn keep(&mut self, file: u16, ts: Timestamp) {
        let known = self.held.iter().take(usize::from(self.count)).position(|&(other, _)| other == file);
        if let Some(known) = known {
            self.held[known].1 = ts;
        } else if usize::from(self.count) < HOLDERS {
            self.held[usize::from(self.count)] = (file, ts);
            self.count += 1;
        } else {
            self.held.rotate_left(1);
            self.held[HOLDERS - 1] = (file, ts);
        }
    }
}

impl Met {
    fn note(&mut self, ahead: i64) {
        if self.ahead.len() < SAMPLES {
            self.ahead.push(ahead);
        }
    }
}

/// What is known of two captures that hold the same frame, if there is room for it, and by how much the second of them is ahead.
fn meet(
    all: &mut BTreeMap<(u16, u16), Met>,
    (other, then): (u16, Timestamp),
    (file, ts): (u16, Timestamp),
) -> (Option<&mut Met>, i64) {
    let (pair, ahead) = if other < file {
        ((other, file), difference(ts, then))
    } else {
        ((file, other), difference(then, ts))
    };
    let room = all.len() < PAIRS || all.contains_key(&pair);
    (room.then(|| all.entry(pair).or_default()), ahead)
}

/// The same in every run.
fn seeded() -> ahash::RandomState {
    ahash::RandomState::with_seeds(1, 2, 3, 4)
}

/// May `segment` be the one that was captured elsewhere `then`?
fn may_be_one(segment: &Segment, then: Timestamp) -> bool {
    let apart = segment.ts.apart(then);
    !segment.flags.syn() || apart <= SAME_SYN
}

fn difference(later: Timestamp, earlier: Timestamp) -> i64 {
    let nanos = |ts: Timestamp| i64::try_from(ts.as_nanos()).unwrap_or(i64::MAX);
    nanos(later).saturating_sub(nanos(earlier))
}

/// A number for a frame wherever it is captured: of a SYN, for whatever opens that connection; of what neither counts, its numbers.
fn mark(segment: &Segment) -> u64 {
    let &Segment { src, dst, flags, len, ip_id, tsval, seq, ack, traits, .. } = segment;
    let mut hasher = seeded().build_hasher();
    let flags = flags.0 & !Flags::PSH.0;
    (src, dst, flags).hash(&mut hasher);
    if segment.flags.syn() {
        return hasher.finish();
    }
    let stamped = traits.has(Traits::TIMESTAMPS);
    (len, ip_id, tsval).hash(&mut hasher);
    if ip_id == 0 || !stamped {
        (seq.0, ack.0).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::script::{self, Scripted};

    fn places(text: &str) -> Vec<u8> {
        let mut survey = Survey::default();
        for played in script::parse(text).unwrap() {
            if let Scripted::Segment(segment, _) = played {
                survey.note(&segment);
            }
        }
        let places = survey.places();
        (0..4).map(|capture| places.of(capture)).collect()
    }

    const TALK: [&str; 5] = [
        "A > B S seq 1000 id 7",
        "B > A S. seq 5000 ack 1001 id 0",
        "A > B . seq 1001 ack 5001 id 8",
        "A > B P. seq 1001 ack 5001 len 9 id 9",
        "B > A . seq 5001 ack 1010 id 4",
    ];

    fn in_files(files: &[u16]) -> String {
        let line = |line: &&str| {
            let each = files.iter().map(|file| format!("+0.004 {line} file {file}\n"));
            each.collect::<String>()
        };
        TALK.iter().map(line).collect()
    }

    #[test]
    fn captures_that_hold_the_same_frames_are_of_several_places() {
        assert_eq!(places(&in_files(&[0, 1])), [0, 1, 0, 0]);
        assert_eq!(places(&in_files(&[0, 1, 2])), [0, 1, 2, 0]);
        assert_eq!(places(&in_files(&[2, 0, 1])), [0, 1, 2, 0]);
    }

    #[test]
    fn one_that_was_cut_in_pieces_is_of_one_place() {
        let later = in_files(&[1]).replace("id ", "id 1").replace("A >", "C >").replace("> A", "> C");
        assert_eq!(places(&(in_files(&[0]) + &later)), [0; 4]);
        let each_way: String =
            TALK.map(|line| format!("{line} file {}\n", u8::from(line.starts_with('B')))).concat();
        assert_eq!(places(&each_way), [0; 4]);
        // The same frames at the same time are a copy.
        let copied: String = TALK.map(|line| format!("+1 {line} file 0\n+0 {line} file 1\n")).concat();
        assert_eq!(places(&copied), [0; 4]);
    }

    /// Another client's address behind the device, and the same numbers; pieces of one capture do not overlap.
    #[test]
    fn captures_before_and_behind_address_translation_are_of_two_places() {
        let behind = |line: &str| line.replace("A >", "C >").replace("> A", "> C");
        let both: String =
            TALK.map(|line| format!("{line} file 0\n+0.004 {} file 1\n", behind(line))).concat();
        let both = both.replace("id ", "id 3");
        assert_eq!(places(&both), [0, 1, 0, 0]);
        // It rewrites numbers too: then nothing tells.
        let renumbered = both.replace("seq 5000 ack 1001 id 30 file 1", "seq 7000 ack 1001 id 30 file 1");
        assert_ne!(renumbered, both);
        assert_eq!(places(&renumbered), [0; 4]);
    }

    /// Each place's capture in two pieces.
    #[test]
    fn pieces_of_several_places_are_put_together() {
        let later = in_files(&[2, 3]).replace("id ", "id 1").replace("A >", "C >").replace("> A", "> C");
        assert_eq!(places(&(in_files(&[0, 1]) + &later)), [0, 1, 0, 1]);
    }

    /// A proxy keeps addresses and ports and makes two connections of one.
    #[test]
    fn two_connections_between_the_same_ends_are_of_two_places() {
        let other = |line: &str| line.replace("1000", "7000").replace("1001", "7001").replace("id ", "id 3");
        let legs: String =
            TALK.map(|line| format!("{line} file 0\n+0.004 {} file 1\n", other(line))).concat();
        assert_eq!(places(&legs), [0, 1, 0, 0]);
    }
}
