//! What the place of the capture tells of a RST: how often it was captured, and which way it passed.

use crate::decode::Traits;
use crate::flow::{Copied, Look, Passage, Place, Reset, SAME_FRAME};

use super::{BASELINE, Baseline, CONVICTS, Doubt, claimed, doubt, initial_ttl, other_distance, own_before};
use crate::verdict::How;
use crate::verdict::ending::undelivered;
use crate::verdict::evidence::Evidence;

/// As many frames that were captured twice are no accident.
const SEEN_TWICE: u64 = 2;
/// Nor are as many, of both sides together, chance.
const DOUBLES: u64 = 5;

/// Captures of several places: one that is nearer to the host whose address it carries, and that held all else of the connection, never held
/// it. It was sent behind that place.
pub(super) fn never_passed(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let side = claimed(evidence, reset);
    let (weight, says) = match evidence.close.elsewhere.rst {
        Passage::NeverLeft => (CONVICTS + 1, "never held it: it was sent behind that"),
        Passage::Missing => (CONVICTS, "does not hold it"),
        _ => return None,
    };
    let says = format!("a capture nearer to the {side}, which went on, {says}");
    Some(doubt(reset.rst.frame, weight, says))
}

/// Captures of two places, merged: all else of the host passed both, and the RST only one. Either it was sent between them, or it got no
/// further. One that goes on in its host's count was lost at the other, unless that is where its host's segments pass first; so was one that
/// passed only there, and never reached whom it was for.
pub(super) fn came_once(evidence: &Evidence<'_>, reset: &Reset, baseline: &Baseline<'_>) -> Option<Doubt> {
    let doubles = &evidence.close.doubles;
    let of = |end| u64::from(doubles.segments(end));
    let twice = of(reset.by);
    // No more than so many are counted.
    let sent = reset.before.at(reset.by).packets.min(u8::MAX.into());
    // A mirror port that doubles some frames doubles few in a row.
    let many = twice >= SEEN_TWICE && twice + of(reset.by.peer()) >= DOUBLES;
    let all_twice = many && twice * 10 >= sent * 9;
    let missed = || undelivered::was_missed(evidence, claimed(evidence, reset).peer());
    let lost = || {
        baseline.goes_on_in(&reset.rst) && !never_left(evidence, reset)
            || passed_first_place_only(evidence, reset) && missed()
    };
    (all_twice && !is_copied(evidence, reset) && !lost()).then(|| {
        let side = claimed(evidence, reset);
        let weight = if never_left(evidence, reset) { CONVICTS } else { 2 };
        let says = format!(
            "it was captured once, though {twice} other segments of the {side} passed two places of the capture"
        );
        doubt(reset.rst.frame, weight, says)
    })
}

/// Was the RST not captured where all that its sender says comes first, although that capture went on: something of the connection was
/// captured there later? Then it was sent behind that place, unless just that frame was lost there.
pub(super) fn never_left(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    let close = evidence.close;
    if close.elsewhere.rst == Passage::NeverLeft {
        return true;
    }
    let mut own = own_before(evidence, reset).map(|own| own.file);
    let Some(near) = own.next().filter(|&near| own.all(|file| file == near)) else { return false };
    let elsewhere = |file| !close.is_one_capture(near, file);
    let far = close.doubles.looks(reset.by).any(|look| close.is_one_capture(look.place.file, reset.rst.file));
    let mut later = close.recent.iter().filter(|recent| recent.serial > reset.serial);
    elsewhere(reset.rst.file) && far && later.any(|recent| !elsewhere(recent.file))
}

/// Was it captured nowhere but where what its sender had said was captured first?
pub(in crate::verdict) fn passed_first_place_only(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    let several = evidence.close.doubles.are_of_several_places()
        && u64::from(evidence.close.doubles.segments(reset.by)) >= SEEN_TWICE;
    let place = Place::of(&reset.rst);
    let mut own = own_before(evidence, reset).peekable();
    several && own.peek().is_some() && own.all(|own| own.place() == place) && !is_copied(evidence, reset)
}

