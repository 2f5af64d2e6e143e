//! The filter in libpcap's own hands: compiled for a link type, run over frames of every shape.

use pcap::{BpfProgram, Capture, Linktype};

use super::*;
use crate::capture::filter::{dlt, words};

const SHIM: [u8; 4] = [0, 1, 1, 9];

/// What the kernel would be given.
fn program_of(link: LinkType, user: Option<&str>, coverage: Coverage) -> Result<BpfProgram, Error> {
    let dead = Capture::dead(Linktype(dlt(link))).unwrap();
    let compile = |expression: &str| {
        dead.compile(expression, true)
            .map_err(|error| Error::Filter { expression: expression.to_owned(), why: words(error) })
    };
    let judge = Untagged::new(link, user);
    let options = Options { filter: user.map(str::to_owned), coverage, ..Options::on(Vec::new()) };
    compile(&expression(link, &options, judge.as_ref(), |expression| compile(expression).map(drop))?)
}

/// The same for all segments.
fn program(link: LinkType, user: Option<&str>) -> Result<BpfProgram, Error> {
    program_of(link, user, Coverage::Whole)
}

/// An IPv4 packet of a protocol, from 10.0.0.1 to 10.0.0.2.
fn v4(protocol: u8, body: &[u8]) -> Vec<u8> {
    [&[0x45, 0, 0, 99, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], body].concat()
}

/// The same with 8 bytes of options.
fn v4_with_options(protocol: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = v4(protocol, &[&[1; 8], body].concat());
    bytes[0] = 0x47;
    bytes
}

/// The same as a fragment.
fn v4_fragment(offset: u16, protocol: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = v4(protocol, body);
    bytes[6..8].copy_from_slice(&(0x2000 | offset).to_be_bytes());
    bytes
}

fn v6(next: u8, body: &[u8]) -> Vec<u8> {
    [&[0x60, 0, 0, 0, 0, 99, next, 64][..], &[0xfd; 16], &[0xfe; 16], body].concat()
}

/// An extension header of eight bytes before something.
fn extension(next: u8, body: &[u8]) -> Vec<u8> {
    [&[next, 0, 0, 0, 0, 0, 0, 0], body].concat()
}

/// From port 40000 to 443.
fn tcp() -> Vec<u8> {
    tcp_to(443)
}

fn tcp_to(port: u16) -> Vec<u8> {
    [&40_000_u16.to_be_bytes()[..], &port.to_be_bytes(), &[0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 1, 0, 0, 0, 0, 0]]
        .concat()
}

fn udp_to(port: u16) -> Vec<u8> {
    [&40_000_u16.to_be_bytes()[..], &port.to_be_bytes(), &[0; 40]].concat()
}

fn icmp(kind: u8) -> Vec<u8> {
    [&[kind, 0, 0, 0, 0, 0, 0, 0], &v4(6, &tcp())[..]].concat()
}

fn icmp6(kind: u8) -> Vec<u8> {
    [&[kind, 0, 0, 0, 0, 0, 0, 0], &v6(6, &tcp())[..]].concat()
}

