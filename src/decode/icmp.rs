//! ICMP errors about TCP segments.

use super::bytes::Bytes;
use super::carrier::Carrier;
use super::{Addr, Endpoint, Frame, IcmpError, Pdu, SeqNumber, Skip, Traits};

/// The error, if the message is one and quotes a TCP segment.
///
/// ICMP (RFC 792): unreachable, time exceeded, parameter problem; not source quench, which nobody heeds (RFC 6633).
/// ICMPv6 (RFC 4443): the same three; not "packet too big", which ends nothing.
pub(super) fn decode<'a>(
    frame: &Frame<'a>,
    number: u8,
    ip: &Carrier,
    bytes: Bytes<'a>,
) -> Result<Pdu<'a>, Skip> {
    let (&[kind, code, ..], quote) = bytes.split::<8>()?;
    let (src, dst, segment) = match (number, kind, ip.traits.has(Traits::IPV6)) {
        (1, 3 | 11 | 12, false) => quoted_v4(quote)?,
        (58, 1 | 3 | 4, true) => quoted_v6(quote)?,
        _ => return Err(Skip::NotTcp),
    };
    let &[s0, s1, d0, d1, seq @ ..] = segment.first::<8>()?;
    Ok(Pdu::Icmp(IcmpError {
        ts: frame.ts,
        frame: frame.number,
        file: frame.file,
        from: ip.src,
        kind,
        code,
        src: Endpoint { addr: src, port: u16::from_be_bytes([s0, s1]) },
        dst: Endpoint { addr: dst, port: u16::from_be_bytes([d0, d1]) },
        seq: SeqNumber(u32::from_be_bytes(seq)),
    }))
}

/// Source, destination, and what is quoted of the segment. The quoted lengths are those of the packet that failed.
fn quoted_v4(quote: Bytes<'_>) -> Result<(Addr, Addr, Bytes<'_>), Skip> {
    let header = quote.first::<20>()?;
    let later_fragment = u16::from_be_bytes([header[6], header[7]]) & 0x1fff != 0;
    if header[0] >> 4 != 4 || header[0] & 0x0f < 5 {
        return Err(Skip::Malformed);
    }
    if header[9] != 6 || later_fragment {
        return Err(Skip::NotTcp);
    }
    let src = Addr::v4([header[12], header[13], header[14], header[15]]);
    let dst = Addr::v4([header[16], header[17], header[18], header[19]]);
    Ok((src, dst, quote.behind(usize::from(header[0] & 0x0f).wrapping_mul(4))?))
}

/// The same for IPv6; a segment behind extension headers is not looked for.
fn quoted_v6(quote: Bytes<'_>) -> Result<(Addr, Addr, Bytes<'_>), Skip> {
    let (header, rest) = quote.split::<40>()?;
    if header[0] >> 4 != 6 {
        return Err(Skip::Malformed);
    }
    if header[6] != 6 {
        return Err(Skip::NotTcp);
    }
    let (src, dst) = super::ip::v6_addresses(header);
    Ok((src, dst, rest))
}

impl IcmpError {
    /// Does it say that a segment was too big for the path? Its sender sends smaller ones then (RFC 1191, RFC 8201).
    #[must_use]
    pub fn is_too_big(&self) -> bool {
        matches!((self.src.addr.ip().is_ipv6(), self.kind, self.code), (false, 3, 4) | (true, 2, _))
    }

    /// What it says, in the words of RFC 792, RFC 1812 §5.2.7.1 and RFC 4443 §3.
    #[must_use]
    pub fn says(&self) -> &'static str {
        let v6 = self.src.addr.ip().is_ipv6();
        match (v6, self.kind, self.code) {
            (false, 3, 0) | (true, 1, 0) => "network unreachable",
            (false, 3, 1) | (true, 1, 3) => "host unreachable",
            (false, 3, 2) => "protocol unreachable",
            (false, 3, 3) | (true, 1, 4) => "port unreachable",
            (false, 3, 4) => "fragmentation needed",
            (false, 3, 9 | 10 | 13) | (true, 1, 1 | 5) => "administratively prohibited",
            (true, 1, 6) => "route rejected",
            (false, 11, _) | (true, 3, _) => "time exceeded on the way",
            (false, 12, _) | (true, 4, _) => "a header was not understood",
            _ => "unreachable",
        }
    }
}
