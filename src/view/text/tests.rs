use super::*;
use crate::aggregate::sample::{closed, endpoint, harmless, hung_up, refused, stale};
use crate::aggregate::{Aggregate, Dropped, Intake};
use crate::config::{Colour, Display, Format, Listing};
use crate::time::Timestamp;

/// Asks as the desk does.
fn offer(view: &mut Text<'_>, verdict: &Verdict, file: Option<&str>) {
    if view.wants(&Ruling::from(verdict)) {
        view.ended(verdict, file).unwrap();
    }
}

fn presentation(width: usize) -> Presentation {
    Presentation {
        display: Display::Report,
        format: Format::Table,
        listing: Listing::Harmful,
        top: 20,
        colour: Colour::Absent,
        charset: Charset::Unicode,
        width,
        preferences: crate::config::Preferences::default(),
    }
}

fn intake() -> Intake {
    let first = Timestamp::from_nanos(1_795_201_481_230_112_045);
    let last = Timestamp::from_nanos(1_795_201_487_000_000_000);
    let dropped = Dropped { kernel: Some(3), interface: None, us: Some(0) };
    Intake { frames: 57, first: Some(first), last: Some(last), late: 2, dropped, ..Intake::default() }
}

fn render(presentation: &Presentation, verdicts: &[Verdict]) -> String {
    let mut aggregate = Aggregate::new(Vec::new());
    let mut page = Vec::new();
    let mut view = Text::new(presentation.clone(), Box::new(&mut page));
    for verdict in verdicts {
        aggregate.count(verdict);
        offer(&mut view, verdict, None);
    }
    let snapshot = aggregate.snapshot(presentation.top);
    let files = ["trace.pcap".to_owned()];
    let notices = ["trace.pcap: cut short at byte 9000; read the 57 frames before it".to_owned()];
    let report = Report {
        heading: None,
        files: &files,
        interfaces: &[],
        we: &[],
        followed: 0,
        alive: &[],
        now: Timestamp::ZERO,
        footprint: crate::aggregate::Footprint::default(),
        snapshot: &snapshot,
        intake: &intake(),
        notices: &notices,
    };
    view.report(&report).unwrap();
    drop(view);
    String::from_utf8(page).unwrap()
}

fn several() -> Vec<Verdict> {
    let other = Verdict { server: endpoint("192.0.2.80", 443), ..hung_up() };
    let all = [closed(), hung_up(), refused(), stale(), stale(), other, harmless()];
    all.into_iter().zip(1..).map(|(verdict, first_frame)| Verdict { first_frame, ..verdict }).collect()
}

fn over_ipv6() -> Vec<Verdict> {
    let (client, server) = (
        endpoint("2001:db8:1234:5678:9abc:def0:1234:5678", 53884),
        endpoint("2001:db8:8765:4321:fedc:ba98:8765:4321", 8080),
    );
    several().into_iter().map(|verdict| Verdict { client, server, ..verdict }).collect()
}

/// The page as accepted; with RSTWHO_BLESS=1 what it is now is accepted.
fn accepted(name: &str, page: &str) {
    let path = format!("{}/src/view/text/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("RSTWHO_BLESS").is_some() {
        std::fs::write(&path, page).expect("writable");
    }
    assert_eq!(page, std::fs::read_to_string(&path).expect("readable"), "{name}: `make golden` accepts it");
}

#[test]
fn a_wide_page_has_columns() {
    accepted("wide", &render(&presentation(100), &several()));
}

#[test]
fn a_narrow_page_has_one_thing_below_the_other() {
    let page = render(&presentation(60), &several());
    accepted("narrow", &page);
    assert!(page.lines().all(|line| line.chars().count() <= 60));
}

#[test]
fn long_addresses_do_not_break_it() {
    let page = render(&presentation(100), &over_ipv6());
    accepted("ipv6", &page);
    for width in [10, 30, 40, 79, 80, 100, 200] {
        let page = render(&presentation(width), &over_ipv6());
        let widest = page.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width.max(30)), "{width}: {widest:?}\n{page}");
        assert!(page.lines().all(|line| line.trim_end() == line), "no spaces at the end of a line");
    }
}

/// Where not all ends are listed, one host's ports are told apart.
#[test]
fn ends_that_are_not_listed_are_counted_by_service() {
    let page = render(&Presentation { top: 2, ..presentation(100) }, &several());
    let expected = "Services\nCOUNT  SERVICE         CAUSES\n    4  10.0.9.2:8080   2 stale_keepalive, 1 no_response, \
                    1 port_closed\n    1  192.0.2.80:443  no_response\n\n";
    assert!(page.contains(expected), "{page}");
    let narrow = render(&Presentation { top: 2, ..presentation(45) }, &several());
    assert!(narrow.contains("    4  10.0.9.2:8080   stale_keepalive\n"), "{narrow}");
    let narrowest = render(&Presentation { top: 2, ..presentation(30) }, &several());
    assert!(narrowest.contains("\n4 10.0.9.2:8080: 2\n"), "{narrowest}");
    // All are listed, or all are of one service.
    assert!(!render(&presentation(100), &several()).contains("Services"));
    let one = render(&Presentation { top: 1, ..presentation(100) }, &[stale(), refused()]);
    assert!(!one.contains("Services"), "{one}");
}

