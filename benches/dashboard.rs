//! What a frame costs the dashboard's thread, and what making one costs whoever captures: at 100,000 peers, as many as are
//! counted at the same time, and 10,000 ends, as many as are kept.

use std::hint::black_box;
use std::net::Ipv4Addr;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rstwho::aggregate::Aggregate;
use rstwho::config::{Charset, Colour, Listing, Press};
use rstwho::time::{Span, Timestamp};
use rstwho::verdict::rules::RULES;
use rstwho::verdict::{Addr, Endpoint, Verdict, example};
use rstwho::view::tui::{Frame, Look, Names, Newest, Options, Phase, Sketch};

const PEERS: u32 = 100_000;
const SHOWN: usize = 1_000;
const NOW: Timestamp = Timestamp::from_parts(1_795_201_500, 0);

/// Ends of every cause there is, as the rules' own examples have them, each with another peer.
fn ends() -> Vec<Verdict> {
    let templates: Vec<Verdict> =
        RULES.iter().filter_map(|rule| example::of(rule)).map(|example| example.verdict).collect();
    let end = |number: u32| {
        let template = templates[number as usize % templates.len()].clone();
        let addr: Addr = std::net::IpAddr::from(Ipv4Addr::from(0x0b00_0000 + number)).into();
        let end_time = NOW.plus(Span::from_nanos(u64::from(number) * 100_000));
        let server = Endpoint { addr, ..template.server };
        Verdict { server, end_time, first_frame: u64::from(number), ..template }
    };
    (0..PEERS).map(end).collect()
}

/// The counts, and the newest ends, after all of them.
fn fed(ends: &[Verdict]) -> (Aggregate, Newest) {
    let (mut aggregate, mut newest) = (
        Aggregate::new(vec!["10.0.0.0/8".parse().expect("a network")]).with_recent_minutes(),
        Newest::default(),
    );
    for end in ends {
        aggregate.count(end);
        newest.offer(Arc::new(end.clone()));
    }
    (aggregate, newest)
}

fn frame(aggregate: &mut Aggregate, newest: &Newest) -> Frame {
    Frame {
        taken: NOW.plus(Span::from_secs(11)),
        counts: aggregate.snapshot(SHOWN),
        newest: newest.list(),
        names: Names::new(),
        ..Frame::empty("bench".to_owned(), Phase::Live)
    }
}

fn options() -> Options {
    Options {
        first: Arc::new(Frame::empty("bench".to_owned(), Phase::Live)),
        colour: Colour::Used,
        charset: Charset::Unicode,
        listing: Listing::Harmful,
        look: Look::default(),
        exporter: None,
    }
}

fn dashboard(criterion: &mut Criterion) {
    let (mut aggregate, newest) = fed(&ends());
    let shown = Arc::new(frame(&mut aggregate, &newest));
    for (screen, key) in
        [("ends", '1'), ("peers", '2'), ("causes", '3'), ("connections", '4'), ("health", '5')]
    {
        let mut sketch = Sketch::new(options(), 200, 60);
        sketch.press(Press::Char(key));
        criterion.bench_function(&format!("update and draw: {screen}"), |bencher| {
            bencher.iter_batched(
                || Arc::clone(&shown),
                |frame| {
                    sketch.show(frame);
                    black_box(sketch.draw())
                },
                BatchSize::SmallInput,
            );
        });
    }
    criterion.bench_function("make a frame, on the capturing thread", |bencher| {
        bencher.iter_with_large_drop(|| frame(&mut aggregate, &newest));
    });
}

criterion_group!(benches, dashboard);
criterion_main!(benches);
