//! A flood of SYNs from forged sources fills the table many times over, and a real connection goes on in the middle of it.

use std::net::Ipv4Addr;

use rstwho::decode::script::{self, Scripted};
use rstwho::decode::{Endpoint, Flags, Pdu, Segment, SeqNumber};
use rstwho::flow::{Close, ConnState, Ended, FlowTable, ObservedUntil, Settings, TOGETHER};
use rstwho::time::{Span, Timestamp};

const FLOOD: u32 = 3_000_000;
const MAX_FLOWS: u32 = 100_000;
/// How many SYNs come between two segments of the real connection: fewer than there is room for.
const APART: u32 = 30_000;
/// A quarter of a million SYNs a second.
const STEP: Span = Span::from_nanos(4_000);

/// The real connection: a word from time to time, and its FINs so late that it is not forgotten before the flood is over.
fn real() -> Vec<Scripted> {
    let words = "A > B P. len 100\nB > A P. len 100\n".repeat((FLOOD / APART / 2 - 5) as usize);
    let text = format!(
        "A > B S\nB > A S.\nA > B .\nA > B P. len 100\nB > A P. len 100\n{words}A > B .\nA > B F.\nB > A F.\nA > B ."
    );
    script::parse(&text).expect("a script")
}

/// Another source for every number.
fn syn(number: u32, ts: Timestamp) -> Segment {
    Segment {
        ts,
        frame: u64::from(number) + 1,
        src: Endpoint { addr: Ipv4Addr::from(0x0a00_0000 + number).into(), port: 1_024 },
        dst: Endpoint { addr: Ipv4Addr::new(198, 51, 100, 2).into(), port: 80 },
        seq: SeqNumber(number.wrapping_mul(0x9e37_79b9)),
        flags: Flags::SYN,
        wnd: 64_240,
        ttl: 50,
        ..Segment::default()
    }
}

/// What came of a flood.
#[derive(Default)]
struct Outcome {
    handed_over: u32,
    evicted: u32,
    real: Option<Close>,
}

impl Outcome {
    fn take(&mut self, ended: Ended) {
        match ended {
            Ended::Attempt(attempted) => {
                self.handed_over += 1;
                self.evicted += u32::from(attempted.until() == ObservedUntil::Evicted);
            }
            Ended::Whole(close) => assert!(self.real.replace(*close).is_none(), "one real connection"),
        }
    }
}

#[test]
fn a_flood_is_bounded_and_a_connection_in_it_is_closed_right() {
    let mut table = FlowTable::new(Settings { max_flows: MAX_FLOWS, ..Settings::default() });
    let (mut outcome, mut most) = (Outcome::default(), 0);
    let real = real();
    let mut lines = real.iter();
    let mut now = Timestamp::from_parts(1_800_000_000, 0);
    let mut batch = Vec::with_capacity(TOGETHER);
    for number in 0..FLOOD {
        now = now.plus(STEP);
        batch.push(Pdu::Segment(syn(number, now), &[]));
        if number % APART == 0
            && let Some(Scripted::Segment(segment, payload)) = lines.next()
        {
            batch.push(Pdu::Segment(Segment { ts: now, ..*segment }, payload));
        }
        if batch.len() >= TOGETHER {
            table.observe(&batch, &mut |ended| outcome.take(ended));
            batch.clear();
            most = most.max(table.len());
        }
    }
    table.observe(&batch, &mut |ended| outcome.take(ended));
    assert_eq!(lines.next(), None, "all of it was said");
    assert_eq!(most, MAX_FLOWS as usize, "full, and no fuller");
    let counts = table.counts();
    assert_eq!(counts.begun, u64::from(FLOOD) + 1);
    table.finish(ObservedUntil::Eof, &mut |ended| outcome.take(ended));
    assert_eq!((outcome.handed_over, u64::from(outcome.evicted)), (FLOOD, counts.evicted));
    let close = outcome.real.expect("the real connection is handed over");
    assert_eq!((close.conn_state, close.until), (ConnState::Sf, ObservedUntil::Close));
    assert!(close.reset.is_none() && close.history.to_string().starts_with("ShADd"), "{}", close.history);
    // All but those that there was room for at the end, beside the real one, whose linger was not over.
    assert_eq!(outcome.evicted, FLOOD + 1 - MAX_FLOWS);
}

