use super::*;
use crate::config::Colour;
use crate::verdict::errors;
use crate::verdict::rules::find;

const SECTIONS: [&str; 8] = [
    "What happened",
    "How it is told",
    "Not to be confused with",
    "What to do",
    "What programs see (on Linux)",
    "An example: ",
    "What rstwho says of it",
    "Sources",
];

fn canvas(width: usize, charset: Charset) -> Canvas {
    Canvas { colour: Colour::Absent, charset, width }
}

#[test]
fn the_page_of_every_cause_is_whole() {
    for rule in RULES {
        let page = cause(rule, &canvas(100, Charset::Unicode));
        for heading in SECTIONS {
            assert!(
                page.lines().any(|line| line.starts_with(heading)),
                "{} lacks {heading}\n{page}",
                rule.name
            );
        }
        let said = page.split_once("What rstwho says of it").unwrap().1;
        assert!(said.contains(rule.name), "{}:\n{said}", rule.name);
        assert!(page.starts_with(&format!("{}: {}\n", rule.name, rule.title)));
    }
}

#[test]
fn pages_fit_the_screen_and_ascii_is_ascii() {
    for width in [60, 80, 100, 120] {
        let canvas = canvas(width, Charset::Ascii);
        let pages = RULES.iter().map(|rule| cause(rule, &canvas));
        let pages =
            pages.chain(errors::all().map(|text| error(text, None, &canvas))).chain([causes(&canvas)]);
        for line in pages.flat_map(|page| page.lines().map(str::to_owned).collect::<Vec<_>>()) {
            assert!(line.is_ascii(), "{line}");
            let fits = line.len() <= width || line.contains("tcpdump -i");
            assert!(fits && line == line.trim_end(), "{width}: {line:?}");
        }
    }
}

#[test]
fn what_ended_an_example_is_marked() {
    let page = cause(find("stale_keepalive").unwrap(), &canvas(100, Charset::Unicode));
    assert!(page.contains(">> 10  5.047  B → A  R   seq 42\n"), "{page}");
    let page = cause(find("syn_unanswered").unwrap(), &canvas(100, Charset::Unicode));
    assert!(!page.contains(">>"), "silence has no frame: {page}");
}

/// What connect() returns goes by the error's code.
#[test]
fn who_was_refused_by_icmp_finds_each_errno() {
    let page = cause(find("icmp_refused").unwrap(), &canvas(100, Charset::Unicode));
    for errno in ["EHOSTUNREACH", "ECONNREFUSED", "ENETUNREACH"] {
        assert!(page.contains(&format!("connect() = {errno}: Node \"connect {errno}\"")), "{page}");
    }
}

#[test]
fn the_capture_is_of_the_server_that_the_line_names() {
    let (refused, canvas) = (errors::find("connect ECONNREFUSED").unwrap(), canvas(100, Charset::Unicode));
    let named = error(refused, "10.0.0.1:80".parse().ok(), &canvas);
    assert!(named.contains("'(host 10.0.0.1 and tcp port 80) or icmp or icmp6'"), "{named}");
    assert!(error(refused, None, &canvas).contains("'tcp port PORT or icmp or icmp6'"));
    let reset = error(errors::find("read ECONNRESET").unwrap(), None, &canvas);
    assert!(reset.contains("'tcp port PORT'\n"), "{reset}");
}
