//! A live source, and what came out of it.

use std::time::{Duration, Instant};

use rstwho::capture::Progress;
use rstwho::capture::live::{LiveSource, Notice, Options, TICK, now};
use rstwho::decode::{self, Frame, LinkType, Pdu, Segment};
use rstwho::time::{Span, Timestamp};

/// A segment that was captured, and how long after its capture it was handed over.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) segment: Segment,
    pub(crate) link: LinkType,
    pub(crate) late: Span,
}

/// A source and what came out of it.
pub(crate) struct Ear {
    pub(crate) source: LiveSource,
    pub(crate) heard: Vec<Heard>,
    /// Frames that held something else.
    pub(crate) others: u64,
    pub(crate) icmp: u64,
    pub(crate) times: Vec<Timestamp>,
    pub(crate) notices: Vec<Notice>,
}

impl Ear {
    pub(crate) fn on(interfaces: &[&str]) -> Self {
        Self::with(&options(interfaces))
    }

    pub(crate) fn filtered(interface: &str, filter: &str) -> Self {
        Self::with(&Options { filter: Some(filter.to_owned()), ..options(&[interface]) })
    }

    pub(crate) fn with(options: &Options) -> Self {
        let source = LiveSource::open(options).unwrap();
        Self { source, heard: vec![], others: 0, icmp: 0, times: vec![], notices: vec![] }
    }

    /// Polls once.
    pub(crate) fn listen(&mut self) -> Progress {
        let Self { source, heard, others, icmp, times, notices } = self;
        let progress = source.poll(TICK, &mut |frames| note(frames, heard, (others, icmp), times)).unwrap();
        notices.extend(source.notices());
        progress
    }

    pub(crate) fn drain(&mut self) {
        let Self { source, heard, others, icmp, times, notices } = self;
        source.drain(&mut |frames| note(frames, heard, (others, icmp), times)).unwrap();
        notices.extend(source.notices());
    }

    /// Polls until something is so, which it must be within some seconds.
    pub(crate) fn until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "no {what}: {:#?} {:?}",
                self.heard,
                self.notices
            );
            self.listen();
        }
    }

    pub(crate) fn until_resets(&mut self, count: usize) {
        self.until("reset", |ear| ear.resets().count() >= count);
    }

    pub(crate) fn resets(&self) -> impl Iterator<Item = &Heard> {
        self.heard.iter().filter(|heard| heard.segment.flags.rst())
    }

    pub(crate) fn syns(&self) -> usize {
        self.heard.iter().filter(|heard| heard.segment.flags.syn() && !heard.segment.flags.ack()).count()
    }
}

fn note(
    frames: &[Frame<'_>],
    heard: &mut Vec<Heard>,
    (others, icmp): (&mut u64, &mut u64),
    times: &mut Vec<Timestamp>,
) {
    for frame in frames {
        times.push(frame.ts);
        match decode::decode(frame) {
            Ok(Pdu::Segment(segment, _)) => {
                heard.push(Heard { segment, link: frame.link, late: now().since(frame.ts) });
            }
            Ok(Pdu::Icmp(_)) => *icmp += 1,
            Err(_) => *others += 1,
        }
    }
}

pub(crate) fn options(interfaces: &[&str]) -> Options {
    Options::on(interfaces.iter().map(|&name| name.to_owned()).collect())
}
