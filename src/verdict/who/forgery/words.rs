//! Words in a host's name that are not its own: somebody on the path answers faster than it does.

use crate::decode::Traits;
use crate::flow::{Close, Fin, Marks, Recent, Side};

use super::{BASELINE, in_reach};
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

/// Is a FIN with a side's address not its own? All else of that side that is kept has timestamps, which belong in every segment but RSTs (RFC
/// 7323 §3.2), and goes on in a count or came from one distance, and the FIN does neither.
pub(in crate::verdict) fn is_foreign_fin(close: &Close, fin: &Fin) -> bool {
    let Some(words) = close.recent.iter().rev().find(|recent| recent.serial == fin.serial) else {
        return false;
    };
    if words.traits.has(Traits::TIMESTAMPS) || !close.halves.at(words.by).marks.has(Marks::TIMESTAMPS) {
        return false;
    }
    let own = || {
        let said = close.recent.iter().filter(|own| own.by == words.by && !own.flags.rst());
        said.filter(|own| own.serial != words.serial)
    };
    let far = |own: &Recent| own.ttl != words.ttl && close.is_one_place(own.place(), words.place());
    let counted = own().filter(|own| own.ip_id != 0).count() >= BASELINE;
    let uncounted = counted && own().all(|own| own.ip_id == 0 || !is_near(own.ip_id, words.ip_id));
    let stamped = own().count() >= ENOUGH && own().all(|own| own.traits.has(Traits::TIMESTAMPS));
    stamped && (uncounted || own().all(far))
}

/// May one host have given both identifications to segments of one connection, in whichever order?
const fn is_near(one: u16, other: u16) -> bool {
    in_reach(one, other) || in_reach(other, one)
}

fn replaces(own: &Recent, words: &Recent) -> bool {
    own.serial > words.serial && own.len > 0 && !own.seq.after(words.seq) && own.seq_end().after(words.seq)
}

#[cfg(test)]
mod tests {
    use crate::flow::Side;
    use crate::verdict::example::verdict;

    /// A device swallows a request, answers it for the server and closes, and has reset the server.
    #[test]
    fn a_fin_that_bears_none_of_its_sides_marks_is_not_its_own() {
        let get =
            |tsval: u32| format!("A > B P. tsval {tsval} \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n");
        let open = format!(
            "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 2\n{}B > A . tsval 3\n\
B > A P. tsval 3 \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B . tsval 4\n+0.2 {}",
            get(3),
            get(204)
        );
        let told = |marks: &str| {
            let answer = "\"HTTP/1.1 302 Found\\r\\nContent-Length: 0\\r\\n\\r\\n\"";
            verdict(&format!("{open}+0.02 B > A FP. {marks} {answer}\nA > B . tsval 225\n+0.04 B > A R"))
        };
        let forged = told("id 9000");
        assert_eq!(
            (forged.fin_by, forged.cause_name()),
            (None, Some("unexplained")),
            "{:?}",
            forged.evidence
        );
        assert!(forged.evidence.iter().any(|fact| fact.fact.contains("is not its own: it has neither")));
        assert_eq!(forged.client_sees.read, Some("EOF"));
        assert!(forged.advice.is_some_and(|advice| advice.starts_with("The server did not close")));
        // One mark alone is a habit.
        for marks in ["id 9000 tsval 225", ""] {
            assert_eq!(told(marks).fin_by, Some(Side::Server), "{marks}");
        }
    }
}
