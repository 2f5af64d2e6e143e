//! Who makes the segment with which an attempt begins: a kernel, or a program that writes segments of its own, as scanners do.

use crate::decode::Traits;
use crate::flow::Close;

/// Who makes it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    /// One of those that have `connect()`: they offer to scale windows, to stamp segments or to acknowledge selectively (RFC 7323, RFC 2018).
    Kernel,
    /// nmap, masscan and zmap offer nothing of that, or send what no connection begins with.
    Program,
}

/// What kernels offer, and what keeps that from being seen.
const OFFERS: Traits = Traits::WSCALE
    .with(Traits::TIMESTAMPS)
    .with(Traits::SACK_PERMITTED)
    .with(Traits::BAD_OPTIONS)
    .with(Traits::CUT);

impl Maker {
    /// Whose SYN has these?
    pub(super) const fn of_syn(traits: Traits) -> Self {
        if traits.has(OFFERS) { Self::Kernel } else { Self::Program }
    }

    /// Who made the first segment of this? Where that is not kept, it was one among many, as those of kernels are.
    pub(super) fn of(close: &Close) -> Self {
        let first = close.recent.first().filter(|first| first.is_at(close.start));
        first.map_or(
            Self::Kernel,
            |first| if close.is_probe() { Self::Program } else { Self::of_syn(first.traits) },
        )
    }
}
