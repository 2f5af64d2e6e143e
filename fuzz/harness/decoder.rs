//! Frames to segments: the fast reader against the full one.

use rstwho::decode::{self, Frame, LinkType, Pdu, Traits};
use rstwho::time::Timestamp;

const LINKS: [LinkType; 10] = [
    LinkType::Ethernet,
    LinkType::Raw,
    LinkType::LinuxSll,
    LinkType::LinuxSll2,
    LinkType::Null,
    LinkType::Loop,
    LinkType::Unknown(147),
    LinkType::Ppp,
    LinkType::CiscoHdlc,
    LinkType::Pktap,
];

/// The first byte is the link type, and how much the snaplen cut off; the others are the frame.
pub fn run(bytes: &[u8]) {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let link = LINKS[usize::from(first & 15) % LINKS.len()];
    let cut = [0, 1, 40, 100_000][usize::from(first >> 6)];
    let wire_len = (bytes.len() as u32).saturating_add(cut);
    let frame = Frame { ts: Timestamp::from_nanos(7), number: 3, file: 0, link, wire_len, bytes };
    let (fast, full) = decode::readings(&frame);
    if let Some(fast) = fast {
        assert_eq!(Ok(fast), full, "fast and full differ");
    }
    let answer = decode::decode(&frame);
    assert_eq!(answer, full);
    if let Ok(Pdu::Segment(segment, payload)) = answer {
        assert!(payload.len() <= bytes.len() && payload.len() as u64 <= u64::from(segment.len));
        assert!(segment.traits.has(Traits::CUT) || payload.len() as u64 == u64::from(segment.len));
        assert_eq!((segment.ts, segment.frame), (frame.ts, frame.number));
    }
}
