//! What holds for every output.

use std::io::Seek as _;

use super::*;
use crate::aggregate::sample::stale;
use crate::aggregate::{Aggregate, Dropped};
use crate::config::{Charset, Colour, Display, Preferences};

/// A name that colours a terminal, sets its title, and forges a line of a summary.
const NAME: &str = "a\u{1b}[31m\u{1b}]0;mine\u{7}\nbad_ends 99\n.pcap";

fn presentation(format: Format) -> Presentation {
    Presentation {
        display: Display::Report,
        format,
        listing: Listing::Harmful,
        top: 20,
        colour: Colour::Absent,
        charset: Charset::Unicode,
        width: 100,
        preferences: Preferences::default(),
    }
}

/// Gives `tell` a report on a capture of that name, and an interface of that name.
fn with_report<T>(name: &str, tell: impl FnOnce(&Report<'_>) -> T) -> T {
    let mut aggregate = Aggregate::new(Vec::new());
    aggregate.count(&stale());
    let dropped = Dropped { kernel: Some(12_345), interface: None, us: Some(0) };
    let interface = InterfaceHealth {
        name: name.to_owned(),
        captured: 1,
        received: 1,
        dropped_by_kernel: 0,
        dropped_by_interface: 0,
    };
    tell(&Report {
        heading: Some(name),
        files: &[name.to_owned()],
        interfaces: &[interface],
        now: Timestamp::ZERO,
        snapshot: &aggregate.snapshot(20),
        we: &[],
        followed: 0,
        alive: &[],
        footprint: Footprint::default(),
        intake: &Intake { frames: 9, dropped, ..Intake::default() },
        notices: &[format!("{name}: a capture without frames")],
    })
}

fn told(name: &str, open: impl FnOnce(Box<dyn Write>) -> Box<dyn View>) -> String {
    let mut paper = tempfile::tempfile().unwrap();
    let mut view = open(Box::new(paper.try_clone().unwrap()));
    view.ended(&stale(), Some(name)).unwrap();
    with_report(name, |report| view.report(report)).unwrap();
    drop(view);
    paper.rewind().unwrap();
    io::read_to_string(paper).unwrap()
}

fn assert_harmless(format: Format, text: &str) {
    let commands = text.chars().find(|&c| c != '\n' && one_line(&c.to_string()) != c.to_string());
    assert_eq!(commands, None, "{format:?}: {text:?}");
    assert!(!text.lines().any(|line| line == "bad_ends 99"), "{format:?}: {text}");
}

#[test]
fn a_name_commands_no_terminal_and_forges_no_line_in_any_format() {
    for format in [Format::Table, Format::Summary, Format::Jsonl, Format::Csv] {
        let presentation = presentation(format);
        assert_harmless(format, &told(NAME, |out| open(&presentation, out)));
        assert_harmless(format, &told(NAME, |out| open_live(&presentation, out)));
    }
    let totals = with_report(NAME, totals).unwrap();
    assert_harmless(Format::Summary, &String::from_utf8(totals).unwrap());
}

/// For programs a name is what it is.
#[test]
fn a_name_in_json_can_be_opened() {
    let presentation = presentation(Format::Jsonl);
    let text = told(NAME, |out| open(&presentation, out));
    let objects: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&objects[0]["file"], &objects[1]["files"][0]), (&NAME.into(), &NAME.into()));
}

#[test]
fn a_summary_tells_all_that_is_known_of_losses_and_what_the_exit_status_rests_on() {
    let presentation = presentation(Format::Summary);
    let text = told("a.pcap", |out| open(&presentation, out));
    let values = |key: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        lines.filter(|(name, _)| name.starts_with(key)).map(|(_, value)| value.to_owned()).collect()
    };
    assert_eq!(values("dropped."), ["12345", "0"]);
    assert_eq!((values("bad_ends"), values("harmful")), (vec!["1".to_owned()], vec!["1".to_owned()]));
}
