//! IPv4 and IPv6 headers, with extension headers and fragments.

use super::bytes::Bytes;
use super::carrier::Carrier;
use super::full::Step;
use super::{Addr, Skip, Traits};

/// Extension headers in one packet. A real one has two or three at most (RFC 8504 §5.3 lets a host refuse more than 8).
const MAX_EXTENSIONS: usize = 8;

/// Protocol numbers that are headers and not protocols.
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION: u8 = 60;

/// An IPv4 packet (RFC 791 §3.1).
pub(super) fn v4(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let header = bytes.first::<20>()?;
    let header_len = header[0] & 0x0f;
    if header[0] >> 4 != 4 || header_len < 5 {
        return Err(Skip::Malformed);
    }
    let header_len = u16::from(header_len).wrapping_mul(4);
    let rest = bytes.behind(usize::from(header_len))?;
    let (rest, mut traits) = match u16::from_be_bytes([header[2], header[3]]) {
        0 => (rest, Traits::LENGTH_GUESSED),
        total => {
            let stated = total.checked_sub(header_len).ok_or(Skip::Malformed)?;
            (rest.within(u32::from(stated)), Traits::default())
        }
    };
    if header[6] & 0x40 != 0 {
        traits.set(Traits::DF);
    }
    let carrier = Carrier {
        src: Addr::v4([header[12], header[13], header[14], header[15]]),
        dst: Addr::v4([header[16], header[17], header[18], header[19]]),
        ip_id: u16::from_be_bytes([header[4], header[5]]),
        ttl: header[8],
        traits,
        checkable: !traits.has(Traits::LENGTH_GUESSED),
    };
    let place = u16::from_be_bytes([header[6], header[7]]);
    let walk = Walk { next: header[9], carrier, rest };
    walk.fragment(place & 0x1fff, place & 0x2000)?.finish()
}

/// An IPv6 packet (RFC 8200 §3).
pub(super) fn v6(bytes: Bytes<'_>) -> Result<Step<'_>, Skip> {
    let (header, rest) = bytes.split::<40>()?;
    if header[0] >> 4 != 6 {
        return Err(Skip::Malformed);
    }
    // A jumbo payload's length is in a hop-by-hop option (RFC 2675); the frame's own is the same and nearer.
    let (rest, mut traits) = match u16::from_be_bytes([header[4], header[5]]) {
        0 => (rest, Traits::LENGTH_GUESSED),
        stated => (rest.within(u32::from(stated)), Traits::default()),
    };
    let checkable = !traits.has(Traits::LENGTH_GUESSED);
    traits.set(Traits::IPV6);
    let (src, dst) = v6_addresses(header);
    let carrier = Carrier { src, dst, ip_id: 0, ttl: header[7], traits, checkable };
    Walk { next: header[6], carrier, rest }.finish()
}

/// Source and destination of an IPv6 header.
pub(super) fn v6_addresses(header: &[u8; 40]) -> (Addr, Addr) {
    let (mut src, mut dst) = ([0; 16], [0; 16]);
    src.iter_mut().zip(header.iter().skip(8)).for_each(|(to, from)| *to = *from);
    dst.iter_mut().zip(header.iter().skip(24)).for_each(|(to, from)| *to = *from);
    (Addr::v6(src), Addr::v6(dst))
}

/// A walk along extension headers: the number of what comes next, and what is known so far.
struct Walk<'a> {
    next: u8,
    carrier: Carrier,
    rest: Bytes<'a>,
}

impl<'a> Walk<'a> {
    fn finish(mut self) -> Result<Step<'a>, Skip> {
        for _ in 0..=MAX_EXTENSIONS {
            self = match self.next {
                HOP_BY_HOP => self.pass(8)?,
                // These two may name the addresses that the sender's checksum is about (RFC 8200 §8.1, RFC 6275 §6.3).
                ROUTING | DESTINATION => self.pass(8)?.uncheckable(),
                AUTHENTICATION => self.pass(4)?,
                FRAGMENT if self.carrier.traits.has(Traits::IPV6) => self.pass_fragment()?,
                protocol => return Ok(Step::Transport(protocol, self.carrier, self.rest)),
            }
        }
        Err(Skip::TooDeep)
    }

    /// Past a header that states its length in units: of eight bytes beyond the first eight, or, the authentication
    /// header alone, of four beyond the first eight (RFC 4302 §2.2).
    fn pass(self, unit: usize) -> Result<Self, Skip> {
        let [next, units] = *self.rest.first::<2>()?;
        let rest = self.rest.behind(usize::from(units).wrapping_mul(unit).wrapping_add(8))?;
        Ok(Self { next, rest, ..self })
    }

    fn pass_fragment(self) -> Result<Self, Skip> {
        let (header, rest) = self.rest.split::<8>()?;
        let place = u16::from_be_bytes([header[2], header[3]]);
        Self { next: header[0], rest, ..self }.fragment(place >> 3, place & 1)
    }

    /// Takes note of a fragment's offset and of its "more fragments" bit. Of a fragmented packet only the first one
    /// says anything about TCP; later ones are counted apart where they may belong to it.
    fn fragment(mut self, offset: u16, more: u16) -> Result<Self, Skip> {
        match (offset, more) {
            (0, 0) => Ok(self),
            (0, _) => {
                self.carrier.traits.set(Traits::FRAGMENTED);
                Ok(self.uncheckable())
            }
            _ => Err(later_fragment(self.next)),
        }
    }

    fn uncheckable(mut self) -> Self {
        self.carrier.checkable = false;
        self
    }
}

fn later_fragment(protocol: u8) -> Skip {
    match protocol {
        6 | HOP_BY_HOP | ROUTING | AUTHENTICATION | DESTINATION => Skip::Fragment,
        _ => Skip::NotTcp,
    }
}
