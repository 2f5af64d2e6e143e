//! What is known of a connection with yes or no.

/// Yes-or-no facts about a connection, one bit each, so that a segment of the usual kind needs nothing of the cold part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts(u8);

impl Facts {
    /// A RST is recorded.
    pub(super) const RESET: Self = Self(1);
    /// The client's SYN waits for the end of the handshake, to measure it.
    pub(super) const SYN_PENDING: Self = Self(1 << 1);
    /// A SYN was put aside.
    pub(super) const STRAY: Self = Self(1 << 2);
    /// Frames of it came twice, so that even those that carry no identification are to be compared.
    pub(super) const DUPLICATED: Self = Self(1 << 3);
    /// What had been said at the first FIN is kept.
    pub(super) const SAID_AT_FIN: Self = Self(1 << 4);
    /// At least one side has sent a FIN.
    pub(super) const FIN: Self = Self(1 << 5);
    /// The last segment was sent by [`End::High`](super::key::End::High).
    pub(super) const HIGH_LAST: Self = Self(1 << 6);

    /// Only SYN, FIN and RST are captured.
    pub(super) const ENDS_ONLY: Self = Self(1 << 7);

    /// Those because of which the next segment may say more than a usual one.
    pub(super) const UNUSUAL: Self =
        Self(Self::RESET.0 | Self::SYN_PENDING.0 | Self::STRAY.0 | Self::SAID_AT_FIN.0 | Self::FIN.0);

    /// Those of a connection that holds elsewhere what few do.
    pub(super) const RARE: Self = Self(Self::RESET.0 | Self::STRAY.0);

    pub(super) const fn with(self, facts: Self) -> Self {
        Self(self.0 | facts.0)
    }

    pub(super) const fn has(self, facts: Self) -> bool {
        self.0 & facts.0 != 0
    }

    pub(super) const fn set(&mut self, facts: Self) {
        self.0 |= facts.0;
    }

    pub(super) const fn clear(&mut self, facts: Self) {
        self.0 &= !facts.0;
    }
}
