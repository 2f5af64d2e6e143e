//! Extension headers, fragments, and packets inside of packets.

use super::*;

fn at_raw(bytes: &[u8]) -> Result<Pdu<'_>, Skip> {
    read(&frame(LinkType::Raw, bytes))
}

/// Extension headers of IPv6 before the segment, given by the number of the first and the bytes of all.
fn extended(first: u8, headers: &[u8]) -> Vec<u8> {
    v6_around(first, &[headers, &tcp(HELLO)].concat())
}

#[test]
fn extension_headers_are_passed() {
    let (hop, routing, destination) = ([43, 0, 1, 4, 0, 0, 0, 0], [60, 0, 0, 0, 0, 0, 0, 0], [51, 1, 1, 12]);
    let authentication = [[6, 4].to_vec(), vec![9; 22]].concat();
    let all = [&hop[..], &routing, &destination, &[0; 12], &authentication].concat();
    for (first, headers) in [(0, &all[..]), (43, &all[8..]), (60, &all[16..]), (51, &all[32..])] {
        let bytes = extended(first, headers);
        let (segment, payload) = segment(&frame(LinkType::Raw, &bytes));
        assert_is_ours(&segment, "extended");
        assert_eq!((payload, segment.len), (HELLO, 5));
        assert!(segment.traits.has(Traits::IPV6) && !segment.traits.has(Traits::FRAGMENTED));
    }
    let bytes = v4_around(51, &[&authentication, &tcp(HELLO)[..]].concat());
    assert_eq!(segment(&frame(LinkType::Raw, &bytes)).1, HELLO);
}

#[test]
fn more_extension_headers_than_any_packet_has_are_too_deep() {
    let hops = |n: usize| {
        let mut headers = [60, 0, 1, 4, 0, 0, 0, 0].repeat(n);
        headers[8 * (n - 1)] = 6;
        extended(60, &headers)
    };
    assert!(at_raw(&hops(8)).is_ok());
    assert_eq!(at_raw(&hops(9)), Err(Skip::TooDeep));
    assert_eq!(at_raw(&extended(60, &[6, 200, 0, 0])), Err(Skip::Malformed), "longer than the packet");
}

#[test]
fn a_checksum_is_not_judged_where_a_header_may_name_other_addresses() {
    let bytes = v6_around(43, &[&[6, 0, 0, 0, 0, 0, 0, 0], &tcp(b"")[..]].concat());
    assert!(!segment(&frame(LinkType::Raw, &bytes)).0.traits.has(Traits::BAD_CHECKSUM));
    let bytes = v6_around(0, &[&[6, 0, 1, 4, 0, 0, 0, 0], &tcp(b"")[..]].concat());
    assert!(segment(&frame(LinkType::Raw, &bytes)).0.traits.has(Traits::BAD_CHECKSUM), "the sum is IPv4's");
}

#[test]
fn the_first_fragment_stands_for_all_in_ipv4() {
    let mut bytes = v4(HELLO);
    bytes[6] = 0x20;
    let (first, payload) = segment(&frame(LinkType::Raw, &bytes));
    assert_eq!((payload, first.traits.has(Traits::FRAGMENTED)), (HELLO, true));
    bytes[7] = 8;
    assert_eq!(at_raw(&bytes), Err(Skip::Fragment));
    bytes[6] = 0;
    assert_eq!(at_raw(&bytes), Err(Skip::Fragment), "the last one");
    bytes[9] = 17;
    assert_eq!(at_raw(&bytes), Err(Skip::NotTcp));
    let mut tiny = v4_around(6, &tcp(HELLO)[..16]);
    tiny[6] = 0x20;
    assert_eq!(at_raw(&tiny), Err(Skip::Malformed));
}

#[test]
fn the_first_fragment_stands_for_all_in_ipv6() {
    let fragment = |next: u8, place: u16| {
        let [high, low] = place.to_be_bytes();
        extended(44, &[next, 0, high, low, 0, 0, 0, 1])
    };
    let whole = fragment(6, 0);
    assert!(!segment(&frame(LinkType::Raw, &whole)).0.traits.has(Traits::FRAGMENTED), "an atomic fragment");
    let first = fragment(6, 1);
    assert!(segment(&frame(LinkType::Raw, &first)).0.traits.has(Traits::FRAGMENTED));
    assert_eq!(at_raw(&fragment(6, 8)), Err(Skip::Fragment));
    assert_eq!(at_raw(&fragment(60, 9)), Err(Skip::Fragment), "it may be TCP's");
    assert_eq!(at_raw(&fragment(17, 8)), Err(Skip::NotTcp));
}

