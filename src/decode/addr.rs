//! IP addresses of both families in one form, which is compared, hashed and written for every connection.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IP address in 16 bytes; IPv4 as an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2).
///
/// The mapped form never appears on a wire (RFC 4038 §4.2 and draft-itojun-v6ops-v4mapped-harmful), so the two
/// families cannot be mistaken for each other.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Addr([u8; 16]);

/// As one number: addresses are compared and hashed for every segment.
impl Ord for Addr {
    fn cmp(&self, other: &Self) -> Ordering {
        u128::from_be_bytes(self.0).cmp(&u128::from_be_bytes(other.0))
    }
}

impl PartialOrd for Addr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Addr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_ne_bytes(self.0));
    }
}

impl Addr {
    /// From the four bytes of an IPv4 address.
    #[must_use]
    pub const fn v4(octets: [u8; 4]) -> Self {
        // As one number, so that it is put together in a register and not byte by byte in memory; in the order of most machines, so that
        // nothing has to be turned round.
        Self((0xffff << 80 | (u32::from_le_bytes(octets) as u128) << 96).to_le_bytes())
    }

    /// From the sixteen bytes of an IPv6 address.
    #[must_use]
    pub const fn v6(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The sixteen bytes.
    #[must_use]
    pub const fn octets(self) -> [u8; 16] {
        self.0
    }

    /// As the standard library's address.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        Ipv6Addr::from(self.0).to_canonical()
    }
}

impl From<IpAddr> for Addr {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(v4) => Self::v4(v4.octets()),
            IpAddr::V6(v6) => Self::v6(v6.octets()),
        }
    }
}

impl From<Ipv4Addr> for Addr {
    fn from(ip: Ipv4Addr) -> Self {
        Self::v4(ip.octets())
    }
}

/// Records of connections are written by the million, each with several addresses: those of IPv4 are put together here,
/// which takes less than the standard library's general way of writing each number.
impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            IpAddr::V4(v4) => {
                let (text, len) = dotted(v4.octets());
                f.pad(text.get(..len).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default())
            }
            IpAddr::V6(v6) => v6.fmt(f),
        }
    }
}

/// Four numbers with dots between them, and how many characters they take.
fn dotted(octets: [u8; 4]) -> ([u8; 16], usize) {
    let (mut text, mut len) = ([0; 16], 0);
    for octet in octets {
        let (digits, count) = decimal(octet);
        // What is written too much is overwritten by what comes next, or left out in the end.
        if let Some(place) = text.get_mut(len..).and_then(<[u8]>::first_chunk_mut) {
            *place = digits;
        }
        len += count;
    }
    (text, len - 1)
}

/// A number with a dot behind it, from the first character on, and how many characters that takes.
const fn decimal(octet: u8) -> ([u8; 4], usize) {
    let [hundreds, tens, ones] = [b'0' + octet / 100, b'0' + octet / 10 % 10, b'0' + octet % 10];
    match octet {
        0..=9 => ([ones, b'.', 0, 0], 2),
        10..=99 => ([tens, ones, b'.', 0], 3),
        100.. => ([hundreds, tens, ones, b'.'], 4),
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_their_family() {
        assert_eq!(Addr::v4([10, 0, 3, 7]).to_string(), "10.0.3.7");
        let six: IpAddr = "fd00::1".parse().unwrap();
        assert_eq!(Addr::from(six).ip(), six);
    }

    #[test]
    fn addresses_are_written_as_the_standard_library_writes_them() {
        for octet in 0..=255 {
            for octets in [[octet; 4], [255, octet, 0, octet], [octet, 10, 99, 100]] {
                let (ours, theirs) = (Addr::v4(octets), Ipv4Addr::from(octets));
                assert_eq!(format!("{ours}|{ours:>17}"), format!("{theirs}|{theirs:>17}"));
            }
        }
    }
}
