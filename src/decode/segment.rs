//! One TCP segment as seen on the wire: a fixed-size `Copy` value that borrows nothing.
//!
//! Everything the wire can say is representable, RST+FIN and RST+SYN included: nonsense is evidence.

use std::fmt::{self, Write as _};
use std::net::IpAddr;

use super::{Addr, SeqNumber};
use crate::time::Timestamp;

/// An address and a port: one end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Endpoint {
    /// The IP address.
    pub addr: Addr,
    /// The TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.addr.ip() {
            IpAddr::V4(_) => write!(f, "{}:{}", self.addr, self.port),
            IpAddr::V6(ip) => write!(f, "[{ip}]:{}", self.port),
        }
    }
}

/// The TCP flags (RFC 9293 §3.1), one bit each as on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x01);
    /// Synchronize sequence numbers.
    pub const SYN: Self = Self(0x02);
    /// Reset the connection.
    pub const RST: Self = Self(0x04);
    /// Push.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgement number counts.
    pub const ACK: Self = Self(0x10);
    /// The urgent pointer counts.
    pub const URG: Self = Self(0x20);

    /// Is any of these flags set?
    #[must_use]
    pub const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 != 0
    }

    /// SYN is set.
    #[must_use]
    pub const fn syn(self) -> bool {
        self.has(Self::SYN)
    }

    /// FIN is set.
    #[must_use]
    pub const fn fin(self) -> bool {
        self.has(Self::FIN)
    }

    /// RST is set.
    #[must_use]
    pub const fn rst(self) -> bool {
        self.has(Self::RST)
    }

    /// ACK is set.
    #[must_use]
    pub const fn ack(self) -> bool {
        self.has(Self::ACK)
    }

    /// These flags too.
    #[must_use]
    pub const fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }

    /// A FIN that ends what its sender says. Nobody ends what it begins in the same segment, nor without acknowledging what it has heard: SYN
    /// and FIN together, and a FIN without ACK, come from scanners and out of damaged captures, and hosts drop them (RFC 9293 §3.10.7.4;
    /// Linux: `tcp_rcv_state_process`).
    #[must_use]
    pub const fn closes(self) -> bool {
        self.fin() && self.ack() && !self.syn()
    }

    /// A SYN that begins a connection, with the same limit.
    #[must_use]
    pub const fn opens(self) -> bool {
        self.syn() && !self.fin()
    }
}

/// Letters in the order that Wireshark and Scapy users read them: `FSRPAUEC`; a dot where none is set.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LETTERS: &str = "FSRPAUEC";
        if self.0 == 0 {
            return f.write_str(".");
        }
        LETTERS
            .chars()
            .enumerate()
            .filter(|(bit, _)| self.0 >> bit & 1 == 1)
            .try_for_each(|(_, letter)| f.write_char(letter))
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Yes-or-no facts about a segment's headers, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Traits(pub u16);

impl Traits {
    /// Came in an IPv6 packet.
    pub const IPV6: Self = Self(1);
    /// IPv4 "don't fragment" is set.
    pub const DF: Self = Self(1 << 1);
    /// First fragment of a fragmented packet: the payload goes on elsewhere.
    pub const FRAGMENTED: Self = Self(1 << 2);
    /// The capture holds less of the segment than its sender's headers speak of (snaplen).
    pub const CUT: Self = Self(1 << 3);
    /// The TCP options do not parse to their end.
    pub const BAD_OPTIONS: Self = Self(1 << 4);
    /// A timestamps option is present (RFC 7323): `tsval` and `tsecr` count.
    pub const TIMESTAMPS: Self = Self(1 << 5);
    /// A window scale option is present: `wscale` counts.
    pub const WSCALE: Self = Self(1 << 6);
    /// SACK permitted (RFC 2018), on a SYN.
    pub const SACK_PERMITTED: Self = Self(1 << 7);
    /// At least one SACK block: `sack_right` counts.
    pub const SACK: Self = Self(1 << 8);
    /// A MSS option is present: `mss` counts.
    pub const MSS: Self = Self(1 << 9);
    /// An MPTCP option (RFC 8684) is present.
    pub const MPTCP: Self = Self(1 << 10);
    /// The TCP checksum was computed and is wrong (with transmit offload that is usual for one's own segments).
    pub const BAD_CHECKSUM: Self = Self(1 << 11);
    /// The IP length was 0 (segmentation offload): the payload length comes from the frame.
    pub const LENGTH_GUESSED: Self = Self(1 << 12);
    /// A TCP Fast Open option (RFC 7413) is present.
    pub const FAST_OPEN: Self = Self(1 << 13);
    /// The host that captured it sent it, or passed it on, as Linux's cooked captures tell (`tcpdump -i any`).
    pub const OUTGOING: Self = Self(1 << 14);
    /// It passed the capturing host's loopback interface, so that this host itself sent it, in whosever name.
    pub const LOOPBACK: Self = Self(1 << 15);

