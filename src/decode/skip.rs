//! Why a frame is not a segment. Nothing is dropped in silence: every frame that is no segment has one of these,
//! and the counts are shown.

use std::fmt;

macro_rules! skips {
    ($($(#[doc = $doc:literal])+ $name:ident = $token:literal, $says:literal;)+) => {
        /// Why a frame gave no segment; an index into [`SkipCounts`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Skip { $($(#[doc = $doc])+ $name,)+ }

        impl Skip {
            /// Every kind, in the order of their counters.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable word for machines.
            #[must_use]
            pub const fn token(self) -> &'static str {
                match self { $(Self::$name => $token,)+ }
            }

            /// The same for people.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)+ }
            }
        }
    };
}

skips! {
    /// An IP packet that carries another protocol (UDP, ICMP that quotes no TCP, …).
    NotTcp = "not_tcp", "other transport protocols";
    /// No IP packet at all (ARP, LLDP, spanning tree, …).
    NotIp = "not_ip", "not IP";
    /// A later fragment of an IP packet; its TCP header was in the first one. Also the first one of a tunnel's packet.
    Fragment = "fragment", "IP fragments without a TCP header";
    /// The snaplen or the end of the file cut the frame before the end of its TCP header.
    Cut = "cut", "cut before the end of the TCP header";
    /// Header lengths that contradict each other or the frame.
    Malformed = "malformed", "malformed headers";
    /// More VLAN tags, extension headers or tunnels inside each other than any network has.
    TooDeep = "too_deep", "too many headers inside each other";
    /// A link type that this program does not know.
    UnknownLink = "unknown_link", "unknown link type";
    /// The same frame once more (loopback, `any`, a mirror port).
    Duplicate = "duplicate", "the same frame captured twice";
    /// Outside of `--since`, `--until` or `--filter`.
    Filtered = "filtered", "outside the filter or the time asked for";
}

/// One counter for each kind of [`Skip`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkipCounts([u64; Skip::ALL.len()]);

impl SkipCounts {
    /// Counts one frame.
    pub fn add(&mut self, skip: Skip) {
        self.add_many(skip, 1);
    }

    /// Counts `frames` frames.
    pub fn add_many(&mut self, skip: Skip, frames: u64) {
        if let Some(count) = self.0.get_mut(skip as usize) {
            *count += frames;
        }
    }

    /// The count of one kind.
    #[must_use]
    pub fn get(&self, skip: Skip) -> u64 {
        self.0.get(skip as usize).copied().unwrap_or(0)
    }

    /// All frames that were skipped.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The kinds that occurred, with their counts.
    pub fn nonzero(&self) -> impl Iterator<Item = (Skip, u64)> + '_ {
        Skip::ALL.iter().map(|&skip| (skip, self.get(skip))).filter(|&(_, count)| count > 0)
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.says())
    }
}
