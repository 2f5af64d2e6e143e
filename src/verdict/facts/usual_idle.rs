//! After what idle time a server closes its connections, by what it did to others.

use std::fmt;

use crate::context::LearnedIdle;
use crate::time::Span;
use crate::verdict::Evidence;
use crate::verdict::talk::race;

use super::idle;

/// A few seconds are round by chance, or by the hand of whoever restarts a server.
const TELLING: Span = Span::from_secs(5);

/// Below this share of an idle time, one part in so many, two are told as one.
const SAME: u64 = 20;

/// An idle time after which a server closes, this connection and others.
pub(in crate::verdict) struct UsualIdle {
    /// The shortest that was seen: below it a client is safe.
    pub(in crate::verdict) shortest: Span,
    longest: Span,
    learned: LearnedIdle,
}

impl UsualIdle {
    /// What is known of it: at two moments at least it closed after the same time, and this connection after about as long.
    pub(in crate::verdict) fn of(evidence: &Evidence<'_>) -> Option<Self> {
        let (shortest, longest, learned) = known(evidence)?;
        let idle = evidence.idle_before.filter(|&idle| learned.is_alike(idle))?;
        Some(Self { shortest: shortest.min(idle), longest: longest.max(idle), learned })
    }

    /// The same of a server that closed this connection after another idle time.
    pub(in crate::verdict) fn of_others(evidence: &Evidence<'_>) -> Option<Self> {
        let (shortest, longest, learned) = known(evidence)?;
        let other = evidence.idle_before.is_some_and(|idle| !learned.is_alike(idle));
        other.then_some(Self { shortest, longest, learned })
    }
}

fn known(evidence: &Evidence<'_>) -> Option<(Span, Span, LearnedIdle)> {
    let learned = evidence.surroundings.learned_idle.filter(|learned| learned.fitting > 1)?;
    let [shortest, longest] = learned.range;
    Some((shortest, longest, learned))
}

/// `3.37 s to 4.01 s idle (14 of the last 16 times)`.
impl fmt::Display for UsualIdle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shortest, longest, learned } = self;
        write!(f, "{shortest}")?;
        if (longest.as_nanos() - shortest.as_nanos()).saturating_mul(SAME) > longest.as_nanos() {
            write!(f, " to {longest}")?;
        }
        f.write_str(" idle")?;
        if learned.alike < learned.of {
            write!(f, " ({} of the last {} times)", learned.alike, learned.of)
        } else {
            write!(f, " (so it was the last {} times)", learned.of)
        }
    }
}

/// What the idle time was after which a server had closed what its client used again, by what it did to others, and what to do about it.
pub(in crate::verdict) fn advice_on_reuse(evidence: &Evidence<'_>) -> String {
    if let Some(usual) = UsualIdle::of(evidence) {
        let shortest = usual.shortest;
        return format!(
            "Your client reused a connection that the server had closed for idleness: it closes after {usual}. Set the client pool's idle timeout below {shortest}, or the server's above it."
        );
    }
    let idle = idle(evidence);
    let reused = format!("Your client reused a connection that the server had closed after {idle} idle");
    if let Some(usual) = UsualIdle::of_others(evidence) {
        return format!(
            "{reused}; others it closes after {usual}: a restart or reload just then, or another limit. The client pool's idle timeout has to be below both."
        );
    }
    if is_round(evidence) {
        return format!(
            "Your client reused a connection that the server closes after {idle} idle. Set the client pool's idle timeout below {idle}, or the server's above it."
        );
    }
    format!(
        "{reused}. It had closed so only once here by then: a restart or reload just then, or a keep-alive timeout of that length, below which the client pool's has to be."
    )
}

/// Is the silence a round number of seconds, as timeouts are?
fn is_round(evidence: &Evidence<'_>) -> bool {
    evidence.idle_before.is_some_and(|idle| idle >= TELLING && race::is_round(idle))
}