    /// Is any of these set?
    #[must_use]
    pub const fn has(self, traits: Self) -> bool {
        self.0 & traits.0 != 0
    }

    /// These traits too.
    #[must_use]
    pub const fn with(self, traits: Self) -> Self {
        Self(self.0 | traits.0)
    }

    /// All but these.
    #[must_use]
    pub const fn without(self, traits: Self) -> Self {
        Self(self.0 & !traits.0)
    }

    /// Sets these too.
    pub const fn set(&mut self, traits: Self) {
        self.0 |= traits.0;
    }
}

/// One TCP segment as decoded; the payload itself stays in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// When it was captured.
    pub ts: Timestamp,
    /// The number of its frame in its capture, counted from 1 as Wireshark does.
    pub frame: u64,
    /// Who sent it, as its source address claims.
    pub src: Endpoint,
    /// Whom it is for.
    pub dst: Endpoint,
    /// SEG.SEQ.
    pub seq: SeqNumber,
    /// SEG.ACK; counts only where the ACK flag is set, but is evidence all the same.
    pub ack: SeqNumber,
    /// Bytes of payload on the wire, which may be more than were captured.
    pub len: u32,
    /// TSval of the timestamps option.
    pub tsval: u32,
    /// TSecr of the timestamps option.
    pub tsecr: u32,
    /// The highest right edge of its SACK blocks.
    pub sack_right: SeqNumber,
    /// SEG.WND as in the header, not scaled.
    pub wnd: u16,
    /// IPv4 identification; 0 on IPv6.
    pub ip_id: u16,
    /// Which of the merged captures it came from.
    pub file: u16,
    /// Yes-or-no facts. Up to here in the order in which a recent segment keeps them, so that they are copied together.
    pub traits: Traits,
    /// Maximum segment size option.
    pub mss: u16,
    /// The TCP flags.
    pub flags: Flags,
    /// IPv4 time to live or IPv6 hop limit.
    pub ttl: u8,
    /// Window scale option: the shift count.
    pub wscale: u8,
}

const _: () = assert!(size_of::<Segment>() <= 96, "a batch of segments has to stay in the first-level cache");

impl Default for Segment {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl Segment {
    /// Nobody's.
    pub(super) const NOTHING: Self = Self {
        ts: Timestamp::ZERO,
        frame: 0,
        src: Endpoint { addr: Addr::v6([0; 16]), port: 0 },
        dst: Endpoint { addr: Addr::v6([0; 16]), port: 0 },
        seq: SeqNumber(0),
        ack: SeqNumber(0),
        len: 0,
        tsval: 0,
        tsecr: 0,
        sack_right: SeqNumber(0),
        wnd: 0,
        ip_id: 0,
        mss: 0,
        file: 0,
        traits: Traits(0),
        flags: Flags(0),
        ttl: 0,
        wscale: 0,
    };

    /// How much of the sequence space it takes: payload, SYN and FIN one each (SEG.LEN of RFC 9293 §3.4). The payload
    /// of a RST is a diagnostic text and takes none.
    #[must_use]
    pub const fn seq_len(&self) -> u32 {
        let payload = if self.flags.rst() { 0 } else { self.len };
        payload.wrapping_add(self.flags.syn() as u32).wrapping_add(self.flags.fin() as u32)
    }

    /// The sequence number after its last: SEG.SEQ + SEG.LEN.
    #[must_use]
    pub const fn seq_end(&self) -> SeqNumber {
        self.seq.plus(self.seq_len())
    }

    /// No SYN, FIN, RST and no payload, but an acknowledgement.
    #[must_use]
    pub const fn is_pure_ack(&self) -> bool {
        self.flags.ack() && self.seq_len() == 0 && !self.flags.rst()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_of_ipv6_has_brackets() {
        let end = |addr: [u16; 8]| Endpoint { addr: IpAddr::from(addr).into(), port: 80 };
        assert_eq!(end([0xfd00, 0, 0, 0, 0, 0, 0, 1]).to_string(), "[fd00::1]:80");
        assert_eq!(Endpoint { addr: Addr::v4([10, 0, 3, 7]), port: 80 }.to_string(), "10.0.3.7:80");
    }

    #[test]
    fn the_payload_of_a_rst_takes_no_sequence_space() {
        let mut segment = Segment { len: 20, flags: Flags::RST.with(Flags::ACK), ..Segment::default() };
        assert_eq!(segment.seq_end(), SeqNumber(0));
        segment.flags = Flags::FIN.with(Flags::SYN);
        assert_eq!(segment.seq_end(), SeqNumber(22));
        assert_eq!(segment.flags.to_string(), "FS");
        assert_eq!(Flags::default().to_string(), ".");
    }
}