/// Connections that are followed take more room than attempts: fewer of them are kept, but of a small table all.
#[test]
fn a_flood_of_handshakes_is_bounded_too() {
    for (max_flows, bound) in [(100, 100), (65_536, 20_480), (200_000, 33_334)] {
        let mut table = FlowTable::new(Settings { max_flows, ..Settings::default() });
        let (mut most, mut handed_over) = (0, 0);
        let mut now = Timestamp::from_parts(1_800_000_000, 0);
        for number in 0..100_000 {
            now = now.plus(STEP);
            let syn = syn(number, now);
            let (src, dst, ack) = (syn.dst, syn.src, syn.seq_end());
            let answer = Segment { src, dst, ack, flags: Flags::SYN.with(Flags::ACK), ..syn };
            // With its third segment a connection is followed; what has only been answered is not.
            let last = Segment { seq: ack, ack: answer.seq_end(), flags: Flags::ACK, ..syn };
            let pdus = [syn, answer, last].map(|segment| Pdu::Segment(segment, &[]));
            table.observe(&pdus, &mut |_| handed_over += 1);
            most = most.max(table.len());
        }
        assert!((bound * 9 / 10..=bound).contains(&most), "{most} of {bound}");
        assert!((98..=100).contains(&table.fullness()), "{} %", table.fullness());
        let evicted = table.counts().evicted;
        assert_eq!(evicted + table.len() as u64, 100_000, "{max_flows}");
        table.finish(ObservedUntil::Eof, &mut |_| handed_over += 1);
        assert_eq!(handed_over, 100_000);
    }
}

/// So does what a talk makes remember: heads that nobody ends (8,000 bytes each way) take the room of a hundred attempts, and as much
/// again where they are kept as they were at a FIN.
#[test]
fn a_flood_of_endless_heads_is_bounded_too() {
    let head = |line: &str| [line.as_bytes(), &[b'x'; 8_000]].concat();
    let (request, response) = (head("GET / HTTP/1.1\r\nX: "), head("HTTP/1.1 200 OK\r\nX: "));
    for (max_flows, ends, bound) in
        [(131_072, Flags::ACK, 950), (1_000_000, Flags::ACK, 7_250), (1_000_000, Flags::FIN, 4_400)]
    {
        let mut table = FlowTable::new(Settings { max_flows, ..Settings::default() });
        let (mut most, mut handed_over) = (0, 0);
        let mut now = Timestamp::from_parts(1_800_000_000, 0);
        for number in 0..12_000 {
            now = now.plus(STEP);
            let pdus = endless(syn(number, now), ends, &request, &response);
            table.observe(&pdus, &mut |_| handed_over += 1);
            most = most.max(table.len());
        }
        assert!((bound * 9 / 10..=bound).contains(&most), "{most} of {bound}");
        assert_eq!(table.counts().evicted + table.len() as u64, 12_000, "{max_flows}");
        table.finish(ObservedUntil::Eof, &mut |_| handed_over += 1);
        assert_eq!(handed_over, 12_000);
    }
}

/// A request and an answer that comes in two segments, with another one of the client between them.
fn endless<'a>(syn: Segment, between: Flags, request: &'a [u8], response: &'a [u8]) -> [Pdu<'a>; 4] {
    let len = |bytes: &[u8]| u32::try_from(bytes.len()).expect("short");
    let (begins, goes_on) = response.split_at(7_000);
    let asks = Segment { flags: Flags::ACK, len: len(request), ..syn };
    let answers = Segment { src: syn.dst, dst: syn.src, ack: asks.seq_end(), len: len(begins), ..asks };
    let then = Segment {
        seq: asks.seq_end(),
        ack: answers.seq_end(),
        len: 0,
        flags: Flags::ACK.with(between),
        ..asks
    };
    let more = Segment { seq: answers.seq_end(), ack: then.seq_end(), len: len(goes_on), ..answers };
    [(asks, request), (answers, begins), (then, &[][..]), (more, goes_on)]
        .map(|(segment, said)| Pdu::Segment(segment, said))
}

