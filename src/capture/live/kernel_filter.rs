//! What the kernel is asked to let through: all that can carry a TCP segment or an ICMP error about one, and little
//! else.
//!
//! libpcap's own `tcp` is not that. It misses TCP behind IPv6 extension headers, later fragments, tags and tunnels, and
//! of course every ICMP error. So the default filter is written here from the offsets of the headers, in libpcap's
//! language, whose optimiser makes a decent program of it. Where a shape is rare it is let through unread: decoding
//! finds out, and a few frames too many cost less than a longer program for each frame of the host.
//!
//! A user's expression narrows that down. It means what libpcap makes of it, but
//! - it holds behind VLAN tags as well, on Ethernet: frames with tags pass here, and [`super::untagged`] applies it to
//!   what is behind them. libpcap could do that (`port 443 or (vlan and port 443)`), but the code that it makes for live
//!   captures confuses the tag's offset with any `tcp[13]` before it;
//! - ICMP errors pass whatever it says, as those about the connections it names come from routers with addresses and
//!   without ports, and an attempt that a firewall answered would else look unanswered;
//! - one with `vlan`, `mpls`, `pppoes` or `geneve` in it is taken as it stands. These words shift the offsets of all that
//!   follows them, and so it comes first, and the rest counts from the first byte of the frame;
//! - it is not looked for inside tunnels nor, on `any`, behind tags, nor does libpcap find ports behind IPv6 extension
//!   headers;
//! - Linux takes the outermost tag of a received frame away before filters see it. `vlan` knows, raw offsets don't.

use super::options::{Coverage, Options};
use super::untagged::Untagged;
use crate::decode::LinkType;
use crate::error::Error;

/// The program to set on a handle whose frames are of type `link`: the default one, narrowed down by what `options` ask for; frames with
/// tags pass where a judge of them waits. `compiles` asks libpcap, for that handle, whether it takes an expression.
///
/// # Errors
/// [`Error::Filter`] with libpcap's words about what the user wrote, not about what was made of it.
pub(super) fn expression(
    link: LinkType,
    options: &Options,
    judge: Option<&Untagged>,
    compiles: impl FnOnce(&str) -> Result<(), Error>,
) -> Result<String, Error> {
    let default = match options.coverage {
        Coverage::Whole => default(link),
        Coverage::Ends => format!("({} and not {})", default(link), talk(link)),
    };
    let Some(user) = narrowing(options.filter.as_deref()) else { return Ok(default) };
    compiles(user)?;
    let mut asked = vec![format!("({user})"), icmp_errors(link)];
    if judge.is_some() {
        asked.push(is_one_of("ether[12:2]", &TAGS));
    }
    Ok(format!("{} and {default}", any_of(asked)))
}

/// The user's expression, if it is one.
pub(super) fn narrowing(user: Option<&str>) -> Option<&str> {
    user.map(str::trim).filter(|user| !user.is_empty())
}

/// ICMP errors, for a program that is asked about frames of type `link`.
pub(super) fn icmp_errors(link: LinkType) -> String {
    match link {
        LinkType::Ethernet => any_of([
            format!("(ether[12:2] = 0x0800 and {})", icmp_error_v4(At::Ether(14))),
            format!("(ether[12:2] = 0x86dd and {})", icmp_error_v6(At::Ether(14))),
        ]),
        _ => any_of([icmp_error_v4(At::Ip), icmp_error_v6(At::Ip6)]),
    }
}

/// Everything that can be about a TCP connection.
fn default(link: LinkType) -> String {
    let plain = any_of([v4(At::Ip), v6(At::Ip6)]);
    match link {
        LinkType::Ethernet => any_of([ip_behind(12), tagged(), pppoe(), mpls(), snap()]),
        // Of a cooked frame, the kernel's filter sees the Ethernet type and what follows the header. Such frames are
        // rare, as the tag of a received one is gone and a VLAN's own interface sends without.
        LinkType::LinuxSll | LinkType::LinuxSll2 => {
            let kinds = [0x8100, 0x88a8, 0x9100, 0x8864, 0x8847, 0x8848];
            any_of([plain, any_of(kinds.map(|kind| format!("ether proto {kind:#x}")))])
        }
        _ => plain,
    }
}

