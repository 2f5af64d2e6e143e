//! Packets chosen to be dear: floods, storms, nesting. What they cost stays in proportion, memory stays bounded, and the
//! connections among them are still told right.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]
#![allow(clippy::cast_possible_truncation, reason = "numbers are taken apart on purpose")]

#[path = "floods/flood.rs"]
mod flood;
#[path = "floods/packets.rs"]
mod packets;

use std::time::Duration;

use packets::{SYN, ethernet, tcp};
use rstwho::decode::{self, Addr, Endpoint, Flags, Frame, LinkType, Pdu, Segment, SeqNumber, Skip};
use rstwho::flow::{FlowTable, ObservedUntil, Settings};
use rstwho::time::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// How many times as dear as another kind of traffic a chosen one may be. Machines are busy; what is looked for is a table
/// that became a list, or work that grows with its square, which is a thousand times as dear.
const DEAR: u32 = 12;

const SERVER: Endpoint = Endpoint { addr: Addr::v4([192, 0, 2, 1]), port: 80 };

/// The least CPU time of five runs: whatever else the machine does takes no part in it.
fn quickest(mut run: impl FnMut()) -> Duration {
    let time = |_| {
        let begun = cpu_time();
        run();
        cpu_time().saturating_sub(begun)
    };
    (0..5).map(time).min().unwrap()
}

/// What this thread has used so far.
fn cpu_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

fn syn_from(src: Endpoint, frame: u64) -> Pdu<'static> {
    let ts = Timestamp::from_nanos(1_700_000_000_000_000_000 + frame * 1_000);
    Pdu::Segment(Segment { ts, frame, src, dst: SERVER, flags: Flags::SYN, ..Segment::default() }, b"")
}

fn follow(pdus: &[Pdu<'_>]) {
    let mut table = FlowTable::new(Settings { max_flows: 20_000, ..Settings::default() });
    for batch in pdus.chunks(32) {
        table.observe(batch, &mut |_| {});
    }
    table.finish(ObservedUntil::Eof, &mut |_| {});
}

#[test]
fn no_pattern_of_addresses_makes_the_table_slow() {
    const COUNT: u32 = 30_000;
    let of = |address: &dyn Fn(u32) -> (u32, u16)| -> Vec<Pdu<'static>> {
        let source = |n: u32| {
            let (address, port) = address(n);
            syn_from(Endpoint { addr: Addr::v4(address.to_be_bytes()), port }, u64::from(n) + 1)
        };
        (0..COUNT).map(source).collect()
    };
    let scattered = of(&|n| (n.wrapping_mul(2_654_435_761), (n.wrapping_mul(40_503) >> 7) as u16));
    let usual = quickest(|| follow(&scattered));
    let patterns: [(&str, Vec<Pdu<'static>>); 5] = [
        ("ports of one host", of(&|n| (n >> 16, n as u16))),
        ("one after the other", of(&|n| (n, 1024))),
        ("by their first bits", of(&|n| (n.reverse_bits(), 1024))),
        ("multiples of 2^12", of(&|n| (n.rotate_left(12), 1024))),
        ("address and port alike", of(&|n| (n << 16 | n, n as u16))),
    ];
    for (name, pdus) in patterns {
        let time = quickest(|| follow(&pdus));
        assert!(time < usual * DEAR, "{name}: {time:?}, scattered: {usual:?}");
    }
}

#[test]
fn a_storm_of_segments_out_of_order_costs_in_proportion() {
    const TEXT: &[u8] = b"GET /a HTTP/1.1\r\nHost: b\r\n\r\n";
    // Every second segment is far ahead, so that there are as many holes as can be.
    let storm = |count: u32, place: fn(u32, u32) -> u32| -> Vec<Pdu<'static>> {
        let segment = |n: u32| {
            let ts = Timestamp::from_nanos(1_700_000_000_000_000_000 + u64::from(n) * 1_000);
            let (src, dst) = (Endpoint { addr: Addr::v4([10, 0, 0, 1]), port: 40_000 }, SERVER);
            let seq = SeqNumber(1_000 + place(n, count) * 64);
            let len = TEXT.len() as u32;
            let flags = Flags::ACK;
            let frame = u64::from(n) + 1;
            Pdu::Segment(
                Segment { ts, frame, src, dst, seq, len, flags, wnd: 65_535, ..Segment::default() },
                TEXT,
            )
        };
        (0..count).map(segment).collect()
    };
    for (name, place) in [
        ("backwards", (|n, count| count - n) as fn(u32, u32) -> u32),
        ("every other one ahead", |n, _| n ^ 1),
        ("scattered", |n, count| n.wrapping_mul(2_654_435_761) % count),
        ("only holes", |n, _| n * 3),
    ] {
        let (few, many) = (storm(2_000, place), storm(20_000, place));
        let (few, many) = (quickest(|| follow(&few)), quickest(|| follow(&many)));
        // Ten times as many; the table itself has its price once.
        assert!(many < few * 10 * DEAR / 3, "{name}: {few:?} for 2000, {many:?} for 20000");
    }
}