/// And so does what few connections make remember: a SYN that was put aside, RSTs without effect and one with it, holes, and what had been
/// said by then. A connection that has all that takes the room of sixteen attempts.
#[test]
fn a_flood_of_odd_connections_is_bounded_too() {
    let request =
        [b"GET /".as_slice(), &[b'a'; 115], b" HTTP/1.1\r\nHost: ", &[b'h'; 119], b"\r\n\r\n"].concat();
    for (max_flows, bound) in [(131_072, 8_192), (300_000, 18_750)] {
        let mut table = FlowTable::new(Settings { max_flows, ..Settings::default() });
        let (mut most, mut handed_over) = (0, 0);
        let mut now = Timestamp::from_parts(1_800_000_000, 0);
        for number in 0..25_000 {
            now = now.plus(STEP);
            let segments = odd(syn(number, now), &request);
            let pdus: Vec<Pdu<'_>> =
                segments.iter().map(|(segment, said)| Pdu::Segment(*segment, said)).collect();
            table.observe(&pdus, &mut |_| handed_over += 1);
            most = most.max(table.len());
        }
        assert!((bound * 9 / 10..=bound).contains(&most), "{most} of {bound}");
        assert_eq!(table.counts().evicted + table.len() as u64, 25_000, "{max_flows}");
        table.finish(ObservedUntil::Eof, &mut |_| handed_over += 1);
        assert_eq!(handed_over, 25_000);
    }
}

/// A request; another SYN; RSTs far ahead of both sides; holes of both; the client's FIN, an answer after it, and a RST within the window.
fn odd(syn: Segment, request: &[u8]) -> Vec<(Segment, &[u8])> {
    const FAR: u32 = 200_000_000;
    let len = |bytes: &[u8]| u32::try_from(bytes.len()).expect("short");
    let server = Segment { src: syn.dst, dst: syn.src, seq: SeqNumber(5_000), ack: syn.seq_end(), ..syn };
    let client = Segment { flags: Flags::ACK, seq: syn.seq_end(), ack: SeqNumber(5_001), ..syn };
    let (client_next, server_next) = (client.seq.plus(len(request)), SeqNumber(5_001));
    let mut said: Vec<(Segment, &[u8])> = vec![
        (syn, &[]),
        (Segment { flags: Flags::SYN.with(Flags::ACK), ..server }, &[]),
        (Segment { len: len(request), ..client }, request),
        (Segment { seq: SeqNumber(77_777), ..syn }, &[]),
        (Segment { flags: Flags::RST, seq: server_next.plus(FAR), ..server }, &[]),
        (Segment { flags: Flags::RST, seq: client_next.plus(FAR), ..client }, &[]),
    ];
    let server = Segment { flags: Flags::ACK, seq: server_next, ack: client_next, ..server };
    let client = Segment { seq: client_next, ..client };
    for hole in 1..10 {
        said.push((Segment { seq: server.seq.plus(20 * hole), len: 1, ..server }, b"x"));
        said.push((Segment { seq: client.seq.plus(20 * hole), len: 1, ..client }, b"y"));
    }
    said.push((Segment { flags: Flags::ACK.with(Flags::FIN), seq: client.seq.plus(400), ..client }, &[]));
    said.push((Segment { seq: server.seq.plus(300), len: 9, ..server }, b"an answer"));
    said.push((Segment { flags: Flags::RST, seq: server.seq.plus(5), ..server }, &[]));
    said
}