/// Segments that neither begin nor end a connection, as far as they can be told: later fragments, what lies behind extension
/// headers and in tunnels pass, read or not.
fn talk(link: LinkType) -> String {
    let behind = |kind: usize| {
        any_of([
            format!("(ether[{kind}:2] = 0x0800 and {})", talk_v4(At::Ether(kind + 2))),
            format!("(ether[{kind}:2] = 0x86dd and {})", talk_v6(At::Ether(kind + 2))),
        ])
    };
    match link {
        LinkType::Ethernet => {
            any_of([behind(12), format!("({} and {})", is_one_of("ether[12:2]", &TAGS), behind(16))])
        }
        _ => any_of([talk_v4(At::Ip), talk_v6(At::Ip6)]),
    }
}

/// None of FIN, SYN and RST, the three lowest bits of the fourteenth byte (RFC 9293 §3.1).
fn talk_v4(at: At) -> String {
    let first_fragment = format!("{} & 0x1fff = 0", at.field(6, 2));
    format!("({} = 6 and {first_fragment} and {} & 7 = 0)", at.field(9, 1), at.behind_v4(13, 1))
}

fn talk_v6(at: At) -> String {
    format!("({} = 6 and {} & 7 = 0)", at.field(6, 1), at.field(53, 1))
}

/// Where a packet begins: behind the link header, which libpcap knows, or at an offset in an Ethernet frame.
#[derive(Clone, Copy)]
enum At {
    Ip,
    Ip6,
    Ether(usize),
}

impl At {
    /// `size` bytes at an offset from the packet's first.
    fn field(self, offset: usize, size: usize) -> String {
        match self {
            Self::Ip => format!("ip[{offset}:{size}]"),
            Self::Ip6 => format!("ip6[{offset}:{size}]"),
            Self::Ether(base) => format!("ether[{}:{size}]", base + offset),
        }
    }

    /// The same behind an IPv4 header of any length.
    fn behind_v4(self, offset: usize, size: usize) -> String {
        let length = format!("(({} & 15) << 2)", self.field(0, 1));
        match self {
            Self::Ip | Self::Ip6 => format!("ip[{length} + {offset}:{size}]"),
            Self::Ether(base) => format!("ether[{length} + {}:{size}]", base + offset),
        }
    }
}

/// Protocol numbers of TCP, and of the tunnels that are opened: IPv4, IPv6, GRE.
const TCP_AND_TUNNELS: [usize; 4] = [6, 4, 41, 47];
const AUTHENTICATION: usize = 51;
/// Hop-by-hop, routing, fragment, authentication, destination options.
const EXTENSIONS: [usize; 5] = [0, 43, 44, AUTHENTICATION, 60];
/// UDP ports of VXLAN (two of them) and Geneve.
const TUNNEL_PORTS: [usize; 3] = [4789, 8472, 6081];
/// Unreachable, time exceeded, parameter problem.
const ICMP_ERRORS: [usize; 3] = [3, 11, 12];
/// The same in ICMPv6.
const ICMP6_ERRORS: [usize; 3] = [1, 3, 4];
const TAGS: [usize; 3] = [0x8100, 0x88a8, 0x9100];

/// TCP with all its fragments, an authentication header, a tunnel, an ICMP error.
fn v4(at: At) -> String {
    let protocol = at.field(9, 1);
    let first_fragment = format!("{} & 0x1fff = 0", at.field(6, 2));
    let tunnel = is_one_of(&at.behind_v4(2, 2), &TUNNEL_PORTS);
    any_of([
        is_one_of(&protocol, &TCP_AND_TUNNELS),
        format!("{protocol} = {AUTHENTICATION}"),
        icmp_error_v4(at),
        format!("({protocol} = 17 and {first_fragment} and {tunnel})"),
    ])
}

