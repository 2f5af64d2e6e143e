//! The numbers with which a connection began. Each side chooses its own by chance, so that both tell it from all others.

use super::{Ground, Judged};

impl Judged<'_> {
    /// Those of the client and of the server, where both were seen to begin.
    #[must_use]
    pub fn numbers(&self) -> Option<[u32; 2]> {
        match &self.ground {
            Ground::Whole(evidence, ..) if evidence.close.handshake_seen() => {
                Some(evidence.close.initial_numbers().map(|number| number.0))
            }
            Ground::Whole(..) | Ground::Attempt(..) => None,
        }
    }
}
