//! Each link type and each shape of headers.

use super::*;

/// Which of the two readers a shape is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Fast,
    Full,
}

/// Every shape that is read, around the same segment with [`HELLO`] in it, by a name for the message of a failed test.
pub(super) fn shapes() -> Vec<(&'static str, By, LinkType, Vec<u8>)> {
    let (four, six) = (v4(HELLO), v6(HELLO));
    let tag = |kind: u16, rest: &[u8]| [&[0, 7], &kind.to_be_bytes()[..], rest].concat();
    let tags = |n: usize| ethernet(0x8100, &[[0, 7, 0x81, 0].repeat(n - 1), tag(0x0800, &four)].concat());
    let sll = |hardware: u8, kind: u16| [&[0, 0, 3, hardware][..], &[0; 10], &kind.to_be_bytes()].concat();
    let sll2 = |kind: u16| [&kind.to_be_bytes()[..], &[0; 18]].concat();
    let pppoe = |kind: u8| [0x11, 0, 0, 9, 0, 0, 0, kind];
    let with_options = {
        let mut bytes = v4_around(6, &[[1; 8].to_vec(), tcp(HELLO)].concat());
        bytes[0] = 0x47;
        bytes
    };
    let mut shapes = vec![
        ("ethernet v4", By::Fast, LinkType::Ethernet, ethernet(0x0800, &four)),
        ("ethernet v6", By::Fast, LinkType::Ethernet, ethernet(0x86dd, &six)),
        ("ethernet v4 with options", By::Fast, LinkType::Ethernet, ethernet(0x0800, &with_options)),
        ("one tag", By::Fast, LinkType::Ethernet, tags(1)),
        ("tag v6", By::Fast, LinkType::Ethernet, ethernet(0x8100, &tag(0x86dd, &six))),
        ("QinQ", By::Fast, LinkType::Ethernet, ethernet(0x88a8, &tag(0x8100, &tag(0x0800, &four)))),
        ("old QinQ", By::Fast, LinkType::Ethernet, ethernet(0x9100, &tag(0x8100, &tag(0x0800, &four)))),
        ("three tags", By::Full, LinkType::Ethernet, tags(3)),
        ("eight tags", By::Full, LinkType::Ethernet, tags(8)),
        ("SLL v4", By::Fast, LinkType::LinuxSll, [sll(1, 0x0800), four.clone()].concat()),
        ("SLL v6 on loopback", By::Fast, LinkType::LinuxSll, [sll(4, 0x86dd), six.clone()].concat()),
        ("SLL tag", By::Full, LinkType::LinuxSll, [sll(1, 0x8100), tag(0x0800, &four)].concat()),
        ("SLL2 v4", By::Fast, LinkType::LinuxSll2, [sll2(0x0800), four.clone()].concat()),
        ("SLL2 v6", By::Fast, LinkType::LinuxSll2, [sll2(0x86dd), six.clone()].concat()),
        ("raw v4", By::Fast, LinkType::Raw, four.clone()),
        ("raw v6", By::Fast, LinkType::Raw, six.clone()),
        ("null v4, little end", By::Full, LinkType::Null, [&[2, 0, 0, 0], &four[..]].concat()),
        ("null v4, big end", By::Full, LinkType::Null, [&[0, 0, 0, 2], &four[..]].concat()),
        ("loop v4", By::Full, LinkType::Loop, [&[0, 0, 0, 2], &four[..]].concat()),
        ("PPPoE v4", By::Full, LinkType::Ethernet, ethernet(0x8864, &[&pppoe(0x21), &four[..]].concat())),
        ("PPPoE v6", By::Full, LinkType::Ethernet, ethernet(0x8864, &[&pppoe(0x57), &six[..]].concat())),
        ("security group", By::Full, LinkType::Ethernet, {
            ethernet(0x8909, &[&[1, 1, 0, 1, 0, 2, 8, 0], &four[..]].concat())
        }),
        ("MPLS", By::Full, LinkType::Ethernet, {
            ethernet(0x8847, &[&[0, 1, 0, 9, 0, 2, 1, 9], &four[..]].concat())
        }),
        ("SNAP", By::Full, LinkType::Ethernet, {
            ethernet(65, &[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &four[..]].concat())
        }),
    ];
    shapes.extend(of_other_systems(&four, &six));
    for family in [10, 24, 28, 30] {
        shapes.push(("null v6", By::Full, LinkType::Null, [&[family, 0, 0, 0], &six[..]].concat()));
        shapes.push(("loop v6", By::Full, LinkType::Loop, [&[0, 0, 0, family], &six[..]].concat()));
    }
    shapes
}