fn icmp_error_v4(at: At) -> String {
    let error = is_one_of(&at.behind_v4(0, 1), &ICMP_ERRORS);
    format!("({} = 1 and {} & 0x1fff = 0 and {error})", at.field(9, 1), at.field(6, 2))
}

/// The same; of extension headers the first is read, and whatever follows a second one passes.
fn v6(at: At) -> String {
    let (next, behind) = (at.field(6, 1), at.field(40, 1));
    let tunnel = is_one_of(&at.field(42, 2), &TUNNEL_PORTS);
    // The shortest extension header is the usual one, and keeps the multicast reports of every host out.
    let icmp = format!("({} != 0 or {})", at.field(41, 1), is_one_of(&at.field(48, 1), &ICMP6_ERRORS));
    let carried = any_of([
        is_one_of(&behind, &TCP_AND_TUNNELS),
        format!("({behind} = 58 and {icmp})"),
        is_one_of(&behind, &EXTENSIONS),
    ]);
    any_of([
        is_one_of(&next, &TCP_AND_TUNNELS),
        icmp_error_v6(at),
        format!("({} and {carried})", is_one_of(&next, &EXTENSIONS)),
        format!("({next} = 17 and {tunnel})"),
    ])
}

fn icmp_error_v6(at: At) -> String {
    format!("({} = 58 and {})", at.field(6, 1), is_one_of(&at.field(40, 1), &ICMP6_ERRORS))
}

/// One VLAN tag or two in the frame's bytes; a third passes unread.
fn tagged() -> String {
    let two = format!(
        "({} and {})",
        is_one_of("ether[16:2]", &TAGS),
        any_of([ip_behind(20), is_one_of("ether[20:2]", &TAGS)])
    );
    format!("({} and {})", is_one_of("ether[12:2]", &TAGS), any_of([ip_behind(16), two, unread_behind(16)]))
}

/// IP announced by the Ethernet type at an offset.
fn ip_behind(kind: usize) -> String {
    any_of([
        format!("(ether[{kind}:2] = 0x0800 and {})", v4(At::Ether(kind + 2))),
        format!("(ether[{kind}:2] = 0x86dd and {})", v6(At::Ether(kind + 2))),
    ])
}

/// PPPoE and MPLS announced there.
fn unread_behind(kind: usize) -> String {
    is_one_of(&format!("ether[{kind}:2]"), &[0x8864, 0x8847, 0x8848])
}

/// A PPPoE session: six bytes, the PPP protocol, IP.
fn pppoe() -> String {
    let v4 = format!("(ether[20:2] = 0x0021 and {})", v4(At::Ether(22)));
    let v6 = format!("(ether[20:2] = 0x0057 and {})", v6(At::Ether(22)));
    format!("(ether[12:2] = 0x8864 and {})", any_of([v4, v6]))
}

/// MPLS says nowhere what it carries.
fn mpls() -> String {
    is_one_of("ether[12:2]", &[0x8847, 0x8848])
}

/// IP behind an IEEE 802.2 header: aa aa 03, three zeros, the Ethernet type.
fn snap() -> String {
    let ip = is_one_of("ether[18:4]", &[0x0800, 0x86dd]);
    format!("(ether[12:2] < 0x600 and ether[14:4] = 0xaaaa0300 and {ip})")
}

fn is_one_of(field: &str, values: &[usize]) -> String {
    let tests: Vec<String> = values.iter().map(|value| format!("{field} = {value}")).collect();
    format!("({})", tests.join(" or "))
}

fn any_of(alternatives: impl IntoIterator<Item = String>) -> String {
    format!("({})", alternatives.into_iter().collect::<Vec<_>>().join(" or "))
}

#[cfg(test)]
mod tests;
