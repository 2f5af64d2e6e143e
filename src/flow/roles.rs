//! Who is the client. The first SYN says it; where none was captured, ports are all there is to guess by.

use crate::decode::Segment;

use super::close::{Close, Ended};

/// Ports on which a server is likely, so that the other end is the client: the well-known ports of the protocols that
/// Zeek's analyzers register (`likely_server_ports` of its base scripts), so that originators agree, plus the ports
/// that common databases, brokers and caches are given by IANA, and the one of gRPC's own examples (50051).
const LIKELY_SERVER_PORTS: &[u16] = &[
    20, 21, 22, 23, 25, 53, 80, 81, 88, 110, 111, 135, 139, 143, 389, 443, 445, 465, 502, 514, 563, 585, 587,
    614, 631, 636, 989, 990, 992, 993, 994, 995, 1080, 1433, 1434, 1521, 1883, 2049, 2379, 2811, 3128, 3268,
    3306, 3389, 5060, 5222, 5223, 5269, 5432, 5672, 6379, 6443, 6666, 6667, 6668, 6669, 8000, 8080, 8443,
    8883, 8888, 9042, 9092, 9200, 11211, 20000, 27017, 50051,
];

/// The first port that Linux gives to clients (`net.ipv4.ip_local_port_range`); IANA's range begins at 49152.
const FIRST_EPHEMERAL: u16 = 32768;

/// How the roles became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Roles {
    /// A SYN or a SYN+ACK was captured.
    Handshake,
    /// From ports, or from who spoke first.
    #[default]
    Guessed,
}

/// Is a server likely on this port?
#[must_use]
pub(super) fn is_likely_server(port: u16) -> bool {
    LIKELY_SERVER_PORTS.binary_search(&port).is_ok()
}

impl Close {
    /// Is it a toss who is called the client: does no SYN tell, no port, and nothing that was said?
    #[must_use]
    pub fn roles_are_tossed(&self) -> bool {
        let [low, high] = [self.key.low.port, self.key.high.port];
        let ports_tell =
            is_likely_server(low) != is_likely_server(high) || is_ephemeral(low) != is_ephemeral(high);
        let said = self.exchange.protocol_name().is_some();
        self.roles == Roles::Guessed && !ports_tell && !said
    }
}

impl Ended {
    /// Are its roles guessed from ports alone, so that a neighbour may know better?
    #[must_use]
    pub fn has_guessed_roles(&self) -> bool {
        let Self::Whole(close) = self else { return false };
        close.roles == Roles::Guessed && close.exchange.protocol_name().is_none()
    }
}

/// Would Zeek call the receiver of this first packet the originator?
///
/// Zeek flips when the packet is no SYN of a client, and comes from a likely server port while the other is none, or
/// is the higher of two. It leaves SYN+ACKs between two likely ports alone: they may be a stealth scan.
#[must_use]
pub(super) fn zeek_flips(first: &Segment) -> bool {
    let (src, dst) = (first.src.port, first.dst.port);
    let starts = first.flags.syn() && !first.flags.ack();
    !starts && is_likely_server(src) && (!is_likely_server(dst) || (!first.flags.syn() && src < dst))
}

/// Is the sender of this first captured segment the client?
#[must_use]
pub(super) fn sender_is_client(first: &Segment) -> bool {
    if first.flags.opens() {
        return !first.flags.ack();
    }
    let (src, dst) = (first.src.port, first.dst.port);
    match (is_likely_server(src), is_likely_server(dst)) {
        (false, true) => return true,
        (true, false) => return false,
        _ => {}
    }
    // A RST+ACK with sequence number 0 answers a SYN: its sender is the server (RFC 9293 §3.5.2).
    if first.flags.rst() && first.flags.ack() && first.seq.0 == 0 {
        return false;
    }
    match (is_ephemeral(src), is_ephemeral(dst)) {
        (true, false) => true,
        (false, true) => false,
        _ => src >= dst,
    }
}

const fn is_ephemeral(port: u16) -> bool {
    port >= FIRST_EPHEMERAL
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Endpoint, Flags};

    fn first(src: u16, dst: u16, flags: Flags) -> Segment {
        let at = |port| Endpoint { port, ..Endpoint::default() };
        Segment { src: at(src), dst: at(dst), flags, ..Segment::default() }
    }

    #[test]
    fn the_table_can_be_searched() {
        assert!(LIKELY_SERVER_PORTS.is_sorted());
        assert!(is_likely_server(443) && !is_likely_server(40000));
    }

    #[test]
    fn ports_tell_who_serves() {
        assert!(sender_is_client(&first(40000, 80, Flags::ACK)));
        assert!(!sender_is_client(&first(80, 40000, Flags::ACK)));
        assert!(!sender_is_client(&first(9999, 40000, Flags::ACK)));
        assert!(sender_is_client(&first(80, 40000, Flags::SYN)));
        // Who ends what it begins does neither.
        assert!(!sender_is_client(&first(80, 40000, Flags::SYN.with(Flags::FIN))));
        assert!(!sender_is_client(&first(40000, 80, Flags::SYN.with(Flags::ACK))));
    }

    #[test]
    fn zeek_flips_on_a_likely_server_port() {
        assert!(zeek_flips(&first(80, 40000, Flags::SYN.with(Flags::ACK))));
        assert!(!zeek_flips(&first(80, 40000, Flags::SYN)));
        assert!(!zeek_flips(&first(8000, 1080, Flags::SYN.with(Flags::ACK))));
        assert!(zeek_flips(&first(80, 8080, Flags::ACK)));
        assert!(!zeek_flips(&first(8080, 80, Flags::ACK)));
    }
}