#[test]
fn ascii_is_ascii_and_as_wide() {
    let ascii = Presentation { charset: Charset::Ascii, ..presentation(100) };
    let page = render(&ascii, &several());
    assert!(page.is_ascii());
    assert!(page.contains("10.0.3.7:53884 -> 10.0.9.2:8080   server RST"));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let coloured = Presentation { colour: Colour::Used, ..presentation(100) };
    let page = render(&coloured, &several());
    assert!(page.contains("\u{1b}[31mstale_keepalive\u{1b}[0m"));
    let codes = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[33m"];
    let bare = codes.iter().fold(page, |page, code| page.replace(code, ""));
    assert_eq!(bare, render(&presentation(100), &several()));
}

#[test]
fn what_came_from_the_wire_commands_no_terminal() {
    let mut verdict = stale();
    if let Some(exchange) = &mut verdict.exchange {
        exchange.target = Some("/\u{1b}[2J\u{9b}5m\r\n\u{202e}".into());
    }
    let page = render(&presentation(100), &[verdict]);
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "{page:?}");
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn the_worst_come_first_and_the_rest_is_counted() {
    let page = render(&Presentation { top: 2, ..presentation(100) }, &several());
    let causes: Vec<&str> = page
        .lines()
        .skip(2)
        .filter(|line| line.starts_with("19:"))
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    assert_eq!(causes, ["port_closed", "stale_keepalive"], "certain, and of one time by their first frame");
    assert!(page.contains("... and 3 more (--top N shows more"), "{page}");
    let none = render(&Presentation { top: 0, ..presentation(100) }, &several());
    assert!(none.contains("... and 5 more"), "{none}");
}

/// Forty ends of one cause, of which each knows one more, and one of another that is less sure.
fn forty_and_one() -> Vec<Verdict> {
    let known = |n: u64| Verdict { first_frame: n, advice: Some(format!("Known: {n}.")), ..stale() };
    let other = Verdict { first_frame: 41, advice: Some("Look there.".to_owned()), ..hung_up() };
    (1..=40).map(known).chain([other]).collect()
}

#[test]
fn each_cause_has_a_line_with_the_advice_of_an_end_of_which_much_was_known() {
    let page = render(&Presentation { top: 3, ..presentation(100) }, &forty_and_one());
    assert_eq!(page.matches("server RST  idle     stale_keepalive").count(), 2, "{page}");
    assert_eq!(page.matches("no_response?").count(), 1, "{page}");
    assert!(page.contains("→ Look there."), "{page}");
    assert_eq!(page.matches("→ Known: ").count(), 1, "{page}");
    assert!(page.contains("→ Known: 24."), "of 1, 2, 3, 6, 12 and 24 words were made: {page}");
    assert!(page.contains("... and 38 more"), "{page}");
    let one = render(&Presentation { top: 1, ..presentation(100) }, &forty_and_one());
    assert!(one.contains("→ Known: 32.") && !one.contains("no_response?"), "the surest: {one}");
}

#[test]
fn a_server_that_is_met_often_says_more_of_a_cause_than_the_latest() {
    let mut verdicts = forty_and_one();
    let rare = Verdict { server: endpoint("192.0.2.80", 443), ..verdicts[0].clone() };
    verdicts.extend([42, 43].map(|first_frame| Verdict { first_frame, ..rare.clone() }));
    let page = render(&Presentation { top: 50, ..presentation(100) }, &verdicts);
    assert!(page.contains("→ Known: 40."), "{page}");
}

#[test]
fn nothing_bad_is_said_in_a_sentence() {
    let page = render(&presentation(100), &[closed(), harmless()]);
    assert!(page.starts_with("No bad ends: no program was hurt in 2 connections.\n\ntrace.pcap: "), "{page}");
    assert!(page.contains("1 more end hurt nobody (--harm all lists them too"), "{page}");
    let page = render(&presentation(100), &[]);
    assert!(page.starts_with("There is no TCP connection to report on.\n"), "{page}");
}

#[test]
fn harmless_ends_and_all_connections_are_listed_on_request() {
    let with_harmless = Presentation { listing: Listing::WithHarmless, ..presentation(100) };
    let page = render(&with_harmless, &several());
    assert!(page.starts_with("6 ends of 7 connections, harmless ones too"), "{page}");
    assert!(page.contains("HARMLESS"), "{page}");
    let everything = Presentation { listing: Listing::Everything, ..presentation(100) };
    let page = render(&everything, &several());
    assert!(page.starts_with("7 connections (times are UTC)"), "{page}");
    assert!(page.contains("server FIN  idle     fin"), "{page}");
}

#[test]
fn a_report_forgets_the_ends_of_the_one_before() {
    let mut page = Vec::new();
    let mut view = Text::new(presentation(100), Box::new(&mut page));
    let empty = Aggregate::new(Vec::new()).snapshot(20);
    let report = Report {
        heading: Some("b.pcap"),
        files: &[],
        interfaces: &[],
        we: &[],
        followed: 0,
        alive: &[],
        now: Timestamp::ZERO,
        footprint: crate::aggregate::Footprint::default(),
        snapshot: &empty,
        intake: &intake(),
        notices: &[],
    };
    offer(&mut view, &stale(), Some("a.pcap"));
    view.report(&report).unwrap();
    view.report(&report).unwrap();
    drop(view);
    let page = String::from_utf8(page).unwrap();
    assert_eq!(page.matches("b.pcap\n").count(), 2);
    assert_eq!(page.matches("stale_keepalive").count(), 1, "{page}");
    assert!(!page.contains("a.pcap"), "one report, one capture: {page}");
}
