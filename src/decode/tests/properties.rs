//! What holds for any bytes: no panic, and one answer from both readers.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::icmp::{error, error6};
use super::nesting::tunnels;
use super::shapes::shapes;
use super::*;

const LINKS: [LinkType; 7] = [
    LinkType::Ethernet,
    LinkType::Raw,
    LinkType::LinuxSll,
    LinkType::LinuxSll2,
    LinkType::Null,
    LinkType::Loop,
    LinkType::Unknown(9),
];

/// The fields of a segment as they go to the wire.
#[derive(Clone, Debug)]
struct Sent {
    six: bool,
    ports: (u16, u16),
    numbers: (u32, u32),
    flags: u8,
    wnd: u16,
    options: Vec<[u8; 4]>,
    payload: Vec<u8>,
}

impl Sent {
    fn bytes(&self) -> Vec<u8> {
        let data_offset = (5 + u8::try_from(self.options.len()).unwrap()) << 4;
        let tcp = [
            &self.ports.0.to_be_bytes()[..],
            &self.ports.1.to_be_bytes(),
            &self.numbers.0.to_be_bytes(),
            &self.numbers.1.to_be_bytes(),
            &[data_offset, self.flags],
            &self.wnd.to_be_bytes(),
            &[0; 4],
            &self.options.concat(),
            &self.payload,
        ]
        .concat();
        if self.six { v6_around(6, &tcp) } else { v4_around(6, &tcp) }
    }
}

prop_compose! {
    fn sent()(
        six: bool, ports: (u16, u16), numbers: (u32, u32), flags: u8, wnd: u16,
        options in vec(prop_oneof![any::<[u8; 4]>(), Just([1, 1, 5, 10]), Just([8, 10, 0, 0])], 0..=10),
        payload in vec(any::<u8>(), 0..80),
    ) -> Sent {
        Sent { six, ports, numbers, flags, wnd, options, payload }
    }
}

/// What a link header may do to it: its type, its bytes by IP version.
fn linked(link: LinkType, six: bool, ip: &[u8]) -> Vec<u8> {
    let kind: u16 = if six { 0x86dd } else { 0x0800 };
    match link {
        LinkType::Ethernet => ethernet(kind, ip),
        LinkType::LinuxSll => [&[0; 14][..], &kind.to_be_bytes(), ip].concat(),
        LinkType::LinuxSll2 => [&kind.to_be_bytes()[..], &[0; 18], ip].concat(),
        _ => ip.to_vec(),
    }
}

/// One of each frame that some reader has a path for.
fn seeds() -> Vec<(LinkType, Vec<u8>)> {
    let shapes = shapes().into_iter().map(|(_, _, link, bytes)| (link, bytes));
    let tunnels =
        tunnels().into_iter().map(|(_, protocol, head)| v4_around(protocol, &[head, v4(HELLO)].concat()));
    let extensions = [43, 0, 1, 4, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 1, 0, 0, 0, 1];
    let rare = [
        error(3, 1, &v4(HELLO)),
        error6(1, &v6(HELLO)),
        v6_around(0, &[&extensions, &tcp(HELLO)[..]].concat()),
    ];
    shapes.chain(tunnels.chain(rare).map(|bytes| (LinkType::Raw, bytes))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_answered(link in select(&LINKS[..]), bytes in vec(any::<u8>(), 0..200), wire_len: u32) {
        let _ = read(&Frame { wire_len, ..frame(link, &bytes) });
        let _ = read(&frame(link, &bytes));
    }

    /// Bytes that lead far into the readers, and then are wrong.
    #[test]
    fn damaged_frames_are_answered_alike(
        seed in select(seeds()),
        damage in vec((0usize..140, any::<u8>()), 0..5),
        keep in 0usize..200,
        missing in prop_oneof![Just(0u32), 0u32..2000, any::<u32>()],
    ) {
        let (link, mut bytes) = seed;
        for (at, value) in damage {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        bytes.truncate(keep);
        let wire_len = frame(link, &bytes).wire_len.saturating_add(missing);
        let _ = read(&Frame { wire_len, ..frame(link, &bytes) });
    }

    #[test]
    fn what_was_sent_is_what_is_read(
        sent in sent(), link in select(&LINKS[..4]), padding in 0usize..20, lost in 0usize..60,
    ) {
        let mut bytes = linked(link, sent.six, &sent.bytes());
        bytes.resize(bytes.len() + padding, 0xee);
        let kept = bytes.len() - lost.min(padding + sent.payload.len());
        let frame = cut(link, &bytes, kept);
        prop_assert!(readings(&frame).0.is_some());
        let (segment, payload) = segment(&frame);
        prop_assert_eq!((segment.src.port, segment.dst.port), sent.ports);
        prop_assert_eq!((segment.seq.0, segment.ack.0), sent.numbers);
        prop_assert_eq!((segment.flags.0, segment.wnd), (sent.flags, sent.wnd));
        prop_assert_eq!(segment.len as usize, sent.payload.len());
        prop_assert!(sent.payload.starts_with(payload));
        prop_assert_eq!(segment.traits.has(Traits::CUT), payload.len() < sent.payload.len());
        prop_assert_eq!(segment.traits.has(Traits::IPV6), sent.six);
    }
}