/// Packets with an IP version, by a name for the message of a failed test, and whether they are to pass.
fn packets() -> Vec<(String, u16, Vec<u8>, bool)> {
    let mut packets = Vec::new();
    let mut add =
        |name: &str, version, bytes, passes| packets.push((name.to_owned(), version, bytes, passes));
    add("TCP", 4, v4(6, &tcp()), true);
    add("TCP behind options", 4, v4_with_options(6, &tcp()), true);
    add("first fragment", 4, v4_fragment(0, 6, &tcp()), true);
    add("later fragment", 4, v4_fragment(185, 6, &[0; 8]), true);
    add("TCP behind AH", 4, v4(51, &extension(6, &tcp())), true);
    add("UDP", 4, v4(17, &udp_to(53)), false);
    add("UDP fragment", 4, v4_fragment(185, 17, &udp_to(4789)), false);
    add("SCTP", 4, v4(132, &[0; 20]), false);
    add("ESP", 4, v4(50, &[0; 20]), false);
    add("OSPF", 4, v4(89, &[0; 20]), false);
    for (protocol, name) in [(4, "IPIP"), (41, "6in4"), (47, "GRE")] {
        add(name, 4, v4(protocol, &[0; 40]), true);
        add(name, 6, v6(protocol, &[0; 40]), true);
    }
    for port in TUNNEL_PORTS {
        let port = u16::try_from(port).unwrap();
        add(&format!("UDP to {port}"), 4, v4(17, &udp_to(port)), true);
        add(&format!("UDP to {port}"), 4, v4_with_options(17, &udp_to(port)), true);
        add(&format!("UDP to {port}"), 6, v6(17, &udp_to(port)), true);
    }
    for kind in 0..=18 {
        let error = matches!(kind, 3 | 11 | 12);
        add(&format!("ICMP {kind}"), 4, v4(1, &icmp(kind)), error);
        add(&format!("ICMP {kind} behind options"), 4, v4_with_options(1, &icmp(kind)), error);
    }
    add("TCP", 6, v6(6, &tcp()), true);
    add("UDP", 6, v6(17, &udp_to(53)), false);
    for kind in [1, 2, 3, 4, 128, 129, 133, 134, 135, 136, 143] {
        add(&format!("ICMPv6 {kind}"), 6, v6(58, &icmp6(kind)), matches!(kind, 1 | 3 | 4));
    }
    for header in [0, 43, 44, 51, 60] {
        add(&format!("TCP behind {header}"), 6, v6(header, &extension(6, &tcp())), true);
        add(&format!("UDP behind {header}"), 6, v6(header, &extension(17, &udp_to(53))), false);
        add(&format!("an error behind {header}"), 6, v6(header, &extension(58, &icmp6(1))), true);
        add(&format!("a report behind {header}"), 6, v6(header, &extension(58, &icmp6(143))), false);
        add(
            &format!("TCP behind {header} and 60"),
            6,
            v6(header, &extension(60, &extension(6, &tcp()))),
            true,
        );
    }
    packets
}

/// Gives what comes before a packet of an IP version.
type Wrapping = fn(u16) -> Vec<u8>;

/// What begins an Ethernet frame before IP of a version: addresses, then tags or what else there may be.
fn wrappings() -> Vec<(&'static str, Wrapping)> {
    fn ether_type(version: u16) -> [u8; 2] {
        if version == 4 { [8, 0] } else { [0x86, 0xdd] }
    }
    fn ppp(version: u16) -> [u8; 2] {
        if version == 4 { [0, 0x21] } else { [0, 0x57] }
    }
    vec![
        ("plain", |version| [&[2; 12][..], &ether_type(version)].concat()),
        ("VLAN", |version| [&[2; 12][..], &[0x81, 0, 0, 7], &ether_type(version)].concat()),
        ("QinQ", |version| [&[2; 12][..], &[0x88, 0xa8, 0, 9, 0x81, 0, 0, 7], &ether_type(version)].concat()),
        ("old QinQ", |version| {
            [&[2; 12][..], &[0x91, 0, 0, 9, 0x81, 0, 0, 7], &ether_type(version)].concat()
        }),
        ("PPPoE", |version| [&[2; 12][..], &[0x88, 0x64, 0x11, 0, 0, 9, 0, 0], &ppp(version)].concat()),
    ]
}

#[test]
fn every_packet_that_can_be_about_tcp_passes_in_every_wrapping_and_no_other() {
    let ethernet = program(LinkType::Ethernet, None).unwrap();
    for (name, version, packet, passes) in packets() {
        for (wrapping, header) in wrappings() {
            let frame = [header(version), packet.clone()].concat();
            assert_eq!(ethernet.filter(&frame), passes, "{name} over IPv{version}, {wrapping}");
        }
    }
}

