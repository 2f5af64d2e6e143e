//! Words in a host's name that are not its own: somebody on the path answers faster than it does.

use crate::decode::Traits;
use crate::flow::{Recent, Side};

use crate::verdict::Fact;
use crate::verdict::evidence::Evidence;

/// Segments of a host that tell how all of them look.
const ENOUGH: usize = 3;

/// Data in a side's name that lacks the timestamps which all else of it has (RFC 7323 §3.2 wants them in every segment but RSTs), came another
/// way, and takes the place of what the side itself says later.
pub(in crate::verdict) fn not_its_own(evidence: &Evidence<'_>, side: Side) -> Option<Fact> {
    let by = evidence.close.end(side);
    let said = || evidence.close.recent.iter().filter(|recent| recent.by == by && !recent.flags.rst());
    let foreign = said().find(|words| {
        let own = || said().filter(|own| own.serial != words.serial);
        let here = |own: &Recent| evidence.close.is_one_place(own.place(), words.place());
        let unlike = |own: &Recent| own.traits.has(Traits::TIMESTAMPS) && own.ttl != words.ttl && here(own);
        let bare = words.len > 0 && !words.traits.has(Traits::TIMESTAMPS);
        bare && own().count() >= ENOUGH && own().all(unlike) && own().any(|own| replaces(own, words))
    })?;
    let says = format!(
        "{} bytes in the {side}'s name, without the timestamps and with another TTL than all that it sends, take the place of what it says later: somebody on the path answered for it",
        foreign.len
    );
    Some(Fact::at(foreign.frame, says))
}

fn replaces(own: &Recent, words: &Recent) -> bool {
    own.serial > words.serial && own.len > 0 && !own.seq.after(words.seq) && own.seq_end().after(words.seq)
}
