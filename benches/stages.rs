//! What each stage costs: decoding a frame, following a segment, judging a refusal and a reset.
//! `cargo bench --bench stages`.

#[path = "traffic/packets/mod.rs"]
mod packets;

use std::hint::black_box;
use std::io::Cursor;
use std::path::PathBuf;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use packets::Profile;
use rstwho::capture::file::FileSource;
use rstwho::capture::{Progress, Source};
use rstwho::context::Surroundings;
use rstwho::decode::{Frame, LinkType, Pdu, decode, script};
use rstwho::flow::{Attempted, Close, Ended, FlowTable, ObservedUntil, Settings, TOGETHER};
use rstwho::time::Timestamp;
use rstwho::verdict::{self, Precedents};

/// Packets of each profile: too many for the second-level cache, few enough to go through them in milliseconds.
const PACKETS: u64 = 100_000;

/// A frame that owns its bytes.
struct Owned {
    ts: Timestamp,
    number: u64,
    wire_len: u32,
    bytes: Vec<u8>,
}

impl Owned {
    fn frame(&self) -> Frame<'_> {
        let &Self { ts, number, wire_len, ref bytes } = self;
        Frame { ts, number, file: 0, link: LinkType::Ethernet, wire_len, bytes }
    }
}

fn generated(profile: Profile) -> Vec<Owned> {
    let (mut file, mut owned) = (Vec::new(), Vec::new());
    packets::write(profile, PACKETS, &mut file).expect("memory");
    let mut source = FileSource::from_reader(Box::new(Cursor::new(file)), PathBuf::from("generated"), 0)
        .expect("a capture");
    let mut keep = |frames: &[Frame<'_>]| {
        owned.extend(frames.iter().map(|&Frame { ts, number, wire_len, bytes, .. }| Owned {
            ts,
            number,
            wire_len,
            bytes: bytes.to_vec(),
        }));
    };
    while source.read(&mut keep).expect("a capture") == Progress::More {}
    owned
}

fn decoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(PACKETS));
    for (name, profile) in [("web", Profile::Web), ("scan", Profile::Scan)] {
        let owned = generated(profile);
        let frames: Vec<Frame<'_>> = owned.iter().map(Owned::frame).collect();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for frame in &frames {
                    let _ = black_box(decode(black_box(frame)));
                }
            });
        });
    }
    group.finish();
}

fn following(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("table");
    group.throughput(Throughput::Elements(PACKETS)).sample_size(20);
    for (name, profile) in [("web", Profile::Web), ("scan", Profile::Scan)] {
        let owned = generated(profile);
        let pdus: Vec<Pdu<'_>> = owned.iter().filter_map(|owned| decode(&owned.frame()).ok()).collect();
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || FlowTable::new(Settings::default()),
                |table| follow(table, &pdus),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn follow(table: &mut FlowTable, pdus: &[Pdu<'_>]) {
    for batch in pdus.chunks(TOGETHER) {
        table.observe(batch, &mut |ended| drop(black_box(ended)));
    }
}

/// The one connection of a script.
fn played(text: &str) -> Ended {
    let scripted = script::parse(text).expect("a script");
    let pdus: Vec<Pdu<'_>> = scripted.iter().map(script::Scripted::pdu).collect();
    let (mut table, mut last) = (FlowTable::new(Settings::default()), None);
    table.observe(&pdus, &mut |ended| last = Some(ended));
    table.finish(ObservedUntil::Eof, &mut |ended| last = Some(ended));
    last.expect("a connection")
}

fn refusal() -> Attempted {
    match played("A > B S\nB > A R.") {
        Ended::Attempt(attempted) => attempted,
        Ended::Whole(_) => panic!("a refusal is an attempt"),
    }
}

fn reset() -> Close {
    played(
        "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\nB > A .\n\
         B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 500\\r\\n\\r\\n\"\nA > B .\nB > A R.",
    )
    .into_close()
}

fn judging(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verdict");
    let (refusal, reset, alone) = (refusal(), reset(), Surroundings::default());
    assert!(reset.reset.is_some(), "it is one");
    let mut precedents = Precedents::default();
    group.bench_function("refusal", |bencher| {
        bencher.iter(|| drop(black_box(precedents.judge(black_box(&refusal), &alone))));
    });
    group.bench_function("reset", |bencher| {
        bencher.iter(|| drop(black_box(verdict::consider(black_box(&reset), &alone))));
    });
    group.bench_function("reset, told", |bencher| {
        bencher.iter(|| drop(black_box(verdict::consider(black_box(&reset), &alone).tell())));
    });
    group.finish();
}

criterion_group!(stages, decoding, following, judging);
criterion_main!(stages);