/// Those that macOS, BSD and routers write.
fn of_other_systems(four: &[u8], six: &[u8]) -> Vec<(&'static str, By, LinkType, Vec<u8>)> {
    let pktap = |link: u32, frame: &[u8]| {
        let words: Vec<u8> = [108_u32, 1, link].iter().flat_map(|word| word.to_le_bytes()).collect();
        [&words[..], &[0; 96], frame].concat()
    };
    vec![
        ("PPP v4", By::Full, LinkType::Ppp, [&[0xff, 3, 0, 0x21], four].concat()),
        ("bare PPP v6", By::Full, LinkType::Ppp, [&[0, 0x57], six].concat()),
        ("PPP, one byte", By::Full, LinkType::Ppp, [&[0x21], four].concat()),
        ("PPP, MPLS", By::Full, LinkType::Ppp, [&[2, 0x81, 0, 2, 1, 9], four].concat()),
        ("Cisco's HDLC", By::Full, LinkType::CiscoHdlc, [&[15, 0, 8, 0], four].concat()),
        ("PKTAP on Ethernet", By::Full, LinkType::Pktap, pktap(1, &ethernet(0x0800, four))),
        ("PKTAP on loopback", By::Full, LinkType::Pktap, pktap(0, &[&[30, 0, 0, 0], six].concat())),
        ("PKTAP, raw", By::Full, LinkType::Pktap, pktap(12, four)),
    ]
}

#[test]
fn every_shape_gives_the_segment_and_goes_the_way_it_should() {
    for (name, by, link, bytes) in shapes() {
        let frame = frame(link, &bytes);
        let (segment, payload) = segment(&frame);
        assert_is_ours(&segment, name);
        assert_eq!((payload, segment.len, segment.wnd), (HELLO, 5, 4096), "{name}");
        assert_eq!((segment.tsval, segment.tsecr), (77, 88), "{name}");
        assert_eq!((segment.ts.as_nanos(), segment.frame, segment.file), (5, 7, 2), "{name}");
        assert_eq!(readings(&frame).0.is_some(), by == By::Fast, "{name}");
    }
}

#[test]
fn traits_of_a_plain_segment_are_those_of_its_headers() {
    let bytes = v4(HELLO);
    assert_eq!(segment(&frame(LinkType::Raw, &bytes)).0.traits, Traits(Traits::DF.0 | Traits::TIMESTAMPS.0));
    let bytes = v6(HELLO);
    assert_eq!(
        segment(&frame(LinkType::Raw, &bytes)).0.traits,
        Traits(Traits::IPV6.0 | Traits::TIMESTAMPS.0)
    );
    let bytes = v4_around(6, &tcp(HELLO));
    assert_eq!(segment(&frame(LinkType::Raw, &bytes)).0.ip_id, 0x1234);
}

#[test]
fn what_is_not_tcp_says_what_it_is() {
    let skip = |link, bytes: &[u8]| read(&frame(link, bytes)).unwrap_err();
    assert_eq!(skip(LinkType::Ethernet, &ethernet(0x0806, &[0; 46])), Skip::NotIp);
    assert_eq!(skip(LinkType::Ethernet, &ethernet(38, &[0x42; 46])), Skip::NotIp, "spanning tree");
    assert_eq!(skip(LinkType::Raw, &v4_around(17, &[0; 8])), Skip::NotTcp);
    assert_eq!(skip(LinkType::Raw, &v4_around(50, &[0; 8])), Skip::NotTcp);
    assert_eq!(skip(LinkType::Null, &[7, 0, 0, 0]), Skip::NotIp);
    assert_eq!(skip(LinkType::Unknown(147), &v4(HELLO)), Skip::UnknownLink);
    assert_eq!(skip(LinkType::Ethernet, &[]), Skip::Malformed);
    let pktap = |words: [u32; 3]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    assert_eq!(skip(LinkType::Pktap, &pktap([12, 0, 1])), Skip::NotIp, "no packet");
    assert_eq!(
        skip(LinkType::Pktap, &pktap([11, 1, 1])),
        Skip::Malformed,
        "shorter than what tells its length"
    );
    assert_eq!(skip(LinkType::Pktap, &pktap([u32::MAX, 1, 1])), Skip::Malformed);
    assert_eq!(skip(LinkType::Pktap, &pktap([12, 1, 147])), Skip::UnknownLink);
    assert_eq!(skip(LinkType::Pktap, &pktap([12, 1, 258]).repeat(17)), Skip::TooDeep);
    assert_eq!(skip(LinkType::Ppp, &[0xff, 3, 0xc0, 0x21, 1]), Skip::NotIp, "link control");
    assert_eq!(skip(LinkType::CiscoHdlc, &[0x8f, 0, 0x80, 0x35, 0, 0]), Skip::NotIp, "SLARP");
    let nine = ethernet(0x8100, &[[0, 7, 0x81, 0].repeat(8), v4(HELLO)].concat());
    assert_eq!(skip(LinkType::Ethernet, &nine), Skip::TooDeep);
}

