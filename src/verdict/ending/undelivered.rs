//! A RST that its receiver never got, or got too late: it goes on asking the same for longer than anything can have been under way, the RST
//! passed only the nearer of two places, or its receiver had got further.

use crate::flow::{End, Passage, Recent, Side};
use crate::time::Span;
use crate::verdict::evidence::Evidence;
use crate::verdict::who::forgery;
use crate::verdict::{Fact, How, Sender};

/// No path holds a segment back for as long.
const LONG: Span = Span::from_secs(1);

/// The last repetition of who was reset, and whose it is: a host that had the RST has no socket that could repeat anything.
fn last_repetition<'a>(evidence: &'a Evidence<'_>) -> Option<(Side, &'a Recent)> {
    let by = evidence.reset()?.by.peer();
    Some((evidence.close.side(by), repeated_after(evidence, by)?))
}

/// What this end still repeats long after the RST, be it new or what the RST answers.
fn repeated_after<'a>(evidence: &'a Evidence<'_>, by: End) -> Option<&'a Recent> {
    let reset = evidence.reset().filter(|_| evidence.how.by_rst())?;
    let (first, last) = (reset.after.at(by).first.as_ref()?, reset.after.at(by).last.as_ref()?);
    let same = |said: &&Recent| (said.seq, said.len) == (last.seq, last.len);
    // A retransmission comes twice as late each time; what a capture of another clock holds once more comes in a row. Its host may have said
    // something else before.
    let kept = evidence.close.recent.iter().filter(|said| said.by == by && said.file == last.file);
    let mut copies = kept.chain([first]).filter(same).filter(|copy| copy.ts > reset.rst.ts);
    let again = copies.any(|copy| last.ts.since(copy.ts) >= LONG);
    let answered = reset.prompt.as_ref().filter(|prompt| prompt.by == by && prompt.file == last.file);
    let anew = answered.filter(same).is_some_and(|_| last.ts.since(reset.rst.ts) >= LONG);
    (last.len > 0 && (again || anew)).then_some(last)
}

/// Does this side, in whose name somebody spoke, repeat itself though it is answered with RSTs? They do not reach it.
pub(in crate::verdict) fn is_deaf(evidence: &Evidence<'_>, side: Side) -> bool {
    repeated_after(evidence, evidence.close.end(side)).is_some()
}

/// Did this side never get the RST, or do nothing about it because it had got further?
pub(in crate::verdict) fn was_missed(evidence: &Evidence<'_>, side: Side) -> bool {
    let missed = last_repetition(evidence).is_some_and(|(by, _)| by == side);
    let receiver = evidence.reset().map(|reset| evidence.close.side(reset.by).peer());
    let lost = || evidence.close.elsewhere.rst == Passage::NeverArrived || came_too_late(evidence).is_some();
    missed || receiver == Some(side) && lost()
}

/// By how many bytes the receiver of the only RST had got further.
fn came_too_late(evidence: &Evidence<'_>) -> Option<i32> {
    let reset = evidence.reset().filter(|reset| reset.after.at(reset.by).resets == 0)?;
    let got = forgery::overtaken_by(evidence.close, reset).filter(|_| evidence.how == How::Reset)?;
    Some(got.offset_from(reset.rst.seq))
}

/// Captures of two places, merged: the RST came by the one that its sender's segments pass first, and not by the other, which half of those
/// and more had passed as well. Lost between them, or that capture had ended: nobody knows what its receiver saw.
pub(in crate::verdict) fn stayed_behind(evidence: &Evidence<'_>) -> Option<Fact> {
    let reset = evidence.reset().filter(|_| evidence.how.by_rst())?;
    let sender = matches!(evidence.rst_by, Some(Sender::Side(_)));
    let twice = u64::from(evidence.close.doubles.segments(reset.by));
    let behind =
        twice * 2 > reset.before.at(reset.by).packets && forgery::passed_first_place_only(evidence, reset);
    let says =
        "it was captured once, where its sender's segments pass first: whether it arrived, nobody knows";
    (sender && behind).then(|| Fact::at(reset.rst.frame, says))
}

/// What tells so.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    if let Some(more) = came_too_late(evidence) {
        let receiver = evidence.close.side(evidence.reset()?.by).peer();
        let says = format!(
            "the {receiver} acknowledges {more} bytes more than that RST allows: it had no effect there"
        );
        return Some(Fact::of_all(says));
    }
    let reset = evidence.reset()?;
    if evidence.close.elsewhere.rst == Passage::NeverArrived {
        let receiver = evidence.close.side(reset.by).peer();
        let says = format!(
            "a capture nearer to the {receiver}, which went on, never held it: it was lost on the way, or taken away"
        );
        return Some(Fact::at(reset.rst.frame, says));
    }
    let Some((side, last)) = last_repetition(evidence) else { return stayed_behind(evidence) };
    let later = last.ts.since(evidence.reset()?.rst.ts);
    let says = format!("the {side} still repeats itself {later} after that RST: it never got there");
    Some(Fact::at(last.frame, says))
}
