//! The last segments between the two sides, as far as they are still known: what a person would look for in a packet list.

use crate::decode::{Flags, SeqNumber};
use crate::flow::{Close, End, LADDER, Recent, Side};
use crate::time::Timestamp;

use super::Evidence;

/// A segment on its way from one side to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The number of its frame.
    pub frame: u64,
    /// When it was captured.
    pub time: Timestamp,
    /// Whose address it carries.
    pub by: Side,
    /// Its flags.
    pub flags: Flags,
    /// Bytes beyond the sender's initial sequence number, as Wireshark counts; as on the wire where that is not known.
    pub seq: u32,
    /// The same of the other side; `None` without ACK.
    pub ack: Option<u32>,
    /// Payload bytes.
    pub len: u32,
    /// What it did.
    pub effect: Effect,
    /// As many segments before it are left out: of what comes behind a RST only the last is shown.
    pub left_out: u64,
}

/// What a segment did to its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It was a part of it.
    Ordinary,
    /// It ended it: the RST that took effect, else the first FIN.
    Fatal,
}

/// The rungs, oldest first.
pub(super) fn of(evidence: &Evidence<'_>) -> Vec<Rung> {
    let fatal = fatal(evidence);
    let left_out = left_out(evidence);
    let rung = |recent: &Recent| {
        let before = left_out.filter(|(first, _)| *first == recent.serial).map_or(0, |(_, count)| count);
        Rung { left_out: before, ..rung(evidence.close, recent, fatal) }
    };
    let recent = &evidence.close.recent;
    recent.iter().skip(recent.len().saturating_sub(LADDER)).map(rung).collect()
}

/// The first that is known behind the RST, and how many were before it that are not.
fn left_out(evidence: &Evidence<'_>) -> Option<(u64, u64)> {
    let reset = evidence.close.reset.as_deref()?;
    let behind = || evidence.close.recent.iter().filter(|recent| recent.serial > reset.serial);
    let first = behind().next()?.serial;
    let count = |end: End| {
        let after = reset.after.at(end);
        u64::from(after.segments) + u64::from(after.resets)
    };
    let all = count(End::Low) + count(End::High);
    Some((first, all.saturating_sub(behind().count() as u64)))
}

/// Which of all segments ended it: the RST that took effect, else the first FIN.
fn fatal(evidence: &Evidence<'_>) -> Option<u64> {
    let rst = evidence.reset().map(|reset| reset.serial);
    let fins = &evidence.close.fins;
    let fin = [Side::Client, Side::Server].map(|side| *fins.at(evidence.close.end(side)));
    rst.or_else(|| fin.into_iter().flatten().map(|fin| fin.serial).min())
}

fn rung(close: &Close, recent: &Recent, fatal: Option<u64>) -> Rung {
    let by = close.side(recent.by);
    let beyond = |number: SeqNumber, side: Side| {
        let half = close.half(side);
        if half.seen() { number.minus(half.iss.0).0 } else { number.0 }
    };
    Rung {
        frame: recent.frame,
        time: recent.ts,
        by,
        flags: recent.flags,
        seq: beyond(recent.seq, by),
        ack: recent.flags.ack().then(|| beyond(recent.ack, by.peer())),
        len: recent.len,
        effect: if fatal == Some(recent.serial) { Effect::Fatal } else { Effect::Ordinary },
        left_out: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::example;
    use crate::verdict::rules::RULES;

    fn ladder_of(cause: &str) -> Vec<Rung> {
        let rule = RULES.iter().find(|rule| rule.name == cause).unwrap();
        example::of(rule).unwrap().verdict.ladder
    }

    #[test]
    fn numbers_count_from_the_initial_ones_and_the_rst_is_marked() {
        let rungs = ladder_of("stale_keepalive");
        let syn = rungs[0];
        assert_eq!((syn.by, syn.seq, syn.ack, syn.len), (Side::Client, 0, None, 0));
        assert_eq!((rungs[1].by, rungs[1].seq, rungs[1].ack), (Side::Server, 0, Some(1)));
        let fatal: Vec<&Rung> = rungs.iter().filter(|rung| rung.effect == Effect::Fatal).collect();
        assert!(matches!(fatal[..], [rung] if rung.flags.rst()), "{rungs:#?}");
        assert!(rungs.is_sorted_by_key(|rung| rung.time));
    }

    #[test]
    fn where_no_rst_ended_it_the_first_fin_did() {
        let rungs = ladder_of("no_response");
        let fatal: Vec<&Rung> = rungs.iter().filter(|rung| rung.effect == Effect::Fatal).collect();
        assert!(matches!(fatal[..], [rung] if rung.flags.fin() && rung.by == Side::Server), "{rungs:#?}");
        assert!(rungs.len() <= 16);
    }
}
