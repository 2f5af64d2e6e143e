//! Once its connections are open, the table takes no memory for what they say.

use std::net::Ipv4Addr;

use rstwho::decode::{Endpoint, Flags, Pdu, Segment, SeqNumber};
use rstwho::flow::{FlowTable, ObservedUntil, Settings};
use rstwho::time::{Span, Timestamp};

const CONNECTIONS: u32 = 1_000;
/// Bytes of a segment. As payload they begin no protocol that anybody reads.
const LEN: u32 = 1_000;
const OPAQUE: [u8; LEN as usize] = [0x80; LEN as usize];
/// How many times every connection speaks before anything is counted, until the ring of recent segments is full, and while it is.
const BEFORE: u32 = 80;
const COUNTED: u32 = 200;
/// From one segment to the next: all connections speak within a tenth of a second.
const STEP: Span = Span::from_nanos(50_000);

/// Connections that speak in turn.
struct Speakers {
    now: Timestamp,
    frame: u64,
    /// Bytes that each server has sent.
    sent: u32,
}

impl Speakers {
    fn segment(&mut self, number: u32, flags: Flags, seq: u32, ack: u32) -> Segment {
        self.now = self.now.plus(STEP);
        self.frame += 1;
        let (src, dst) =
            (Endpoint { addr: Ipv4Addr::from(0x0a00_0000 + number).into(), port: 40_000 }, server());
        let (seq, ack) = (SeqNumber(seq), SeqNumber(ack));
        // Distinct, as a host's are: a frame that is the same once more would be left out as captured twice.
        let ip_id = u16::try_from(self.frame & 0xffff).expect("16 bits");
        Segment {
            ts: self.now,
            frame: self.frame,
            src,
            dst,
            seq,
            ack,
            flags,
            wnd: 64_000,
            ttl: 64,
            ip_id,
            ..Segment::default()
        }
    }

    /// The handshake of every connection.
    fn open(&mut self) -> Vec<Segment> {
        let mut segments = Vec::new();
        for number in 0..CONNECTIONS {
            segments.push(self.segment(number, Flags::SYN, 99, 0));
            segments.push(turned(self.segment(number, Flags::SYN.with(Flags::ACK), 499, 100)));
            segments.push(self.segment(number, Flags::ACK, 100, 500));
        }
        segments
    }

    /// A segment of every server and its acknowledgement.
    fn speak(&mut self) -> Vec<Segment> {
        let mut segments = Vec::new();
        for number in 0..CONNECTIONS {
            let said = turned(self.segment(number, Flags::ACK.with(Flags::PSH), 500 + self.sent, 100));
            segments.push(Segment { len: LEN, ..said });
            segments.push(self.segment(number, Flags::ACK, 100, 500 + self.sent + LEN));
        }
        self.sent += LEN;
        segments
    }
}

fn server() -> Endpoint {
    Endpoint { addr: Ipv4Addr::new(192, 0, 2, 1).into(), port: 9_000 }
}

fn turned(segment: Segment) -> Segment {
    Segment { src: segment.dst, dst: segment.src, ..segment }
}

fn pdus(segments: &[Segment]) -> Vec<Pdu<'_>> {
    segments.iter().map(|segment| Pdu::Segment(*segment, &OPAQUE[..segment.len as usize])).collect()
}

#[test]
fn allocations_are_counted() {
    let info = allocation_counter::measure(|| drop(std::hint::black_box(Box::new(1))));
    assert_eq!(info.count_total, 1);
}

#[test]
fn established_connections_cost_no_allocation() {
    let mut speakers = Speakers { now: Timestamp::from_parts(1_700_000_000, 0), frame: 0, sent: 0 };
    let mut table = FlowTable::new(Settings::default());
    let mut ended = 0_u32;
    table.observe(&pdus(&speakers.open()), &mut |_| ended += 1);
    for _ in 0..BEFORE {
        table.observe(&pdus(&speakers.speak()), &mut |_| ended += 1);
    }
    let (before, mut allocations) = (table.counts().segments, 0);
    for _ in 0..COUNTED {
        let segments = speakers.speak();
        let batch = pdus(&segments);
        let info = allocation_counter::measure(|| {
            table.observe(&batch, &mut |_| ended += 1);
        });
        allocations += info.count_total;
    }
    let counted = table.counts().segments - before;
    assert_eq!(counted, u64::from(CONNECTIONS * COUNTED * 2), "all of them are followed");
    assert_eq!((table.len(), ended), (CONNECTIONS as usize, 0));
    assert_eq!(allocations, 0, "allocations for {counted} segments");
}

/// How often a head refers to a text.
const REFERENCES: usize = 4_000;

/// A request in HTTP/2 whose head spells its path once, and then says it again and again in a byte each (RFC 7541 §6.1).
fn repetitive() -> Vec<u8> {
    let path = [&[0x44, 100, b'/'][..], &[b'a'; 99]].concat();
    let head = [&path[..], &[0xbe; REFERENCES]].concat();
    let len = u32::try_from(head.len()).expect("short").to_be_bytes();
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &len[1..], &[1, 5, 0, 0, 0, 1], &head[..]].concat()
}

#[test]
fn a_head_copies_a_text_once_however_often_it_refers_to_it() {
    let mut speakers = Speakers { now: Timestamp::from_parts(1_700_000_000, 0), frame: 0, sent: 0 };
    let request = repetitive();
    let len = u32::try_from(request.len()).expect("short");
    let segment = Segment { len, ..speakers.segment(0, Flags::ACK, 100, 500) };
    let mut table = FlowTable::new(Settings::default());
    let info = allocation_counter::measure(|| {
        table.observe(&[Pdu::Segment(segment, &request)], &mut |_| ());
    });
    assert!(info.count_total < 100, "{} allocations", info.count_total);
    let mut target = String::new();
    table.finish(ObservedUntil::Eof, &mut |ended| {
        let close = ended.into_close();
        let line = close.exchange.http2().and_then(|http2| http2.told()?.line.clone());
        target = line.map(|line| line.target.into()).unwrap_or_default();
    });
    assert_eq!(target.len(), 100);
}