/// `count` times a header that says that another one follows, around a segment.
fn nested(count: usize) -> [(&'static str, Vec<u8>); 4] {
    let segment = tcp(([10, 0, 0, 1], 40_000), ([192, 0, 2, 1], 80), SYN, 0, b"");
    let ip = &ethernet(([10, 0, 0, 1], [192, 0, 2, 1]), &segment)[14..];
    let tags = |kind: [u8; 2]| {
        let tag = [kind[0], kind[1], 0, 5];
        [&[2; 12][..], &tag.repeat(count), &[8, 0], ip].concat()
    };
    let six = |first: u8, header: [u8; 8], last: u8| {
        let mut headers = header.repeat(count);
        headers[8 * (count - 1)] = last;
        let len = ((headers.len() + segment.len()) as u16).to_be_bytes();
        let addresses = [[0xfd; 16], [0xfe; 16]].concat();
        [&[2; 12][..], &[0x86, 0xdd, 0x60, 0, 0, 0], &len, &[first, 64], &addresses, &headers, &segment]
            .concat()
    };
    let tunnels = (0..count).fold(ip.to_vec(), |inner, _| {
        let len = ((20 + inner.len()) as u16).to_be_bytes();
        [&[0x45, 0, len[0], len[1], 0, 0, 0, 0, 64, 4, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2][..], &inner].concat()
    });
    [
        ("VLAN tags", tags([0x81, 0])),
        ("extension headers", six(60, [60, 0, 1, 4, 0, 0, 0, 0], 6)),
        ("fragment headers", six(44, [44, 0, 0, 0, 0, 0, 0, 1], 6)),
        ("tunnels", [&[2; 12][..], &[8, 0], &tunnels].concat()),
    ]
}

#[test]
fn headers_sixty_four_deep_are_given_up_and_cost_no_more_than_a_segment() {
    let read = |bytes: &[u8]| {
        let wire_len = bytes.len() as u32;
        let frame =
            Frame { ts: Timestamp::ZERO, number: 1, file: 0, link: LinkType::Ethernet, wire_len, bytes };
        decode::decode(&frame).map(|_| ())
    };
    let thousand = |bytes: &[u8]| {
        quickest(|| (0..1_000).for_each(|_| assert!(std::hint::black_box(read(bytes)) != Err(Skip::Cut))))
    };
    for ((name, one), (_, many)) in nested(1).into_iter().zip(nested(64)) {
        assert_eq!(read(&one), Ok(()), "one of the {name}");
        assert_eq!(read(&many), Err(Skip::TooDeep), "{name}");
        let (one, many) = (thousand(&one), thousand(&many));
        assert!(many < one * DEAR * 2, "{name}: {one:?} for one, {many:?} for 64");
    }
}

#[test]
fn a_flood_leaves_memory_bounded_and_the_connections_in_it_told_right() {
    let sources = std::env::var("RSTWHO_FLOOD").ok().and_then(|it| it.parse().ok()).unwrap_or(100_000);
    let outcome = flood::through_the_program(sources, 20_000);
    let flood::Outcome { summary, resets, peak_mib } = outcome;
    let real = u64::from(sources / flood::EACH);
    assert_eq!(resets, real, "each real connection was reset by its server: {summary:#}");
    let evicted = summary["evicted"].as_u64().unwrap_or_default();
    assert!(evicted > u64::from(sources) / 2, "the loss is counted: {summary:#}");
    assert!(peak_mib < flood::BOUND_MIB, "{peak_mib} MiB");
    println!("{sources} sources, {real} connections, {evicted} given up, {peak_mib} MiB");
}