#[test]
fn the_other_link_types_let_the_same_packets_through() {
    for (link, header_len) in
        [(LinkType::Raw, 0), (LinkType::LinuxSll, 16), (LinkType::LinuxSll2, 20), (LinkType::Null, 4)]
    {
        let program = program(link, None).unwrap();
        for (name, version, packet, passes) in packets() {
            let ether_type: u16 = if version == 4 { 0x0800 } else { 0x86dd };
            let mut header = vec![0; header_len];
            match link {
                LinkType::LinuxSll => header[14..].copy_from_slice(&ether_type.to_be_bytes()),
                LinkType::LinuxSll2 => header[..2].copy_from_slice(&ether_type.to_be_bytes()),
                LinkType::Null => {
                    header.copy_from_slice(&if version == 4 { 2_u32 } else { 10 }.to_ne_bytes());
                }
                _ => {}
            }
            let frame = [header, packet].concat();
            assert_eq!(program.filter(&frame), passes, "{name} over IPv{version}, {link:?}");
        }
    }
}

#[test]
fn rare_wrappings_pass_unread() {
    let ethernet = program(LinkType::Ethernet, None).unwrap();
    let begin = |bytes: &[u8]| [&[2; 12][..], bytes, &v4(6, &tcp())].concat();
    assert!(ethernet.filter(&begin(&[&[0x88, 0x47][..], &SHIM].concat())), "MPLS");
    assert!(
        ethernet.filter(&begin(&[&[0x81, 0, 0, 7, 0x88, 0x47][..], &SHIM].concat())),
        "MPLS behind a tag"
    );
    assert!(ethernet.filter(&begin(&[0x81, 0, 0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 8, 0])), "three tags");
    assert!(ethernet.filter(&begin(&[0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0])), "SNAP");
}

#[test]
fn what_is_no_ip_stays_out() {
    let ethernet = program(LinkType::Ethernet, None).unwrap();
    for (name, ether_type) in
        [("ARP", [8, 6]), ("LLDP", [0x88, 0xcc]), ("STP", [0, 38]), ("EAPOL", [0x88, 0x8e])]
    {
        let frame = [&[2; 12][..], &ether_type, &[0x42; 60]].concat();
        assert!(!ethernet.filter(&frame), "{name}");
        let tagged = [&[2; 12][..], &[0x81, 0, 0, 7], &ether_type, &[0x42; 60]].concat();
        assert!(!ethernet.filter(&tagged), "{name} behind a tag");
    }
    assert!(!ethernet.filter(&[2; 12]), "half a header");
}

#[test]
fn the_user_narrows_it_down_and_frames_with_tags_are_judged_later() {
    let https = program(LinkType::Ethernet, Some(" port 443 ")).unwrap();
    let others = program(LinkType::Ethernet, Some("not port 443")).unwrap();
    for (wrapping, header) in wrappings().into_iter().filter(|(wrapping, _)| *wrapping != "PPPoE") {
        let tagged = wrapping != "plain";
        for (port, is_https) in [(443, true), (22, false)] {
            let segment = [header(4), v4(6, &tcp_to(port))].concat();
            assert_eq!(https.filter(&segment), tagged || is_https, "port {port}, {wrapping}");
            assert_eq!(others.filter(&segment), tagged || !is_https, "not port {port}, {wrapping}");
            let segment = [header(6), v6(6, &tcp_to(port))].concat();
            assert_eq!(https.filter(&segment), tagged || is_https, "port {port} over IPv6, {wrapping}");
        }
        assert!(!https.filter(&[header(4), v4(17, &udp_to(443))].concat()), "QUIC, {wrapping}");
    }
}

#[test]
fn icmp_errors_pass_whatever_the_user_asks_for() {
    for user in ["port 443", "tcp and host 10.0.0.9", "vlan 7 and port 80"] {
        let program = program(LinkType::Ethernet, Some(user)).unwrap();
        let plain = wrappings()[0].1;
        assert!(program.filter(&[plain(4), v4(1, &icmp(3))].concat()), "{user}");
        assert!(program.filter(&[plain(6), v6(58, &icmp6(1))].concat()), "{user}");
        assert!(!program.filter(&[plain(4), v4(1, &icmp(8))].concat()), "{user}");
    }
}