#[test]
fn headers_that_contradict_themselves_are_malformed() {
    let broken = |at: usize, to: u8| {
        let mut bytes = v4(HELLO);
        bytes[at] = to;
        read(&frame(LinkType::Raw, &bytes)).map(drop)
    };
    assert_eq!(broken(0, 0x44), Err(Skip::Malformed), "an IP header of 16 bytes");
    assert_eq!(broken(3, 19), Err(Skip::Malformed), "a packet shorter than its header");
    assert_eq!(broken(3, 39), Err(Skip::Malformed), "a segment shorter than a TCP header");
    assert_eq!(broken(32, 0x40), Err(Skip::Malformed), "a TCP header of 16 bytes");
    assert_eq!(broken(32, 0xf0), Err(Skip::Malformed), "a TCP header longer than its segment");
    let six_says_four = ethernet(0x86dd, &v4(HELLO));
    assert_eq!(read(&frame(LinkType::Ethernet, &six_says_four)), Err(Skip::Malformed));
}

#[test]
fn a_wrong_checksum_is_a_fact_about_a_segment_without_payload() {
    let bytes = v4(b"");
    assert!(!segment(&frame(LinkType::Raw, &bytes)).0.traits.has(Traits::BAD_CHECKSUM));
    for mut bytes in [v4(b""), v6(b"")] {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(segment(&frame(LinkType::Raw, &bytes)).0.traits.has(Traits::BAD_CHECKSUM));
        assert!(!segment(&cut(LinkType::Raw, &bytes, last)).0.traits.has(Traits::BAD_CHECKSUM));
    }
}

#[test]
fn broken_options_are_a_fact_about_a_segment() {
    let mut bytes = v4(HELLO);
    bytes[43] = 11;
    assert!(segment(&frame(LinkType::Raw, &bytes)).0.traits.has(Traits::BAD_OPTIONS));
}

/// `tcpdump -i any` tells what the host sent from what came to it; its packet types are 0 to us, 1 broadcast, 2 multicast, 3 to others, 4 by us.
#[test]
fn cooked_captures_tell_what_goes_out() {
    let outgoing = |link, bytes: &[u8]| match decode(&frame(link, bytes)) {
        Ok(Pdu::Segment(segment, _)) => segment.traits.has(Traits::OUTGOING),
        other => panic!("no segment but {other:?}"),
    };
    for kind in 0..5_u8 {
        let first = [&[0, kind, 0, 1][..], &[0; 10], &[8, 0], &v4(b"data")].concat();
        let second = [&[8, 0][..], &[0; 8], &[kind], &[0; 9], &v4(b"data")].concat();
        let told = (outgoing(LinkType::LinuxSll, &first), outgoing(LinkType::LinuxSll2, &second));
        assert_eq!(told, (kind == 4, kind == 4), "{kind}");
    }
    assert!(!outgoing(LinkType::Raw, &v4(b"data")));
}

/// Linux gives the type of the hardware, 1 for Ethernet and 772 for loopback.
#[test]
fn what_passes_loopback_is_known() {
    let looped = |link, bytes: &[u8]| segment(&frame(link, bytes)).0.traits.has(Traits::LOOPBACK);
    for (kind, expected) in [([0, 1], false), ([3, 4], true)] {
        let first = [&[0, 0][..], &kind, &[0; 10], &[8, 0], &v4(b"data")].concat();
        let second = [&[8, 0][..], &[0; 6], &kind, &[0; 10], &v4(b"data")].concat();
        let told = (looped(LinkType::LinuxSll, &first), looped(LinkType::LinuxSll2, &second));
        assert_eq!(told, (expected, expected));
    }
    assert!(!looped(LinkType::Raw, &v4(b"data")));
}