/// Every tunnel, as protocol number and what it has in front of an inner packet.
pub(super) fn tunnels() -> Vec<(&'static str, u8, Vec<u8>)> {
    let udp = |port: u16, head: &[u8]| {
        [&[0xc0, 0, port.to_be_bytes()[0], port.to_be_bytes()[1], 0, 0, 0, 0], head].concat()
    };
    let eth = |before: &[u8]| [before, &ethernet(0x0800, &[])].concat();
    let geneve = |kind: [u8; 2]| [&[1, 0, kind[0], kind[1], 0, 0, 5, 0][..], &[9; 4]].concat();
    vec![
        ("IP in IP", 4, vec![]),
        ("GRE", 47, vec![0, 0, 8, 0]),
        ("GRE with all fields", 47, [&[0xb0, 0, 8, 0][..], &[9; 12]].concat()),
        ("GRE with Ethernet", 47, eth(&[0, 0, 0x65, 0x58])),
        ("ERSPAN", 47, eth(&[&[0x10, 0, 0x88, 0xbe][..], &[0; 12]].concat())),
        ("ERSPAN type I", 47, eth(&[0, 0, 0x88, 0xbe])),
        ("VXLAN", 17, udp(4789, &eth(&[8, 0, 0, 0, 0, 0, 5, 0]))),
        ("VXLAN of old", 17, udp(8472, &eth(&[8, 0, 0, 0, 0, 0, 5, 0]))),
        ("Geneve", 17, udp(6081, &geneve([8, 0]))),
        ("Geneve with Ethernet", 17, udp(6081, &eth(&geneve([0x65, 0x58])))),
    ]
}

#[test]
fn the_connection_in_a_tunnel_is_the_connection() {
    for (name, protocol, head) in tunnels() {
        let inner = [head, v4(HELLO)].concat();
        for bytes in [v4_around(protocol, &inner), v6_around(protocol, &inner)] {
            for at in 0..=bytes.len() {
                match read(&cut(LinkType::Raw, &bytes, at)) {
                    Ok(Pdu::Segment(segment, _)) => {
                        assert_is_ours(&segment, name);
                        assert_eq!(segment.len, 5, "{name} at {at}");
                    }
                    other => assert_eq!(other, Err(Skip::Cut), "{name} at {at}"),
                }
            }
            assert_eq!(segment(&frame(LinkType::Raw, &bytes)).1, HELLO, "{name}");
        }
    }
    let six_in_four = v4_around(41, &v6(HELLO));
    assert!(segment(&frame(LinkType::Raw, &six_in_four)).0.traits.has(Traits::IPV6));
}

#[test]
fn what_only_looks_like_a_tunnel_is_left_alone() {
    for (name, protocol, head) in tunnels() {
        let mut bytes = v4_around(protocol, &[head, v4(HELLO)].concat());
        bytes[6] = 0x20;
        assert_eq!(at_raw(&bytes), Err(Skip::Fragment), "{name}");
    }
    let udp = |port: u8, body: &[u8]| v4_around(17, &[&[0, 53, 0x12, port, 0, 0, 0, 0], body].concat());
    assert_eq!(at_raw(&udp(0xb5, &[0; 40])), Err(Skip::NotTcp), "no VXLAN flags");
    assert_eq!(at_raw(&udp(0xb4, &[8, 0, 0, 0, 0, 0, 5, 0])), Err(Skip::NotTcp), "another port");
    assert_eq!(at_raw(&v4_around(47, &[0x30, 1, 0x88, 0x0b])), Err(Skip::NotTcp), "PPTP");
    assert_eq!(at_raw(&v4_around(47, &[0x40, 0, 8, 0])), Err(Skip::NotTcp), "GRE with source routes");
}

#[test]
fn tunnels_in_tunnels_come_to_an_end() {
    let nested = |n| (0..n).fold(v4(HELLO), |inner, _| v4_around(4, &inner));
    assert!(at_raw(&nested(4)).is_ok());
    assert_eq!(at_raw(&nested(40)), Err(Skip::TooDeep));
}
