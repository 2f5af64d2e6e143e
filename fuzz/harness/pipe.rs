//! The whole way: a file to what people and programs read.

use std::cell::RefCell;
use std::io::{self, Cursor, Write};
use std::path::PathBuf;
use std::rc::Rc;

use rstwho::aggregate::{Aggregate, Footprint, Intake};
use rstwho::capture::file::FileSource;
use rstwho::capture::{Progress, Source};
use rstwho::config::{Charset, Colour, Display, Format, Listing, Preferences, Presentation};
use rstwho::engine::Engine;
use rstwho::flow::{ObservedUntil, Settings};
use rstwho::time::Timestamp;
use rstwho::verdict::Finality;
use rstwho::view::{self, Report};

/// An Ethernet capture's header.
const HEADER: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";

#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// As it is, and as the frames of a capture; in a format that its length chooses.
pub fn run(bytes: &[u8]) {
    for file in [bytes.to_vec(), [HEADER, bytes].concat()] {
        let format = [Format::Table, Format::Jsonl, Format::Csv, Format::Summary][bytes.len() % 4];
        if let Some(text) = report(file, format) {
            check(&text, format);
        }
    }
}

/// Nothing that a packet holds may reach a terminal as more than text, or break a line.
fn check(text: &[u8], format: Format) {
    let text = std::str::from_utf8(text).expect("UTF-8");
    assert!(text.ends_with('\n'), "whole lines");
    let mut controls = text.chars().filter(|it| it.is_control() && *it != '\n');
    assert_eq!(controls.next(), None, "a control character");
    if format == Format::Jsonl {
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    }
}

fn report(file: Vec<u8>, format: Format) -> Option<Vec<u8>> {
    let mut source = FileSource::from_reader(Box::new(Cursor::new(file)), PathBuf::from("fuzz"), 0).ok()?;
    let presentation = Presentation {
        display: Display::Report,
        format,
        listing: Listing::Everything,
        top: 20,
        colour: Colour::Absent,
        charset: Charset::Unicode,
        width: 100,
        preferences: Preferences::default(),
    };
    let paper = Paper::default();
    let mut view = view::open(&presentation, Box::new(paper.clone()));
    let mut aggregate = Aggregate::new(Vec::new());
    let mut engine = Engine::new(Settings { max_flows: 64, ..Settings::default() });
    let mut sink = |judged: &rstwho::verdict::Judged<'_>| {
        if judged.ruling.finality == Finality::Final {
            aggregate.count(judged.ruling);
        }
        if view.wants(&judged.ruling) {
            view.ended(&judged.tell(), None).unwrap();
        }
    };
    let mut intake = Intake::default();
    loop {
        let progress = source.read(&mut |frames| {
            for frame in frames {
                intake.saw(frame.ts);
            }
            engine.push(frames, &mut sink);
        });
        if progress.unwrap() == Progress::End {
            break;
        }
    }
    engine.finish(ObservedUntil::Eof, &mut sink);
    let counts = engine.counts();
    assert!(counts.frames <= source.frames());
    let snapshot = aggregate.snapshot(20);
    let notices: Vec<String> = source.notices().iter().map(ToString::to_string).collect();
    let report = Report {
        heading: None,
        files: &[],
        interfaces: &[],
        snapshot: &snapshot,
        we: &[],
        followed: 0,
        alive: &[],
        now: intake.last.unwrap_or(Timestamp::ZERO),
        footprint: Footprint { room: 64, fullness: 1, memory: None, ring: None },
        intake: &Intake { frames: counts.frames, skipped: counts.skipped, ..intake },
        notices: &notices,
    };
    view.report(&report).unwrap();
    view.flush().unwrap();
    drop(view);
    let text = paper.0.borrow().clone();
    Some(text)
}
