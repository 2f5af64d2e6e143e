//! The TCP checksum (RFC 9293 §3.1, RFC 1071): a segment that fails it never reached the receiver's TCP.
//!
//! Only segments whose sum is cheap and whose effect is large are checked: those without payload, and every SYN, FIN
//! and RST. Data is not: it would cost a pass over every payload byte, one's own data carries sums that the network
//! card has yet to compute, and a lost data segment shows by its retransmission anyway.

use super::carrier::Carrier;
use super::{Addr, Flags, Segment, Traits};

/// What became of a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// It fits.
    Right,
    /// It does not.
    Wrong,
    /// The sender's stack left it to the network card and the capture saw the segment before that.
    NotComputed,
}

/// [`Traits::BAD_CHECKSUM`] where that is due. `tcp` is the whole segment, header and payload, nothing else.
#[inline]
pub(super) fn judge(ip: &Carrier, flags: Flags, len: u32, tcp: &[u8]) -> Traits {
    let is_wrong = ip.checkable && counts(flags, len) && verify(addresses(ip.src, ip.dst), tcp) == Sum::Wrong;
    if is_wrong { Traits::BAD_CHECKSUM } else { Traits::default() }
}

/// Is the checksum of such a segment looked at?
#[inline]
pub(super) const fn counts(flags: Flags, len: u32) -> bool {
    const TOLD_BY: Flags = Flags::SYN.with(Flags::FIN).with(Flags::RST);
    len == 0 || flags.has(TOLD_BY)
}

/// Marks a segment whose checksum is looked at, and is wrong.
#[inline(never)]
pub(super) fn mark(segment: &mut Segment, tcp: &[u8]) {
    if verify(addresses(segment.src.addr, segment.dst.addr), tcp) == Sum::Wrong {
        segment.traits.set(Traits::BAD_CHECKSUM);
    }
}

/// The sum of the addresses and the protocol.
#[inline]
fn addresses(src: Addr, dst: Addr) -> u64 {
    plus(plus(add_up(&src.octets()), add_up(&dst.octets())), word(6))
}

/// Checks one segment against the sum of its addresses.
///
/// All arithmetic is modulo 2¹⁶-1, where ones' complement lives. There the `ffff` of an IPv4-mapped address is zero, so
/// both families have the same pseudo-header, and byte order does not matter as long as all words have the same.
#[inline]
fn verify(addresses: u64, tcp: &[u8]) -> Sum {
    let pseudo = plus(addresses, word(super::bytes::count(tcp)));
    // A mere acknowledgement is one of two headers, in all likelihood, and a SYN a third: of what is as long as these nothing has to be
    // counted.
    let sum = match tcp.len() {
        20 => tcp.first_chunk::<20>().map_or(0, |header| add_up(header)),
        32 => tcp.first_chunk::<32>().map_or(0, |header| add_up(header)),
        40 => tcp.first_chunk::<40>().map_or(0, |header| add_up(header)),
        _ => add_up(tcp),
    };
    if congruent(plus(pseudo, sum), 0) {
        return Sum::Right;
    }
    // With transmit offload Linux stores the pseudo-header's sum for the card to go on from, not complemented. For
    // segments that the card shall split, some systems leave the length out.
    let stored = tcp.get(16..18).map_or(0, add_up);
    if congruent(stored, pseudo) || congruent(stored, addresses) { Sum::NotComputed } else { Sum::Wrong }
}

fn congruent(a: u64, b: u64) -> bool {
    a % 0xffff == b % 0xffff
}

fn word(value: u32) -> u64 {
    u64::from(value.to_be())
}

/// The sum of eight bytes at a time, as the machine reads them.
#[inline]
fn add_up(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let sum = words.iter().fold(0, |sum, word| plus(sum, u64::from_ne_bytes(*word)));
    if rest.is_empty() { sum } else { plus(sum, last_word(rest)) }
}

/// The last word, which is not whole. That of a header is half of one; only payload can end elsewhere.
#[inline]
fn last_word(rest: &[u8]) -> u64 {
    if let Ok(half) = rest.try_into() {
        return u32::from_ne_bytes(half).into();
    }
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    u64::from_ne_bytes(last)
}

/// The sum of two, where what is carried over comes in again at the other end: 2⁶⁴ is one modulo 2¹⁶-1.
#[inline]
const fn plus(one: u64, other: u64) -> u64 {
    let (sum, carried) = one.overflowing_add(other);
    sum + carried as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::TcpHeader;

    const SRC: [u8; 4] = [192, 168, 255, 1];
    const DST: [u8; 4] = [10, 0, 3, 7];

    fn segment(payload: &[u8], checksum: impl FnOnce(&TcpHeader) -> u16) -> Vec<u8> {
        let mut header = TcpHeader::new(40_000, 443, 7, 1024);
        header.checksum = checksum(&header);
        let mut bytes = Vec::new();
        header.write(&mut bytes).unwrap();
        bytes.extend_from_slice(payload);
        bytes
    }

    fn verify(src: Addr, dst: Addr, tcp: &[u8]) -> Sum {
        super::verify(addresses(src, dst), tcp)
    }

    fn right(payload: &[u8]) -> Vec<u8> {
        segment(payload, |header| header.calc_checksum_ipv4_raw(SRC, DST, payload).unwrap())
    }

    #[test]
    fn agrees_with_etherparse_for_both_families_and_odd_lengths() {
        for payload in [&b""[..], b"x", b"xy", b"xyz", b"\xff\xff\xff\xff\xff"] {
            let mut bytes = right(payload);
            assert_eq!(verify(Addr::v4(SRC), Addr::v4(DST), &bytes), Sum::Right);
            bytes[4] ^= 0x40;
            assert_eq!(verify(Addr::v4(SRC), Addr::v4(DST), &bytes), Sum::Wrong);

            let (src, dst) = ([0xfd; 16], [0x20; 16]);
            let six = segment(payload, |header| header.calc_checksum_ipv6_raw(src, dst, payload).unwrap());
            assert_eq!(verify(Addr::v6(src), Addr::v6(dst), &six), Sum::Right);
        }
    }

    #[test]
    fn the_partial_sum_of_transmit_offload_is_not_a_wrong_one() {
        let fold = |sum: u32| u16::try_from((sum >> 16) + (sum & 0xffff)).unwrap();
        let addresses = 0xc0a8 + 0xff01 + 0x0a00 + 0x0307 + 6;
        for sum in [addresses + 20, addresses] {
            let bytes = segment(b"", |_| fold(sum));
            assert_eq!(verify(Addr::v4(SRC), Addr::v4(DST), &bytes), Sum::NotComputed);
        }
    }

    #[test]
    fn data_is_not_checked_but_a_rst_is() {
        let bytes = segment(b"data", |_| 1);
        let (src, dst, traits) = (Addr::v4(SRC), Addr::v4(DST), Traits::default());
        let ip = Carrier { src, dst, ip_id: 0, ttl: 64, traits, checkable: true };
        assert_eq!(judge(&ip, Flags::ACK, 4, &bytes), Traits::default());
        assert_eq!(judge(&ip, Flags::RST, 4, &bytes), Traits::BAD_CHECKSUM);
        assert_eq!(judge(&Carrier { checkable: false, ..ip }, Flags::RST, 4, &bytes), Traits::default());
    }
}