/// It left a host that captured it and had not come there, where all else of its sender came in: that host made it, or whoever translates
/// addresses on it.
pub(super) fn left_here(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let is_here = |one: u16, file: u16| evidence.close.is_one_capture(one, file);
    let left = |file: u16| {
        let mut here = reset.sightings().filter(|seen| is_here(seen.look.place.file, file));
        here.all(|seen| seen.look.place.goes_out())
    };
    let came_in = |file: u16| {
        let own: Vec<_> = own_before(evidence, reset).filter(|own| is_here(own.file, file)).collect();
        let twice = usize::from(evidence.close.doubles.segments(reset.by)) >= BASELINE;
        let mut again = evidence.close.doubles.looks(reset.by);
        let place = Place::of_capture(file);
        match own.len() {
            0 => twice && again.any(|look| evidence.close.is_one_place(look.place, place)),
            _ => own.len() >= BASELINE && own.iter().all(|own| !own.traits.has(Traits::OUTGOING)),
        }
    };
    let file = |seen: Copied| seen.look.place.file;
    reset.sightings().map(file).any(|file| left(file) && came_in(file)).then(|| {
        let side = claimed(evidence, reset);
        let says =
            format!("it left the host that captured it, to which all other segments of the {side} had come");
        doubt(reset.rst.frame, 2, says)
    })
}

/// The same of a RST that refuses a SYN: on other connections the server's segments come in to the host that this one left, and it has come no way
/// yet. One that has come some was passed on: where it came in it had another address, which that host translates.
pub(in crate::verdict) fn refused_here(evidence: &Evidence<'_>) -> Option<Doubt> {
    let refusal = evidence.reset().filter(|_| evidence.how == How::Refused);
    let reset = refusal.filter(|_| evidence.surroundings.server_comes_in)?;
    let file = reset.rst.file;
    let close = evidence.close;
    let mut here = reset.sightings().filter(|seen| close.is_one_capture(seen.look.place.file, file));
    let says =
        "it left the host that captured it, to which the server's own segments on other connections come";
    // Then it came from another distance too, unless that host's own TTL happens to be what is left of the server's.
    let weight = if other_distance(evidence).is_some() { CONVICTS } else { 2 };
    here.all(|seen| starts_here(seen.look)).then(|| doubt(reset.rst.frame, weight, says.to_owned()))
}

/// Did what looked like this leave the host that captured it, with a TTL that nobody has counted down?
pub(in crate::verdict) fn starts_here(look: Look) -> bool {
    look.place.goes_out() && look.ttl == initial_ttl(look.ttl)
}

/// It came over the loopback interface of the host that captured it, and the other side said nothing there: that host made it, in somebody
/// else's name. Its firewall rejects what goes out before a capture could see it (netfilter's OUTPUT comes before the tap).
pub(in crate::verdict) fn made_here(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let looped = |traits: Traits| traits.has(Traits::LOOPBACK);
    let others = || evidence.close.recent.iter().filter(|recent| recent.serial < reset.serial);
    if !looped(reset.rst.traits) || others().any(|recent| recent.by != reset.by && looped(recent.traits)) {
        return None;
    }
    let side = claimed(evidence, reset);
    let elsewhere = others().any(|recent| !looped(recent.traits));
    let says = match () {
        () if elsewhere => {
            "it came over this host's own loopback interface, and all else of the connection by another"
        }
        () if evidence.how == How::Refused => {
            "it came over this host's own loopback interface, and no SYN had passed there"
        }
        // Of a connection that nothing else is known of, its other segments may have come there before the capture began.
        () => return None,
    };
    let says = format!("{says}: it was made here, in the {side}'s name");
    let weight = if elsewhere { CONVICTS } else { 2 };
    Some(Doubt { decisive: elsewhere, ..doubt(reset.rst.frame, weight, says) })
}

/// Was this RST captured once more, as others of its sender were, or may the next one be that? Nothing identifies one that answers, and of
/// several that answer a burst each looks like the first, captured at its place.
fn is_copied(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    let once = Look::of(&reset.rst);
    let doubles = || evidence.close.doubles.looks(reset.by);
    let on_one_spot = own_before(evidence, reset).any(|own| doubles().any(|double| double == own.look()));
    let next = reset.after.at(reset.by).first_reset.filter(|next| {
        (next.seq, next.ack, next.flags) == (reset.rst.seq, reset.rst.ack, reset.rst.flags)
            && next.ts.since(reset.rst.ts) <= SAME_FRAME
    });
    let mut again = reset.copies.iter().map(|copy| copy.look).chain(next.map(|next| next.look()));
    again.any(|look| look != once || on_one_spot)
}
