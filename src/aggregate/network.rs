//! A network in CIDR notation: which addresses are ours.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::verdict::Addr;

/// A range of addresses, as `10.0.0.0/8` or `2001:db8::/32`; a bare address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: u128,
    /// Leading bits that count, of 128: an IPv4 prefix is 96 bits longer here (see [`Addr`]).
    bits: u32,
}

/// Leading bits of an IPv4 address among the 128 of an [`Addr`].
const IPV4_OFFSET: u32 = 96;

impl Network {
    /// Is `addr` in it? An IPv4 network holds no IPv6 address and the other way round, except that `::/0` holds all.
    #[must_use]
    pub fn contains(self, addr: Addr) -> bool {
        let drop = 128 - self.bits;
        u128::from_be_bytes(addr.octets()).checked_shr(drop) == self.base.checked_shr(drop)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addr = Addr::v6(self.base.to_be_bytes()).ip();
        let (offset, width) = if addr.is_ipv4() { (IPV4_OFFSET, 32) } else { (0, 128) };
        match self.bits.saturating_sub(offset) {
            bits if bits == width => write!(f, "{addr}"),
            bits => write!(f, "{addr}/{bits}"),
        }
    }
}

impl From<IpAddr> for Network {
    fn from(addr: IpAddr) -> Self {
        Self { base: u128::from_be_bytes(Addr::from(addr).octets()), bits: 128 }
    }
}

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (addr, prefix) = text.split_once('/').map_or((text, None), |(addr, prefix)| (addr, Some(prefix)));
        let addr: IpAddr = addr.parse().ok().ok_or("not an IP address")?;
        let (width, offset) = if addr.is_ipv4() { (32, IPV4_OFFSET) } else { (128, 0) };
        let prefix = match prefix {
            None => width,
            Some(digits) => {
                digits.parse().ok().filter(|&bits: &u32| bits <= width).ok_or(if width == 32 {
                    "the prefix of an IPv4 network is 0 to 32"
                } else {
                    "the prefix of an IPv6 network is 0 to 128"
                })?
            }
        };
        Ok(Self { base: u128::from_be_bytes(Addr::from(addr).octets()), bits: prefix + offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, addr: &str) -> bool {
        let addr: IpAddr = addr.parse().unwrap();
        network.parse::<Network>().unwrap().contains(addr.into())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        assert!(holds("10.0.0.0/8", "10.255.0.1"));
        assert!(holds("10.1.2.3/8", "10.255.0.1"), "host bits do not matter");
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.0.2.7", "192.0.2.7"));
        assert!(!holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:5::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("::/0", "2001:db8::1"));
    }

    #[test]
    fn a_network_is_written_as_it_is_read() {
        for text in ["10.0.0.0/8", "192.0.2.7", "0.0.0.0/0", "2001:db8::/32", "2001:db8::7"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "ten", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0.0/8", "::1/x"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