#[test]
fn words_that_shift_offsets_are_left_as_they_stand() {
    let program = program(LinkType::Ethernet, Some("vlan 7 and port 443")).unwrap();
    let [plain, vlan] = [wrappings()[0].1, wrappings()[1].1];
    assert!(program.filter(&[vlan(4), v4(6, &tcp_to(443))].concat()));
    assert!(!program.filter(&[vlan(4), v4(6, &tcp_to(22))].concat()));
    assert!(!program.filter(&[plain(4), v4(6, &tcp_to(443))].concat()));
}

#[test]
fn a_filter_works_on_links_without_tags() {
    for link in [LinkType::LinuxSll2, LinkType::Raw] {
        assert!(program(link, Some("tcp port 443 and net 10.0.0.0/8")).is_ok(), "{link:?}");
    }
}

#[test]
fn a_bad_filter_is_reported_in_libpcaps_words_about_what_was_written() {
    for user in ["port x", "port 80) or (udp", "host", "tcp &"] {
        let Err(Error::Filter { expression, why }) = program(LinkType::Ethernet, Some(user)) else {
            panic!("{user} was taken");
        };
        assert_eq!(expression, user);
        assert!(!why.is_empty());
    }
}

#[test]
fn no_filter_is_the_default_one() {
    for none in [None, Some(""), Some(" \t")] {
        let program = program(LinkType::Ethernet, none).unwrap();
        assert!(program.filter(&[wrappings()[0].1(4), v4(6, &tcp())].concat()));
    }
}

/// The kernel takes 4096 instructions; far fewer are to be run for each frame of the host.
#[test]
fn the_program_is_short_enough() {
    let default = program(LinkType::Ethernet, None).unwrap().get_instructions().len();
    let user = program(LinkType::Ethernet, Some("host 10.0.0.1 and (port 443 or port 80)")).unwrap();
    let user = user.get_instructions().len();
    assert!(default < 400 && user < 1000, "{default} and {user} instructions");
}

/// A segment with these flags.
fn tcp_with(flags: u8) -> Vec<u8> {
    let mut bytes = tcp();
    bytes[13] = flags;
    bytes
}

#[test]
fn in_passing_only_beginnings_and_ends_are_looked_at() {
    let ether = program_of(LinkType::Ethernet, None, Coverage::Ends).unwrap();
    let raw = program_of(LinkType::Raw, None, Coverage::Ends).unwrap();
    for (flags, passes) in
        [(0x02, true), (0x12, true), (0x11, true), (0x04, true), (0x10, false), (0x18, false)]
    {
        let packets = [
            (4, v4(6, &tcp_with(flags)), passes),
            (4, v4_with_options(6, &tcp_with(flags)), passes),
            (4, v4_fragment(0, 6, &tcp_with(flags)), passes),
            (4, v4_fragment(185, 6, &tcp_with(flags)), true),
            (6, v6(6, &tcp_with(flags)), passes),
            (6, v6(0, &extension(6, &tcp_with(flags))), true),
        ];
        for (version, packet, passes) in packets {
            assert_eq!(raw.filter(&packet), passes, "raw v{version} {flags:#x} {packet:x?}");
            for (name, before) in wrappings() {
                let unread = matches!(name, "QinQ" | "old QinQ" | "PPPoE");
                let frame = [before(version), packet.clone()].concat();
                assert_eq!(ether.filter(&frame), passes || unread, "{name} v{version} {flags:#x}");
            }
        }
    }
    let error = [&[2; 12][..], &[8, 0], &v4(1, &icmp(3))].concat();
    assert!(ether.filter(&error), "ICMP errors pass as ever");
}
